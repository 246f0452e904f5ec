"""Learning from parts of the rows, as they come, by classifiers and a regressor."""

import numpy as np
from sklearn.datasets import load_digits, make_regression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

scores = {}
X, y = load_digits(return_X_y=True)
scaler = StandardScaler().fit(X[:1300])
X = scaler.transform(X)
classes = np.unique(y)
mlp = MLPClassifier(hidden_layer_sizes=(50,), random_state=0)
for _ in range(15):
    for part in gen_batches(1300, 100):
        mlp.partial_fit(X[part], y[part], classes=classes)
scores["digits"] = accuracy_score(y[1300:], mlp.predict(X[1300:]))
assert mlp.t_ == 15 * 1300
assert len(mlp.loss_curve_) == 15 * 13

labels = np.column_stack([y % 2, y > 4, y == 0]).astype(int)
multilabel = MLPClassifier(hidden_layer_sizes=(50,), random_state=0)
for _ in range(15):
    for part in gen_batches(1300, 100):
        multilabel.partial_fit(X[part], labels[part], classes=[0, 1, 2])
scores["labels"] = multilabel.score(X[1300:], labels[1300:])

X, y = make_regression(1000, 10, noise=10, random_state=0)
y = (y - y.mean()) / y.std()
regressor = MLPRegressor(solver="sgd", learning_rate_init=0.01, random_state=1)
for _ in range(30):
    for part in gen_batches(800, 200):
        regressor.partial_fit(X[part], y[part])
scores["values"] = r2_score(y[800:], regressor.predict(X[800:]))
