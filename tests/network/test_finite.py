"""Weights and activations that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest
from small_models import nested, sequential

from reportgen.errors import UndefinedError
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.network import Network


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_layer_is_named(value: float) -> None:
    model = nested()
    require_finite(Network.of(model))
    model.get_layer("out").bias.assign([0, value, 0])
    with pytest.raises(UndefinedError, match="weights of layer 'out' hold values that are not"):
        require_finite(Network.of(model))
    # What comes before the layer does not depend on it.
    require_finite(Network.of(model), ["backbone/conv"])
    model.get_layer("backbone").get_layer("conv").bias.assign([value, 0])
    with pytest.raises(UndefinedError, match="weights of layers 'backbone/conv', 'out' hold"):
        require_finite(Network.of(model))


def test_activations_by_layer() -> None:
    good, bad = np.ones((1, 2)), np.array([[1, np.nan]])
    require_finite_activations({"a": good})
    with pytest.raises(UndefinedError, match="activations of layer 'b' hold"):
        require_finite_activations({"a": good, "b": bad})


def test_layers_without_weights_are_fine() -> None:
    require_finite(Network.of(sequential()), ["pool"])


def test_large_numbers_are_finite() -> None:
    model = sequential()
    for variable in model.weights:
        variable.assign(np.full(variable.shape, 1e30, np.float32))
    require_finite(Network.of(model))
