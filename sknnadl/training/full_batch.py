"""Training on all rows at once, by L-BFGS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize

from sknnadl.training.run import Diverged, TrainingRun

#: The least relative fall of the cost, as in scikit-learn's LogisticRegression: small
#: enough for the tolerance on the gradient to decide.
_LEAST_FALL = 64 * np.finfo(np.float64).eps
#: What `minimize` says where it has converged, and where its iterations are used up.
_CONVERGED, _USED_UP = 0, 1


class FullBatchRun(TrainingRun):
    """A run whose epochs are iterations of SciPy's L-BFGS-B on the whole cost.

    It ends where the largest component of the gradient is below the plateau's
    tolerance, or where the cost no longer falls. What L-BFGS remembers of the
    curvature is not kept for the next run.

    Attributes
    ----------
    max_fun : float
        How often the cost is evaluated at the most in `train`, but for the last line
        search.
    """

    max_fun: float = np.inf

    def train(
        self,
        n_epochs: int,
        on_begin: Callable[[], None] | None = None,
        on_end: Callable[[], bool] | None = None,
    ) -> str:
        """Train for some iterations, or until there is no progress.

        What ends it may also be ``"max_fun"``, where that many evaluations were not
        enough, or ``"stall"``: no lower cost is found, although the gradient says that
        there is one. In float32 rounding hides it.
        """
        network = self.trainer.network
        trained = slice(network.first_weight, network.n_trained)
        parameters = network.parameters[trained]
        end, began = "", time.perf_counter()
        norms = self._gradient_norms() if self.measure_gradients else ()

        def cost(x: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[Any]]:
            parameters[:] = x
            value, gradient = self.trainer.full_gradient(self.rows)
            gradient = gradient[trained]
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                raise Diverged
            return value, gradient

        def conclude(x: npt.NDArray[np.float64], value: float) -> None:
            nonlocal end, began, norms
            if on_begin:
                on_begin()
            parameters[:] = x
            goes_on = self._conclude(self._measure(value, np.nan, norms, began))
            began = time.perf_counter()
            norms = self._gradient_norms() if self.measure_gradients else ()
            is_enough = on_end is not None and on_end()
            end = "callback" if is_enough else "" if goes_on else "plateau"

        def after_iteration(intermediate_result: OptimizeResult) -> None:
            conclude(intermediate_result.x, float(intermediate_result.fun))
            if end:
                raise StopIteration

        n_before = len(self.history["loss"])
        options = {
            "maxiter": n_epochs,
            "maxfun": self.max_fun,
            "gtol": self.plateau.tol,
            "ftol": _LEAST_FALL,
        }
        with self._undone_on_failure():
            result = minimize(
                cost,
                parameters.astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                callback=after_iteration,
                options=options,
            )
            if len(self.history["loss"]) == n_before:  # it began at a minimum
                conclude(result.x, float(result.fun))
            parameters[:] = result.x
        if end:
            return end
        if result.status == _USED_UP:
            return "max_iter" if result.nit >= n_epochs else "max_fun"
        self.steepest = float(np.abs(result.jac).max())
        is_exact = network.dtype == np.float64 and result.status == _CONVERGED
        return "plateau" if is_exact or self.steepest <= self.plateau.tol else "stall"
