"""What the docstrings of the estimators have in common."""

import inspect

_HIDDEN = """
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
dropout : float, default=0.0
    The probability with which each output of a dense hidden layer is dropped in
    training, below 1 [4]_.
"""

_TRAINING = """
loss : {"log_loss", "cross_entropy", "squared_error"}, default="log_loss"
    The cost of a row with the one-hot target ``y`` and the outputs ``a``:

    - ``"log_loss"``: softmax outputs, ``-sum(y log(a))``, the book's
      log-likelihood;
    - ``"cross_entropy"``: sigmoid outputs,
      ``-sum(y log(a) + (1 - y) log(1 - a))``;
    - ``"squared_error"``: sigmoid outputs, ``1/2 sum((y - a)**2)``, the book's
      quadratic cost.
solver : {"sgd"}, default="sgd"
    How the cost is minimized: stochastic gradient descent.
penalty : {"l2", "l1"} or None, default="l2"
    What is added to the cost: ``alpha / 2 * sum(w**2)`` or
    ``alpha * sum(abs(w))``, over weights and never biases.
alpha : float, default=1e-4
    The strength of the penalty. The book's lambda is ``alpha * n_samples``.
    scikit-learn's ``alpha`` is divided by the number of rows in a mini-batch, and
    this one is not.
batch_size : int, default=32
    The rows of a mini-batch. With fewer rows to train on, all of them.
learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
    How the learning rate goes on from ``learning_rate_init``:

    - ``"constant"``: it stays;
    - ``"invscaling"``: it is divided by ``(1 + epoch)**power_t``, with epochs
      counted from 0;
    - ``"adaptive"``: it is halved where training would otherwise stop for want
      of improvement, until it is 1/128 of the start [1]_.
learning_rate_init : float, default=0.2
    The learning rate of the first epoch.
power_t : float, default=0.5
    The exponent of ``learning_rate="invscaling"``.
momentum : float, default=0.0
    The part of the velocity that each step keeps, at least 0 and below 1.
nesterovs_momentum : bool, default=True
    Whether momentum is Nesterov's [5]_. Only used where ``momentum > 0``.
max_iter : int, default=200
    How many epochs a call of `fit` trains for at the most.
shuffle : bool, default=True
    Whether the rows come in a new order each epoch.
tol : float, default=1e-4
    By how much the training cost, or with ``early_stopping`` the validation
    score, must be better than the best so far to count as improved.
n_iter_no_change : int or numpy.inf, default=10
    After how many epochs in a row without improvement training stops.
    `numpy.inf` trains for ``max_iter`` epochs without asking.
early_stopping : bool, default=False
    Whether to hold out some of the training rows, watch the accuracy on them and
    keep the parameters of the epoch that was best.
validation_fraction : float, default=0.1
    The part of each class that ``early_stopping`` holds out.
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
    Determines the initial parameters, the order of the rows, the dropout and the
    rows held out. Pass an int for results that are the same at every call.
"""

_ATTRIBUTES = """
classes_ : ndarray of shape (n_classes,)
    The labels.
n_features_in_ : int
    The number of features, in images the number of values.
feature_names_in_ : ndarray of shape (n_features,)
    The names of the features, where the training data had names.
parameters_ : ndarray of shape (n_parameters,)
    All weights, layer by layer, and then all biases.
coefs_ : list of ndarray
    The weights of each layer, views of ``parameters_``: of shape (n_in, n_out), in
    convolutional layers (height, width, channels, filters).
intercepts_ : list of ndarray of shape (n_out,)
    The biases of each layer, views of ``parameters_``.
n_iter_ : int
    The number of epochs trained, over all calls that went on from each other.
loss_ : float
    The training cost of the last epoch.
loss_curve_ : list of float
    The training cost of each epoch: the mean over its mini-batches, each before
    its own step, plus the penalty at the epoch's end.
history_ : dict of str to list of float
    An entry an epoch of ``"loss"``, ``"val_loss"``, ``"val_score"``,
    ``"learning_rate"`` and ``"seconds"``; nan where something was not measured.
out_activation_ : {"softmax", "sigmoid"}
    The activation function of the output layer.
n_outputs_ : int
    The number of outputs, one a class.
layers_ : list of dict
    The layers of the fitted network, as plain values.
training_state_ : dict
    All that going on later needs: the parameters after the last epoch, the state
    of the optimizer, the schedule, the stopping rule and the random numbers.
"""

_NOTES = """
While it trains or predicts, BLAS runs on one thread in the whole process, because
the last bits of its results depend on the number of its threads.
"""

_REFERENCES = """
.. [1] Nielsen, M. A. (2015). Neural Networks and Deep Learning. Determination
   Press.
.. [2] Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training
   deep feedforward neural networks. AISTATS.
.. [3] He, K., Zhang, X., Ren, S. and Sun, J. (2015). Delving deep into
   rectifiers. ICCV.
.. [4] Srivastava, N. et al. (2014). Dropout: a simple way to prevent neural
   networks from overfitting. JMLR, 15, 1929-1958.
.. [5] Sutskever, I., Martens, J., Dahl, G. and Hinton, G. (2013). On the
   importance of initialization and momentum in deep learning. ICML.
"""

_SHARED = {
    "<hidden layers>": _HIDDEN,
    "<training>": _TRAINING,
    "<attributes>": _ATTRIBUTES,
    "<notes>": _NOTES,
    "<references>": _REFERENCES,
}


def fill_docstring(cls):
    """Put the shared parts into a docstring, each for the line that names it."""
    if cls.__doc__ is None:  # as with python -OO
        return cls
    text = inspect.cleandoc(cls.__doc__)
    for marker, part in _SHARED.items():
        text = text.replace(marker, part.strip())
    cls.__doc__ = f"{text}\n"
    return cls
