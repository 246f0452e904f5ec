"""An epoch: mini-batches, their gradients, and the steps made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.augmentation import Augmentation, augment
from sknnadl.training.data import Rows
from sknnadl.training.parallel import MAX_PIECES, Pieces, single_threaded_blas
from sknnadl.training.step import Step

#: The cost is computed once for so many mini-batches.
_BATCHES_PER_COST = 32


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
        Rows in a mini-batch; the last of an epoch may have fewer.
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
        self.pieces = Pieces(network, batch_size, n_threads)
        self._rngs = [rng] * self.pieces.n_pieces
        self._saved = [vector.copy() for vector in self._vectors()]
        self._saved_rng: Any = rng.bit_generator.state

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
        weights at the end. Where it is no longer finite after some mini-batches, it
        is returned then.

        Parameters
        ----------
        rows : Rows
            The rows to train on.
        rate : callable
            The learning rate, given which share of the epoch is over.
        """
        n_rows, size = len(rows), self.batch_size
        order = self.rng.permutation(n_rows) if self.shuffle else np.arange(n_rows)
        if self.network.stochastic or self.augmentations:
            seeds = self.rng.integers(2**63, size=MAX_PIECES)
            self._rngs = [np.random.default_rng(s) for s in seeds]
        is_divided = self.pieces.n_pieces > 1
        train = self._divided_batches if is_divided else self._whole_batches
        block_size = _BATCHES_PER_COST * size
        readers = [rows.reader() for _ in range(self.pieces.n_threads)]
        shape = min(block_size, n_rows), *self.network.output_shape
        logits = np.empty(shape, rows.dtype)
        total = 0.0
        with np.errstate(all="ignore"):
            for start in range(0, n_rows, block_size):
                indices = order[start : start + block_size]
                outputs = logits[: len(indices)]
                starts = range(start, start + len(indices), size)
                train(readers, indices, outputs, [rate(s / n_rows) for s in starts])
                total += self._total_cost(outputs, rows, indices)
                if not np.isfinite(total):
                    return total
            return total / n_rows + self.step.penalty_value()

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
            self.step.add_penalty(self.network.gradient)
            total += self.network.gradient
        return cost / n_rows + self.step.penalty_value(), total

    def checkpoint(self) -> None:
        """Remember the parameters and all state, for `rollback`."""
        for saved, vector in zip(self._saved, self._vectors(), strict=True):
            np.copyto(saved, vector)
        self._saved_rng = self.rng.bit_generator.state

    def rollback(self) -> None:
        """Go back to the last `checkpoint`, or to the beginning."""
        for saved, vector in zip(self._saved, self._vectors(), strict=True):
            np.copyto(vector, saved)
        self.rng.bit_generator.state = self._saved_rng

    def _vectors(self) -> list[Array]:
        return [self.network.parameters, *self.step.optimizer.state.values()]

    def _whole_batches(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        rates: Sequence[float],
    ) -> None:
        """Train on the mini-batches of a block of rows; keep the logits."""
        reader, rng, size = readers[0], self._rngs[0], self.batch_size
        n_taken = reader.block_size(size)
        for start, rate in zip(range(0, len(indices), size), rates, strict=True):
            first = start % n_taken  # of the rows in the reader's memory
            if first == 0:
                block = reader.take(indices[start : start + n_taken])
            x, targets, weights = block.cut(first, first + size)
            if self.augmentations:
                x = augment(x, self.augmentations, rng)
            outputs = logits[start : start + size]
            self.network.differentiate(
                x, targets, self.loss, 1 / len(x), weights, rng, outputs
            )
            self.step.take(rate)

    def _divided_batches(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        rates: Sequence[float],
    ) -> None:
        """Train on the mini-batches of a block in pieces; keep the logits."""
        size = self.batch_size
        for start, rate in zip(range(0, len(indices), size), rates, strict=True):
            batch = indices[start : start + size]
            outputs = logits[start : start + size]
            self._divided_batch(readers, batch, outputs, len(batch))
            self.step.take(rate)

    def _divided_batch(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        n_rows: int,
    ) -> None:
        """Fill the gradient of a batch, as its share of n_rows; keep the logits."""

        def differentiate(thread: int, i: int, network: Network, rows: slice) -> None:
            x, targets, weights = readers[thread].take(indices[rows])
            rng = self._rngs[i]
            if self.augmentations:
                x = augment(x, self.augmentations, rng)
            network.differentiate(
                x, targets, self.loss, 1 / n_rows, weights, rng, logits[rows]
            )
            if network.n_trained < network.gradient.size:  # the statistics' steps
                network.gradient[network.n_trained :] *= len(x) / n_rows

        self.pieces.process(len(indices), differentiate)

    def _total_cost(
        self, logits: Array, rows: Rows, indices: npt.NDArray[np.intp]
    ) -> float:
        """Return the sum of the rows' costs."""
        costs = self.loss.value(logits, rows.targets(indices))
        if rows.weights is not None:
            costs = costs * rows.weights[indices]
        return float(costs.sum(dtype=np.float64))
