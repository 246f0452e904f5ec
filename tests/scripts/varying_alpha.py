"""Training and test accuracy by the penalty, with two solvers, cross-validated."""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, validation_curve
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler

X, y = load_breast_cancer(return_X_y=True)
alphas = 10.0 ** -np.arange(-1, 6, 2)
scores = {}
for solver in ("lbfgs", "adam"):
    pipeline = Pipeline(
        [
            ("scale", MinMaxScaler()),
            (
                "mlp",
                MLPClassifier(
                    solver=solver,
                    hidden_layer_sizes=(15,),
                    max_iter=400,
                    random_state=1,
                ),
            ),
        ]
    )
    train, test = validation_curve(
        pipeline, X, y, param_name="mlp__alpha", param_range=alphas, cv=3
    )
    search = GridSearchCV(pipeline, {"mlp__alpha": alphas}, cv=3).fit(X, y)
    assert train.shape == test.shape == (len(alphas), 3)
    network = search.best_estimator_.named_steps["mlp"]
    assert [coef.shape for coef in network.coefs_] == [(30, 15), (15, 1)]
    assert network.out_activation_ == "logistic"
    scores[f"{solver}, best"] = search.best_score_
