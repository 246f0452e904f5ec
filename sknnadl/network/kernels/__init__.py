"""What a network computes with: one interface, two ways, compiled and by NumPy."""

from sknnadl.network.kernels.compiled import (
    KERNELS,
    LARGEST_WINDOW,
    CompiledNetwork,
    bind_network,
    bind_step,
    make_convolution,
    make_product,
)
from sknnadl.network.kernels.interface import (
    Convolution,
    Geometry,
    KernelLayer,
    Kind,
    OneStep,
    Product,
    Scratch,
    Steps,
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
    "OneStep",
    "Product",
    "Scratch",
    "Steps",
    "bind_network",
    "bind_step",
    "make_convolution",
    "make_product",
    "take_maximum",
    "take_winners",
]
