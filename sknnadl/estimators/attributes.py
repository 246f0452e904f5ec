"""Fitted attributes: taken back where a fit fails; what follows from others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from sknnadl.estimators.inputs import AnyArray
from sknnadl.network.layers.batch_norm import BatchNormLayer
from sknnadl.network.layers.layer import Role
from sknnadl.network.network import Network


@contextmanager
def kept_on_failure(estimator: Any) -> Iterator[None]:
    """Put an estimator's fitted attributes back where the work inside fails."""
    before = fitted_attributes(estimator)
    try:
        yield
    except BaseException:
        forget(estimator)
        vars(estimator).update(before)
        raise


def forget(estimator: Any) -> None:
    """Remove an estimator's fitted attributes."""
    for name in fitted_attributes(estimator):
        delattr(estimator, name)


def fitted_attributes(estimator: Any) -> dict[str, Any]:
    """Return what an estimator has learned, by name."""
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


class Views(list[Any]):
    """Arrays that share an estimator's memory, each of which can be written over."""

    def __setitem__(self, index: Any, values: Any) -> None:
        if isinstance(index, slice):
            for number, value in zip(
                range(*index.indices(len(self))), values, strict=True
            ):
                self[number] = value
            return
        own, given = self[index], np.asarray(values)
        if given.shape != own.shape:
            raise ValueError(
                f"An array of the shape {own.shape} can be written over by one of this "
                f"shape, got {given.shape}."
            )
        if not np.isfinite(given).all():
            raise ValueError(
                "An array can be written over by one of finite numbers, got others."
            )
        own[...] = given

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        """Let a copy, or what is pickled, be a list that writes nowhere."""
        return list, (list(self),)


class ParameterViews:
    """Mixin of the parts of ``parameters_``, which can be written over."""

    parameters_: AnyArray
    _network: Callable[[], Network]

    @property
    def coefs_(self) -> list[AnyArray]:
        """Each layer's weights, (n_in, n_out) or (height, width, channels, filters).

        They are views of ``parameters_``. All, or one, can be set to arrays of the same
        shapes, or changed in place, and training goes on from them.
        """
        return Views(self._network().values_of(Role.PENALIZED))

    @coefs_.setter
    def coefs_(self, coefs: Sequence[npt.ArrayLike]) -> None:
        self._overwrite("coefs_", coefs)

    @property
    def intercepts_(self) -> list[AnyArray]:
        """Each layer's biases, views of ``parameters_`` of shape (n_out,)."""
        of_layers = self._network().layer_parameters
        return Views(v["biases"] for v in of_layers if "biases" in v)

    @intercepts_.setter
    def intercepts_(self, intercepts: Sequence[npt.ArrayLike]) -> None:
        self._overwrite("intercepts_", intercepts)

    def _overwrite(self, name: str, values: Sequence[npt.ArrayLike]) -> None:
        """Write arrays over those of an attribute, if all have the shapes."""
        check_is_fitted(self)
        shapes = [own.shape for own in getattr(self, name)]
        allowed = (
            f"{name} must be a list of arrays of finite numbers of the shapes {shapes}"
        )
        try:
            arrays = [np.asarray(value, self.parameters_.dtype) for value in values]
        except (TypeError, ValueError):
            raise ValueError(f"{allowed}, got {values!r}.") from None
        given = [array.shape for array in arrays]
        if given != shapes:
            raise ValueError(f"{allowed}, got {given}.")
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError(f"{allowed}, got some that are not finite.")
        self.parameters_ = self.parameters_.copy()  # others may hold the vector too
        for own, array in zip(getattr(self, name), arrays, strict=True):
            own[...] = array

    @property
    def batch_norms_(self) -> list[dict[str, AnyArray]]:
        """The scale, shift and running averages of each batch normalization.

        They are views of ``parameters_``: a dict a layer, of ``"scale"``, ``"shift"``,
        ``"running_mean"`` and ``"running_variance"``, each of shape (n_features,).
        """
        network = self._network()
        of_layers = zip(network.layers, network.layer_parameters, strict=True)
        return [values for one, values in of_layers if isinstance(one, BatchNormLayer)]


class DerivedAttributes:
    """Mixin of what follows from the history, the state and the arguments.

    The names and meanings are those of scikit-learn's `MLPClassifier`.
    """

    history_: dict[str, list[Any]]
    layers_: list[dict[str, Any]]
    training_state_: dict[str, Any]

    @property
    def n_layers_(self) -> int:
        """The number of layers of neurons, the inputs and the outputs among them."""
        # Each has weights before it, but for the first.
        return 1 + sum("units" in one or "filters" in one for one in self.layers_)

    @property
    def t_(self) -> int:
        """The number of rows seen in mini-batches, over all calls."""
        seen: int = self.training_state_["n_rows_seen"]
        return seen

    @property
    def loss_(self) -> float:
        """The training cost of the last epoch."""
        return float(self.history_["loss"][-1])

    @property
    def loss_curve_(self) -> list[float]:
        """Each epoch's cost: the mean over its mini-batches, each before its step."""
        return self.history_["loss"]

    @property
    def best_loss_(self) -> float | None:
        """The lowest training cost of an epoch; None with early stopping."""
        return None if self._has_watched_rows() else float(np.min(self.loss_curve_))

    @property
    def validation_scores_(self) -> list[float] | None:
        """The score of each epoch on validation rows; None without early stopping."""
        return self.history_["val_score"] if self._has_watched_rows() else None

    @property
    def best_validation_score_(self) -> float | None:
        """The highest of ``validation_scores_``; None without early stopping."""
        scores = [score for score in self.validation_scores_ or () if score == score]
        return max(scores, default=None)

    def _has_watched_rows(self) -> bool:
        """Return whether validation rows have decided which epoch was best."""
        entry, *_ = self.training_state_["watched"]
        return bool(entry != "loss")
