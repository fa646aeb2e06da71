"""What a spec says of datasets of the user's own, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.checking import load_text
from reportgen.errors import UserError
from reportgen.spec.types import Spec


def read(tmp_path: Path, *lines: str) -> Spec:
    (tmp_path / "photos").mkdir(exist_ok=True)
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(exist_ok=True)
        (tmp_path / "photos" / name / "a.png").touch()
    (tmp_path / "shapes.py").write_text("def make():\n    raise RuntimeError('it ran')\n")
    text = "model: zoo:base\ndataset:\n" + "".join(f"  {line}\n" for line in lines)
    return load_text(text, tmp_path / "own.yaml")


def test_every_key_of_a_folder(tmp_path: Path) -> None:
    lines = ("source: folder", "path: photos", "size: [12, 16]", "mean: 0.5", "std: [1, 2, 3]",
             "application: null", "classes: [b, a]", "color: gray")  # fmt: skip
    data = read(tmp_path, *lines).models[0].dataset
    assert data is not None
    assert data.source == "folder"
    assert data.params["size"] == [12, 16]
    assert (data.params["mean"], data.params["std"]) == ([0.5], [1.0, 2.0, 3.0])
    assert (data.params["unreadable"], data.params["validation"]) == ("skip", 0.1)


def test_one_number_is_both_sides(tmp_path: Path) -> None:
    data = read(tmp_path, "source: folder", "path: photos", "size: 64").models[0].dataset
    assert data is not None
    assert data.params["size"] == [64, 64]


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (("source: folder",), 3, "needs the key 'path'"),
        (("source: folder", "path: fotos"), 4, "no file or folder .*; did you mean 'photos'"),
        (("source: folder", "path: ~/photos"), 4, "'~' is not known here"),
        (("source: folder", "path: 7"), 4, "must be a path .* put it in quotes: '7'"),
        (("source: folder", "path: " + "a" * 300), 4, "no file or folder"),
        (("source: folder", "path: photos", "size: [1, 2, 3]"), 5, r"must be \[height, width\]"),
        (("source: folder", "path: photos", "size: [0, 9]"), 5, "the height in 'size' must be"),
        (("source: folder", "path: photos", "size: 1e9"), 5, "a whole number from 1 to 4096"),
        (("source: folder", "path: photos", "mean: []"), 5, "needs at least 1 numbers"),
        (("source: folder", "path: photos", "std: [0]"), 5, "1e-06 or more"),
        (("source: folder", "path: photos", "application: VGG"), 5, "did you mean 'VGG"),
        (("source: folder", "path: photos", "color: grey"), 5, "did you mean 'gray'"),
        (("source: python:shapes",), 3, "write python:PACKAGE.MODULE:FUNCTION"),
        (("source: python:shapes:make", "reads: gone.csv"), 4, "no file or folder"),
        (("source: fodler", "path: photos"), 3, "did you mean 'folder'"),
    ],
)
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, lines: tuple[str, ...], line: int, message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        read(tmp_path, *lines)
    assert [problem.line for problem in caught.value.problems] == [line]


def test_a_name_alone_does_where_nothing_is_required(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the dataset 'folder' needs the key 'path'"):
        load_text("model: zoo:base\ndataset: folder\n", tmp_path / "own.yaml")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text("def c():\n    raise RuntimeError('it ran')\n")
    made = load_text("model: zoo:base\ndataset: python:a.b:c\n", tmp_path / "own.yaml")
    assert made.models[0].dataset is not None
    assert made.models[0].dataset.source == "python:a.b:c"
