"""What a fitted estimator tells of its network and its training."""

import threading
from weakref import WeakKeyDictionary

from sklearn.utils.validation import check_is_fitted

from sknnadl.network.layers import from_plain
from sknnadl.network.network import Network
from sknnadl.network.summary import summarize

#: The network that each thread has used last, by its estimator.
_of_thread = threading.local()


class TellsOfItself:
    """Mixin of what is derived from ``layers_``, ``parameters_`` and ``history_``."""

    def summary(self):
        """Describe the layers of the fitted network.

        Returns
        -------
        text : str
            A table with a line a layer: its arguments, the shape of its output, and
            how many parameters it has.
        """
        check_is_fitted(self)
        return summarize(from_plain(self.layers_), self._input_shape())

    def _network(self):
        """Return the fitted network.

        Building one takes longer than predicting a row, so a thread keeps its last.
        """
        networks = vars(_of_thread).setdefault("networks", WeakKeyDictionary())
        network = networks.get(self)
        if network is None or network.parameters is not self.parameters_:
            network = Network(
                from_plain(self.layers_),
                self._input_shape(),
                self.parameters_.dtype,
                self.parameters_,
            )
            networks.clear()
            networks[self] = network
        return network

    def _layer_parameters(self, name):
        return [
            parameters[name]
            for parameters in self._network().layer_parameters
            if name in parameters
        ]

    @property
    def coefs_(self):
        """The weights of each layer, views of ``parameters_``."""
        return self._layer_parameters("weights")

    @property
    def intercepts_(self):
        """The biases of each layer, views of ``parameters_``."""
        return self._layer_parameters("biases")

    @property
    def n_iter_(self):
        """The number of epochs trained, over all calls."""
        return len(self.history_["loss"])

    @property
    def loss_curve_(self):
        """The training cost of each epoch."""
        return self.history_["loss"]

    @property
    def loss_(self):
        """The training cost of the last epoch."""
        return self.history_["loss"][-1]
