"""Handwritten digits, the book's, scikit-learn's and one's own; rows in files."""

from sknnadl.datasets.centering import center_digit
from sknnadl.datasets.digits import load_digits_images
from sknnadl.datasets.expansion import expand_images
from sknnadl.datasets.mnist import load_mnist
from sknnadl.datasets.shards import ShardedRows
from sknnadl.datasets.tables import load_table

__all__ = [
    "ShardedRows",
    "center_digit",
    "expand_images",
    "load_digits_images",
    "load_mnist",
    "load_table",
]
