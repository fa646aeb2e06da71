"""Model files made by hand: sound ones, and ones with a single thing wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """A layer as a `.keras` file describes it."""
    return {"module": "keras.layers", "class_name": kind, "registered_name": None,
            "config": {"name": name, **config}, "name": name}  # fmt: skip


def model(*layers: dict[str, Any], name: str = "mine") -> dict[str, Any]:
    """A Sequential model of layers."""
    return {"module": "keras", "class_name": "Sequential", "registered_name": None,
            "config": {"name": name, "layers": list(layers)}}  # fmt: skip


INPUT = layer("InputLayer", "in", batch_shape=[None, 4])
SOUND = model(INPUT, layer("Dense", "out", units=3, activation="softmax"))


def hdf5(change: Callable[[h5py.File], None] | None = None, **attributes: str) -> bytes:
    """Weights of `SOUND`, and whatever `change` adds to them."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        variables = file.create_group("layers/dense/vars")
        variables["0"] = np.ones((4, 3), np.float32)
        variables["1"] = np.ones(3, np.float32)
        for name, value in attributes.items():
            file.attrs[name] = value
        if change is not None:
            change(file)
    return buffer.getvalue()


def keras_file(
    folder: Path, config: Any = SOUND, *, name: str = "m.keras", weights: bytes | None = None,
    more: Mapping[str, bytes] | None = None, packing: int = zipfile.ZIP_STORED,
) -> Path:  # fmt: skip
    """A `.keras` file; `config` may be a text that is not JSON."""
    text = config if isinstance(config, str) else json.dumps(config)
    path = folder / name
    members = {"metadata.json": b'{"keras_version": "3.15.0"}', "config.json": text.encode(),
               "model.weights.h5": hdf5() if weights is None else weights}  # fmt: skip
    with zipfile.ZipFile(path, "w", packing) as archive:
        for member, data in {**members, **(more or {})}.items():
            archive.writestr(member, data)
    return path


def h5_file(
    folder: Path, config: Any = SOUND, change: Callable[[h5py.File], None] | None = None,
    **attributes: str,
) -> Path:  # fmt: skip
    """A legacy file."""
    path = folder / "m.h5"
    text = config if isinstance(config, str) else json.dumps(config)
    path.write_bytes(hdf5(change, model_config=text, **attributes))
    return path
