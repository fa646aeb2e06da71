"""An independent reference in NumPy for `small_models.sequential`: forward, and back by any rule.

Convolution, max-pooling and the dense layer are written out in 64-bit loops; nothing is shared
with the code under test.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def weights(model: Any) -> tuple[Array, Array, Array, Array]:
    kernel, bias = (np.asarray(w, np.float64) for w in model.get_layer("conv").get_weights())
    dense, shift = (np.asarray(w, np.float64) for w in model.get_layer("out").get_weights())
    return kernel[:, :, 0], bias, dense, shift


def before_relu(model: Any, x: Array) -> Array:
    """What enters the ReLU, shape (n, 4, 4, 2)."""
    kernel, bias, _, _ = weights(model)
    z = np.zeros((len(x), 4, 4, 2))
    for r in range(4):
        for c in range(4):
            patch = x[:, r : r + 3, c : c + 3, 0].astype(np.float64)
            z[:, r, c] = np.einsum("nij,ijk->nk", patch, kernel) + bias
    return z


def switches(a: Array) -> Array:
    """1 where a 2x2 block has its (first) maximum, shape of the maps (n, 4, 4, 2)."""
    chosen = np.zeros_like(a)
    for i in range(len(a)):
        for r in range(0, 4, 2):
            for c in range(0, 4, 2):
                for k in range(2):
                    down, across = divmod(int(a[i, r : r + 2, c : c + 2, k].argmax()), 2)
                    chosen[i, r + down, c + across, k] = 1
    return chosen


def logits(model: Any, x: Array) -> Array:
    _, _, dense, shift = weights(model)
    a = np.maximum(before_relu(model, x), 0)
    pooled = a.reshape(len(x), 2, 2, 2, 2, 2).max(axis=(2, 4))
    return pooled.reshape(len(x), -1) @ dense + shift


def relu_back(rule: str, z: Array, above: Array) -> Array:
    if rule == "gradient":
        return above * (z > 0)
    return np.maximum(above, 0) * ((z > 0) if rule == "guided" else 1)


def conv_back(model: Any, above: Array) -> Array:
    """What a convolution hands back to its input, (n, 6, 6, 1)."""
    kernel = weights(model)[0]
    found = np.zeros((len(above), 6, 6, 1))
    for r in range(4):
        for c in range(4):
            found[:, r : r + 3, c : c + 3, 0] += np.einsum("nk,ijk->nij", above[:, r, c], kernel)
    return found


def slope(model: Any, x: Array, target: Array, rule: str = "gradient") -> Array:
    """The target logit brought back to the input by a rule at the ReLU, (n, 6, 6, 1)."""
    dense = weights(model)[2]
    z = before_relu(model, x)
    above = dense[:, target].T.reshape(len(x), 2, 2, 2).repeat(2, axis=1).repeat(2, axis=2)
    above = above * switches(np.maximum(z, 0))
    return conv_back(model, relu_back(rule, z, above))


def projection(model: Any, x: Array, channel: int, keep: str, rule: str) -> Array:
    """The activation of one channel of the convolution brought back, (n, 6, 6, 1)."""
    z = before_relu(model, x)
    a = np.maximum(z, 0)
    above = np.zeros_like(a)
    above[..., channel] = a[..., channel]
    if keep == "strongest":
        for one in above:
            top = np.unravel_index(one.argmax(), one.shape)
            value = one[top]
            one[:] = 0
            one[top] = value
    return conv_back(model, relu_back(rule, z, above))


def close(found: Array, expected: Array) -> None:
    """To 1e-5 of the range, where there is one."""
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected), rtol=0)
