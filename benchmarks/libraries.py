"""The activations that SciPy, PyTorch and JAX have, in float64 on the processor.

A key is the activation's name in the format, with the names of the parameters that are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[..., Any]


def find(library: str, name: str, parameters: Mapping[str, Any]) -> Function | None:
    """Return a library's function, from array and parameters to array; None where it has none."""
    functions, wrap = LIBRARIES[library]()
    key = "selu fixed" if parameters == SELU else " ".join([name, *parameters])
    function = functions.get(key)
    if function is None:
        return None
    return lambda z, *more, **given: np.asarray(function(wrap(z), *more, **given))


@cache
def _scipy() -> tuple[Mapping[str, Function], Function]:
    from scipy import special

    return {
        "sigmoid": special.expit,
        "log_sigmoid": special.log_expit,
        "softmax": lambda z: special.softmax(z, axis=-1),
        "log_softmax": lambda z: special.log_softmax(z, axis=-1),
    }, np.asarray


@cache
def _torch() -> tuple[Mapping[str, Function], Function]:
    import torch

    F = torch.nn.functional  # its usual name
    return {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "relu6": F.relu6,
        "leaky_relu": F.leaky_relu,
        "leaky_relu alpha": lambda z, alpha: F.leaky_relu(z, alpha),
        "prelu slope": lambda z, slope: F.prelu(z, torch.tensor([slope], dtype=z.dtype)),
        "thresholded_relu": lambda z: F.threshold(z, 1.0, 0.0),
        "thresholded_relu alpha": lambda z, alpha: F.threshold(z, alpha, 0.0),
        "elu": F.elu,
        "elu alpha": lambda z, alpha: F.elu(z, alpha),
        "selu fixed": lambda z, alpha, gamma: F.selu(z),
        "celu": F.celu,
        "celu alpha": lambda z, alpha: F.celu(z, alpha),
        "gelu": F.gelu,
        "gelu approximate": lambda z, approximate: F.gelu(z, approximate=approximate),
        "silu": F.silu,
        "mish": F.mish,
        "softplus": F.softplus,
        "softplus beta": lambda z, beta: F.softplus(z, beta),
        "softsign": F.softsign,
        "log_sigmoid": F.logsigmoid,
        "hard_swish": F.hardswish,
        "hard_tanh": F.hardtanh,
        "hard_tanh min max": lambda z, min, max: F.hardtanh(z, min, max),
        "clip min": lambda z, min: torch.clamp(z, min=min),
        "clip max": lambda z, max: torch.clamp(z, max=max),
        "hard_shrink": F.hardshrink,
        "soft_shrink": F.softshrink,
        "soft_shrink lambd": lambda z, lambd: F.softshrink(z, lambd),
        "tanh_shrink": F.tanhshrink,
        "exp": torch.exp,
        "reciprocal": torch.reciprocal,
        "square": torch.square,
        "sin": torch.sin,
        "cos": torch.cos,
        "atan": torch.atan,
        "softmax": lambda z: F.softmax(z, dim=-1),
        "log_softmax": lambda z: F.log_softmax(z, dim=-1),
        "softmin": lambda z: F.softmin(z, dim=-1),
        "linear": lambda x, w, b: F.linear(x, torch.from_numpy(w), torch.from_numpy(b)),
    }, torch.from_numpy


@cache
def _jax() -> tuple[Mapping[str, Function], Function]:
    import jax

    jax.config.update("jax_enable_x64", True)
    nn, jnp = jax.nn, jax.numpy
    return {
        "sigmoid": nn.sigmoid,
        "tanh": nn.tanh,
        "relu": nn.relu,
        "relu6": nn.relu6,
        "leaky_relu": nn.leaky_relu,
        "leaky_relu alpha": lambda z, alpha: nn.leaky_relu(z, alpha),
        "elu": nn.elu,
        "elu alpha": lambda z, alpha: nn.elu(z, alpha),
        "selu fixed": lambda z, alpha, gamma: nn.selu(z),
        "celu": nn.celu,
        "celu alpha": lambda z, alpha: nn.celu(z, alpha),
        "gelu": lambda z: nn.gelu(z, approximate=False),
        "gelu approximate": lambda z, approximate: nn.gelu(z, approximate=True),
        "silu": nn.silu,
        "mish": nn.mish,
        "softplus": nn.softplus,
        "softsign": nn.soft_sign,
        "log_sigmoid": nn.log_sigmoid,
        "hard_swish": nn.hard_swish,
        "hard_tanh": nn.hard_tanh,
        "clip min": lambda z, min: jnp.clip(z, min=min),
        "clip max": lambda z, max: jnp.clip(z, max=max),
        "squareplus": nn.squareplus,
        "squareplus b": lambda z, b: nn.squareplus(z, b),
        "exp": jnp.exp,
        "reciprocal": jnp.reciprocal,
        "square": jnp.square,
        "sin": jnp.sin,
        "cos": jnp.cos,
        "atan": jnp.arctan,
        "softmax": lambda z: nn.softmax(z, axis=-1),
        "log_softmax": lambda z: nn.log_softmax(z, axis=-1),
        "linear": lambda x, w, b: x @ w.T + b,
    }, jnp.asarray


#: What PyTorch and JAX fix as the parameters of selu.
SELU: Final = {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}
#: Each by the name of its distribution.
LIBRARIES: Final = {"scipy": _scipy, "torch": _torch, "jax": _jax}
TITLES: Final = {"scipy": "SciPy", "torch": "PyTorch", "jax": "JAX"}
