"""The layers of images against PyTorch's, in float64, with the same parameters."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sknnadl.network import (
    LOSSES,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    L2Pool2D,
    MaxPool2D,
    Network,
)

torch = pytest.importorskip("torch", reason="needs the bench extra")
F = torch.nn.functional

pairs = st.tuples(st.integers(1, 5), st.integers(1, 5))
TORCH_ACTIVATIONS = {
    "elu": F.elu,
    "gelu": F.gelu,
    "identity": lambda z: z,
    "leaky_relu": F.leaky_relu,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "selu": F.selu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "tanh": torch.tanh,
}
POOLS = {
    MaxPool2D: F.max_pool2d,
    AveragePool2D: F.avg_pool2d,
    L2Pool2D: lambda x, size, stride: F.lp_pool2d(x, 2.0, size, stride),
}


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def run_torch(specs, x, parameters):
    """Return PyTorch's outputs of layers on channels-last images."""
    x = x.permute(0, 3, 1, 2)
    for spec, values in zip(specs, parameters, strict=True):
        if isinstance(spec, Conv2D):
            x = pad_same(x, spec) if spec.padding == "same" else x.contiguous()
            kernels = values["weights"].permute(3, 2, 0, 1).contiguous()
            x = F.conv2d(x, kernels, values["biases"], spec.stride)
            x = TORCH_ACTIVATIONS[spec.activation](x)
        elif isinstance(spec, Flatten):
            x = x.permute(0, 2, 3, 1).flatten(1)
        elif isinstance(spec, Dense):
            x = x @ values["weights"] + values["biases"]
            x = TORCH_ACTIVATIONS[spec.activation](x)
        else:
            x = POOLS[type(spec)](x, spec.pool_size, spec.stride or spec.pool_size)
    return x.permute(0, 2, 3, 1) if x.ndim == 4 else x


