"""The networks that are timed are the same in both libraries."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.utils import Bunch

from sknnadl.network import Network
from sknnadl.network.building import from_plain

torch = pytest.importorskip("torch", reason="needs the bench extra")
pytest.importorskip("skorch", reason="needs the bench extra")

NAMES = [
    "conv 20, conv 40, 100, 10",
    "784-100-10",
    "conv 32, 32, pool, 64, 64, pool, 128, 10",
    "conv 32, 32, pool, 64, 64, pool, 128, 10, batch normalization",
    "conv 20, pool, normalize, conv 40, pool, normalize, 100, 10",
    "conv 32, 32, pool, 64, 64, pool, 128, 10, average pooling",
    "conv 32, 32 stride 2, 64, 64 stride 2, 128, 10",
    "784-512-512-10, Adam",
    "784-512-512-10, Adam, dropout",
    "784-512-512-10, Adam, tanh, batch normalization",
    "30-100-10, Adam",
    "784-100-10, predictions",
]


@pytest.fixture
def networks(script, monkeypatch):
    """The script, with random numbers in the place of MNIST."""
    rng = np.random.default_rng(0)
    X, y = rng.random((80, 784), np.float32), np.arange(80) % 10
    mnist = Bunch(X_train=X, y_train=y, X_test=X, y_test=y)
    monkeypatch.setattr(script("network_runs"), "load_mnist", lambda path: mnist)
    return script("networks")


def test_these_are_timed(networks):
    assert [run.name for run in networks.RUNS] == NAMES


def copy_parameters(model, shape, module):
    """Give a module sknnadl's parameters."""
    specs = from_plain(model.layers_)
    network = Network(specs, shape, parameters=model.parameters_)
    own = [layer.values for layer in network.layers if layer.values]
    shapes = [layer.output_shape for layer in network.layers]
    images = [shape for shape in shapes if len(shape) == 3][-1:]
    trained = [part for part in module if list(part.parameters())]
    for part, values in zip(trained, own, strict=True):
        values = {name: torch.from_numpy(array) for name, array in values.items()}
        if isinstance(part, torch.nn.Conv2d):
            part.weight.data.copy_(values["weights"].permute(3, 2, 0, 1))
            part.bias.data.copy_(values["biases"])
        elif isinstance(part, torch.nn.Linear):
            weights = values["weights"]
            if images:  # the first behind images: (height, width, channels, units)
                of_pixels = weights.reshape(*images.pop(), -1)
                weights = of_pixels.permute(2, 0, 1, 3).reshape(weights.shape)
            part.weight.data.copy_(weights.T)
            part.bias.data.copy_(values["biases"])
        else:
            part.weight.data.copy_(values["scale"])
            part.bias.data.copy_(values["shift"])
            part.running_mean.copy_(values["running_mean"])
            part.running_var.copy_(values["running_variance"])


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_pytorch_has_the_same_network(networks, number):
    run = networks.RUNS[number]
    X, y = networks.read(replace(run, n_rows=40), None)
    model = networks.fitted(run.model, X[:40], y[:40], 20)
    shape = networks.row_shape(model)
    expected = model.predict_proba(X[:40])
    variants = list(networks.twins(model, use_compiler=False))
    assert len(variants) == (2 if len(shape) == 3 else 1)
    for _, module, layout in variants:
        networks.check_size(model, module)
        copy_parameters(model, shape, module)
        rows = networks.torch_rows(X[:40], shape, layout)
        with torch.no_grad():
            found = module.eval()(rows).softmax(1).numpy()
        if "stride" in run.name:  # PyTorch's zeros are above and left, ours below
            assert found.shape == expected.shape
        else:
            assert_allclose(found, expected, atol=2e-5)


def test_another_number_of_parameters_is_refused(networks):
    run = networks.RUNS[1]
    model = networks.fitted(run.model, *networks.read(run, None), 20)
    with pytest.raises(ValueError, match="79510 parameters in sknnadl, 7850 in"):
        networks.check_size(model, torch.nn.Linear(784, 10))


@pytest.mark.parametrize(
    "name",
    [
        "30-100-10",
        pytest.param("784-100-10", marks=pytest.mark.slow),
        pytest.param("stride 2", marks=pytest.mark.slow),
    ],
)
def test_the_table_has_a_line_for_each_library(networks, run_script, monkeypatch, name):
    small = [
        replace(run, n_rows=40, epochs=min(run.epochs, 2), limits={20: 0.25})
        for run in networks.RUNS
        if name in run.name
    ]
    monkeypatch.setattr(networks, "RUNS", small)
    wall, cpu = networks.MODES  # two threads lose much beside other tests
    monkeypatch.setattr(networks, "MODES", (replace(wall, n_threads=1), cpu))
    head, _, *lines = run_script(networks, "--repeats", 1, "--only", name)
    expected = [
        [run.name, "20", library, "0.25" if library == run.limit_is_of else ""]
        for run in small
        for library in ("PyTorch", *(["scikit-learn"] if run.sklearn else []))
    ]
    assert [[*line[:3], line[-1]] for line in lines] == expected
    assert all(len(line) == len(head) for line in lines)
    assert all(float(cell) > 0 for line in lines for cell in line[3:5])
