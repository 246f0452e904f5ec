"""The formats that a report is written in: for a terminal, a notebook, files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from sknnadl.comparison.files import (
    frame,
    import_pandas,
    write_json,
    write_report,
)
from sknnadl.comparison.findings.cells import make_cells, make_header
from sknnadl.comparison.findings.data_summary import DataSummary, summarize_data
from sknnadl.comparison.findings.pairs import Pair, can_compare, compare_pairs
from sknnadl.comparison.findings.provenance import describe_parameters
from sknnadl.comparison.findings.results import ModelResult, without_failures
from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.splits import Split, describe_splits
from sknnadl.comparison.page.render_curves import render_curves
from sknnadl.comparison.page.render_mistakes import render_mistakes
from sknnadl.comparison.page.render_page import render_page
from sknnadl.comparison.page.render_pairs import render_pairs
from sknnadl.comparison.page.render_provenance import render_provenance
from sknnadl.comparison.page.render_residuals import render_residuals
from sknnadl.comparison.page.render_scores import render_scores
from sknnadl.comparison.page.render_sortable import order_by_score, render_sortable
from sknnadl.comparison.page.render_tables import render_markdown, render_text

if TYPE_CHECKING:
    from pandas import DataFrame


class WritesFormats:
    """Mixin of the formats of a `ComparisonReport`, which has these attributes."""

    results: Sequence[ModelResult]
    models: Mapping[str, Any]
    splits: Sequence[Split]
    scorers: list[str]
    targets: list[Any]
    provenance: Mapping[str, str]
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
        pairs = self._pairs(scorer, rope)
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
        return import_pandas().DataFrame(self.table).set_index("name")

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
            An object with ``n_train``, ``n_test``, ``rope``, the list ``models``, which
            is the `table`, and the list ``pairs`` of all scores that can be compared;
            for each split the ``targets`` of its test rows, their indices
            ``test_rows``, and by the model's name its ``predictions``; and
            ``parameters``, ``data`` and ``provenance``. nan and infinity are null.
        """
        pairs = [
            pair
            for scorer in self.scorers
            if can_compare(self.results, scorer, self.targets)
            for pair in self._pairs(scorer)
        ]
        content = {
            "n_train": self.n_train,
            "n_test": self.n_test,
            "rope": self.rope,
            "models": self.table,
            "pairs": pairs,
            "targets": [np.asarray(one).tolist() for one in self.targets],
            "test_rows": [split.test_indices.tolist() for split in self.splits],
            "predictions": {one.name: one.predictions for one in self.results},
            "parameters": describe_parameters(self.models),
            "data": asdict(self._data),
            "provenance": dict(self.provenance),
        }
        return write_json(content)

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
            An HTML document with the models in the order of their first score: a
            table that a click on a head sorts; a picture of each score with its
            intervals; what can be said of each pair of models, by the first score; of
            classifiers the curves that `display` draws, confusions, recall and
            precision of each class and, of images, those that are wrong; of regressors
            residuals; and how all was made.
        """
        results = order_by_score(self.results, self.scorers[0])
        n = len(results)
        sections = [
            f'<p class="soft">{escape(describe_splits(self.splits))}</p>',
            f"<p>{escape(str(self._data))}</p>",
            render_sortable(results, self.scorers),
            *(render_scores(results, name) for name in self.scorers),
            self._render_pairs(results),
            *self._render_predictions(without_failures(results), image_shape),
            render_provenance(
                self.provenance, describe_parameters(self.models), results
            ),
        ]
        title = f"Comparison of {n} model{'s' if n > 1 else ''}"
        return render_page(title, sections)

    def _pairs(self, scorer: str, rope: float | None = None) -> list[Pair]:
        """Return what can be said of each pair; the rope is that of the first score."""
        if rope is None and scorer == self.scorers[0]:
            rope = self.rope
        return compare_pairs(self.results, scorer, self.targets, rope)

    def _render_pairs(self, results: Sequence[ModelResult]) -> str:
        scorer = self.scorers[0]
        if not can_compare(results, scorer, self.targets):
            return ""
        pairs = self._pairs(scorer)
        share = any(
            r.scores[scorer].is_share for r in without_failures(results, scorer)
        )
        return render_pairs(pairs, [one.name for one in results], share=share)

    def _render_predictions(
        self, results: Sequence[ModelResult], image_shape: Sequence[int] | None
    ) -> list[str]:
        """Return what there is to see of what the models say of each row."""
        if not results:
            return []
        if not self._classifies():
            return [render_residuals(results, self.targets)]
        samples = [split.test_targets for split in self.splits]
        return [
            render_curves(results, samples),
            *render_mistakes(results, self.splits, image_shape),
        ]

    @cached_property
    def _data(self) -> DataSummary:
        return summarize_data(self.splits, classify=self._classifies())

    def _classifies(self) -> bool:
        return predicts_classes(next(iter(self.models.values())))

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
        formats = {
            ".html": lambda: self.to_html(image_shape=image_shape),
            ".md": self.to_markdown,
            ".json": self.to_json,
        }
        write_report(path, formats)

    def _repr_html_(self) -> str:
        """Return the page in a frame, for notebooks."""
        return frame(self.to_html())

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        rows = [make_cells(result, self.scorers) for result in self.results]
        return make_header(self.scorers), rows

    def __str__(self) -> str:
        return f"{render_text(*self._cells())}\n{describe_splits(self.splits)}"

    __repr__ = __str__
