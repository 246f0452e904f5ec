"""The models that the command compares."""

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_selector,
)
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR

from sknnadl.baselines import AverageDarknessClassifier
from sknnadl.estimators import ConvNetClassifier, MLPClassifier, MLPRegressor
from sknnadl.rbf import RBFClassifier, RBFRegressor

#: C and gamma of the tuned SVM, the best on the validation images of a grid over
#: both (``benchmarks/tune_svm.py``; for MNIST of C on 5,000 training images).
_TUNED_SVM = {
    "digits": {"C": 1, "gamma": 0.25},
    "mnist": {"C": 10, "gamma": 0.02},
}

#: So many words of a column have an input of their own, as in `MLPClassifier`.
_MOST_WORDS = 255

#: Convolutional networks for 8x8 and for 28x28 pixels. The first is at least as
#: accurate as the tuned SVM in 5-fold cross-validation
#: (``tests/estimators/test_convnet.py``), the layers of the second are the book's.
_CONV_NETS: dict[str, dict[str, Any]] = {
    "digits": {
        "n_filters": (64,),
        "kernel_size": 3,
        "padding": "same",
        "activation": "tanh",
        "loss": "cross_entropy",
        "dropout": 0.5,
        "batch_size": 10,
        "learning_rate": "constant",
        "learning_rate_init": 0.1,
        "alpha": 1e-4,
        "divide_alpha": False,
        "max_iter": 30,
    },
    "mnist": {"learning_rate": "invscaling", "max_iter": 8},
}


def image_models(dataset: str, random_state: int) -> dict[str, Any]:
    """Return the models for images of handwritten digits, by name.

    Parameters
    ----------
    dataset : {"digits", "mnist"}
        The images, which the tuned SVM and the convolutional network are made for.
    random_state : int
        What the models with random numbers are seeded with.

    Returns
    -------
    models : dict of str to classifier
        The models, not fitted.
    """
    return {
        "random guess": DummyClassifier(strategy="uniform", random_state=random_state),
        "average darkness": AverageDarknessClassifier(),
        "logistic regression": LogisticRegression(max_iter=1000),
        "RBF network": RBFClassifier(300, random_state=random_state),
        "SVM": SVC(),
        "SVM, tuned": SVC(**_TUNED_SVM[dataset]),
        "MLP": MLPClassifier(random_state=random_state),
        "convolutional network": ConvNetClassifier(
            **_CONV_NETS[dataset],
            n_iter_no_change=np.inf,
            n_jobs=-1,
            random_state=random_state,
        ),
    }


def table_models(X: Any, *, classify: bool, random_state: int) -> dict[str, Any]:
    """Return the models for rows of a user's own, by name.

    Parameters
    ----------
    X : ndarray or DataFrame of shape (n_samples, n_features)
        The rows: numbers, or numbers and words, with missing values or without.
    classify : bool
        Whether the models are classifiers, or regressors.
    random_state : int
        What the models with random numbers are seeded with.

    Returns
    -------
    models : dict of str to estimator
        The models, not fitted; each makes of the rows what it needs.
    """
    seed: dict[str, Any] = {"random_state": random_state}
    if classify:
        return {
            "most frequent": DummyClassifier(),
            "logistic regression": _prepared(X, LogisticRegression(max_iter=1000)),
            "RBF network": _prepared(X, RBFClassifier(**seed)),
            "SVM": _prepared(X, SVC()),
            "gradient boosting": _prepared(
                X, HistGradientBoostingClassifier(**seed), scale=False
            ),
            "MLP": _prepared(X, MLPClassifier(**seed)),
        }
    # An SVM's tube has a width in the units of the targets. To the others their units
    # are nothing: Ridge and the RBF network are linear in them, the MLP scales them.
    svm = TransformedTargetRegressor(_prepared(X, SVR()), transformer=StandardScaler())
    return {
        "mean": DummyRegressor(),
        "linear": _prepared(X, Ridge()),
        "RBF network": _prepared(X, RBFRegressor(**seed)),
        "SVM": svm,
        "gradient boosting": _prepared(
            X, HistGradientBoostingRegressor(**seed), scale=False
        ),
        "MLP": _prepared(X, MLPRegressor(**seed)),
    }


def _prepared(X: Any, model: Any, *, scale: bool = True) -> Any:
    """Return a model behind what it needs: numbers, and an input for each word.

    A missing number becomes the median, and has an input that says that it was missing.
    """
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler() if scale else "passthrough",
    )
    if isinstance(X, np.ndarray):
        return make_pipeline(numbers, model)
    words = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=_MOST_WORDS,
        sparse_output=False,
    )
    by_type = ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("words", words, make_column_selector(dtype_exclude="number")),
        ]
    )
    return make_pipeline(by_type, model)


def choose(models: dict[str, Any], names: Collection[str] | None) -> dict[str, Any]:
    """Return some of the models, in their order.

    Parameters
    ----------
    models : dict of str to estimator
        All of them.
    names : list of str or None
        Those wanted; None means all.

    Returns
    -------
    chosen : dict of str to estimator
        Those with these names.

    Raises
    ------
    ValueError
        If there is no model of a name.
    """
    unknown = [name for name in names or () if name not in models]
    if unknown:
        raise ValueError(
            f"There is no model {unknown[0]!r}: there are "
            f"{', '.join(map(repr, models))}."
        )
    return {name: models[name] for name in models if names is None or name in names}
