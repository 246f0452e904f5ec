"""Rows to validate on: given, held out, routed; and which epoch is kept."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import accuracy_score, f1_score, log_loss, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor
from sknnadl.training.epoch import Trainer

SCORINGS = [None, "loss", "f1_macro", make_scorer(accuracy_score)]


@pytest.fixture(scope="module")
def noisy():
    """Rows, three of ten labels wrong, to train and to validate on."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 10))
    y = (X[:, 0] > 0) ^ (rng.random(300) < 0.3)
    return X[:200], y[:200].astype(int), X[200:], y[200:].astype(int)


def quick(**parameters):
    defaults = {
        "max_iter": 3,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return MLPClassifier(**({"hidden_layer_sizes": (8,)} | defaults | parameters))


def best_epoch(model):
    """Return the number of the first of the best epochs."""
    if model.scoring in (None, "loss"):
        return int(np.argmin(model.history_["val_loss"])) + 1
    return int(np.argmax(model.history_["val_score"])) + 1


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("scoring", SCORINGS, ids=str)
@pytest.mark.filterwarnings("ignore:Training stopped after")
def test_the_best_epoch_is_kept_bit_for_bit(scoring, solver, noisy):
    X, y, X_val, y_val = noisy
    model = MLPClassifier(
        (30,),
        learning_rate="constant",
        solver=solver,
        early_stopping=True,
        random_state=0,
    )
    model.set_params(scoring=scoring, learning_rate_init=0.02, tol=0)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    best = best_epoch(model)
    assert best > 1
    assert model.n_iter_ == best + 10
    until = clone(model).set_params(max_iter=best, early_stopping=False)
    until.set_params(n_iter_no_change=np.inf).fit(X, y)
    np.testing.assert_array_equal(model.parameters_, until.parameters_)
    np.testing.assert_array_equal(model.predict(X_val), until.predict(X_val))


@pytest.mark.parametrize("scoring", [None, "loss", "neg_mean_absolute_error"])
def test_the_best_epoch_of_a_regressor_is_kept(scoring, noisy):
    X, y, X_val, y_val = noisy
    model = MLPRegressor(
        learning_rate="constant",
        hidden_layer_sizes=(50,),
        scoring=scoring,
        early_stopping=True,
        random_state=0,
    )
    model.set_params(learning_rate_init=0.05).fit(X, y, X_val=X_val, y_val=y_val)
    best = best_epoch(model)
    assert best < model.n_iter_
    until = clone(model).set_params(max_iter=best, n_iter_no_change=np.inf)
    until.set_params(early_stopping=False).fit(X, y)
    np.testing.assert_array_equal(model.parameters_, until.parameters_)


@pytest.mark.parametrize("scoring", SCORINGS, ids=str)
def test_partial_fit_keeps_the_best_epoch_too(scoring, noisy):
    X, y, X_val, y_val = noisy
    model = quick(early_stopping=True, scoring=scoring, learning_rate_init=0.5)
    epochs = []
    for _ in range(12):
        model.partial_fit(X, y, classes=[0, 1], X_val=X_val, y_val=y_val)
        epochs.append(model.training_state_["parameters"].copy())
        best = epochs[best_epoch(model) - 1]
        np.testing.assert_array_equal(model.parameters_, best)
        model = pickle.loads(pickle.dumps(model))
    assert best_epoch(model) < 12


def test_what_is_measured_is_what_the_metrics_say(noisy):
    X, y, X_val, y_val = noisy
    weights = np.linspace(0.1, 2, len(y_val))
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": weights}
    plain, scored = (
        quick(scoring=scoring, max_iter=1).fit(X, y, **given)
        for scoring in (None, "f1_macro")
    )
    probabilities, predicted = plain.predict_proba(X_val), plain.predict(X_val)
    assert plain.history_["val_loss"][0] == pytest.approx(
        log_loss(y_val, probabilities, sample_weight=weights)
    )
    assert plain.history_["val_score"][0] == pytest.approx(
        plain.score(X_val, y_val, weights)
    )
    assert scored.history_["val_score"][0] == pytest.approx(
        f1_score(y_val, predicted, average="macro", sample_weight=weights)
    )


def test_validation_changes_no_training(noisy):
    X, y, X_val, y_val = noisy
    alone = quick().fit(X, y)
    watched = quick().fit(X, y, X_val=X_val, y_val=y_val)
    np.testing.assert_array_equal(alone.parameters_, watched.parameters_)
    assert np.isnan(alone.history_["val_score"]).all()
    assert np.isfinite(watched.history_["val_score"]).all()


def test_without_a_fraction_the_training_rows_are_watched(noisy):
    X, y, *_ = noisy
    model = quick(early_stopping=True, validation_fraction=None)
    given = quick(early_stopping=True).fit(X, y, X_val=X, y_val=y)
    model.fit(X, y)
    np.testing.assert_array_equal(model.parameters_, given.parameters_)
    assert model.history_["val_score"] == given.history_["val_score"]


@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_rows_of_any_form_validate_the_same(scoring, digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    X_val, y_val = digits.X_val[:100], digits.y_val[:100]
    options = {
        "max_iter": 2,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    model = ConvNetClassifier((2,), kernel_size=3, scoring=scoring, **options)
    forms = (
        (X, X_val),
        (X.reshape(-1, 8, 8), X_val),
        (X, X_val.reshape(-1, 8, 8, 1)),
    )
    curves = [
        clone(model).fit(a, y, X_val=b, y_val=y_val).history_["val_score"]
        for a, b in forms
    ]
    assert curves[0] == curves[1] == curves[2]


def test_data_frames_are_validated_on_without_a_warning(noisy):
    X, y, X_val, y_val = noisy
    X, X_val = (pd.DataFrame(rows).add_prefix("x") for rows in (X, X_val))
    model = quick(early_stopping=True, scoring="f1_macro")
    model.fit(X, y, X_val=X_val, y_val=pd.Series(y_val))
    assert len(model.history_["val_score"]) == 3
    with pytest.raises(ValueError, match="feature"):
        model.fit(X, y, X_val=X_val[X_val.columns[::-1]], y_val=y_val)


def test_scorers_see_labels_and_rows_as_they_were_given(noisy):
    X, y, X_val, y_val = noisy
    names = np.array(["no", "yes"])
    seen = []

    def scorer(estimator, X, y):
        seen.append((X, y, estimator.predict(X)))
        return -len(seen)  # so the first epoch is the best

    model = quick(early_stopping=True, scoring=scorer)
    model.fit(X.astype("f4"), names[y], X_val=X_val.astype("f4"), y_val=names[y_val])
    assert model.history_["val_score"] == [-1, -2, -3]
    for rows, labels, predicted in seen:
        np.testing.assert_array_equal(rows, X_val.astype("f4"))
        np.testing.assert_array_equal(labels, names[y_val])
        assert set(predicted) <= {"no", "yes"}
    np.testing.assert_array_equal(model.predict(X_val.astype("f4")), seen[0][2])


def test_through_a_pipeline_and_a_search(noisy):
    X, y, X_val, y_val = noisy
    X, X_val = 5 + 3 * X, 5 + 3 * X_val
    scaler = StandardScaler().fit(X)
    model = quick(early_stopping=True)
    expected = clone(model).fit(
        scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val
    )
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline(
            [("scale", StandardScaler()), ("net", model)], transform_input=["X_val"]
        )
        search = GridSearchCV(pipeline, {"net__alpha": [0.1, 1]}, cv=2)
        for outer in (pipeline, search):
            outer.fit(X, y, X_val=X_val, y_val=y_val)
        pipelines = pipeline, search.best_estimator_
    assert search.best_params_ == {"net__alpha": 0.1}
    for fitted in pipelines:
        assert fitted[-1].history_["val_loss"] == expected.history_["val_loss"]
        np.testing.assert_array_equal(fitted[-1].parameters_, expected.parameters_)


@pytest.mark.parametrize("scoring", [None, "f1_macro"])
def test_weights_are_routed(scoring, noisy):
    X, y, X_val, y_val = noisy
    w, w_val = np.linspace(0.1, 2, len(y)), np.linspace(2, 0.1, len(y_val))
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": w_val}
    model = quick(early_stopping=True, scoring=scoring)
    expected = clone(model).fit(X, y, w, **given)
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True, **dict.fromkeys(given, True))
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"alpha": ["auto"]}, cv=2)
        best = search.fit(X, y, sample_weight=w, **given).best_estimator_
    np.testing.assert_array_equal(best.parameters_, expected.parameters_)
    assert best.history_["val_score"] == expected.history_["val_score"]
    assert best.history_["val_loss"] == expected.history_["val_loss"]


