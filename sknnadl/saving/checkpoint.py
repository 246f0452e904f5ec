"""A callback that keeps the state of training in a file."""

from __future__ import annotations

import os
from numbers import Integral
from pathlib import Path
from typing import Any

from sknnadl.estimators.base import BaseNetwork
from sknnadl.saving.estimator_file import save
from sknnadl.saving.plain_values import Describer
from sknnadl.training.recipe import FULL_BATCH


class Checkpoint:
    """Keep all that training needs to go on, in a file, after every so many epochs.

    For ``set_callbacks`` of the estimators of this package. The file is replaced in one
    step, so that there is a whole one at any moment; `sknnadl.resume` goes on from it,
    with the same bits, and `sknnadl.load` gives the estimator of that epoch.

    In a search, which fits many times, each fit has a file of its own: before the
    suffix of the name come the numbers of the fit's place among the tasks of the
    search, as in ``run-0-3.npz``.

    See :doc:`/saving`.

    Parameters
    ----------
    path : str or path-like
        The file, usually ``.npz``, in a folder that exists.
    every : int, default=1
        After how many epochs it is written; after the last one it always is, unless
        training stops before ``max_iter``.

    Notes
    -----
    An epoch whose cost has exploded is not kept, as training may go back from it.
    ``solver="lbfgs"`` is refused: what it remembers of the curvature cannot be kept.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import sknnadl
    >>> from sknnadl.callbacks import Checkpoint
    >>> path = Path(tempfile.mkdtemp()) / "run.npz"
    >>> model = sknnadl.MLPClassifier((4,), max_iter=30, random_state=0)
    >>> model = model.set_callbacks(Checkpoint(path)).fit([[0.0], [1.0]], [0, 1])
    >>> sknnadl.load(path).n_iter_
    30
    """

    path: Path
    every: int

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if not isinstance(every, Integral) or isinstance(every, bool) or every < 1:
            raise ValueError(f"every must be an integer of at least 1, got {every!r}.")
        self.path = Path(path)
        self.every = int(every)

    def setup(self, estimator: Any, context: Any) -> None:
        """Refuse what cannot be kept, before any training."""
        if getattr(estimator, "solver", None) == FULL_BATCH:
            raise ValueError(
                f"solver={FULL_BATCH!r} remembers the curvature of the cost, which no "
                "checkpoint keeps: use another solver, or leave the Checkpoint out."
            )
        if isinstance(estimator, BaseNetwork):
            describer = Describer()
            for name, value in estimator.get_params(deep=False).items():
                describer.describe(name, value)  # which refuses what is code
        if not self.path.parent.is_dir():
            raise ValueError(f"There is no folder {str(self.path.parent)!r}.")
        if self.path.is_dir():
            raise ValueError(f"{str(self.path)!r} is a folder.")

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: the file stays."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing: what is kept is what an epoch leaves."""

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> None:
        """Write the file after an epoch."""
        if context.task_name != "epoch":
            return
        n_done, n_planned = context.task_id + 1, context.parent.max_subtasks
        if n_done % self.every and n_done != n_planned:
            return
        n_good = fitted_estimator.training_state_["n_good"]
        if n_good in (0, len(fitted_estimator.history_["loss"])):
            save(fitted_estimator, self._path_for(context.parent))

    def _path_for(self, fit: Any) -> Path:
        """Return the file for a fit, by its place among the tasks of a search."""
        numbers: list[str] = []
        while fit.parent is not None:
            numbers.insert(0, str(fit.task_id))
            fit = fit.parent
        return self.path.with_stem("-".join([self.path.stem, *numbers]))
