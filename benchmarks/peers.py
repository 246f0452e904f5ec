"""One epoch of the same network, with the same mini-batches, by each library.

Each function returns a callable that trains for one more epoch on all rows in a new
order. All use two threads where they use threads, and float32.
"""

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from skorch import NeuralNetClassifier
from torch import nn

from sknnadl import MLPClassifier

N_THREADS = 2
RATE = 0.1


def sknnadl_epoch(X, y, hidden, batch_size):
    """Return an epoch of sknnadl's `MLPClassifier`."""
    model = MLPClassifier(
        hidden,
        "sigmoid",
        alpha=0,
        batch_size=batch_size,
        learning_rate_init=RATE,
        n_jobs=N_THREADS,
        random_state=0,
    )
    return lambda: model.partial_fit(X, y, classes=range(10))


def sklearn_epoch(X, y, hidden, batch_size):
    """Return an epoch of scikit-learn's `MLPClassifier`."""
    model = SklearnMLPClassifier(
        hidden,
        "logistic",
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=batch_size,
        learning_rate_init=RATE,
        random_state=0,
    )
    return lambda: model.partial_fit(X, y, classes=range(10))


def sklearn64_epoch(X, y, hidden, batch_size):
    """Return an epoch of scikit-learn's `MLPClassifier` in float64."""
    return sklearn_epoch(X.astype(np.float64), y, hidden, batch_size)


def torch_module(n_features, hidden):
    """Return the network as a PyTorch module, without the softmax."""
    layers = []
    for n_in, n_out in zip((n_features, *hidden), hidden, strict=False):
        layers += [nn.Linear(n_in, n_out), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(hidden[-1], 10))


def torch_epoch(X, y, hidden, batch_size, *, fused=False):
    """Return an epoch of a plain PyTorch loop."""
    torch.set_num_threads(N_THREADS)
    torch.manual_seed(0)
    module = torch_module(X.shape[1], hidden)
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE, fused=fused)
    cost = nn.CrossEntropyLoss()
    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)

    def epoch():
        order = torch.randperm(len(inputs))
        shuffled, labels = inputs[order], targets[order]
        for start in range(0, len(inputs), batch_size):
            x, t = (a[start : start + batch_size] for a in (shuffled, labels))
            optimizer.zero_grad(set_to_none=True)
            cost(module(x), t).backward()
            optimizer.step()

    return epoch


def torch_fused_epoch(X, y, hidden, batch_size):
    """Return an epoch of the PyTorch loop with its fused optimizer."""
    return torch_epoch(X, y, hidden, batch_size, fused=True)


def skorch_epoch(X, y, hidden, batch_size):
    """Return an epoch of skorch's `NeuralNetClassifier`."""
    torch.set_num_threads(N_THREADS)
    torch.manual_seed(0)
    net = NeuralNetClassifier(
        torch_module(X.shape[1], hidden),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.SGD,
        lr=RATE,
        batch_size=batch_size,
        iterator_train__shuffle=True,
        max_epochs=1,
        train_split=None,
        callbacks="disable",
        verbose=0,
    )
    return lambda: net.partial_fit(X, y)


PEERS = {
    "sknnadl": sknnadl_epoch,
    "PyTorch": torch_epoch,
    "PyTorch, fused SGD": torch_fused_epoch,
    "skorch": skorch_epoch,
    "scikit-learn": sklearn_epoch,
    "scikit-learn, float64": sklearn64_epoch,
}
