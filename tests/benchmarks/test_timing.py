"""Functions that take turns."""


def test_the_median_is_that_of_all_turns_but_the_first(script):
    timing = script("timing")
    now = [0.0]
    lengths = {"a": iter([50, 1, 2, 9]), "b": iter([70, 4, 4, 3])}

    def call(name):
        now[0] += next(lengths[name])

    functions = {name: lambda name=name: call(name) for name in lengths}
    medians = timing.take_turns(functions, 3, clock=lambda: now[0])
    assert medians == {"a": 2, "b": 4}


def test_pytorch_counts_at_its_best(script):
    timing = script("timing")
    seconds = {"PyTorch, plain": 3, "sknnadl": 2, "PyTorch, fused": 1, "other": 5}
    best = timing.best_of_pytorch(seconds)
    assert best == {"sknnadl": 2, "PyTorch": 1, "other": 5}
