"""An epoch: mini-batches, their gradients, and the steps made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.augmentation import Augmentation, augment
from sknnadl.training.data import Block, Rows
from sknnadl.training.parallel import single_threaded_blas
from sknnadl.training.pieces import MAX_PIECES, count_piece_rows
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
    n_pieces : int
        How many pieces a mini-batch is divided into, whatever the threads.
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
        self._piece_rows = count_piece_rows(network)
        self.n_pieces = n_pieces = self._count_pieces(batch_size)
        self._rngs = [rng] * n_pieces
        self._n_threads = min(n_threads, n_pieces)
        # A thread's replicas take turns, so they share their memory.
        self._replicas = [network]
        for i in range(1, n_pieces):
            memory = (
                None if i < self._n_threads else self._replicas[i - self._n_threads]
            )
            self._replicas.append(network.replica(scratch_of=memory))
        self._saved = [vector.copy() for vector in self._vectors()]
        self._saved_rng: Any = rng.bit_generator.state

    def __enter__(self) -> Trainer:
        self._blas = single_threaded_blas()
        self._blas.__enter__()
        # The calling thread works too.
        self._pool = ThreadPoolExecutor(max(1, self._n_threads - 1))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown()
        self._blas.__exit__(kind, error, traceback)

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
            The learning rate, given which part of the epoch is over.
        """
        with np.errstate(all="ignore"):
            return self._epoch(rows, rate)

    def _epoch(self, rows: Rows, rate: Callable[[float], float]) -> float:
        n_rows = len(rows)
        order = self.rng.permutation(n_rows) if self.shuffle else np.arange(n_rows)
        if self.network.stochastic or self.augmentations:
            seeds = self.rng.integers(2**63, size=MAX_PIECES)
            self._rngs = [np.random.default_rng(s) for s in seeds]
        size = self.batch_size
        train = self._divided_batches if self.n_pieces > 1 else self._whole_batches
        block_size = _BATCHES_PER_COST * size
        readers = [rows.reader() for _ in range(self._n_threads)]
        shape = min(block_size, n_rows), *self.network.output_shape
        logits = np.empty(shape, rows.dtype)
        total = 0.0
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
        n_rows, block_size = len(rows), self._piece_rows * self.n_pieces
        readers = [rows.reader() for _ in range(self._n_threads)]
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
        n_taken = readers[0].block_size(self.batch_size)
        for start, rate in zip(self._starts(indices), rates, strict=True):
            taken = start % n_taken
            if taken == 0:
                block = readers[0].take(indices[start : start + n_taken])
            batch = block.part(slice(taken, taken + self.batch_size))
            rows = slice(start, start + self.batch_size)
            n_rows = len(batch.x)
            self._run(self.network, batch, self._rngs[0], n_rows, logits[rows])
            self.step.take(rate)

    def _divided_batches(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        rates: Sequence[float],
    ) -> None:
        """Train on the mini-batches of a block in pieces; keep the logits."""
        for start, rate in zip(self._starts(indices), rates, strict=True):
            rows = slice(start, start + self.batch_size)
            batch = indices[rows]
            self._divided_batch(readers, batch, logits[rows], len(batch))
            self.step.take(rate)

    def _starts(self, indices: npt.NDArray[np.intp]) -> range:
        return range(0, len(indices), self.batch_size)

    def _divided_batch(
        self,
        readers: list[Rows],
        indices: npt.NDArray[np.intp],
        logits: Array,
        n_rows: int,
    ) -> None:
        """Fill the gradient of a batch, in pieces, as a part of n_rows; keep logits."""
        n_pieces = self._count_pieces(len(indices))
        edges = [len(indices) * i // n_pieces for i in range(n_pieces + 1)]

        def work(thread: int) -> None:
            with np.errstate(all="ignore"):
                for i in range(thread, n_pieces, self._n_threads):
                    rows = slice(edges[i], edges[i + 1])
                    piece = readers[thread].take(indices[rows])
                    network, rng = self._replicas[i], self._rngs[i]
                    self._run(network, piece, rng, n_rows, logits[rows])

        n_threads = min(self._n_threads, n_pieces)
        others = [self._pool.submit(work, thread) for thread in range(1, n_threads)]
        try:
            work(0)
        finally:
            errors = [other.exception() for other in others]  # waits for each
        for error in filter(None, errors):
            raise error
        for replica in self._replicas[1:n_pieces]:  # always in this order
            np.add(self.network.gradient, replica.gradient, out=self.network.gradient)

    def _run(
        self,
        network: Network,
        piece: Block,
        rng: np.random.Generator,
        n_rows: int,
        logits: Array,
    ) -> None:
        """Fill a network's gradient with a piece's part of the mean over n_rows.

        The piece's logits are written to the array given.
        """
        x = piece.x
        if self.augmentations:
            x = augment(x, self.augmentations, rng)
        network.differentiate(
            x, piece.targets, self.loss, 1 / n_rows, piece.weights, rng, logits
        )
        if network.n_trained < network.gradient.size:
            network.gradient[network.n_trained :] *= len(x) / n_rows

    def _count_pieces(self, n_rows: int) -> int:
        return min(max(1, n_rows // self._piece_rows), MAX_PIECES)

    def _total_cost(
        self, logits: Array, rows: Rows, indices: npt.NDArray[np.intp]
    ) -> float:
        """Return the sum of the rows' costs."""
        costs = self.loss.value(logits, rows.targets(indices))
        if rows.weights is not None:
            costs = costs * rows.weights[indices]
        return float(costs.sum(dtype=np.float64))
