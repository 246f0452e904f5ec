"""A stack of layers on one parameter vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape, allocate, check_vector
from sknnadl.network.building import Layout, build_layers, fuse, lay_out, to_plain
from sknnadl.network.kernels import CompiledNetwork, Steps, bind_network
from sknnadl.network.layers.layer import LayerSpec, Role
from sknnadl.network.loss import Loss, gradient_at

#: So many rows at a time go through frozen layers.
_FROZEN_ROWS = 64


class Network:
    """Working layers whose parameters, and gradients, are views of one vector each.

    The vector starts with the weights of all layers, in order. Everything else that is
    trained follows, and the running statistics of `BatchNorm` come last. So an
    optimizer step is a few whole-vector operations and a penalty acts on one slice.

    Parameters
    ----------
    specs : sequence of LayerSpec
        The layers, from the input to the output.
    input_shape : tuple of int
        Shape of one input, without the batch axis.
    dtype : dtype, default="float32"
        The dtype of parameters, inputs and outputs.
    parameters : ndarray of shape (n_parameters,), default=None
        The vector to use, which is not copied: networks that share one, each with
        scratch memory and gradients of its own, can run in different threads. By
        default a new one, not initialized.
    n_frozen : int, default=0
        How many of the first specs training leaves as they are: their layers compute
        as in inference, and the way back ends before them.
    layout : Layout, default=None
        Where the parameters lie, of a network whose first layers these are.

    Attributes
    ----------
    layers : list of Layer
        The working layers; one may do the work of two neighbouring specs.
    parameters, gradient : ndarray of shape (n_parameters,)
        The vectors. For running statistics the gradient holds how far a mini-batch
        moves them: this is to be subtracted, whatever the learning rate. For what is
        frozen it is 0.
    first_weight : int
        Where weights that are not frozen begin: with them what training changes.
    n_weights : int
        Where the part of the vectors ends that penalties apply to.
    n_trained : int
        Where the part ends that gradients apply to; running statistics follow.
    first_trained : int
        The first of the layers that has parameters which are not frozen.
    frozen_gradients : list of ndarray
        Views of the gradient, of what is frozen, where it has to be 0.
    layer_parameters : list of dict
        For each layer the views of its parameters, by name.
    work : int
        About how many multiplications one row's output takes.
    stochastic : bool
        Whether training draws random numbers in a layer.
    plain_specs : list of dict
        The specs as plain values, which any format can store.
    values_per_row : int
        The least of that of the layers, but for 0: see ``Layer``.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import Dense, Network
    >>> network = Network([Dense(30), Dense(10, "identity")], input_shape=(784,))
    >>> network.initialize(np.random.default_rng(0))
    >>> network.forward(np.zeros((5, 784), np.float32)).shape
    (5, 10)
    >>> network.parameters.shape
    (23860,)
    """

    def __init__(
        self,
        specs: Sequence[LayerSpec],
        input_shape: Shape,
        dtype: npt.DTypeLike = "float32",
        parameters: Array | None = None,
        n_frozen: int = 0,
        layout: Layout | None = None,
    ) -> None:
        self.specs = tuple(specs)
        self.plain_specs = to_plain(specs)
        self.input_shape = tuple(input_shape)
        self.dtype = np.dtype(dtype)
        built = build_layers(specs, self.input_shape, self.dtype)
        frozen, trained = fuse(built[:n_frozen]), fuse(built[n_frozen:])
        self.layers = [*frozen, *trained]
        self.output_shape = self.layers[-1].output_shape
        self.work = sum(layer.work for layer in self.layers)
        self.stochastic = any(layer.stochastic for layer in trained)
        n_values = [layer.values_per_row for layer in trained]
        self.values_per_row = min(filter(None, n_values), default=0)
        self.n_frozen, self._n_frozen_layers = n_frozen, len(frozen)
        if layout is None:
            layout = lay_out(self.layers, len(frozen))
        self._layout = layout = layout.of_first(self.layers)
        self.first_weight, self.n_weights = layout.first_weight, layout.n_weights
        self.n_trained = layout.n_trained
        if parameters is None:
            parameters = allocate(layout.n_parameters, self.dtype)
        check_vector(parameters, layout.n_parameters, self.dtype)
        self.parameters = parameters
        self.gradient: Array = np.zeros(layout.n_parameters, self.dtype)
        self.layer_parameters = self.views(parameters)
        views = self.layer_parameters, self.views(self.gradient)
        for layer, values, gradients in zip(self.layers, *views, strict=True):
            layer.values, layer.gradients = values, gradients
        self.frozen_gradients = [
            g for layer in frozen for g in layer.gradients.values()
        ]
        with_parameters = [i for i, layer in enumerate(trained) if layer.parameters]
        self.first_trained = len(frozen) + min(with_parameters, default=len(trained))
        self._whole = self._trained = self._bind()
        if frozen:
            self._trained = self._bind(len(frozen), layout.first_weight)
        self._frozen = self.first(n_frozen) if frozen else None
        self._features: Array = np.empty(0, self.dtype)

    @property
    def compiled(self) -> bool:
        """Whether compiled kernels do the matrix products of all layers."""
        return self.is_whole or all(layer.compiled for layer in self.layers)

    @property
    def is_whole(self) -> bool:
        """Whether the compiled kernels go through all layers in one call."""
        return self._whole is not None

    def replica(
        self, parameters: Array | None = None, scratch_of: Network | None = None
    ) -> Network:
        """Return the same network on other parameters, by default on these.

        It has a gradient of its own, and scratch memory of its own or, where the two
        never run at the same time, that of another replica.
        """
        if parameters is None:
            parameters = self.parameters
        own = self.specs, self.input_shape, self.dtype, parameters
        replica = Network(*own, self.n_frozen, self._layout)
        if scratch_of is not None:
            for layer, other in zip(replica.layers, scratch_of.layers, strict=True):
                layer.share_scratch(other)
        return replica

    def first(self, n_specs: int) -> Network:
        """Return the network of the first layers, on the same parameters."""
        own = self.input_shape, self.dtype, self.parameters
        return Network(self.specs[:n_specs], *own, layout=self._layout)

    def views(self, vector: Array) -> list[dict[str, Array]]:
        """Return, for each layer, the views of a parameter-like vector by name."""
        return [
            {
                name: vector[place].reshape(layer.parameters[name].shape)
                for name, place in slices.items()
            }
            for layer, slices in zip(self.layers, self._layout.slices, strict=True)
        ]

    def values_of(self, role: Role, are_trained: bool = False) -> list[Array]:
        """Return the views of all parameters of a role, layer by layer.

        With ``are_trained`` those of frozen layers are left out.
        """
        return [
            layer.values[name]
            for layer in self.layers[self._n_frozen_layers if are_trained else 0 :]
            for name, parameter in layer.parameters.items()
            if parameter.role == role
        ]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the parameters that training starts from, layer by layer."""
        for layer in self.layers:
            layer.initialize(rng)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return the outputs, (n, ...), for a batch of inputs, (n, ...).

        ``rng=None`` means inference. The array belongs to the last layer.
        """
        self._check_shape(x)
        for i, layer in enumerate(self.layers):
            x = layer.forward(x, None if i < self._n_frozen_layers else rng)
        return x

    def predict(
        self, x: Array, logits: Array, n_pieces: int = 1, n_threads: int = 1
    ) -> None:
        """Write the outputs for a batch of inputs, as in inference.

        Where the network `is_whole`, threads share so many pieces of the batch, which
        does not change the result.
        """
        self._check_shape(x)
        if self._whole is None:
            np.copyto(logits, self.forward(x))
        else:
            self._whole.predict(x, logits, n_pieces, n_threads)

    def backward(self, gradient: Array, need_input: bool = False) -> Array | None:
        """Fill `gradient`, given the cost's gradient with respect to the last outputs.

        The array given is overwritten. With ``need_input`` the gradient with respect
        to the last inputs is returned, otherwise it is not computed.
        """
        last = 0 if need_input else self.first_trained
        result: Array | None = gradient
        for i in range(len(self.layers) - 1, last - 1, -1):
            assert result is not None
            result = self.layers[i].backward(result, need_input or i > last)
        return result if need_input else None

    def differentiate_inputs(self, x: Array, targets: Array, loss: Loss) -> Array:
        """Return the gradient of each row's loss with respect to its input, (n, ...).

        It is that in inference, where no row says anything of another. The array
        belongs to the first layer, and `gradient` is overwritten.
        """
        gradient = gradient_at(loss, self.forward(x), targets)
        result = self.backward(gradient, need_input=True)
        assert result is not None
        return result

    def differentiate(
        self,
        x: Array,
        targets: Array,
        loss: Loss,
        scale: float,
        weights: Array | None = None,
        rngs: Sequence[np.random.Generator] | None = None,
        logits: Array | None = None,
        n_threads: int = 1,
    ) -> None:
        """Fill `gradient` with that of the rows' losses, added up and scaled.

        Parameters
        ----------
        x : ndarray of shape (n, ...)
            A batch of inputs.
        targets : ndarray of shape (n, n_outputs)
            Their targets.
        loss : Loss
            What is differentiated.
        scale : float
            The factor of all losses.
        weights : ndarray of shape (n,), default=None
            The factor of each row's loss.
        rngs : sequence of Generator, default=None
            What training draws from; None means inference. Where the network
            `is_whole`, the batch is divided into a piece for each of them, and each
            piece normalized on its own; else the first is drawn from.
        logits : ndarray of shape (n, n_outputs), default=None
            Where to write the outputs.
        n_threads : int, default=1
            How many threads share the pieces, where the network `is_whole`. It does
            not change the result.
        """
        self._check_shape(x)
        if logits is None:
            logits = np.empty(targets.shape, self.dtype)
        if self._trained is not None and loss.kernel_number is not None:
            number, n_pieces = loss.kernel_number, len(rngs or (0,))
            x = self._through_frozen(x, n_threads)
            given = x, targets, weights, scale, number, logits
            self._trained.differentiate(*given, rngs, n_pieces, n_threads)
            return
        rng = None if rngs is None else rngs[0]
        outputs = self.forward(x, rng)
        np.copyto(logits, outputs)
        gradient = gradient_at(loss, outputs, targets)
        np.multiply(gradient, scale, out=gradient)
        if weights is not None:
            np.multiply(gradient, weights[:, np.newaxis], out=gradient)
        self.backward(gradient)

    def train(
        self,
        rows: tuple[Array, Array, Array | None],
        loss: Loss,
        rngs: Sequence[np.random.Generator],
        logits: Array,
        sizes: Sequence[int],
        n_pieces: Sequence[int],
        steps: Steps,
        n_threads: int,
    ) -> None:
        """Train on mini-batches, one after the other, in one call of the kernels.

        Only where the network `is_whole`, and the kernels know the loss.

        Parameters
        ----------
        rows : (ndarray, ndarray, ndarray or None)
            The inputs, targets and weights of all mini-batches.
        loss : Loss
            What is minimized, as a mean over the mini-batch.
        rngs : sequence of Generator
            What each piece draws from.
        logits : ndarray of shape (n, n_outputs)
            Where to write the outputs.
        sizes, n_pieces : sequence of int
            How many rows each mini-batch has, and how many pieces it is divided into.
        steps : Steps
            The step after each.
        n_threads : int
            How many threads share the work. It does not change the result.
        """
        x, targets, weights = rows
        self._check_shape(x)
        assert self._trained is not None
        assert loss.kernel_number is not None
        x = self._through_frozen(x, n_threads)
        given = x, targets, weights, loss.kernel_number, logits
        self._trained.train(*given, rngs, sizes, n_pieces, steps, n_threads)

    def _through_frozen(self, x: Array, n_threads: int) -> Array:
        """Return what the frozen layers make of inputs, whatever the threads."""
        if self._frozen is None:
            return x
        if len(self._features) < len(x):
            shape = len(x), *self._frozen.output_shape
            self._features = np.empty(shape, self.dtype)
        features = self._features[: len(x)]
        self._frozen.predict(x, features, max(1, len(x) // _FROZEN_ROWS), n_threads)
        return features

    def _check_shape(self, x: Array) -> None:
        if x.shape[1:] != self.input_shape:
            expected = f"(n, *{self.input_shape})"
            raise ValueError(f"Give inputs of shape {expected}, got {x.shape}.")

    def _bind(self, first: int = 0, start: int = 0) -> CompiledNetwork | None:
        """Return what goes through all layers in one call, if the kernels know all.

        Layers before the first one are left out, and what is before the start of the
        vectors.
        """
        described = []
        layers = zip(self.layers[first:], self._layout.slices[first:], strict=True)
        for layer, places in layers:
            if not layer.only_reshapes:
                starts = {name: place.start - start for name, place in places.items()}
                described.append(layer.for_kernels(starts))
        known = [layer for layer in described if layer is not None]
        if len(known) < len(described):
            return None
        return bind_network(known, self.parameters[start:], self.gradient[start:])
