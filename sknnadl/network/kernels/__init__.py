"""What layers compute with: one interface, and two ways, compiled and by NumPy."""

from sknnadl.network.kernels.compiled import (
    KERNELS,
    bind_stack,
    make_convolution,
    make_product,
    stack_gradient,
)
from sknnadl.network.kernels.interface import (
    Convolution,
    Geometry,
    Product,
    Scratch,
    Stack,
)
from sknnadl.network.kernels.maximum import take_maximum, take_winners

__all__ = [
    "KERNELS",
    "Convolution",
    "Geometry",
    "Product",
    "Scratch",
    "Stack",
    "bind_stack",
    "make_convolution",
    "make_product",
    "stack_gradient",
    "take_maximum",
    "take_winners",
]
