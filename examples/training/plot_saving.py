"""
Training that is killed and goes on
===================================

A fit that takes hours should not begin anew because the machine was switched off. A
checkpoint has all that training needs to go on, and what goes on from it learns the
same, bit for bit. A fitted network is kept in a file of the same kind.

See :doc:`/saving`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import sknnadl
from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images

# %%
# A script that can be started as often as one likes: if there is a checkpoint, it goes
# on from it, and otherwise it begins. ``Checkpoint`` replaces its file after each epoch
# in one step, so that there is a whole one at any moment. ``PowerCut`` stands for what
# ends the process, which has no time to save anything then.

SCRIPT = """
import os, sys
from pathlib import Path
from sklearn.callback import FitCallback
import sknnadl
from sknnadl.callbacks import Checkpoint
from sknnadl.datasets import load_digits_images

class PowerCut(FitCallback):
    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id + 1 == 15:
            os._exit(1)

path = Path(sys.argv[1])
data = load_digits_images()
rows = {"X_val": data.X_val, "y_val": data.y_val}
if path.exists():
    net = sknnadl.resume(path, data.X_train, data.y_train, **rows)
else:
    net = sknnadl.MLPClassifier(dropout=0.3, max_iter=40, random_state=0)
    net.set_callbacks(Checkpoint(path), PowerCut())
    net.fit(data.X_train, data.y_train, **rows)
"""
folder = Path(tempfile.mkdtemp())
script, path = folder / "train.py", folder / "run.npz"
script.write_text(SCRIPT)
kept = []
for start in ("first", "second"):
    ended = subprocess.run([sys.executable, script, path], check=False)
    kept.append(sknnadl.load(path))
    n_epochs = len(kept[-1].history_["loss"])
    print(f"{start} start: ended with {ended.returncode} after {n_epochs} epochs")

# %%
# The same fit without an interruption. Dropout, the order of the rows and the schedule
# of the learning rate went on as if nothing had been: the parameters have the same
# bits.

data = load_digits_images()
net = MLPClassifier(dropout=0.3, max_iter=40, random_state=0)
net.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
print(f"the same bits: {np.array_equal(kept[1].parameters_, net.parameters_)}")


# %%
# What is fitted is saved and loaded in a line each. The file has arrays and JSON, and
# nothing in it is executed: it may come from anybody.

sknnadl.save(net, folder / "net.npz")
again = sknnadl.load(folder / "net.npz")
same = np.array_equal(again.predict_proba(data.X_test), net.predict_proba(data.X_test))
print(f"{(folder / 'net.npz').stat().st_size:,} bytes; the same predictions: {same}")

# %%
# Both fits in one picture: the dots lie on the line of the fit that nothing happened
# to.

figure, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
losses = net.history_["val_loss"], kept[1].history_["val_loss"]
n_before = len(kept[0].history_["loss"])
epochs = np.arange(1, len(losses[0]) + 1)
ax.plot(epochs, losses[0], color="0.8", linewidth=7, label="without an interruption")
ax.plot(epochs[:n_before], losses[1][:n_before], ".-", label="before it was killed")
ax.plot(epochs[n_before:], losses[1][n_before:], ".-", label="after it went on")
ax.axvline(n_before + 0.5, color="gray", linestyle=":")
ax.set(xlabel="epoch", ylabel="validation loss")
ax.legend()
