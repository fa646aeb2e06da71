"""Folders that were hardly meant as they would be read: each is told, and none passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reportgen.errors import Problem, UserError, did_you_mean

SPLITS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"),
          "test": ("test", "testing")}  # fmt: skip
"""Names of folders that stand for a split."""

KNOWN = {word: split for split, words in SPLITS.items() for word in words}
NAMES = "train, validation or test"
PACKED = "__MACOSX"
"""A folder that macOS puts into archives; it holds no images, only notes on them."""


def check_splits(tops: Sequence[str], folder: Path) -> None:
    """Refuse folders for splits of which two are for one split, or none is for training."""
    found: dict[str, str] = {}
    for top in tops:
        split = KNOWN.get(top.lower())
        if split in found:
            message = f"{folder} has two folders for one split: {found[split]} and {top}"
            raise UserError(Problem(message, hint="put the images of both into one of them"))
        if split is not None:
            found[split] = top
    if "train" not in found:
        message = f"{folder} has the folders {', '.join(tops)}, but none for training"
        raise UserError(Problem(message, hint="add a folder 'train'"))


def check_nesting(images: Sequence[str], folder: Path) -> None:
    """Refuse folders of classes that stand one level lower than where classes are looked for.

    Args:
        images: paths from the folder, in a folder without splits.
        folder: names it in messages.
    """
    tops = sorted({name.split("/")[0] for name in images})
    named = [top for top in tops if top.lower() in KNOWN]
    if any(name.count("/") < 2 for name in images) or (len(tops) > 1 and not named):
        return
    if len(tops) == 1:
        message = f"{folder} holds one folder, {tops[0]}, and the images lie in folders of that"
        hint = f"add /{tops[0]} to 'path' if these are the classes, else write labels: false"
        raise UserError(Problem(message, hint=hint))
    message = f"of the folders {', '.join(tops)} in {folder}, only '{named[0]}' is named as a split"
    raise UserError(Problem(message, hint=f"name the others {NAMES} too, or rename '{named[0]}'"))


def check_trained(parts: Mapping[str, Sequence[str]]) -> None:
    """Refuse a class of another split that the training split does not have.

    Args:
        parts: paths of images by split, in folders of splits and of classes within.
    """
    classes = {split: {name.split("/")[1] for name in names} for split, names in parts.items()}
    for split, names in classes.items():
        for name in sorted(names - classes["train"]):
            top = parts[split][0].split("/")[0]
            message = f"{top} has a folder '{name}', but among the training images is no such class"
            hint = did_you_mean(name, sorted(classes["train"]))
            raise UserError(Problem(message, hint=hint))


def bare(
    folders: Sequence[str], files: Sequence[str], found: Sequence[str], depth: int, folder: Path
) -> tuple[str, ...]:
    """Folders that stand where those of classes do, and hold other files than images.

    Args:
        folders, files: all, by their paths from `folder`.
        found: the classes that have images.
        depth: 1 where folders of classes stand in `folder`, 2 where they stand in those of splits.
        folder: names it in messages.

    Raises:
        UserError: one of them holds no file at all: its images were forgotten, or moved away.
    """
    others = []
    for path in sorted(folders):
        parts = path.split("/")
        unmeant = depth == 2 and parts[0].lower() not in KNOWN
        if len(parts) != depth or unmeant or parts[-1] in (*found, PACKED):
            continue
        if not any(file.startswith(f"{path}/") for file in files):
            message = f"the folder {folder.name}/{path} is empty, so it would be no class"
            raise UserError(Problem(message, hint="put its images there, or remove it"))
        others.append(path)
    return tuple(others)
