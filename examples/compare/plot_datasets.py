"""
Many data sets
==============

Compare five classifiers on ten small data sets, and ask which is the best of them over
all: by mean ranks, in a critical-difference diagram.

See :doc:`/comparing`.
"""

from sklearn import datasets as of
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import MLPClassifier, compare
from sknnadl.reports import CriticalDifferenceDisplay

X, y = of.load_digits(return_X_y=True)
datasets = {
    "iris": of.load_iris(return_X_y=True),
    "wine": of.load_wine(return_X_y=True),
    "breast cancer": of.load_breast_cancer(return_X_y=True),
    "digits": (X[:600], y[:600]),
    "odd digits": (X[600:1000], y[600:1000] % 2),
    "moons": of.make_moons(200, noise=0.3, random_state=0),
    "circles": of.make_circles(200, noise=0.2, factor=0.5, random_state=0),
    "blobs": of.make_blobs(200, centers=5, cluster_std=2.0, random_state=0),
    "Hastie": of.make_hastie_10_2(400, random_state=0),
    "shells": of.make_gaussian_quantiles(n_samples=300, n_features=4, random_state=0),
}
models = {
    "guess": DummyClassifier(),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
    "forest": RandomForestClassifier(50, random_state=0),
    "SVM": make_pipeline(StandardScaler(), SVC()),
    "MLP": MLPClassifier(input_scaling="standard", random_state=0),
}
joined = compare(models, datasets=datasets, cv=5)
print(joined)

# %%
# In brackets are the ranks. Each bar of the diagram joins models of which no two are
# told apart by Nemenyi's test.

CriticalDifferenceDisplay.from_report(joined)

# %%
# The same in sentences.

print(*joined.sentences(), sep="\n")

# %%
# Wilcoxon's signed-rank test looks at how large the differences are. By it a bar may
# pass by a model that is not of its group: the dots are those that are.

CriticalDifferenceDisplay.from_report(joined, method="wilcoxon")

# %%
# The report on each data set is there too.

print(*joined.reports["moons"].sentences(), sep="\n")
