"""Reports on many data sets, joined: scores, ranks, tests, sentences and formats."""

import json
import math
import re
from html import unescape

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sknnadl import compare
from sknnadl.reports import join_reports
from sknnadl.significance import (
    bayesian_signed_rank_test,
    critical_difference,
    friedman_test,
    nemenyi_test,
    wilcoxon_test,
)

MODELS = {
    "guess": DummyClassifier(),
    "Bayes": GaussianNB(),
    "neighbours": KNeighborsClassifier(),
    "tree": DecisionTreeClassifier(random_state=0),
    "SVM": SVC(),
}
#: Six data sets of 40 to 60 rows.
DATASETS = {
    f"blobs {seed}": make_blobs(
        40 + 4 * seed, centers=3, n_features=2, cluster_std=3.0, random_state=seed
    )
    for seed in range(6)
}


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("of <no> use")


class Constant(RegressorMixin, BaseEstimator):
    """Predicts so much that the score is what is asked for."""

    def __init__(self, value):
        self.value = value

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.full(len(X), self.value)


def returns_its_value(model, X, y):
    return model.value


def report_of(values):
    """Return a report on models that have these scores."""
    models = {f"m{i}": Constant(float(v)) for i, v in enumerate(values)}
    X, y = np.zeros((8, 1)), np.zeros(8)
    return compare(models, X, y, test=(X, y), scoring={"value": returns_its_value})


@pytest.fixture(scope="module")
def joined():
    scoring = ["accuracy", "f1_macro"]
    return compare(MODELS, datasets=DATASETS, cv=3, scoring=scoring)


def test_each_report_is_that_of_its_data_set(joined):
    assert joined.datasets == list(DATASETS)
    assert joined.models == list(MODELS)
    assert joined.scorers == ["accuracy", "f1_macro"]
    for scorer in joined.scorers:
        scores = joined.scores(scorer)
        for row, (name, (X, y)) in zip(scores, DATASETS.items(), strict=True):
            alone = compare(MODELS, X, y, cv=3, scoring=["accuracy", "f1_macro"])
            assert row.tolist() == [one[scorer] for one in alone.table]
            assert joined.reports[name].pairwise() == alone.pairwise()


def test_what_is_found_is_that_of_the_scores(joined):
    scores = joined.scores()
    means = joined.ranks().mean(axis=0)
    assert list(joined.mean_ranks().values()) == sorted(means)
    assert joined.mean_ranks() == dict(zip(MODELS, means, strict=True))
    assert joined.friedman() == friedman_test(scores)
    p_values = nemenyi_test(scores)
    names = list(MODELS)
    pairs = joined.pairwise()
    assert len(pairs) == 10
    for pair in pairs:
        a, b = names.index(pair["a"]), names.index(pair["b"])
        assert pair["rank_a"] == means[a] <= pair["rank_b"] == means[b]
        assert pair["p_corrected"] == p_values[a, b]
        assert pair["n_better"] == (scores[:, a] > scores[:, b]).sum()
        assert pair["n_worse"] == (scores[:, a] < scores[:, b]).sum()
        assert pair["n_better"] + pair["n_equal"] + pair["n_worse"] == 6
        assert pair["p_equal"] is None
        assert ("beats" in pair["text"]) == (p_values[a, b] < 0.05)
    assert any("beats" in pair["text"] for pair in pairs)


def test_the_diagram_has_the_groups_of_the_pairs(joined):
    drawn = joined.diagram()
    assert drawn["names"] == list(joined.mean_ranks())
    assert drawn["critical_difference"] == critical_difference(5, 6)
    apart = {
        frozenset([pair["a"], pair["b"]])
        for pair in joined.pairwise()
        if pair["p_corrected"] < 0.05
    }
    for group in drawn["groups"]:
        assert not any(pair <= set(group) for pair in apart)
    assert joined.diagram(method="wilcoxon")["critical_difference"] is None


