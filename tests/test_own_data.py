"""A report on images of the user's own, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reportgen import checking, reports
from reportgen.errors import ReportgenError
from reportgen.plan import Task

SPEC = """\
title: Photos
model: zoo:base
dataset:
  source: folder
  path: photos
  size: 16
  color: rgb
  mean: [0.5, 0.4, 0.3]
training: {epochs: 1, batch_size: 8}
figures: [samples, evaluation]
inferences: false
"""


class Ear:
    """A listener that remembers what it is told."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.said: list[str] = []

    def started(self, task: Task) -> None:
        self.ran.append(task.key.partition("/")[2])

    def progress(self, done: int, total: int, text: str) -> None: ...

    def finished(self, task: Task, seconds: float) -> None: ...

    def remarked(self, task: Task, text: str) -> None:
        self.said.append(text)

    def warned(self, task: Task, text: str) -> None:
        self.said.append(text)

    def failed(self, task: Task, error: ReportgenError) -> None:
        self.said += [str(problem) for problem in error.problems]

    def reported(self, slug: str, page: Path, tasks: int) -> None: ...


def made(root: Path) -> tuple[int, Ear]:
    ear = Ear()
    plans = reports.plans([checking.load(root / "own.yaml")])
    return reports.build(plans, reports.Place(root / "site", root / "cache"), ear, prune=True), ear


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, level in (("dark", 40), ("light", 180)):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(8):
            pixels = rng.integers(level, level + 60, (20 + number, 24, 3), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    (tmp_path / "photos" / "dark" / "broken.png").write_bytes(b"no image")
    (tmp_path / "own.yaml").write_text(SPEC)
    return tmp_path


def test_a_folder_of_images_from_files_to_page(root: Path) -> None:
    status, ear = made(root)
    told = "1 file was left out as unreadable: photos/dark/broken.png"
    assert (status, [text[: len(told)] for text in ear.said]) == (0, [told])
    report = json.loads((root / "site" / "own" / "report.json").read_text())
    page = (root / "site" / "own" / "report.md").read_text()
    assert "One of 17 image files could not be read and was left out." in page
    assert "20 x 24 to 27 x 24" in page
    assert "-0.5 to 0.5; -0.4 to 0.6; -0.3 to 0.7" in page
    assert str(root) not in json.dumps(report)

    # A file that changes no pixel of the data stops at the dataset; a new image does not.
    (root / "photos" / "dark" / ".notes").write_text("hidden")
    assert made(root)[1].ran == []
    image = root / "photos" / "dark" / "3.png"
    Image.open(image).save(image, compress_level=1)
    assert made(root)[1].ran == ["folder/dataset"]
    Image.open(image).transpose(Image.Transpose.ROTATE_180).save(image)
    assert "base/train" in made(root)[1].ran

    (root / "own.yaml").write_text(SPEC.replace("size: 16", "size: 16\n  unreadable: fail"))
    status, ear = made(root)
    assert status == 2
    assert ear.said[0].startswith(f"{root / 'own.yaml'}:4: photos/dark/broken.png cannot be read")
