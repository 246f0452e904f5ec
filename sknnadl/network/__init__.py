"""Layers, losses, and the network that runs them on one parameter vector."""

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.batch_norm import BatchNorm
from sknnadl.network.conv import Conv2D
from sknnadl.network.dense import Dense
from sknnadl.network.dropout import Dropout
from sknnadl.network.flatten import Flatten
from sknnadl.network.initializers import INITIALIZERS
from sknnadl.network.losses import LOSSES
from sknnadl.network.network import Network
from sknnadl.network.pooling import AveragePool2D, L2Pool2D, MaxPool2D

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
