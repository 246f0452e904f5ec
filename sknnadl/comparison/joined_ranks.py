"""What reports on the same models and many data sets say together."""

from __future__ import annotations

from typing import Any

from sknnadl.comparison.findings.dataset_pairs import (
    DatasetPair,
    Method,
    compare_on_datasets,
    draw_up,
)
from sknnadl.comparison.findings.rank_sentences import (
    say_best,
    say_friedman,
    say_missing,
    say_too_few,
)
from sknnadl.comparison.joined_scores import JoinedScores
from sknnadl.significance import FriedmanTest, friedman_test


class JoinedRanks(JoinedScores):
    """What can be asked of the scores of models on many data sets."""

    def mean_ranks(self, scorer: str | None = None) -> dict[str, float]:
        """Return the mean rank of each model over the data sets.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        ranks : dict of str to float
            The mean ranks by the model's name, the best first.
        """
        found = self.diagram(scorer)
        return dict(zip(found["names"], found["ranks"], strict=True))

    def friedman(self, scorer: str | None = None) -> FriedmanTest:
        """Test whether some of the models are better than others, by Friedman's test.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.

        Returns
        -------
        found : FriedmanTest
            The test, and what Iman and Davenport make of it.

        Raises
        ------
        ValueError
            If there are fewer than three models.
        """
        return friedman_test(self.scores(scorer))

    def pairwise(
        self,
        scorer: str | None = None,
        *,
        method: Method = "nemenyi",
        rope: float | None = None,
    ) -> list[DatasetPair]:
        """Compare each pair of models, and say whether one is better.

        Parameters
        ----------
        scorer : str, default=None
            The score to compare; by default the first.
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            Nemenyi's test of the mean ranks; or Wilcoxon's signed-rank test of the
            scores with Holm's correction, in which no third model matters, and which
            needs more data sets.
        rope : float, default=None
            The largest difference that does not matter, in the unit of the score: 0.01
            is one point of accuracy. By default, of the first score, that of the
            comparison, if it has one.

        Returns
        -------
        pairs : list of dict
            For each pair the names ``a`` and ``b``, the better one first, their mean
            ranks ``rank_a`` and ``rank_b``, on how many data sets a is better, equal
            and worse (``n_better``, ``n_equal``, ``n_worse``), ``p_corrected``, and
            ``text``, a sentence.
            With `rope`, ``p_a_better``, ``p_equal`` and ``p_b_better`` are the
            probabilities that on more data sets a is better, that the difference is no
            larger than `rope`, and that b is better, by the Bayesian signed-rank test
            (Benavoli et al. 2014); without, they are None.

        Raises
        ------
        ValueError
            If the score was not measured, or there is no such method.

        Examples
        --------
        >>> from sklearn.datasets import load_iris, load_wine
        >>> from sklearn.dummy import DummyClassifier
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from sknnadl import compare
        >>> datasets = {"iris": load_iris(return_X_y=True)}
        >>> datasets["wine"] = load_wine(return_X_y=True)
        >>> models = {"guess": DummyClassifier(), "Bayes": GaussianNB()}
        >>> pair = compare(models, datasets=datasets, cv=3).pairwise()[0]
        >>> pair["a"], pair["n_better"], round(pair["p_corrected"], 2)
        ('Bayes', 2, 0.16)
        """
        scorer = self._check_scorer(scorer)
        if rope is None and scorer == self.scorers[0]:
            rope = self.rope
        how = scorer, method, rope
        share = self.is_share(scorer)
        return compare_on_datasets(self.models, self.scores(scorer), *how, share=share)

    def diagram(
        self, scorer: str | None = None, *, method: Method = "nemenyi"
    ) -> dict[str, Any]:
        """Return what a critical-difference diagram shows.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `pairwise`.

        Returns
        -------
        diagram : dict
            The ``names`` of the models, the best first, their mean ``ranks``, the
            ``groups`` of names of which no two models are told apart, and the
            ``critical_difference`` of mean ranks: None with Wilcoxon's test, which has
            none.

        Raises
        ------
        ValueError
            If the score was not measured, or there is no such method.
        """
        return draw_up(self.models, self.scores(scorer), method)

    def sentences(
        self,
        scorer: str | None = None,
        *,
        method: Method = "nemenyi",
        rope: float | None = None,
    ) -> list[str]:
        """Return what can be said of the models.

        Parameters
        ----------
        scorer : str, default=None
            The score; by default the first.
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `pairwise`.
        rope : float, default=None
            The largest difference that does not matter, as in `pairwise`.

        Returns
        -------
        sentences : list of str
            Who is best, whether the models differ, who has no score, and what there is
            to say of each pair.
        """
        pairs = self.pairwise(scorer, method=method, rope=rope)
        return self._say_overall(scorer, method) + [pair["text"] for pair in pairs]

    def _say_overall(self, scorer: str | None, method: Method) -> list[str]:
        """Return what there is to say beside the pairs."""
        drawn = self.diagram(scorer, method=method)
        n_datasets, n_models = len(self.datasets), len(self.models)
        sentences = []
        if n_models > 1:
            sentences.append(say_best(drawn["names"], drawn["ranks"], n_datasets))
        if n_models > 2:
            sentences.append(say_friedman(self.friedman(scorer)))
        if method == "wilcoxon":
            n_pairs = n_models * (n_models - 1) // 2
            sentences.append(say_too_few(n_datasets, n_pairs))
        sentences += [
            say_missing(one["dataset"], one["model"], one["error"])
            for one in self.missing(scorer)
        ]
        return list(filter(None, sentences))
