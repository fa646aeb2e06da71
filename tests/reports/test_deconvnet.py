"""The report on deconvnets, built as its spec says but on little data and small photos."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.requires_data
SPEC = Path("specs/deconvnet.yaml")


def reduced(text: str) -> str:
    """The spec over few images, trained for one epoch, with photos of 64 pixels."""
    changes = {
        r"limit: \d+, test: \d+": "limit: 600, test: 200",
        r"epochs: \d": "epochs: 1",
        r"search: \d+": "search: 100",
        r"size: 224": "size: 64",
        r'"python:bands:fields"': '"python:bands:fields", params: {count: 40}',
        r"activation_maximization: \{": "activation_maximization: {steps: 4, ",
        r"activation_maximization:\n +\{": "activation_maximization:\n          {steps: 4, ",
    }
    for old, new in changes.items():
        text, count = re.subn(old, new, text)
        assert count, old
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("deconvnet")
    (root / "specs").mkdir()
    (root / "specs" / SPEC.name).write_text(reduced(SPEC.read_text("utf-8")), "utf-8")
    shutil.copy(SPEC.parent / "bands.py", root / "specs")
    shutil.copytree(SPEC.parent / "photos", root / "specs" / "photos")
    command = [sys.executable, "-m", "reportgen", "build"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return root / "site" / "deconvnet"


def test_every_network_has_its_deconvnets_and_numbers(folder: Path) -> None:
    told = json.loads((folder / "report.json").read_text())
    shown: dict[str, dict[str, Any]] = {}
    for figure in told["figures"]:
        shown.setdefault(figure["model"], {}).setdefault(figure["kind"], figure)
    assert list(shown) == ["vgg", "resnet", "bands", "vgg16", "resnet50"]
    for name in ("vgg", "resnet", "vgg16", "resnet50"):
        assert {"deconvnet", "layer_metrics"} <= shown[name].keys(), name
        assert "guided backpropagation" in shown[name]["deconvnet"]["caption"]
    assert "channel 45 of layer" in shown["vgg16"]["deconvnet"]["caption"]
    assert "goes back along every branch" in shown["resnet50"]["deconvnet"]["caption"]
    assert "the 4 channels" in shown["bands"]["activation_maximization"]["caption"]
    assert not any(b["undefined"] for s in told["sections"] for b in s["blocks"])


def test_every_method_is_explained_once(folder: Path) -> None:
    told = json.loads((folder / "report.json").read_text())
    said = [text for s in told["sections"] for b in s["blocks"] for text in b["explanation"]]
    assert len(said) == len(set(said))
    papers = ("1311.2901", "1412.6806", "1312.6034", "1703.01365", "1610.02391")
    assert [one for one in papers if not any(one in text for text in said)] == []
    page = (folder / "index.html").read_text()
    assert page.count("How it works.") == len(said)
