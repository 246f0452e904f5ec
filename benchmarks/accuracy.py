"""Train networks that go beyond the book's on MNIST; print accuracy and time.

    python benchmarks/accuracy.py --data mnist.npz [--rows one-cycle augmented]
    python benchmarks/accuracy.py --data mnist.npz --rows augmented normalized --seeds 5

The test images are looked at once, at the end. The time is the processor's, on one
thread.
"""

import argparse
import time

import numpy as np

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.datasets import load_mnist
from sknnadl.network import BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from sknnadl.training import Rotate, Shift

#: Batch normalization behind the pooling, where there is a quarter to normalize.
NORMALIZED = [
    Conv2D(16, 5, activation="identity"),
    MaxPool2D(2),
    BatchNorm("relu"),
    Conv2D(48, 5, activation="identity"),
    MaxPool2D(2),
    BatchNorm("relu"),
    Flatten(),
    Dense(256),
    Dropout(0.3),
]
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
    "normalized": (
        NetworkClassifier(
            NORMALIZED,
            input_shape=(28, 28),
            solver="adam",
            beta_1=0.7,
            augmentation=[Shift(2), Rotate(10)],
            learning_rate="one_cycle",
            learning_rate_init=0.006,
            alpha=0,
            batch_size=64,
            max_iter=8,
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
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: 1)")
    options = parser.parse_args()
    data = load_mnist(options.data)
    print(
        "| network | wanted | validation images | test images, mean | each seed "
        "| processor's seconds |"
    )
    print("| --- |" + " ---: |" * 5)
    for name in options.rows:
        net, wanted = ROWS[name]
        seconds, scores = [], []
        for seed in range(options.seeds):
            net.set_params(n_jobs=1, verbose=1, random_state=seed)
            start = time.process_time()
            net.fit(data.X_train, data.y_train)
            seconds.append(time.process_time() - start)
            sets = (data.X_val, data.y_val), (data.X_test, data.y_test)
            scores.append([100 * net.score(X, y) for X, y in sets])
        validation, test = np.transpose(scores)
        each = " ".join(f"{score:.2f}" for score in test)
        print(
            f"| {name} | {wanted} | {validation.mean():.2f} | {test.mean():.2f} "
            f"| {each} | {np.median(seconds):.0f} |"
        )


if __name__ == "__main__":
    main()
