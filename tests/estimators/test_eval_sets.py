"""Named sets of rows that training is watched on, and that decide nothing."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import (
    ConvNetClassifier,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    load,
    resume,
)
from sknnadl.callbacks import Checkpoint
from sknnadl.network import BatchNorm, Dense
from sknnadl.training import Shift
from sknnadl.training.epoch import Trainer

FEW = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}


def quick(kind=MLPClassifier, **parameters):
    options = {"hidden_layer_sizes": (8,), "learning_rate": "constant"}
    return kind(**options | FEW | parameters)


@pytest.fixture(scope="module")
def parts(digits):
    """Return rows to train on, and two other sets."""
    sets = {
        "test": (digits.X_test[:100], digits.y_test[:100]),
        "other": (digits.X_val[:70], digits.y_val[:70]),
    }
    return digits.X_train[:300], digits.y_train[:300], sets


def curves(model, *names):
    return [model.history_[f"{n}_{k}"] for n in names for k in ("loss", "score")]


@pytest.mark.parametrize("scoring", [None, "f1_macro"])
def test_the_book_s_four_monitors_after_each_epoch(scoring, parts):
    X, y, sets = parts
    sets = {"train": (X, y), **sets}
    model = quick(scoring=scoring, dtype="float64").fit(X, y, eval_sets=sets)
    for epoch in range(3):
        then = quick(max_iter=epoch + 1, dtype="float64").fit(X, y)
        for name, (rows, labels) in sets.items():
            loss = log_loss(labels, then.predict_proba(rows), labels=then.classes_)
            assert model.history_[f"{name}_loss"][epoch] == pytest.approx(loss)
            score = then.score(rows, labels)
            if scoring:
                score = f1_score(labels, then.predict(rows), average="macro")
            assert model.history_[f"{name}_score"][epoch] == pytest.approx(score)


def test_the_measure_is_that_of_validation_rows(parts):
    X, y, sets = parts
    rows, labels = sets["test"]
    w = np.linspace(0, 2, len(labels))
    model = quick(early_stopping=True).fit(
        X,
        y,
        X_val=rows,
        y_val=labels,
        sample_weight_val=w,
        eval_sets={"same": (rows, labels, w), "plain": sets["test"]},
    )
    assert curves(model, "same") == curves(model, "val")
    assert curves(model, "plain") != curves(model, "val")


WAYS = {
    "plain": quick(),
    "dropout": quick(dropout=0.3, solver="adam"),
    "early stopping": quick(early_stopping=True, learning_rate_init=3.0, max_iter=20),
    "a scorer": quick(early_stopping=True, scoring="neg_log_loss"),
    "lbfgs": quick(solver="lbfgs", max_iter=5),
    "norms": quick(gradient_norms=True, batch_norm=True),
    "gelu": quick(activation="gelu"),
    "threads": quick(batch_size=300, n_jobs=2),
    "a table": MLPClassifier.for_tables((8,), **FEW),
    "values": quick(MLPRegressor),
    "images": ConvNetClassifier((3,), kernel_size=3, augmentation=Shift(1), **FEW),
    "layers": NetworkClassifier((Dense(8), BatchNorm(), Dense(6)), **FEW),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_they_only_watch(way, parts):
    X, y, sets = parts
    plain, watched = (clone(WAYS[way]) for _ in range(2))
    plain.fit(X, y)
    watched.fit(X, y, eval_sets={"train": (X, y), **sets})
    np.testing.assert_array_equal(watched.parameters_, plain.parameters_)
    assert watched.n_iter_ == plain.n_iter_
    assert watched.history_.keys() - plain.history_.keys() == {
        f"{name}_{kind}" for name in ("train", *sets) for kind in ("loss", "score")
    }
    for name in plain.history_.keys() - {"seconds"}:
        assert repr(watched.history_[name]) == repr(plain.history_[name])
    states = [dict(model.training_state_) for model in (plain, watched)]
    assert repr(states[0]) == repr(states[1])


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("way", ["plain", "dropout", "gelu", "images", "values"])
def test_fit_is_so_many_calls_of_partial_fit(way, n_jobs, parts):
    X, y, sets = parts
    names = list(sets)
    model = clone(WAYS[way]).set_params(n_jobs=n_jobs)
    fitted = clone(model).fit(X, y, eval_sets=sets)
    for _ in range(3):
        options = {} if way == "values" else {"classes": np.arange(10)}
        model.partial_fit(X, y, **options, eval_sets=sets)
        model = pickle.loads(pickle.dumps(model))
    assert curves(model, *names) == curves(fitted, *names)
    again = clone(fitted).set_params(n_jobs=1).fit(X, y, eval_sets=sets)
    assert curves(again, *names) == curves(fitted, *names)
    np.testing.assert_array_equal(model.parameters_, fitted.parameters_)


def test_an_epoch_that_was_not_watched_is_a_gap(parts):
    X, y, sets = parts
    model = quick(warm_start=True, max_iter=1).fit(X, y)
    model.fit(X, y, eval_sets=sets).fit(X, y, eval_sets={"other": sets["other"]})
    assert np.isnan(model.history_["test_loss"]).tolist() == [True, False, True]
    assert np.isnan(model.history_["other_score"]).tolist() == [True, False, False]
    model.set_params(warm_start=False).fit(X, y)
    assert "test_loss" not in model.history_


def test_rows_of_any_form(parts):
    X, y, sets = parts
    frame = pd.DataFrame(X).add_prefix("x")
    test, labels = sets["test"]
    expected = curves(quick().fit(X, y, eval_sets=sets), "test")
    in_frames = {"test": (pd.DataFrame(test).add_prefix("x"), pd.Series(labels))}
    assert curves(quick().fit(frame, y, eval_sets=in_frames), "test") == expected
    sparse = {"test": [csr_array(test), labels]}  # a list is a tuple too
    assert curves(quick().fit(csr_array(X), y, eval_sets=sparse), "test") == expected
    net = ConvNetClassifier((2,), kernel_size=3, **FEW)
    as_images = {"test": (test.reshape(-1, 8, 8), labels)}
    ways = [clone(net).fit(X, y, eval_sets=s) for s in (sets, as_images)]
    assert curves(ways[0], "test") == curves(ways[1], "test")


def test_through_a_pipeline_and_a_search(parts):
    X, y, sets = parts
    scaler = StandardScaler().fit(X)
    scaled = {n: (scaler.transform(rows), labels) for n, (rows, labels) in sets.items()}
    expected = quick().fit(scaler.transform(X), y, eval_sets=scaled)
    given = {
        "eval_sets": {name: (None, labels) for name, (_, labels) in sets.items()},
        "X_eval": tuple(rows for rows, _ in sets.values()),
    }
    with config_context(enable_metadata_routing=True):
        model = quick().set_fit_request(eval_sets=True, X_eval=True)
        pipeline = make_pipeline(StandardScaler(), model, transform_input=["X_eval"])
        grid = {"mlpclassifier__alpha": ["auto"]}
        search = GridSearchCV(pipeline, grid, cv=2).fit(X, y, **given)
        fitted = pipeline.fit(X, y, **given), search.best_estimator_
    for model in fitted:
        assert curves(model[-1], *sets) == curves(expected, *sets)
    alone = GridSearchCV(quick(), {"alpha": ["auto"]}, cv=2).fit(X, y, eval_sets=sets)
    assert curves(alone.best_estimator_, *sets) == curves(
        quick().fit(X, y, eval_sets=sets), *sets
    )
    prefixed = make_pipeline(quick()).fit(X, y, mlpclassifier__eval_sets=sets)
    assert curves(prefixed[-1], *sets) == curves(alone.best_estimator_, *sets)


def test_a_resumed_fit_goes_on_with_the_same_history(parts, tmp_path):
    X, y, sets = parts
    path = tmp_path / "run.npz"
    whole = quick(max_iter=6, early_stopping=True).fit(X, y, eval_sets=sets)
    stopped = clone(whole).set_callbacks(Checkpoint(path), Stop(2))
    with pytest.raises(StopError):
        stopped.fit(X, y, eval_sets=sets)
    assert curves(load(path), "test") == [c[:2] for c in curves(whole, "test")]
    given = {"test": (None, sets["test"][1]), "other": (None, sets["other"][1])}
    rows = tuple(X for X, _ in sets.values())
    content = path.read_bytes()
    resumed = resume(path, X, y, eval_sets=given, X_eval=rows)
    assert curves(resumed, *sets) == curves(whole, *sets)
    np.testing.assert_array_equal(resumed.parameters_, whole.parameters_)
    path.write_bytes(content)
    unwatched = resume(path, X, y)
    assert (
        np.isnan(unwatched.history_["test_loss"]).tolist() == [False] * 2 + [True] * 4
    )
    np.testing.assert_array_equal(unwatched.parameters_, whole.parameters_)


class StopError(Exception):
    pass


class Stop:
    """A callback that ends a fit by an exception, after some epochs."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id + 1 == self.n_epochs:
            raise StopError