def pad_same(x, spec):
    sides = []
    for length, part, step in zip(
        x.shape[:1:-1], spec.kernel_size[::-1], spec.stride[::-1], strict=True
    ):
        extra = max((-(-length // step) - 1) * step + part - length, 0)
        sides += [extra // 2, extra - extra // 2]
    return F.pad(x, sides)


def check(specs, x, loss=None):
    """Compare outputs and all gradients of a cost, by default a random linear one."""
    try:
        network = Network(specs, x.shape[1:], "float64")
    except ValueError as error:
        if "does not fit" not in str(error):
            raise
        assume(False)
    rng = np.random.default_rng(0)
    network.parameters[:] = rng.standard_normal(network.parameters.shape) / 3
    plain = [Network([spec], shape) for spec, shape in shapes_of(specs, x.shape[1:])]
    names = [list(n.layers[0].parameters) for n in plain]
    values = iter([p for p in network.layer_parameters if p])
    parameters = [
        {k: tensor(v) for k, v in next(values).items()} if name else {}
        for name in names
    ]
    inputs = tensor(x)
    theirs = run_torch(specs, inputs, parameters)
    ours = network.forward(x).copy()
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-10)
    if loss is None:
        gradient = rng.standard_normal(ours.shape)
        theirs.backward(torch.tensor(gradient))
    else:
        targets = np.eye(ours.shape[1])[rng.integers(ours.shape[1], size=len(x))]
        gradient = loss.gradient(ours, targets)
        F.cross_entropy(theirs, torch.tensor(targets), reduction="sum").backward()
    dx = network.backward(gradient, need_input=True)
    np.testing.assert_allclose(dx, inputs.grad.numpy(), rtol=0, atol=1e-10)
    ours = [g for g in network.views(network.gradient) if g]
    theirs = [p for p in parameters if p]
    for mine, other in zip(ours, theirs, strict=True):
        for name, value in other.items():
            np.testing.assert_allclose(
                mine[name], value.grad.numpy(), rtol=0, atol=1e-10
            )


def shapes_of(specs, shape):
    for spec in specs:
        yield spec, shape
        shape = spec.build(shape, "float64").output_shape


@given(
    spec=st.builds(
        Conv2D,
        st.integers(1, 5),
        pairs,
        pairs,
        st.sampled_from(["valid", "same"]),
        st.sampled_from(["identity", "relu", "sigmoid", "tanh"]),
    ),
    shape=st.tuples(*[st.integers(1, 12)] * 2, st.integers(1, 18)),
    n=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=300)
def test_conv(spec, shape, n, seed):
    check([spec], np.random.default_rng(seed).standard_normal((n, *shape)))


@pytest.mark.parametrize("pool", list(POOLS))
@given(
    window=pairs,
    stride=st.none() | pairs,
    shape=st.tuples(*[st.integers(1, 12)] * 2, st.integers(1, 3)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=100)
def test_pooling(pool, window, stride, shape, seed):
    check([pool(window, stride)], np.random.default_rng(seed).random((2, *shape)))


def test_the_books_network():
    specs = [
        Conv2D(20, (5, 5), (1, 1), activation="relu"),
        MaxPool2D((2, 2)),
        Conv2D(40, (5, 5), (1, 1), activation="sigmoid"),
        MaxPool2D((2, 2)),
        Flatten(),
        Dense(100, "sigmoid"),
        Dense(10, "identity"),
    ]
    x = np.random.default_rng(0).random((7, 28, 28, 1))
    check(specs, x, LOSSES["log_loss"])


def test_a_network_of_other_layers():
    specs = [
        Conv2D(6, (3, 2), (2, 1), "same", "tanh"),
        MaxPool2D((3, 3), (2, 2)),
        Conv2D(5, (2, 3), (1, 2), activation="relu"),
        L2Pool2D((2, 1)),
        Conv2D(4, (1, 1), (1, 1), "same", "sigmoid"),
        AveragePool2D((1, 2)),
        Flatten(),
        Dense(3, "identity"),
    ]
    x = np.random.default_rng(0).random((5, 21, 30, 3))
    check(specs, x, LOSSES["log_loss"])


@pytest.mark.parametrize("shape", [(4,), (5, 3, 4)])
@pytest.mark.parametrize("activation", sorted(TORCH_ACTIVATIONS))
def test_batch_norm(shape, activation):
    rng = np.random.default_rng(0)
    network = Network([BatchNorm(activation, 0.8, 1e-3)], shape, "float64")
    network.parameters[:] = rng.uniform(0.5, 2, network.parameters.shape)
    (values,), (gradients,) = network.layer_parameters, network.views(network.gradient)
    kind = torch.nn.BatchNorm1d if len(shape) == 1 else torch.nn.BatchNorm2d
    norm = kind(4, eps=1e-3, momentum=1 - 0.8, dtype=torch.float64)
    running = {"running_mean": "running_mean", "running_variance": "running_var"}
    names = {"scale": "weight", "shift": "bias", **running}
    norm.load_state_dict(
        {names[name]: torch.tensor(value) for name, value in values.items()},
        strict=False,
    )

    def run_norm(x):
        x = norm(x.movedim(-1, 1)).movedim(1, -1)
        return TORCH_ACTIVATIONS[activation](x)

    for _ in range(3):
        x = 2 * rng.standard_normal((6, *shape)) + 1
        inputs = tensor(x)
        norm.zero_grad()
        theirs = run_norm(inputs)
        ours = network.forward(x, rng).copy()
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-10)
        gradient = rng.standard_normal(ours.shape)
        theirs.backward(torch.tensor(gradient))
        dx = network.backward(gradient, need_input=True)
        network.parameters[network.n_trained :] -= network.gradient[network.n_trained :]
        both = [
            (dx, inputs.grad),
            (gradients["scale"], norm.weight.grad),
            (gradients["shift"], norm.bias.grad),
            *((values[name], getattr(norm, other)) for name, other in running.items()),
        ]
        for mine, other in both:
            np.testing.assert_allclose(mine, other.numpy(), rtol=0, atol=1e-10)
    norm.eval()
    theirs = run_norm(inputs).detach().numpy()
    np.testing.assert_allclose(network.forward(x), theirs, rtol=0, atol=1e-10)
