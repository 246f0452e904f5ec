"""The networks that the book's ``network2.py`` keeps, in JSON."""

from __future__ import annotations

import json
import os
from typing import Any, cast

import numpy as np

from sknnadl._files import write_text
from sknnadl._untrusted import explained, open_file
from sknnadl.estimators import MLPClassifier
from sknnadl.estimators.fitting import learned_attributes, start_run
from sknnadl.estimators.inputs import AnyArray

#: The book's names of the costs, and ours.
_LOSSES = {"CrossEntropyCost": "cross_entropy", "QuadraticCost": "squared_error"}
_SIGMOIDS = "sigmoid", "logistic"


def load_network2(path: str | os.PathLike[str]) -> MLPClassifier:
    """Read a network that the book's ``network2.py`` has saved.

    Parameters
    ----------
    path : str or path-like
        A file of ``Network.save``: JSON with ``sizes``, ``weights``, ``biases`` and
        ``cost`` (Nielsen 2015, chapter 3). One output tells the classes 0 and 1.

    Returns
    -------
    estimator : MLPClassifier
        A fitted one in float64, whose classes are the numbers of the outputs. It
        predicts, and `~sknnadl.MLPClassifier.partial_fit` goes on training it; it has
        no history yet.

    Raises
    ------
    ValueError
        If it is no such file.
    OSError
        If it cannot be read.

    See Also
    --------
    save_network2 : Write such a file.

    Examples
    --------
    >>> import json, tempfile
    >>> from pathlib import Path
    >>> from sknnadl.saving import load_network2
    >>> book = {"sizes": [2, 2], "weights": [[[1.0, 0.0], [0.0, 1.0]]],
    ...         "biases": [[[0.0], [0.0]]], "cost": "CrossEntropyCost"}
    >>> path = Path(tempfile.mkdtemp()) / "net.json"
    >>> _ = path.write_text(json.dumps(book))
    >>> load_network2(path).predict([[0.9, 0.1], [0.2, 0.8]])
    array([0, 1])
    """
    with open_file(path) as file, explained(path, "file of the book's network2.py"):
        content = json.loads(file.read())
        sizes, weights, biases = _check(content)
        estimator: Any = MLPClassifier(
            tuple(sizes[1:-1]),
            activation="sigmoid",
            loss=_LOSSES[content["cost"]],
            dtype="float64",
        )
        estimator.n_outputs_ = sizes[-1]  # which of two classes may be one, or two
        n_classes = max(sizes[-1], 2)
        rows, classes = np.zeros((n_classes, sizes[0])), np.arange(n_classes)
        # An estimator at the start of its training, on other parameters.
        run = start_run(estimator, rows, classes, None, (None,) * 3)  # type: ignore[no-untyped-call]  # fitting has no types
        values = run.trainer.network.layer_parameters
        for own, w, b in zip(values, weights, biases, strict=True):
            own["weights"][...], own["biases"][...] = w.T, b.ravel()
        vars(estimator).update(learned_attributes(run))  # type: ignore[no-untyped-call]  # fitting has no types
    return cast(MLPClassifier, estimator)


def save_network2(estimator: MLPClassifier, path: str | os.PathLike[str]) -> None:
    """Write a network for the book's ``network2.py``, whose ``load`` reads it.

    Parameters
    ----------
    estimator : MLPClassifier
        A fitted one of sigmoid layers alone, whose ``loss`` is ``"cross_entropy"`` or
        ``"squared_error"``.
    path : str or path-like
        The file, which is replaced in one step.

    Raises
    ------
    ValueError
        If ``network2.py`` has no such network.

    See Also
    --------
    load_network2 : Read it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.saving import load_network2, save_network2
    >>> path = Path(tempfile.mkdtemp()) / "net.json"
    >>> X, y = [[0.0], [1.0], [2.0]], [0, 1, 2]
    >>> net = MLPClassifier((4,), activation="sigmoid", loss="cross_entropy",
    ...                     max_iter=30, random_state=0)
    >>> save_network2(net.fit(X, y), path)
    >>> bool((load_network2(path).predict(X) == net.predict(X)).all())
    True
    """
    costs = {ours: theirs for theirs, ours in _LOSSES.items()}
    layers = [layer for layer in estimator.layers_ if layer["layer"] != "Dropout"]
    cost = costs.get(str(estimator.loss))
    is_the_books = (
        cost is not None
        and estimator.out_activation_ == "logistic"
        and all(layer["layer"] == "Dense" for layer in layers)
        and all(layer["activation"] in _SIGMOIDS for layer in layers[:-1])
        and not hasattr(estimator, "encoding_")
    )
    if not is_the_books:
        raise ValueError(
            "network2.py has sigmoid layers alone, and the costs "
            f"{sorted(costs)}: {estimator!r} has others."
        )
    weights, biases = estimator.coefs_, estimator.intercepts_
    sizes = [len(weights[0]), *(len(b) for b in biases)]
    content = {
        "sizes": sizes,
        "weights": [w.T.tolist() for w in weights],
        "biases": [b[:, np.newaxis].tolist() for b in biases],
        "cost": cost,
    }
    write_text(path, json.dumps(content))


def _check(content: Any) -> tuple[list[int], list[AnyArray], list[AnyArray]]:
    """Return the sizes, weights and biases of a file, once they fit each other."""
    sizes = content["sizes"]
    if not all(type(size) is int and size >= 1 for size in sizes) or len(sizes) < 2:
        raise ValueError(f"its sizes are {str(sizes)[:60]}")
    if content["cost"] not in _LOSSES:
        raise ValueError(f"its cost is {str(content['cost'])[:60]!r}")
    weights, biases = (
        [np.array(values, np.float64) for values in content[name]]
        for name in ("weights", "biases")
    )
    if [w.shape for w in weights] != list(zip(sizes[1:], sizes[:-1], strict=True)):
        raise ValueError("its weights have other shapes than its sizes say")
    if [b.shape for b in biases] != [(size, 1) for size in sizes[1:]]:
        raise ValueError("its biases have other shapes than its sizes say")
    if not all(np.isfinite(values).all() for values in [*weights, *biases]):
        raise ValueError("it has numbers that are not finite")
    return sizes, weights, biases
