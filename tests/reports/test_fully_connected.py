"""The report on fully connected layers, built on little data: all that it promises is there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SPEC = Path("specs/fully_connected.yaml")


def reduced(text: str) -> str:
    """The spec over few images, each model trained for one epoch."""
    data = "{source: fashion_mnist, limit: 500, test: 200}"
    text, datasets = re.subn(r"&clothes fashion_mnist", f"&clothes {data}", text)
    text, trainings = re.subn(r"epochs: \d+\n", "epochs: 1\n", text)
    assert datasets == 1
    assert trainings >= 1
    return text


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("fully_connected")
    (folder / "specs").mkdir()
    text = reduced(SPEC.read_text(encoding="utf-8"))
    (folder / "specs" / SPEC.name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "reportgen", "build"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads((folder / "site/fully_connected/report.json").read_text())
    return made


@pytest.mark.requires_data
def test_every_head_is_trained_shown_and_measured(report: dict[str, Any]) -> None:
    models = {model["name"]: model for model in report["models"]}
    assert list(models) == ["softmax", "arcface", "cosface", "sphereface", "arcface_3d"]
    for name in ("softmax", "arcface", "cosface", "sphereface"):
        assert models[name]["total_params"] == 74_126
    kinds = ("training_curves", "evaluation", "confusion_matrix", "embedding", "class_weights")
    for name in models:
        shown = {figure["kind"] for figure in report["figures"] if figure["model"] == name}
        assert shown >= set(kinds), name


@pytest.mark.requires_data
def test_angles_are_evidence_and_examples_stand_by_category(report: dict[str, Any]) -> None:
    measures = {item["id"].partition(".")[2].partition("@")[0] for item in report["evidence"]}
    assert measures >= {"within_angle", "center_angle", "weight_center_angle", "weight_angle"}
    titles = [figure["title"] for figure in report["figures"] if figure["kind"] == "samples"]
    assert len(titles) == 5
