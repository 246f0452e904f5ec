"""Cross-validate the defaults beside their peers on real tables.

python benchmarks/tabular.py [--kind regression] [--half kept] [--jobs 2]
python benchmarks/tabular.py --try "solver='adam', max_iter=60" ...

Numbers are imputed and standardised, categories one-hot, folds the same for all;
`for_tables` and RealMLP, where pytabkit is installed, take the columns as they are.
Defaults are chosen on one half of the tables, and claimed on the other. What has been
measured is kept in `benchmarks/results/tabular.jsonl`, and not measured again.
"""

import argparse
import json
import re
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
from sklearn.metrics import accuracy_score, log_loss, r2_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from tables import KINDS, names_of
from threadpoolctl import threadpool_limits

from sknnadl import MLPClassifier, MLPRegressor
from sknnadl.significance import corrected_t_test

try:
    import pytabkit
except ImportError:  # it comes with 750 MB
    pytabkit = None

RESULTS = Path(__file__).parent / "results" / "tabular.jsonl"
GRID = {"C": [1, 10, 100], "gamma": [0.01, 0.1, "scale"]}
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
#: Prepares tables itself (Holzmueller, Grinsztajn and Steinwart 2024).
REALMLP = "RealMLP-TD"
if pytabkit is not None:
    own = {"device": "cpu", "n_threads": 1}
    PEERS["classification"][REALMLP] = pytabkit.RealMLP_TD_Classifier(**own)
    PEERS["regression"][REALMLP] = pytabkit.RealMLP_TD_Regressor(**own)
OURS = {"classification": MLPClassifier, "regression": MLPRegressor}
#: What is measured, and whether more of it is better.
MEASURES = {
    "classification": {
        "accuracy": True,
        "log_loss": False,
        "roc_auc": True,
        "calibration": False,
    },
    "regression": {"r2": True},
}
#: Peers that scale no targets themselves are given scaled ones.
SCALED = ("scikit-learn's MLP", "SVR", "SVR, tuned")


def as_categories(frame):
    """Return a frame whose columns of text are categories, as RealMLP wants them."""
    texts = frame.select_dtypes(exclude="number").columns
    return frame.astype(dict.fromkeys(texts, "category"))


def impute(model):
    """Return a model behind what fills holes and leaves the rest to it."""
    preparation = make_column_transformer(
        (
            SimpleImputer(strategy="median"),
            make_column_selector(dtype_include="number"),
        ),
        (
            SimpleImputer(strategy="constant", fill_value="missing"),
            make_column_selector(dtype_exclude="number"),
        ),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return make_pipeline(preparation, FunctionTransformer(as_categories), model)


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


def measure_roc_auc(y, probabilities):
    """Return the area under the ROC curve, of many classes the mean of each's."""
    of_classes = [
        roc_auc_score(y == label, column)
        for label, column in enumerate(probabilities.T)
        if 0 < (y == label).sum() < len(y)
    ]
    return float(np.mean(of_classes))


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
    model = clone(model)
    if not isinstance(model, Pipeline):
        model = (impute if label == REALMLP else prepare)(model)
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
            result["roc_auc"] = measure_roc_auc(y[test], probabilities)
            result["calibration"] = calibration_error(y[test], probabilities)
    return result


def identify(model):
    """Return what tells a model from others, all of its arguments."""
    text = f"{type(model).__module__} {sorted(model.get_params().items())}"
    return re.sub(r" at 0x[0-9a-f]+", "", text)  # where an object lies in memory


def measured_in_full(kind, result):
    """Return whether a result has all that is measured now, and was not before."""
    if result is None:
        return False
    return kind == "regression" or "log_loss" not in result or "roc_auc" in result


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
    missing = {
        key: task
        for key, task in wanted.items()
        if not measured_in_full(kind, results.get(key))
    }
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
    """Return what was measured, shape (n_models, n_tables, n_folds), or nan."""
    kind = next(iter(results))[0]
    return np.array(
        [
            [
                [
                    results[kind, name, fold, identify(model)].get(measured, np.nan)
                    for fold in range(5)
                ]
                for name in names
            ]
            for model in models.values()
        ]
    )


def count_differences(ours, theirs):
    """Return on how many tables they are better by the report's test, and worse.

    Both are of shape (n_tables, n_folds), where more is better.
    """
    pairs = zip(theirs, ours, strict=True)
    differences = [corrected_t_test(*pair, n_train=4, n_test=1) for pair in pairs]
    better = sum(difference.low > 0 for difference in differences)
    return better, sum(difference.high < 0 for difference in differences)


def print_table(kind, names, models, results):
    """Print what each model does on each table, and beside the others."""
    seconds = collect(results, names, models, "seconds").sum(axis=(1, 2))
    for measured, more_is_better in MEASURES[kind].items():
        of_folds = collect(results, names, models, measured)
        known = ~np.isnan(of_folds).any(axis=(1, 2))
        labels = [
            label for label, is_known in zip(models, known, strict=True) if is_known
        ]
        of_folds = of_folds[known]
        values = of_folds.mean(axis=2)
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
        signed = of_folds if more_is_better else -of_folds
        counts = [count_differences(signed[0], one) for one in signed[1:]]
        texts = [f"{better}, {worse}" for better, worse in counts]
        print("| better than the first, worse, by the test | |", " | ".join(texts), "|")
        cpu = seconds[known] / seconds[0]
        print("| CPU time |", " | ".join(f"{share:.2f}" for share in cpu), "|")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="classification")
    parser.add_argument("--half", choices=["choosing", "kept"], default="choosing")
    parser.add_argument("--only", nargs="+", help="names of peers (default: all)")
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
    if not options.tried:
        models["for_tables"] = make_pipeline(make.for_tables())
    models |= {text: make(**eval(f"dict({text})")) for text in options.tried}
    if not options.tried:
        peers = PEERS[options.kind]
        models |= {label: peers[label] for label in options.only or peers}
    results = measure_all(options.kind, names, models, options.jobs)
    print_table(options.kind, names, models, results)


if __name__ == "__main__":
    main()
