"""The networks that are timed."""

from dataclasses import dataclass

SIDE, N_CLASSES = 28, 10


@dataclass(frozen=True)
class Net:
    """A network of the book: 5x5 kernels, each followed by 2x2 max-pooling."""

    hidden: tuple
    n_filters: tuple = ()
    activation: str = "sigmoid"
    rate: float = 0.1
    dropout: float = 0.0

    @property
    def name(self):
        """Return the layers as the tables name them."""
        if not self.n_filters:
            return "-".join(map(str, (SIDE**2, *self.hidden, N_CLASSES)))
        parts = [f"conv {f}" for f in self.n_filters]
        parts += [*map(str, self.hidden), str(N_CLASSES)]
        return ", ".join(parts) + (", dropout" if self.dropout else "")


PERCEPTRON = Net((100,))
SMALL_PERCEPTRON = Net((30,))
CONV_NET = Net((100,), (20, 40), "relu", 0.03)
WIDE_CONV_NET = Net((1000, 1000), (20, 40), "relu", 0.03, dropout=0.5)
