"""Decision boundaries of a perceptron by the strength of its penalty."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles, make_classification, make_moons
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

alphas = np.logspace(-1, 0, 4)
linear = make_classification(
    n_features=2,
    n_redundant=0,
    n_informative=2,
    random_state=0,
    n_clusters_per_class=1,
)
linear = (linear[0] + 2 * np.random.RandomState(2).uniform(size=(100, 2)), linear[1])
data = {
    "moons": make_moons(noise=0.3, random_state=0),
    "circles": make_circles(noise=0.2, factor=0.5, random_state=1),
    "linear": linear,
}
scores = {}
figure, axes = plt.subplots(len(data), len(alphas) + 1, figsize=(15, 8))
for row, (name, (X, y)) in zip(axes, data.items(), strict=True):
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.4, random_state=42
    )
    x, z = np.meshgrid(
        np.arange(X[:, 0].min() - 0.5, X[:, 0].max() + 0.5, 0.1),
        np.arange(X[:, 1].min() - 0.5, X[:, 1].max() + 0.5, 0.1),
    )
    row[0].scatter(X[:, 0], X[:, 1], c=y)
    row[0].set_title(name)
    for ax, alpha in zip(row[1:], alphas, strict=True):
        model = make_pipeline(
            StandardScaler(),
            MLPClassifier(
                solver="lbfgs",
                alpha=alpha,
                random_state=1,
                max_iter=2000,
                early_stopping=True,
                hidden_layer_sizes=[10, 10],
            ),
        )
        model.fit(X_train, y_train)
        grid = np.column_stack([x.ravel(), z.ravel()])
        probability = model.predict_proba(grid)[:, 1].reshape(x.shape)
        ax.contourf(x, z, probability, cmap="RdBu", alpha=0.8)
        ax.scatter(X_train[:, 0], X_train[:, 1], c=y_train, s=25)
        ax.scatter(X_test[:, 0], X_test[:, 1], c=y_test, alpha=0.6, s=25)
        scores[f"{name}, alpha {alpha:.3g}"] = model.score(X_test, y_test)
        ax.set_title(f"alpha {alpha:.2f}: {model.score(X_test, y_test):.2f}")
plt.close(figure)
