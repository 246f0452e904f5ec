"""The loss of every epoch, by solver, schedule and momentum."""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits, load_iris, make_circles, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

nesterov = {"momentum": 0.9, "nesterovs_momentum": True}
plain = {"momentum": 0.9, "nesterovs_momentum": False}
settings = {
    "constant": {"learning_rate": "constant", "momentum": 0},
    "constant, momentum": {"learning_rate": "constant", **plain},
    "constant, Nesterov": {"learning_rate": "constant", **nesterov},
    "invscaling": {"learning_rate": "invscaling", "momentum": 0},
    "invscaling, momentum": {"learning_rate": "invscaling", **nesterov},
    "invscaling, Nesterov": {"learning_rate": "invscaling", **plain},
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
}
data = {
    "iris": load_iris(return_X_y=True),
    "digits": load_digits(return_X_y=True),
    "circles": make_circles(noise=0.2, factor=0.5, random_state=1),
    "moons": make_moons(noise=0.3, random_state=0),
}
scores = {}
figure, axes = plt.subplots(2, 2, figsize=(15, 10))
for ax, (name, (X, y)) in zip(axes.ravel(), data.items(), strict=True):
    X = MinMaxScaler().fit_transform(X)
    max_iter = 15 if name == "digits" else 400
    for label, setting in settings.items():
        options = {"solver": "sgd", "learning_rate_init": 0.2, **setting}
        mlp = MLPClassifier(random_state=0, max_iter=max_iter, **options)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=ConvergenceWarning)
            mlp.fit(X, y)
        ax.plot(mlp.loss_curve_, label=label)
        scores[f"{name}, {label}"] = mlp.score(X, y)
        assert mlp.loss_ == mlp.loss_curve_[-1]
    ax.set_title(name)
    ax.set_xlabel(f"epochs, of {mlp.n_iter_}")
    ax.legend()
plt.close(figure)
