"""Count what data meet on their way through a fit: files, functions, folders, frames.

    python benchmarks/journey.py

One epoch of `MLPClassifier` on the digits, 57 mini-batches, and a `predict_proba`. A
call counts where its code is in the package; a change of folder is one call of a
Python function in another folder than the call before it. The depth is that of the
frames from `fit` to the compiled kernel, without those of other packages.
"""

import sys
import warnings
from itertools import pairwise
from pathlib import Path

from sklearn.datasets import load_digits

import sknnadl
from sknnadl import ConvNetClassifier, MLPClassifier

ROOT = Path(sknnadl.__file__).parent


class Journey:
    """Calls of the package's functions, in their order, and the deepest C call."""

    def __init__(self, kernels):
        self.calls, self.deepest, self._kernels = [], [], kernels

    def __call__(self, frame, event, argument):
        """Take notice of a call; this is the profile function."""
        if event == "call" and self._is_ours(frame):
            self.calls.append((self._file(frame), frame.f_code.co_qualname))
        if event == "c_call" and (argument.__module__ or "").endswith(self._kernels):
            frames = self._frames(frame)
            if len(frames) > len(self.deepest):
                self.deepest = frames

    def _frames(self, frame):
        """Return the functions from `fit` on, the innermost last."""
        frames = []
        while frame is not None:
            if self._is_ours(frame):
                frames.insert(0, frame.f_code.co_qualname)
            frame = frame.f_back
        return frames

    @staticmethod
    def _is_ours(frame):
        return Path(frame.f_code.co_filename).is_relative_to(ROOT)

    @staticmethod
    def _file(frame):
        return Path(frame.f_code.co_filename).relative_to(ROOT)


def travel(function, *arguments):
    """Call a function and return its journey."""
    journey = Journey(("_kernels", "_compiled"))
    sys.setprofile(journey)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return journey


def describe(title, journey, verbose):
    """Print the counts of a journey."""
    files = list(dict.fromkeys(file for file, _ in journey.calls))
    folders = [file.parent for file, _ in journey.calls]
    rooms = [file.parts[0] for file, _ in journey.calls]
    print(
        f"{title}: {len(files)} files, {len(set(journey.calls))} functions, "
        f"{count_changes([file.parent for file in files])} changes of folder in the "
        f"order of first visits, {count_changes(folders)} in all (of rooms "
        f"{count_changes(rooms)}), {len(journey.deepest)} frames to the kernel"
    )
    if verbose:
        print("  files:", *files, sep="\n    ")
        print("  frames:", *journey.deepest, sep="\n    ")


def count_changes(values):
    """Return how often a value differs from the one before it."""
    return sum(a != b for a, b in pairwise(values))


def main():
    """Run the command."""
    warnings.simplefilter("ignore")
    verbose = "--verbose" in sys.argv
    X, y = load_digits(return_X_y=True)
    mlp = MLPClassifier(max_iter=1, random_state=0).fit(X, y)  # imports, caches
    describe("fit, one epoch", travel(mlp.fit, X, y), verbose)
    describe("predict_proba", travel(mlp.predict_proba, X), verbose)
    net = ConvNetClassifier((8,), kernel_size=3, max_iter=1, random_state=0)
    net.fit(X / 16, y)
    describe("fit, convolutional", travel(net.fit, X / 16, y), verbose)


if __name__ == "__main__":
    main()
