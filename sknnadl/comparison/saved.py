"""What is done of a comparison, kept in a file, so that it need not be done again."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from sknnadl._files import write_text
from sknnadl._untrusted import open_file
from sknnadl.comparison.evaluation import Evaluation
from sknnadl.comparison.splits import RowNumbers

#: What the file calls the pairs of indices, and a checksum of all the rest.
_PAIRS, _CHECKSUM = "parts", "checksum"


class SavedResults:
    """The results of finished models, in a file that is replaced in one step.

    Parameters
    ----------
    path : str, path-like or None
        The file; None keeps nothing.
    data : object
        All that the results depend on beside the models. What a file keeps for other
        data is no use and is written over.

    Attributes
    ----------
    path : Path or None
        The file.
    index_pairs : list of (ndarray, ndarray) or None
        The indices of the rows of each split, to fit on and to measure on, which may
        have been drawn by chance; None until they are known.

    Raises
    ------
    ValueError
        If the file is there and is not of this kind.
    """

    def __init__(self, path: str | os.PathLike[str] | None, data: object) -> None:
        self.index_pairs: list[tuple[RowNumbers, RowNumbers]] | None = None
        self.path: Path | None = None if path is None else Path(path)
        self._models: dict[str, dict[str, Any]] = {}
        if self.path is None:
            return
        if not self.path.parent.is_dir():
            raise ValueError(f"There is no folder {str(self.path.parent)!r} for save.")
        self._key = _hash(data)
        content = _read(self.path) if self.path.exists() else {}
        if content.get("data") == self._key:
            self._models = content["models"]
            if content[_PAIRS] is not None:
                pairs = [map(np.array, pair) for pair in content[_PAIRS]]
                self.index_pairs = [(train, test) for train, test in pairs]

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
        return saved["results"] if saved and saved["model"] == _key(estimator) else None

    def keep(self, name: str, estimator: Any, evaluations: list[Evaluation]) -> None:
        """Write the results of a model, beside those before it.

        Parameters
        ----------
        name : str
            The model's name.
        estimator : estimator
            The model.
        evaluations : list of dict
            What `evaluate` returned for each split.
        """
        if self.path is None:
            return
        self._models[name] = {"model": _key(estimator), "results": evaluations}
        pairs = None
        if self.index_pairs is not None:
            pairs = [[one.tolist() for one in pair] for pair in self.index_pairs]
        content = {"data": self._key, _PAIRS: pairs, "models": self._models}
        content[_CHECKSUM] = _checksum(content)
        write_text(self.path, json.dumps(content) + "\n")


def _key(estimator: Any) -> str:
    """Return what tells a model from others, the same in every process."""
    return _hash((type(estimator), estimator.get_params()))


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
    if content.pop(_CHECKSUM, None) != _checksum(content):
        raise ValueError(f"{problem} It is not as it was written.")
    return content


def _checksum(content: dict[str, Any]) -> str:
    """Return what another content has by the rarest of chances."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
