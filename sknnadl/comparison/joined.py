"""Reports on the same models and many data sets, as one, and how it is written."""

from __future__ import annotations

import math
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sknnadl.comparison.files import (
    frame,
    import_pandas,
    write_json,
    write_report,
)
from sknnadl.comparison.findings.cells import write_score
from sknnadl.comparison.findings.dataset_pairs import DatasetPair, Method
from sknnadl.comparison.findings.rank_sentences import say_missing
from sknnadl.comparison.findings.results import Score
from sknnadl.comparison.joined_ranks import JoinedRanks
from sknnadl.comparison.page.render_joined import render_ranks, render_reports
from sknnadl.comparison.page.render_page import render_page
from sknnadl.comparison.page.render_tables import render_markdown, render_text

if TYPE_CHECKING:
    from pandas import DataFrame


class JoinedReport(JoinedRanks):
    """What the same models did on many data sets, which prints as a table.

    It is best made by `join_reports`, or by ``compare(..., datasets=...)``. On each
    data set the best model has rank 1; one that failed, or has no score, ranks last.

    See :doc:`/comparing`.

    Parameters
    ----------
    reports : dict of str to ComparisonReport
        The report on each data set, by its name.
    rope : float, default=None
        The largest difference of the first score that does not matter.

    Attributes
    ----------
    datasets : list of str
        The names of the data sets.
    models : list of str
        The names of the models, in the order of the first report.
    scorers : list of str
        The names of the scores.

    Examples
    --------
    >>> from sklearn.datasets import load_iris, load_wine
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknnadl import compare
    >>> datasets = {"iris": load_iris(return_X_y=True)}
    >>> datasets["wine"] = load_wine(return_X_y=True)
    >>> models = {"guess": DummyClassifier(), "Bayes": GaussianNB()}
    >>> joined = compare(models, datasets=datasets, cv=3)
    >>> joined.mean_ranks()
    {'Bayes': 1.0, 'guess': 2.0}
    """

    @property
    def table(self) -> list[dict[str, Any]]:
        """The rows of all reports, a dict for each data set and model."""
        return [
            {"dataset": name} | row
            for name, report in self.reports.items()
            for row in report.table
        ]

    def to_frame(self, scorer: str | None = None) -> DataFrame:
        """Return a score as a pandas DataFrame.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        frame : pandas.DataFrame
            A row a data set and a column a model; nan where there is no score.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        names = {"index": self.datasets, "columns": self.models}
        return import_pandas().DataFrame(self.scores(scorer), **names)

    def to_markdown(self) -> str:
        """Return the tables in Markdown.

        Returns
        -------
        text : str
            For each score a table with a line a data set, and the mean ranks. In
            brackets are the ranks.
        """
        return (
            "\n\n".join(render_markdown(*self._cells(s)) for s in self.scorers) + "\n"
        )

    def to_json(self, *, method: Method = "nemenyi", rope: float | None = None) -> str:
        """Return all that is found of the data sets together as JSON.

        It has no times, so that the same scores give the same text.

        Parameters
        ----------
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `JoinedReport.pairwise`.
        rope : float, default=None
            The largest difference of the first score that does not matter, as there.

        Returns
        -------
        text : str
            An object with the lists ``datasets`` and ``models``, and ``scores``: for
            each score the ``values`` and ``ranks``, a list a data set, ``friedman``,
            the ``diagram``, ``pairs`` and which are ``missing``. nan and infinity are
            null.
        """
        content = {
            "datasets": self.datasets,
            "models": self.models,
            "scores": {
                scorer: {
                    "values": self.scores(scorer).tolist(),
                    "ranks": self.ranks(scorer).tolist(),
                    "friedman": self._describe_friedman(scorer),
                    "diagram": self.diagram(scorer, method=method),
                    "pairs": self._compare_pairs(scorer, method, rope),
                    "missing": self.missing(scorer),
                }
                for scorer in self.scorers
            },
        }
        return write_json(content)

    def to_html(self, *, method: Method = "nemenyi", rope: float | None = None) -> str:
        """Return the report as a page that needs no other file.

        Parameters
        ----------
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `JoinedReport.pairwise`.
        rope : float, default=None
            The largest difference of the first score that does not matter, as there.

        Returns
        -------
        text : str
            An HTML document: for each score a table with the ranks, the
            critical-difference diagram, and what can be said of the models; and the
            page of each data set.
        """
        sections = [self._render(s, method, rope) for s in self.scorers]
        pages = {name: report.to_html() for name, report in self.reports.items()}
        n_models, n_datasets = len(self.models), len(self.datasets)
        title = f"Comparison of {n_models} models on {n_datasets} data sets"
        return render_page(title, [*sections, render_reports(pages)])

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        method: Method = "nemenyi",
        rope: float | None = None,
    ) -> None:
        """Write the report to a file, in the format that its suffix names.

        Parameters
        ----------
        path : str or path-like
            A file that ends in ``.html``, ``.md`` or ``.json``. It is replaced in one
            step.
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `JoinedReport.pairwise`.
        rope : float, default=None
            The largest difference of the first score that does not matter, as there.

        Raises
        ------
        ValueError
            If the suffix names no format.
        """
        formats = {
            ".html": lambda: self.to_html(method=method, rope=rope),
            ".md": self.to_markdown,
            ".json": lambda: self.to_json(method=method, rope=rope),
        }
        write_report(path, formats)

    def _repr_html_(self) -> str:
        """Return the page in a frame, for notebooks."""
        return frame(self.to_html())

    def _render(self, scorer: str, method: Method, rope: float | None) -> str:
        """Return the section of a score."""
        ranks = self.ranks(scorer)
        best = (ranks == ranks.min(axis=1, keepdims=True)).tolist()
        pairs = self._compare_pairs(scorer, method, rope)
        said = self._say_overall(scorer, method), [pair["text"] for pair in pairs]
        drawn = self.diagram(scorer, method=method)
        return render_ranks(scorer, *self._cells(scorer), best, drawn, *said)

    def _compare_pairs(
        self, scorer: str, method: Method, rope: float | None
    ) -> list[DatasetPair]:
        """Return what `pairwise` does; the rope is in the unit of the first score."""
        rope = rope if scorer == self.scorers[0] else None
        return self.pairwise(scorer, method=method, rope=rope)

    def _describe_friedman(self, scorer: str) -> dict[str, float] | None:
        return asdict(self.friedman(scorer)) if len(self.models) > 2 else None

    def _cells(self, scorer: str) -> tuple[list[str], list[list[str]]]:
        """Return the header of a score's table, and its cells."""
        share, means = self.is_share(scorer), self.ranks(scorer).mean(axis=0)
        rows = []
        for name, values, ranks in zip(
            self.datasets, self.scores(scorer), self.ranks(scorer), strict=True
        ):
            pairs = zip(values, ranks, strict=True)
            cells = [f"{_write(v, share=share)} ({rank:g})" for v, rank in pairs]
            rows.append([_line(name), *cells])
        last = ["mean rank", *(f"{rank:.2f}" for rank in means)]
        return [scorer, *map(_line, self.models)], [*rows, last]

    def __str__(self) -> str:
        tables = [render_text(*self._cells(scorer)) for scorer in self.scorers]
        lines = [
            say_missing(one["dataset"], one["model"], one["error"])
            for scorer in self.scorers
            for one in self.missing(scorer)
        ]
        return "\n".join(["\n\n".join(tables), *dict.fromkeys(lines)])

    __repr__ = __str__


def _line(name: str) -> str:
    """Return a name as one line."""
    return " ".join(name.split())


def _write(value: float, *, share: bool) -> str:
    score = Score([value], value, is_share=share)
    return "none" if math.isnan(value) else write_score(score, value)
