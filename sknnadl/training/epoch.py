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
from sknnadl.training.augmentation import Augmentation, augment
from sknnadl.training.data import Rows
from sknnadl.training.parallel import (
    MAX_PIECES,
    Pieces,
    single_threaded_blas,
)
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
    is_whole : bool
        Whether the kernels go through the whole network in one call.
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
        # Images are changed in threads of Python's, also where the kernels go through
        # the whole network in threads of their own.
        self.is_whole = network.is_whole and not augmentations
        self.pieces = Pieces(network, batch_size, n_threads, not self.is_whole)
        self.n_threads = n_threads
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
        is_divided = self.pieces.n_pieces > 1 and not self.is_whole
        train = self._divided_batches if is_divided else self._whole_batches
        edges = self._divide(n_rows)
        blocks = [
            edges[i : i + _BATCHES_PER_COST + 1]
            for i in range(0, len(edges) - 1, _BATCHES_PER_COST)
        ]
        readers = [rows.reader() for _ in range(self.pieces.n_threads)]
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
                train(readers, indices, outputs, block, rates)
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
        readers = [rows.reader() for _ in range(self.pieces.n_threads)]
        logits = np.empty((block_size, *self.network.output_shape), rows.dtype)
        total = np.zeros(self.network.parameters.size)
        cost = 0.0
        with np.errstate(all="ignore"):
            for start in range(0, n_rows, block_size):
                indices = np.arange(start, min(start + block_size, n_rows))
                outputs = logits[: len(indices)]
                self._divided_batch(readers, indices, outputs, n_rows)
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
        return [self.network.parameters, *self.step.optimizer.state.values()]

    def _whole_batches(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        edges: Sequence[int],
        rates: Sequence[float],
    ) -> None:
        """Train on the mini-batches between some edges; keep the logits."""
        reader = readers[0]
        n_taken = reader.block_size(self.batch_size)
        first = taken_to = edges[0]  # of the rows in the reader's memory
        for start, stop, rate in zip(edges[:-1], edges[1:], rates, strict=True):
            if stop > taken_to:
                first, taken_to = start, max(start + n_taken, stop)
                block = reader.take(indices[start - edges[0] : taken_to - edges[0]])
            x, targets, weights = block.cut(start - first, stop - first)
            if self.augmentations:
                x = augment(x, self.augmentations, self._rngs[0])
            outputs = logits[start - edges[0] : stop - edges[0]]
            self._differentiate_whole(x, targets, weights, outputs, stop - start)
            self.step.take(rate, stop - start, self.n_threads)

    def _differentiate_whole(
        self,
        x: Array,
        targets: Array,
        weights: Array | None,
        logits: Array,
        n_rows: int,
    ) -> None:
        """Fill the gradient of rows, as their share of n_rows, in one call."""
        n_pieces = self.pieces.count(len(x)) if self.is_whole else 1
        given = x, targets, self.loss, 1 / n_rows, weights
        rngs, n_threads = self._rngs[:n_pieces], self.pieces.n_threads
        self.network.differentiate(*given, rngs, logits, n_threads)

    def _divided_batches(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        edges: Sequence[int],
        rates: Sequence[float],
    ) -> None:
        """Train on the mini-batches between some edges, in pieces; keep the logits."""
        for start, stop, rate in zip(edges[:-1], edges[1:], rates, strict=True):
            batch = slice(start - edges[0], stop - edges[0])
            self._divided_batch(readers, indices[batch], logits[batch], stop - start)
            self.step.take(rate, stop - start, self.n_threads)

    def _divided_batch(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        n_rows: int,
    ) -> None:
        """Fill the gradient of a batch, as its share of n_rows; keep the logits."""
        if self.is_whole:
            self._differentiate_whole(*readers[0].take(indices), logits, n_rows)
            self._scale_statistics(self.network, len(indices) / n_rows)
            return

        def differentiate(thread: int, i: int, network: Network, rows: slice) -> None:
            x, targets, weights = readers[thread].take(indices[rows])
            rng = self._rngs[i]
            if self.augmentations:
                x = augment(x, self.augmentations, rng)
            network.differentiate(
                x, targets, self.loss, 1 / n_rows, weights, [rng], logits[rows]
            )
            self._scale_statistics(network, len(x) / n_rows)

        self.pieces.process(len(indices), differentiate)

    def _scale_statistics(self, network: Network, share: float) -> None:
        """Let the statistics move by what the rows are a share of."""
        if network.n_trained < network.gradient.size:
            network.gradient[network.n_trained :] *= share

    def _total_cost(
        self, logits: Array, rows: Rows, indices: npt.NDArray[np.intp]
    ) -> float:
        """Return the sum of the rows' costs."""
        costs = self.loss.value(logits, rows.targets(indices))
        if rows.weights is not None:
            costs = costs * rows.weights[indices]
        return float(costs.sum(dtype=np.float64))
