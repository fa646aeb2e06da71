"""Which files of a folder are images, of which class, and for which split. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.digest import files_in
from reportgen.errors import Problem, UserError, did_you_mean

SPLITS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"),
          "test": ("test", "testing")}  # fmt: skip
"""Names of folders that stand for a split."""

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""How the names of image files end, in small letters."""

MOST = 20_000
"""Files and folders that a quick look goes through, which takes it a tenth of a second or less."""


@dataclass(frozen=True)
class Listing:
    """The image files of a folder.

    Attributes:
        parts: paths from the folder, by split; only "" where it has no folders for splits.
        classes: names of the classes; None for images without labels.
        others: how many files have another suffix than an image's.
    """

    parts: Mapping[str, tuple[str, ...]]
    classes: tuple[str, ...] | None
    others: int

    def label(self, path: str) -> int:
        """The class of an image, by the folder that it lies in."""
        assert self.classes is not None
        return self.classes.index(path.split("/")[0 if "" in self.parts else 1])


def listed(folder: Path, labeled: bool, classes: Sequence[str] | None) -> Listing:
    """What lies in a folder: folders for splits with classes in them, classes, or plain images.

    Args:
        folder: the folder.
        labeled: whether folders name classes.
        classes: the order of the classes, or None for that of the folders' names.

    Raises:
        UserError: there is no such folder or no image in it, or its folders are not those named.
    """
    try:
        files = files_in(folder)
        _refuse_links(folder)
    except OSError as error:
        message = f"{folder} cannot be read as a folder ({error.strerror or error})"
        raise UserError(Problem(message, hint="name a folder of images")) from error
    images = [name for name in files if name.lower().endswith(SUFFIXES)]
    if not images:
        hint = f"put images there ({', '.join(SUFFIXES)})"
        raise UserError(Problem(f"there is no image in {folder}", hint=hint))
    parts = _by_split(images, folder)
    depth = 1 if "" in parts else 2
    deep = [len(name.split("/")) > depth for names in parts.values() for name in names]
    names = _classes(parts, depth, deep, classes, folder) if labeled and any(deep) else None
    return Listing(parts, names, len(files) - len(images))


def few(folder: Path) -> bool:
    """Whether a folder holds so little that it can be listed at once (see `MOST`)."""
    count = 0
    for _, folders, names in os.walk(folder):
        count += len(folders) + len(names)
        if count > MOST:
            return False
    return True


def _by_split(images: Sequence[str], folder: Path) -> dict[str, tuple[str, ...]]:
    """Images by split, if two folders or more are named after splits; else all under ""."""
    found: dict[str, list[str]] = {}
    tops = sorted({name.split("/")[0] for name in images if "/" in name})
    known = {word: split for split, words in SPLITS.items() for word in words}
    if len({known[top.lower()] for top in tops if top.lower() in known}) < 2:
        return {"": tuple(images)}
    for name in images:
        split = known.get(name.split("/")[0].lower())
        if split is None:
            message = f"{folder.name}/{name} lies in no folder of a split, as others do"
            hint = "move it into the folder of a split"
            raise UserError(Problem(message, hint=hint))
        found.setdefault(split, []).append(name)
    if "train" not in found:
        message = f"{folder} has the folders {', '.join(tops)}, but none for training"
        raise UserError(Problem(message, hint="add a folder 'train'"))
    return {split: tuple(names) for split, names in found.items()}


def _classes(
    parts: Mapping[str, Sequence[str]],
    depth: int,
    deep: Sequence[bool],
    wanted: Sequence[str] | None,
    folder: Path,
) -> tuple[str, ...]:
    images = [name for names in parts.values() for name in names]
    if not all(deep):
        loose = images[deep.index(False)]
        message = f"{folder.name}/{loose} lies beside the folders of classes, so it has no class"
        hint = "move it into the folder of its class, or write labels: false"
        raise UserError(Problem(message, hint=hint))
    found = sorted({name.split("/")[depth - 1] for name in images})
    for name in found:
        if wanted is not None and name not in wanted:
            message = f"{folder.name} has a folder '{name}', which 'classes' does not name"
            raise UserError(Problem(message, hint=did_you_mean(name, wanted)))
    for name in wanted or ():
        if name not in found:
            message = f"'classes' names '{name}', but {folder.name} has no images of that class"
            raise UserError(Problem(message, hint=did_you_mean(name, found)))
    return tuple(wanted or found)


def _refuse_links(folder: Path) -> None:
    """A class must not be missing in silence because its folder is a link."""
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(root) / name
            if path.is_symlink() and not name.startswith("."):
                message = f"{folder.name}/{path.relative_to(folder)} is a link to a folder"
                raise UserError(Problem(message, hint="put the images themselves there"))
