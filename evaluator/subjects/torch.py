"""PyTorch: the network as tensors, on the processor or on a GPU."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import SELU_ALPHA, SELU_GAMMA
from evaluator.diagnostics import UsageError, clip
from evaluator.subjects.subject import check_steps
from evaluator.subjects.translated import TranslatedAnswers, framework

if TYPE_CHECKING:
    from evaluator.network import Array, Network, Step
    from evaluator.subjects.subject import Run

torch = framework("torch", "torch")
F = torch.nn.functional

#: Beyond, functions that saturate have done so, and ∞ may give NaN.
LARGE: Final = 1e30

#: Any tensor of PyTorch.
Tensor = Any


class Torch:
    """Evaluates networks in PyTorch, on one device."""

    def __init__(self, device: str) -> None:
        self.device = device

    @contextmanager
    def prepare(self, network: Network) -> Iterator[Run]:
        """Put weights and biases on the device."""
        check_steps(network)
        with torch.inference_mode():
            yield Prepared(network, self.device)


class Prepared:
    """A network on a device."""

    def __init__(self, network: Network, device: str) -> None:
        self.network, self.device = network, device
        self.layers = [Layer(step, device) for step in network.steps]

    def __call__(self, inputs: Array) -> TranslatedAnswers:
        """Answer rows of inputs (rows, inputs)."""
        blocks, sums = self.feed(_tensor(inputs, self.device))
        return TranslatedAnswers(
            self.network, lambda n: _array(blocks[n]), lambda n: _array(sums[n])
        )

    def feed(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Feed a tensor that is on the device; gives the blocks and the sums of a trace, there."""
        blocks, sums = [x], [x]
        for layer in self.layers:
            z, y = layer(blocks)
            sums.append(z)
            blocks.append(y)
        return blocks, sums


class Layer:
    """One step of a network: `activation(W x + b)`."""

    def __init__(self, step: Step, device: str) -> None:
        self.sources = step.sources
        self.weights = None if step.weights is None else _tensor(step.weights, device)
        self.bias = None if step.bias is None else _tensor(step.bias, device)
        self.activation = ACTIVATIONS[step.activation.name]
        self.parameters = {
            # A list has a number for each unit.
            name: _tensor(value, device) if np.ndim(value) else value
            for name, value in step.parameters.items()
        }  # fmt: skip

    def __call__(self, blocks: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Give z and the output, (rows, units) each."""
        if isinstance(self.sources, int):
            x = blocks[self.sources]
        else:
            x = torch.stack([blocks[place.block][:, place.column] for place in self.sources], 1)
        if self.weights is not None:
            z = F.linear(x, self.weights, self.bias)
        else:
            z = x if self.bias is None else x + self.bias
        return z, self.activation(z, **self.parameters)


def _tensor(values: Array, device: str) -> Tensor:
    return torch.from_numpy(np.array(values, order="C")).to(device)


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.cpu().numpy()
    return found


def _step(z: Tensor, threshold: float = 0.0) -> Tensor:
    return torch.where(z.isnan(), z, (z > threshold).to(z.dtype))


def _selu(z: Tensor, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> Tensor:
    return gamma * F.elu(z, alpha)


def _gelu(z: Tensor, approximate: str = "none") -> Tensor:
    if approximate == "tanh":
        return F.gelu(_above(z), approximate="tanh")
    return 0.5 * _above(z) * torch.erfc(_above(z) / -math.sqrt(2.0))


def _silu(z: Tensor, beta: float = 1.0) -> Tensor:
    if beta == 1:
        return F.silu(_above(z))
    bounded = _above(z) if beta > 0 else torch.clamp(z, max=LARGE)
    return bounded * torch.sigmoid(beta * z)


def _hard_sigmoid(z: Tensor, alpha: float = 0.2, beta: float = 0.5) -> Tensor:
    return torch.clamp(alpha * z + beta, 0.0, 1.0)


def _hard_shrink(z: Tensor, lambd: float = 0.5) -> Tensor:
    return F.hardshrink(z, lambd) if lambd >= 0 else z


def _soft_shrink(z: Tensor, lambd: float = 0.5) -> Tensor:
    return F.softshrink(z, lambd) if lambd >= 0 else z - lambd * torch.sign(z)


def _clip(z: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    return torch.clamp(z, min, max)


def _squareplus(z: Tensor, b: float = 4.0) -> Tensor:
    root = torch.sqrt(z * z + b)
    return torch.where(z < 0, b / 2 / (root - z), (z + root) / 2)


def _above(z: Tensor) -> Tensor:
    """Keep z from −∞, where PyTorch multiplies it with 0."""
    return torch.clamp(z, min=-LARGE)


def _hardmax(z: Tensor) -> Tensor:
    return F.one_hot(z.argmax(1), z.shape[1]).to(z.dtype)


#: PyTorch's own function where it has one that keeps to the format's, else an expression.
ACTIVATIONS: Final[Mapping[str, Callable[..., Tensor]]] = {
    "identity": lambda z: z,
    "step": _step,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": lambda z, alpha=0.01: F.leaky_relu(z, alpha),
    "prelu": lambda z, slope: F.prelu(z, torch.as_tensor(slope, dtype=z.dtype, device=z.device)),
    "thresholded_relu": lambda z, alpha=1.0: F.threshold(z, alpha, 0.0),
    "elu": lambda z, alpha=1.0: F.elu(z, alpha),
    "selu": _selu,
    "celu": lambda z, alpha=1.0: F.celu(z, alpha),
    "gelu": _gelu,
    "silu": _silu,
    "mish": lambda z: F.mish(_above(z)),
    "softplus": lambda z, beta=1.0: F.softplus(z, beta, threshold=40.0),
    "softsign": lambda z: F.softsign(torch.clamp(z, -LARGE, LARGE)),
    "log_sigmoid": F.logsigmoid,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": lambda z: F.hardswish(_above(z)),
    "hard_tanh": lambda z, min=-1.0, max=1.0: F.hardtanh(z, min, max),
    "clip": _clip,
    "hard_shrink": _hard_shrink,
    "soft_shrink": _soft_shrink,
    "tanh_shrink": F.tanhshrink,
    "squareplus": _squareplus,
    "exp": torch.exp,
    "reciprocal": torch.reciprocal,
    "square": torch.square,
    "gaussian": lambda z: torch.exp(-z * z),
    "sin": torch.sin,
    "cos": torch.cos,
    "atan": torch.atan,
    "softmax": lambda z: F.softmax(z, 1),
    "log_softmax": lambda z: F.log_softmax(z, 1),
    "softmin": lambda z: F.softmin(z, 1),
    "hardmax": _hardmax,
    "normalize": lambda z: z / z.sum(1, keepdim=True),
}


def subject(argument: str) -> Torch:
    """Make the subject for a device, by default the processor.

    Raises UsageError for a device that is not there.
    """
    device = argument or "cpu"
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as fault:
        said = clip(str(fault).splitlines()[0], 200)
        raise UsageError(f"PyTorch has no device `{clip(device)}` here: {said}",
                         "without a GPU there is `torch` alone, the processor") from None  # fmt: skip
    return Torch(device)
