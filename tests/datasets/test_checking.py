"""What a function may return that is no dataset, each told in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen import datasets
from reportgen.errors import UserError

MODULE = """\
import sys
import numpy as np
from reportgen.records import Dataset, Preprocessing, Split, Target

X, Y = np.zeros((20, 4, 4, 3), np.uint8), np.arange(20) % 2

def record(test=None, **changes):
    whole = Split(X, {"class": Y})
    splits = {"train": whole, "validation": whole, "test": test or whole}
    given = dict(name="d", title="D", targets=(Target("class", "Class", ("a", "b")),),
                 splits=splits, preprocessing=Preprocessing(), foreground="all", digest="")
    return Dataset(**{**given, **changes})

def good(): return record()
def no_record(): return record(preprocessing=None)
def no_targets(): return record(targets=("class",))
def no_splits(): return record(splits={})
def fractions(): return record(test=Split(X / 255, {"class": Y}))
def unlabeled(): return record(test=Split(X, {}))
def far_labels(): return record(test=Split(X, {"class": Y + 7}))
def other_size(): return record(test=Split(np.zeros((20, 5, 5, 3), np.uint8), {"class": Y}))
def other_masks(): return record(test=Split(X, {"class": Y}, np.zeros((3, 3), bool)))
def no_images(): return record(test=Split(X[:0], {"class": Y[:0]}))
def array_facts(): return record(facts={"a": X})
def word_threshold(): return record(facts={"threshold": "high"})
def ends(): sys.exit(3)
def ragged(): return {"x_train": [np.zeros((3, 3)), np.zeros((4, 4))], "y_train": [0, 1]}
def ragged_labels(): return {"x_train": X, "y_train": [[0], [1, 2]]}
def huge_label(): return {"x_train": X, "y_train": np.full(20, 10**12)}
def no_number(): return {"x_train": X, "y_train": np.full(20, np.nan)}
def one_word(): return {"x_train": X, "y_train": Y, "classes": "ab"}
def none_at_all(): return {"x_train": X[:0], "y_train": Y[:0]}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "odd_data.py").write_text(MODULE)
    return tmp_path


def load(base: Path, name: str, **params: Any) -> Any:
    return datasets.load(f"python:odd_data:{name}", params, 0, base)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_record", "preprocessing: expected a Preprocessing, got None"),
        ("no_targets", "targets: expected Targets with classes, got 'class'"),
        ("no_splits", "train split: expected a Split, got NoneType"),
        ("fractions", r"test images: expected uint8 of shape .*, got float64"),
        ("unlabeled", r"test labels 'class': expected whole numbers of shape \(20,\)"),
        ("far_labels", "expected class indices 0 to 1, got 7 to 8"),
        ("other_size", r"train images: expected shape \(5, 5, 3\) as in test, got \(4, 4, 3\)"),
        ("other_masks", r"test masks: expected shape \(20, 4, 4\), got \(3, 3\)"),
        ("no_images", "test images: expected at least one image, got none"),
        ("array_facts", "facts: expected what JSON can hold"),
        ("word_threshold", "expected a whole number or None, got 'high'"),
        ("ends", "ends failed: SystemExit: 3"),
        ("ragged", "'x_train' must hold items of one shape"),
        ("ragged_labels", "'y_train' must hold items of one shape"),
        ("huge_label", "at most 100,000 classes, got number 1000000000000"),
        ("no_number", "class numbers from 0, or names, got nan"),
        ("one_word", "the classes 'ab', which are no list of names"),
        ("none_at_all", "images of shape .*, got shape 0 x 4 x 4 x 3; the array is empty"),
    ],
)
def test_what_is_no_dataset(base: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        load(base, name)
    assert len(caught.value.problems) == 1


def test_a_finished_dataset_takes_no_preparation_from_the_spec(base: Path) -> None:
    assert load(base, "good").title == "D"
    with pytest.raises(UserError, match=r"'size' does nothing here: .* returns a finished Dataset"):
        load(base, "good", size=[8, 8])


def test_labels_may_be_texts_of_any_kind(tmp_path: Path) -> None:
    code = "import numpy as np\ndef arrays():\n    y = np.array(['b', 'a'] * 10, object)\n"
    code += "    return {'x_train': np.zeros((20, 3, 3)), 'y_train': y}\n"
    (tmp_path / "texts.py").write_text(code)
    data = datasets.load("python:texts:arrays", {}, 0, tmp_path)
    assert data.targets[0].classes == ("a", "b")
