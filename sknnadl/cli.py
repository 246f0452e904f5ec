"""The command line: ``python -m sknnadl compare``."""

import argparse
import sys

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from sknnadl.baselines import AverageDarknessClassifier
from sknnadl.datasets import load_digits_images, load_mnist
from sknnadl.estimators import ConvNetClassifier, MLPClassifier
from sknnadl.reports import compare
from sknnadl.reports.files import check_report_path

_DESCRIPTION = """\
Compare classifiers on images of handwritten digits: random guess, average darkness,
logistic regression, SVM, a multilayer perceptron and a convolutional network. Each is
trained on the training images and measured on the test images. Progress goes to
standard error, the table to standard output.
"""

#: C and gamma of the tuned SVM, the best on the validation images of a grid over
#: both (``benchmarks/tune_svm.py``; for MNIST on 5,000 training images).
_TUNED_SVM = {
    "digits": {"C": 1, "gamma": 0.25},
    "mnist": {"C": 10, "gamma": 0.03},
}


#: Convolutional networks for 8x8 and for 28x28 pixels. The first is at least as
#: accurate as the tuned SVM in 5-fold cross-validation
#: (``tests/estimators/test_convnet.py``), the layers of the second are the book's.
_CONV_NETS = {
    "digits": {
        "n_filters": (64,),
        "kernel_size": 3,
        "padding": "same",
        "activation": "tanh",
        "loss": "cross_entropy",
        "dropout": 0.5,
        "batch_size": 10,
        "learning_rate_init": 0.1,
        "max_iter": 30,
    },
    "mnist": {"learning_rate": "invscaling", "max_iter": 8},
}


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        The arguments; by default those of the process.

    Returns
    -------
    status : int
        The exit status: 0; 1 if a model failed; 2 after one line about what was wrong
        with the input.
    """
    parser = _make_parser()
    options = parser.parse_args(arguments)
    try:
        for path in options.out:
            check_report_path(path)
        data = _load(options)
    except (OSError, ValueError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    rows = slice(options.train_rows)
    report = compare(
        default_models(options.dataset, options.random_state),
        data.X_train[rows],
        data.y_train[rows],
        test=(data.X_test, data.y_test),
        verbose=1,
    )
    print(report)
    for path in options.out:
        report.save(path)
        print(f"Written: {path}", file=sys.stderr)
    return 1 if any(result["error"] for result in report.table) else 0


def default_models(dataset, random_state):
    """Return the models that the command compares, by name.

    Parameters
    ----------
    dataset : {"digits", "mnist"}
        The images, which the tuned SVM and the convolutional network are made for.
    random_state : int
        What the models with random numbers are seeded with.

    Returns
    -------
    models : dict of str to classifier
        The models, not fitted.
    """
    return {
        "random guess": DummyClassifier(strategy="uniform", random_state=random_state),
        "average darkness": AverageDarknessClassifier(),
        "logistic regression": LogisticRegression(max_iter=1000),
        "SVM": SVC(),
        "SVM, tuned": SVC(**_TUNED_SVM[dataset]),
        "MLP": MLPClassifier(random_state=random_state),
        "convolutional network": ConvNetClassifier(
            **_CONV_NETS[dataset],
            n_iter_no_change=np.inf,
            n_jobs=-1,
            random_state=random_state,
        ),
    }


def _make_parser():
    parser = argparse.ArgumentParser(prog="python -m sknnadl")
    commands = parser.add_subparsers(dest="command", required=True, metavar="compare")
    command = commands.add_parser(
        "compare", help="compare classifiers", description=_DESCRIPTION
    )
    command.add_argument(
        "--dataset",
        choices=("digits", "mnist"),
        help="scikit-learn's 8x8 digits (the default), or MNIST",
    )
    command.add_argument(
        "--data",
        metavar="PATH",
        help="where MNIST is: a .npz file, a folder of idx files, or mnist.pkl.gz; "
        "without it the file that SKNNADL_MNIST names, or a download",
    )
    command.add_argument(
        "--train-rows",
        type=_positive,
        metavar="N",
        help="train on the first N images only",
    )
    command.add_argument(
        "--random-state", type=_seed, default=0, metavar="SEED", help="default: 0"
    )
    command.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="FILE",
        help="also write the table to a .md file, or all results to a .json file; "
        "may be given several times",
    )
    return parser


def _positive(text):
    return _integer(text, 1, 2**63)


def _seed(text):
    return _integer(text, 0, 2**32)


def _integer(text, low, stop):
    if not text.isdecimal() or not low <= int(text) < stop:
        raise argparse.ArgumentTypeError(
            f"must be an integer from {low} to {stop - 1}, got {text!r}"
        )
    return int(text)


def _load(options):
    """Load the data set; a path alone means MNIST."""
    if options.data == "":
        raise ValueError("--data is empty; give the path of MNIST, or leave it out.")
    if options.dataset is None:
        options.dataset = "mnist" if options.data else "digits"
    if options.dataset == "mnist":
        return load_mnist(options.data)
    if options.data:
        raise ValueError("--data is the path of MNIST; leave out --dataset digits.")
    return load_digits_images()
