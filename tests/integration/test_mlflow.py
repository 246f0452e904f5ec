"""Models that mlflow logs and loads."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier, RBFRegressor
from sknnadl.network import Dense, Dropout

# What mlflow and those that it imports warn of is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")

OPTIONS = {"max_iter": 2, "random_state": 0}
MODELS = [
    MLPClassifier((5,), **OPTIONS),
    ConvNetClassifier((2,), kernel_size=1, image_shape=(2, 2), **OPTIONS),
    NetworkClassifier([Dense(5), Dropout(0.2)], **OPTIONS),
    RBFRegressor(random_state=0),
    make_pipeline(StandardScaler(), MLPClassifier.for_tables(**OPTIONS)),
]


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    """The package, which keeps its runs in files of this test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    package = pytest.importorskip("mlflow", reason="needs the integration extra")
    before = package.get_tracking_uri()
    package.set_tracking_uri((tmp_path / "runs").as_uri())
    yield package
    package.set_tracking_uri(before)


@pytest.mark.parametrize("kind", ["skops", "cloudpickle"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_model_that_is_logged_is_loaded(model, kind, mlflow, iris):
    X, y = iris
    model.fit(X, y)
    options = {"serialization_format": kind, "pip_requirements": ["sknnadl"]}
    if kind == "skops":
        skops_io = pytest.importorskip("skops.io")
        names = skops_io.get_untrusted_types(data=skops_io.dumps(model))
        assert all(name.startswith("sknnadl.") for name in names)
        options["skops_trusted_types"] = names
    with mlflow.start_run() as run:
        mlflow.log_params({"solver": "sgd"})
        info = mlflow.sklearn.log_model(model, name="model", **options)
    assert mlflow.get_run(run.info.run_id).data.params == {"solver": "sgd"}
    loaded = mlflow.sklearn.load_model(info.model_uri)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    served = mlflow.pyfunc.load_model(info.model_uri)
    np.testing.assert_array_equal(served.predict(X), model.predict(X))
