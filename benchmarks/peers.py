"""One epoch, and predictions, of the same network by each library.

Each peer is a function of the data, the `Net` and the size of a mini-batch. It returns
a callable that trains for one more epoch on all rows in a new order. All use two
threads where they use threads, and float32.
"""

from unittest import mock

import numpy as np
import torch
from nets import N_CLASSES
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from skorch import NeuralNetClassifier
from timing import IN_NUMPY
from torch import nn
from torch_layers import torch_layers, torch_rows

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.network.kernels import compiled

N_THREADS = 2


def sknnadl_model(net, batch_size):
    """Return sknnadl's estimator."""
    arguments = {
        "hidden_layer_sizes": net.hidden,
        "activation": net.activation,
        "alpha": 0,
        "learning_rate": "constant",
        "batch_size": batch_size,
        "dropout": net.dropout,
        "learning_rate_init": net.rate,
        "n_jobs": N_THREADS,
        "random_state": 0,
    }
    if net.n_filters:
        return ConvNetClassifier(net.n_filters, **arguments)
    return MLPClassifier(**arguments)


def sknnadl_epoch(X, y, net, batch_size):
    """Return an epoch of sknnadl's estimator."""
    model = sknnadl_model(net, batch_size)
    return lambda: model.partial_fit(X, y, classes=range(N_CLASSES))


def numpy_epoch(X, y, net, batch_size):
    """Return an epoch of sknnadl's estimator without its compiled kernels."""
    model = sknnadl_model(net, batch_size)

    def epoch():
        with mock.patch.object(compiled, "KERNELS", None):
            model.partial_fit(X, y, classes=range(N_CLASSES))

    return epoch


def sklearn_epoch(X, y, net, batch_size):
    """Return an epoch of scikit-learn's `MLPClassifier`."""
    model = SklearnMLPClassifier(
        net.hidden,
        {"sigmoid": "logistic"}.get(net.activation, net.activation),
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=batch_size,
        learning_rate_init=net.rate,
        random_state=0,
    )
    return lambda: model.partial_fit(X, y, classes=range(N_CLASSES))


def sklearn64_epoch(X, y, net, batch_size):
    """Return an epoch of scikit-learn's `MLPClassifier` in float64."""
    return sklearn_epoch(X.astype(np.float64), y, net, batch_size)


def torch_module(net, layout=torch.contiguous_format):
    """Return the network as a PyTorch module, without the softmax."""
    return torch_layers(net.layers, net.input_shape, layout)


def torch_loop(module, optimizer, inputs, targets, batch_size):
    """Return an epoch of a plain PyTorch loop over tensors."""
    cost = nn.CrossEntropyLoss()

    def epoch():
        order = torch.randperm(len(inputs))
        shuffled, labels = inputs[order], targets[order]
        for start in range(0, len(inputs), batch_size):
            x, t = (a[start : start + batch_size] for a in (shuffled, labels))
            optimizer.zero_grad(set_to_none=True)
            cost(module(x), t).backward()
            optimizer.step()

    return epoch


def torch_epoch(X, y, net, batch_size, *, fused=False, layout=torch.contiguous_format):
    """Return an epoch of the PyTorch loop on two threads."""
    torch.set_num_threads(N_THREADS)
    torch.manual_seed(0)
    module = torch_module(net, layout)
    optimizer = torch.optim.SGD(module.parameters(), lr=net.rate, fused=fused)
    inputs = torch_rows(X, net.input_shape, layout)
    return torch_loop(module, optimizer, inputs, torch.from_numpy(y), batch_size)


def torch_fused_epoch(X, y, net, batch_size):
    """Return an epoch of the PyTorch loop with its fused optimizer."""
    return torch_epoch(X, y, net, batch_size, fused=True)


def torch_channels_last_epoch(X, y, net, batch_size):
    """Return an epoch of the PyTorch loop with channels-last images."""
    return torch_epoch(X, y, net, batch_size, layout=torch.channels_last)


def skorch_net(net, batch_size, **options):
    """Return skorch's estimator."""
    torch.set_num_threads(N_THREADS)
    torch.manual_seed(0)
    return NeuralNetClassifier(
        torch_module(net),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        lr=net.rate,
        batch_size=batch_size,
        iterator_train__shuffle=True,
        max_epochs=1,
        verbose=0,
        **options,
    )


def skorch_epoch(X, y, net, batch_size):
    """Return an epoch of skorch's `NeuralNetClassifier` that does nothing else."""
    model = skorch_net(net, batch_size, train_split=None, callbacks="disable")
    return lambda: model.partial_fit(X, y)


def skorch_default_epoch(X, y, net, batch_size):
    """Return an epoch of skorch as it comes: a fifth of the rows validate."""
    model = skorch_net(net, batch_size)
    return lambda: model.partial_fit(X, y)


PERCEPTRON_PEERS = {
    "sknnadl": sknnadl_epoch,
    IN_NUMPY: numpy_epoch,
    "PyTorch": torch_epoch,
    "PyTorch, fused SGD": torch_fused_epoch,
    "skorch": skorch_epoch,
    "skorch, as it comes": skorch_default_epoch,
    "scikit-learn": sklearn_epoch,
    "scikit-learn, float64": sklearn64_epoch,
}
CONV_PEERS = {
    "sknnadl": sknnadl_epoch,
    IN_NUMPY: numpy_epoch,
    "PyTorch": torch_epoch,
    "PyTorch, fused SGD": torch_fused_epoch,
    "PyTorch, channels last": torch_channels_last_epoch,
    "skorch": skorch_epoch,
}
