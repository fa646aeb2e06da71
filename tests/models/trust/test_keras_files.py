"""Models that Keras wrote itself, of kinds whose names differ from those that people import."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from reportgen.models.trust.inspection import inspect, outline_of

layers = keras.layers


def grouped() -> keras.Model:
    """Attention over tokens; `GroupQueryAttention` is called otherwise where it is defined."""
    tokens = keras.Input((6, 4))
    mixed = layers.GroupQueryAttention(2, 4, 2, name="mixed")(tokens, tokens)
    return keras.Model(tokens, layers.Dense(3, name="out")(layers.Flatten(name="flat")(mixed)))


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_a_layer_with_two_names_is_known_by_both(file: str, tmp_path: Path) -> None:
    grouped().save(tmp_path / file)
    inspect(tmp_path / file)
    found = outline_of(tmp_path / file).layers
    assert found is not None
    assert {"mixed", "flat", "out"} <= set(found)


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_models_that_keras_quantized_pass(mode: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8), layers.Dense(3)])
    for layer in model.layers:
        layer.quantize(mode)
    model.save(tmp_path / "m.keras")
    inspect(tmp_path / "m.keras")
