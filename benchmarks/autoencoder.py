"""Restore masked digits of MNIST, and tell digits by their codes of 32 numbers.

    python benchmarks/autoencoder.py --data mnist.npz [--test]

The error of restored images stands beside that of the best constant image, the mean of
the training images; a logistic regression on the codes beside one on as many principal
components. Arguments were chosen on the validation images, which it is measured on
unless ``--test`` is given.
"""

import argparse

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import DenoisingAutoencoder, compare
from sknnadl.datasets import load_mnist

CODE = 32
#: The share of the pixels that are masked, in training and to be restored.
MASKED = 0.5


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--test", action="store_true", help="on the test images")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args()
    data = load_mnist(options.data)
    own = (data.X_test, data.y_test) if options.test else (data.X_val, data.y_val)
    autoencoder = DenoisingAutoencoder(
        (500, 250, CODE),
        loss="cross_entropy",
        corruption="masking",
        corruption_level=MASKED,
        learning_rate_init=0.002,
        batch_size=100,
        max_iter=15,
        random_state=options.seed,
    )
    models = {
        f"{type(first).__name__}, {CODE} numbers": make_pipeline(
            first, StandardScaler(), LogisticRegression(max_iter=1000)
        )
        for first in (autoencoder, PCA(CODE, random_state=options.seed))
    }
    report = compare(models, data.X_train, data.y_train, test=own)
    fitted = next(iter(report.estimators.values()))[0]
    mask = np.random.default_rng(options.seed).random(own[0].shape) >= MASKED
    restored = fitted.reconstruct(own[0] * mask)
    rows = {
        "masked images": own[0] * mask,
        "the mean training image": data.X_train.mean(axis=0),
        "masked images, restored": restored,
    }
    print("| instead of the clean image | mean squared error |")
    print("| --- | ---: |")
    for name, images in rows.items():
        print(f"| {name} | {((own[0] - images) ** 2).mean():.4f} |")
    print(f"\n{report}\n\n{report.pairwise()[0]['text']}")


if __name__ == "__main__":
    main()
