"""Time fits on small data against scikit-learn's `MLPClassifier`.

    python benchmarks/small.py

Both are as they come, but for the size of a mini-batch (each library's default in turn)
and the number of epochs, which are the same; scikit-learn's optimizer is its default,
Adam, and then gradient descent.
"""

import argparse
import warnings

import numpy as np
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.preprocessing import scale
from timing import print_header, take_turns

from sknnadl import MLPClassifier

DATA = {"iris": load_iris, "wine": load_wine, "digits": load_digits}
EPOCHS = 50


def fits(X, y, batch_size):
    """Return a call for each library."""
    common = {"max_iter": EPOCHS, "batch_size": batch_size, "random_state": 0}
    patient = {"tol": 0, "n_iter_no_change": np.inf}
    return {
        "sknnadl": lambda: MLPClassifier(**common, **patient).fit(X, y),
        **{
            f"scikit-learn, {solver}": lambda solver=solver: SklearnMLPClassifier(
                **common, **patient, solver=solver
            ).fit(X, y)
            for solver in ("adam", "sgd")
        },
    }


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9, help="default: 9")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print_header("data", "batch", "library", "ms a fit", "sknnadl / library")
    for name, load in DATA.items():
        X, y = load(return_X_y=True)
        X = scale(X)
        theirs = min(200, len(X))  # scikit-learn's default
        for batch_size in (MLPClassifier().batch_size, theirs):
            seconds = take_turns(fits(X, y, batch_size), options.repeats)
            for library, its in seconds.items():
                ratio = seconds["sknnadl"] / its
                cells = name, batch_size, library, f"{1000 * its:.1f}", f"{ratio:.2f}"
                print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