@pytest.mark.parametrize("weights", ["class_weight", "sample_weight"])
def test_a_callable_need_not_take_weights(weights, noisy):
    X, y, *_ = noisy
    model = quick(early_stopping=True, scoring=lambda e, X, y: e.score(X, y))
    if weights == "class_weight":
        model.set_params(class_weight="balanced").fit(X, y)
    else:
        model.fit(X, y, np.ones(len(y)))


def test_a_callable_sees_an_estimator_with_its_history(noisy):
    X, y, *_ = noisy
    seen = []

    def score(estimator, X, y):
        seen.append(estimator.n_iter_)
        return estimator.score(X, y)

    quick(early_stopping=True, scoring=score).fit(X, y)
    assert seen == list(range(len(seen)))


def test_a_score_of_values_needs_two_rows(noisy):
    X, *_ = noisy
    model = MLPRegressor(
        learning_rate="constant",
        hidden_layer_sizes=(8,),
        early_stopping=True,
        max_iter=2,
        random_state=0,
    )
    model.set_params(n_iter_no_change=np.inf).fit(X[:10], X[:10, 0])
    assert np.isfinite(model.history_["val_score"]).all()  # two of ten are held out
    model.fit(X, X[:, 0], X_val=X[:1], y_val=X[:1, 0])  # the loss is watched
    assert np.isnan(model.history_["val_score"]).all()


