"""
Badly wrong, and slow to learn: two costs
=========================================

People learn fastest where they are badly wrong. A sigmoid neuron with the quadratic
cost does not: there it is saturated, and its gradient is small. The cross-entropy mends
that (chapter 3 of the book).

See :doc:`/losses`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images

# %%
# The book's neuron has one input, which is 1, and is to answer 0. Weight and bias start
# at 2, so it answers almost 1. A perceptron without hidden layers is that neuron, and
# each call of ``partial_fit`` is a step.

costs = {"squared_error": "quadratic cost", "cross_entropy": "cross-entropy"}


def start_at_two(shape, rng):
    """Return weights that are all 2."""
    return np.full(shape, 2.0)


figure, ax = plt.subplots(figsize=(6.5, 3.5), layout="constrained")
for loss, name in costs.items():
    neuron = MLPClassifier(
        (),
        weight_init=start_at_two,
        bias_init=2.0,
        loss=loss,
        learning_rate="constant",
        learning_rate_init=0.15,
        alpha=0,
    )
    outputs, weights = [], [2.0]
    for _ in range(300):
        neuron.partial_fit([[1.0]], [0], classes=[0, 1])
        outputs.append(neuron.predict_proba([[1.0]])[0, 1])
        weights.append(neuron.coefs_[0].item())
    print(f"{name}: the first step moves the weight by {weights[1] - weights[0]:.4f}")
    ax.plot(range(1, 301), outputs, label=name)
ax.set(xlabel="step", ylabel="output, which should be 0", ylim=(0, 1))
_ = ax.legend()

# %%
# The derivative by the weight is :math:`(a - y)\,\sigma'(z)\,x` of the quadratic cost,
# and :math:`(a - y)\,x` of the cross-entropy. The factor that is missing is the slope
# of the sigmoid, which is smallest where the output is close to 0 or 1. It is what the
# ratio of the two first steps is.

output = 1 / (1 + np.exp(-4.0))
print(f"slope of the sigmoid at the start: {output * (1 - output):.4f}")

# %%
# In a network that starts with large weights many outputs are saturated. Rates of two
# costs are on different scales, so each cost gets five. Lines are means over three
# starts, the thick ones those of the rates that are best after ten epochs: there the
# cross-entropy is ahead all the time, and most of all in the first epoch.

data = load_digits_images()
rates = {"squared_error": (0.5, 1, 2, 5, 10), "cross_entropy": (0.1, 0.2, 0.5, 1, 2)}
figure, ax = plt.subplots(figsize=(6.5, 3.5), layout="constrained")
for color, (loss, name) in zip(("C0", "C1"), costs.items(), strict=True):
    scores = {}
    for rate in rates[loss]:
        nets = [
            MLPClassifier(
                (30,),
                activation="sigmoid",
                weight_init="large",
                loss=loss,
                learning_rate="constant",
                learning_rate_init=rate,
                batch_size=10,
                alpha=0,
                max_iter=10,
                n_iter_no_change=np.inf,
                random_state=seed,
            ).fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
            for seed in range(3)
        ]
        scores[rate] = np.mean([net.history_["val_score"] for net in nets], axis=0)
    best = max(scores, key=lambda rate: scores[rate][-1])
    for rate, values in scores.items():
        style = {"label": f"{name}, rate {rate:g}"} if rate == best else {"alpha": 0.3}
        width = 2.5 if rate == best else 1
        ax.plot(range(1, 11), values, color=color, linewidth=width, **style)
ax.set(xlabel="epoch", ylabel="accuracy on images held out", ylim=(0.2, 1))
_ = ax.legend(loc="lower right")
