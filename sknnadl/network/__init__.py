"""Layers, losses, and the network that runs them on one parameter vector."""

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.dense import Dense
from sknnadl.network.dropout import Dropout
from sknnadl.network.initializers import INITIALIZERS
from sknnadl.network.losses import LOSSES
from sknnadl.network.network import Network

__all__ = ["ACTIVATIONS", "INITIALIZERS", "LOSSES", "Dense", "Dropout", "Network"]
