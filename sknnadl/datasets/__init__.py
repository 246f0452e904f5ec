"""Handwritten digits: the book's MNIST, and scikit-learn's small ones."""

from sknnadl.datasets.digits import load_digits_images
from sknnadl.datasets.expansion import expand_images
from sknnadl.datasets.mnist import load_mnist

__all__ = ["expand_images", "load_digits_images", "load_mnist"]
