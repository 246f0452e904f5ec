"""Count how often intervals on one test set cover the true score.

    python benchmarks/interval_coverage.py --runs 500

A model is fitted once. Its true score is that on a million rows. Then test sets are
drawn anew, and the share of them whose 95% interval covers the true score is printed:
of the accuracy Wilson's interval and the bootstrap's, of the area under the ROC curve
and of R2 the bootstrap's; and the same for the differences of two models. The last
column is how often a difference is found between two models of which neither is better.
"""

import argparse

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score, roc_auc_score

from sknnadl.significance import (
    bca_interval,
    bootstrap_test,
    mcnemar_test,
    resample,
    wilson_interval,
)

N_FEATURES, N_TRUE = 6, 1_000_000


def draw(rng, n_rows, classify):
    """Return rows of alike features, and classes or numbers that follow from them."""
    X = rng.normal(size=(n_rows, N_FEATURES))
    y = X.sum(axis=1) + rng.normal(scale=2, size=n_rows)
    return X, (y > 0).astype(int) if classify else y


def fit(classify):
    """Return the answers of three models: of most features, of half, of the others."""
    X, y = draw(np.random.default_rng(1), 100_000, classify)
    models = []
    for columns in (slice(0, 5), slice(0, 3), slice(3, 6)):
        model = LogisticRegression() if classify else LinearRegression()
        model.fit(X[:, columns], y)
        # neither half is better: their features have one weight
        model.coef_ = np.full_like(model.coef_, model.coef_.mean())
        answer = model.decision_function if classify else model.predict
        models.append(lambda X, answer=answer, columns=columns: answer(X[:, columns]))
    return models


def accuracy(y, answers):
    """Return the accuracy of values that are above 0 for the second class."""
    return np.mean((answers > 0) == y)


def area(y, answers):
    """Return the area under the ROC curve, by ranks."""
    order = np.argsort(answers)
    ranks = np.empty(len(y))
    ranks[order] = np.arange(1, len(y) + 1)
    # rows that were drawn twice are tied with themselves: the mean of their ranks
    _, same, counts = np.unique(answers, return_inverse=True, return_counts=True)
    ranks = (np.bincount(same, ranks) / counts)[same]
    n_ones = np.count_nonzero(y)
    above = ranks[y == 1].sum() - n_ones * (n_ones + 1) / 2
    return above / (n_ones * (len(y) - n_ones))


def r2(y, answers):
    """Return the coefficient of determination."""
    return 1 - np.sum((y - answers) ** 2) / np.sum((y - y.mean()) ** 2)


SCORES = {"accuracy": accuracy, "AUC": area, "R2": r2}


def covers(ends, truth):
    """Return whether an interval covers the truth."""
    return ends[0] <= truth <= ends[1]


def measure(score, n_rows, runs, seed):
    """Return the shares of intervals that cover, and of differences that are found."""
    classify = score is not r2
    models = fit(classify)
    X, y = draw(np.random.default_rng(2), N_TRUE, classify)
    truths = [score(y, model(X)) for model in models]
    rng, found = np.random.default_rng(seed), []
    for _ in range(runs):
        X, y = draw(rng, n_rows, classify)
        answers = [model(X) for model in models]
        classes = y if classify else None
        most, half, other = (
            resample(
                lambda rows, y=y, one=one: score(y[rows], one[rows]),
                n_rows,
                classes=classes,
            )
            for one in answers
        )
        test = bootstrap_test(most, half)
        row = [
            covers(bca_interval(most), truths[0]),
            covers((test.low, test.high), truths[0] - truths[1]),
            bootstrap_test(half, other).p_value < 0.05,
        ]
        if score is accuracy:
            right = [(one > 0) == y for one in answers]
            test = mcnemar_test(right[0], right[1])
            row += [
                covers(wilson_interval(int(right[0].sum()), n_rows), truths[0]),
                covers((test.low, test.high), truths[0] - truths[1]),
                mcnemar_test(right[1], right[2]).p_value < 0.05,
            ]
        found.append(row)
    return np.mean(found, axis=0).tolist()


def check():
    """Find that the scores are scikit-learn's, also with ties."""
    rng = np.random.default_rng(0)
    y, answers = rng.integers(2, size=50), rng.integers(9, size=50)
    assert np.isclose(area(y, answers), roc_auc_score(y, answers))
    assert np.isclose(r2(y, answers), r2_score(y, answers))


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500, help="default: 500")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--scores", nargs="+", choices=SCORES, default=list(SCORES))
    options = parser.parse_args()
    check()
    print("| score | rows | one model | two models | found where there is none |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in options.scores:
        for n_rows in options.rows:
            shares = measure(SCORES[name], n_rows, options.runs, options.seed)
            for how, three in ((name, shares[:3]), ("by counts", shares[3:])):
                if three:
                    cells = " | ".join(f"{share:.1%}" for share in three)
                    print(f"| {how} | {n_rows} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
