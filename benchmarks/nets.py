"""The networks that are timed."""

from dataclasses import dataclass

from sknnadl.network import Conv2D, Dense, Dropout, Flatten, MaxPool2D

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

    @property
    def input_shape(self):
        """Return the shape of a row."""
        return (SIDE, SIDE, 1) if self.n_filters else (SIDE**2,)

    @property
    def layers(self):
        """Return the layers, the last one with them."""
        layers = []
        for filters in self.n_filters:
            layers += [Conv2D(filters, 5, activation=self.activation), MaxPool2D(2)]
        layers += [Flatten()] if self.n_filters else []
        for units in self.hidden:
            layers.append(Dense(units, self.activation))
            layers += [Dropout(self.dropout)] if self.dropout else []
        return [*layers, Dense(N_CLASSES, "identity")]


PERCEPTRON = Net((100,))
SMALL_PERCEPTRON = Net((30,))
CONV_NET = Net((100,), (20, 40), "relu", 0.03)
WIDE_CONV_NET = Net((1000, 1000), (20, 40), "relu", 0.03, dropout=0.5)
