"""
Too small, right, too large: the learning rate
==============================================

The learning rate says how far each step goes along the gradient. With small steps a
network is not there when its epochs are over, and with large ones it never comes to
rest. Here are four rates, and a test that finds a good one.

See :doc:`/mnist`.
"""

import warnings
from textwrap import fill

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import LearningRateRangeDisplay, TrainingHistoryDisplay
from sknnadl.model_selection import learning_rate_range_test

data = load_digits_images()
mlp = MLPClassifier(
    (30,),
    learning_rate="constant",
    max_iter=30,
    n_iter_no_change=np.inf,
    random_state=2,
)

# %%
# The four networks start with the same weights and see the same images in the same
# order: they differ in their rates alone. After the highest one ``fit`` warns, and says
# what has happened.

rates = {"too small": 0.005, "right": 0.2, "too large": 1.0, "far too large": 2.5}
nets = {}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", ConvergenceWarning)
    for name, rate in rates.items():
        net = clone(mlp).set_params(learning_rate_init=rate)
        net.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
        nets[f"{rate}, {name}"] = net
        last = net.history_["val_score"][-10:]
        print(f"{rate}: {min(last):.0%} to {max(last):.0%} in the last ten epochs")
for warning in caught:
    print("\n" + fill(str(warning.message)))

# %%
# The lowest rate is on its way and needs more epochs. One that is too large comes near
# the right one, and jumps back again and again. With the highest the first steps have
# led to where the network gives all images the same answer, and no gradient leads out.

display = TrainingHistoryDisplay.from_estimators(nets)
display.axes_[-1].set(yscale="log", ylim=(0.002, 6))

# %%
# `~sknnadl.model_selection.learning_rate_range_test` looks for a rate as the book does
# (chapter 3): each trains for three epochs, and the threshold is the largest at which
# the loss falls in all of them. ``recommended`` is half of it at the most, as training
# may still jump later.

found = learning_rate_range_test(mlp, data.X_train, data.y_train)
net = clone(mlp).set_params(learning_rate_init=found.recommended)
net.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
last = net.history_["val_score"][-10:]
print(f"{found.recommended}: {min(last):.0%} to {max(last):.0%} in the last ten epochs")
_ = LearningRateRangeDisplay.from_result(found)
