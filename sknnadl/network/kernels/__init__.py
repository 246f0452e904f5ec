"""What layers compute with: one interface, and two ways, compiled and by NumPy."""

from sknnadl.network.kernels.compiled import (
    KERNELS,
    LARGEST_WINDOW,
    CompiledNetwork,
    bind_network,
    make_convolution,
    make_product,
)
from sknnadl.network.kernels.interface import (
    Convolution,
    Geometry,
    KernelLayer,
    Kind,
    Product,
    Scratch,
)
from sknnadl.network.kernels.maximum import take_maximum, take_winners

__all__ = [
    "KERNELS",
    "LARGEST_WINDOW",
    "CompiledNetwork",
    "Convolution",
    "Geometry",
    "KernelLayer",
    "Kind",
    "Product",
    "Scratch",
    "bind_network",
    "make_convolution",
    "make_product",
    "take_maximum",
    "take_winners",
]
