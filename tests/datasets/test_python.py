"""Datasets from functions beside the spec."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import checking, datasets
from reportgen.digest import StatCache
from reportgen.errors import UserError
from reportgen.keys import Keys, key_of
from reportgen.plan import plan
from reportgen.reports import roots

ARRAYS = """\
import numpy as np

def arrays(seed, count=30):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 4, 4, 3), np.uint8)
    return {"x_train": images, "y_train": np.arange(count) % 2, "classes": ["off", "on"]}
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Any]:
    def _load(code: str, function: str = "arrays", **params: Any) -> Any:
        (tmp_path / "own_data.py").write_text(code)
        return datasets.load(f"python:own_data:{function}", params, 5, tmp_path)

    return _load


def test_a_dictionary_of_arrays(load: Callable[..., Any]) -> None:
    data = load(ARRAYS, params={"count": 40}, scaling="-1..1")
    assert data.targets[0].classes == ("off", "on")
    assert {n: len(s.images) for n, s in data.splits.items()} == {
        "train": 28, "validation": 4, "test": 8,
    }  # fmt: skip
    assert (data.title, data.preprocessing.offset) == ("Arrays", -1.0)


def test_pairs_as_keras_gives_them(load: Callable[..., Any]) -> None:
    code = """\
import numpy as np
def arrays():
    x, y = np.zeros((20, 3, 3)), np.arange(20) % 4
    return (x, y), (x[:4] + 1, y[:4])
"""
    data = load(code)
    assert data.splits["test"].images.tolist() == np.full((4, 3, 3, 1), 255).tolist()


def test_a_record_is_taken_as_it_is_with_a_digest_of_its_content(load: Callable[..., Any]) -> None:
    code = """\
from dataclasses import replace
from reportgen import datasets
def arrays(title):
    return replace(datasets.load("line", {"per_class": 5}, 1), title=title, digest="made up")
"""
    one, two = load(code, params={"title": "One"}), load(code, params={"title": "Two"})
    assert len(one.targets) == 5
    assert len({one.digest, two.digest, "made up"}) == 3


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def arrays(): return 3", r"should return arrays, but it returned builtins\.int"),
        ("def arrays(): return {'x': 1}", "a dictionary with the key 'x'"),
        ("def arrays(): return {'y_train': [1]}", "'x_train' must hold images to train on"),
        ("def arrays():\n    return 1 / 0", r"own_data\.py:2: .* failed: ZeroDivisionError"),
        ("def arays(): pass", "has no function 'arrays'; did you mean 'arays'"),
        ("def arrays(file): pass", "needs file; it may take seed, progress, and the 'params'"),
    ],
)
def test_what_does_not_work(load: Callable[..., Any], code: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(code)


SPEC = """\
model: zoo:base
dataset: {source: "python:own_data:arrays", reads: [pictures, names.txt], params: {count: 9}}
"""


def test_the_key_covers_code_and_files(tmp_path: Path) -> None:
    def key() -> str:
        made = plan(checking.load_text(SPEC, tmp_path / "own.yaml"), roots())
        task = made.tasks["own/python:own_data:arrays/dataset"]
        return key_of(task, Keys(StatCache()).facts(task, {}))

    (tmp_path / "own_data.py").write_text(f"import helper\n{ARRAYS}")
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "names.txt").write_text("off on")
    (tmp_path / "other.txt").write_text("")
    keys = [key()]
    for name in ("names.txt", "pictures/new.png", "helper.py", "own_data.py"):
        with (tmp_path / name).open("a") as file:
            file.write("\nchanged = 1\n")
        keys.append(key())
    assert len(set(keys)) == 5
    (tmp_path / "other.txt").write_text("changed")
    (tmp_path / "pictures" / ".hidden").write_text("changed")
    assert key() == keys[-1]


def test_files_that_are_not_there_are_told_with_their_line(tmp_path: Path) -> None:
    text = SPEC.replace("dataset: {", "dataset: {\n  ").replace(", reads", ",\n  reads")
    (tmp_path / "own_data.py").write_text(ARRAYS)
    (tmp_path / "name.txt").write_text("")
    (tmp_path / "pictures").mkdir()
    with pytest.raises(UserError) as caught:
        checking.load_text(text, tmp_path / "own.yaml")
    (problem,) = caught.value.problems
    assert problem.line == 4
    assert problem.message.endswith("names.txt")
    assert problem.hint == "did you mean 'name.txt'?"