def test_verbose_prints_them(parts, capsys):
    X, y, sets = parts
    model = quick(verbose=1, max_iter=1).fit(X, y, eval_sets=sets)
    last = {name: values[-1] for name, values in model.history_.items()}
    line = capsys.readouterr().out
    assert (
        f"Epoch 1/1: loss {last['loss']:.6f}, test loss {last['test_loss']:.6f}, test "
        f"score {last['test_score']:.4f}, other loss {last['other_loss']:.6f}, other "
        f"score {last['other_score']:.4f}, learning rate 0.2, "
    ) in line
    model.set_params(warm_start=True).fit(X, y)  # and not those of before
    assert "test" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["val", "", "two words", "0", 0, None])
def test_names_that_say_nothing_or_are_taken(name, parts):
    X, y, sets = parts
    with pytest.raises(ValueError, match=r"another name|could be names in Python"):
        quick().fit(X, y, eval_sets={name: sets["test"]})


def bad(parts):
    """Return what cannot be watched, and what is said of it."""
    _, y, sets = parts
    rows, labels = sets["test"]
    return {
        "no dict": ({"eval_sets": (rows, labels)}, "a dict such as .* got tuple"),
        "X alone": ({"eval_sets": {"a": (rows,)}}, r"'a'\] must be \(X, y\).* of 1"),
        "an array": ({"eval_sets": {"a": rows}}, r"'a'\] must be .* got a ndarray"),
        "no y": ({"eval_sets": {"a": (rows, None)}}, r"'a'\] has no y"),
        "no X": ({"eval_sets": {"a": (None, labels)}}, r"'a'\] has no rows"),
        "lengths": ({"eval_sets": {"a": (rows, labels[1:])}}, r"'a'\]: .*inconsistent"),
        "features": ({"eval_sets": {"a": (rows[:, 1:], labels)}}, r"'a'\]: X has 63"),
        "classes": ({"eval_sets": {"a": (rows, labels + 1)}}, r"'a'\]: y has the labe"),
        "nan": ({"eval_sets": {"a": (rows * np.nan, labels)}}, r"'a'\]: .*NaN"),
        "weights": (
            {"eval_sets": {"a": (rows, labels, -np.ones(100))}},
            r"'a'\]: .*[Nn]egative",
        ),
        "X_eval alone": ({"X_eval": (rows,)}, "X_eval was given without eval_sets"),
        "no tuple": (
            {"eval_sets": {"a": (None, labels)}, "X_eval": rows},
            "must be a tuple of the rows of each of the 1 sets .* got a ndarray",
        ),
        "too many": (
            {"eval_sets": {"a": (None, labels)}, "X_eval": (rows, rows)},
            "1 sets of eval_sets, got a tuple of 2",
        ),
        "twice": ({"eval_sets": {"a": (rows, labels)}, "X_eval": (rows,)}, "beside"),
        "a hole": ({"eval_sets": {"a": (None, y)}, "X_eval": (None,)}, "has no rows"),
    }


