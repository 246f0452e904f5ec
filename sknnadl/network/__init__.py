"""Layers, losses, and the network that runs them on one parameter vector."""

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.initializers import INITIALIZERS
from sknnadl.network.layers.batch_norm import BatchNorm
from sknnadl.network.layers.conv import Conv2D
from sknnadl.network.layers.dense import Dense
from sknnadl.network.layers.dropout import Dropout
from sknnadl.network.layers.flatten import Flatten
from sknnadl.network.layers.pooling import AveragePool2D, L2Pool2D, MaxPool2D
from sknnadl.network.losses import LOSSES
from sknnadl.network.network import Network

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "L2Pool2D",
    "MaxPool2D",
    "Network",
]
