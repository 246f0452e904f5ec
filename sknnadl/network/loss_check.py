"""Whether the gradient of a loss belongs to its value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array
from sknnadl.network.loss import Loss

#: So many outputs are looked at.
_OUTPUTS = 16
#: How far logits are moved, as a share of their spread. A kink or a bend may spoil the
#: differences of long steps, and rounding those of short ones.
_STEPS = 1e-4, 1e-6
#: What a gradient may be off by, as a share of the largest. The differences of one of
#: the steps are exact to about 1e-8.
_TOLERANCE = 1e-5
#: The least spread beside the size of the targets, for steps above their rounding.
_RESOLVED = 1e-6
#: What rounding may change where rows are computed alone.
_ROUNDING = 1e-9


def check_loss(loss: Loss, targets: Array) -> None:
    """Refuse a loss whose value or gradient is not what training takes it for.

    Both are computed at logits drawn around the targets, or around 0 where targets are
    no logits. In float64 the gradient is compared with central differences.

    Parameters
    ----------
    loss : Loss
        What is to be minimized.
    targets : ndarray of shape (n, n_outputs)
        The targets of some rows, in the network's dtype.

    Raises
    ------
    ValueError
        If an array has another shape, is not finite, depends on other rows or changes
        what it was given, or if the gradient is off.
    """
    y = targets.astype(np.float64)
    logits, spread = _draw_logits(y, loss.output_activation == "identity")
    _evaluate(loss, logits.astype(targets.dtype), targets)
    value, gradient = _evaluate(loss, logits, y)
    for name, all_rows, alone in zip(
        ("value", "gradient"),
        (value, gradient),
        _evaluate(loss, logits[:1], y[:1]),
        strict=True,
    ):
        limit = _ROUNDING * np.abs(all_rows).max()
        if np.abs(all_rows[:1] - alone).max() > limit:
            raise ValueError(
                f"loss={loss!r}: {_name(loss, name)} of a row depends on the rows "
                "beside it. Return that of each row, and no mean over rows."
            )
    _compare_with_differences(loss, logits, y, gradient, spread)


def _draw_logits(
    targets: npt.NDArray[np.float64], are_logits: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return logits, and how far those of each output are spread."""
    draws = np.random.default_rng(0).standard_normal(targets.shape)
    spread = np.ones(targets.shape[1])
    if not are_logits:
        return 2 * draws, spread
    # At least 1, which is the size that the formula of a loss is mostly written for.
    spread = np.maximum(spread, _RESOLVED * np.abs(targets).max(axis=0))
    spread = np.maximum(spread, targets.std(axis=0))
    return targets + spread * draws, spread


def _evaluate(loss: Loss, logits: Array, targets: Array) -> tuple[Array, Array]:
    """Return value and gradient, if they have the shapes and leave alone the rest."""
    n_rows = len(logits)
    given, wanted = logits.copy(), targets.copy()
    largest = float(np.abs(targets).max())
    value = loss.value(given, wanted)
    of = "the cost of each row"
    _check_array(loss, "value", value, (n_rows,), of, largest)
    _check_unchanged(loss, "value", (given, logits), (wanted, targets))
    gradient = loss.gradient(given, wanted)
    of = "the derivative of each row's cost by each of its logits"
    _check_array(loss, "gradient", gradient, logits.shape, of, largest)
    _check_unchanged(loss, "gradient", (wanted, targets))
    return value, gradient


def _check_array(
    loss: Loss,
    name: str,
    array: Any,
    shape: tuple[int, ...],
    meaning: str,
    largest: float,
) -> None:
    """Refuse what is no finite array of this shape."""
    what = f"loss={loss!r}: {_name(loss, name)}"
    is_array = isinstance(array, np.ndarray) and array.dtype.kind == "f"
    if not is_array or array.shape != shape:
        got = f"one of {array.dtype}, {array.shape}" if hasattr(array, "dtype") else ""
        raise ValueError(
            f"{what} must return an array of floats of shape {shape}, {meaning}, got "
            f"{got or repr(array)}."
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"{what} is not finite for {array.dtype}, beside targets as large as "
            f"{largest:.3g}: compute it from the logits so that nothing overflows."
        )


def _check_unchanged(loss: Loss, name: str, *pairs: tuple[Array, Array]) -> None:
    """Refuse a method that has written over what it was given to read."""
    if not all(np.array_equal(one, other) for one, other in pairs):
        raise ValueError(
            f"loss={loss!r}: {_name(loss, name)} changes its arguments, of which only "
            "the logits that gradient is given may be overwritten: work on a copy."
        )


def _compare_with_differences(
    loss: Loss,
    logits: npt.NDArray[np.float64],
    targets: npt.NDArray[np.float64],
    gradient: Array,
    spread: npt.NDArray[np.float64],
) -> None:
    """Refuse a gradient that is not the derivative of the value."""
    n_outputs = logits.shape[1]
    some = np.linspace(0, n_outputs - 1, min(n_outputs, _OUTPUTS)).astype(int)
    found = np.array(
        [
            [_difference(loss, logits, targets, j, step * spread[j]) for j in some]
            for step in _STEPS
        ]
    )  # (n_steps, n_some, n)
    given = gradient[:, some].T
    nearest = np.abs(found - given).argmin(axis=0)[np.newaxis]
    differences = np.take_along_axis(found, nearest, axis=0)[0]
    off = np.abs(differences - given)
    largest = max(np.abs(differences).max(), np.abs(given).max())
    if off.max() <= _TOLERANCE * largest:
        return
    j, row = np.unravel_index(off.argmax(), off.shape)
    z, y = logits[row, some[j]], targets[row, some[j]]
    raise ValueError(
        f"loss={loss!r}: {_name(loss, 'gradient')} is not the derivative of "
        f"{_name(loss, 'value')}. At the logit {z:.6g} of output {some[j]}, whose "
        f"target is {y:.6g}, it is {given[j, row]:.6g}, and central differences of the "
        f"value are {differences[j, row]:.6g}. That is off by {off.max():.3g}, or "
        f"{100 * off.max() / largest:.3g} percent of the largest derivative; "
        f"{100 * _TOLERANCE:g} percent are allowed. Mend one of the two."
    )


def _difference(
    loss: Loss,
    logits: npt.NDArray[np.float64],
    targets: npt.NDArray[np.float64],
    output: np.intp,
    step: float,
) -> Array:
    """Return the central difference of each row's value in one of its logits."""
    above, below = logits.copy(), logits.copy()
    above[:, output] += step
    below[:, output] -= step
    moved = above[:, output] - below[:, output]  # which rounding makes another one
    return (loss.value(above, targets) - loss.value(below, targets)) / moved


def _name(loss: Loss, method: str) -> str:
    return f"{type(loss).__name__}.{method}"
