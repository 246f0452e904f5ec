"""Whoever adds a part says how it is exported."""

from dataclasses import dataclass

import pytest
from sklearn.base import BaseEstimator

import sknnadl
from sknnadl.export.activation_nodes import ACTIVATION_NODES, add_activation
from sknnadl.export.estimator_nodes import EXPORTED
from sknnadl.export.layer_nodes import LAYER_NODES, FittedLayer, add_layer
from sknnadl.export.output_nodes import CLASS_OUTPUTS, VALUE_OUTPUTS
from sknnadl.network import ACTIVATIONS, LOSSES, Dense
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.activations import Tanh
from sknnadl.network.losses import RECONSTRUCTION_LOSSES, REGRESSION_LOSSES


def test_every_layer_and_activation_has_operators():
    assert set(LAYER_NODES) == set(LAYERS.values())
    assert set(ACTIVATION_NODES) == set(map(type, ACTIVATIONS.values()))


def test_every_estimator_is_exported():
    estimators = [
        one
        for one in map(vars(sknnadl).get, sknnadl.__all__)
        if isinstance(one, type) and issubclass(one, BaseEstimator)
    ]
    assert len(estimators) >= 10
    assert all(issubclass(one, EXPORTED) for one in estimators)


def test_every_output_activation_has_operators():
    of_classes = {loss.output_activation for loss in LOSSES.values()}
    of_values = {
        loss.output_activation
        for table in (REGRESSION_LOSSES, RECONSTRUCTION_LOSSES)
        for loss in table.values()
    }
    assert set(CLASS_OUTPUTS) == of_classes
    assert set(VALUE_OUTPUTS) == of_values


def test_a_part_without_operators_is_told_with_where_to_add_them():
    @dataclass(frozen=True)
    class Dense2(Dense):
        pass

    class Tanh2(Tanh):
        pass

    with pytest.raises(TypeError, match=r"Dense2\(.*\) has no ONNX .*LAYER_NODES"):
        add_layer(None, "x", FittedLayer(Dense2(3), (2,), (3,), {}))
    with pytest.raises(TypeError, match=r"Tanh2 has no ONNX .*ACTIVATION_NODES"):
        add_activation(None, "x", Tanh2())
