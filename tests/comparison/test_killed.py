"""A comparison that is killed at any moment goes on to the same table."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(
    not hasattr(os, "killpg"), reason="a group of processes cannot be killed here"
)
#: Many short fits, after each of which the file is written.
PROGRAM = """
import sys
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sknnadl import MLPClassifier, compare
models = {f"Bayes {n}": GaussianNB(var_smoothing=10.0**-n) for n in range(6)}
models |= {
    f"network {n}": MLPClassifier((n,), input_scaling="standard", max_iter=40,
                                  random_state=0)
    for n in range(2, 8)
}
data = load_iris(return_X_y=True)
print("begins", flush=True)
report = compare(models, *data, cv=3, n_jobs=int(sys.argv[2]), random_state=0,
                 save=sys.argv[1])
print(report.to_json())
"""
#: What no two runs share.
TIMES = {"fit_seconds", "predict_microseconds", "search_seconds"}


def start(path, n_jobs):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, path, str(n_jobs)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that its workers can be killed with it
    )


def finish(path, n_jobs):
    """Return the table of a comparison that goes through."""
    output, _ = start(path, n_jobs).communicate()
    models = json.loads(output.partition("\n")[2])["models"]
    return [{k: v for k, v in model.items() if k not in TIMES} for model in models]


def count_kept(path):
    """Return how many models the file has, which is whole at any moment."""
    return len(json.loads(path.read_text())["models"]) if path.exists() else 0


def kill(n_times, n_jobs, folder):
    expected = finish(folder / "whole.json", n_jobs)
    drawn, n_kept = random.Random(n_jobs), set()
    for number in range(n_times):
        path = folder / f"{number}.json"
        child, least = start(path, n_jobs), drawn.randrange(len(expected))
        child.stdout.readline()
        while child.poll() is None and count_kept(path) < least:
            time.sleep(0.001)  # between two looks
        time.sleep(drawn.uniform(0, 0.05))  # into the midst of a fit, or of writing
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        n_kept.add(count_kept(path))
        assert finish(path, n_jobs) == expected
    return n_kept


def test_one_kill(tmp_path):
    kill(1, 1, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("n_jobs", "n_times"), [(1, 8), (2, 4)])
def test_more_kills(n_jobs, n_times, tmp_path):
    assert len(kill(n_times, n_jobs, tmp_path)) > 2
