"""An installed package that brings a figure, a dataset, a model and an inference: build to page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """\
model: zoo:fancy_net
dataset: {source: fancy_data, count: 40}
training: {epochs: 1}
figures: [fancy_figure: {times: 2}]
inferences: [fancy_rule]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a spec, and the package as an installer would have put it."""
    installed = tmp_path / "installed"
    shutil.copytree(Path(__file__).parent / "plugin", installed)
    info = installed / "fancy_tools-1.0.dist-info"
    (installed / "info").rename(info)
    (tmp_path / "own.yaml").write_text(SPEC)
    return tmp_path


def reportgen(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(root / "installed")}
    command = [sys.executable, "-m", "reportgen", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment)


def test_what_a_package_brings_is_built_like_our_own(root: Path) -> None:
    listed = reportgen(root, "list")
    for name in ("zoo:fancy_net", "fancy_data", "fancy_figure", "fancy_rule"):
        assert name in listed.stdout
    built = reportgen(root, "build", "own.yaml")
    assert (built.returncode, "Traceback" in built.stderr) == (0, False), built.stderr
    page = (root / "site" / "own" / "report.md").read_text()
    # 64 pixels to two classes, with biases, counted twice.
    assert "It has 260 fancy weights." in page
    assert "Claim: The model has weights. **Supported.** There are 260 weights" in page
    assert "Weights, counted by a fancy plug-in." in page
    assert reportgen(root, "status", "own.yaml").returncode == 0

    # An edit to the package's code is seen, and only what runs that code is stale.
    draw = root / "installed" / "fancy_plugin" / "fancy_figure" / "draw.py"
    draw.write_text(draw.read_text().replace("counted by", "told by"))
    status = reportgen(root, "status", "own.yaml")
    assert status.returncode == 1
    assert "fancy_figure-1/draw (code changed)" in status.stdout
    assert "7 of 9 tasks are fresh" in status.stdout
