"""What the hidden neurons of a perceptron look for in MNIST."""

import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

with np.load(os.environ["IMAGES"]) as file:
    X_train, y_train = file["x_train"].reshape(-1, 784) / 255, file["y_train"]
    X_test, y_test = file["x_test"].reshape(-1, 784) / 255, file["y_test"]

mlp = MLPClassifier(
    hidden_layer_sizes=(40,),
    max_iter=8,
    alpha=1e-4,
    solver="sgd",
    verbose=10,
    random_state=1,
    learning_rate_init=0.2,
)
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    mlp.fit(X_train, y_train)

scores = {
    "training": mlp.score(X_train, y_train),
    "test": mlp.score(X_test, y_test),
}
figure, axes = plt.subplots(4, 4)
low, high = mlp.coefs_[0].min(), mlp.coefs_[0].max()
for coef, ax in zip(mlp.coefs_[0].T, axes.ravel(), strict=False):
    ax.matshow(coef.reshape(28, 28), cmap="gray", vmin=0.5 * low, vmax=0.5 * high)
    ax.set_xticks(())
    ax.set_yticks(())
plt.close(figure)
