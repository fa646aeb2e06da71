"""What is in doubt is said on the console, at the top of the page and in report.json."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from reportgen.cli import main

SPEC = """
title: A doubtful model
model: broken.keras
figures: [summary]
inferences: false
"""


@pytest.mark.timeout(120)
def test_weights_that_are_not_finite_are_told_before_any_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model with a NaN among its weights was reported without a word in its summary."""
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, name="edge")])
    kernel = np.ones((3, 3, 1, 2), np.float32)
    kernel[0, 0, 0, 1] = np.nan
    model.layers[0].set_weights([kernel, np.zeros(2, np.float32)])
    (tmp_path / "specs").mkdir()
    model.save(tmp_path / "specs" / "broken.keras")
    (tmp_path / "specs" / "doubt.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(main, ["build"])

    sentence = "The weights of layer 'edge' hold values that are not finite"
    assert result.exit_code == 0, result.output
    assert result.output.count(sentence) == 1
    written = json.loads((tmp_path / "site/doubt/report.json").read_text())
    assert [warning["kind"] for warning in written["warnings"]] == ["not_finite"]
    for name, first in (("index.html", '<section id="'), ("report.md", "**Contents**")):
        page = (tmp_path / "site/doubt" / name).read_text()
        assert page.index("hold values that are not finite") < page.index(first)
