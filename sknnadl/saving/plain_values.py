"""From estimators, their arguments and attributes, to JSON and arrays, and back."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator

from sknnadl import estimators
from sknnadl._sklearn import BaseEstimator
from sknnadl.baselines import AverageDarknessClassifier
from sknnadl.estimators.attributes import fitted_attributes
from sknnadl.estimators.base import BaseNetwork
from sknnadl.estimators.inputs import AnyArray
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.layer import LayerSpec
from sknnadl.rbf import RBFClassifier, RBFRegressor
from sknnadl.training.augmentation import Augmentation, Elastic, Rotate, Shift

_AUGMENTATIONS: dict[str, type[Augmentation]] = {
    kind.__name__: kind for kind in (Shift, Rotate, Elastic)
}
#: What can be in a file.
KINDS: dict[str, type[BaseEstimator]] = {
    kind.__name__: kind
    for kind in (
        AverageDarknessClassifier,
        RBFClassifier,
        RBFRegressor,
        *(getattr(estimators, name) for name in estimators.__all__),
    )
}

#: What JSON has itself.
_PLAIN = (str, int, float, type(None))


def is_known(estimator: Any) -> bool:
    """Return whether an estimator is one that can be in a file."""
    return KINDS.get(type(estimator).__name__) is type(estimator)


class Describer:
    """Describe values in JSON, with numbers for arrays.

    Attributes
    ----------
    arrays : list of ndarray
        The arrays so far; one that comes twice is there once.
    """

    def __init__(self) -> None:
        self.arrays: list[AnyArray] = []
        self._places: dict[int, int] = {}

    def describe(self, name: str, value: Any) -> Any:
        """Return what stands for a value; its name is for the error.

        Raises
        ------
        TypeError
            If there is nothing that could.
        """
        if type(value) in (*_PLAIN, bool):
            return value
        if isinstance(value, LayerSpec) and type(value).__name__ in LAYERS:
            return {"layer": self.describe(name, value.to_plain())}
        if type(value) in _AUGMENTATIONS.values():
            arguments = self.describe(name, vars(value))
            return {"augmentation": type(value).__name__, "arguments": arguments}
        if isinstance(value, PurePath):
            return {"path": str(value)}
        if isinstance(value, FrozenEstimator):
            return {"frozen": self.describe(name, value.estimator)}
        if is_known(value):
            return {"estimator": self.describe_estimator(value)}
        if isinstance(value, np.random.RandomState):
            return {"random_state": self.describe(name, value.get_state(legacy=False))}
        if isinstance(value, np.ndarray):
            return self._describe_array(name, value)
        if isinstance(value, np.generic) and not isinstance(value, np.void):
            return {"scalar": self._number(np.asarray(value))}
        if isinstance(value, dict):
            items = [
                [self.describe(name, one) for one in item] for item in value.items()
            ]
            return {"dict": items}
        if isinstance(value, list):
            return [self.describe(name, one) for one in value]
        if type(value) is tuple:
            return {"tuple": [self.describe(name, one) for one in value]}
        raise TypeError(
            f"{name} has {value!r}, which is code and not data, and cannot be in a "
            "file that is safe to load: use what has a name, such as "
            "scoring='f1_macro', learning_rate='cosine' or, once it is fitted, "
            "loss='log_loss', by which it predicts the same; or keep the estimator "
            "by pickle or skops."
        )

    def describe_estimator(self, estimator: BaseEstimator) -> dict[str, Any]:
        """Return what stands for an estimator: its class, arguments and attributes."""
        parts = {
            "arguments": estimator.get_params(deep=False),
            "attributes": fitted_attributes(estimator),
        }
        described = {
            part: {name: self.describe(name, value) for name, value in values.items()}
            for part, values in parts.items()
        }
        return {"class": type(estimator).__name__, **described}

    def _describe_array(self, name: str, array: AnyArray) -> Any:
        if array.dtype.hasobject:
            values = [self.describe(name, value) for value in array.ravel().tolist()]
            return {"objects": values, "shape": list(array.shape)}
        return {"array": self._number(array)}

    def _number(self, array: AnyArray) -> int:
        """Return an array's place among the arrays."""
        if id(array) not in self._places:
            self._places[id(array)] = len(self.arrays)
            self.arrays.append(array)  # which also keeps its id from being used again
        return self._places[id(array)]


def rebuild(value: Any, arrays: list[AnyArray]) -> Any:
    """Return what a `Describer` has described."""
    if isinstance(value, list):
        return [rebuild(one, arrays) for one in value]
    if not isinstance(value, dict):
        return value
    kind = next(iter(value))
    inside = value[kind]
    if kind == "array":
        return arrays[inside]
    if kind == "scalar":
        return arrays[inside][()]
    if kind == "augmentation":
        return _AUGMENTATIONS[inside](**rebuild(value["arguments"], arrays))
    if kind == "estimator":
        return rebuild_estimator(inside, arrays)
    if kind == "path":
        return Path(inside)
    inside = rebuild(inside, arrays)
    if kind == "frozen":
        return FrozenEstimator(inside)
    if kind == "dict":
        return dict(inside)
    if kind == "tuple":
        return tuple(inside)
    if kind == "objects":
        filled = np.empty(len(inside), dtype=object)
        filled[:] = inside
        return filled.reshape(value["shape"])
    if kind == "layer":
        return LAYERS[inside.pop("layer")](**inside)
    if kind == "random_state":
        random_state = np.random.RandomState()
        random_state.set_state(inside)
        return random_state
    raise ValueError(f"it has a value of the unknown kind {kind!r}.")


def rebuild_estimator(header: dict[str, Any], arrays: list[AnyArray]) -> Any:
    """Return the estimator that a `Describer` has described."""
    arguments, attributes = (
        {name: rebuild(value, arrays) for name, value in header[part].items()}
        for part in ("arguments", "attributes")
    )
    estimator: Any = KINDS[header["class"]](**arguments)
    wrong = [name for name in attributes if not name.endswith("_") or name[0] == "_"]
    if wrong:
        raise ValueError(f"it has the attributes {wrong}.")
    vars(estimator).update(attributes)
    if isinstance(estimator, BaseNetwork) and attributes:
        _check_network(estimator)
    return estimator


def _check_network(estimator: Any) -> None:
    """Refuse what has parameters that do not fit the layers, or a state of others."""
    parameters = estimator.parameters_
    if parameters.dtype not in (np.float32, np.float64):
        raise ValueError(f"it has parameters of dtype {parameters.dtype}.")
    network = estimator._network()  # which checks their number
    if not np.isfinite(parameters).all():
        raise ValueError("it has parameters that are not finite.")
    if network.output_shape != (estimator.n_outputs_,):
        raise ValueError("it has other outputs than it says.")
    state = estimator.training_state_
    current = state["parameters"]
    if current.shape != parameters.shape or current.dtype != parameters.dtype:
        raise ValueError("it was trained on other parameters than it has.")
    lengths = {len(values) for values in estimator.history_.values()}
    if len(lengths) != 1:
        raise ValueError("it has a history of several lengths.")
