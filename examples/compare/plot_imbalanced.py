"""
A rare class: weights and thresholds
====================================

Where one class is rare, a network that never says it is right most of the time. Three
things help: scores that look at the rare class, weights of classes, and a threshold
that suits what the network is for. They do not do the same.

See :doc:`/imbalanced`.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_classification
from sklearn.metrics import PrecisionRecallDisplay, precision_recall_fscore_support
from sklearn.model_selection import TunedThresholdClassifierCV

from sknnadl import MLPClassifier

X, y = make_classification(
    14_000,
    n_informative=6,
    n_clusters_per_class=3,
    class_sep=0.9,
    weights=[0.96],
    random_state=0,
)
X /= X.std(axis=0)
X_train, y_train, X_test, y_test = X[:4000], y[:4000], X[4000:], y[4000:]
print(f"{y_train.mean():.1%} of the training rows are of the rare class")

# %%
# The same network as it is; with ``class_weight="balanced"``, by which both classes
# weigh the same in training; and as it is with a threshold in the place of 0.5, at
# which scikit-learn finds the largest F1 score on folds of the training rows.

plain = MLPClassifier(random_state=0)
models = {
    "as it is": plain,
    "balanced weights": MLPClassifier(class_weight="balanced", random_state=0),
    "tuned threshold": TunedThresholdClassifierCV(plain, scoring="f1", cv=3),
}
chosen = {}  # the recall and the precision of what each predicts
for name, model in models.items():
    predicted = model.fit(X_train, y_train).predict(X_test)
    precision, recall, f1, _ = precision_recall_fscore_support(
        y_test, predicted, average="binary"
    )
    chosen[name] = recall, precision
    print(
        f"{name}: accuracy {model.score(X_test, y_test):.3f}, "
        f"precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}"
    )
print(f"the tuned threshold: {models['tuned threshold'].best_threshold_:.2f}")

# %%
# The accuracy says little: never to say the rare class has 95 percent. As it is, the
# network seldom says it, and is mostly right where it does. Weights of classes make it
# say it more often, and be wrong more often; so does a lower threshold, which can be
# chosen.
#
# A curve has all thresholds of a network, and the dots are those in use. The line at
# the bottom is chance. The tuned threshold is another place on the curve that the
# network has anyway.

figure, ax = plt.subplots(figsize=(6, 4.6), layout="constrained")
for name, color in (("as it is", "tab:blue"), ("balanced weights", "tab:orange")):
    PrecisionRecallDisplay.from_estimator(
        models[name],
        X_test,
        y_test,
        name=name,
        ax=ax,
        plot_chance_level=name == "as it is",
        curve_kwargs={"color": color},
    )
for name, color in zip(chosen, ("tab:blue", "tab:orange", "tab:green"), strict=True):
    ax.plot(*chosen[name], "o", color=color, markersize=9)
    ax.annotate(name, chosen[name], (8, 4), textcoords="offset points")
ax.set(xlabel="recall of the rare class", ylabel="precision of the rare class")
ax.legend(loc="upper right", fontsize=9)

# %%
# Weights change what the network says of every row. Its probabilities are those of a
# world in which the classes are equally frequent, so that they are too high here by
# far. A threshold leaves them as they are.

for name in ("as it is", "balanced weights"):
    mean = models[name].predict_proba(X_test)[:, 1].mean()
    print(f"{name}: {mean:.1%} on average, and {y_test.mean():.1%} are of the class")
