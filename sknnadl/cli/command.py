"""The command line: ``sknnadl compare``, or ``python -m sknnadl compare``."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils.multiclass import type_of_target

from sknnadl.cli.models import choose, image_models, table_models
from sknnadl.comparison.files import check_report_path
from sknnadl.datasets import load_digits_images, load_mnist
from sknnadl.datasets.tables import load_table
from sknnadl.reports import compare

#: The data sets that have a name, and the shape of their images.
_IMAGES = {"digits": (8, 8), "mnist": (28, 28)}

_DESCRIPTION = """\
Compare classifiers on images of handwritten digits: random guess, average darkness,
logistic regression, a radial basis function network, SVM, a multilayer perceptron and a
convolutional network. Each is trained on the training images and measured on the test
images. Or compare an SVM, gradient boosting, a multilayer perceptron and simple models
on a file of your own.
Progress goes to standard error, the table to standard output.
"""


def main(arguments: Sequence[str] | None = None, prog: str = "sknnadl") -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        The arguments; by default those of the process.
    prog : str, default="sknnadl"
        What was typed to get here, for the usage and for errors.

    Returns
    -------
    status : int
        The exit status: 0; 1 if a model failed; 2 after one line about what was wrong
        with the input.
    """
    parser = _make_parser(prog)
    options = parser.parse_args(arguments)
    try:
        for path in options.out:
            check_report_path(path)
        X, y, test, models = _load(options)
        if options.list:
            print("\n".join(models))
            return 0
        report = compare(
            choose(models, options.estimators),
            X,
            y,
            cv=_make_folds(options, y),
            test=None if options.cv else test,
            scoring=options.scoring,
            n_jobs=options.n_jobs,
            random_state=options.random_state,
            save=options.save,
            verbose=1,
        )
    except (OSError, ValueError) as error:
        line = " ".join(str(error).split())
        print(f"{parser.prog}: {line}", file=sys.stderr)
        return 2
    print(report)
    if report.sentences():
        print("", *report.sentences(), sep="\n")
    for path in options.out:
        report.save(path, image_shape=_IMAGES.get(options.dataset))
        print(f"Written: {path}", file=sys.stderr)
    return 1 if any(result["error"] for result in report.table) else 0


def _make_folds(options: argparse.Namespace, y: Any) -> Any:
    """Return folds of rows in a random order: those of files often come sorted."""
    if options.cv is None:
        return None
    regress = type_of_target(y).startswith("continuous")
    kind = KFold if regress else StratifiedKFold
    return kind(options.cv, shuffle=True, random_state=options.random_state)


def _make_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument(
        "--version", action="version", version=f"sknnadl {version('sknnadl')}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="compare")
    command = commands.add_parser(
        "compare", help="compare classifiers", description=_DESCRIPTION
    )
    command.add_argument(
        "--dataset",
        metavar="NAME|PATH",
        help="digits: scikit-learn's 8x8 digits (the default); mnist; or a file: .npz "
        "with arrays X and y, or .csv or .parquet with a --target",
    )
    command.add_argument(
        "--target", metavar="COLUMN", help="the column of the file to predict"
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
        help="train on the first N rows only",
    )
    command.add_argument(
        "--cv",
        type=_folds,
        metavar="N",
        help="compare on N folds of the training rows, instead of the test rows",
    )
    command.add_argument(
        "--estimators",
        nargs="+",
        metavar="NAME",
        help="compare these models only; --list names all",
    )
    command.add_argument(
        "--list", action="store_true", help="print the names of the models, and end"
    )
    command.add_argument(
        "--scoring",
        nargs="+",
        metavar="NAME",
        help="scikit-learn's names of scores (default: accuracy, or r2)",
    )
    command.add_argument(
        "--n-jobs", type=_jobs, metavar="N", help="fits at a time; -1: a core each"
    )
    command.add_argument(
        "--save",
        metavar="FILE",
        help="keep the results of each model, and go on from those that are there",
    )
    command.add_argument(
        "--random-state", type=_seed, default=0, metavar="SEED", help="default: 0"
    )
    command.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="FILE",
        help="also write the report to a .html or .md file, or all results to a .json "
        "file; may be given several times",
    )
    return parser


def _positive(text: str) -> int:
    return _integer(text, 1, 2**63)


def _seed(text: str) -> int:
    return _integer(text, 0, 2**32)


def _folds(text: str) -> int:
    return _integer(text, 2, 2**63)


def _jobs(text: str) -> int:
    return -1 if text == "-1" else _positive(text)


def _integer(text: str, low: int, stop: int) -> int:
    if not text.isdecimal() or not low <= int(text) < stop:
        raise argparse.ArgumentTypeError(
            f"must be an integer from {low} to {stop - 1}, got {text!r}"
        )
    return int(text)


def _load(options: argparse.Namespace) -> tuple[Any, Any, Any, dict[str, Any]]:
    """Return the rows, those to test on, and the models for them."""
    if options.data == "":
        raise ValueError("--data is empty; give the path of MNIST, or leave it out.")
    if options.dataset is None:
        options.dataset = "mnist" if options.data else "digits"
    if options.data and options.dataset != "mnist":
        raise ValueError(
            f"--data is the path of MNIST; leave out --dataset {options.dataset}."
        )
    if options.dataset not in _IMAGES:
        X, y = load_table(options.dataset, options.target)
        rows = slice(options.train_rows)
        return X[rows], y[rows], None, table_models(y, options.random_state)
    if options.target is not None:
        raise ValueError(
            f"--target names a column of a file; leave it out for {options.dataset}."
        )
    models = image_models(options.dataset, options.random_state)
    if options.list:
        return None, None, None, models
    mnist = options.dataset == "mnist"
    data = load_mnist(options.data) if mnist else load_digits_images()
    rows = slice(options.train_rows)
    test = data.X_test, data.y_test
    return data.X_train[rows], data.y_train[rows], test, models
