"""What the docstrings of the estimators say of the arguments they share."""

CONVOLUTION = """
n_filters : int or array-like of int, default=(20, 40)
    The number of feature maps of each convolutional layer. Without any, ``()``,
    it is a multilayer perceptron on images.
kernel_size : int or (int, int), default=5
    Height and width of the kernels of all convolutional layers.
pool_size : int or (int, int), default=2
    Height and width of the windows that are pooled, side by side, after each
    convolutional layer; 1 pools nothing.
pooling : {"max", "average", "l2"}, default="max"
    What is kept of a window: the largest value, the mean, or the square root of
    the sum of squares.
stride : int or (int, int), default=1
    How far apart, down and across, the places are to which kernels are applied.
padding : {"valid", "same"}, default="valid"
    ``"valid"`` applies kernels only inside an image, so feature maps are smaller;
    ``"same"`` puts zeros around it, so that they have its size divided by the
    stride.
image_shape : (int, int) or (int, int, int), default=None
    Height and width, or height, width and channels, of the images that flat rows
    hold; one of them may be -1 and is inferred. By default flat rows are square
    grey images. Images of shape (n, height, width) or (n, height, width,
    channels) need no ``image_shape``.
"""

AUGMENTATION = """
augmentation : Augmentation or list of them, default=None
    How training images are changed at random each time they are used, one after the
    other, such as ``Shift(1)`` or ``[Rotate(10), Elastic()]`` from
    `sknnadl.training`.
"""

HIDDEN = """
activation : {"relu", "sigmoid", "logistic", "tanh", "identity", "leaky_relu", \
"softplus"}, default="relu"
    The activation function of the hidden layers. ``"logistic"`` is the sigmoid by
    scikit-learn's name.
weight_init : {"auto", "glorot", "he", "large", "scaled"}, default="auto"
    How weights and biases start:

    - ``"glorot"``: weights uniform in ``+-sqrt(6 / (n_in + n_out))``, zero biases
      [2]_;
    - ``"he"``: weights from N(0, 2 / n_in), zero biases [3]_;
    - ``"scaled"``: weights from N(0, 1 / n_in), biases from N(0, 1), the book's
      improved start [1]_;
    - ``"large"``: all from N(0, 1), the book's first start [1]_;
    - ``"auto"``: ``"scaled"`` for sigmoid layers and ``"glorot"`` for others.
batch_norm : bool, default=False
    Whether each hidden layer is normalized over the mini-batch before its activation,
    and after its pooling [6]_; in prediction by running averages. See
    `sknnadl.network.BatchNorm`.
dropout : float or array-like of float, default=0.0
    The probability with which each output of a dense hidden layer is dropped in
    training, below 1 [4]_: one for all, or one for each.
"""

CLASSIFICATION = """
loss : {"log_loss", "cross_entropy", "squared_error"}, default="log_loss"
    The cost of a row with the one-hot target ``y`` and the outputs ``a``:

    - ``"log_loss"``: softmax outputs, ``-sum(y log(a))``, the book's
      log-likelihood; with an indicator ``y`` the same as ``"cross_entropy"``;
    - ``"cross_entropy"``: sigmoid outputs,
      ``-sum(y log(a) + (1 - y) log(1 - a))``;
    - ``"squared_error"``: sigmoid outputs, ``1/2 sum((y - a)**2)``, the book's
      quadratic cost.
class_weight : dict, list of dict or "balanced", default=None
    By which factor the weights of each class's rows are multiplied, before they are
    divided by their mean; ``"balanced"`` takes
    ``n_samples / (n_classes * count of the class)``, with weights for counts. An
    indicator takes a list with a dict a label. `partial_fit` divides by the mean of
    its own rows, and takes no ``"balanced"``.
"""

REGRESSION = """
loss : {"squared_error"}, default="squared_error"
    The cost of a row: ``1/2 sum((y - a)**2)``.
"""

