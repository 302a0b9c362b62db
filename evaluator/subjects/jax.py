"""JAX: the network as arrays, on its default device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evaluator.activations import SELU_ALPHA, SELU_GAMMA
from evaluator.diagnostics import UsageError, clip
from evaluator.subjects.subject import check_steps
from evaluator.subjects.translated import TranslatedAnswers, framework

if TYPE_CHECKING:
    from evaluator.network import Array as NumpyArray
    from evaluator.network import Network, Step
    from evaluator.subjects.subject import Run

jax = framework("jax", "jax")
jnp = framework("jax.numpy", "jax")
nn = framework("jax.nn", "jax")

#: Beyond, functions that saturate have done so, and ∞ may give NaN.
LARGE: Final = 1e30

#: Any array of JAX.
Array = Any


class Jax:
    """Evaluates networks in JAX."""

    @contextmanager
    def prepare(self, network: Network) -> Iterator[Run]:
        """Set JAX up to compute in float64 where the network does, and exactly."""
        check_steps(network)
        with jax.enable_x64(True), jax.default_matmul_precision("highest"):
            yield lambda inputs: _run(network, inputs)


def _run(network: Network, inputs: NumpyArray) -> TranslatedAnswers:
    blocks = [jnp.asarray(inputs)]
    sums = list(blocks)
    for step in network.steps:
        z = _weighted_sum(step, blocks)
        sums.append(z)
        blocks.append(ACTIVATIONS[step.activation.name](z, **step.parameters))
    return TranslatedAnswers(
        network, lambda n: np.asarray(blocks[n]), lambda n: np.asarray(sums[n])
    )


def _weighted_sum(step: Step, blocks: list[Array]) -> Array:
    if isinstance(step.sources, int):
        x = blocks[step.sources]
    else:
        x = jnp.stack([blocks[place.block][:, place.column] for place in step.sources], 1)
    z = x if step.weights is None else x @ step.weights.T
    return z if step.bias is None else z + step.bias


def _step(z: Array, threshold: float = 0.0) -> Array:
    return jnp.heaviside(z - threshold, 0.0)


def _selu(z: Array, alpha: float = SELU_ALPHA, gamma: float = SELU_GAMMA) -> Array:
    return gamma * nn.elu(z, alpha)


def _gelu(z: Array, approximate: str = "none") -> Array:
    return nn.gelu(_above(z), approximate=approximate == "tanh")


def _silu(z: Array, beta: float = 1.0) -> Array:
    if beta == 1:
        return nn.silu(_above(z))
    bounded = _above(z) if beta > 0 else jnp.minimum(z, LARGE)
    return bounded * nn.sigmoid(beta * z)


def _prelu(z: Array, slope: Any) -> Array:
    return jnp.where(z < 0, jnp.asarray(slope, z.dtype) * z, z)


def _softplus(z: Array, beta: float = 1.0) -> Array:
    return nn.softplus(beta * z) / beta


def _hard_sigmoid(z: Array, alpha: float = 0.2, beta: float = 0.5) -> Array:
    return jnp.clip(alpha * z + beta, 0.0, 1.0)


def _clip(z: Array, min: float | None = None, max: float | None = None) -> Array:
    return jnp.clip(z, min, max)


def _squareplus(z: Array, b: float = 4.0) -> Array:
    root = jnp.sqrt(z * z + b)
    return jnp.where(z < 0, b / 2 / (root - z), (z + root) / 2)


def _above(z: Array) -> Array:
    """Keep z from −∞, where JAX multiplies it with 0."""
    return jnp.maximum(z, -LARGE)


def _soft_shrink(z: Array, lambd: float = 0.5) -> Array:
    return jnp.sign(z) * jnp.maximum(jnp.abs(z) - lambd, 0.0)


#: JAX's own function where it has one that keeps to the format's, else an expression.
ACTIVATIONS: Final[Mapping[str, Callable[..., Array]]] = {
    "identity": lambda z: z,
    "step": _step,
    "sigmoid": nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": nn.relu,
    "relu6": nn.relu6,
    "leaky_relu": lambda z, alpha=0.01: nn.leaky_relu(z, alpha),
    "prelu": _prelu,
    "thresholded_relu": lambda z, alpha=1.0: jnp.where(z <= alpha, 0.0, z),
    "elu": lambda z, alpha=1.0: nn.elu(z, alpha),
    "selu": _selu,
    "celu": lambda z, alpha=1.0: nn.celu(z, alpha),
    "gelu": _gelu,
    "silu": _silu,
    "mish": lambda z: nn.mish(_above(z)),
    "softplus": _softplus,
    "softsign": lambda z: nn.soft_sign(jnp.clip(z, -LARGE, LARGE)),
    "log_sigmoid": nn.log_sigmoid,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": lambda z: nn.hard_swish(_above(z)),
    "hard_tanh": lambda z, min=-1.0, max=1.0: jnp.clip(z, min, max),
    "clip": _clip,
    "hard_shrink": lambda z, lambd=0.5: jnp.where(jnp.abs(z) <= lambd, 0.0, z),
    "soft_shrink": _soft_shrink,
    "tanh_shrink": lambda z: z - jnp.tanh(z),
    "squareplus": _squareplus,
    "exp": jnp.exp,
    "reciprocal": jnp.reciprocal,
    "square": jnp.square,
    "gaussian": lambda z: jnp.exp(-z * z),
    "sin": jnp.sin,
    "cos": jnp.cos,
    "atan": jnp.arctan,
    "softmax": lambda z: nn.softmax(z, axis=1),
    "log_softmax": lambda z: nn.log_softmax(z, axis=1),
    "softmin": lambda z: nn.softmax(-z, axis=1),
    "hardmax": lambda z: nn.one_hot(jnp.argmax(z, axis=1), z.shape[1], dtype=z.dtype),
    "normalize": lambda z: z / z.sum(1, keepdims=True),
}


def subject(argument: str) -> Jax:
    """Make the subject; raises UsageError for an argument, which it does not take."""
    if argument:
        raise UsageError(f"`jax` takes no argument, and `{clip(argument)}` is one",
                         "JAX chooses its device itself: set JAX_PLATFORMS for another")  # fmt: skip
    return Jax()
