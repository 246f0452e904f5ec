"""The command line: ``sknnadl compare``, or ``python -m sknnadl compare``."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from sklearn.base import is_classifier
from sklearn.model_selection import KFold, StratifiedKFold

from sknnadl.cli.argument_types import (
    above_zero,
    delimiter,
    folds,
    jobs,
    positive,
    seed,
)
from sknnadl.cli.interrupts import Interrupted, interruptible
from sknnadl.cli.models import choose, image_models, table_models
from sknnadl.cli.task import TASKS, settle_task
from sknnadl.comparison.files import check_report_path
from sknnadl.datasets import load_digits_images, load_mnist, load_table
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
        with the input; 130 after Ctrl-C.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = _make_parser(prog)
    options = parser.parse_args(arguments)
    options.typed = [*prog.split(), *arguments]
    try:
        with interruptible():
            return _compare(options)
    except Interrupted:
        line, status = "interrupted", 130
        if options.save:
            line += f"; the same command goes on from {options.save}"
    except (OSError, ValueError) as error:
        line, status = " ".join(str(error).split()), 2
    print(f"{parser.prog}: {line}", file=sys.stderr)
    return status


def _compare(options: argparse.Namespace) -> int:
    """Do what the options say, and return the exit status."""
    for path in options.out:
        check_report_path(path)
    X, y, test, models = _load(options)
    if options.list:
        _print(*models)
        return 0
    report = compare(
        choose(models, options.estimators),
        X,
        y,
        cv=_make_folds(options, models),
        test=None if options.cv else test,
        scoring=options.scoring,
        n_jobs=options.n_jobs,
        random_state=options.random_state,
        rope=options.rope,
        timeout=options.timeout,
        save=options.save,
        verbose=1,
    )
    _print(report)
    if report.sentences():
        _print("", *report.sentences())
    for path in options.out:
        report.save(path, image_shape=_IMAGES.get(options.dataset))
        print(f"Written: {path}", file=sys.stderr)
    return 1 if any(result["error"] for result in report.table) else 0


def _print(*lines: object) -> None:
    """Print lines, as long as somebody reads them: ``head`` goes away early."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _make_folds(options: argparse.Namespace, models: dict[str, Any]) -> Any:
    """Return folds of rows in a random order: those of files often come sorted."""
    if options.cv is None:
        return None
    classify = is_classifier(next(iter(models.values())))
    kind = StratifiedKFold if classify else KFold
    return kind(options.cv, shuffle=True, random_state=options.random_state)


def _make_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument(
        "--version", action="version", version=f"sknnadl {version('sknnadl')}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="compare")
    command = commands.add_parser(
        "compare", help="compare models", description=_DESCRIPTION
    )
    command.add_argument(
        "--dataset",
        metavar="NAME|PATH",
        help="digits: scikit-learn's 8x8 digits (the default); mnist; or a file: .npz "
        "with arrays X and y, .svmlight, or one with columns and a --target: .csv, "
        ".tsv, .json, .arff, .xlsx, .parquet or .feather, plain or in .gz or .zip",
    )
    _add_file_options(command)
    command.add_argument(
        "--data",
        metavar="PATH",
        help="where MNIST or EMNIST is: a .npz file, a folder of idx files, the "
        "training images in it, or mnist.pkl.gz; without it the file that "
        "SKNNADL_MNIST names, or a download",
    )
    command.add_argument(
        "--train-rows",
        type=positive,
        metavar="N",
        help="train on the first N rows only",
    )
    command.add_argument(
        "--cv",
        type=folds,
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
        "--n-jobs", type=jobs, metavar="N", help="fits at a time; -1: a core each"
    )
    command.add_argument(
        "--timeout",
        type=above_zero,
        metavar="SECONDS",
        help="end a model that takes longer on the test rows or on a fold; the others "
        "go on",
    )
    command.add_argument(
        "--rope",
        type=above_zero,
        metavar="DIFFERENCE",
        help="with --cv: differences of the first score up to this do not matter, such "
        "as 0.01 of the accuracy; say which models are practically the same",
    )
    command.add_argument(
        "--save",
        metavar="FILE",
        help="keep the results of each model, and go on from those that are there",
    )
    command.add_argument(
        "--random-state", type=seed, default=0, metavar="SEED", help="default: 0"
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


def _add_file_options(command: argparse.ArgumentParser) -> None:
    """Add what can be said about a file of the user's own."""
    command.add_argument(
        "--target", metavar="COLUMN", help="the column of the file to predict"
    )
    command.add_argument(
        "--leave-out",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="columns that are no features, such as numbers of customers",
    )
    command.add_argument(
        "--task",
        choices=TASKS,
        default="auto",
        help="predict classes or numbers; auto (the default) goes by the targets, and "
        "asks where whole numbers may be either",
    )
    command.add_argument(
        "--delimiter",
        type=delimiter,
        metavar="TEXT",
        help="what is between the columns of a text file, where the guess fails",
    )
    command.add_argument(
        "--encoding",
        metavar="NAME",
        help="how letters are stored, such as latin-1, where the guess fails",
    )
    command.add_argument(
        "--no-header",
        action="store_true",
        help="the text file has no line of names: its columns are 0, 1, ...",
    )


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
        return _load_file(options)
    for name in ("target", "leave_out", "delimiter", "encoding", "no_header"):
        if getattr(options, name):
            raise ValueError(
                f"--{name.replace('_', '-')} is for a file of your own; leave it out "
                f"for {options.dataset}."
            )
    if options.task == "regression":
        raise ValueError(f"--task regression is no task for {options.dataset}.")
    models = image_models(options.dataset, options.random_state)
    if options.list:
        return None, None, None, models
    mnist = options.dataset == "mnist"
    data = load_mnist(options.data) if mnist else load_digits_images()
    rows = slice(options.train_rows)
    test = data.X_test, data.y_test
    return data.X_train[rows], data.y_train[rows], test, models


def _load_file(options: argparse.Namespace) -> tuple[Any, Any, None, dict[str, Any]]:
    """Return the rows of a file, no rows to test on, and the models for them."""
    X, y = load_table(
        options.dataset,
        options.target,
        leave_out=options.leave_out,
        delimiter=options.delimiter,
        encoding=options.encoding,
        header=not options.no_header,
        verbose=1,
    )
    if X.ndim > 2:
        X = X.reshape(len(X), -1)
    classify, y = settle_task(y, options)
    models = table_models(X, classify=classify, random_state=options.random_state)
    rows = slice(options.train_rows)
    return X[rows], y[rows], None, models
