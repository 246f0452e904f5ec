"""How many numbers a fitted estimator has learned."""

import numpy as np


def count_parameters(estimator):
    """Count the learned numbers of a fitted estimator, where it shows them.

    These are the floating-point numbers in its public fitted attributes, arrays or
    lists of arrays. Of a pipeline the last step counts, and of a search the best
    estimator.

    Parameters
    ----------
    estimator : estimator instance
        Any fitted scikit-learn estimator.

    Returns
    -------
    n_parameters : int or None
        The count; None where the estimator keeps what it learned in another form, as
        trees and neighbours do.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknnadl.comparison.parameters import count_parameters
    >>> model = LogisticRegression(max_iter=1000).fit(*load_iris(return_X_y=True))
    >>> count_parameters(model)
    15
    """
    if hasattr(estimator, "best_estimator_"):
        return count_parameters(estimator.best_estimator_)
    if hasattr(estimator, "steps"):
        return count_parameters(estimator.steps[-1][1])
    count = sum(
        array.size
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
        for array in (value if isinstance(value, list) else [value])
        if isinstance(array, np.ndarray) and array.dtype.kind == "f"
    )
    return count or None
