"""The convolutional network for values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sknnadl.estimators.arguments import (
    CONV,
    TRAINING,
    VALUES,
    BiasInits,
    InitFrom,
    LearningRate,
    Scorer,
    WeightInits,
)
from sknnadl.estimators.hidden_layers import make_conv_layers
from sknnadl.estimators.inputs import TakesImages, square_shape
from sknnadl.estimators.regressor import BaseNetworkRegressor
from sknnadl.network.loss import Loss
from sknnadl.training.augmentation import Augmentation


class ConvNetRegressor(TakesImages, BaseNetworkRegressor):
    """Convolutional network regressor, for one value an image or several.

    The network of `ConvNetClassifier` with outputs as they are (LeCun et al. 1998);
    formulas and sources are on the pages :doc:`/images` and :doc:`/training`. Pixels
    are best from 0 to 1. A network trained on images takes flat rows too, and vice
    versa.

    Parameters
    ----------
    n_filters : int or array-like of int, default=(20, 40)
        The number of feature maps of each layer; the default is for images of 28x28.
    kernel_size : int or (int, int), default=5
        Height and width of the kernels of all convolutional layers.
    pool_size : int or (int, int), default=2
        Height and width of the windows, side by side, that are pooled after each.
    pooling : {"max", "average", "l2"}, default="max"
        What is kept of a window; ``"l2"`` is the root of the sum of squares.
    stride : int or (int, int), default=1
        How far apart, down and across, kernels are applied.
    padding : {"valid", "same"}, default="valid"
        Whether kernels stay inside an image, or see zeros around it that keep its size.
    image_shape : tuple of int, default=None
        (height, width) or (height, width, channels) of the images that flat rows hold;
        one may be -1 and is inferred. By default flat rows are square grey images.
    augmentation : Augmentation or list of them, default=None
        How training images are changed at random at each use, such as
        ``[Rotate(10), Elastic()]`` from ``sknnadl.training``.
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each dense hidden layer.
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
    loss : str or Loss, default="squared_error"
        A row's cost: ``"squared_error"``, ``1/2 sum((y - a)**2)``;
        ``"absolute_error"``, ``"huber"`` or ``"pinball"``, which values far off sway
        less; for counts ``"poisson"``, of outputs ``a = exp(z)`` half the deviance,
        ``sum(a - y + y log(y / a))``; or an object of a subclass of
        `sknnadl.network.Loss`.
    quantile : float, default=0.5
        Which quantile of the targets ``loss="pinball"`` predicts, between 0 and 1.
    huber_delta : float, default=1.0
        How far off a target ``loss="huber"`` is a square, in units of the targets as
        they are trained on: with ``scale_targets`` interquartile ranges.
    scale_targets : bool, default=True
        Whether to train on targets of mean 0 and deviation 1, of which ``coefs_`` and
        costs are then, and undo that in `predict`; not with ``"poisson"``. With
        ``"absolute_error"``, ``"huber"`` and ``"pinball"`` it is the median, or the
        quantile, and the interquartile range.
    solver : str, default="adam"
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
    input_shape_ : tuple of int
        Height, width and channels of an image.
    target_mean_, target_scale_ : ndarray of shape (n_outputs,) or None
        What was taken from the targets, and what they were divided by.
    n_features_in_ : int
        The number of features, of images the number of values.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of the features, where the training data had names.
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
    ConvNetClassifier : The same for classes.
    MLPRegressor : Dense layers alone.
    NetworkRegressor : Any stack of layers.

    Examples
    --------
    >>> from sknnadl import ConvNetRegressor
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> X, y = data.X_train, data.X_train.sum(axis=1) / 10  # how much ink there is
    >>> net = ConvNetRegressor((8,), kernel_size=3, solver="adam", random_state=0)
    >>> net = net.set_params(max_iter=20, n_iter_no_change=float("inf")).fit(X, y)
    >>> net.score(data.X_test, data.X_test.sum(axis=1) / 10) > 0.8
    True
    """

    _parameter_constraints: ClassVar[dict] = {**VALUES, **CONV, **TRAINING}
    _hidden_layers = make_conv_layers
    _shape_argument, _n_axes = "image_shape", (2, 3)
    _shape_of_rows = staticmethod(square_shape)

    def __init__(
        self,
        n_filters: npt.ArrayLike = (20, 40),
        *,
        kernel_size: int | Sequence[int] = 5,
        pool_size: int | Sequence[int] = 2,
        pooling: str = "max",
        stride: int | Sequence[int] = 1,
        padding: str = "valid",
        image_shape: Sequence[int] | None = None,
        augmentation: Augmentation | Sequence[Augmentation] | None = None,
        hidden_layer_sizes: npt.ArrayLike = (100,),
        activation: str | Sequence[str] = "relu",
        weight_init: WeightInits = "auto",
        bias_init: BiasInits = "auto",
        batch_norm: bool = False,
        dropout: npt.ArrayLike = 0.0,
        loss: str | Loss = "squared_error",
        quantile: float = 0.5,
        huber_delta: float = 1.0,
        scale_targets: bool = True,
        solver: str = "adam",
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
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.pool_size = pool_size
        self.pooling = pooling
        self.stride = stride
        self.padding = padding
        self.image_shape = image_shape
        self.augmentation = augmentation
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.weight_init = weight_init
        self.bias_init = bias_init
        self.batch_norm = batch_norm
        self.dropout = dropout
        self.loss = loss
        self.quantile = quantile
        self.huber_delta = huber_delta
        self.scale_targets = scale_targets
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
