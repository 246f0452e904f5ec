"""What the docstrings of the estimators have in common, beside `argument_docs`."""

import inspect

from sknnadl.estimators.argument_docs import (
    AUGMENTATION,
    CLASSIFICATION,
    CONVOLUTION,
    HIDDEN,
    REGRESSION,
    TRAINING,
)

_CLASSES = """
classes_ : ndarray of shape (n_classes,)
    The labels; of an indicator the numbers of its columns.
target_type_ : {"multiclass", "multilabel-indicator"}
    What ``y`` was.
"""

_VALUES = """
n_target_axes_ : int
    The number of axes that ``y`` had.
"""

_ATTRIBUTES = """
n_features_in_ : int
    The number of features, in images the number of values.
feature_names_in_ : ndarray of shape (n_features,)
    The names of the features, where the training data had names.
parameters_ : ndarray of shape (n_parameters,)
    All weights, layer by layer, then all biases and other trained parameters, and
    then the running averages of batch normalization.
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
    its own step, plus the penalty at the epoch's end; with ``solver="lbfgs"`` that
    after the iteration.
history_ : dict of str to list of float
    An entry an epoch of ``"loss"``, ``"val_loss"``, ``"val_score"``,
    ``"learning_rate"``, at its first mini-batch, and ``"seconds"``; nan where
    something was not measured. With ``gradient_norms`` also ``"gradient_norms"``, a
    tuple with a number a layer.
out_activation_ : {"softmax", "sigmoid", "identity"}
    The activation function of the output layer.
n_outputs_ : int
    The number of outputs, one a class, a label or a value.
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
.. [6] Ioffe, S. and Szegedy, C. (2015). Batch normalization: accelerating deep
   network training by reducing internal covariate shift. ICML.
.. [7] Kingma, D. P. and Ba, J. (2015). Adam: a method for stochastic optimization.
   ICLR.
.. [8] Loshchilov, I. and Hutter, F. (2019). Decoupled weight decay regularization.
   ICLR.
.. [9] Tieleman, T. and Hinton, G. (2012). Lecture 6.5: RMSprop. Coursera, Neural
   Networks for Machine Learning.
.. [10] Duchi, J., Hazan, E. and Singer, Y. (2011). Adaptive subgradient methods for
   online learning and stochastic optimization. JMLR, 12, 2121-2159.
.. [11] Zeiler, M. D. (2012). ADADELTA: an adaptive learning rate method.
   arXiv:1212.5701.
.. [12] Loshchilov, I. and Hutter, F. (2017). SGDR: stochastic gradient descent with
   warm restarts. ICLR.
.. [13] Smith, L. N. and Topin, N. (2018). Super-convergence: very fast training of
   neural networks using large learning rates. arXiv:1708.07120.
.. [14] Goyal, P. et al. (2017). Accurate, large minibatch SGD: training ImageNet in
   1 hour. arXiv:1706.02677.
.. [15] Zou, H. and Hastie, T. (2005). Regularization and variable selection via the
   elastic net. JRSS B, 67, 301-320.
.. [16] Pascanu, R., Mikolov, T. and Bengio, Y. (2013). On the difficulty of training
   recurrent neural networks. ICML.
"""

_SHARED = {
    "<convolution>": CONVOLUTION,
    "<augmentation>": AUGMENTATION,
    "<hidden layers>": HIDDEN,
    "<classification>": CLASSIFICATION,
    "<regression>": REGRESSION,
    "<training>": TRAINING,
    "<classes>": _CLASSES,
    "<values>": _VALUES,
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
