"""Going on with a fitted network: only with one of the same shapes."""

from sknnadl.network.layers.dropout import Dropout
from sknnadl.network.network import build_layers


def check_same_shapes(fitted, network):
    """Refuse to go on with a network of other layers than the fitted one."""
    old, new = (_shapes(n.specs, n.input_shape) for n in (fitted, network))
    if old != new:
        raise ValueError(
            "Training can only go on with the same kinds and sizes of layers. The "
            f"fitted network has {_describe(old)}; the parameters now ask for "
            f"{_describe(new)}. Set them back, or start anew with fit and "
            "warm_start=False."
        )


def _shapes(specs, input_shape):
    """Return the shapes of each layer's parameters and output, but for dropout's."""
    layers = build_layers(specs, input_shape, "float32")
    shapes = [("input", {}, input_shape)]
    shapes += [
        (type(spec).__name__, layer.parameter_shapes, layer.output_shape)
        for spec, layer in zip(specs, layers, strict=True)
        if not isinstance(spec, Dropout)
    ]
    return shapes


def _describe(shapes):
    """Return the shapes as a user would write them."""
    parts = []
    for name, parameters, output_shape in shapes:
        text = f"{name} {'x'.join(map(str, output_shape))}"
        if len(parameters.get("weights", ())) == 4:
            text += " of {}x{} kernels".format(*parameters["weights"])
        parts.append(text)
    return ", ".join(parts)