def test_pairs_by_wilcoxon_and_holm():
    # m0 is better than m1 on eight data sets, and m2 than neither or both.
    values = [[0.5 + i / 100, 0.4, 0.3 + 0.3 * (i % 2)] for i in range(8)]
    joined = join_reports({str(i): report_of(row) for i, row in enumerate(values)})
    pairs = joined.pairwise(method="wilcoxon")
    scores = np.array(values).T
    found = {
        (i, j): wilcoxon_test(scores[i], scores[j]) for i, j in [(0, 1), (0, 2), (1, 2)]
    }
    assert found[0, 1].p_value == 2 / 2**8
    first = next(pair for pair in pairs if {pair["a"], pair["b"]} == {"m0", "m1"})
    assert first["p_corrected"] == pytest.approx(3 * 2 / 2**8)
    assert "m0 beats m1: mean ranks" in first["text"]
    assert (
        "better on 8 and 0 of 8 data sets, p = 0.023 after correction"
        in (first["text"])
    )
    others = sorted(found[pair].p_value for pair in [(0, 2), (1, 2)])
    corrected = max(3 * 2 / 2**8, min(1, 2 * others[0]))
    assert sorted(pair["p_corrected"] for pair in pairs)[1] == pytest.approx(corrected)
    assert joined.diagram(method="wilcoxon")["groups"] == [["m0", "m2"], ["m2", "m1"]]


def test_wilcoxon_and_the_ranks_may_be_for_different_models():
    # m0 wins on four of six data sets, by little.
    values = [[0.51, 0.50]] * 4 + [[0.1, 0.9]] * 2
    joined = join_reports({str(i): report_of(row) for i, row in enumerate(values)})
    assert joined.pairwise()[0]["a"] == "m0"
    assert joined.pairwise(method="wilcoxon")[0]["a"] == "m1"


def test_too_few_data_sets_for_wilcoxon():
    joined = join_reports({str(i): report_of([3, 2, 1]) for i in range(5)})
    said = joined.sentences(method="wilcoxon")
    assert any(
        "5 data sets are too few for Wilcoxon's test of 3 pairs" in one for one in said
    )
    assert not any("too few" in one for one in joined.sentences())


def test_practical_equivalence():
    rng = np.random.default_rng(0)
    values = rng.uniform(0.7, 0.9, (8, 1)) + [0, 0.001, -0.2]
    reports = {str(i): report_of(row) for i, row in enumerate(values)}
    joined = join_reports(reports, rope=0.01)
    pair, *others = joined.pairwise()
    found = bayesian_signed_rank_test(values[:, 1], values[:, 0], rope=0.01)
    assert pair["a"] == "m1"
    assert pair["p_a_better"] == found.first
    assert pair["p_equal"] == found.equal
    assert pair["p_b_better"] == found.second
    assert pair["text"].startswith(
        "m1 and m0 are practically the same: mean ranks 1.00"
    )
    assert "less than 0.01 of value apart with probability" in pair["text"]
    assert all(one["p_a_better"] > 0.99 for one in others)
    two = {str(i): report_of(row[:2]) for i, row in enumerate(values)}
    assert join_reports(two).pairwise()[0]["p_equal"] is None
    assert join_reports(two).pairwise(rope=0.01)[0]["p_equal"] == found.equal


def test_the_first_sentences():
    said = join_reports({str(i): report_of([3, 3, 1]) for i in range(4)}).sentences()
    assert said[0] == (
        "m0 and m1 have the best mean rank, 1.50, of 3 models on 4 data sets."
    )
    # chi-squared is 8 of at most 8, as all data sets rank alike
    assert said[1] == "Not all models are equally good: Friedman's test, p = 0.018."
    same = join_reports({str(i): report_of([1, 1, 1]) for i in range(4)})
    assert same.sentences()[1] == "All models are equal on each data set."
    mixed = join_reports({str(i): report_of(np.roll([3, 2, 1], i)) for i in range(4)})
    assert "The models as a whole may be equally good" in mixed.sentences()[1]


