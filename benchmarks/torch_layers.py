"""PyTorch's modules for sknnadl's layers.

Rows are flat on both sides. Those of images hold a pixel's channels side by side, as in
sknnadl, or for PyTorch's contiguous layout all pixels of a channel (`torch_rows`).
"""

import torch
from torch import nn

from sknnadl.network import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
)
from sknnadl.network.building import build_layers

ACTIVATIONS = {
    "identity": lambda: None,
    "relu": lambda: nn.ReLU(inplace=True),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
}


class ChannelsFirst(nn.Module):
    """The view of channels-last images that PyTorch's layers take."""

    def forward(self, x):
        """Return the view."""
        return x.permute(0, 3, 1, 2)


def torch_rows(X, input_shape, layout):
    """Return flat rows as a tensor, in the order of a layout."""
    if len(input_shape) == 3 and layout == torch.contiguous_format:
        images = X.reshape(-1, *input_shape)  # (n, height, width, channels)
        return torch.from_numpy(images).permute(0, 3, 1, 2).flatten(1).contiguous()
    return torch.from_numpy(X)


def torch_layers(layers, input_shape, layout=torch.contiguous_format):
    """Return sknnadl's layers as a module that takes the rows of `torch_rows`.

    An activation goes behind the max-pooling that follows it, where it has less to do
    and the result is the same.
    """
    modules = _read_images(input_shape, layout) if len(input_shape) == 3 else []
    for spec, layer in zip(
        layers, build_layers(layers, input_shape, "float32"), strict=True
    ):
        module = MODULES[type(spec)](spec, layer.input_shape)
        activation = ACTIVATIONS[getattr(spec, "activation", "identity")]()
        is_activation = modules and isinstance(modules[-1], _ACTIVATION_TYPES)
        place = len(modules)
        if isinstance(spec, MaxPool2D) and is_activation:
            place -= 1
        modules.insert(place, module)
        if activation is not None:
            modules.append(activation)
    return nn.Sequential(*modules).to(memory_format=layout)


_ACTIVATION_TYPES = nn.ReLU, nn.Sigmoid, nn.Tanh


def _read_images(input_shape, layout):
    height, width, channels = input_shape
    if layout == torch.contiguous_format or channels == 1:
        return [nn.Unflatten(1, (channels, height, width))]
    return [nn.Unflatten(1, input_shape), ChannelsFirst()]


def _conv(spec, input_shape):
    padding = spec.kernel_size // 2 if spec.padding == "same" else 0
    size = spec.kernel_size
    return nn.Conv2d(input_shape[-1], spec.filters, size, spec.stride, padding)


def _batch_norm(spec, input_shape):
    kind = nn.BatchNorm2d if len(input_shape) == 3 else nn.BatchNorm1d
    return kind(input_shape[-1], spec.epsilon, 1 - spec.momentum)


#: By the type of the layer a function of it and its input's shape.
MODULES = {
    AveragePool2D: lambda spec, _: nn.AvgPool2d(spec.pool_size, spec.stride),
    BatchNorm: _batch_norm,
    Conv2D: _conv,
    Dense: lambda spec, input_shape: nn.Linear(*input_shape, spec.units),
    Dropout: lambda spec, _: nn.Dropout(spec.rate),
    Flatten: lambda *_: nn.Flatten(),
    MaxPool2D: lambda spec, _: nn.MaxPool2d(spec.pool_size, spec.stride),
}
