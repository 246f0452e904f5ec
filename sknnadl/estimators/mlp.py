"""The multilayer perceptron."""

from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden import HIDDEN_CONSTRAINTS, make_hidden_layers


@fill_docstring
class MLPClassifier(BaseNetworkClassifier):
    """Multilayer perceptron classifier.

    Layers of neurons, trained by mini-batch stochastic gradient descent on the cost of
    the mini-batch: the mean of ``loss`` over its rows, plus the penalty.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each hidden layer. Without hidden layers, ``()``, it
        is a logistic regression.
    <hidden layers>
    <training>

    Attributes
    ----------
    <attributes>

    See Also
    --------
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

    _parameter_constraints: dict = {
        **BaseNetworkClassifier._parameter_constraints,
        **HIDDEN_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        weight_init="auto",
        dropout=0.0,
        loss="log_loss",
        solver="sgd",
        penalty="l2",
        alpha=1e-4,
        batch_size=32,
        learning_rate="constant",
        learning_rate_init=0.2,
        power_t=0.5,
        momentum=0.0,
        nesterovs_momentum=True,
        max_iter=200,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        early_stopping=False,
        validation_fraction=0.1,
        warm_start=False,
        dtype="auto",
        n_jobs=None,
        verbose=False,
        random_state=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.weight_init = weight_init
        self.dropout = dropout
        self.loss = loss
        self.solver = solver
        self.penalty = penalty
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.dtype = dtype
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _hidden_layers(self):
        return make_hidden_layers(self)
