from typing import Any

import numpy.typing as npt

Buffer = npt.NDArray[Any]
Sizes = tuple[int, ...]

#: The best kind of processor that this one is: "plain", "AVX2" or "AVX-512".
level: str

def set_level(level: int, /) -> None: ...
def dense(
    is_double: bool,
    x: Buffer,
    weights: Buffer,
    biases: Buffer,
    out: Buffer,
    memory: bytearray,
    sizes: Sizes,
    /,
) -> None: ...
def dense_gradients(
    is_double: bool,
    need_input: bool,
    x: Buffer,
    weights: Buffer,
    dz: Buffer,
    weights_gradient: Buffer,
    biases_gradient: Buffer,
    dx: Buffer | None,
    memory: bytearray,
    sizes: Sizes,
    /,
) -> None: ...
def network_gradient(
    is_double: bool,
    layout: Buffer,
    numbers: Buffer,
    parameters: Buffer,
    gradient: Buffer,
    memory: bytearray,
    x: Buffer,
    targets: Buffer,
    weights: Buffer | None,
    scale: float,
    loss: int,
    logits: Buffer,
    generators: tuple[object, ...] | None,
    n_pieces: int,
    n_threads: int,
    /,
) -> None: ...
def network_steps(
    is_double: bool,
    layout: Buffer,
    numbers: Buffer,
    parameters: Buffer,
    gradient: Buffer,
    memory: bytearray,
    x: Buffer,
    targets: Buffer,
    weights: Buffer | None,
    loss: int,
    logits: Buffer,
    generators: tuple[object, ...],
    batches: Buffer,
    optimizer: int,
    first: Buffer | None,
    second: Buffer | None,
    step_numbers: Buffer,
    n_weights: int,
    shrinkages: Buffer,
    n_threads: int,
    /,
) -> None: ...
def network_outputs(
    is_double: bool,
    layout: Buffer,
    numbers: Buffer,
    parameters: Buffer,
    memory: bytearray,
    x: Buffer,
    logits: Buffer,
    n_pieces: int,
    n_threads: int,
    /,
) -> None: ...
def conv_pool(
    is_double: bool,
    x: Buffer,
    kernels: Buffer,
    pooled: Buffer,
    winners: Buffer,
    memory: bytearray,
    images: Sizes,
    kernel: Sizes,
    stride: Sizes,
    pool: Sizes,
    /,
) -> None: ...
def conv_pool_gradients(
    is_double: bool,
    need_input: bool,
    x: Buffer,
    kernels: Buffer,
    dz: Buffer,
    winners: Buffer,
    gradient: Buffer,
    dx: Buffer | None,
    memory: bytearray,
    images: Sizes,
    kernel: Sizes,
    stride: Sizes,
    pool: Sizes,
    /,
) -> None: ...
def optimizer_step(
    is_double: bool,
    optimizer: int,
    parameters: Buffer,
    first: Buffer | None,
    second: Buffer | None,
    gradient: Buffer,
    start: int,
    stop: int,
    shrinkage: tuple[int, float, float, float],
    numbers: tuple[float, ...],
    n_threads: int,
    /,
) -> None: ...
