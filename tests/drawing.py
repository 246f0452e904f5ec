"""What tests of displays share."""

import numpy as np


def count_pixels(figure):
    """Return how many pixels of a figure are not its background."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    return int((pixels != pixels[0, 0]).any(axis=2).sum())
