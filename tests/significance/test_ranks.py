"""Models on many data sets by their ranks, beside Demsar's paper and libraries."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f, friedmanchisquare

from sknnadl.significance import (
    critical_difference,
    find_groups,
    friedman_test,
    nemenyi_test,
    rank_models,
)

#: Table 6 of Demsar (2006): AUC of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.975, 0.973],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def test_mean_ranks_of_the_paper():
    means = rank_models(DEMSAR).mean(axis=0)
    assert means.round(3).tolist() == [3.143, 2.0, 2.893, 1.964]


def test_friedman_of_the_paper():
    # The paper does without the correction for ties: two twice, two models, and four
    # models once, which are sum(t**3 - t) = 3 * 6 + 60 of 14 * (4**3 - 4).
    ties = 1 - 78 / 840
    found = friedman_test(DEMSAR)
    assert found.statistic * ties == pytest.approx(9.28, abs=0.005)
    uncorrected = found.statistic * ties
    assert 13 * uncorrected / (14 * 3 - uncorrected) == pytest.approx(3.69, abs=0.005)
    f_by_hand = 13 * found.statistic / (14 * 3 - found.statistic)
    assert found.f_statistic == pytest.approx(f_by_hand)
    assert found.p_value == pytest.approx(friedmanchisquare(*DEMSAR.T).pvalue)
    assert found.f_p_value < found.p_value < 0.05


@pytest.mark.parametrize(("level", "expected"), [(0.95, 1.25), (0.90, 1.12)])
def test_the_critical_difference_of_the_paper(level, expected):
    assert critical_difference(4, 14, level) == pytest.approx(expected, abs=0.005)


#: Table 5(a) of Demsar (2006): the q of Nemenyi's test for 2 to 10 models.
Q_95 = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
Q_90 = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920]


@pytest.mark.parametrize("n_models", range(2, 11))
def test_the_quantiles_of_the_paper(n_models):
    error = math.sqrt(n_models * (n_models + 1) / (6 * 9))
    for level, table in [(0.95, Q_95), (0.90, Q_90)]:
        q = critical_difference(n_models, 9, level) / error
        assert q == pytest.approx(table[n_models - 2], abs=0.002)


def test_the_groups_of_the_paper():
    # Figure 1(a), at 10 percent: C4.5 is told apart from C4.5+m and C4.5+m+cf.
    p_values = nemenyi_test(DEMSAR)
    assert find_groups(p_values < 0.10) == [[0, 2], [1, 2, 3]]
    assert find_groups(p_values < 0.05) == [[0, 1, 2, 3]]


def test_nemenyi_is_that_of_scikit_posthocs():
    scikit_posthocs = pytest.importorskip(
        "scikit_posthocs", reason="needs the integration extra"
    )
    scores = np.random.default_rng(0).integers(0, 8, (9, 5)) + [0, 1, 2, 3, 6]
    for one in (DEMSAR, scores):
        theirs = scikit_posthocs.posthoc_nemenyi_friedman(one).to_numpy()
        np.testing.assert_allclose(nemenyi_test(one), theirs, atol=1e-9)
    assert (nemenyi_test(scores) < 0.05).any()


def test_ties_are_equal_but_for_rounding():
    third = [0.1 + 0.2, 0.3, 0.3 + 1e-9]
    assert rank_models([third]).tolist() == [[2.5, 2.5, 1.0]]


def test_who_failed_is_last():
    scores = [[np.nan, 0.5, np.nan, -7.0], [np.nan] * 4]
    assert rank_models(scores).tolist() == [[3.5, 1.0, 3.5, 2.0], [2.5] * 4]


@given(st.integers(2, 12), st.integers(3, 7), st.integers(0, 2**32 - 1))
def test_friedman_is_scipys_for_any_scores(n_datasets, n_models, seed):
    scores = np.random.default_rng(seed).integers(0, 5, (n_datasets, n_models))
    ranks = rank_models(scores)
    assert ranks.sum(axis=1) == pytest.approx(n_models * (n_models + 1) / 2)
    found = friedman_test(scores)
    if not np.ptp(ranks, axis=1).any():
        assert math.isnan(found.p_value)
        return
    assert found.p_value == pytest.approx(friedmanchisquare(*scores.T).pvalue)
    assert math.isnan(found.f_p_value) == (
        n_datasets < 4 or found.f_statistic == np.inf
    )
    # A difference is below the critical one where its p-value says so.
    means = ranks.mean(axis=0)
    far = abs(means[:, None] - means) > critical_difference(n_models, n_datasets)
    np.testing.assert_array_equal(nemenyi_test(scores) < 0.05, far)


def test_data_sets_that_rank_alike_are_no_certainty():
    found = friedman_test([[3, 2, 1]] * 5)
    assert found.f_statistic == math.inf
    assert math.isnan(found.f_p_value)
    assert found.p_value == pytest.approx(math.exp(-10 / 2))  # chi2 of 2 degrees
    assert math.isnan(friedman_test([[1, 1, 1]] * 5).p_value)


def test_the_f_of_three_data_sets_would_find_too_much():
    orders = list(permutations([3, 2, 1]))
    found = [friedman_test([orders[0], a, b]) for a in orders for b in orders]
    by_f = [f.sf(one.f_statistic, 2, 4) < 0.05 for one in found]
    assert (sum(by_f), len(found)) == (7, 36)
    assert sum(one.p_value < 0.05 for one in found) == 1
    assert all(math.isnan(one.f_p_value) for one in found)


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_groups_of_any_pairs_are_all_that_there_are(n_models, seed):
    apart = np.random.default_rng(seed).random((n_models, n_models)) < 0.5
    apart = np.triu(apart, 1) | np.triu(apart, 1).T
    alike = [
        {i for i in range(n_models) if number >> i & 1}
        for number in range(2**n_models)
        if number.bit_count() > 1
    ]
    alike = [group for group in alike if not apart[np.ix_(*[list(group)] * 2)].any()]
    largest = [group for group in alike if not any(group < other for other in alike)]
    assert find_groups(apart) == sorted(map(sorted, largest))


def test_groups_of_many_models_are_found_at_once():
    assert find_groups(np.zeros((60, 60))) == [list(range(60))]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rank_models([1.0, 2.0]), r"scores must have shape \(n_datasets"),
        (lambda: rank_models([[1.0, np.inf]]), "finite, or nan where a model failed"),
        (lambda: friedman_test([[1, 2], [2, 1]]), "three models on two data sets"),
        (lambda: nemenyi_test([[1.0]]), "at least two models"),
        (lambda: critical_difference(1, 5), "at least two models"),
        (lambda: critical_difference(3, 0), "got 3 models on 0"),
        (lambda: critical_difference(3, 5, 1.0), "level must be between"),
        (lambda: find_groups([[0, 1], [0, 0]]), "apart must be a symmetric array"),
    ],
)
def test_what_is_given_is_checked(call, message):
    with pytest.raises(ValueError, match=message):
        call()
