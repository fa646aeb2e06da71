"""The report on VGG16, built as its spec says but on a photo of 32 pixels."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = Path("specs/vgg16.yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vgg16")
    shutil.copytree(SPEC.parent / "photos", folder / "specs" / "photos")
    text = SPEC.read_text(encoding="utf-8")
    assert text.count("size: 224") == 2
    (folder / "specs" / SPEC.name).write_text(text.replace("size: 224", "size: 32"))
    command = [sys.executable, "-m", "reportgen", "build"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_table_and_figure_is_there(folder: Path) -> None:
    told = json.loads((folder / "site/vgg16/report.json").read_text())
    found = {figure["id"] for figure in told["figures"]}
    assert found >= {
        "architecture-1", "architecture-1-stages", "summary-1", "layer_metrics-1-shapes",
        "kernels-1-block1_conv1", "kernels-2-block5_conv3", "samples-1", "samples-1-input",
        "samples-1-preparation", "feature_maps-1-block1_conv1", "feature_maps-2-block5_conv3",
        "architecture-2", "architecture-2-stage-5", "feature_maps-3-conv5_block3_3_conv",
    }  # fmt: skip
    page = (folder / "site/vgg16/index.html").read_text()
    assert page.count("drawn at random and never trained") >= 4
    assert "A weight w is drawn as (w - low) / (high - low)" in page
    assert "as VGG16 demands" in page


def test_random_weights_are_not_kept_in_the_cache(folder: Path) -> None:
    kept = sum(path.stat().st_size for path in (folder / ".reportgen").rglob("*") if path.is_file())
    assert kept < 30_000_000
