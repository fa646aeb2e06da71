"""What the tests of models share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from reportgen import models


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., models.Loaded]:
    """`models.load` from an empty folder, without a dataset unless one is given."""

    def call(source: str, **given: Any) -> models.Loaded:
        defaults = {"base": tmp_path, "input_shape": None, "targets": (), "seed": 1, "params": {}}
        return models.load(source, **(defaults | given))

    return call


@pytest.fixture
def small() -> Any:
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    return keras.Sequential(layers)
