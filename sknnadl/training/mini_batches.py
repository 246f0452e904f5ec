"""Mini-batches through a network, and steps, whichever way is the fastest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.augmentation import Augmentation, augment
from sknnadl.training.data import Rows
from sknnadl.training.parallel import Pieces
from sknnadl.training.step import Step

#: Rows, and where they are.
Indices = npt.NDArray[np.intp]


class Stretch(NamedTuple):
    """Mini-batches that follow each other.

    Parameters
    ----------
    readers : list of Rows
        See `MiniBatches.readers`.
    indices : ndarray of shape (n_rows,)
        Where the rows are.
    logits : ndarray of shape (n_rows, n_outputs)
        Where to write the outputs.
    edges : sequence of int
        Where each mini-batch begins, and where the last one ends.
    rates : sequence of float
        The learning rate of each.
    rngs : sequence of Generator
        What each piece draws from.
    """

    readers: list[Rows]
    indices: Indices
    logits: Array
    edges: Sequence[int]
    rates: Sequence[float]
    rngs: Sequence[np.random.Generator]


class MiniBatches:
    """What trains on mini-batches.

    There are three ways. Where the kernels know the whole network they take several
    mini-batches forward and back, and the steps between them, in one call. A network
    that they do not know takes one mini-batch after the other, and large ones in
    pieces, in threads of Python's: so does one whose images are changed at random.

    Parameters
    ----------
    network : Network
        The network to train.
    loss : Loss
        What is minimized, as a mean over the mini-batch.
    step : Step
        What changes the network's parameters, given its gradient.
    batch_size : int
        Rows in a mini-batch; few have fewer, or a few more.
    augmentations : sequence of Augmentation
        How images are changed at random.
    n_threads : int
        How many threads share the work.

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
        augmentations: Sequence[Augmentation],
        n_threads: int,
    ) -> None:
        self.network = network
        self.loss = loss
        self.step = step
        self.batch_size = batch_size
        self.augmentations = augmentations
        self.n_threads = n_threads
        self._is_whole = network.is_whole and not augmentations
        self.pieces = Pieces(network, batch_size, n_threads, not self._is_whole)

    def readers(self, rows: Rows) -> list[Rows]:
        """Return the rows for each thread, with memory of its own."""
        return [rows.reader() for _ in range(self.pieces.n_threads)]

    def train(self, stretch: Stretch) -> None:
        """Train on some mini-batches; keep the logits."""
        if (
            self._is_whole
            and self.step.is_compiled
            and self.loss.kernel_number is not None
        ):
            way = self._in_one_call
        elif self._is_whole or self.pieces.n_pieces == 1:
            way = self._one_by_one
        else:
            way = self._in_pieces
        way(stretch)

    def differentiate(
        self,
        readers: list[Rows],
        indices: Indices,
        logits: Array,
        n_rows: int,
        rngs: Sequence[np.random.Generator],
    ) -> None:
        """Fill the gradient of a batch, as its share of n_rows; keep the logits."""
        if self._is_whole:
            self._all_at_once(*readers[0].take(indices), logits, n_rows, rngs)
            self._scale_statistics(self.network, len(indices) / n_rows)
            return

        def differentiate(thread: int, i: int, network: Network, rows: slice) -> None:
            x, targets, weights = readers[thread].take(indices[rows])
            if self.augmentations:
                x = augment(x, self.augmentations, rngs[i])
            network.differentiate(
                x, targets, self.loss, 1 / n_rows, weights, [rngs[i]], logits[rows]
            )
            self._scale_statistics(network, len(x) / n_rows)

        self.pieces.process(len(indices), differentiate)

    def _in_one_call(self, stretch: Stretch) -> None:
        readers, indices, logits, edges, rates, rngs = stretch
        reader, first = readers[0], 0
        n_taken = reader.block_size(self.batch_size)
        while first < len(rates):
            end = first + 1
            while end < len(rates) and edges[end + 1] - edges[first] <= n_taken:
                end += 1
            own = edges[first : end + 1]
            rows = slice(own[0] - edges[0], own[-1] - edges[0])
            sizes = [stop - start for start, stop in pairwise(own)]
            self.network.train(
                reader.take(indices[rows]),
                self.loss,
                rngs,
                logits[rows],
                sizes,
                [self.pieces.count(size) for size in sizes],
                self.step.plan(rates[first:end], sizes),
                self.n_threads,
            )
            first = end

    def _one_by_one(self, stretch: Stretch) -> None:
        readers, indices, logits, edges, rates, rngs = stretch
        reader = readers[0]
        n_taken = reader.block_size(self.batch_size)
        first = taken_to = edges[0]  # of the rows in the reader's memory
        for start, stop, rate in zip(edges[:-1], edges[1:], rates, strict=True):
            if stop > taken_to:
                first, taken_to = start, max(start + n_taken, stop)
                block = reader.take(indices[start - edges[0] : taken_to - edges[0]])
            x, targets, weights = block.cut(start - first, stop - first)
            if self.augmentations:
                x = augment(x, self.augmentations, rngs[0])
            outputs = logits[start - edges[0] : stop - edges[0]]
            self._all_at_once(x, targets, weights, outputs, stop - start, rngs)
            self.step.take(rate, stop - start, self.n_threads)

    def _all_at_once(
        self,
        x: Array,
        targets: Array,
        weights: Array | None,
        logits: Array,
        n_rows: int,
        rngs: Sequence[np.random.Generator],
    ) -> None:
        """Fill the gradient of rows, as their share of n_rows, in one call."""
        n_pieces = self.pieces.count(len(x)) if self._is_whole else 1
        given = x, targets, self.loss, 1 / n_rows, weights
        self.network.differentiate(*given, rngs[:n_pieces], logits, self.n_threads)

    def _in_pieces(self, stretch: Stretch) -> None:
        readers, indices, logits, edges, rates, rngs = stretch
        for start, stop, rate in zip(edges[:-1], edges[1:], rates, strict=True):
            batch = slice(start - edges[0], stop - edges[0])
            n_rows = stop - start
            self.differentiate(readers, indices[batch], logits[batch], n_rows, rngs)
            self.step.take(rate, n_rows, self.n_threads)

    def _scale_statistics(self, network: Network, share: float) -> None:
        """Let the statistics move by what the rows are a share of."""
        if network.n_trained < network.gradient.size:
            network.gradient[network.n_trained :] *= share
