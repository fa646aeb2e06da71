"""Folders as people have them: what is taken, what is passed over and said, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen import datasets
from reportgen.datasets import listing
from reportgen.errors import UserError
from reportgen.training.trainable import check_trainable
from tests.datasets.test_folder import load, photo, put


def fill(base: Path, *folders: str, count: int = 6) -> Path:
    for folder in folders:
        for number in range(count):
            put(base / "photos" / folder / f"{number}.png")
    return base / "photos"


def sizes(data: Any) -> list[int]:
    return [len(split.images) for split in data.splits.values()]


def classes(data: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = data.targets[0].classes
    return found


# --- refused, by check too ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folders", "params", "message"),
    [
        (["all/a", "all/b"], {}, "holds one folder, all, and .*; add /all to 'path' if these"),
        (["train/a", "held/a"], {}, "of the folders held, train in .*, only 'train' is named as"),
        (["train/a", "dev/a", "test/a"], {}, "move it into the folder train, validation or test"),
        (["train/a", "Train/a", "test/a"], {}, "two folders for one split: Train and train; put"),
        (["train/a", "val/a", "valid/a"], {}, "two folders for one split: val and valid"),
        (["train/cat", "test/Cat"], {}, "test has a folder 'Cat', but .*; did you mean 'cat'"),
    ],
)
def test_a_layout_that_was_hardly_meant(
    tmp_path: Path, folders: list[str], params: dict[str, Any], message: str
) -> None:
    fill(tmp_path, *folders)
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path, **params)
    looked = datasets.mistakes("folder", {"path": "photos", **params}, tmp_path)
    assert [problem for _, problem in looked] == list(caught.value.problems)


def test_a_class_whose_folder_is_empty_is_not_left_out_in_silence(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b")
    (folder / "c").mkdir()
    (folder / "c" / ".DS_Store").touch()
    with pytest.raises(UserError, match="the folder photos/c is empty, so it would be no class"):
        load(tmp_path)
    assert classes(load(tmp_path, classes=["b", "a"])) == ("b", "a")
    (folder / "c" / "c.txt").touch()
    assert load(tmp_path).facts["remarks"] == [
        "the folder photos/c holds no image, so it is no class",
        "1 file was passed over, whose name is not that of an image",
    ]


def test_within_splits_a_class_is_empty_only_where_no_split_has_it(tmp_path: Path) -> None:
    folder = fill(tmp_path, "train/a", "train/b", "test/a")
    (folder / "test" / "b").mkdir()
    (folder / "notes" / "old").mkdir(parents=True)
    assert classes(load(tmp_path)) == ("a", "b")
    (folder / "train" / "c").mkdir()
    with pytest.raises(UserError, match="the folder photos/train/c is empty"):
        load(tmp_path)


def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(folder / "a"))

    fill(tmp_path, "a")
    monkeypatch.setattr(listing, "files_in", refuse)
    with pytest.raises(UserError, match=r"photos/a cannot be read .* \(Permission denied\)"):
        load(tmp_path)


@pytest.mark.parametrize("params", [{}, {"limit": 2}])
def test_classes_of_one_image_each_can_be_shown_and_not_trained_on(
    tmp_path: Path, params: dict[str, Any]
) -> None:
    fill(tmp_path, "a", "b", "c", count=1)
    data = load(tmp_path, **params)
    assert (classes(data), sizes(data)) == (("a", "b", "c"), [1, 1, 1])
    with pytest.raises(UserError, match="'a' has 1 image for other splits and none for training"):
        check_trainable(data)
    fill(tmp_path, "b", "c", count=8)
    check_trainable(load(tmp_path))


# --- taken ----------------------------------------------------------------------------------------


def test_folders_within_those_of_classes_belong_to_the_class(tmp_path: Path) -> None:
    fill(tmp_path, "cat/persian", "cat/siamese", "dog")
    data = load(tmp_path)
    assert (classes(data), sum(sizes(data))) == (("cat", "dog"), 18)


def test_what_systems_put_into_folders_is_not_told(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b")
    plain = load(tmp_path)
    (folder / "__MACOSX" / "a").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    put(folder / ".ipynb_checkpoints" / "x.png")
    for name in (".DS_Store", "a/.DS_Store", "a/Thumbs.db", "b/desktop.ini", "__MACOSX/a/._0.png"):
        (folder / name).touch()
    data = load(tmp_path)
    assert (data.facts["remarks"], data.digest) == ([], plain.digest)


def test_endings_in_capitals_are_images_too(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b")
    for name in ("X.JPG", "Y.Jpeg"):
        put(folder / "a" / name, format="JPEG")
    data = load(tmp_path)
    assert (sum(sizes(data)), data.facts["remarks"]) == (14, [])


def test_links_that_lead_nowhere_are_left_out_and_named(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b")
    (folder / "a" / "loop.png").symlink_to("loop.png")
    (folder / "a" / "dead.png").symlink_to("gone.png")
    (remark,) = load(tmp_path).facts["remarks"]
    for name in ("dead", "loop"):
        assert f"photos/a/{name}.png (it is a link that leads nowhere)" in remark


def test_of_an_animation_the_first_picture_counts(tmp_path: Path) -> None:
    first, second = (photo(seed).convert("L") for seed in (1, 2))
    put(tmp_path / "photos" / "a.gif", first, save_all=True, append_images=[second])
    (found,) = load(tmp_path, color="gray").splits["test"].images
    np.testing.assert_allclose(found[..., 0], np.asarray(first), atol=2)


def test_the_transparent_shade_of_sixteen_bits_shows_white(tmp_path: Path) -> None:
    values = np.array([[0, 257 * 7, 9]], np.uint16)
    put(tmp_path / "photos" / "a.png", Image.fromarray(values), transparency=257 * 7)
    assert load(tmp_path).splits["test"].images[0, 0, :, 0].tolist() == [0, 255, 0]


def test_a_cmyk_photo_keeps_its_colors(tmp_path: Path) -> None:
    put(tmp_path / "photos" / "a.jpg", photo().convert("CMYK"), quality=100, subsampling=0)
    (found,) = load(tmp_path).splits["test"].images
    np.testing.assert_allclose(found.astype(int), np.asarray(photo()).astype(int), atol=8)
