"""Measure what hidden layers have learned on MNIST: as features, and as a start.

    python benchmarks/features.py --data mnist.npz [--repeats 5]

The first table has an SVM on pixels and the same one behind a network, both fitted on
the first 10,000 images. The second one has networks for the digits 5 to 9 on 200 images
each, other ones for each seed: at random, and started from the convolutions of a
network that was trained on the digits 0 to 4, which are trained on or frozen. All are
measured on the test images.
"""

import argparse
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from timing import add_options, print_header, print_row

from sknnadl import ConvNetClassifier
from sknnadl.datasets import load_mnist

N_ROWS, N_FEW = 10_000, 200


def compare_features(data):
    """Print the accuracy of an SVM on pixels and on features."""
    X, y = data.X_train[:N_ROWS], data.y_train[:N_ROWS]
    net = ConvNetClassifier(random_state=0)
    models = {
        "SVC": SVC(),
        "ConvNetClassifier": net,
        "ConvNetClassifier, SVC": make_pipeline(net, SVC()),
    }
    print_header("model", "test images, percent", "seconds of fit")
    for name, model in models.items():
        start = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - start
        score = 100 * model.score(data.X_test, data.y_test)
        print_row([name, f"{score:.2f}", f"{seconds:.0f}"])


def compare_starts(data, n_seeds):
    """Print the accuracy of networks on few images, by how they start."""
    low, high = data.y_train < 5, np.flatnonzero(data.y_train > 4)
    source = ConvNetClassifier(random_state=0, max_iter=5)
    source.fit(data.X_train[low], data.y_train[low])
    taken = {"init_from": source, "init_layers": 2}
    starts = {
        "at random": {},
        "from the other": taken,
        "from the other, frozen": {**taken, "train_init_layers": False},
    }
    test = data.y_test > 4
    print_header("seed", *starts)
    for seed in range(n_seeds):
        few = np.random.default_rng(seed).choice(high, N_FEW, replace=False)
        scores = [
            ConvNetClassifier(random_state=seed, **options)
            .fit(data.X_train[few], data.y_train[few])
            .score(data.X_test[test], data.y_test[test])
            for options in starts.values()
        ]
        print_row([seed, *(f"{100 * score:.2f}" for score in scores)])


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    data = load_mnist(options.data)
    compare_features(data)
    print()
    compare_starts(data, options.repeats)


if __name__ == "__main__":
    main()
