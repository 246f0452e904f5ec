"""How networks are trained, and how images are changed at random for it."""

from sknnadl.training.augmentation import Augmentation, Elastic, Rotate, Shift

__all__ = ["Augmentation", "Elastic", "Rotate", "Shift"]
