"""A callback that lets Optuna end a fit that has fallen behind."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from sknnadl.estimators.base import BaseNetwork


class OptunaPruning:
    """Report each epoch to a trial of Optuna, and end the fit where it is hopeless.

    For ``set_callbacks`` of the estimators of this package that train a network, and of
    a ``Pipeline`` that ends in one. After each epoch the trial is told a value, and the
    pruner of its study decides whether the fit goes on [1]_. Where it does not, ``fit``
    raises `optuna.TrialPruned`, which the study expects, and the estimator is what a
    fit of that many epochs leaves.

    What is reported is

    - the score on ``X_val``, if it is given;
    - else the score on the rows that the fit validates on: its own ``X_val``, or those
      held out by ``early_stopping``;
    - else the training cost, ``history_["loss"]``.

    A trial that is not pruned has the bits of a fit without the callback.

    See :doc:`/choosing`.

    Parameters
    ----------
    trial : optuna.trial.Trial
        The trial, of a study with one direction.
    scoring : str or callable, default=None
        What scores ``X_val``, as in scikit-learn; by default the estimator's ``score``.
    X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
        Rows to score on, as they are given to ``fit``: of a pipeline, before its first
        step.
    y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
        The targets of ``X_val``.

    See Also
    --------
    Checkpoint : Keep the state of training in a file.

    Notes
    -----
    A score is for ``create_study(direction="maximize")``, the cost for ``"minimize"``;
    other directions are refused. Steps are epochs counted from 0, over all calls of
    ``partial_fit`` or of ``fit`` with ``warm_start=True``, so that with
    ``HyperbandPruner(max_resource=27)`` no fit of 27 epochs is pruned after its last.

    A trial is one fit. For the mean over folds there is ``OptunaSearchCV`` of
    optuna-integration, which trains all folds side by side.

    The callback is set on the outermost estimator, and scikit-learn warns of steps of a
    pipeline that it cannot be passed on to: it listens to the last one alone.

    References
    ----------
    .. [1] Akiba, T., Sano, S., Yanase, T., Ohta, T. and Koyama, M. (2019). Optuna: a
       next-generation hyperparameter optimization framework. KDD.

    Examples
    --------
    >>> import optuna
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.callbacks import OptunaPruning
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> X_train, X_val = data.X_train[:1000], data.X_train[1000:]
    >>> y_train, y_val = data.y_train[:1000], data.y_train[1000:]
    >>> def objective(trial):
    ...     rate = trial.suggest_float("rate", 1e-3, 10, log=True)
    ...     mlp = MLPClassifier(learning_rate_init=rate, max_iter=9, random_state=0)
    ...     mlp.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val))
    ...     return mlp.fit(X_train, y_train).score(X_val, y_val)
    >>> study = optuna.create_study(
    ...     direction="maximize",
    ...     sampler=optuna.samplers.RandomSampler(seed=0),
    ...     pruner=optuna.pruners.SuccessiveHalvingPruner(),
    ... )
    >>> study.optimize(objective, n_trials=6)
    >>> [len(trial.intermediate_values) for trial in study.trials]
    [9, 9, 5, 5, 2, 2]
    """

    #: scikit-learn passes it on to the steps of pipelines, however deep.
    max_propagation_depth: None = None

    def __init__(
        self,
        trial: Any,
        *,
        scoring: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> None:
        if not (hasattr(trial, "report") and hasattr(trial, "should_prune")):
            raise TypeError(
                "trial must be what a study gives its objective, an "
                f"optuna.trial.Trial, got {trial!r}."
            )
        if X_val is None and (scoring is not None or y_val is not None):
            name = "y_val" if scoring is None else "scoring"
            raise ValueError(
                f"{name} was given without X_val: give the rows to score on, or set "
                "scoring and early_stopping of the estimator."
            )
        self.trial = trial
        self.scoring = scoring
        self.X_val = X_val
        self.y_val = y_val
        self._next_step = 0
        self._pruned = ""
        self._forget()

    def _forget(self) -> None:
        """Hold nothing of a fit."""
        self._network: Any = None
        self._pipelines: list[Pipeline] = []
        self._transformed: Any = None

    def setup(self, estimator: Any, context: Any) -> None:
        """Find the network, and refuse what cannot be reported, before any training."""
        network = estimator
        while isinstance(network, Pipeline):
            self._pipelines.append(network)
            network = network.steps[-1][1]
        if not isinstance(network, BaseNetwork):
            raise TypeError(
                "OptunaPruning is for one fit of a network of sknnadl, alone or as the "
                f"last step of a Pipeline, got {type(network).__name__}."
            )
        self._network = network
        if self.X_val is not None:
            if self.y_val is None and get_tags(network).target_tags.required:
                raise ValueError("X_val was given without y_val: give both.")
            self._scorer = check_scoring(network, self.scoring)
            self._check_direction("MAXIMIZE", "The score on X_val")

    def teardown(self, estimator: Any, context: Any) -> None:
        """End the trial, now that the estimator is whole, if it was hopeless."""
        pruned, self._pruned = self._pruned, ""
        self._forget()
        if pruned:
            from optuna import TrialPruned

            raise TrialPruned(pruned)

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Do nothing: what is reported is what an epoch leaves."""

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, fitted_estimator: Any = None
    ) -> bool:
        """Report an epoch; return whether the pruner wants it to be the last."""
        if context.task_name != "epoch" or estimator is not self._network:
            return False
        n_epochs = len(fitted_estimator.history_["loss"])
        if n_epochs <= self._next_step:
            raise ValueError(
                f"Trial {self.trial.number} was told of epoch {n_epochs} already: a "
                "trial is one fit, and has an OptunaPruning of its own. For the mean "
                "over folds there is optuna_integration.OptunaSearchCV."
            )
        what, value = self._measure(fitted_estimator)
        self.trial.report(value, n_epochs - 1)
        self._next_step = n_epochs
        if self.trial.should_prune():
            self._pruned = f"{what} was {value:.6g} after epoch {n_epochs}."
        return bool(self._pruned)

    def _measure(self, fitted: Any) -> tuple[str, float]:
        """Return what is reported of the network as it is now, and its name."""
        if self.X_val is not None:
            if self._transformed is None:
                self._transformed = self._transform(self.X_val)
            score = self._scorer(fitted, self._transformed, self.y_val)
            return "The score on X_val", float(score)
        last = {name: values[-1] for name, values in fitted.history_.items()}
        if np.isnan(last["val_score"]):
            self._check_direction("MINIMIZE", "The training cost")
            return "The training cost", float(last["loss"])
        self._check_direction("MAXIMIZE", "The validation score")
        return "The validation score", float(last["val_score"])

    def _transform(self, X: Any) -> Any:
        """Return rows as the network sees them, after the steps before it."""
        for pipeline in self._pipelines:
            if len(pipeline) > 1:
                X = pipeline[:-1].transform(X)
        return X

    def _check_direction(self, direction: str, what: str) -> None:
        """Refuse a study that would prune the best: what is reported has a direction.

        A trial that is over, which is run again, belongs to no study.
        """
        directions = getattr(getattr(self.trial, "study", None), "directions", None)
        if directions is None or [d.name for d in directions] == [direction]:
            return
        named = ", ".join(d.name.lower() for d in directions)
        raise ValueError(
            f"{what} is what the trial is told, which needs a study with the "
            f"direction {direction.lower()!r}, got {named}: create_study takes it. "
            "With early_stopping, or with X_val, a score is reported."
        )
