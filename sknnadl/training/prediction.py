"""The outputs of a network for many rows, what they mean, and how inputs move them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import cast

import numpy as np
from scipy.special import expit, log_expit

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.data import Rows
from sknnadl.training.parallel import limit_own_thread, single_threaded_blas

#: Rows that go through the network at once: as many as take so many multiplications,
#: enough for fast matrix products, within limits that keep the memory small.
_BLOCK_WORK, _MIN_ROWS, _MAX_ROWS = 5 * 10**7, 8, 256
#: How many such blocks are read at once for kernels that share them out to threads.
_BLOCKS_TAKEN = 16


def predict_logits(network: Network, rows: Rows, n_threads: int = 1) -> Array:
    """Return the network's outputs, shape (n_rows, *output_shape).

    The blocks, and so the bits of the result, are the same for any number of threads.
    """
    logits = np.empty((len(rows), *network.output_shape), network.dtype)
    block_rows = _count_block_rows(network)
    if network.is_whole:
        _predict_whole(network, rows, logits, block_rows, n_threads)
    else:
        _predict_in_blocks(network, rows, logits, block_rows, n_threads)
    return logits


def input_gradients(network: Network, rows: Rows, loss: Loss) -> Array:
    """Return the gradient of each row's loss with respect to its input, (n, ...).

    The rows are taken one block after the other, as in `predict_logits`.
    """
    gradients = np.empty((len(rows), *network.input_shape), network.dtype)
    block_rows = _count_block_rows(network)
    with single_threaded_blas(), np.errstate(all="ignore"):
        for start in range(0, len(rows), block_rows):
            place = slice(start, min(start + block_rows, len(rows)))
            block = rows.take(place)
            gradients[place] = network.differentiate_inputs(
                block.x, block.targets, loss
            )
    return gradients


def _count_block_rows(network: Network) -> int:
    """Return how many rows go through the network at once."""
    return min(max(_BLOCK_WORK // network.work, _MIN_ROWS), _MAX_ROWS)


def _predict_whole(
    network: Network, rows: Rows, logits: Array, block_rows: int, n_threads: int
) -> None:
    """Write the outputs, found by kernels that divide what they are given."""
    n_taken = block_rows * _BLOCKS_TAKEN
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), n_taken):
            block = slice(start, min(start + n_taken, len(rows)))
            n_pieces = max(1, (block.stop - start) // block_rows)
            network.predict(rows.inputs(block), logits[block], n_pieces, n_threads)


def _predict_in_blocks(
    network: Network, rows: Rows, logits: Array, block_rows: int, n_threads: int
) -> None:
    """Write the outputs, found a block at a time in each thread."""
    n_rows = len(rows)
    starts = range(0, n_rows, block_rows)
    n_threads = max(1, min(n_threads, len(starts)))

    def work(thread: int) -> None:
        own_network = network if n_threads == 1 else network.replica()
        own_rows = rows if n_threads == 1 else rows.reader()
        with np.errstate(all="ignore"):
            for start in starts[thread::n_threads]:
                block = slice(start, min(start + block_rows, n_rows))
                own_network.predict(own_rows.inputs(block), logits[block])

    with nullcontext() if network.compiled else single_threaded_blas():
        if n_threads == 1:
            work(0)
        else:
            limit = None if network.compiled else limit_own_thread
            with ThreadPoolExecutor(n_threads, initializer=limit) as pool:
                list(pool.map(work, range(n_threads)))


def output_values(logits: Array, output_activation: str) -> Array:
    """Return the outputs of a network for values, given what they are before."""
    if output_activation == "logistic":
        return cast(Array, expit(logits))
    return np.exp(logits) if output_activation == "exp" else logits


def log_probabilities(logits: Array, output_activation: str) -> Array:
    """Return the logarithm of each class's probability, shape (n, n_classes).

    Softmax outputs are probabilities; sigmoid outputs are divided by their sum. The
    logarithm is free of underflow, so a row of outputs that are all nearly zero has
    probabilities too.
    """
    if output_activation == "logistic":
        logits = log_expit(logits)
    shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    shifted -= np.log(np.add.reduce(np.exp(shifted), axis=1, keepdims=True))
    return shifted
