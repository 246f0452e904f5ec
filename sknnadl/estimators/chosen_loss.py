"""The loss that the arguments name, or a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sknnadl.network.loss import Loss
from sknnadl.network.loss_check import check_loss
from sknnadl.training.data import Rows

#: So many rows tell whether a loss is one.
_ROWS = 16


def choose_loss(estimator: Any, losses: Mapping[str, Loss]) -> Loss:
    """Return the loss of a name among these, or the one that was given.

    Raises
    ------
    ValueError
        If it is for outputs that none of these has.
    """
    if isinstance(estimator.loss, str):
        return losses[estimator.loss].with_arguments(estimator)
    own: Loss = estimator.loss
    allowed = sorted({loss.output_activation for loss in losses.values()})
    outputs = own.output_activation
    if outputs not in allowed:
        raise ValueError(
            f"loss={own!r} has output_activation={outputs!r}, and of "
            f"{type(estimator).__name__} it must be one of {allowed}: set it in "
            f"{type(own).__name__}."
        )
    return own


def check_chosen_loss(estimator: Any, loss: Loss, rows: Rows) -> None:
    """Refuse a user's own loss whose gradient is not that of its value."""
    if isinstance(getattr(estimator, "loss", None), Loss):
        some = np.linspace(0, len(rows) - 1, min(len(rows), _ROWS)).astype(int)
        check_loss(loss, rows.targets(some))
