"""A comparison on many data sets, killed at any moment, goes on to the same diagram."""

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
#: Six data sets and five models, after each of which a file is written; which rows are
#: held out, and which the tree looks at, is drawn.
PROGRAM = """
import sys
import numpy as np
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
from sknnadl import compare
folder, log = sys.argv[1:]
class Noted(GaussianNB):
    def fit(self, X, y):
        super().fit(X, y)
        with open(log, "a") as file:
            file.write(f"{len(X)}\\n")
        return self
datasets = {
    f"blobs {n}": make_blobs(40 + 4 * n, centers=3, cluster_std=4.0, random_state=n)
    for n in range(6)
}
models = {
    "guess": DummyClassifier(strategy="uniform", random_state=0),
    "Bayes": Noted(),
    "neighbour": KNeighborsClassifier(1),
    "neighbours": KNeighborsClassifier(9),
    "tree": DecisionTreeClassifier(max_features=1, random_state=0),
}
print("begins", flush=True)
cv = StratifiedShuffleSplit(2, random_state=np.random.RandomState(0))
joined = compare(models, datasets=datasets, cv=cv, save=folder)
print(joined.to_json())
"""


def start(folder, log):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, folder, log],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(folder, log):
    """Return the JSON, with the diagram, of a comparison that goes through."""
    output, _ = start(folder, log).communicate()
    return output.partition("\n")[2]


def count_kept(folder):
    """Return how many models all files have, which are whole at any moment."""
    return sum(len(json.loads(p.read_text())["models"]) for p in folder.glob("*.json"))


def kill(n_times, folder):
    expected = finish(folder / "whole", folder / "log")
    drawn = json.loads(expected)["scores"]["accuracy"]["diagram"]
    assert len(drawn["names"]) == 5
    n_fits = len((folder / "log").read_text().split())
    assert n_fits == 6 * 2
    numbers, n_kept = random.Random(n_times), set()
    for number in range(n_times):
        own, log = folder / f"killed {number}", folder / f"log {number}"
        child, least = start(own, log), numbers.randrange(1, 28)
        child.stdout.readline()
        while child.poll() is None and count_kept(own) < least:
            time.sleep(0.001)  # between two looks
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        kept = count_kept(own)
        assert finish(own, log) == expected
        # No more is fitted again than the model that was killed, on its two folds.
        assert len(log.read_text().split()) <= n_fits + 2
        n_kept.add(kept)
    return n_kept


def test_one_kill(tmp_path):
    (kept,) = kill(1, tmp_path)
    assert 0 < kept < 30


@pytest.mark.slow
def test_ten_kills(tmp_path):
    assert len(kill(10, tmp_path)) > 2
