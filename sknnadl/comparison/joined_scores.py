"""The scores of models on many data sets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.results import Score, without_failures
from sknnadl.comparison.report import ComparisonReport
from sknnadl.significance import rank_models


class JoinedScores:
    """What the same models scored on many data sets.

    Parameters
    ----------
    reports : dict of str to ComparisonReport
        The report on each data set, by its name.
    rope : float, default=None
        The largest difference of the first score that does not matter.
    """

    def __init__(
        self, reports: Mapping[str, ComparisonReport], *, rope: float | None = None
    ) -> None:
        self.reports = reports
        self.rope = rope

    @property
    def datasets(self) -> list[str]:
        """The names of the data sets."""
        return list(self.reports)

    @property
    def models(self) -> list[str]:
        """The names of the models, in the order of the first report."""
        return [result.name for result in next(iter(self.reports.values())).results]

    @property
    def scorers(self) -> list[str]:
        """The names of the scores."""
        reports = list(self.reports.values())
        # Of a report whose models all failed a callable's several scores are not known.
        sound = [one for one in reports if without_failures(one.results)]
        return (sound or reports)[0].scorers

    def scores(self, scorer: str | None = None) -> NDArray[np.float64]:
        """Return the score of each model on each data set.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        scores : ndarray of shape (n_datasets, n_models)
            The score on the test rows of each data set, or its mean over the folds; nan
            where there is none.
        """
        scorer = self._check_scorer(scorer)
        return np.array(
            [
                [np.nan if one is None else one.mean for one in row]
                for row in self._find_scores(scorer)
            ],
            dtype=float,
        )

    def ranks(self, scorer: str | None = None) -> NDArray[np.float64]:
        """Return the rank of each model on each data set, by `rank_models`.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        ranks : ndarray of shape (n_datasets, n_models)
            The ranks, 1 for the best; models that are equal share theirs.
        """
        return rank_models(self.scores(scorer))

    def missing(self, scorer: str | None = None) -> list[dict[str, str]]:
        """Return which models have no score, where, and why.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        missing : list of dict
            For each the names ``dataset`` and ``model``, and ``error``.
        """
        scorer = self._check_scorer(scorer)
        scores = self._find_scores(scorer)
        found = []
        for (dataset, report), row in zip(self.reports.items(), scores, strict=True):
            errors = {result.name: result.error for result in report.results}
            for name, score in zip(self.models, row, strict=True):
                if score is None or np.isnan(score.mean):
                    why = errors[name] or (score and score.error) or "it is nan"
                    found.append({"dataset": dataset, "model": name, "error": why})
        return found

    def is_share(self, scorer: str) -> bool:
        """Return whether a score is a share of the rows, from 0 to 1."""
        found = (one for row in self._find_scores(scorer) for one in row)
        return any(one is not None and one.is_share for one in found)

    def _find_scores(self, scorer: str) -> list[list[Score | None]]:
        """Return what each model has on each data set."""
        by_name = [
            {result.name: result.scores.get(scorer) for result in report.results}
            for report in self.reports.values()
        ]
        return [[row[name] for name in self.models] for row in by_name]

    def _check_scorer(self, scorer: str | None) -> str:
        scorers = self.scorers
        if scorer is None:
            return scorers[0]
        if scorer not in scorers:
            raise ValueError(
                f"scorer must be one of {scorers}, which were measured, got {scorer!r}."
            )
        return scorer
