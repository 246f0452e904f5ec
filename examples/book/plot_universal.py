"""
Any function, by a sum of bumps
===============================

A network with one hidden layer comes as near to any continuous function as one likes,
if it has enough neurons. Chapter 4 of the book shows it by a network that is built by
hand, of steps. Here it is, beside one that learns.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPRegressor


def wanted(x):
    """Return the function of the book."""
    return 0.2 + 0.4 * x**2 + 0.3 * x * np.sin(15 * x) + 0.05 * np.cos(50 * x)


x = np.linspace(0.001, 0.999, 400)
X, y = x.reshape(-1, 1), wanted(x)

# %%
# A sigmoid neuron with the weight :math:`w` and the bias :math:`-ws` is a step at
# :math:`s`, the steeper the larger the weight. Two neurons whose outputs have the
# weights :math:`h` and :math:`-h` are a bump of the height :math:`h`. So the numbers of
# a network of bumps can be written down: they are set after a first ``partial_fit``,
# which makes a network of the right shape.


def build(edges, heights, steepness=1000.0):
    """Return a network whose outputs are heights between edges."""
    places = np.column_stack([edges[:-1], edges[1:]]).ravel()
    net = MLPRegressor(
        hidden_layer_sizes=(len(places),), activation="sigmoid", scale_targets=False
    ).partial_fit(X, y)
    ups_and_downs = np.column_stack([heights, -heights]).reshape(-1, 1)
    net.coefs_ = [np.full((1, len(places)), steepness), ups_and_downs]
    net.intercepts_ = [-steepness * places, np.zeros(1)]
    return net


figure, axes = plt.subplots(1, 2, sharey=True, figsize=(8, 3), layout="constrained")
for steepness in (10, 50, 1000):
    bump = build(np.array([0.3, 0.6]), np.array([0.8]), steepness)
    axes[0].plot(x, 1 / (1 + np.exp(-steepness * (x - 0.3))), label=f"w = {steepness}")
    axes[1].plot(x, bump.predict(X))
axes[0].set(title="one neuron", xlabel="x")
axes[1].set(title="two neurons", xlabel="x")
_ = axes[0].legend()

# %%
# Narrower bumps, each as high as the function is in its middle, come nearer and nearer.


def draw(nets):
    """Draw what each network makes of the function."""
    _, axes = plt.subplots(1, 3, sharey=True, figsize=(8, 3), layout="constrained")
    for ax, net in zip(axes, nets, strict=True):
        error = np.sqrt(np.mean((net.predict(X) - y) ** 2))
        ax.plot(x, y, color="0.6", label="the function")
        ax.plot(x, net.predict(X), label="the network")
        n_neurons = len(net.intercepts_[0])
        ax.set_title(f"{n_neurons} neurons, rms error {error:.3f}", fontsize=10)
        ax.set_xlabel("x")
    axes[0].legend()


built = []
for n in (5, 20, 80):
    edges = np.linspace(0, 1, n + 1)
    heights = wanted((edges[:-1] + edges[1:]) / 2)
    edges[[0, -1]] = -1, 2  # no steps at the ends
    built.append(build(edges, heights))
draw(built)

# %%
# A network that learns places its steps itself, and chooses how steep they are. It
# needs fewer of them.

draw(
    MLPRegressor(
        hidden_layer_sizes=(n,),
        activation="sigmoid",
        weight_init="large",
        input_scaling="standard",
        solver="lbfgs",
        max_iter=3000,
        alpha=0,
        random_state=0,
    ).fit(X, y)
    for n in (5, 10, 40)
)
