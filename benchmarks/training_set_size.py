"""Repeat the book's figure of accuracy against the size of the training set.

    python benchmarks/training_set_size.py --data mnist.npz [--sizes 100 200 ...]

A network of 30 hidden neurons and an SVM, both on the first images of MNIST, measured
on the validation images. The network does as many steps on few images as on many.
"""

import argparse
import warnings

from sklearn.svm import SVC

from sknnadl import MLPClassifier, compare
from sknnadl.datasets import load_mnist

#: The book's accuracies in percent, by the number of training images.
BOOK = {
    "network": {100: 69.09, 200: 76.37, 500: 85.29, 1000: 88.85, 2000: 91.27,
                5000: 93.24, 10_000: 94.89, 20_000: 95.85, 50_000: 95.97},
    "SVM": {100: 25.07, 200: 48.93, 500: 75.13, 1000: 83.87, 2000: 88.49,
            5000: 91.46, 10_000: 92.45, 20_000: 93.47, 50_000: 94.48},
}  # fmt: skip
#: Epochs times images.
WORK = 1_500_000


class Network(MLPClassifier):
    """The network of the figure, which trains longer on fewer images."""

    def fit(self, X, y):
        """Train for as many mini-batches whatever the number of rows."""
        self.set_params(max_iter=WORK // len(X))
        return super().fit(X, y)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[s for s in BOOK["SVM"] if s <= 5000]
    )
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_mnist(options.data)
    network = Network(
        (30,),
        activation="sigmoid",
        loss="cross_entropy",
        weight_init="large",
        learning_rate="constant",
        learning_rate_init=0.5,
        batch_size=10,
        alpha=1e-4,
        divide_alpha=False,
        tol=0,
        n_iter_no_change=float("inf"),
        random_state=0,
    )
    models = {"network": network, "SVM": SVC(gamma="auto")}
    rows = data.X_train[: max(options.sizes)], data.y_train[: max(options.sizes)]
    report = compare(models, *rows, test=(data.X_val, data.y_val))
    curve = report.learning_curve(options.sizes)
    print("| model | images | validation images, percent | the book | seconds |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for row in curve:
        book = BOOK[row["name"]].get(row["size"], "")
        accuracy = f"{100 * row['accuracy']:.2f}"
        cells = row["name"], row["size"], accuracy, book, f"{row['fit_seconds']:.1f}"
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
