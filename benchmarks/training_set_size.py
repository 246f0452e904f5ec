"""Repeat the book's figure of accuracy against the size of the training set.

    python benchmarks/training_set_size.py --data mnist.npz [--sizes 100 200 ...]

A network of 30 hidden neurons and an SVM, both on the first images of MNIST, measured
on the validation images. The network does as many steps on few images as on many. What
is found is noted where ``benchmarks/book.py`` notes its results.
"""

import argparse
import warnings

from book_results import note
from book_rows import TRAINING_SET_SIZE
from sklearn.svm import SVC

from sknnadl import MLPClassifier, compare
from sknnadl.datasets import load_mnist

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
        "--sizes",
        nargs="+",
        type=int,
        default=list(TRAINING_SET_SIZE["SVM"]),
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
        name, size, seconds = row["name"], row["size"], row["fit_seconds"]
        found = round(100 * row["accuracy"], 2)
        note(f"size-{name}", size, {"accuracy": found, "seconds": seconds})
        book = TRAINING_SET_SIZE[name].get(size, "")
        cells = name, size, f"{found:.2f}", book, f"{seconds:.1f}"
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
