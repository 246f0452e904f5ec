"""The compiled steps of optimizers: parts, and what is refused.

What they compute is compared with the formulas in tests/training/test_optimizers.py.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl.network.kernels import bind_step, compiled

needs_kernels = pytest.mark.skipif(
    compiled.KERNELS is None, reason="there are no compiled kernels here"
)
#: For each optimizer in the kernels: how many vectors it remembers, and its numbers.
OPTIMIZERS = [
    (0, (0.1,)),
    (1, (0.1, 0.9, 1.0)),
    (2, (0.1, 1e-8, 0.9, 0.99, 1.5)),
    (1, (0.1, 1e-8, 0.9)),
    (1, (0.1, 1e-10)),
    (2, (0.1, 1e-6, 0.9)),
]
SHRINKAGES = [(0.0, 0.0, 1.0), (0.3, 0.0, 1.0), (0.0, 0.3, 1.0), (0.1, 0.2, 0.7)]


def draw_vectors(number, size, seed=0, dtype="float64"):
    """Return parameters, their gradient, and what is remembered of them."""
    rng = np.random.default_rng(seed)
    n_vectors, _ = OPTIMIZERS[number]
    w, g, *state = rng.standard_normal((2 + n_vectors, size)).astype(dtype)
    w[::5] = 0
    return [w, g, *map(np.abs, state)]


@st.composite
def parts(draw):
    """Return a size, how many weights there are, and the edges of parts."""
    size = draw(st.integers(0, 150))
    inside = st.integers(0, size)
    edges = sorted(draw(st.lists(inside, max_size=6)))
    return size, draw(inside), [0, *edges, size]


@needs_kernels
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("number", range(len(OPTIMIZERS)))
@given(parts=parts(), shrinkage=st.sampled_from(SHRINKAGES), seed=st.integers(0, 99))
@settings(max_examples=50)
def test_where_a_part_begins_and_ends_changes_no_bits(
    level, dtype, number, parts, shrinkage, seed
):
    size, n_weights, edges = parts
    numbers, shrinkage = OPTIMIZERS[number][1], (n_weights, *shrinkage)
    whole, divided = (draw_vectors(number, size, seed, dtype) for _ in range(2))
    w, g, *state = whole
    bind_step(number, w, state)(g, 0, size, shrinkage, numbers, 1)
    w, g, *state = divided
    step = bind_step(number, w, state)
    for start, stop in pairwise(edges):
        step(g, start, stop, shrinkage, numbers, 1)
    for one, other in zip(whole, divided, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(g, draw_vectors(number, size, seed, dtype)[1])


@needs_kernels
@pytest.mark.parametrize("number", range(len(OPTIMIZERS)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_change_no_bit(number, dtype):
    results = []
    for n_threads in (1, 2, 3):
        w, g, *state = draw_vectors(number, 200_001, 0, dtype)
        shrinkage, numbers = (100_001, 0.1, 0.2, 0.7), OPTIMIZERS[number][1]
        bind_step(number, w, state)(g, 0, w.size, shrinkage, numbers, n_threads)
        results.append([w, *state])
    for others in results[1:]:
        for one, other in zip(results[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


@needs_kernels
@pytest.mark.parametrize("number", range(len(OPTIMIZERS)))
def test_what_is_no_part_is_left_alone(level, number):
    before, after = (draw_vectors(number, 60) for _ in range(2))
    w, g, *state = after
    # the first 15 are weights, of which 5 are in the part
    step = bind_step(number, w, state)
    step(g, 10, 33, (15, 0.1, 0.2, 0.7), OPTIMIZERS[number][1], 1)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(new[:10], old[:10])
        np.testing.assert_array_equal(new[33:], old[33:])
        if new is not g:
            assert (new[10:33] != old[10:33]).all()


def call(number, w, first, second, g, start=0, stop=3, numbers=None):
    numbers = OPTIMIZERS[number][1] if numbers is None else numbers
    arrays = w, first, second, g
    shrinkage = 0, 0.0, 0.0, 1.0
    compiled.KERNELS.optimizer_step(
        True, number, *arrays, start, stop, shrinkage, numbers, 1
    )


@needs_kernels
def test_steps_on_vectors_of_another_size_are_refused():
    arrays = {name: np.ones(3) for name in ("parameters", "first", "second", "g")}
    call(2, *arrays.values())
    for name in ("parameters", "first", "second"):
        shorter = arrays | {name: np.ones(2)}
        with pytest.raises(ValueError, match=f"{name} has 16 bytes, not 24"):
            call(2, *shorter.values())
    one = np.ones(1, "float32")
    with pytest.raises(ValueError, match="gradient has 4 bytes, not 0"):
        call(0, one, None, None, one, stop=0)
    arrays["parameters"].flags.writeable = False
    with pytest.raises((ValueError, BufferError), match=r"read-only|not writable"):
        call(2, *arrays.values())


@needs_kernels
@pytest.mark.parametrize("part", [(-1, 3), (2, 1), (0, 4), (4, 4)])
def test_parts_that_are_none_are_refused(part):
    with pytest.raises(ValueError, match=r"no numbers from -?\d to \d among 3"):
        call(0, np.ones(3), None, None, np.ones(3), *part)


@needs_kernels
def test_what_is_no_optimizer_is_refused():
    w, g, first, second = np.ones((4, 3))
    for number in (-1, len(OPTIMIZERS)):
        with pytest.raises(ValueError, match=f"from 0 to 5, not {number}"):
            call(number, w, None, None, g, numbers=())
    for number, (n_vectors, numbers) in enumerate(OPTIMIZERS):
        state = [first, second][:n_vectors] + [None, None][n_vectors:]
        call(number, w, *state, g)
        for others in ((None, None), (first, None), (None, second), (first, second)):
            if [other is None for other in others] != [one is None for one in state]:
                with pytest.raises(ValueError, match=f"remembers {n_vectors} vectors"):
                    call(number, w, *others, g)
        for wrong in (numbers[1:], (*numbers, 1.0)):
            with pytest.raises(ValueError, match=f"has {len(numbers)} numbers, not"):
                call(number, w, *state, g, numbers=wrong)
    with pytest.raises(TypeError, match="must be real number"):
        call(0, w, None, None, g, numbers=("0.1",))
    with pytest.raises(TypeError, match="takes exactly 4 arguments"):
        bind_step(0, w, [])(g, 0, 3, (0, 0.0, 0.0), (0.1,), 1)


@needs_kernels
def test_no_vector_is_held_after_an_error():
    # a bytearray that is held by someone cannot be resized
    arrays = [bytearray(24) for _ in range(4)]
    for i in range(4):
        others = [*arrays[:i], b"0", *arrays[i + 1 :]]
        with pytest.raises((ValueError, BufferError)):
            call(2, *others)
        for array in arrays:
            array.append(0)
            array.pop()


@pytest.mark.parametrize("number", [None, 0])
def test_steps_that_are_not_compiled(number):
    # neither a formula that is not there nor another dtype
    dtype = "float64" if number is None else "float16"
    assert bind_step(number, np.ones(3, dtype), []) is None
