"""Cross-validate the defaults beside their peers on real tables.

python benchmarks/tabular.py [--kind regression] [--half kept] [--jobs 2]
python benchmarks/tabular.py --try "solver='adam', max_iter=60" ...

Numbers are imputed and standardised, categories one-hot, folds the same for all.
Defaults are chosen on one half of the tables, and claimed on the other. What has been
measured is kept in `benchmarks/results/tabular.jsonl`, and not measured again.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from scipy.stats import rankdata
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from tables import KINDS, names_of
from threadpoolctl import threadpool_limits

from sknnadl import MLPClassifier, MLPRegressor

RESULTS = Path(__file__).parent / "results" / "tabular.jsonl"
GRID = {"C": [1, 10, 100]}
PEERS = {
    "classification": {
        "scikit-learn's MLP": SklearnMLPClassifier(),
        "SVC": SVC(),
        "SVC, tuned": GridSearchCV(SVC(), GRID, cv=3),
        "logistic": LogisticRegression(max_iter=1000),
        "forest": RandomForestClassifier(),
        "boosting": HistGradientBoostingClassifier(),
    },
    "regression": {
        "scikit-learn's MLP": SklearnMLPRegressor(),
        "SVR": SVR(),
        "SVR, tuned": GridSearchCV(SVR(), GRID, cv=3),
        "ridge": RidgeCV(),
        "forest": RandomForestRegressor(),
        "boosting": HistGradientBoostingRegressor(),
    },
}
OURS = {"classification": MLPClassifier, "regression": MLPRegressor}
#: What is measured, and whether more of it is better.
MEASURES = {
    "classification": {"accuracy": True, "log_loss": False, "calibration": False},
    "regression": {"r2": True},
}
#: Peers that scale no targets themselves are given scaled ones.
SCALED = ("scikit-learn's MLP", "SVR", "SVR, tuned")


def prepare(model):
    """Return a model behind the usual preparation of a table."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    preparation = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_exclude="number")),
        sparse_threshold=0,
    )
    return make_pipeline(preparation, model)


def calibration_error(y, probabilities, n_bins=10):
    """Return the expected calibration error of the most probable class."""
    confidence = probabilities.max(axis=1)
    hits = probabilities.argmax(axis=1) == y
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, hits - confidence, n_bins)
    return float(np.abs(gaps).sum() / len(y))


def measure(kind, name, fold, label, model):
    """Return what a model does on one fold of a table."""
    table = KINDS[kind][name]()
    X, y = table
    if kind == "classification":
        _, y = np.unique(y.astype(str), return_inverse=True)
        splits = StratifiedKFold(5, shuffle=True, random_state=0).split(X, y)
    else:
        y = y.astype(float)
        splits = KFold(5, shuffle=True, random_state=0).split(X)
    train, test = list(splits)[fold]
    X_train, y_train = X.iloc[train], y[train]
    shift, scale = (y_train.mean(), y_train.std()) if label in SCALED else (0, 1)
    if kind == "classification":
        shift, scale = 0, 1
    model = prepare(clone(model))
    if "random_state" in model[-1].get_params():
        model[-1].set_params(random_state=fold)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        model.fit(X_train, (y_train - shift) / scale)
        result = {"seconds": time.process_time() - start}
        predicted = model.predict(X.iloc[test]) * scale + shift
        if kind == "regression":
            return result | {"r2": float(r2_score(y[test], predicted))}
        result["accuracy"] = float(accuracy_score(y[test], predicted))
        if hasattr(model, "predict_proba"):
            probabilities = model.predict_proba(X.iloc[test]).astype(float)
            probabilities = np.clip(probabilities, 1e-15, 1)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
            labels = np.arange(probabilities.shape[1])
            result["log_loss"] = float(log_loss(y[test], probabilities, labels=labels))
            result["calibration"] = calibration_error(y[test], probabilities)
    return result


def identify(model):
    """Return what tells a model from others, all of its arguments."""
    return f"{type(model).__module__} {sorted(model.get_params().items())}"


def measure_all(kind, names, models, n_jobs):
    """Return the results of all models, measured now or before."""
    RESULTS.parent.mkdir(exist_ok=True)
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    results = {tuple(key): result for key, result in map(json.loads, lines)}
    wanted = {
        (kind, name, fold, identify(model)): (kind, name, fold, label, model)
        for label, model in models.items()
        for name in names
        for fold in range(5)
    }
    missing = {key: task for key, task in wanted.items() if key not in results}
    done = Parallel(n_jobs, return_as="generator")(
        delayed(measure)(*task) for task in missing.values()
    )
    with RESULTS.open("a") as file:
        for key, result in zip(missing, done, strict=True):
            file.write(json.dumps([key, result]) + "\n")
            file.flush()
            results[key] = result
    return {key: results[key] for key in wanted}


def collect(results, names, models, measured):
    """Return the means over folds, shape (n_models, n_tables), or nan."""
    kind = next(iter(results))[0]
    values = [
        [
            [
                results[kind, name, fold, identify(model)].get(measured, np.nan)
                for fold in range(5)
            ]
            for name in names
        ]
        for model in models.values()
    ]
    return np.mean(values, axis=2)


def print_table(kind, names, models, results):
    """Print what each model does on each table, and beside the others."""
    seconds = collect(results, names, models, "seconds").sum(axis=1)
    for measured, more_is_better in MEASURES[kind].items():
        values = collect(results, names, models, measured)
        known = ~np.isnan(values).any(axis=1)
        labels = [
            label for label, is_known in zip(models, known, strict=True) if is_known
        ]
        values = values[known]
        ranks = rankdata(-values if more_is_better else values, axis=0).mean(axis=1)
        print(f"\n| {measured} |", " | ".join(labels), "|")
        print("| --- |" + " ---: |" * len(labels))
        for name, row in zip(names, values.T, strict=True):
            print(f"| {name} |", " | ".join(f"{value:.3f}" for value in row), "|")
        print("| mean |", " | ".join(f"{v:.4f}" for v in values.mean(axis=1)), "|")
        print("| mean rank |", " | ".join(f"{rank:.2f}" for rank in ranks), "|")
        if not more_is_better:
            ratios = np.exp(np.log(values / values[0]).mean(axis=1))
            print("| ratio |", " | ".join(f"{ratio:.3f}" for ratio in ratios), "|")
        cpu = seconds[known] / seconds[0]
        print("| CPU time |", " | ".join(f"{share:.2f}" for share in cpu), "|")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="classification")
    parser.add_argument("--half", choices=["choosing", "kept"], default="choosing")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument(
        "--try",
        nargs="+",
        default=[],
        dest="tried",
        metavar="ARGUMENTS",
        help="other arguments of ours, instead of the peers",
    )
    options = parser.parse_args()
    names, make = names_of(options.kind, options.half), OURS[options.kind]
    models = {"sknnadl": make()}
    models |= {text: make(**eval(f"dict({text})")) for text in options.tried}
    if not options.tried:
        models |= PEERS[options.kind]
    results = measure_all(options.kind, names, models, options.jobs)
    print_table(options.kind, names, models, results)


if __name__ == "__main__":
    main()
