"""Images without labels from `.npz` files and from functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import datasets
from reportgen.errors import UserError

X = np.random.default_rng(1).integers(0, 256, (12, 4, 5, 3), np.uint8)
Y = np.arange(12) % 2
FUNCTION = """\
import numpy as np
X = np.random.default_rng(1).integers(0, 256, (12, 4, 5, 3), np.uint8)
def images(): return {"x_test": X}
def alone(): return X
def both(): return {"x_train": X, "x_test": X[:3]}
def some(): return {"x_train": X, "x_test": X[:3], "y_test": [0, 1, 0]}
def half(): return {"x_train": X, "y_train": np.arange(12) % 2, "x_test": X[:3]}
def named(): return {"x_train": X, "classes": ["a", "b"]}
def pair(): return X, X
def other_size(): return {"x_train": X, "x_test": X[:, :3]}
"""


def npz(folder: Path, arrays: dict[str, Any], **params: Any) -> Any:
    np.savez(folder / "data.npz", **arrays)
    return datasets.load("npz", {"path": "data.npz", **params}, 0, folder)


def called(folder: Path, name: str, **params: Any) -> Any:
    (folder / "bare_data.py").write_text(FUNCTION)
    return datasets.load(f"python:bare_data:{name}", params, 0, folder)


def counts(data: Any) -> list[int]:
    return [len(data.splits[name].images) for name in ("train", "validation", "test")]


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"x_train": X}, [0, 0, 12]),
        ({"x_test": X}, [0, 0, 12]),
        ({"x_validation": X}, [0, 0, 12]),
        ({"x_train": X[:7], "x_validation": X[7:]}, [0, 0, 12]),
        ({"x_train": X, "x_test": X[:3]}, [12, 0, 3]),
        ({"x_train": X, "x_validation": X[:2], "x_test": X[:3]}, [12, 2, 3]),
        ({"x_test": X, "y_test": Y, "y_train": Y}, [0, 0, 12]),
    ],
)
def test_a_file_of_images_alone(tmp_path: Path, arrays: Any, expected: list[int]) -> None:
    data = npz(tmp_path, arrays, labels=False)
    assert list(datasets.mistakes("npz", {"path": "data.npz", "labels": False}, tmp_path)) == []
    assert (counts(data), data.targets) == (expected, ())
    np.testing.assert_array_equal(data.splits["test"].images, X[: expected[2]])
    assert all(split.labels == {} for split in data.splits.values())


def test_images_alone_are_prepared_as_others_are(tmp_path: Path) -> None:
    data = npz(tmp_path, {"pictures": X / 255}, labels=False, x_test="pictures", size=[8, 10],
               color="gray", scaling="-1..1", threshold=9)  # fmt: skip
    assert data.splits["test"].images.shape == (12, 8, 10, 1)
    assert (data.preprocessing.offset, data.facts["threshold"]) == (-1.0, 9)
    (row,) = data.facts["origin"]
    assert row[:2] == ["x_test", "12 x 4 x 5 x 3"]


@pytest.mark.parametrize(
    ("arrays", "params", "message"),
    [
        ({"x_train": X}, {}, "has no array 'y_train'; it has x_train; .*, or labels: false if"),
        ({"images": X}, {}, "no array 'x_train'; it has images; .*; and labels: false if there"),
        ({"images": X}, {"labels": False}, "has no array 'x_test'; it has images; .*x_test: NAME"),
        ({"x_test": X}, {"labels": False, "x_train": "z"}, "no array 'z'; it has x_test"),
        ({"x_test": X}, {"labels": False, "y_test": "z"}, "'y_test' does nothing here: labels are"),
        ({"x_test": np.zeros((3, 4))}, {"labels": False}, "'x_test' must hold images of shape"),
        ({}, {"labels": False}, "holds no NumPy arrays, and it must hold 'x_test'"),
    ],
)  # fmt: skip
def test_check_and_load_refuse_the_same(
    tmp_path: Path, arrays: Any, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message) as caught:
        npz(tmp_path, arrays, **params)
    found = datasets.mistakes("npz", {"path": "data.npz", **params}, tmp_path)
    assert [problem for _, problem in found] == list(caught.value.problems)


def test_a_label_that_is_there_is_no_reason_to_do_without(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no array 'y_train'") as caught:
        npz(tmp_path, {"x_train": X, "x_test": X, "y_test": Y})
    assert "labels: false" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"), [("images", [0, 0, 12]), ("alone", [0, 0, 12]), ("both", [12, 0, 3])]
)
def test_a_function_leaves_labels_out(tmp_path: Path, name: str, expected: list[int]) -> None:
    data = called(tmp_path, name, title="Bare")
    assert (counts(data), data.targets, data.title) == (expected, (), "Bare")
    np.testing.assert_array_equal(data.splits["test"].images, X[: expected[2]])


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("some", {}, "'y_train' must hold one label for each image, got nothing"),
        ("half", {}, "'y_test' must hold one label for each image, got nothing"),
        ("pair", {}, "should return arrays, but it returned builtins.tuple.*leave y_... out"),
        ("other_size", {}, r"'x_test' must hold images of shape \(4, 5, 3\) as x_train, got"),
    ],
)
def test_labels_of_some_splits_alone_are_a_mistake(
    tmp_path: Path, name: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        called(tmp_path, name, **params)
