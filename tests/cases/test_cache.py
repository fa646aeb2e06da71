"""The cache: it holds what was read, notices what changed, and heals."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reportgen import checking, reports
from reportgen.codec import decode, encode
from reportgen.engine import worker as worker_room
from reportgen.engine.client import Worker
from reportgen.engine.job import Job, Progress
from reportgen.errors import UserError
from reportgen.store import Output
from tests.test_reports import Silent

SPEC = """\
title: One
models:
  one: {source: SOURCE, dataset: DATASET}
sections:
- title: All
  model: one
  figures: [FIGURES]
inferences: []
"""
NPZ = "{source: npz, path: data.npz, labels: false}"
FOLDER = "{source: folder, path: data, labels: false}"

MODULE = """\
import keras
from helper import BIAS

def model(input_shape):
    inputs = keras.Input(input_shape)
    dense = keras.layers.Dense(2, activation="softmax", bias_initializer=BIAS, name="dense")
    return keras.Model(inputs, dense(keras.layers.Flatten()(inputs))), True

def data():
    import numpy as np
    return np.load("data.npy")
"""

Swap = Callable[[], None]


class Here(Worker):
    """Runs jobs in this process, which has imported TensorFlow already."""

    before: Swap | None = None
    after: Swap | None = None

    def start(self) -> None:
        worker_room.handler()

    def stop(self) -> None:
        pass

    def run(self, job: Job, progress: Progress) -> dict[str, Output]:
        request = json.loads(json.dumps(encode(job)))
        if Here.before:
            Here.before()
        try:
            return decode(dict[str, Output], worker_room._run(request, lambda _: None))
        finally:
            if Here.after:
                Here.after()


class Place:
    """A project with one spec; `swap` replaces an input, and `back` puts the first one back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = reports.Place(root / "site", root / ".reportgen")
        self.listener = Silent()

    def spec(self, source: str, dataset: str = NPZ, figures: str = "summary") -> None:
        text = SPEC.replace("SOURCE", source).replace("DATASET", dataset)
        (self.root / "one.yaml").write_text(text.replace("FIGURES", figures))

    def build(self) -> int:
        self.listener = Silent()
        plans = reports.plans([checking.load(self.root / "one.yaml")])
        return reports.build(plans, self.place, self.listener, prune=False)

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.place.out / "one" / "report.json").read_text())
        return facts

    def model(self) -> str:
        return str(self.facts()["models"][0]["digest"])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(reports, "Worker", Here)
    monkeypatch.chdir(tmp_path)
    images(tmp_path / "data.npz", 100)
    yield Place(tmp_path)
    Here.before = Here.after = None


def images(path: Path, value: int) -> None:
    np.savez(path, x_test=np.full((4, 8, 8, 1), value, np.uint8))


def save(path: Path, bias: float) -> None:
    inputs = keras.Input((8, 8, 1))
    dense = keras.layers.Dense(
        2, "softmax", kernel_initializer="ones", bias_initializer=keras.initializers.Constant(bias)
    )
    keras.Model(inputs, dense(keras.layers.Flatten()(inputs))).save(path)


def test_a_model_swapped_before_it_is_read_is_shown_as_itself(place: Place) -> None:
    """A model replaced while the worker started was remembered as the one before it."""
    for name, bias in (("a", 0.0), ("b", 1.0)):
        save(place.root / f"{name}.keras", bias)
    digests = {}
    for name in "ab":
        place.spec(f"{name}.keras")
        assert place.build() == 0, place.listener.errors
        digests[name] = place.model()
    print(digests)
    shutil.copy(place.root / "a.keras", place.root / "m.keras")
    place.spec("m.keras")
    Here.before = lambda: shutil.copy(place.root / "b.keras", place.root / "m.keras")
    assert place.build() == 0, place.listener.errors
    assert place.model() == digests["b"]
    print(place.listener.remarks)
    Here.before = None
    shutil.copy(place.root / "a.keras", place.root / "m.keras")
    assert place.build() == 0
    assert place.model() == digests["a"]
