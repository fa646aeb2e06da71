"""Rows on models of many layers: a whole build of their summary, against Keras reading the file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate

LAYERS = 400
KERAS = "keras.saving.load_model"
SPEC = "title: Many layers\nmodel: deep.keras\nfigures: [summary]\ninferences: false\n"


def loading_functional() -> Work:
    return _loading(sequential=False, goal=Goal(KERAS, 2, limit=True), rounds=5)


def loading_sequential() -> Work:
    return _loading(sequential=True, goal=Goal(KERAS, 5), rounds=1)


def _loading(*, sequential: bool, goal: Goal, rounds: int) -> Work:
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    _deep(sequential).save(folder / "deep.keras")
    (folder / "deep.yaml").write_text(SPEC)
    plain = f"import keras; keras.saving.load_model({'deep.keras'!r}, compile=False)"

    def ours() -> None:
        shutil.rmtree(folder / ".reportgen", ignore_errors=True)
        shutil.rmtree(folder / "site", ignore_errors=True)
        _run(["-m", "reportgen", "build", "deep.yaml"], folder)

    return Work(
        f"a report with a summary of a {'Sequential' if sequential else 'Functional'} model of "
        f"{LAYERS} layers, from its file",
        {
            OURS: Candidate(ours, rounds=max(3, rounds)),
            KERAS: Candidate(lambda: _run(["-c", plain], folder), rounds=rounds),
        },
        (goal,),
        notes="each in a process of its own, which imports TensorFlow; ours inspects the file, "
        "tries it in another process, loads it and writes the page",
    )


def _deep(sequential: bool) -> Any:
    import keras

    layers: list[Any] = []
    for _ in range(LAYERS // 3):
        layers += [keras.layers.Conv2D(8, 3, padding="same"), keras.layers.BatchNormalization()]
        layers.append(keras.layers.ReLU())
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, "softmax")]
    start = keras.Input((16, 16, 3))
    if sequential:
        return keras.Sequential([start, *layers])
    value = start
    for layer in layers:
        value = layer(value)
    return keras.Model(start, value)


def _run(arguments: list[str], folder: Path) -> None:
    found = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=os.environ, capture_output=True, text=True
    )
    if found.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{found.stdout}{found.stderr}")
