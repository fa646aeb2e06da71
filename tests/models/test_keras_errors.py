"""Files that Keras itself refuses: the sentence names the layer, and what is wrong with it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.keras_errors import explain
from reportgen.models.trust import vetting
from reportgen.models.trust.inspection import inspect

Load = Callable[..., models.Loaded]
LAYERS = keras.layers


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model as `net.keras` and `net.h5`; nothing is tried beside this process."""
    monkeypatch.setattr(vetting, "_reader", lambda *_: nullcontext())
    monkeypatch.setattr(vetting, "_passed", set())
    layers = [LAYERS.Conv2D(2, 3, name="conv"), LAYERS.Flatten(), LAYERS.Dense(3, name="out")]
    net = keras.Sequential([keras.Input((6, 6, 1)), *layers])
    net.save(tmp_path / "net.keras")
    net.save(tmp_path / "net.h5")
    return tmp_path


def changed(folder: Path, weights: Callable[[h5py.File], None] | None = None, **config: Any) -> str:
    """A file with other weights, or with another configuration of its layer `conv`.

    It does not note which weights are whose, without which the inspection leaves shapes to Keras.
    """
    with zipfile.ZipFile(folder / "net.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    known = json.loads(members["config.json"])
    known["config"]["layers"][1]["config"].update(config)
    members["config.json"] = json.dumps(known).encode()
    buffer = io.BytesIO(members["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        file.visititems(lambda _, found: found.attrs.clear())
        if weights is not None:
            weights(file)
    members["model.weights.h5"] = buffer.getvalue()
    with zipfile.ZipFile(folder / "bad.keras", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    inspect(folder / "bad.keras")
    return "bad.keras"


def refused(load: Load, name: str) -> str:
    with pytest.raises(UserError) as caught:
        load(name)
    (problem,) = caught.value.problems
    return problem.message.removeprefix(
        f"the model file {name} is not a model that Keras can load: "
    )


def test_weights_of_another_shape_are_told_with_their_layer(load: Load, saved: Path) -> None:
    def change(file: h5py.File) -> None:
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = np.ones((31, 3), np.float32)

    said = "its layer 'out' takes the shape (32, 3), the file has (31, 3)"
    assert refused(load, changed(saved, change)) == said
    with h5py.File(saved / "net.h5", "r+") as file:
        inner = file["model_weights/out"]
        (name,) = [n for n in inner.attrs["weight_names"] if b"kernel" in np.bytes_(n)]
        del inner[name]
        inner[name] = np.ones((31, 3), np.float32)
    assert refused(load, "net.h5") == said


@pytest.mark.parametrize(("gone", "left"), [("layers/dense/vars/1", 1), ("layers/dense", 0)])
def test_weights_that_are_missing_are_told_with_their_layer(
    load: Load, saved: Path, gone: str, left: int
) -> None:
    def change(file: h5py.File) -> None:
        del file[gone]

    said = f"its layer 'out' takes 2 arrays of weights, the file has {left}"
    assert refused(load, changed(saved, change)) == said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"unitz": 3}, "its layer 'conv': Unrecognized keyword arguments passed to Conv2D"),
        ({"padding": "sam"}, "its layer 'conv': The `padding` argument must be a list/tuple"),
        ({"dtype": "float33"}, "its layer 'conv': Cannot convert 'float33'"),
        ({"kernel_size": [9, 9]}, "Computed output size would be zero or negative"),
    ],
)
def test_a_layer_that_keras_cannot_make_is_named(
    load: Load, saved: Path, config: dict[str, Any], said: str
) -> None:
    assert refused(load, changed(saved, **config)).startswith(said)


def test_other_errors_keep_their_kind() -> None:
    assert explain(KeyError("layers")) == "Keras finds no 'layers' where it looks for it"
    assert explain(RuntimeError("no such layer. Really.")) == "RuntimeError: no such layer"
    assert explain(ValueError("Unknown layer: x.\nmore")) == "Unknown layer: x"
    assert explain(ValueError()) == "ValueError"
