"""
A callback of one's own
=======================

scikit-learn's callbacks are told of each epoch, and given the network as it is then. Of
the three here one draws what a network has learned so far, one ends training where that
is enough, and one, the library's own, keeps the network in a file.

See :doc:`/callbacks`.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.callback import FitCallback
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay

import sknnadl
from sknnadl import MLPClassifier
from sknnadl.callbacks import Checkpoint
from sknnadl.inspection import TrainingHistoryDisplay

X, y = make_moons(1000, noise=0.15, random_state=0)
X_train, y_train, X_val, y_val = X[:200], y[:200], X[200:], y[200:]

# %%
# A callback has four methods, which ``FitCallback`` has too, and there do nothing. What
# comes after an epoch is one of them. An epoch is a task of the fit, with a number from
# 0, and ``fitted_estimator`` is what ``fit`` would leave if it ended there.


class Pictures(FitCallback):
    """Draw the boundary between the classes after some of the epochs."""

    def __init__(self, axes_of):
        self.axes_of = axes_of

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Draw the network as it is after this epoch."""
        epoch = context.task_id + 1
        if context.task_name == "epoch" and epoch in self.axes_of:
            ax = self.axes_of[epoch]
            DecisionBoundaryDisplay.from_estimator(
                fitted_estimator, X, eps=0.2, ax=ax, cmap="RdBu", alpha=0.6
            )
            colors = np.where(y_train, "tab:blue", "tab:red")
            ax.scatter(*X_train.T, c=colors, s=18, edgecolors="white", linewidths=0.5)
            score = fitted_estimator.score(X_val, y_val)
            ax.set(title=f"epoch {epoch}: {score:.1%}", xticks=[], yticks=[])


# %%
# Training ends after an epoch for which one of the callbacks returns true.


class StopAt(FitCallback):
    """End training where the score on the validation rows is good enough."""

    def __init__(self, goal):
        self.goal = goal

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        """Return whether this epoch is to be the last."""
        if context.task_name != "epoch":
            return False
        return fitted_estimator.history_["val_score"][-1] >= self.goal


# %%
# All three are told of each epoch. Red and blue are the classes, the dots the training
# rows, and the numbers the accuracy on the validation rows.

figure, axes = plt.subplots(2, 3, figsize=(9, 5.4), layout="constrained")
path = Path(tempfile.mkdtemp()) / "run.npz"
net = MLPClassifier(
    (20, 20),
    solver="adam",
    learning_rate="constant",
    learning_rate_init=0.01,
    alpha=0.01,
    max_iter=200,
    n_iter_no_change=np.inf,
    random_state=0,
)
net.set_callbacks(
    Pictures(dict(zip((1, 2, 4, 8, 16, 24), axes.flat, strict=True))),
    StopAt(0.97),
    Checkpoint(path),
)
net.fit(X_train, y_train, X_val=X_val, y_val=y_val)
print(f"{net.n_iter_} epochs of {net.max_iter}, {net.score(X_val, y_val):.1%}")
print(f"the file has the network of epoch {sknnadl.load(path).n_iter_}")

# %%
# The fit, up to the epoch that was good enough. (To end where the validation loss no
# longer falls, no callback is needed: ``early_stopping=True`` does that.)

_ = TrainingHistoryDisplay.from_estimator(net)
