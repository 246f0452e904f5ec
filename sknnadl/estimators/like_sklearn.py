"""What makes a perceptron train as scikit-learn's does."""

from __future__ import annotations

from typing import Any, ClassVar, Self


class LikeSklearn:
    """Mixin of the estimators that scikit-learn has too."""

    #: scikit-learn's defaults where ours are others.
    _as_in_sklearn: ClassVar[dict[str, Any]] = {
        "solver": "adam",
        "learning_rate": "constant",
        "learning_rate_init": 0.001,
        "momentum": 0.9,
        "epsilon": 1e-8,
        "alpha": 1e-4,
        "batch_size": "auto",
        "max_iter": 200,
    }

    @classmethod
    def like_sklearn(cls, *args: Any, **kwargs: Any) -> Self:
        """Return an estimator that trains as scikit-learn's of the same name does.

        It has the defaults of that, and in regression targets as they are.
        :doc:`/from_sklearn` says what remains different.

        Parameters
        ----------
        *args, **kwargs
            Arguments of the constructor. Those that are not given are as in
            scikit-learn.

        Returns
        -------
        estimator : object
            A new estimator.

        Examples
        --------
        >>> from sknnadl import MLPClassifier
        >>> MLPClassifier.like_sklearn((20,), alpha=0.1)
        MLPClassifier(alpha=0.1, batch_size='auto', epsilon=1e-08,
                      hidden_layer_sizes=(20,), learning_rate='constant',
                      learning_rate_init=0.001, max_iter=200, momentum=0.9,
                      scoring='accuracy', solver='adam')
        """
        return cls(*args, **{**cls._as_in_sklearn, **kwargs})
