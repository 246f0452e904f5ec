"""
The images that stay wrong
==========================

What a network gets wrong tells more than its score: whether it was sure of itself, and
whether other models fail on the same images. By cross-validation each image is
predicted once, by a network that has not seen it.

See :doc:`/displays`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import cross_val_predict
from sklearn.svm import SVC

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.inspection import MisclassifiedDisplay

X, y = load_digits(return_X_y=True)
X = (X / 16).astype(np.float32)
net = ConvNetClassifier(
    (12, 24), kernel_size=3, padding="same", max_iter=30, random_state=0
)
probabilities = cross_val_predict(net, X, y, cv=3, method="predict_proba")
said, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
wrong = said != y
print(f"{wrong.sum()} of {len(y)} images are wrong")

# %%
# The mistakes of which the network was surest come first. Beside each image its label
# stands above, and what the network says below.

order = confidence.argsort()[::-1]
_ = MisclassifiedDisplay.from_predictions(
    y[order], said[order], X[order], n_images=18, n_columns=6
)

# %%
# On most images the network is sure and right. Where it is wrong its probabilities are
# lower, so that it pays to leave the images that it is least sure of to a person.

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.3), layout="constrained")
for label, rows in (("right", ~wrong), ("wrong", wrong)):
    shares = np.full(rows.sum(), 100 / rows.sum())
    bins = {"bins": np.linspace(0, 1, 21), "histtype": "step", "linewidth": 2}
    left.hist(confidence[rows], weights=shares, label=label, **bins)
left.set(xlabel="probability of the answer", ylabel="images, percent")
left.legend(loc="upper left")
answered = np.arange(1, len(y) + 1)
mistakes = np.cumsum(wrong[order]) / answered
right.plot(100 - 100 * answered / len(y), 100 * mistakes)
right.set(xlim=(0, 50), xlabel="images left to a person, percent")
right.set(ylim=(0, None), ylabel="mistakes in the others, percent")

# %%
# Is it the network, or the images? If the mistakes of models of other kinds had nothing
# to do with those of the network, hardly an image would be wrong for all four.

answers = {"convolutional network": said}
for model in (
    MLPClassifier(random_state=0),
    SVC(),
    ExtraTreesClassifier(random_state=0),
):
    answers[type(model).__name__] = cross_val_predict(model, X, y, cv=3)
errors = {name: np.mean(answer != y) for name, answer in answers.items()}
for name, error in errors.items():
    print(f"{name}: {error:.1%} wrong")
expected = len(y) * np.prod(list(errors.values()))
stay = np.all([answer != y for answer in answers.values()], axis=0)
print(f"wrong for all four: {stay.sum()}, and by chance {expected:.2f} images")

# %%
# These are the ones, with what the convolutional network says. Some of them a person
# may not read as their label says either.

_ = MisclassifiedDisplay.from_predictions(y, np.where(stay, said, y), X)
