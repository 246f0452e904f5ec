"""What is done of a comparison, kept in a file, so that it need not be done again."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from sknnadl._files import locked, write_text
from sknnadl._untrusted import open_file
from sknnadl.comparison.measuring.code_state import describe_code
from sknnadl.comparison.measuring.evaluation import Evaluation
from sknnadl.comparison.measuring.splits import RowNumbers

#: For each split the indices of the rows to fit on, and of those to measure on.
IndexPairs = list[tuple[RowNumbers, RowNumbers]]
#: What the file calls the pairs of indices, and a checksum of all the rest.
_PAIRS, _CHECKSUM = "parts", "checksum"


class SavedResults:
    """The results of finished models, in a file that is replaced in one step.

    Several processes may keep theirs in one file. A fit that failed is not kept.

    Parameters
    ----------
    path : str, path-like or None
        The file; None keeps nothing.
    data : object
        All that the results depend on beside the models. What a file keeps for other
        data is no use and is written over, with a warning.
    code : object, default=()
        What of it has code of its own that they depend on.
    divide : callable, default=None
        Returns for each split the indices of the rows to fit on, and of those to
        measure on, which may be drawn by chance: those in the file go before. By
        default there is one split, which needs none.

    Attributes
    ----------
    path : Path or None
        The file.
    index_pairs : list of (ndarray, ndarray) or None
        The indices of the rows of each split.

    Raises
    ------
    ValueError
        If the file cannot be written, or is there and is not of this kind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        data: object,
        code: object = (),
        divide: Callable[[], IndexPairs] | None = None,
    ) -> None:
        self.path: Path | None = None if path is None else Path(path)
        self._models: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, str] = {}
        if self.path is not None:
            folder = self.path.parent
            if not folder.is_dir():
                raise ValueError(f"There is no folder {str(folder)!r} for save.")
            # first of all, as drawing changes a generator that is in the data
            self._key = _hash((data, describe_code(code)))
        self.index_pairs: IndexPairs | None = divide() if divide else None
        if self.path is None:
            return
        try:
            with locked(self.path):
                self._load(self.path)
                self._write(self.path)  # so that others have the same splits
        except OSError as error:
            raise ValueError(f"save cannot write {str(path)!r}: {error}") from error

    def find(self, name: str, estimator: Any) -> list[Evaluation] | None:
        """Return the results of a model on each split, or None.

        Parameters
        ----------
        name : str
            The model's name.
        estimator : estimator
            The model: the results of another one under this name are not its own.

        Returns
        -------
        evaluations : list of dict or None
            As they were given to `keep`.
        """
        saved = self._models.get(name)
        if saved is None or saved["model"] != self._find_key(name, estimator):
            return None
        results: list[Evaluation] = saved["results"]
        return results if len(results) == len(self.index_pairs or [0]) else None

    def keep(self, name: str, estimator: Any, evaluations: list[Evaluation]) -> None:
        """Write the results of a model that has not failed, beside those before it.

        Parameters
        ----------
        name : str
            The model's name.
        estimator : estimator
            The model.
        evaluations : list of dict
            What `evaluate` returned for each split.
        """
        if self.path is None or any("error" in one for one in evaluations):
            return
        entry = {"model": self._find_key(name, estimator), "results": evaluations}
        with locked(self.path):
            self._load(self.path)  # what other processes have done
            self._models[name] = entry
            self._write(self.path)

    def _find_key(self, name: str, estimator: Any) -> str:
        """Return what a model was at first: code may change variables of its own."""
        if name not in self._keys:
            self._keys[name] = _key(estimator)
        return self._keys[name]

    def _load(self, path: Path) -> None:
        """Take over what the file has, if it is of the same data."""
        if not path.exists():
            return
        content = _read(path)
        pairs = _from_lists(content[_PAIRS])
        same = content.get("data") == self._key
        if not same or len(pairs or []) != len(self.index_pairs or []):
            warnings.warn(
                f"{str(path)!r} is of another comparison, with other data, arguments, "
                "code or versions of packages, and is written over.",
                stacklevel=4,
            )
            return
        self._models, self.index_pairs = content["models"], pairs

    def _write(self, path: Path) -> None:
        pairs = None
        if self.index_pairs is not None:
            pairs = [[one.tolist() for one in pair] for pair in self.index_pairs]
        content = {"data": self._key, _PAIRS: pairs, "models": self._models}
        content[_CHECKSUM] = _checksum(content)
        write_text(path, json.dumps(content) + "\n")


def _from_lists(pairs: Any) -> IndexPairs | None:
    if pairs is None:
        return None
    return [(np.array(train), np.array(test)) for train, test in pairs]


def _key(estimator: Any) -> str:
    """Return what tells a model from others, the same in every process."""
    kind = type(estimator), estimator.get_params()
    return _hash((kind, describe_code(estimator)))


def _hash(value: object) -> str:
    try:
        return str(joblib.hash(value))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        what = str(error.args[0]).split(":")[0]
        raise ValueError(
            f"save needs models and scores that can be pickled ({what}): define "
            "functions at the top of a module, or leave out save."
        ) from error


def _read(path: Path) -> dict[str, Any]:
    problem = (
        f"{str(path)!r} is no file that save has written: name another, or delete it."
    )
    try:
        with open_file(path) as file:
            content = json.loads(file.read())
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(problem) from error
    if not isinstance(content, dict) or not isinstance(content.get("models"), dict):
        raise ValueError(problem)
    if _PAIRS not in content:
        raise ValueError(problem)
    if content.pop(_CHECKSUM, None) != _checksum(content):
        raise ValueError(f"{problem} It is not as it was written.")
    return content


def _checksum(content: dict[str, Any]) -> str:
    """Return what another content has by the rarest of chances."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
