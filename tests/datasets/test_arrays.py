"""Arrays of the user's own: what is taken, what is made of it, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import datasets
from reportgen.datasets.arrays import flattened, from_arrays
from reportgen.errors import UserError

COUNT = 60


def images(count: int = COUNT, shape: tuple[int, ...] = (4, 5, 3)) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).integers(0, 256, (count, *shape), np.uint8)


def pixels(values: Any, name: str = "x_test") -> tuple[Any, str]:
    """The pixels of an array, and what a page says of their origin."""
    params = {
        "size": None,
        "fit": "stretch",
        "interpolation": "bilinear",
        "color": None,
        "threshold": None,
        "scaling": "0..1",
        "mean": None,
        "std": None,
        "application": None,
    }
    data = from_arrays({name: values}, None, "Images", params, 0)
    return data.splits["test"].images, "; ".join(data.facts["origin"][0])


def write(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "data.npz", **arrays)
    return folder


def load(base: Path, **params: Any) -> Any:
    return datasets.load("npz", {"path": "data.npz", **params}, 3, base)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    x, y = images(), np.arange(COUNT) % 3
    return write(tmp_path, x_train=x, y_train=y, x_test=x[:6] // 2, y_test=y[:6])


def test_arrays_become_splits(plain: Path) -> None:
    data = load(plain)
    with np.load(plain / "data.npz") as stored:
        np.testing.assert_array_equal(data.splits["test"].images, stored["x_test"])
        whole = np.concatenate([data.splits[n].images for n in ("train", "validation")])
        assert sorted(map(bytes, whole)) == sorted(map(bytes, stored["x_train"]))
    assert data.targets[0].classes == ("0", "1", "2")
    assert (data.title, len(data.splits["validation"].images)) == ("Data", 6)


def test_what_is_set_apart_has_all_classes_alike(tmp_path: Path) -> None:
    y = np.repeat([0, 1], [40, 20])
    write(tmp_path, x_train=np.arange(60, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2)),
          y_train=y)  # fmt: skip
    data = load(tmp_path, test=0.2, validation=0.1)
    counts = {n: np.bincount(s.labels["class"]).tolist() for n, s in data.splits.items()}
    assert counts == {"train": [28, 14], "validation": [4, 2], "test": [8, 4]}
    for split in data.splits.values():
        first = split.images[:, 0, 0, 0]
        np.testing.assert_array_equal(split.labels["class"], first >= 40)
        assert (np.diff(first.astype(int)) > 0).all(), "images keep their order"


def test_another_seed_sets_apart_others_and_the_same_the_same(plain: Path) -> None:
    assert load(plain).digest == load(plain).digest
    other = datasets.load("npz", {"path": "data.npz"}, 4, plain)
    assert load(plain).digest != other.digest


@pytest.mark.parametrize(
    "change", [{"classes": ["a", "b", "c"]}, {"scaling": "-1..1"}, {"threshold": 9}, {"title": "T"}]
)
def test_the_digest_covers_what_pages_say(plain: Path, change: dict[str, Any]) -> None:
    assert load(plain, **change).digest != load(plain).digest


def test_other_names_and_labels_as_names(tmp_path: Path) -> None:
    y = np.array(["cat", "ant", "bee"] * 20)
    write(tmp_path, pictures=images(shape=(4, 5)), kinds=y)
    data = load(tmp_path, x_train="pictures", y_train="kinds")
    assert data.targets[0].classes == ("ant", "bee", "cat")
    assert data.splits["train"].images.shape[1:] == (4, 5, 1)
    told = load(tmp_path, x_train="pictures", y_train="kinds", classes=["cat", "bee", "ant"])
    np.testing.assert_array_equal(
        2 - data.splits["test"].labels["class"], told.splits["test"].labels["class"]
    )


def test_one_column_for_each_class() -> None:
    assert flattened(np.eye(3)[[2, 0, 1]], "y").tolist() == [2, 0, 1]
    assert flattened(np.array([[1], [4]]), "y").tolist() == [1, 4]


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        (np.array([0.0, 0.5, 1.0]), [0, 128, 255], "rounded to 256 levels"),
        (np.array([False, True]), [0, 255], "true and false"),
        (np.array([0, 255], np.int64), [0, 255], "0 to 255"),
        (np.array([0.0, 200.0]), [0, 200], "0 to 255"),
    ],
)
def test_values_become_bytes(values: Any, expected: list[int], words: str) -> None:
    found, said = pixels(values.reshape(1, 1, -1))
    assert (found.ravel().tolist(), found.dtype, found.shape[-1]) == (expected, np.uint8, 1)
    assert words in said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((3, 4)), "must hold images of shape"),
        (np.zeros((2, 3, 32, 32)), "put the channels last"),
        (np.zeros((2, 5, 24, 32)), "put the channels last"),
        (np.zeros((2, 7, 4, 5)), "up to 64 that are no more than rows or columns, got shape 2 x 7"),
        (np.zeros((2, 70, 70, 65)), "1 to 4 channels, or up to 64"),
        (np.zeros((0, 4, 4, 1)), "must hold images of shape"),
        (np.full((1, 2, 2), -1.0), "values from 0 to 1, or from 0 to 255, got -1 to -1"),
        (np.full((1, 2, 2), np.nan), "must hold numbers, got NaN in 1 of 1 images; mend"),
        (np.array([[[0.5]], [[np.nan]], [[1]], [[np.nan]]]), "numbers, got NaN in 2 of 4 images"),
        (np.full((1, 2, 2), np.inf), "or from 0 to 255, got inf to inf"),
        (np.full((1, 2, 2), 1.5), "whole numbers above 1, got fractions"),
        (np.full((1, 2, 2), "a"), "must hold numbers"),
    ],
)
def test_values_that_are_no_images(values: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        pixels(values, "x_train")


@pytest.mark.parametrize("shape", [(60, 4, 4, 5), (2, 7, 6, 9), (2, 65, 70, 70)])
def test_an_axis_that_cannot_be_channels_is_not_to_be_moved(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="up to 64 that are no more") as caught:
        pixels(np.zeros(shape, np.uint8), "x_train")
    assert caught.value.problems[0].hint.startswith("store the images as one array")


@pytest.mark.parametrize("shape", [(1, 1, 4), (2, 3, 2), (7, 13, 5), (64, 64, 64)])
def test_channels_that_are_taken(shape: tuple[int, ...]) -> None:
    given = images(2, shape)
    np.testing.assert_array_equal(pixels(given, "x_train")[0], given)


def test_five_channels_can_be_resized_and_not_colored(tmp_path: Path) -> None:
    given = np.repeat(np.arange(50, 100, 10, dtype=np.uint8)[None], COUNT * 63, axis=0)
    write(tmp_path, x_train=given.reshape(COUNT, 7, 9, 5), y_train=np.arange(COUNT) % 3)
    data = load(tmp_path, size=[14, 18], mean=[0.1, 0.2, 0.3, 0.4, 0.5])
    found = data.splits["test"].images
    assert found.shape[1:] == (14, 18, 5)
    assert (found == [50, 60, 70, 80, 90]).all()
    assert len(data.preprocessing.offset) == 5
    with pytest.raises(UserError, match=r"'color' is for images of 1 to 4 channels.* have 5"):
        load(tmp_path, color="gray")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": images(), "y_train": np.zeros(7)}, "'y_train' must hold 60 labels, got 7"),
        ({"x_train": images(), "y_train": np.full(COUNT, -1)}, "class numbers from 0"),
        ({"x_train": images(), "y_train": np.full(COUNT, 0.5)}, "class numbers from 0"),
        ({"x": images()}, "has no array 'x_train'; it has x"),
        ({"x_train": images(), "y_train": np.zeros(COUNT), "x_test": images()}, "array 'y_test'"),
        (
            {"x_train": images(), "y_train": np.zeros(COUNT),
             "x_test": images(shape=(9, 9, 3)), "y_test": np.zeros(COUNT)},
            r"images of shape \(4, 5, 3\) as x_train",
        ),
        ({"x_train": np.array([{}]), "y_train": np.zeros(1)}, "Python objects, which could run"),
    ],
)  # fmt: skip
def test_arrays_that_do_not_go_together(
    tmp_path: Path, arrays: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load(write(tmp_path, **arrays))


def test_fewer_names_than_classes(plain: Path) -> None:
    with pytest.raises(UserError, match=r"'classes' must hold 3 names.*got 2"):
        load(plain, classes=["a", "b"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"plain text"])
def test_a_file_that_is_no_npz(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"data\.npz cannot be read"):
        load(tmp_path)
