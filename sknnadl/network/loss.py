"""What a loss is: a function of the last layer's pre-activations (logits).

Value and gradient are computed from the logits and not from the outputs, so that
nothing loses its digits where an output saturates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, cast

import numpy as np
from scipy.special import logit

from sknnadl.network.arrays import Array


class Loss(ABC):
    """A cost of one row, given its logits ``z`` and its target ``y``.

    An object of a subclass of your own is a ``loss`` of every classifier or regressor
    that trains a network. Before any training its gradient is compared with differences
    of its values. It is copied, pickled and shared by threads, so it keeps nothing
    between calls: what it is made of stays as it is, as in a frozen dataclass.

    See :doc:`/losses`.

    Attributes
    ----------
    output_activation : {"softmax", "logistic", "identity", "exp"}
        The function that turns logits into the network's outputs: of classifiers one of
        the first two, of regressors one of the others.
    descent_rate : float
        The learning rate of plain gradient descent where the user names none: 0.2, and
        0.02 where outputs are values.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl import MLPRegressor
    >>> from sknnadl.network import Loss
    >>> class LogCosh(Loss):
    ...     output_activation = "identity"
    ...     def value(self, logits, targets):
    ...         error = logits - targets
    ...         return (np.logaddexp(error, -error) - np.log(2)).sum(axis=1)
    ...     def gradient(self, logits, targets):
    ...         return np.tanh(logits - targets)
    >>> X = np.linspace(-1, 1, 50)[:, np.newaxis]
    >>> y = 3 * X.ravel()
    >>> MLPRegressor(LogCosh(), random_state=0).fit(X, y).score(X, y) > 0.99
    True
    """

    output_activation: ClassVar[str] = ""
    #: The loss's number in the compiled kernels.
    kernel_number: ClassVar[int | None] = None
    #: Found with ``benchmarks/defaults.py``.
    descent_rate: ClassVar[float] = 0.2

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a subclass not pass for its parent, whose formula the kernels know."""
        super().__init_subclass__(**options)
        if "kernel_number" not in vars(cls):
            cls.kernel_number = None

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({arguments})"

    def with_arguments(self, arguments: Any) -> Loss:
        """Return what a loss that is named is with an estimator's other arguments.

        An object is taken as it is.

        Parameters
        ----------
        arguments : object
            What has the arguments as attributes, such as the estimator itself.

        Returns
        -------
        loss : Loss
            By default this one.
        """
        return self

    def for_labels(self) -> Loss:
        """Return the loss of several labels a row, whose outputs are sigmoids each.

        It is that of two classes too, which then have one output. Two classes whose
        loss has none have two outputs.

        Returns
        -------
        loss : Loss
            This one, where its outputs are sigmoids.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.output_activation != "logistic":
            raise ValueError(
                f"The outputs of {type(self).__name__} are for one class a row, and y "
                "has several labels a row: choose another loss."
            )
        return self

    def check_targets(self, targets: Array) -> None:
        """Refuse targets that no outputs can have.

        Parameters
        ----------
        targets : ndarray of shape (n, n_outputs)
            The targets of regressors, scaled where they scale them, or the rows of an
            autoencoder.

        Raises
        ------
        ValueError
            If there are some.
        """

    def best_quantile(self) -> float | None:
        """Return which quantile of the targets costs the least of all constants.

        Regressors scale targets by it and by the interquartile range, so that values
        far off do not decide on the scale, and otherwise by mean and deviation.

        Returns
        -------
        share : float or None
            From 0 to 1; by default None, where it is their mean.
        """
        return None

    def best_constant(self, targets: Array, weights: Array | None = None) -> Array:
        """Return the logits of the best network that ignores its input.

        Parameters
        ----------
        targets : ndarray of shape (n, n_outputs)
            The targets.
        weights : ndarray of shape (n,), default=None
            The weights of the rows.

        Returns
        -------
        logits : ndarray of shape (n_outputs,)
            One an output.
        """
        share = self.best_quantile()
        if share is None:
            means = np.average(targets, axis=0, weights=weights)
            return constant_logits(means, self.output_activation)
        found: Any = np.quantile(
            targets, share, axis=0, weights=weights, method="inverted_cdf"
        )
        return cast(Array, found)

    @abstractmethod
    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row, which depends on this row alone.

        Parameters
        ----------
        logits : ndarray of shape (n, n_outputs)
            The network's outputs before ``output_activation``, not to be changed.
        targets : ndarray of shape (n, n_outputs)
            What they should be: of a class its row of the identity matrix, of two
            classes with one output 0 or 1, of labels an indicator, or values. Not to
            be changed.

        Returns
        -------
        costs : ndarray of shape (n,)
            One a row.
        """

    @abstractmethod
    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return each row's gradient with respect to its logits.

        Parameters
        ----------
        logits : ndarray of shape (n, n_outputs)
            As of `value`, and free to be overwritten, which saves memory.
        targets : ndarray of shape (n, n_outputs)
            As of `value`.

        Returns
        -------
        gradient : ndarray of shape (n, n_outputs)
            The logits overwritten, or another array.
        """


def gradient_at(loss: Loss, logits: Array, targets: Array) -> Array:
    """Return each row's gradient in memory of its own, and in the dtype of the logits.

    The loss may be a user's own, and return any array.
    """
    return np.require(loss.gradient(logits.copy(), targets), logits.dtype, ("C", "W"))


def constant_logits(frequencies: Array, output_activation: str) -> Array:
    """Return the logits whose outputs are these means of the targets.

    They minimize, among networks that ignore their input, each of the losses whose best
    constant is a mean.
    """
    if output_activation == "identity":
        return frequencies
    if output_activation == "exp":
        return cast(Array, np.log(np.maximum(frequencies, 1e-12)))
    frequencies = np.clip(frequencies, 1e-12, 1 - 1e-12)
    if output_activation == "logistic":
        return cast(Array, logit(frequencies))
    return cast(Array, np.log(frequencies))
