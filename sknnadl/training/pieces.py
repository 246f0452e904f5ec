"""How a mini-batch is divided into pieces, which threads can share."""

from __future__ import annotations

import math

from sknnadl.network.network import Network

#: A mini-batch is divided into at most so many pieces. The division depends on the
#: network and the batch alone, never on the number of threads, so that the sums come
#: out the same on any number.
MAX_PIECES = 8
#: The rows of a piece need at least so many multiplications to go forward: enough to
#: be worth waking a thread for.
_PIECE_WORK = 10**6
#: Compiled kernels need more: they are done with less before a thread is awake.
_PIECE_WORK_COMPILED = 2 * 10**7
#: And so many for each parameter, so that adding the pieces' gradients costs little.
_PIECE_WORK_PER_PARAMETER = 60
#: A piece of more rows than this would only take more memory.
_PIECE_MOST_ROWS = 1024
#: A piece is normalized on its own (Hoffer, Hubara and Soudry 2017), so with batch
#: normalization it needs at least so many rows.
_PIECE_ROWS_NORMALIZED = 32


def count_piece_rows(network: Network) -> int:
    """Return how many rows a piece of a mini-batch has at least.

    Parameters
    ----------
    network : Network
        What goes forward and back through the rows.

    Returns
    -------
    n_rows : int
        The number, which depends on the network alone.
    """
    least = _PIECE_WORK_COMPILED if network.compiled else _PIECE_WORK
    work = max(least, _PIECE_WORK_PER_PARAMETER * network.parameters.size)
    n_rows = min(math.ceil(work / network.work), _PIECE_MOST_ROWS)
    normalizes = network.n_trained < network.parameters.size
    return max(n_rows, _PIECE_ROWS_NORMALIZED) if normalizes else n_rows
