"""Which files of a folder are images, of which class, and for which split. Nothing is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.datasets._layout import (
    KNOWN,
    NAMES,
    bare,
    check_nesting,
    check_splits,
    check_trained,
)
from reportgen.digest import files_in
from reportgen.errors import Problem, UserError, did_you_mean

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""How the names of image files end, in small letters."""

CLUTTER = ("thumbs.db", "desktop.ini")
"""Files that Windows puts into folders and hides, in small letters."""

MOST = 20_000
"""Files and folders that a quick look goes through, which takes it a tenth of a second or less."""


@dataclass(frozen=True)
class Listing:
    """The image files of a folder.

    Attributes:
        parts: paths from the folder, by split; only "" where it has no folders for splits.
        classes: names of the classes; None for images without labels.
        others: how many files have another suffix than an image's.
        bare: folders that would be classes, if there were images in them.
    """

    parts: Mapping[str, tuple[str, ...]]
    classes: tuple[str, ...] | None
    others: int
    bare: tuple[str, ...] = ()

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
        UserError: there is no such folder or no image in it, its folders are not those named, or
            they were hardly meant as they would be read.
    """
    try:
        files = [name for name in files_in(folder) if _plain(name)]
        folders = _folders(folder)
    except OSError as error:
        place = error.filename or folder
        message = f"{place} cannot be read as a folder ({error.strerror or error})"
        raise UserError(Problem(message, hint="name a folder of images")) from error
    images = [name for name in files if name.lower().endswith(SUFFIXES)]
    if not images:
        hint = f"put images there ({', '.join(SUFFIXES)})"
        raise UserError(Problem(f"there is no image in {folder}", hint=hint))
    parts = _by_split(images, folder)
    depth = 1 if "" in parts else 2
    deep = [len(name.split("/")) > depth for names in parts.values() for name in names]
    others = len(files) - len(images)
    if not labeled or not any(deep):
        _refuse_names(classes, labeled, folder)
        return Listing(parts, None, others)
    names = _classes(parts, depth, deep, classes, folder)
    # Names that the spec gives say which folders are meant, whatever else there is.
    passed = bare(folders, files, names, depth, folder) if classes is None else ()
    return Listing(parts, names, others, passed)


def _plain(name: str) -> bool:
    return name.rpartition("/")[2].lower() not in CLUTTER


def _refuse_names(classes: Sequence[str] | None, labeled: bool, folder: Path) -> None:
    """Names of classes do nothing for images that have none."""
    if classes is not None:
        why = f"the images of {folder.name} lie in no folders" if labeled else "labels are false"
        message = f"'classes' names classes, but {why}"
        raise UserError(Problem(message, hint="remove 'classes', or sort the images into folders"))


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
    if len({KNOWN[top.lower()] for top in tops if top.lower() in KNOWN}) < 2:
        return {"": tuple(images)}
    for name in images:
        split = KNOWN.get(name.split("/")[0].lower())
        if split is None:
            message = f"{folder.name}/{name} lies in no folder of a split, as others do"
            raise UserError(Problem(message, hint=f"move it into the folder {NAMES}"))
        found.setdefault(split, []).append(name)
    check_splits(tops, folder)
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
    if depth == 2:
        check_trained(parts)
    elif wanted is None:
        check_nesting(images, folder)
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


def _folders(folder: Path) -> list[str]:
    """Folders by their paths from `folder`; none that names beginning with '.' lead to.

    Raises:
        UserError: one is a link: a class must not be missing in silence.
    """
    found = []
    for root, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            path = Path(root) / name
            found.append(path.relative_to(folder).as_posix())
            if path.is_symlink():
                message = f"{folder.name}/{found[-1]} is a link to a folder"
                raise UserError(Problem(message, hint="put the images themselves there"))
    return found