def accuracy(estimator, X, y):
    return estimator.score(X, y)


def test_a_callable_is_watched_on_in_another_process(noisy):
    X, y, X_val, y_val = noisy
    model = quick(early_stopping=True, scoring=accuracy, max_iter=4)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    watched = model.training_state_["watched"]
    assert "accuracy" in watched
    assert " at 0x" not in str(watched)  # an address would be another one there


def test_a_metric_without_weights(noisy):
    X, y, *_ = noisy
    model = MLPRegressor(
        learning_rate="constant",
        hidden_layer_sizes=(8,),
        early_stopping=True,
        scoring="neg_max_error",
        max_iter=3,
    )
    model.set_params(n_iter_no_change=np.inf, random_state=0)
    model.fit(X, X[:, 0], np.ones(len(y)))
    assert np.isfinite(model.history_["val_score"]).all()


@pytest.mark.parametrize("scoring", [None, "loss"])
def test_the_dtype_of_the_validation_rows_makes_no_difference(scoring, noisy):
    X, y, X_val, y_val = noisy
    model = quick(early_stopping=True, scoring=scoring)
    X, X_val = X.astype("float32"), X_val.astype("float32").astype("float64")
    fitted = clone(model).fit(X, y, X_val=X_val, y_val=y_val)
    for _ in range(3):
        model.partial_fit(X, y, classes=[0, 1], X_val=X_val, y_val=y_val)
    assert fitted.history_["val_loss"] == model.history_["val_loss"]


def test_validation_rows_too_large_for_the_network_are_refused(noisy):
    X, y, X_val, y_val = noisy
    with pytest.raises(ValueError, match="too large for dtype='float32'"):
        quick().fit(X.astype("float32"), y, X_val=1e300 * X_val, y_val=y_val)


