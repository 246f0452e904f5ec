"""
Schedules of the learning rate
==============================

A rate may stay as it is, fall from the start, or rise first. What the schedules do to
it, and what comes of it.

See :doc:`/training`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images

data = load_digits_images()

# %%
# The same network with three schedules, 20 epochs each. The rate is that at the start
# of each epoch; ``"cosine"`` and ``"one_cycle"`` change it at every mini-batch.

figure, (above, below) = plt.subplots(
    2, sharex=True, figsize=(6, 4.5), layout="constrained"
)
for schedule in ("constant", "cosine", "one_cycle"):
    mlp = MLPClassifier(
        learning_rate=schedule, max_iter=20, n_iter_no_change=np.inf, random_state=0
    )
    mlp.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
    epochs = range(1, mlp.n_iter_ + 1)
    above.plot(epochs, mlp.history_["learning_rate"], marker=".", label=schedule)
    below.plot(epochs, mlp.history_["val_loss"], marker=".", label=schedule)
    print(
        f"{schedule}: {mlp.score(data.X_val, data.y_val):.1%} of the validation images"
    )
above.set(ylabel="learning rate")
below.set(xlabel="epoch", xticks=range(0, 21, 5))
below.set(ylabel="validation loss", ylim=(0, 0.8))
above.legend()
