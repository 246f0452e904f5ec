"""Choose C and gamma of the tuned SVM by its accuracy on the validation images.

    python benchmarks/tune_svm.py
    python benchmarks/tune_svm.py --data mnist.npz --C 10 --gamma 0.02 0.025 0.03

Without ``--data`` it is tuned on scikit-learn's digits. A fit on all training images of
MNIST takes minutes, so a grid over both may be on its first ``--rows``.
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
    parser.add_argument("--rows", type=int, help="default: all")
    parser.add_argument("--C", type=float, nargs="+", default=CS)
    parser.add_argument("--gamma", type=float, nargs="+")
    options = parser.parse_args()
    data = load_mnist(options.data) if options.data else load_digits_images()
    gammas = options.gamma or GAMMAS["mnist" if options.data else "digits"]
    rows = slice(options.rows)
    print("| C | gamma | validation accuracy |")
    print("| ---: | ---: | ---: |")
    for C, gamma in itertools.product(options.C, gammas):
        model = SVC(C=C, gamma=gamma).fit(data.X_train[rows], data.y_train[rows])
        accuracy = model.score(data.X_val, data.y_val)
        print(f"| {C} | {gamma} | {accuracy:.2%} |", flush=True)


if __name__ == "__main__":
    main()
