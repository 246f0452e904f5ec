"""Count how often tests on scores of folds find a difference where there is none.

    python benchmarks/null_comparison.py --runs 200

In each run a new data set is drawn, and two models are compared on splits of its rows:
the nearest centroid of the first half of the features, and that of the second half.
Both halves are drawn from the same distribution, so that neither model is better, and a
test at 5 percent should reject in 5 percent of the runs.
"""

import argparse

import numpy as np
from scipy.stats import ttest_rel
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit

from sknnadl.significance import corrected_t_test

SPLITS = {
    "15 random splits, 20 percent to test": ShuffleSplit(15, test_size=0.2),
    "15 random splits, 10 percent to test": ShuffleSplit(15, test_size=0.1),
    "5 folds, 3 times": RepeatedKFold(n_splits=5, n_repeats=3),
    "10 folds": KFold(10, shuffle=True),
}
N_ROWS, N_FEATURES, SHIFT = 200, 5, 0.3


def draw_rows(rng):
    """Return two halves of features, alike in distribution, and two classes."""
    y = rng.integers(2, size=N_ROWS)
    X = rng.normal(SHIFT * (2 * y - 1), size=(2, N_FEATURES, N_ROWS))
    return X.swapaxes(1, 2), y  # (2, rows, features), (rows,)


def centroid_accuracy(X, y, train, test):
    """Return the accuracy on the test rows of the nearest centroid."""
    zero, one = (X[train][y[train] == label].mean(axis=0) for label in (0, 1))
    is_one = (X[test] - (zero + one) / 2) @ (one - zero) > 0
    return np.mean(is_one == y[test])


def draw_p_values(splitter, rng):
    """Return the p-values of the corrected and of the naive test on new data."""
    (X_a, X_b), y = draw_rows(rng)
    splitter.random_state = int(rng.integers(2**31))
    splits = list(splitter.split(y))
    a, b = ([centroid_accuracy(X, y, *split) for split in splits] for X in (X_a, X_b))
    n_train = [len(train) for train, _ in splits]
    n_test = [len(test) for _, test in splits]
    return corrected_t_test(a, b, n_train, n_test).p_value, ttest_rel(a, b).pvalue


def rejection_rates(splitter, runs, seed=0):
    """Return in what part of the runs the corrected and the naive test reject."""
    rng = np.random.default_rng(seed)
    p_values = [draw_p_values(splitter, rng) for _ in range(runs)]
    corrected, naive = np.mean(np.array(p_values) < 0.05, axis=0)
    return float(corrected), float(naive)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="default: 200")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args()
    print("| splits | corrected t-test | naive t-test |")
    print("| --- | ---: | ---: |")
    for name, splitter in SPLITS.items():
        corrected, naive = rejection_rates(splitter, options.runs, options.seed)
        print(f"| {name} | {corrected:.1%} | {naive:.1%} |", flush=True)


if __name__ == "__main__":
    main()
