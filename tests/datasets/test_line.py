from __future__ import annotations

import numpy as np
import pytest

from reportgen import datasets
from reportgen.datasets import line
from reportgen.records import Dataset


@pytest.fixture(scope="module")
def lines() -> Dataset:
    return datasets.load("line", {"per_class": 10}, seed=7)


def upright(length: float, width: float, degrees: float, x: float = 14, y: float = 14):
    one = [np.array([value], np.float32) for value in (length, width, degrees)]
    covered, mask = line.render(np.array([[x, y]], np.float32), *one)
    return covered[0], mask[0]


def test_a_horizontal_line_covers_its_pixels_and_half_of_those_at_its_ends() -> None:
    covered, mask = upright(7, 1, 0)
    expected = np.zeros((28, 28))
    expected[14, 11:18] = 1
    np.testing.assert_allclose(covered, expected, atol=1e-6)
    assert (mask == (expected == 1)).all()

    shifted, _ = upright(7, 1, 0, x=14.5)
    np.testing.assert_allclose(shifted[14, 10:20], [0, 0.5, 1, 1, 1, 1, 1, 1, 0.5, 0], atol=1e-6)


def test_angles_turn_counterclockwise_as_seen_with_y_upward() -> None:
    _, mask = upright(15, 1, 45)
    rows, columns = np.nonzero(mask)
    assert np.corrcoef(rows, columns)[0, 1] < -0.99  # to the right means up, to smaller rows
    _, vertical = upright(15, 1, 90)
    assert set(np.nonzero(vertical)[1]) == {14}


@pytest.mark.parametrize("degrees", line.ANGLES)
@pytest.mark.parametrize("width", line.WIDTHS)
@pytest.mark.parametrize("length", line.LENGTHS)
def test_coverage_adds_up_to_the_area_and_lies_along_the_angle(
    length: int, width: int, degrees: int
) -> None:
    covered, mask = upright(length, width, degrees, x=13.3, y=14.6)
    assert covered.sum() == pytest.approx(length * width, rel=1 / 7)
    assert mask.sum() == pytest.approx(length * width, abs=0.45 * length * width)
    rows, columns = np.mgrid[:28, :28]
    x, y = columns - 13.3, 14.6 - rows
    if length > width * 2:
        inertia = np.array([[(covered * a * b).sum() for a in (x, y)] for b in (x, y)])
        axis = np.linalg.eigh(inertia)[1][:, -1]
        found = np.rad2deg(np.arctan2(axis[1], axis[0])) % 180
        assert min(abs(found - degrees), 180 - abs(found - degrees)) < 1.0


def test_ninety_six_classes_combine_four_attributes(lines: Dataset) -> None:
    classes, *attributes = lines.targets
    assert [target.name for target in lines.targets] == [
        "class", "length", "width", "color", "angle",
    ]  # fmt: skip
    assert [target.title for target in attributes] == ["Length", "Width", "Color", "Angle"]
    assert len(classes.classes) == len(set(classes.classes)) == 96
    assert "7 px long, 1 px wide, 15°, red" in classes.classes
    for split in lines.splits.values():
        for index in range(0, len(split.images), 7):
            words = [
                target.classes[split.labels[target.name][index]] for target in attributes
            ]  # length, width, color, angle
            title = classes.classes[split.labels["class"][index]]
            assert title == f"{words[0]} long, {words[1]} wide, {words[3]}, {words[2]}"


def test_pictures_agree_with_their_labels(lines: Dataset) -> None:
    split = lines.splits["train"]
    images = split.images.astype(int)
    blue = images[..., 2].sum((1, 2)) > images[..., 0].sum((1, 2))
    assert (blue == split.labels["color"]).all()
    assert images[..., 1].max() == 0
    area = images.max(-1).sum((1, 2)) / 255
    wanted = np.array([7, 15])[split.labels["length"]] * np.array([1, 3])[split.labels["width"]]
    np.testing.assert_allclose(area, wanted, rtol=1 / 7)


def test_lines_lie_entirely_inside_at_many_places(lines: Dataset) -> None:
    for split in lines.splits.values():
        ink = split.images.max(-1) / 255
        wanted = np.array([7, 15])[split.labels["length"]] * np.array([1, 3])[split.labels["width"]]
        assert (ink.sum((1, 2)) > wanted * 6 / 7).all()  # nothing is cut off at the border
    places = np.argwhere(split.images.max(-1) > 127)
    assert (places[:, 1:].min(0) <= 3).all()
    assert (places[:, 1:].max(0) >= 24).all()


def test_masks_cover_the_visible_line(lines: Dataset) -> None:
    split = lines.splits["test"]
    assert split.masks is not None
    ink = split.images.max(-1) / 255.0
    assert split.masks.any((1, 2)).all()
    # A pixel whose center lies on the line is at least a quarter covered: half along, half across.
    assert ink[split.masks].min() >= 0.25 - 1 / 255
    assert (ink * split.masks).sum() / ink.sum() > 0.7


def test_splits_hold_every_class_equally(lines: Dataset) -> None:
    counts = {
        name: np.bincount(s.labels["class"], minlength=96) for name, s in lines.splits.items()
    }
    assert set(counts["train"]) == {7}
    assert set(counts["validation"]) == {1}
    assert set(counts["test"]) == {2}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(lines: Dataset) -> None:
    again = datasets.load("line", {"per_class": 10}, seed=7)
    other = datasets.load("line", {"per_class": 10}, seed=8)
    assert again.digest == lines.digest != other.digest
    for name, split in lines.splits.items():
        np.testing.assert_array_equal(split.images, again.splits[name].images)


def test_no_test_image_is_among_the_training_images(lines: Dataset) -> None:
    seen = {image.tobytes() for image in lines.splits["train"].images}
    assert not any(image.tobytes() in seen for image in lines.splits["test"].images)
