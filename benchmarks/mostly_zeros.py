"""Compare with scikit-learn's MLP on rows most of whose numbers are zeros.

    python benchmarks/mostly_zeros.py

Both have a hidden layer of 100, mini-batches of 200 and Adam. Of the words of texts, in
a sparse matrix, one in a hundred is there; categories are columns of zeros and ones, in
an array. Each fit has three epochs; predictions are of the same rows. It is the time of
the processor on one thread, and the estimators take turns.
"""

import argparse
import warnings
from functools import partial
from time import process_time

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as ScikitLearnMLP
from threadpoolctl import threadpool_limits
from timing import print_header, print_row, take_turns

from sknnadl import MLPClassifier

N_ROWS, N_CLASSES, EPOCHS = 4000, 4, 3
#: Words, and the share of them that a text has; columns, and their categories.
WORDS, SHARE, COLUMNS, CATEGORIES = 5000, 0.01, 12, 25


def make_rows():
    """Return texts and categories."""
    rng = np.random.default_rng(0)
    shape = N_ROWS, WORDS
    texts = sparse.random_array(shape, density=SHARE, format="csr", rng=rng)
    chosen = rng.integers(0, CATEGORIES, (N_ROWS, COLUMNS))
    return {
        "texts": texts,
        "categories": np.eye(CATEGORIES)[chosen].reshape(N_ROWS, -1),
    }


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    y = np.random.default_rng(1).integers(0, N_CLASSES, N_ROWS)
    arguments = {"max_iter": EPOCHS, "solver": "adam", "random_state": 0}
    ours = MLPClassifier(learning_rate_init=0.001, n_jobs=1, **arguments)
    models = {"sknnadl": ours, "scikit-learn": ScikitLearnMLP(**arguments)}
    print_header("us a row", *models, "ratio")
    for name, X in make_rows().items():
        fits = {of: partial(model.fit, X, y) for of, model in models.items()}
        predictions = {of: partial(m.predict_proba, X) for of, m in models.items()}
        for what, calls, epochs in (
            ("trained", fits, EPOCHS),
            ("predicted", predictions, 1),
        ):
            with threadpool_limits(1, user_api="blas"):
                seconds = take_turns(calls, options.repeats, process_time)
            its = [time / epochs / N_ROWS * 1e6 for time in seconds.values()]
            cells = *(f"{time:.2f}" for time in its), f"{its[0] / its[1]:.2f}"
            print_row([f"{name}, {what}", *cells])


if __name__ == "__main__":
    main()
