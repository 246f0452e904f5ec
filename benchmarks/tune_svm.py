"""Choose C and gamma of the tuned SVM by its accuracy on the validation images.

    python benchmarks/tune_svm.py [--data mnist.npz] [--rows N]

Without ``--data`` it is tuned on scikit-learn's digits. MNIST is tuned on its first
``--rows`` training images, because a fit on all takes minutes.
"""

import argparse
import itertools

from sklearn.svm import SVC

from sknnadl.datasets import load_digits_images, load_mnist

CS = [1, 10, 100]
GAMMAS = {"digits": [0.05, 0.1, 0.25, 0.5], "mnist": [0.01, 0.02, 0.03, 0.05]}


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is")
    parser.add_argument("--rows", type=int, default=5000, help="default: 5000")
    options = parser.parse_args()
    data = load_mnist(options.data) if options.data else load_digits_images()
    gammas = GAMMAS["mnist" if options.data else "digits"]
    rows = slice(options.rows)
    print("| C | gamma | validation accuracy |")
    print("| ---: | ---: | ---: |")
    for C, gamma in itertools.product(CS, gammas):
        model = SVC(C=C, gamma=gamma).fit(data.X_train[rows], data.y_train[rows])
        accuracy = model.score(data.X_val, data.y_val)
        print(f"| {C} | {gamma} | {accuracy:.2%} |", flush=True)


if __name__ == "__main__":
    main()
