"""What is done of a comparison, kept in a file, so that it need not be done again."""

import json
import pickle
from pathlib import Path

import joblib
import numpy as np

from sknnadl.comparison.files import write_text


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
    parts : list of (ndarray, ndarray) or None
        How the rows are divided, which may have been by chance; None until it is known.

    Raises
    ------
    ValueError
        If the file is there and is not of this kind.
    """

    def __init__(self, path, data):
        self.parts = None
        self._path = None if path is None else Path(path)
        self._models = {}
        if self._path is None:
            return
        if not self._path.parent.is_dir():
            raise ValueError(f"There is no folder {str(self._path.parent)!r} for save.")
        self._key = _hash(data)
        content = _read(self._path) if self._path.exists() else {}
        if content.get("data") == self._key:
            self._models = content["models"]
            if content["parts"] is not None:
                self.parts = [tuple(map(np.array, part)) for part in content["parts"]]

    def find(self, name, estimator):
        """Return the results of a model on each split, or None.

        Parameters
        ----------
        name : str
            The model's name.
        estimator : estimator
            The model: the results of another one under this name are not its own.

        Returns
        -------
        results : list of dict or None
            As they were given to `keep`.
        """
        saved = self._models.get(name)
        return saved["results"] if saved and saved["model"] == _key(estimator) else None

    def keep(self, name, estimator, results):
        """Write the results of a model, beside those before it.

        Parameters
        ----------
        name : str
            The model's name.
        estimator : estimator
            The model.
        results : list of dict
            Plain values, one dict a split.
        """
        if self._path is None:
            return
        self._models[name] = {"model": _key(estimator), "results": results}
        parts = self.parts
        if parts is not None:
            parts = [[indices.tolist() for indices in part] for part in parts]
        content = {"data": self._key, "parts": parts, "models": self._models}
        write_text(self._path, json.dumps(content) + "\n")


def _key(estimator):
    """Return what tells a model from others, the same in every process."""
    return _hash((type(estimator), estimator.get_params()))


def _hash(value):
    try:
        return joblib.hash(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        what = str(error.args[0]).split(":")[0]
        raise ValueError(
            f"save needs models and scores that can be pickled ({what}): define "
            "functions at the top of a module, or leave out save."
        ) from error


def _read(path):
    problem = (
        f"{str(path)!r} is no file that save has written: name another, or delete it."
    )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(problem) from error
    if not isinstance(content, dict) or not isinstance(content.get("models"), dict):
        raise ValueError(problem)
    return content
