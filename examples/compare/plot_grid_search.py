"""
A grid search in a pipeline
===========================

Search the sizes of the hidden layers and the learning rate of a network that stands
behind a scaler, as with any scikit-learn classifier.

See :doc:`/choosing`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier

X, y = load_wine(return_X_y=True)
mlp = MLPClassifier(max_iter=50, random_state=0)
sizes, rates = [(3,), (10,), (30,), (100,)], [0.001, 0.01, 0.1, 1.0]
search = GridSearchCV(
    make_pipeline(StandardScaler(), mlp),
    {
        "mlpclassifier__hidden_layer_sizes": sizes,
        "mlpclassifier__learning_rate_init": rates,
    },
)
search.fit(X, y)
print(search.best_params_, round(search.best_score_, 3))

# %%
# After 50 epochs the lowest rate has not come far, whatever the size of the network.

scores = 100 * search.cv_results_["mean_test_score"].reshape(len(sizes), len(rates))
figure, ax = plt.subplots(figsize=(5.5, 4), layout="constrained")
image = ax.imshow(scores, cmap="viridis")
ax.set_xticks(range(len(rates)), rates)
ax.set_yticks(range(len(sizes)), [size[0] for size in sizes])
ax.set(xlabel="learning rate", ylabel="neurons in the hidden layer")
for (row, column), score in np.ndenumerate(scores):
    dark = score < scores.mean()
    ax.text(
        column, row, f"{score:.1f}", ha="center", va="center",
        color="white" if dark else "black",
    )  # fmt: skip
figure.colorbar(image, label="cross-validated accuracy, percent")
