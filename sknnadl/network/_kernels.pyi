from typing import Any

import numpy.typing as npt

Buffer = npt.NDArray[Any]
Sizes = tuple[int, ...]

#: The best kind of processor that this one is: "plain", "AVX2" or "AVX-512".
level: str

def set_level(level: int) -> None: ...
def forward(
    is_double: bool,
    x: Buffer,
    kernels: Buffer,
    pooled: Buffer,
    winners: Buffer,
    images: Sizes,
    kernel: Sizes,
    stride: Sizes,
    pool: Sizes,
) -> None: ...
def backward(
    is_double: bool,
    need_input: bool,
    x: Buffer,
    kernels: Buffer,
    dz: Buffer,
    winners: Buffer,
    gradient: Buffer,
    dx: Buffer,
    images: Sizes,
    kernel: Sizes,
    stride: Sizes,
    pool: Sizes,
) -> None: ...
