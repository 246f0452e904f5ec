"""Two models on many data sets, beside Demsar's paper, scipy and baycomp."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata, wilcoxon

from sknnadl.significance import bayesian_signed_rank_test, wilcoxon_test

#: Table 2 of Demsar (2006): AUC of C4.5 and C4.5+m on 14 data sets.
C45 = [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661]
C45 += [0.583, 0.775, 1.000, 0.940, 0.619, 0.972, 0.957]
C45_M = [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668]
C45_M += [0.583, 0.838, 1.000, 0.962, 0.666, 0.981, 0.978]


def test_signed_ranks_of_the_paper():
    found = wilcoxon_test(C45_M, C45)
    assert (found.first, found.second) == (93.0, 12.0)
    z = (12 - 14 * 15 / 4) / math.sqrt(14 * 15 * 29 / 24)
    assert found.p_value == pytest.approx(2 * norm.cdf(z), abs=4e-3)
    swapped = wilcoxon_test(C45, C45_M)
    assert (swapped.first, swapped.second) == (12.0, 93.0)
    assert swapped.p_value == found.p_value


@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_p_values_count_the_signs_that_there_could_be(n_datasets, seed, n_values):
    a, b = np.random.default_rng(seed).integers(0, n_values + 1, (2, n_datasets)) / 10
    found = wilcoxon_test(a, b)
    assert found.first + found.second == pytest.approx(
        n_datasets * (n_datasets + 1) / 2
    )
    whole = np.round(10 * (a - b))
    ranks = rankdata(abs(whole)) * (whole != 0)
    signs = np.array(list(product([-1, 1], repeat=n_datasets)))
    sums = abs((signs * ranks).sum(axis=1))
    seen = abs((np.sign(whole) * ranks).sum())
    assert found.p_value == pytest.approx((sums >= seen - 1e-9).mean())


@pytest.mark.parametrize("n_datasets", [1, 5, 40])
def test_p_values_without_ties_are_scipys(n_datasets):
    a, b = np.random.default_rng(0).random((2, n_datasets))
    assert wilcoxon_test(a, b).p_value == pytest.approx(wilcoxon(a, b).pvalue)


def test_a_failure_is_the_largest_difference():
    found = wilcoxon_test([0.2, np.nan, np.nan, 0.9], [0.1, 0.5, np.nan, 0.6])
    # |differences|: 0.1, infinite, 0 and 0.3
    assert (found.first, found.second) == (2 + 3 + 0.5, 4 + 0.5)


def test_equal_models_are_not_told_apart():
    found = wilcoxon_test([0.1 + 0.2, 0.5], [0.3, 0.5])
    assert (found.first, found.second, found.p_value) == (1.5, 1.5, 1.0)


#: baycomp 1.0.3, SignedRankTest(a, b, rope), 4,000,000 draws: a, b, rope and the
#: probabilities.
BAYCOMP = [
    (
        [0.721412, 0.759203, 0.900319, 0.845541, 0.723532, 0.808282],
        [0.687112, 0.751724, 0.883341, 0.891386, 0.722919, 0.798993],
        0.0102137,
        (0.34952825, 0.46684075, 0.183631),
    ),
    (
        [
            *(0.807657, 0.8467, 0.884459, 0.939067, 0.77105, 0.862137),
            *(0.874054, 0.77318, 0.700373, 0.943365, 0.7746, 0.778497),
        ],
        [
            *(0.800914, 0.850808, 0.909485, 0.931023, 0.763397, 0.873172),
            *(0.856757, 0.764804, 0.709611, 0.94807, 0.771973, 0.784549),
        ],
        0.0052137,
        (0.11980875, 0.7283295, 0.15186175),
    ),
    (
        [
            *(0.885439, 0.880541, 0.754679, 0.907472, 0.864413, 0.8707),
            *(0.905019, 0.807143, 0.889676, 0.91962, 0.72558, 0.912442),
        ],
        [
            *(0.884346, 0.893215, 0.747596, 0.889584, 0.869174, 0.875438),
            *(0.897797, 0.791401, 0.889113, 0.878212, 0.731932, 0.915813),
        ],
        0.0,
        (0.833082, 0.0, 0.166918),
    ),
]


@pytest.mark.parametrize(("a", "b", "rope", "expected"), BAYCOMP)
def test_probabilities_are_those_of_baycomp(a, b, rope, expected):
    found = bayesian_signed_rank_test(a, b, rope=rope)
    ours = found.first, found.equal, found.second
    assert ours == pytest.approx(expected, abs=1e-3)


def test_probabilities_beside_baycomp():
    baycomp = pytest.importorskip("baycomp", reason="needs the integration extra")
    rng = np.random.default_rng(5)
    a = rng.uniform(0.6, 0.9, 7)
    b = a + rng.normal(0.005, 0.02, 7)
    theirs = baycomp.SignedRankTest(a, b, 0.0123, nsamples=10_000, random_state=0)
    found = bayesian_signed_rank_test(a, b, rope=0.0123)
    ours = found.first, found.equal, found.second
    # Four standard errors of their draws.
    assert ours == pytest.approx(theirs.probs(), abs=0.02)


@settings(max_examples=4)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1), st.floats(0, 0.3))
def test_probabilities_of_any_scores(n_datasets, seed, rope):
    a, b = np.random.default_rng(seed).random((2, n_datasets))
    found = bayesian_signed_rank_test(a, b, rope=rope)
    swapped = bayesian_signed_rank_test(b, a, rope=rope)
    assert found.first + found.equal + found.second == pytest.approx(1)
    assert found.first == pytest.approx(swapped.second)
    assert found.equal == pytest.approx(swapped.equal)
    if rope == 0:
        assert found.equal == 0


def test_one_data_set_by_hand():
    # With the weight w of the data set, and 1 - w of the difference 0 of the prior, the
    # share of means above 0.1 is w**2 (0.2 with itself) + w * (1 - w) (0.2 and 0, which
    # is 0.1, counts by half, twice). It is w, and 1 - w that of the rope. The first is
    # the larger where w > 1/2, and w follows Beta(1, 1/2), whose distribution function
    # is 1 - sqrt(1 - w).
    found = bayesian_signed_rank_test([0.7], [0.5], rope=0.1)
    assert found.first == pytest.approx(math.sqrt(0.5), abs=1e-4)
    assert found.equal == pytest.approx(1 - math.sqrt(0.5), abs=1e-4)
    assert found.second == 0


def test_models_that_are_equal_or_fail():
    found = bayesian_signed_rank_test([0.5, 0.6], [0.5, 0.6], rope=0.01)
    assert (found.first, found.equal, found.second) == (0, 1, 0)
    found = bayesian_signed_rank_test([0.5, 0.6], [0.5, 0.6], rope=0)
    assert (found.first, found.second) == (0.5, 0.5)
    failing = bayesian_signed_rank_test([0.5] * 9, [np.nan] * 9, rope=100.0)
    assert failing.first > 0.99
    both = bayesian_signed_rank_test([0.5, np.nan], [np.nan, 0.5], rope=0.1)
    assert both.first == pytest.approx(both.second, abs=1e-3)


@pytest.mark.parametrize("test", [wilcoxon_test, bayesian_signed_rank_test])
def test_what_is_given_is_checked(test):
    options = {} if test is wilcoxon_test else {"rope": 0.01}
    with pytest.raises(ValueError, match="of the same data sets, got arrays of shape"):
        test([1.0, 2.0], [1.0], **options)
    with pytest.raises(ValueError, match="of the same data sets, got arrays of shape"):
        test([], [], **options)
    with pytest.raises(ValueError, match="finite, or nan where a model failed"):
        test([1.0], [np.inf], **options)


@pytest.mark.parametrize("rope", [-0.1, math.nan, math.inf])
def test_the_rope_is_checked(rope):
    with pytest.raises(ValueError, match="rope must be the largest difference"):
        bayesian_signed_rank_test([0, 1], [1, 0], rope=rope)
