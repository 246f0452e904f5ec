"""An epoch: mini-batches, their gradients, and the steps made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.augmentation import Augmentation
from sknnadl.training.data import Rows
from sknnadl.training.mini_batches import MiniBatches, Stretch
from sknnadl.training.parallel import MAX_PIECES, single_threaded_blas
from sknnadl.training.step import Step

#: The cost is computed once for so many mini-batches.
_BATCHES_PER_COST = 32
#: A last mini-batch with fewer values of a feature to normalize joins the one before:
#: from 8 on, measured on the digits, it does no harm.
_LEAST_VALUES = 8


class Copies(NamedTuple):
    """Copies of a trainer's parameters and state."""

    vectors: list[Array]
    rng: Any


class Trainer:
    """Mini-batch gradient descent on a network.

    A context manager, inside which BLAS runs on one thread and the trainer divides
    large mini-batches among threads of its own.

    Parameters
    ----------
    network : Network
        The network to train.
    loss : Loss
        What is minimized, as a mean over the mini-batch.
    step : Step
        What changes the network's parameters, given its gradient.
    batch_size : int
        Rows in a mini-batch; the last of an epoch may have fewer, or a few more.
    shuffle : bool
        Whether the rows come in a new order each epoch.
    rng : Generator
        What orders, masks and changes of images are drawn from.
    augmentations : sequence of Augmentation, default=()
        How images are changed at random before each epoch's use.
    n_threads : int, default=1
        How many threads share the pieces of a mini-batch.

    Attributes
    ----------
    pieces : Pieces
        What mini-batches are divided into.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        step: Step,
        batch_size: int,
        shuffle: bool,
        rng: np.random.Generator,
        augmentations: Sequence[Augmentation] = (),
        n_threads: int = 1,
    ) -> None:
        self.network = network
        self.loss = loss
        self.step = step
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.rng = rng
        self.augmentations = augmentations
        given = network, loss, step, batch_size, augmentations, n_threads
        self._batches = MiniBatches(*given)
        self.pieces = self._batches.pieces
        self._rngs = [rng] * self.pieces.n_pieces
        self._copies = [[vector.copy() for vector in self._vectors()] for _ in range(2)]

    def __enter__(self) -> Trainer:
        with ExitStack() as stack:
            stack.enter_context(single_threaded_blas())
            stack.enter_context(self.pieces)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def epoch(self, rows: Rows, rate: Callable[[float], float]) -> float:
        """Train on all rows once; return their mean cost.

        The cost is each mini-batch's before its own step, and the penalty that of the
        weights before every 32nd. Where it is no longer finite after some mini-batches,
        it is returned then.

        Parameters
        ----------
        rows : Rows
            The rows to train on.
        rate : callable
            The learning rate, given which share of the epoch is over.
        """
        n_rows = len(rows)
        order = self.rng.permutation(n_rows) if self.shuffle else np.arange(n_rows)
        if self.network.stochastic or self.augmentations:
            seeds = self.rng.integers(2**63, size=MAX_PIECES)
            self._rngs = [np.random.default_rng(s) for s in seeds]
        edges = self._divide(n_rows)
        blocks = [
            edges[i : i + _BATCHES_PER_COST + 1]
            for i in range(0, len(edges) - 1, _BATCHES_PER_COST)
        ]
        readers = self._batches.readers(rows)
        longest = max(block[-1] - block[0] for block in blocks)
        logits = np.empty((longest, *self.network.output_shape), rows.dtype)
        total = 0.0
        with np.errstate(all="ignore"):
            for block in blocks:
                start, stop = block[0], block[-1]
                indices, outputs = order[start:stop], logits[: stop - start]
                rates = [rate(edge / n_rows) for edge in block[:-1]]
                n_block, n_batches = stop - start, len(rates)
                total += n_block * self.step.penalty_value(n_block / n_batches)
                given = readers, indices, outputs, block, rates, self._rngs
                self._batches.train(Stretch(*given))
                total += self._total_cost(outputs, rows, indices)
                if not np.isfinite(total):
                    return total
            return total / n_rows

    def _divide(self, n_rows: int) -> list[int]:
        """Return where mini-batches begin, and where the last one ends.

        Normalization over few rows spoils what the others have taught, so a last
        mini-batch of few rows joins the one before it.
        """
        edges = [*range(0, n_rows, self.batch_size), n_rows]
        n_left = n_rows - edges[-2]
        n_values = n_left * self.network.values_per_row
        is_short = n_left < self.batch_size and len(edges) > 2
        if is_short and 0 < n_values < _LEAST_VALUES:
            del edges[-2]
        return edges

    def full_gradient(self, rows: Rows) -> tuple[float, Array]:
        """Return the mean cost of all rows and its gradient, both with the penalty.

        The network is as in training; what it draws depends on the rows alone.
        """
        self._rngs = [np.random.default_rng(i) for i in range(MAX_PIECES)]
        n_rows, block_size = len(rows), self.pieces.n_rows * self.pieces.n_pieces
        readers = self._batches.readers(rows)
        logits = np.empty((block_size, *self.network.output_shape), rows.dtype)
        total = np.zeros(self.network.parameters.size)
        cost = 0.0
        with np.errstate(all="ignore"):
            for start in range(0, n_rows, block_size):
                indices = np.arange(start, min(start + block_size, n_rows))
                outputs = logits[: len(indices)]
                given = readers, indices, outputs, n_rows, self._rngs
                self._batches.differentiate(*given)
                total += self.network.gradient
                cost += self._total_cost(outputs, rows, indices)
            self.network.gradient.fill(0)
            self.step.add_penalty(self.network.gradient, n_rows)
            total += self.network.gradient
        return cost / n_rows + self.step.penalty_value(n_rows), total

    def checkpoint(self, before: Copies | None = None) -> Copies:
        """Return copies of the parameters and of all state, for `rollback`.

        There is memory for two: what was returned ``before`` is left as it is, in case
        that copying does not come to its end.
        """
        free = self._copies[before is not None and before.vectors is self._copies[0]]
        for copied, vector in zip(free, self._vectors(), strict=True):
            np.copyto(copied, vector)
        return Copies(free, self.rng.bit_generator.state)

    def rollback(self, copies: Copies) -> None:
        """Go back to a `checkpoint`."""
        for copied, vector in zip(copies.vectors, self._vectors(), strict=True):
            np.copyto(vector, copied)
        self.rng.bit_generator.state = copies.rng

    def _vectors(self) -> list[Array]:
        state = self.step.optimizer.state.values()
        return [self.network.parameters, self.step.n_steps, *state]

    def _total_cost(
        self, logits: Array, rows: Rows, indices: npt.NDArray[np.intp]
    ) -> float:
        """Return the sum of the rows' costs."""
        costs = self.loss.value(logits, rows.targets(indices))
        if rows.weights is not None:
            costs = costs * rows.weights[indices]
        return float(costs.sum(dtype=np.float64))
