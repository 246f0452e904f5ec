"""The formats that a report is written in: for a terminal, a notebook, files."""

from __future__ import annotations

import importlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sknnadl._files import write_text
from sknnadl.comparison.cells import make_cells, make_header
from sknnadl.comparison.files import check_report_path
from sknnadl.comparison.kinds import predicts_classes
from sknnadl.comparison.pairs import can_compare, compare_pairs
from sknnadl.comparison.render_mistakes import render_mistakes
from sknnadl.comparison.render_page import render_page
from sknnadl.comparison.render_tables import render_markdown, render_text
from sknnadl.comparison.results import ModelResult
from sknnadl.comparison.splits import Split, describe_splits

if TYPE_CHECKING:
    from pandas import DataFrame


class WritesFormats:
    """Mixin of the formats of a `ComparisonReport`, which has these attributes."""

    results: Sequence[ModelResult]
    models: Mapping[str, Any]
    splits: Sequence[Split]
    scorers: list[str]
    targets: list[Any]
    n_train: int
    n_test: int
    rope: float | None

    @property
    def table(self) -> list[dict[str, Any]]:
        """The results as a list of dicts of plain values."""
        return [result.row(self.scorers) for result in self.results]

    def sentences(self, *, rope: float | None = None) -> list[str]:
        """Return what can be said of each pair of models, by the first score.

        Parameters
        ----------
        rope : float, default=None
            The largest difference that does not matter: models are practically the same
            where it is no larger with a probability above 95 percent. It needs folds.
            By default that of the comparison, if it has one.

        Returns
        -------
        sentences : list of str
            Those of `pairwise`; none where the score cannot be compared.
        """
        scorer = self.scorers[0]
        if not can_compare(self.results, scorer, self.targets):
            return []
        rope = self.rope if rope is None else rope
        pairs = compare_pairs(self.results, scorer, self.targets, rope)
        return [pair["text"] for pair in pairs]

    def to_frame(self) -> DataFrame:
        """Return the table as a pandas DataFrame.

        Returns
        -------
        frame : pandas.DataFrame
            A row a model, indexed by its name.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return _import_pandas().DataFrame(self.table).set_index("name")

    def to_markdown(self) -> str:
        """Return the table in Markdown.

        Returns
        -------
        text : str
            A table with a line a model.
        """
        return render_markdown(*self._cells()) + "\n"

    def to_json(self) -> str:
        """Return all results as JSON.

        Returns
        -------
        text : str
            An object with ``n_train``, ``n_test``, ``rope`` and the list ``models``;
            nan is null.
        """
        content = {
            "n_train": self.n_train,
            "n_test": self.n_test,
            "rope": self.rope,
            "models": _without_nan(self.table),
        }
        return json.dumps(content, indent=2) + "\n"

    def to_html(self, *, image_shape: Sequence[int] | None = None) -> str:
        """Return the report as a page that needs no other file.

        Parameters
        ----------
        image_shape : tuple of int, default=None
            The shape of an image, where the rows are flat images: (height, width) or
            (height, width, channels). Rows that have such a shape need not say so.

        Returns
        -------
        text : str
            An HTML document: the table, a picture of each score with its intervals, a
            sentence for each pair of models that can be compared; and for classifiers
            their confusions and, of images, those that they get wrong.
        """
        mistakes = []
        if predicts_classes(next(iter(self.models.values()))):
            mistakes = render_mistakes(self.results, self.splits, image_shape)
        rows = describe_splits(self.splits)
        return render_page(self.results, self.scorers, rows, self.sentences(), mistakes)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        image_shape: Sequence[int] | None = None,
    ) -> None:
        """Write the report to a file, in the format that its suffix names.

        Parameters
        ----------
        path : str or path-like
            A file that ends in ``.html``, ``.md`` or ``.json``. It is replaced in one
            step.
        image_shape : tuple of int, default=None
            As in `to_html`.

        Raises
        ------
        ValueError
            If the suffix names no format.
        """
        formats: dict[str, Callable[[], str]] = {
            ".html": partial(self.to_html, image_shape=image_shape),
            ".md": self.to_markdown,
            ".json": self.to_json,
        }
        check_report_path(path)
        write_text(path, formats[Path(path).suffix]())

    def _repr_html_(self) -> str:
        """Return the page in a frame, for notebooks."""
        page = escape(self.to_html())
        style = "width: 100%; height: 30rem; border: 0"
        return f'<iframe srcdoc="{page}" style="{style}"></iframe>'

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [make_cells(result, self.scorers) for result in self.results]
        return make_header(self.scorers), rows

    def __str__(self) -> str:
        return f"{render_text(*self._cells())}\n{describe_splits(self.splits)}"

    __repr__ = __str__


def _import_pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError("to_frame needs pandas: pip install pandas.") from error


def _without_nan(value: Any) -> Any:
    """Return plain values with None for nan, which JSON has not."""
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value
