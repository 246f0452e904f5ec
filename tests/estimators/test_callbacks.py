"""scikit-learn's callbacks."""

import pickle

import numpy as np
import pytest
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier, MLPRegressor

EPOCHS = 4


@pytest.fixture
def model():
    return MLPClassifier(
        (8,),
        learning_rate="constant",
        max_iter=EPOCHS,
        n_iter_no_change=np.inf,
        random_state=0,
    )


class Recorder:
    """A callback that notes what it is told, and may ask to stop."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.begun, self.ended = [], []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self.begun.append((context.task_name, context.task_id, context.max_subtasks))

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.ended.append(fitted_estimator)
        return len(self.ended) == self.stop_after


def test_an_epoch_is_a_task(model, iris):
    recorder = Recorder()
    model.set_callbacks(recorder).fit(*iris)
    epochs = [("epoch", i, 0) for i in range(EPOCHS)]
    assert recorder.begun == [("fit", 0, EPOCHS), *epochs]
    assert len(recorder.ended) == EPOCHS + 1


def test_each_epochs_estimator_is_what_fit_would_give(model, iris):
    recorder = Recorder()
    model.set_callbacks(recorder).fit(*iris)
    for n_epochs, estimator in enumerate(recorder.ended[:-1], start=1):
        expected = MLPClassifier(**model.get_params()).set_params(max_iter=n_epochs)
        expected.fit(*iris)
        assert estimator.n_iter_ == n_epochs
        np.testing.assert_array_equal(
            estimator.predict_proba(iris[0]), expected.predict_proba(iris[0])
        )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9, "dropout": 0.2},
        {"solver": "adam", "batch_norm": True},
        {"learning_rate": "cosine"},
        {"learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1},
        {"early_stopping": True, "scoring": "loss"},
    ],
)
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_a_snapshot_can_be_gone_on_with(model, iris, options):
    X, y = iris
    rows = {"X_val": X[::5], "y_val": y[::5]}
    recorder = Recorder()
    model.set_params(**options).set_callbacks(recorder).fit(X, y, **rows)
    for n_epochs, snapshot in enumerate(recorder.ended[:-2], start=1):
        loaded = pickle.loads(pickle.dumps(snapshot))
        for _ in range(model.n_iter_ - n_epochs):
            loaded.partial_fit(X, y, **rows)
        np.testing.assert_array_equal(loaded.parameters_, model.parameters_)
        assert loaded.history_["val_loss"] == model.history_["val_loss"]
        ours, theirs = loaded.training_state_, model.training_state_
        np.testing.assert_array_equal(ours["parameters"], theirs["parameters"])
        assert ours["rng"] == theirs["rng"]


def test_a_snapshot_stays_what_it_was(model, iris):
    recorder = Recorder()
    model.set_callbacks(recorder).fit(*iris)
    first = recorder.ended[0]
    before = pickle.dumps(first)
    model.set_callbacks().partial_fit(*iris)
    assert pickle.dumps(first) == before
    assert first.n_iter_ == 1


def test_a_callback_can_stop(model, iris):
    model.set_callbacks(Recorder(stop_after=2)).fit(*iris)
    assert model.n_iter_ == 2


def test_callbacks_change_nothing(model, iris):
    alone = MLPClassifier(**model.get_params()).fit(*iris)
    watched = model.set_callbacks(Recorder()).fit(*iris)
    np.testing.assert_array_equal(alone.parameters_, watched.parameters_)


def test_scoring_monitor(model, iris):
    monitor = ScoringMonitor(scoring="accuracy")
    model.set_callbacks(monitor).fit(*iris)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert [row["task_id"] for row in rows] == list(range(EPOCHS))
    assert rows[-1]["accuracy"] == model.score(*iris)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_partial_fit_is_a_task_of_one_epoch(kind, iris):
    X, y = iris
    name = "accuracy" if kind is MLPClassifier else "r2"
    monitor, recorder = ScoringMonitor(scoring=name), Recorder()
    model = kind(hidden_layer_sizes=(8,), random_state=0)
    alone = kind(hidden_layer_sizes=(8,), random_state=0)
    model.set_callbacks(monitor, recorder)
    options = {"classes": [0, 1, 2]} if kind is MLPClassifier else {}
    scores = []
    for _ in range(3):
        scores.append(model.partial_fit(X, y, **options).score(X, y))
        alone.partial_fit(X, y, **options)
    assert recorder.begun == 3 * [("partial_fit", 0, 1), ("epoch", 0, 0)]
    logged = [log.data[-1][name] for log in monitor.get_logs(select="all")]
    assert logged == scores
    np.testing.assert_array_equal(model.parameters_, alone.parameters_)
    assert not hasattr(model, "_callback_fit_ctx")  # torn down


def test_callbacks_are_torn_down_where_a_part_fails(model, iris):
    monitor = ScoringMonitor(scoring="accuracy")
    model.set_callbacks(monitor).partial_fit(*iris, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="labels"):
        model.partial_fit(iris[0], iris[1] + 1)
    assert not hasattr(model, "_callback_fit_ctx")


def test_scoring_monitor_of_a_data_frame(model, iris):
    pandas = pytest.importorskip("pandas")
    monitor = ScoringMonitor(scoring="accuracy")
    frame = pandas.DataFrame(iris[0], columns=list("abcd"))
    model.set_callbacks(monitor).fit(frame, iris[1])  # without a warning
    assert len(monitor.get_logs().data) == EPOCHS + 1


def test_progress_bar(model, iris, capsys):
    model.set_callbacks(ProgressBar()).fit(*iris)
    assert "MLPClassifier" in capsys.readouterr().out


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_in_a_grid_search_over_a_pipeline(model, iris, capsys, n_jobs):
    monitor = ScoringMonitor(scoring="accuracy")
    pipeline = make_pipeline(StandardScaler(), model.set_callbacks(monitor))
    search = GridSearchCV(
        pipeline, {"mlpclassifier__dropout": [0.0, 0.1]}, cv=2, n_jobs=n_jobs
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(*iris)
    assert "GridSearchCV" in capsys.readouterr().out
    logs = monitor.get_logs(select="all")
    epochs = [row for log in logs for row in log.data if row["task_name"] == "epoch"]
    assert len(epochs) == (2 * 2 + 1) * EPOCHS  # of each fold, and of the refit