def test_who_failed_ranks_last_and_is_named():
    X, y = DATASETS["blobs 0"]
    models = {"Bayes": GaussianNB(), "model": Failing(), "guess": DummyClassifier()}
    fine = compare(models | {"model": SVC()}, X, y, cv=3)
    bad = compare(models, X, y, cv=3)
    joined = join_reports({"fine": fine, "bad": bad, "ugly": bad})
    assert joined.ranks().tolist()[1:] == [[1, 3, 2]] * 2
    assert np.isnan(joined.scores()[1:, 1]).all()
    sentence = (
        "model has no score on bad, and ranks last there: ValueError: of <no> use "
        "(fold 1)"
    )
    assert sentence in joined.sentences()
    assert sentence in str(joined)
    assert sentence in unescape(joined.to_html())
    assert "none (3)" in joined.to_markdown()
    values = json.loads(joined.to_json())["scores"]["accuracy"]["values"]
    assert [row[1] is None for row in values] == [False, True, True]


def test_a_score_that_is_missing():
    def sometimes(model, X, y):
        if isinstance(model, DummyClassifier):
            raise RuntimeError("no score for it")
        return accuracy_score(y, model.predict(X))

    scoring = {"accuracy": "accuracy", "other": sometimes}
    models = {"guess": DummyClassifier(), "Bayes": GaussianNB()}
    joined = compare(models, datasets=DATASETS, cv=3, scoring=scoring)
    assert len(joined.missing("other")) == 6
    assert joined.missing("other")[0] == {
        "dataset": "blobs 0",
        "model": "guess",
        "error": "RuntimeError: no score for it",
    }
    assert joined.missing() == []


def test_formats_say_the_same(joined, tmp_path):
    content = json.loads(joined.to_json())
    of_accuracy = content["scores"]["accuracy"]
    assert of_accuracy["values"] == joined.scores().tolist()
    assert of_accuracy["ranks"] == joined.ranks().tolist()
    assert of_accuracy["diagram"] == joined.diagram()
    assert of_accuracy["friedman"]["p_value"] == joined.friedman().p_value
    assert of_accuracy["pairs"] == joined.pairwise()
    markdown = joined.to_markdown().splitlines()
    assert markdown[0] == "| accuracy | guess | Bayes | neighbours | tree | SVM |"
    value, rank = joined.scores()[0, 1], joined.ranks()[0, 1]
    assert markdown[2].split(" | ")[2] == f"{value:.2%} ({rank:g})"
    assert markdown[8].startswith("| mean rank | ")
    assert str(joined).splitlines()[0].split()[:2] == ["accuracy", "guess"]
    page = joined.to_html()
    assert all(sentence in unescape(page) for sentence in joined.sentences())
    assert page.count("<iframe") == 6
    assert page in unescape(joined._repr_html_())
    for name in ("report.html", "report.md", "report.json"):
        joined.save(tmp_path / name)
        assert (tmp_path / name).read_text() == getattr(
            joined,
            {"html": "to_html", "md": "to_markdown", "json": "to_json"}[
                name.partition(".")[2]
            ],
        )()
    with pytest.raises(ValueError, match=r"written to a \.html, \.md or \.json file"):
        joined.save(tmp_path / "report.pdf")


def test_the_frame(joined):
    pytest.importorskip("pandas")
    frame = joined.to_frame("f1_macro")
    assert list(frame.index) == joined.datasets
    assert list(frame.columns) == joined.models
    np.testing.assert_array_equal(frame.to_numpy(), joined.scores("f1_macro"))


def test_the_long_table(joined):
    assert len(joined.table) == 30
    row = joined.table[7]
    assert (row["dataset"], row["name"]) == ("blobs 1", "neighbours")
    assert row["accuracy"] == joined.scores()[1, 2]


