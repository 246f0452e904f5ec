"""Train networks that go beyond the book's on MNIST; print accuracy and time.

    python benchmarks/accuracy.py --data mnist.npz [--rows one-cycle augmented]

The test images are looked at once, at the end.
"""

import argparse
import time

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.datasets import load_mnist
from sknnadl.training import Rotate, Shift

#: The network and what is wanted of it, in percent of the test images.
ROWS = {
    "one-cycle": (
        ConvNetClassifier(
            solver="adam",
            learning_rate="one_cycle",
            learning_rate_init=0.003,
            alpha=1e-4,
            divide_alpha=False,
            max_iter=3,
        ),
        99.0,
    ),
    "augmented": (
        ConvNetClassifier(
            (32, 64),
            hidden_layer_sizes=(300,),
            dropout=0.5,
            augmentation=[Shift(2), Rotate(10)],
            momentum=0.9,
            learning_rate="one_cycle",
            learning_rate_init=0.05,
            alpha=1e-4,
            divide_alpha=False,
            max_iter=20,
        ),
        99.5,
    ),
    "default perceptron": (MLPClassifier(), 98.0),
    "default": (ConvNetClassifier(), 99.0),
}


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args()
    data = load_mnist(options.data)
    print(
        "| network | wanted | validation images | test images | seconds of training |"
    )
    print("| --- |" + " ---: |" * 4)
    for name in options.rows:
        net, wanted = ROWS[name]
        net.set_params(n_jobs=2, verbose=1, random_state=options.seed)
        start = time.perf_counter()
        net.fit(data.X_train, data.y_train)
        seconds = time.perf_counter() - start
        scores = [
            100 * net.score(X, y)
            for X, y in ((data.X_val, data.y_val), (data.X_test, data.y_test))
        ]
        print(
            f"| {name} | {wanted} | {scores[0]:.2f} | {scores[1]:.2f} | {seconds:.0f} |"
        )


if __name__ == "__main__":
    main()
