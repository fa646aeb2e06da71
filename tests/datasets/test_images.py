"""Sizes and colors that a spec asks of images in memory, by hand, and what is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import datasets
from reportgen.datasets.images import Form, resize_all
from reportgen.errors import UserError

TWICE = Form((4, 4), "stretch", "nearest", None)


def lines(**params: Any) -> Any:
    return datasets.load("line", {"per_class": 5, **params}, 7)


def test_nearest_pixels_are_doubled_in_every_channel() -> None:
    for channels in (1, 2, 3, 4):
        images = np.arange(2 * 2 * 2 * channels, dtype=np.uint8).reshape(2, 2, 2, channels)
        expected = images.repeat(2, axis=1).repeat(2, axis=2)
        np.testing.assert_array_equal(resize_all(images, TWICE), expected)


def test_gray_is_luma_and_color_repeats_gray() -> None:
    color = np.array([[255, 0, 0], [0, 0, 255]], np.uint8).reshape(1, 1, 2, 3)
    gray = resize_all(color, Form(None, "stretch", "bilinear", "gray"))
    assert gray.ravel().tolist() == [76, 29]
    back = resize_all(gray, Form(None, "stretch", "bilinear", "rgb"))
    assert back.reshape(2, 3).tolist() == [[76] * 3, [29] * 3]


def test_an_alpha_channel_shows_white_where_color_is_asked_for() -> None:
    images = np.array([[10, 20, 30, 0], [10, 20, 30, 255]], np.uint8).reshape(1, 1, 2, 4)
    made = resize_all(images, Form(None, "stretch", "bilinear", "rgb"))
    assert made.reshape(2, 3).tolist() == [[255] * 3, [10, 20, 30]]


def test_padding_keeps_proportions_and_masks_follow() -> None:
    data = lines(size=[28, 56], fit="pad", interpolation="nearest")
    plain = lines()
    for name, split in data.splits.items():
        middle = split.images[:, :, 14:42]
        np.testing.assert_array_equal(middle, plain.splits[name].images)
        np.testing.assert_array_equal(split.masks[:, :, 14:42], plain.splits[name].masks)
        assert not split.masks[:, :, :14].any()
        assert split.labels is plain.splits[name].labels or all(
            (split.labels[t] == plain.splits[name].labels[t]).all() for t in split.labels
        )


def test_a_mask_covers_the_share_that_it_covered() -> None:
    shares = [lines(size=size).splits["test"].masks.mean() for size in (None, [56, 56])]
    assert shares[0] == pytest.approx(shares[1], rel=0.1)


def test_what_is_asked_for_is_told_and_digested() -> None:
    plain, asked = lines(), lines(size=[32, 32], color="gray", mean=[0.5], std=[0.5])
    assert "origin" not in plain.facts
    assert plain.digest == lines(interpolation="nearest").digest == lines(size=[28, 28]).digest
    how = "resized (bilinear), stretched; in gray by luma (ITU-R BT.601)"
    assert asked.facts["origin"] == [["images of Lines", "28 x 28 x 3", "0 to 255", how]]
    assert asked.splits["train"].images.shape[1:] == (32, 32, 1)
    assert asked.preprocessing.scale == pytest.approx(2 / 255)
    assert asked.preprocessing.offset == -1
    assert asked.foreground == f"{plain.foreground}, resized likewise"
    assert asked.digest not in (plain.digest, lines(size=[32, 32], color="gray").digest)


def test_an_application_prepares_built_in_images() -> None:
    assert lines(application="VGG16").preprocessing.order == (2, 1, 0)
    with pytest.raises(UserError, match="takes images of 3 channels, but the dataset's have 1"):
        lines(application="VGG16", color="gray")


def test_more_than_memory_is_refused_before_it_is_made() -> None:
    with pytest.raises(UserError, match=r"480 images of 4096 x 4096 x 3 take 22\.5 GiB"):
        lines(size=[4096, 4096])


@pytest.mark.requires_data
def test_digits_for_a_network_of_another_size() -> None:
    params = {"limit": 200, "test": 20, "size": [32, 32], "color": "rgb", "application": "VGG16"}
    data = datasets.load("mnist", params, 1)
    assert data.splits["test"].images.shape == (20, 32, 32, 3)
    assert data.splits["train"].images.shape == (180, 32, 32, 3)
    assert data.facts["origin"][0][1:] == [
        "28 x 28 x 1", "0 to 255", "resized (bilinear), stretched; in color, as RGB",
    ]  # fmt: skip


def test_arrays_of_the_users_own_are_resized_too(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, 6, 8, 3), np.uint8)
    np.savez(tmp_path / "a.npz", x_train=images, y_train=np.arange(30) % 3,
             x_test=images[:6, :4], y_test=np.arange(6) % 3)  # fmt: skip
    params = {"path": "a.npz", "size": [5, 5], "fit": "crop", "color": "gray"}
    data = datasets.load("npz", params, 0, tmp_path)
    assert {split.images.shape[1:] for split in data.splits.values()} == {(5, 5, 1)}
    how = "resized (bilinear), cropped to the middle; in gray by luma (ITU-R BT.601)"
    assert data.facts["origin"][1] == [
        "x_test", "6 x 4 x 8 x 3", "0 to 255, measured 0 to 255", f"array of uint8; {how}",
    ]  # fmt: skip


def test_reading_tells_how_far_it_has_come(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(5):
            Image.new("L", (4, 4), 20 * number).save(tmp_path / "photos" / name / f"{number}.png")
    told: list[tuple[int, int]] = []
    datasets.load("folder", {"path": "photos"}, 0, tmp_path, lambda d, t, _: told.append((d, t)))
    assert told == [(number, 10) for number in range(1, 11)]
