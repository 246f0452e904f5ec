"""The multilayer perceptron for classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sknnadl.estimators.arguments import (
    CLASSES,
    TABULAR,
    TRAINING,
    BiasInits,
    ClassWeight,
    InitFrom,
    LearningRate,
    Scorer,
    WeightInits,
)
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.hidden_layers import make_dense_layers
from sknnadl.estimators.like_sklearn import LikeSklearn
from sknnadl.estimators.table_columns import TakesTables
from sknnadl.network.loss import Loss


class MLPClassifier(TakesTables, LikeSklearn, BaseNetworkClassifier):
    """Multilayer perceptron classifier.

    Layers of neurons, trained by mini-batch stochastic gradient descent on the cost of
    the mini-batch: the mean of ``loss`` over its rows, plus the penalty (Nielsen 2015).
    Features have to be of similar scale, as with ``input_scaling``, or a scaler before.
    Other than scikit-learn's, the default is plain gradient descent at a high rate;
    `like_sklearn` trains as there, and `for_tables` takes data frames as they are.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each hidden layer; without any, ``()``, it is a
        logistic regression.
    activation : str or array-like of str, default="relu"
        The function of the hidden layers, one for all or one each: ``"relu"``,
        ``"sigmoid"``, ``"logistic"``, ``"tanh"``, ``"elu"``, ``"selu"``, ``"gelu"``,
        ``"silu"``, ``"leaky_relu"``, ``"softplus"``, ``"softsign"`` or ``"identity"``.
    weight_init : str, callable or array-like of them, default="auto"
        How weights start, in all layers or each, the output layer last: ``"glorot"``,
        ``"he"``, ``"lecun"``, ``"fan_out"``, ``"sparse"``, ``"zeros"``, or as in the
        book ``"scaled"`` or ``"large"``; ``"auto"`` is ``"scaled"`` for sigmoids,
        ``"lecun"`` for ``"selu"``, else ``"glorot"``. A callable is given a shape and a
        `numpy.random.Generator`, and returns weights.
    bias_init : str, float, callable or array-like of them, default="auto"
        How biases start: at ``"zeros"``, from N(0, 1) by ``"normal"``, at a number, or
        by a callable; ``"auto"`` is ``"normal"`` for ``"scaled"`` and ``"large"``
        weights, else ``"zeros"``.
    batch_norm : bool, default=False
        Whether to normalize hidden layers over the mini-batch (Ioffe and Szegedy 2015).
    dropout : float or array-like of float, default=0.0
        The probability, one for all or one a dense hidden layer, of dropping an output
        in training (Srivastava et al. 2014).
    loss : {"log_loss", "cross_entropy", "squared_error"} or Loss, default="log_loss"
        A row's cost: ``-sum(y log(a))`` of softmax outputs, or of logistic ones
        ``-sum(y log(a) + (1 - y) log(1 - a))``, which is the log loss of labels and, of
        one output, of two classes; or ``1/2 sum((y - a)**2)``. Or an object of a
        subclass of `sknnadl.network.Loss`.
    label_smoothing : float, default=0.0
        How much of a target is spread evenly: over the classes of softmax outputs, and
        of others over yes and no (Szegedy et al. 2016). All costs are of such targets.
    class_weight : dict, list of dict or "balanced", default=None
        Factors of the weights of each class's rows, for an indicator a dict a label;
        ``"balanced"``, not for `partial_fit`, is ``n_samples / (n_classes * count)``.
    input_scaling : {"standard", "robust"} or None, default=None
        Whether numeric features are scaled inside: to mean 0 and deviation 1; or by
        median and interquartile range, and bent by ``x / sqrt(1 + (x / 3)**2)``.
    n_bins : int or None, default=None
        In how many quantile bins a numeric feature also has an input, of how much of
        the bin is below it (Gorishniy, Rubachev and Babenko 2022).
    categorical_features : "from_dtype", array-like of bool, int or str, default=None
        Which features become an input a value: those of a data frame that are not
        numbers, or a mask, numbers or names. Unseen values are 0 in all inputs.
    impute_missing : bool, default=False
        Whether missing numbers become the median, and missing categories their own.
    solver : str, default="sgd"
        How the cost is minimized: by ``"sgd"``; ``"adam"`` (Kingma and Ba 2015) or
        ``"adamw"`` (Loshchilov and Hutter 2019); ``"rmsprop"``, ``"adagrad"`` or
        ``"adadelta"``; or ``"lbfgs"``, on all rows at once, with an iteration an epoch.
    learning_rate : str or callable, default="cosine"
        How the rate goes on: ``"constant"``; of ``"sgd"`` alone ``"adaptive"``, halved
        where training would stop, or ``"invscaling"``, over ``(1 + epoch)**power_t``;
        or in ``max_iter`` epochs ``"cosine"``, to 0, or ``"one_cycle"``, up and down. A
        callable returns the rate itself, given how many epochs are over: 2.5 is half of
        the third, and each mini-batch adds its share.
    learning_rate_init : float or "auto", default="auto"
        The first rate, or a cycle's top. ``"auto"`` is 0.001, of ``"adagrad"`` 0.01,
        ``"adadelta"`` 1, ``"sgd"`` ``1 - momentum`` times 0.2, or 0.02 in regression.
    power_t : float, default=0.5
        The exponent of ``learning_rate="invscaling"``.
    warmup_epochs : float, default=0
        Over how many epochs the rate rises from a hundredth to what the schedule says.
    momentum : float, default=0.0
        The share of the velocity that a step of ``"sgd"`` keeps, from 0 to 1.
    nesterovs_momentum : bool, default=True
        Whether momentum is Nesterov's (Sutskever et al. 2013).
    beta_1 : float, default=0.9
        The decay of the mean gradient in ``"adam"`` and ``"adamw"``.
    beta_2 : float, default=0.999
        The decay of the mean squared gradient in ``"adam"`` and ``"adamw"``.
    rho : float, default=0.9
        The decay of the means in ``"rmsprop"`` and ``"adadelta"``.
    epsilon : float, default=None
        Keeps divisors from 0: 1e-8, in ``"adagrad"`` 1e-10, in ``"adadelta"`` 1e-6.
    penalty : {"l2", "l1", "elasticnet"} or None, default="l2"
        What weights, and not biases, add to the cost: ``alpha / 2 * sum(w**2)``,
        ``alpha * sum(abs(w))``, or a mixture of both by ``l1_ratio``.
    alpha : float or "auto", default="auto"
        The strength of the penalty; ``"adamw"`` takes it as it is. ``"auto"`` is 0.1,
        or 500 over the number of rows where there are more than 5000.
    divide_alpha : bool, default=True
        Whether ``alpha`` is divided by the weight of a mini-batch, as in scikit-learn.
    l1_ratio : float, default=0.5
        The share of L1 in ``penalty="elasticnet"``.
    max_norm : float, default=None
        The largest norm of a neuron's incoming weights, or a kernel's, after each step.
    clip_norm : float, default=None
        The largest norm of the gradient, without penalty, before each step.
    gradient_noise : float, default=0.0
        With what variance, over ``(1 + step)**0.55``, Gaussian noise is added to the
        gradient, once it is clipped (Neelakantan et al. 2015).
    batch_size : int or "auto", default=32
        The rows of a mini-batch, at most all that there are; ``"auto"`` is 200.
    max_iter : int or "auto", default="auto"
        How many epochs a call of `fit` trains for at the most; ``"auto"`` is 100,000
        over the rows, from 30 (20 of 50,000 images) to 400, or 200 for ``"lbfgs"``.
    max_fun : int, default=15000
        How often a call of `fit` with ``"lbfgs"`` computes the cost at the most.
    shuffle : bool, default=True
        Whether the rows come in a new order each epoch.
    tol : float, default=1e-4
        By how much the best value must be beaten to count as improvement. ``"lbfgs"``
        ends where no component of the gradient is larger.
    n_iter_no_change : int or numpy.inf, default=10
        After how many epochs without improvement training stops; `numpy.inf` for never.
    early_stopping : bool, default=False
        Whether to watch ``scoring`` on validation rows, and keep the best epoch's
        network. Otherwise the training cost is watched, and the last epoch's kept.
    validation_fraction : float or None, default=0.1
        Which share of each class's rows ``early_stopping`` holds out without ``X_val``,
        but not for ``"lbfgs"``; with None it watches the training rows.
    scoring : str, callable or None, default=None
        What ``early_stopping`` watches: a scorer, or the loss, which is ``"loss"`` too.
    gradient_norms : bool, default=False
        Whether to measure how fast each layer learns before each epoch: the norm of its
        biases' gradient over all rows, which takes about as long as the epoch.
    init_from : estimator, str or path-like, default=None
        A fitted network whose first hidden layers this one starts with, or a file of
        `sknnadl.save` with one. The others start at random.
    init_layers : int, default=None
        How many of its hidden layers those are; by default all.
    train_init_layers : bool, default=True
        Whether they are trained on, or stay as they are and compute as in prediction.
    warm_start : bool, default=False
        Whether `fit` goes on from where the last call ended, in the same state.
    dtype : {"auto", "float32", "float64"}, default="auto"
        ``"auto"`` is float64 for float64 data and ``"lbfgs"``, and float32 for others.
    feature_layer : int, default=-1
        Of which hidden layer `transform` gives the outputs: 0 is the first, of the
        convolutional ones if there are any, and -1 the last.
    n_jobs : int, default=None
        The threads that share predictions and mini-batches, with the same bits. None is
        all cores, or ``OMP_NUM_THREADS`` of them, but 1 in a worker of joblib or Dask.
    verbose : bool or int, default=False
        Whether to print a line an epoch.
    random_state : int, RandomState instance or None, default=None
        Seeds the start, the order of rows, dropout, augmentation and held-out rows.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels; of an indicator its columns' numbers.
    target_type_ : {"multiclass", "multilabel-indicator"}
        What ``y`` was.
    n_features_in_ : int
        The number of features, of images the number of values.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of the features, where the training data had names.
    encoding_ : dict
        How columns become inputs, where an argument asks for it.
    n_init_layers_ : int
        How many hidden layers it started with from ``init_from``.
    parameters_ : ndarray of shape (n_parameters,)
        All weights, then biases and what else is trained, then running averages.
    coefs_ : list of ndarray
        Views of weights: (n_in, n_out), or (height, width, channels, filters).
    intercepts_ : list of ndarray of shape (n_out,)
        Views of each layer's biases.
    batch_norms_ : list of dict of str to ndarray
        Views of the scale, shift and running averages of each batch normalization.
    n_iter_ : int
        The number of epochs that the last call has trained for.
    loss_ : float
        The training cost of the last epoch.
    loss_curve_ : list of float
        That of each epoch: the mean over its mini-batches, each before its own step.
    history_ : dict of str to list
        An entry an epoch of ``"loss"``, ``"val_loss"``, ``"val_score"``,
        ``"learning_rate"``, ``"seconds"`` and ``"gradient_norms"``, or nan; and of each
        of ``eval_sets``, such as ``"test_loss"`` and ``"test_score"``.
    out_activation_ : {"softmax", "logistic", "identity", "exp"}
        The function of the output layer.
    n_outputs_ : int
        The number of outputs: one a class (of two classes 1), a label or a value.
    layers_ : list of dict
        The layers of the fitted network, as plain values.
    training_state_ : dict
        The last epoch's parameters, and what else going on needs.

    See Also
    --------
    MLPRegressor : The same for values.
    AverageDarknessClassifier : A simple baseline for images.
    sklearn.neural_network.MLPClassifier : The one of scikit-learn.

    Notes
    -----
    Formulas and sources are on the page :doc:`/training`. While it trains or predicts,
    BLAS has one thread in the whole process, as bits depend on their number.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sknnadl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier(input_scaling="standard", random_state=0)
    >>> float(cross_val_score(model, X, y).mean()) > 0.9
    True
    >>> model.fit_transform(X, y).shape  # the outputs of its hidden layer
    (150, 100)
    """

    _parameter_constraints: ClassVar[dict] = {**CLASSES, **TABULAR, **TRAINING}
    _hidden_layers = make_dense_layers
    _as_in_sklearn: ClassVar[dict[str, Any]] = {
        **LikeSklearn._as_in_sklearn,
        "scoring": "accuracy",
    }

    def __init__(
        self,
        hidden_layer_sizes: npt.ArrayLike = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        weight_init: WeightInits = "auto",
        bias_init: BiasInits = "auto",
        batch_norm: bool = False,
        dropout: npt.ArrayLike = 0.0,
        loss: str | Loss = "log_loss",
        label_smoothing: float = 0.0,
        class_weight: ClassWeight = None,
        input_scaling: str | None = None,
        n_bins: int | None = None,
        categorical_features: npt.ArrayLike | None = None,
        impute_missing: bool = False,
        solver: str = "sgd",
        learning_rate: LearningRate = "cosine",
        learning_rate_init: float | str = "auto",
        power_t: float = 0.5,
        warmup_epochs: float = 0,
        momentum: float = 0.0,
        nesterovs_momentum: bool = True,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        rho: float = 0.9,
        epsilon: float | None = None,
        penalty: str | None = "l2",
        alpha: float | str = "auto",
        divide_alpha: bool = True,
        l1_ratio: float = 0.5,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        gradient_noise: float = 0.0,
        batch_size: int | str = 32,
        max_iter: int | str = "auto",
        max_fun: int = 15000,
        shuffle: bool = True,
        tol: float = 1e-4,
        n_iter_no_change: float = 10,
        early_stopping: bool = False,
        validation_fraction: float | None = 0.1,
        scoring: str | Scorer | None = None,
        gradient_norms: bool = False,
        init_from: InitFrom = None,
        init_layers: int | None = None,
        train_init_layers: bool = True,
        warm_start: bool = False,
        dtype: str = "auto",
        feature_layer: int = -1,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.batch_norm = batch_norm
        self.dropout = dropout
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.input_scaling = input_scaling
        self.n_bins = n_bins
        self.categorical_features = categorical_features
        self.impute_missing = impute_missing
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.warmup_epochs = warmup_epochs
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.rho = rho
        self.epsilon = epsilon
        self.penalty = penalty
        self.alpha = alpha
        self.divide_alpha = divide_alpha
        self.l1_ratio = l1_ratio
        self.max_norm = max_norm
        self.clip_norm = clip_norm
        self.gradient_noise = gradient_noise
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.max_fun = max_fun
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.scoring = scoring
        self.gradient_norms = gradient_norms
        self.init_from = init_from
        self.init_layers = init_layers
        self.train_init_layers = train_init_layers
        self.warm_start = warm_start
        self.dtype = dtype
        self.feature_layer = feature_layer
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state
