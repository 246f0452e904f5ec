"""Where a comparison comes from: how, when and on what it was made."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from numbers import Integral
from pathlib import Path
from typing import Any

from sklearn import config_context
from sklearn.base import BaseEstimator

#: Packages that each comparison depends on.
_ALWAYS = "sknnadl", "scikit-learn", "numpy", "scipy"


def find_provenance(
    models: Iterable[Any], *, cv: object, random_state: object, has_test: bool
) -> dict[str, str]:
    """Return where a comparison comes from, in words by what they are about.

    Parameters
    ----------
    models : iterable of estimator
        The models: the versions of their packages are told.
    cv : object
        What divides the rows.
    random_state : object
        What the rows that are held out are drawn with.
    has_test : bool
        Whether there were rows to test on.

    Returns
    -------
    provenance : dict of str to str
        ``made``, ``cv``, ``random_state``, ``versions`` and ``processor``.
    """
    if cv is None:
        divided = "rows given to test" if has_test else "a quarter held out to test"
    else:
        divided = repr(cv)
        if isinstance(cv, Integral):
            divided = f"{cv} folds"
        elif isinstance(cv, list):
            divided = f"{len(cv)} pairs of indices"
    of_models = {type(model).__module__.partition(".")[0] for model in models}
    versions = map(_find_version, dict.fromkeys([*_ALWAYS, *sorted(of_models)]))
    return {
        "made": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "cv": divided,
        "random_state": repr(random_state),
        "versions": ", ".join(
            [f"Python {platform.python_version()}", *filter(None, versions)]
        ),
        "processor": f"{_find_processor()}, {os.cpu_count()} cores, "
        f"{platform.system()}",
    }


def describe_parameters(models: Mapping[str, Any]) -> dict[str, str]:
    """Return each model as it is written, with what differs from its defaults.

    Parameters
    ----------
    models : dict of str to estimator
        The models.

    Returns
    -------
    written : dict of str to str
        By the model's name, as scikit-learn prints it.
    """
    return {name: _describe(model) for name, model in models.items()}


def _describe(model: Any) -> str:
    with config_context(print_changed_only=True):
        if isinstance(model, BaseEstimator):
            return str(model.__repr__(N_CHAR_MAX=math.inf))  # else it is cut at 700
        return repr(model)


def _find_version(package: str) -> str:
    """Return the name and the version; nothing of a script, which has none."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""


def _find_processor() -> str:
    """Return the name of the processor, which Linux has in a file alone."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    names = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    name = names[0].strip() if names else platform.processor()
    return name or platform.machine()
