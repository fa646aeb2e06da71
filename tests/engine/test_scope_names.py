"""Layers of names that TensorFlow does not compile, which Keras saves and reads all the same."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from reportgen.cli import main

layers = keras.layers


@pytest.mark.parametrize("name", ["conv 1", "größe", "x[1]"])
def test_such_a_name_is_told_as_the_models_mistake(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3, name=name)])
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(3))
    model.save(tmp_path / "m.keras")
    np.savez(tmp_path / "d.npz", x_train=np.zeros((30, 6, 6), np.uint8), y_train=np.arange(30) % 3)
    text = "model: m.keras\ndataset: {source: npz, path: d.npz}\nfigures: [kernels]\n"
    (tmp_path / "x.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["build", "x.yaml"])
    assert done.exit_code == 2
    assert f"x.yaml:1: TensorFlow cannot compute with a layer called '{name}'" in done.output
    assert "Arguments received" not in done.output
