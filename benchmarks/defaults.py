"""Cross-validate the defaults beside scikit-learn's on its bundled tables.

python benchmarks/defaults.py [--seeds 5] [--set NAME=VALUE ...]
"""

import argparse
import ast
import time
import warnings

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_friedman1,
    make_friedman2,
    make_friedman3,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor
from sknnadl.datasets import load_digits_images, load_mnist

LOADERS = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}


def measure(estimator, X, y, seeds):
    """Return the mean accuracy, in percent, and the seconds over all seeds."""
    scores, start = [], time.perf_counter()
    for seed in range(seeds):
        model = make_pipeline(StandardScaler(), estimator.set_params(random_state=seed))
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        scores.append(cross_val_score(model, X, y, cv=folds).mean())
    return 100 * np.mean(scores), time.perf_counter() - start


def measure_conv(X, y, X_val, y_val, rate, **parameters):
    """Return the accuracy, in percent, on raw and on standardized pixels."""
    net = ConvNetClassifier(
        learning_rate_init=rate, n_jobs=-1, random_state=0, **parameters
    )
    models = net, make_pipeline(StandardScaler(), clone(net))
    return [100 * model.fit(X, y).score(X_val, y_val) for model in models]


def print_conv_rates(path):
    """Print the accuracy of convolutional networks by their learning rate."""
    digits = load_digits_images()
    sets = {"digits": (digits, {"kernel_size": 3, "padding": "same", "max_iter": 30})}
    if path:
        sets["MNIST, 10,000 images"] = (load_mnist(path), {"max_iter": 8})
    print("| data | learning rate | pixels as they are | standardized |")
    print("| --- | ---: | ---: | ---: |")
    for name, (data, parameters) in sets.items():
        X, y = data.X_train[:10_000], data.y_train[:10_000]
        for rate in (0.05, 0.1, 0.2, 0.4):
            raw, standardized = measure_conv(
                X, y, data.X_val, data.y_val, rate, **parameters
            )
            print(f"| {name} | {rate} | {raw:.2f} | {standardized:.2f} |", flush=True)


def print_regression_rates(seeds):
    """Print the coefficient of determination by solver and rate, targets scaled."""
    sets = {
        "diabetes": load_diabetes(return_X_y=True),
        "friedman1": make_friedman1(1000, noise=1.0, random_state=0),
        "friedman2": make_friedman2(1000, noise=50.0, random_state=0),
        "friedman3": make_friedman3(1000, noise=0.1, random_state=0),
        "digits": load_digits(return_X_y=True),
    }
    models = {
        f"{solver} {rate}": MLPRegressor(solver=solver, learning_rate_init=rate)
        for solver, rates in (("sgd", (0.01, 0.02, 0.05)), ("adam", (0.001, 0.004)))
        for rate in rates
    }
    models["scikit-learn's"] = SklearnMLPRegressor()
    print("| data | features |", " | ".join(models), "|")
    print("| --- | --- |" + " ---: |" * len(models))
    for name, (X, y) in sets.items():
        for features, scaler in (("scaled", StandardScaler()), ("as they are", None)):
            scores = [
                measure_regression(scaler, model, X, y, seeds)
                for model in models.values()
            ]
            row = " | ".join(f"{score:.3f}" for score in scores)
            print(f"| {name} | {features} | {row} |", flush=True)


def measure_regression(scaler, estimator, X, y, seeds):
    """Return the mean score over seeds; nan where training diverged."""
    scores = []
    for seed in range(seeds):
        model = make_pipeline(scaler, estimator.set_params(random_state=seed))
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
        folds = KFold(5, shuffle=True, random_state=seed)
        scores.append(cross_val_score(model, X, y, cv=folds).mean())
    return np.mean(scores)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="default: 5")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE", help="other parameters"
    )
    parser.add_argument(
        "--conv", action="store_true", help="the rate of ConvNetClassifier instead"
    )
    parser.add_argument(
        "--regression", action="store_true", help="solvers of MLPRegressor instead"
    )
    parser.add_argument("--data", help="with --conv: where MNIST is")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.conv:
        print_conv_rates(options.data)
        return
    if options.regression:
        print_regression_rates(options.seeds)
        return
    parameters = {
        name: ast.literal_eval(value)
        for name, value in (text.split("=", 1) for text in options.set)
    }
    models = {
        "sknnadl": MLPClassifier(**parameters),
        "scikit-learn": SklearnMLPClassifier(),
    }
    results = {name: [] for name in models}
    print("| data | sknnadl | scikit-learn | seconds | seconds |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for dataset, load in LOADERS.items():
        X, y = load(return_X_y=True)
        for name, model in models.items():
            results[name].append(measure(model, X, y, options.seeds))
        (ours, ours_s), (theirs, theirs_s) = (r[-1] for r in results.values())
        print(
            f"| {dataset} | {ours:.2f} | {theirs:.2f} | {ours_s:.1f} | {theirs_s:.1f} |"
        )
    (ours, ours_s), (theirs, theirs_s) = (np.array(r).T for r in results.values())
    print(
        f"| mean, total | {ours.mean():.2f} | {theirs.mean():.2f} "
        f"| {ours_s.sum():.1f} | {theirs_s.sum():.1f} |"
    )


if __name__ == "__main__":
    main()
