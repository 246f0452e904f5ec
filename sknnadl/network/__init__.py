"""Layers, losses, and the network that runs them on one parameter vector."""

from sknnadl.network import layers
from sknnadl.network.layers import *  # noqa: F403 the list of layers is there, once
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.initializers import INITIALIZERS
from sknnadl.network.loss import Loss
from sknnadl.network.losses import LOSSES
from sknnadl.network.network import Network

__all__ = ["ACTIVATIONS", "INITIALIZERS", "LOSSES", "Loss", "Network"]
__all__ += layers.__all__
