"""Count how often tests on scores of folds find a difference where there is none.

    python benchmarks/null_comparison.py --runs 200

In each run a new data set is drawn, and two models are compared on splits of its rows:
the nearest centroid of the first half of the features, and that of the second half.
Both halves are drawn from the same distribution, so that neither model is better, and a
test at 5 percent should reject in 5 percent of the runs, and in no more.
"""

import argparse

import numpy as np
from scipy.stats import ttest_rel
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
)

from sknnadl.significance import corrected_t_test, difference_variance

#: How 200 rows are divided.
SPLITS = {
    "15 random splits, 20 percent to test": ShuffleSplit(15, test_size=0.2),
    "15 random splits, 10 percent to test": ShuffleSplit(15, test_size=0.1),
    "5 folds, 3 times": RepeatedStratifiedKFold(n_splits=5, n_repeats=3),
    "10 folds": StratifiedKFold(10, shuffle=True),
}
#: Folds, and rows in each.
FOLDS = [(k, n) for k in (2, 3, 5, 10) for n in (10, 20)]
N_ROWS, N_FEATURES, SHIFT = 200, 5, 0.3


def draw_rows(rng, n_rows=N_ROWS):
    """Return two halves of features, alike in distribution, and two classes."""
    y = rng.permutation(n_rows) % 2
    X = rng.normal(SHIFT * (2 * y - 1), size=(2, N_FEATURES, n_rows))
    return X.swapaxes(1, 2), y  # (2, rows, features), (rows,)


def find_right(X, y, train, test):
    """Return which test rows the nearest centroid gets right."""
    zero, one = (X[train][y[train] == label].mean(axis=0) for label in (0, 1))
    is_one = (X[test] - (zero + one) / 2) @ (one - zero) > 0
    return is_one == y[test]


def draw_p_values(splitter, rng, n_rows=N_ROWS):
    """Return p-values on new data: with the floor, without it, of the naive test."""
    (X_a, X_b), y = draw_rows(rng, n_rows)
    splitter.random_state = int(rng.integers(2**31))
    splits = list(splitter.split(y, y))
    right = [[find_right(X, y, *split) for split in splits] for X in (X_a, X_b)]
    rows = [
        np.array([len(part) for part in parts]) for parts in zip(*splits, strict=True)
    ]
    scores = [[np.mean(fold) for fold in folds] for folds in right]
    a, b = map(np.concatenate, right)
    only_a, only_b = np.count_nonzero(a & ~b), np.count_nonzero(b & ~a)
    floor = difference_variance(only_a, only_b, len(a)) / len(a)
    differences = np.subtract(*scores)
    alike = np.ptp(differences) < 1e-12  # of which the naive test says 0 or nan
    naive = float(np.mean(differences) == 0) if alike else ttest_rel(*scores).pvalue
    return (
        corrected_t_test(*scores, *rows, min_variance=floor).p_value,
        corrected_t_test(*scores, *rows).p_value,
        naive,
    )


def rejection_rates(splitter, runs, seed=0, n_rows=N_ROWS):
    """Return in what part of the runs each of the three tests rejects."""
    rng = np.random.default_rng(seed)
    p_values = [draw_p_values(splitter, rng, n_rows) for _ in range(runs)]
    return np.mean(np.array(p_values) < 0.05, axis=0).tolist()


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200, help="default: 200")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args()
    cases = {name: (splitter, N_ROWS) for name, splitter in SPLITS.items()}
    for k, n in FOLDS:
        cases[f"{k} folds of {n} rows"] = StratifiedKFold(k, shuffle=True), k * n
    print("| splits | corrected t-test | without floor | naive t-test |")
    print("| --- | ---: | ---: | ---: |")
    for name, (splitter, n_rows) in cases.items():
        rates = rejection_rates(splitter, options.runs, options.seed, n_rows)
        print(f"| {name} | {' | '.join(f'{r:.1%}' for r in rates)} |", flush=True)


if __name__ == "__main__":
    main()
