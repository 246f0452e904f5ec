"""Predictions, a block of rows at a time."""

import tracemalloc

import numpy as np
import pytest

from sknnadl.network import Conv2D, Dense, Flatten, MaxPool2D, Network
from sknnadl.training.data import Rows
from sknnadl.training.prediction import predict_logits

LAYERS = [Conv2D(20, 5), MaxPool2D(2), Conv2D(40, 5), MaxPool2D(2), Flatten()]


@pytest.fixture
def network():
    network = Network([*LAYERS, Dense(10, "identity")], (28, 28, 1))
    network.initialize(np.random.default_rng(0))
    return network


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_blocks_are_rows_in_their_order(network, n_threads):
    X = np.random.default_rng(0).random((67, 784), np.float32)
    rows = Rows(X, "float32", input_shape=(28, 28, 1))
    together = network.replica().forward(X.reshape(-1, 28, 28, 1))
    logits = predict_logits(network, rows, n_threads)
    np.testing.assert_allclose(logits, together, rtol=0, atol=1e-5)


def test_memory_does_not_grow_with_the_rows(network):
    peaks = []
    for n_rows in (200, 2000):
        X = np.zeros((n_rows, 784), np.uint8)
        rows = Rows(X, "float32", input_shape=(28, 28, 1))
        tracemalloc.start()
        predict_logits(network.replica(), rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # All patches of 1,800 images would take 400 MB. The last block is shorter than the
    # others and has memory of its own, which differs by some rows.
    assert abs(peaks[1] - peaks[0]) < 3e6
    assert peaks[1] < 30e6
