"""Training on the blocks of a Dask array, by dask-ml and without it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.metrics import get_scorer

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor

dask = pytest.importorskip("dask", reason="needs the integration extra")
da = pytest.importorskip("dask.array", reason="needs the integration extra")

pytestmark = pytest.mark.filterwarnings("ignore")  # dask's own

OPTIONS = {"learning_rate": "constant", "momentum": 0.9, "random_state": 0}
NETS = {
    "classes": MLPClassifier((8,), **OPTIONS),
    "numbers": MLPRegressor(hidden_layer_sizes=(8,), **OPTIONS),
    "images": ConvNetClassifier(
        (2,), kernel_size=3, hidden_layer_sizes=(8,), **OPTIONS
    ),
}


@pytest.fixture
def incremental():
    """Return the wrapper of dask-ml, whose import may warn."""
    return pytest.importorskip("dask_ml.wrappers", reason="as dask").Incremental


@pytest.fixture(params=NETS)
def given(request):
    """Return a network, blocks of rows and of targets, and what else it is given."""
    X = da.random.default_rng(0).normal(size=(600, 16), chunks=(200, 16)).persist()
    y = X[:, 0] + X[:, 1]
    if request.param == "numbers":
        return clone(NETS["numbers"]), X, y, {}
    return clone(NETS[request.param]), X, (y > 0).astype(int), {"classes": [0, 1]}


def by_blocks(net, X, y, options):
    for i in range(X.numblocks[0]):
        net.partial_fit(*dask.compute(X.blocks[i], y.blocks[i]), **options)
    return net


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_incremental_goes_through_the_blocks(incremental, given, scheduler):
    net, X, y, options = given
    expected = by_blocks(clone(net), X, y, options)
    wrapper = incremental(net, shuffle_blocks=False)
    with dask.config.set(scheduler=scheduler):
        wrapper.fit(X, y, **options)
        found = wrapper.predict(X).compute()
    assert_array_equal(wrapper.estimator_.parameters_, expected.parameters_)
    assert_array_equal(found, expected.predict(X.compute()))
    assert len(wrapper.estimator_.history_["loss"]) == 3  # an entry a block


def test_incremental_goes_on_and_scores(incremental, given):
    """Where dask-ml's R2 fails on newer arrays of dask, of any regressor."""
    net, X, y, options = given
    scoring = "accuracy" if options else "neg_mean_squared_error"
    wrapper = incremental(net, scoring=scoring, random_state=0).fit(X, y, **options)
    before = wrapper.score(X, y)
    expected = get_scorer(scoring)(wrapper.estimator_, X.compute(), y.compute())
    assert before == pytest.approx(expected)
    for _ in range(10):
        wrapper.partial_fit(X, y)
    assert wrapper.score(X, y) > before


def test_a_block_is_all_that_one_call_sees(given):
    """So that its rows may be forgotten, and the next call needs no classes."""
    net, X, y, options = given
    expected = by_blocks(clone(net), X, y, options)
    X, y = X.compute(), y.compute()
    for rows in np.split(np.arange(600), 3):
        net.partial_fit(X[rows], y[rows], **options)
        options = {}
    assert_array_equal(net.parameters_, expected.parameters_)
