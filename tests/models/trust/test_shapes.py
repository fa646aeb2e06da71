"""Shapes of weights against those that a configuration asks for: what is sure is told, no more."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from reportgen.errors import UserError
from reportgen.models.trust.inspection import inspect

layers = keras.layers
Change = Callable[[h5py.File], None]


def network() -> Any:
    """Each kind of layer that is looked at, and one in a model of its own."""
    x = keras.Input((8, 8, 4), name="image")
    y = layers.Conv2D(6, (3, 2), groups=2, name="grouped")(x)
    inner = keras.Sequential(
        [keras.Input(y.shape[1:]), layers.Conv2D(2, 1, name="deep")], name="in"
    )
    y = layers.Reshape((6, -1), name="rows")(inner(y))
    y = layers.Conv1D(3, 2, use_bias=False, name="line")(y)
    return keras.Model(x, layers.Dense(5, name="out")(layers.Flatten()(y)))


def file(folder: Path, change: Change | None = None, **config: Any) -> Path:
    """A saved network with other weights, or another configuration of its last layer."""
    network().save(folder / "net.keras")
    with zipfile.ZipFile(folder / "net.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    known = json.loads(members["config.json"])
    known["config"]["layers"][-1]["config"].update(config)
    members["config.json"] = json.dumps(known).encode()
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as opened:
        if change is not None:
            change(opened)
    members["model.weights.h5"] = buffer.getvalue()
    with zipfile.ZipFile(folder / "bad.keras", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return folder / "bad.keras"


def put(name: str, shape: tuple[int, ...], place: str = "0") -> Change:
    """Other values for an array of the layer of this name."""

    def change(opened: h5py.File) -> None:
        found: list[Any] = []
        opened.visititems(
            lambda _, one: found.append(one) if one.attrs.get("name") == name else None
        )
        (group,) = found
        del group[place]
        group[place] = np.ones(shape, np.float32)

    return change


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("out", (9, 5)), "'out' takes the shape (15, 5), the file has (9, 5)"),
        (put("out", (4,), "1"), "'out' takes the shape (5,), the file has (4,)"),
        (
            put("grouped", (3, 2, 4, 6)),
            "'grouped' takes the shape (3, 2, 2, 6), the file has (3, 2",
        ),
        (
            put("deep", (1, 1, 6, 3)),
            "'in/deep' takes the shape (1, 1, 6, 2), the file has (1, 1, 6",
        ),
        (put("line", (2, 14, 4)), "'line' takes the shape (2, 14, 3), the file has (2, 14, 4)"),
    ],
)
def test_another_shape_is_told_with_its_layer(tmp_path: Path, change: Change, said: str) -> None:
    path = file(tmp_path, change)
    with pytest.raises(UserError) as caught:
        inspect(path)
    (problem,) = caught.value.problems
    assert problem.message.startswith("the model file bad.keras is refused: the layer " + said)
    with pytest.raises(ValueError, match="shape"):
        keras.models.load_model(path)


def test_so_is_a_configuration_that_asks_for_more(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'out' takes the shape \(15, 7\), the file has \(15, 5\)"):
        inspect(file(tmp_path, units=7))


def rename(opened: h5py.File) -> None:
    """A name that two layers have, as the layers of two nested models may."""
    put("out", (9, 5))(opened)
    opened.visititems(
        lambda _, one: one.attrs.modify("name", "out") if "name" in one.attrs else None
    )


@pytest.mark.parametrize(
    ("change", "config"),
    [
        (None, {}),
        (rename, {}),
        (put("out", (9, 5)), {"lora_rank": 2}),
        (put("out", (9, 5)), {"dtype": "int8_from_float32"}),
        (put("out", (9, 5)), {"name": "other"}),
    ],
)
def test_what_is_not_sure_is_left_to_keras(
    tmp_path: Path, change: Change | None, config: dict[str, Any]
) -> None:
    inspect(file(tmp_path, change, **config))


def sound() -> dict[str, Any]:
    """Models whose weights are stored in ways of their own."""
    x = keras.Input((8, 8, 3))
    twice = layers.Conv2D(3, 3, padding="same", name="twice")
    first, second = (
        keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(n, 3, name="conv")], name=f"m{n}")
        for n in (2, 5)
    )
    adapted = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="low")])
    adapted.layers[0].enable_lora(2)
    packed = keras.Sequential([keras.Input((6,)), layers.Dense(4, name="int")])
    packed.layers[0].quantize("int8")
    return {
        "shared": keras.Model(x, twice(twice(x))),
        "alike": keras.Model(x, layers.Concatenate()([first(x), second(x)])),
        "wrapped": keras.Sequential(
            [keras.Input((5, 8, 8, 3)), layers.TimeDistributed(layers.Conv2D(2, 3, name="conv"))]
        ),
        "spectral": keras.Sequential(
            [keras.Input((8, 8, 3)), layers.SpectralNormalization(layers.Conv2D(2, 3, name="c"))]
        ),
        "first": keras.Sequential(
            [keras.Input((3, 8, 9)), layers.Conv2D(4, 3, data_format="channels_first", name="c")]
        ),
        "lora": adapted,
        "quantized": packed,
        "half": keras.Sequential([keras.Input((6,)), layers.Dense(4, dtype="mixed_float16")]),
    }


def test_no_sound_file_is_refused(tmp_path: Path) -> None:
    for name, model in sound().items():
        model.save(tmp_path / f"{name}.keras")
        inspect(tmp_path / f"{name}.keras")


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0", "ResNet50V2", "ConvNeXtTiny"])
def test_nor_is_a_network_of_keras(tmp_path: Path, name: str) -> None:
    make = getattr(keras.applications, name)
    make(weights=None, input_shape=(64, 64, 3), classes=10).save(tmp_path / "net.keras")
    inspect(tmp_path / "net.keras")
