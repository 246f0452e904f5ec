"""Training that goes on from a checkpoint."""

from __future__ import annotations

import os
from typing import Any

from sknnadl._sklearn import BaseEstimator, MatrixLike, VectorLike
from sknnadl.estimators.monitors import EvalSets
from sknnadl.saving.checkpoint import Checkpoint
from sknnadl.saving.estimator_file import load
from sknnadl.saving.plain_values import Describer

#: Arguments that change nothing of what is learned.
_WITHOUT_EFFECT = {"feature_layer", "n_jobs", "verbose"}


def resume(
    path: str | os.PathLike[str],
    X: MatrixLike,
    y: VectorLike | None = None,
    sample_weight: VectorLike | None = None,
    *,
    X_val: MatrixLike | None = None,
    y_val: VectorLike | None = None,
    sample_weight_val: VectorLike | None = None,
    eval_sets: EvalSets | None = None,
    X_eval: tuple[MatrixLike, ...] | None = None,
    estimator: BaseEstimator | None = None,
    every: int = 1,
    callbacks: tuple[Any, ...] = (),
) -> Any:
    """Go on with a fit that a `sknnadl.callbacks.Checkpoint` has kept.

    It ends with the bits of a fit that was never stopped, and goes on keeping
    checkpoints in the same file.

    See :doc:`/saving`.

    Parameters
    ----------
    path : str or path-like
        The file of the checkpoint.
    X, y, sample_weight, X_val, y_val, sample_weight_val
        What ``fit`` was given; an autoencoder has no ``y``. Other data are refused, by
        their shape, their dtype, all targets and weights and some of the rows.
    eval_sets, X_eval
        Rows that only watch, as in ``fit``. They change nothing of what is learned, so
        they may be others than before, or none.
    estimator : estimator, default=None
        An estimator with the arguments that ``fit`` began with; one with other
        arguments is refused. By default the file's arguments are not compared.
    every : int, default=1
        After how many epochs the next checkpoints are written.
    callbacks : tuple of callbacks, default=()
        What else is told of each epoch, as ``set_callbacks`` does.

    Returns
    -------
    estimator : estimator
        A fitted one, with ``callbacks`` and the checkpoint among its callbacks.

    Raises
    ------
    ValueError
        If the file is no checkpoint, or if data or arguments are other than those that
        ``fit`` began with.
    OSError
        If the file cannot be read.

    See Also
    --------
    sknnadl.callbacks.Checkpoint : Writes the file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import sknnadl
    >>> from sknnadl.callbacks import Checkpoint
    >>> path = Path(tempfile.mkdtemp()) / "run.npz"
    >>> X, y = [[0.0], [1.0], [2.0]], ["no", "yes", "yes"]
    >>> model = sknnadl.MLPClassifier((4,), max_iter=30, random_state=0)
    >>> model.set_callbacks(Checkpoint(path, every=10)).fit(X, y).n_iter_
    30
    >>> sknnadl.resume(path, X, y).n_iter_  # which was over
    30
    """
    kept = load(path)
    if not hasattr(kept, "training_state_"):
        raise ValueError(f"{str(path)!r} has no training to go on with.")
    if estimator is not None:
        _check_same_arguments(estimator, kept)
    kept.set_callbacks(Checkpoint(path, every), *callbacks)
    given = (X_val, y_val, sample_weight_val), (eval_sets, X_eval)
    return kept._resume(X, y, sample_weight, *given)


def _check_same_arguments(estimator: BaseEstimator, kept: BaseEstimator) -> None:
    """Refuse an estimator that would not have had this training."""
    if type(estimator) is not type(kept):
        raise ValueError(
            f"The checkpoint is of a {type(kept).__name__}, and estimator is a "
            f"{type(estimator).__name__}."
        )
    ours, theirs = (one.get_params(deep=False) for one in (kept, estimator))
    different = [
        f"{name}={ours[name]!r}, not {theirs[name]!r}"
        for name in sorted(ours.keys() - _WITHOUT_EFFECT)
        if not _are_equal(name, ours[name], theirs[name])
    ]
    if different:
        raise ValueError(
            f"The fit of the checkpoint began with {'; '.join(different)}: set the "
            "arguments back to go on with it, or start anew with fit."
        )


def _are_equal(name: str, one: Any, other: Any) -> bool:
    """Return whether two arguments say the same."""
    describers = Describer(), Describer()
    pairs = zip(describers, (one, other), strict=True)
    texts = [describer.describe(name, value) for describer, value in pairs]
    arrays = [
        [(array.dtype, array.shape, array.tobytes()) for array in describer.arrays]
        for describer in describers
    ]
    return repr(texts[0]) == repr(texts[1]) and arrays[0] == arrays[1]
