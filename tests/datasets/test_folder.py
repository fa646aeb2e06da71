"""Folders of images: layouts, decoding, and files that are not what they seem."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen import datasets
from reportgen.errors import UserError


def photo(seed: int = 0, size: tuple[int, int] = (12, 16)) -> Image.Image:
    """A made-up landscape: sky, ground and a bright disk somewhere."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]]
    sky = np.stack([80 + 4 * y, 120 + 3 * y, 250 - 2 * y], axis=-1)
    disk = (y - rng.uniform(2, 6)) ** 2 + (x - rng.uniform(2, 14)) ** 2 < 6
    pixels = np.where((y > 8)[..., None], (60, 110, 40), sky)
    pixels = np.where(disk[..., None], (250, 240, 170), pixels) + rng.normal(0, 3, (*size, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def put(path: Path, image: Image.Image | None = None, **how: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    (image or photo(zlib.crc32(path.name.encode()))).save(path, **how)


def load(base: Path, **params: Any) -> Any:
    return datasets.load("folder", {"path": "photos", **params}, 1, base)


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Ten images each of three classes."""
    for name in ("moon", "Sun", "earth"):
        for number in range(10):
            put(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path


def names(split: Any) -> list[int]:
    return split.labels["class"].tolist()


def test_classes_are_split_alike_in_a_fixed_order(classes: Path) -> None:
    data = load(classes)
    assert data.targets[0].classes == ("Sun", "earth", "moon")
    assert names(data.splits["test"]) == [0, 0, 1, 1, 2, 2]
    assert names(data.splits["validation"]) == [0, 1, 2]
    assert names(data.splits["train"]) == [0] * 7 + [1] * 7 + [2] * 7
    assert data.splits["test"].images.shape == (6, 12, 16, 3)
    assert load(classes).digest == data.digest
    assert datasets.load("folder", {"path": "photos"}, 2, classes).digest != data.digest


def test_the_order_of_classes_may_be_given(classes: Path) -> None:
    data = load(classes, classes=["moon", "earth", "Sun"])
    assert data.targets[0].classes == ("moon", "earth", "Sun")
    assert names(data.splits["test"]) == [2, 2, 1, 1, 0, 0]


def test_a_renamed_class_is_another_dataset(classes: Path) -> None:
    before = load(classes).digest
    (classes / "photos" / "moon").rename(classes / "photos" / "zoo")
    assert load(classes).digest != before


def test_folders_for_splits(tmp_path: Path) -> None:
    for split, count in (("train", 4), ("val", 2), ("test", 3)):
        for kind in "ab":
            for number in range(count):
                put(tmp_path / "photos" / split / kind / f"{number}.png")
    data = load(tmp_path)
    assert {n: len(s.images) for n, s in data.splits.items()} == {
        "train": 8, "validation": 4, "test": 6,
    }  # fmt: skip
    assert data.targets[0].classes == ("a", "b")
    for path in (tmp_path / "photos" / "val").rglob("*.png"):
        path.unlink()
    assert len(load(tmp_path, validation=0.25).splits["validation"].images) == 2


def test_plain_images_have_no_labels_and_are_for_test(tmp_path: Path) -> None:
    put(tmp_path / "photos" / "b.png")
    put(tmp_path / "photos" / "a.jpg")
    data = load(tmp_path)
    assert data.targets == ()
    assert [len(data.splits[n].images) for n in ("train", "validation", "test")] == [0, 0, 2]
    assert data.facts["names"] == ["a.jpg", "b.png"]
    assert data.splits["train"].images.shape[1:] == (12, 16, 3)


def test_folders_need_not_be_classes(classes: Path) -> None:
    data = load(classes, labels=False, limit=4)
    assert (data.targets, len(data.splits["test"].images)) == ((), 4)


def test_a_limit_takes_every_class_alike(classes: Path) -> None:
    data = load(classes, limit=3)
    assert [names(split) for split in data.splits.values()] == [[0, 1, 2]] * 3


# --- decoding -----------------------------------------------------------------------------------


def one(tmp_path: Path, image: Image.Image, name: str = "a.png", **params: Any) -> Any:
    how = params.pop("save", {})
    put(tmp_path / "photos" / name, image, **how)
    return load(tmp_path, **params).splits["test"].images[0]


def test_pixels_are_those_of_the_file(tmp_path: Path) -> None:
    np.testing.assert_array_equal(one(tmp_path, photo()), np.asarray(photo()))


def test_exif_turns_an_image_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = one(tmp_path, photo(), save={"exif": exif})
    np.testing.assert_array_equal(found, np.rot90(np.asarray(photo()), -1))


def test_transparent_parts_show_white(tmp_path: Path) -> None:
    image = photo().convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.uint8([0, 255]), (12, 8))))
    found = one(tmp_path, image)
    assert (found[:, ::2] == 255).all()
    np.testing.assert_array_equal(found[:, 1::2], np.asarray(photo())[:, 1::2])


def test_palettes_keep_their_colors_and_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    assert one(tmp_path, image).tolist() == [[[255, 0, 0], [0, 0, 255]]]
    found = one(tmp_path, image, save={"transparency": 1})
    assert found.tolist() == [[[255, 0, 0], [255, 255, 255]]]


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    values = np.array([[0, 257 * 7, 65535, 128]], np.uint16)
    assert one(tmp_path, Image.fromarray(values))[..., 0].tolist() == [[0, 7, 255, 0]]


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_gray_stays_gray(tmp_path: Path, mode: str) -> None:
    assert one(tmp_path, photo().convert(mode)).shape == (12, 16, 1)


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    found = one(tmp_path, photo().convert("CMYK"), "a.tif")
    np.testing.assert_array_equal(found, np.asarray(photo()))


def test_gray_and_color_on_demand(tmp_path: Path) -> None:
    gray = one(tmp_path, photo(), color="gray")[..., 0]
    luma = np.asarray(photo()) @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(gray, luma, atol=1)
    color = one(tmp_path, photo().convert("L"), color="rgb")
    assert (color.shape, (color == color[..., :1]).all()) == ((12, 16, 3), True)


def test_ways_to_fit(tmp_path: Path) -> None:
    image = Image.fromarray(np.repeat(np.uint8([[0, 80, 160, 240]]), 2, axis=0))
    shown = {
        fit: one(tmp_path, image, size=[2, 2], fit=fit, interpolation="nearest")[..., 0].tolist()
        for fit in ("stretch", "crop")
    }
    assert shown == {"stretch": [[80, 240], [80, 240]], "crop": [[80, 160], [80, 160]]}
    padded = one(tmp_path, image, size=[4, 4], fit="pad", interpolation="nearest")[..., 0]
    assert padded.tolist() == [[0] * 4, [0, 80, 160, 240], [0, 80, 160, 240], [0] * 4]


def test_shrinking_averages_all_pixels(tmp_path: Path) -> None:
    stripes = Image.fromarray(np.tile(np.uint8([0, 200]), (8, 32)))
    found = one(tmp_path, stripes, size=[2, 4])
    np.testing.assert_allclose(found.astype(float), 100, atol=6)


# --- what is wrong with files -------------------------------------------------------------------


def bomb() -> bytes:
    """A PNG of some bytes that says it has 50,000 x 50,000 pixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(bytes(10)))]  # fmt: skip
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def broken(folder: Path) -> dict[str, str]:
    """Files that hold no image, and what is said of each."""
    put(folder / "moon" / "torn.png")
    torn = (folder / "moon" / "torn.png").read_bytes()
    (folder / "moon" / "torn.png").write_bytes(torn[: len(torn) // 2])
    (folder / "moon" / "empty.jpg").write_bytes(b"")
    (folder / "moon" / "text.gif").write_text("no image")
    (folder / "moon" / "bomb.png").write_bytes(bomb())
    (folder.parent / "secret.png").write_bytes(torn)
    (folder / "moon" / "link.png").symlink_to(folder.parent / "secret.png")
    return {
        "bomb.png": "more than 100 million",
        "empty.jpg": "it is empty",
        "link.png": "a link that leads out of the folder",
        "text.gif": "it is no image in a known format",
        "torn.png": "",
    }


def test_unreadable_files_are_left_out_and_named(classes: Path) -> None:
    reasons = broken(classes / "photos")
    data = load(classes, test=0.3)
    assert sum(len(split.images) for split in data.splits.values()) == 30
    assert (data.facts["skipped"], data.facts["listed"]) == (5, 35)
    (remark,) = data.facts["remarks"]
    assert remark.startswith("5 files were left out as unreadable: ")
    for name, reason in reasons.items():
        assert f"photos/moon/{name} (" in remark
        assert reason in remark
    assert str(classes) not in remark


def test_or_the_first_of_them_is_an_error(classes: Path) -> None:
    (classes / "photos" / "moon" / "a.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"photos/moon/a\.png cannot be read: it is empty"):
        load(classes, unreadable="fail")


def test_other_files_are_counted_and_hidden_ones_are_not(classes: Path) -> None:
    (classes / "photos" / "readme.txt").write_text("")
    (classes / "photos" / ".hidden.png").write_text("")
    assert load(classes).facts["remarks"] == [
        "1 file was passed over, whose name is not that of an image"
    ]
    (classes / "photos" / "license.txt").write_text("")
    assert load(classes).facts["remarks"] == [
        "2 files were passed over, whose names are not those of images"
    ]


def test_a_link_within_the_folder_is_an_image(tmp_path: Path) -> None:
    put(tmp_path / "photos" / "a.png")
    (tmp_path / "photos" / "b.png").symlink_to("a.png")
    assert len(load(tmp_path).splits["test"].images) == 2


@pytest.fixture
def strays(tmp_path: Path) -> Path:
    """A folder of classes, all of whose images are links to what lies beside it."""
    put(tmp_path / "secret.png")
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(5):
            (tmp_path / "photos" / name / f"{index}.png").symlink_to(tmp_path / "secret.png")
    return tmp_path


def checked(base: Path, **params: Any) -> list[str]:
    """What a quick look says."""
    found = datasets.mistakes("folder", {"path": "photos", **params}, base)
    return [str(problem) for _, problem in found]


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("skip", r"none of the 10 images .* can be read; ./.\.png: it is a link that leads out of"),
        ("fail", r"photos/./.\.png cannot be read: it is a link that leads out .*unreadable: skip"),
    ],
)
def test_images_that_all_lie_elsewhere_are_told_by_check_too(
    strays: Path, mode: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        load(strays, unreadable=mode)
    (told,) = checked(strays, unreadable=mode)
    assert re.search(said, told)


@pytest.mark.parametrize("given", [{}, {"unreadable": "fail", "limit": 2}])
def test_check_leaves_open_whether_enough_is_left(strays: Path, given: dict[str, Any]) -> None:
    (strays / "photos" / "a" / "0.png").unlink()
    put(strays / "photos" / "a" / "0.png")
    assert checked(strays, **given) == []


def linked(folder: Path) -> None:
    (folder / "linked").symlink_to(folder / "moon")


def loose(folder: Path) -> None:
    put(folder / "loose.png")


def large(folder: Path) -> None:
    put(folder / "moon" / "large.png", photo(size=(20, 30)))


def gray(folder: Path) -> None:
    put(folder / "moon" / "gray.png", photo().convert("L"))


def mixed(folder: Path) -> None:
    for name in ("train", "test"):
        put(folder / name / "a" / "a.png")


@pytest.mark.parametrize(
    ("change", "params", "message"),
    [
        (linked, {}, "photos/linked is a link to a folder"),
        (loose, {}, r"loose\.png lies beside the folders of classes.*labels: false"),
        (large, {"test": 0.01}, r"differ in size: .*; write for example size: \[224, 224\]"),
        (gray, {"test": 0.01}, "differ in color: .*; write for example color: rgb"),
        (mixed, {}, r"photos/Sun/0\.png lies in no folder of a split"),
        (None, {"classes": ["moon", "sun", "earth"]}, "does not name; did you mean 'sun'"),
        (None, {"path": "photos/moon/0.png"}, "cannot be read as a folder"),
        (None, {"size": [30000, 30000]}, "30 images of 30000 x 30000 x 1 take"),
    ],
)  # fmt: skip
def test_folders_that_are_not_what_they_should_be(
    classes: Path, change: Any, params: dict[str, Any], message: str
) -> None:
    if change is not None:
        change(classes / "photos")
    with pytest.raises(UserError, match=message):
        load(classes, **params)


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(UserError, match="there is no image in"):
        load(tmp_path)
    (tmp_path / "photos" / "a.png").write_text("")
    with pytest.raises(UserError, match=r"the only image in .* cannot be read; a\.png: it"):
        load(tmp_path)


def test_of_a_few_images_without_labels_the_files_pixels_are_kept(tmp_path: Path) -> None:
    put(tmp_path / "photos" / "a.png", photo(size=(12, 16)))
    data = load(tmp_path, size=[8, 8])
    assert [image.shape for image in data.originals] == [(12, 16, 3)]
    assert data.splits["test"].images.shape == (1, 8, 8, 3)
    assert (data.originals[0] == np.asarray(photo(size=(12, 16)))).all()
    assert load(tmp_path).originals == ()


def test_of_many_or_labeled_images_they_are_not(classes: Path) -> None:
    assert load(classes, size=[8, 8], test=0.2).originals == ()
    assert load(classes, size=[8, 8], labels=False).originals == ()