def flipped():
    """Return rows of two classes, and the same rows with the classes exchanged."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 4))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    return X, y, 1 - y


@pytest.mark.parametrize("scoring", [None, "loss", "accuracy"])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_a_fit_on_other_rows_is_compared_with_nothing_before(scoring):
    X, y, other = flipped()
    options = {"early_stopping": True, "scoring": scoring, "max_iter": 30}
    model = MLPClassifier(
        (8,), learning_rate="constant", **options, warm_start=True, random_state=0
    )
    assert model.fit(X, y).score(X, y) > 0.95
    assert model.fit(X, other).score(X, other) > 0.95


@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_the_training_cost_of_other_rows_is_no_reason_to_stop():
    X, y, other = flipped()
    model = MLPClassifier(
        (8,), learning_rate="constant", max_iter=40, n_iter_no_change=3, warm_start=True
    )
    model.set_params(random_state=0).fit(X, y)
    assert model.fit(X, other).score(X, other) > 0.95


def test_partial_fit_with_other_validation_rows_begins_a_new_comparison():
    X, y, other = flipped()
    model = MLPClassifier(
        (8,), learning_rate="constant", early_stopping=True, random_state=0
    )
    for _ in range(15):
        model.partial_fit(X, y, classes=[0, 1], X_val=X, y_val=y)
    for _ in range(30):
        model.partial_fit(X, other, X_val=X, y_val=other)
    assert model.score(X, other) > 0.95


def test_the_start_of_a_new_comparison_counts():
    X, y, other = flipped()
    model = MLPClassifier(
        (8,), learning_rate="constant", early_stopping=True, random_state=0
    )
    for _ in range(15):
        model.partial_fit(X, y, classes=[0, 1], X_val=X, y_val=y)
    start = model.training_state_["parameters"].copy()
    # Training on exchanged classes makes it worse on rows that are not, and new.
    model.partial_fit(X, other, X_val=X[:500], y_val=y[:500])
    np.testing.assert_array_equal(model.parameters_, start)
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize(
    "change", [{"activation": "sigmoid"}, {"loss": "squared_error"}]
)
def test_the_best_epoch_of_another_network_is_forgotten(change, noisy):
    X, y, X_val, y_val = noisy
    model = quick(early_stopping=True, max_iter=30, loss="cross_entropy")
    model.fit(X, y, X_val=X_val, y_val=y_val)
    model.set_params(learning_rate_init=1e-9, **change)
    model.partial_fit(X, y, X_val=X_val, y_val=y_val)
    assert model.score(X_val, y_val) == model.history_["val_score"][-1]
    assert model.score(X_val, y_val) < max(model.history_["val_score"])


def test_another_rate_of_dropout_makes_no_other_network(noisy):
    X, y, X_val, y_val = noisy
    model = quick(early_stopping=True, scoring="accuracy", max_iter=10)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    model.set_params(dropout=0.9, learning_rate_init=10.0)
    model.partial_fit(X, y, X_val=X_val, y_val=y_val)
    assert model.score(X_val, y_val) == max(model.history_["val_score"])
    assert model.score(X_val, y_val) > model.history_["val_score"][-1]


def test_a_new_comparison_may_begin_with_no_score(noisy):
    X, y, X_val, y_val = noisy
    scores = iter([0.5, 0.5, 0.5, np.nan, 0.1, 0.3, 0.2])  # the fourth is the start's
    model = quick(early_stopping=True, scoring=lambda *_: next(scores))
    model.fit(X, y, X_val=X_val, y_val=y_val)
    model.set_params(warm_start=True, max_iter=2)
    model.fit(X, y, X_val=X_val[1:], y_val=y_val[1:])
    np.testing.assert_array_equal(
        model.parameters_, model.training_state_["parameters"]
    )
    assert model.history_["val_score"][3:] == [0.1, 0.3]


def rare_classes():
    """Return rows of three classes, one of which has a single row."""
    X = np.random.default_rng(0).standard_normal((200, 3))
    return X, np.repeat([0, 1, 2], [180, 19, 1])


@pytest.mark.parametrize("seed", range(20))
def test_the_only_row_of_a_class_is_learned_and_the_others_are_stratified(seed):
    X, y = rare_classes()
    seen = []

    def watch(model, X, y):
        seen.append(np.bincount(y, minlength=3).tolist())
        return 0.5

    options = {"early_stopping": True, "scoring": watch, "random_state": seed}
    quick(**options, max_iter=1).fit(X, y)
    assert set(map(tuple, seen)) == {(18, 2, 0)}


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr"])
def test_what_cannot_be_scored_is_told_before_training(scoring, monkeypatch):
    X, y = rare_classes()
    monkeypatch.setattr(Trainer, "epoch", lambda *_: pytest.fail("has begun to work"))
    model = quick(early_stopping=True, scoring=scoring)
    with pytest.raises(ValueError, match=r"20 rows to validate on, where classes are"):
        model.fit(X, y)


@pytest.mark.parametrize("change", [{"alpha": 5.0}, {"dropout": 0.5}])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_training_cost_of_another_kind_is_no_reason_to_stop(change, noisy):
    X, y, *_ = noisy
    model = MLPClassifier(
        (8,), learning_rate="constant", max_iter=60, random_state=0, warm_start=True
    )
    model.set_params(n_iter_no_change=np.inf).fit(X, y)
    lowest = model.best_loss_
    model.set_params(n_iter_no_change=2, tol=0.0, max_iter=40, **change).fit(X, y)
    first = model.history_["loss"][60]
    assert first > lowest  # it began above, and went on nevertheless
    assert model.n_iter_ > 3


def test_scores_that_are_always_nan_keep_the_last_epoch(noisy):
    X, y, X_val, y_val = noisy
    options = {"early_stopping": True, "scoring": lambda *_: np.nan}
    fitted = quick(**options).fit(X, y, X_val=X_val, y_val=y_val)
    model = quick(**options)
    for _ in range(3):
        model.partial_fit(X, y, classes=np.unique(y), X_val=X_val, y_val=y_val)
    np.testing.assert_array_equal(model.parameters_, fitted.parameters_)


def test_a_scorer_that_copes_with_missing_classes_sees_a_real_network(noisy):
    X, y, *_ = noisy
    some = y != y.max()
    sums = []

    def score(model, X, y):
        sums.append((np.isfinite(model.parameters_).all(), model.n_iter_))
        return 0.5

    model = quick(early_stopping=True, scoring=score)
    for _ in range(2):
        model.partial_fit(X, y, classes=np.unique(y), X_val=X[some], y_val=y[some])
    assert all(is_finite for is_finite, _ in sums)