def test_what_cannot_be_watched_is_told_before_any_work(parts, monkeypatch):
    X, y, _ = parts
    model = quick().fit(X, y)
    before = pickle.dumps(model)
    monkeypatch.setattr(Trainer, "epoch", lambda *_: pytest.fail("has begun to work"))
    for case, (given, message) in bad(parts).items():
        for call in (model.fit, model.partial_fit):
            with pytest.raises(ValueError, match=message):
                call(X, y, **given)
            assert pickle.dumps(model) == before, case


def test_a_scorer_that_cannot_score_a_set_is_told_before_training(parts, monkeypatch):
    X, y, sets = parts
    rows, labels = sets["test"]
    some = {"a": (rows[labels != 3], labels[labels != 3])}
    monkeypatch.setattr(Trainer, "epoch", lambda *_: pytest.fail("has begun to work"))
    message = (
        r"rows of eval_sets\['a'\], where classes .* give rows of each class there"
    )
    with pytest.raises(ValueError, match=message):
        quick(scoring="roc_auc_ovr").fit(X, y, eval_sets=some)


def test_a_scorer_that_fails_takes_the_epoch_back(parts):
    X, y, sets = parts
    calls = []

    def score(estimator, X, y):
        calls.append(len(y))
        if len(calls) > 2:
            raise OSError("a broken scorer")
        return 0.5

    model = quick(scoring=score, warm_start=True, max_iter=1).fit(X, y, eval_sets=sets)
    assert calls == [100, 70]
    before = pickle.dumps(model.set_params(scoring=None))
    with pytest.raises(OSError, match="a broken scorer"):
        model.set_params(scoring=score).fit(X, y, eval_sets=sets)
    assert pickle.dumps(model.set_params(scoring=None)) == before


def test_targets_of_several_values(parts):
    X, *_ = parts
    model = quick(MLPRegressor).fit(
        X[:200], X[:200, 2:4], eval_sets={"more": (X[200:], X[200:, 2:4])}
    )
    assert np.isfinite(model.history_["more_score"]).all()
    assert model.history_["more_score"][-1] == pytest.approx(
        model.score(X[200:], X[200:, 2:4]), rel=1e-5
    )  # of float32, one of them scaled
    with pytest.raises(ValueError, match=r"'more'\].* 3 values a row"):
        model.fit(X[:200], X[:200, 2:4], eval_sets={"more": (X, X[:, :3])})