def test_the_picture_of_the_page_is_where_the_ranks_are(joined):
    page = joined.to_html()
    picture = page[page.index("<svg") : page.index("</svg>")]
    places = [float(x) for x in re.findall(r'<path d="M([\d.]+) 62V', picture)]
    ranks = list(joined.mean_ranks().values())
    expected = 215 + (505 - 215) * (np.array(ranks) - 1) / 4
    np.testing.assert_allclose(places, expected, atol=0.06)
    drawn = joined.diagram()
    assert picture.count('stroke-width="4"') == len(drawn["groups"])
    assert f"critical difference {drawn['critical_difference']:.2f}" in picture
    wilcoxon = joined.to_html(method="wilcoxon")
    assert "critical difference" not in wilcoxon
    assert "Wilcoxon's test with Holm's correction" in unescape(wilcoxon)


def test_names_are_escaped():
    X, y = DATASETS["blobs 0"]
    models = {"<b>guess</b> | co": DummyClassifier(), "n" * 80: GaussianNB()}
    report = compare(models, X, y, cv=3)
    joined = join_reports({"<i>": report, "b\n|": report})
    page = joined.to_html()
    assert "<b>guess" not in page
    assert "<i>" not in page[: page.index("<h2>Each data set")]
    lines = joined.to_markdown().splitlines()
    assert len(lines) == 5
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 4 for line in lines)


def test_two_models_and_one():
    X, y = DATASETS["blobs 0"]
    one = compare([GaussianNB()], X, y, cv=3)
    joined = join_reports({"a": one, "b": one})
    assert joined.sentences() == []
    assert json.loads(joined.to_json())["scores"]["accuracy"]["friedman"] is None
    assert "<svg" in joined.to_html()
    with pytest.raises(ValueError, match="three models on two data sets"):
        joined.friedman()


def test_what_cannot_be_joined(joined):
    X, y = DATASETS["blobs 0"]
    report = joined.reports["blobs 0"]
    other = compare({"guess": DummyClassifier()}, X, y)
    for wrong in ({"a": report}, [report, report], None):
        with pytest.raises(ValueError, match="reports must be a dict of at least two"):
            join_reports(wrong)
    with pytest.raises(ValueError, match=r"The names of reports must be str .*, got 1"):
        join_reports({1: report, 2: report})
    with pytest.raises(ValueError, match=r"reports\['b'\] must be a report"):
        join_reports({"a": report, "b": report.table})
    with pytest.raises(ValueError, match=r"same models: 'a' has .*, and 'b' has"):
        join_reports({"a": report, "b": other})
    plain = compare(MODELS, X, y, cv=3)
    with pytest.raises(ValueError, match=r"same scores: 'a' has .*, and 'b' has"):
        join_reports({"a": report, "b": plain})
    with pytest.raises(ValueError, match="scorer must be one of"):
        joined.scores("r2")
    with pytest.raises(ValueError, match="method must be one of"):
        joined.pairwise(method="tukey")
    with pytest.raises(ValueError, match="rope must be"):
        joined.pairwise(rope=-1)


def test_the_order_of_models_may_differ():
    X, y = DATASETS["blobs 0"]
    models = {"a": GaussianNB(), "b": DummyClassifier()}
    one = compare(models, X, y, cv=3)
    other = compare(dict(reversed(models.items())), X, y, cv=3)
    scores = join_reports({"one": one, "other": other}).scores()
    assert scores[0].tolist() == scores[1].tolist()


def test_a_report_in_which_all_failed():
    X, y = DATASETS["blobs 0"]

    def several(model, X, y):
        return {"a": 1.0, "b": 2.0}

    good = compare({"m": GaussianNB(), "n": SVC()}, X, y, cv=3, scoring=several)
    bad = compare({"m": Failing(), "n": Failing()}, X, y, cv=3, scoring=several)
    joined = join_reports({"bad": bad, "good": good})
    assert joined.scorers == ["a", "b"]
    assert math.isnan(joined.scores("b")[0, 0])
    assert len(joined.missing("b")) == 2
