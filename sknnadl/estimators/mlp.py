"""The multilayer perceptron."""

from dataclasses import field
from typing import ClassVar

from sknnadl.estimators.arguments import arguments
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden_layers import DenseArguments
from sknnadl.estimators.regressor import BaseNetworkRegressor


@arguments
class MLPArguments(DenseArguments):
    """The hidden layers, of which the first two arguments need no name."""

    hidden_layer_sizes: int | tuple = field(default=(100,), kw_only=False)
    activation: str = field(default="relu", kw_only=False)

    def _hidden_layers(self):
        return self._dense_layers()


@fill_docstring
@arguments
class MLPClassifier(BaseNetworkClassifier, MLPArguments):
    """Multilayer perceptron classifier.

    Layers of neurons, trained by mini-batch stochastic gradient descent on the cost of
    the mini-batch: the mean of ``loss`` over its rows, plus the penalty.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each hidden layer. Without hidden layers, ``()``, it
        is a logistic regression.
    <hidden layers>
    <classification>
    <training>

    Attributes
    ----------
    <classes>
    <attributes>

    See Also
    --------
    MLPRegressor : The same for values.
    AverageDarknessClassifier : A simple baseline for images.
    sklearn.neural_network.MLPClassifier : The one of scikit-learn.

    Notes
    -----
    <notes>

    References
    ----------
    <references>

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknnadl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(max_iter=500, random_state=0)
    >>> model = make_pipeline(StandardScaler(), mlp)
    >>> float(cross_val_score(model, X, y).mean()) > 0.9
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **BaseNetworkClassifier._parameter_constraints,
        **MLPArguments._parameter_constraints,
    }


@fill_docstring
@arguments
class MLPRegressor(BaseNetworkRegressor, MLPArguments):
    """Multilayer perceptron regressor, for one value a row or several.

    The network of `MLPClassifier` with outputs as they are, whose squared error is
    minimized. Targets are best scaled, as with
    `sklearn.compose.TransformedTargetRegressor`.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each hidden layer. Without hidden layers, ``()``, it
        is a linear regression.
    <hidden layers>
    <regression>
    <training>

    Attributes
    ----------
    <values>
    <attributes>

    See Also
    --------
    MLPClassifier : The same for classes.
    sklearn.neural_network.MLPRegressor : The one of scikit-learn.

    Notes
    -----
    <notes>

    References
    ----------
    <references>

    Examples
    --------
    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknnadl import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> mlp = MLPRegressor((20,), alpha=0.1, random_state=0)
    >>> model = make_pipeline(StandardScaler(), mlp)
    >>> model = TransformedTargetRegressor(model, transformer=StandardScaler())
    >>> float(cross_val_score(model, X, y).mean()) > 0.4
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **BaseNetworkRegressor._parameter_constraints,
        **MLPArguments._parameter_constraints,
    }