TRAINING = """
solver : {"sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "lbfgs"}, \
default="sgd"
    How the cost is minimized. With the gradient ``g`` of a mini-batch's cost, means
    ``m`` of ``g`` and ``v`` of ``g**2`` that decay from step to step:

    - ``"sgd"``: stochastic gradient descent, ``w -= rate * g``, or with momentum
      ``m = momentum * m + g; w -= rate * m``;
    - ``"adam"``: ``w -= rate * m / (sqrt(v) + epsilon)``, where ``m`` and ``v`` decay
      by ``beta_1`` and ``beta_2`` and are divided by ``1 - beta**n_steps`` [7]_;
    - ``"adamw"``: Adam on the cost without penalty, and ``w -= rate * alpha * w``
      [8]_;
    - ``"rmsprop"``: ``w -= rate * g / (sqrt(v) + epsilon)``, where ``v`` decays by
      ``rho`` [9]_;
    - ``"adagrad"``: the same where ``v`` is the sum of ``g**2`` [10]_;
    - ``"adadelta"``: ``w -= rate * sqrt(u + epsilon) / sqrt(v + epsilon) * g``, where
      ``u`` is the mean of the squared steps, and both decay by ``rho`` [11]_;
    - ``"lbfgs"``: SciPy's L-BFGS-B on all rows at once, for small data; an epoch is
      an iteration, `partial_fit` is not available, and what changes the cost from
      step to step, such as dropout, is refused.
learning_rate : {"constant", "invscaling", "adaptive", "cosine", "one_cycle"}, \
default="constant"
    How the learning rate goes on from ``learning_rate_init``:

    - ``"constant"``: it stays;
    - ``"invscaling"``: it is divided by ``(1 + epoch)**power_t``, with epochs
      counted from 0;
    - ``"adaptive"``: it is halved where training would otherwise stop for want
      of improvement, until it is 1/128 of the start [1]_;
    - ``"cosine"``: it falls to 0 as half a cosine, over ``max_iter`` epochs [12]_;
    - ``"one_cycle"``: it rises from 1/25 of ``learning_rate_init`` to all of it in
      the first 30 percent of ``max_iter`` epochs, and falls to 1/250,000 in the rest
      [13]_.

    The last two change it at each mini-batch and train for the whole cycle unless
    ``early_stopping`` ends it. Each call of `fit` begins a new one, and so does
    `partial_fit` after ``max_iter`` epochs.
learning_rate_init : float or "auto", default="auto"
    The learning rate that the schedule starts from. ``"auto"`` is 0.001 for
    ``"adam"``, ``"adamw"`` and ``"rmsprop"``, 0.01 for ``"adagrad"``, 1 for
    ``"adadelta"``, and for ``"sgd"`` 0.2 in classification and 0.02 in regression, each
    times ``1 - momentum``.
power_t : float, default=0.5
    The exponent of ``learning_rate="invscaling"``.
warmup_epochs : float, default=0
    Over how many epochs, whole or not, the learning rate first rises to what the
    schedule says, in a straight line from a hundredth of it [14]_.
momentum : float, default=0.0
    The part of the velocity that each step of ``"sgd"`` keeps, at least 0 and below 1.
nesterovs_momentum : bool, default=True
    Whether momentum is Nesterov's [5]_. Only used where ``momentum > 0``.
beta_1 : float, default=0.9
    The decay of the mean gradient in ``"adam"`` and ``"adamw"``.
beta_2 : float, default=0.999
    The decay of the mean squared gradient in ``"adam"`` and ``"adamw"``.
rho : float, default=0.9
    The decay of the means in ``"rmsprop"`` and ``"adadelta"``.
epsilon : float, default=None
    What keeps the divisor of a step from zero. By default 1e-8, 1e-10 for
    ``"adagrad"`` and 1e-6 for ``"adadelta"``; at least 1e-30.
penalty : {"l2", "l1", "elasticnet"} or None, default="l2"
    What is added to the cost, over weights and never biases:
    ``alpha / 2 * sum(w**2)``, ``alpha * sum(abs(w))``, or ``l1_ratio`` of the latter
    and ``1 - l1_ratio`` of the former [15]_.
alpha : float, default=1e-4
    The strength of the penalty. The book's lambda is ``alpha * n_samples``.
    scikit-learn's ``alpha`` is divided by the number of rows in a mini-batch, and
    this one is not.
l1_ratio : float, default=0.5
    The part of the L1 penalty in ``penalty="elasticnet"``.
max_norm : float, default=None
    The largest norm of the incoming weights of a neuron, or of a kernel: longer ones
    are scaled down to it after each step [4]_.
clip_norm : float, default=None
    The largest norm of the gradient, without penalty: a longer one is scaled down to
    it before each step [16]_.
batch_size : int, default=32
    The rows of a mini-batch. With fewer rows to train on, all of them.
max_iter : int, default=200
    How many epochs a call of `fit` trains for at the most.
shuffle : bool, default=True
    Whether the rows come in a new order each epoch.
tol : float, default=1e-4
    By how much what is watched must be better than the best so far to count as
    improved. With ``"lbfgs"`` training also ends where no component of the gradient is
    larger.
n_iter_no_change : int or numpy.inf, default=10
    After how many epochs in a row without improvement training stops.
    `numpy.inf` trains for ``max_iter`` epochs without asking.
early_stopping : bool, default=False
    Whether to watch ``scoring`` on the rows to validate on, and keep the parameters of
    the epoch that was best. Otherwise the training cost is watched, and the parameters
    are those of the last epoch.
validation_fraction : float or None, default=0.1
    The part of the training rows, of each class the same, that ``early_stopping``
    holds out where `fit` is given no ``X_val``. With None it watches the training rows
    themselves.
scoring : str, callable or None, default=None
    What ``early_stopping`` watches: ``"loss"``, the loss without penalty; a scorer of
    scikit-learn, by name or as a callable ``scorer(estimator, X, y)``; or None, what
    `score` returns.
gradient_norms : bool, default=False
    Whether to measure, before each epoch, the norm of the gradient with respect to
    each layer's biases over all training rows: the book's measure of how fast a layer
    learns [1]_. It takes about as long as the epoch itself.
warm_start : bool, default=False
    Whether `fit` goes on from where the last call ended, with the state of the
    optimizer and of the random numbers, rather than start anew.
dtype : {"auto", "float32", "float64"}, default="auto"
    The precision of the network. ``"auto"`` is float64 for float64 data and
    float32 for all others. Float32 takes half the memory and, in large networks,
    about half the time. Data of another dtype are converted a mini-batch at a
    time.
n_jobs : int, default=None
    The number of threads that share predictions, and the mini-batches of networks
    and sizes that are worth it. None means 1, unless in a `joblib.parallel_config`
    context, and -1 means all processors. The results are the same bit for bit.
verbose : bool or int, default=False
    Whether to print a line an epoch.
random_state : int, RandomState instance or None, default=None
    Determines the initial parameters, the order of the rows, the dropout, the
    changes of images and the rows held out. Pass an int for results that are the same
    at every call.
"""
