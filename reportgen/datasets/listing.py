"""Which files of a folder are images, of which class, and for which split. Nothing is opened.

Layouts that a user can hardly have meant are refused rather than guessed at. `reportgen check`
lists folders too, so that importing this module does not import NumPy.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reportgen.class_names import name_hint
from reportgen.digest import files_in, is_hidden
from reportgen.errors import Problem, UserError
from reportgen.files import kind
from reportgen.suggestions import listed

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""Suffixes of image files, in lower case."""

UNREAD = {
    ".heic": "HEIC", ".heif": "HEIC", ".hif": "HEIC", ".avif": "AVIF",
    ".jp2": "JPEG 2000", ".j2k": "JPEG 2000", ".j2c": "JPEG 2000", ".jpf": "JPEG 2000",
    ".jpx": "JPEG 2000", ".jxl": "JPEG XL", ".psd": "Photoshop", ".tga": "Targa", ".exr": "OpenEXR",
    ".dcm": "DICOM", ".dng": "raw", ".cr2": "raw", ".cr3": "raw", ".nef": "raw", ".arw": "raw",
}  # fmt: skip
"""Formats of images that are not read, by suffix in lower case."""

CLUTTER = ("thumbs.db", "desktop.ini")
"""Hidden files that Windows puts into folders, in lower case."""

TOOL_FOLDERS = (".ipynb_checkpoints", ".thumbnails", ".git", ".trash", ".spotlight-v100")
"""Hidden folders of tools, in lower case, whose images nobody misses."""

ARCHIVE_NOTES = "__MACOSX"
"""A folder of notes on images that macOS puts into archives; it holds no images."""

SPLIT_OF = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""Splits by the lower-case names of their folders."""

SPLIT_NAMES = "train, validation or test"

MOST = 20_000
"""Files and folders that a quick check goes through, which takes a tenth of a second or less."""


@dataclass(frozen=True)
class Listing:
    """The image files of a folder.

    Attributes:
        parts: paths from the folder, by split; only "" where it has no folders for splits.
        classes: names of the classes; None for images without labels.
        others: number of files with another suffix than an image's.
        bare: folders that would be classes if there were images in them.
        disguised: folders with names of images that hold none.
        hidden: hidden folders that hold images, which are left out.
    """

    parts: Mapping[str, tuple[str, ...]]
    classes: tuple[str, ...] | None
    others: int
    bare: tuple[str, ...] = ()
    disguised: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def label(self, path: str) -> int:
        """The class index of an image, by the folder that holds it."""
        return self._index[path.split("/")[0 if "" in self.parts else 1]]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.classes or ())}


def list_images(folder: Path, labeled: bool, classes: Sequence[str] | None) -> Listing:
    """The images of a folder: in folders of splits that hold classes, in classes, or plain.

    Args:
        folder: the folder.
        labeled: whether folders name classes.
        classes: the order of the classes, or None for that of the folders' names.

    Raises:
        UserError: there is no such folder or no image in it, its folders are not those that
            `classes` names, or its layout is ambiguous.
    """
    try:
        files = [n for n in files_in(folder) if n.rpartition("/")[2].lower() not in CLUTTER]
        folders = _folders(folder)
    except OSError as error:
        message = f"{error.filename or folder} cannot be read as a folder"
        message += f" ({error.strerror or error})"
        raise UserError(Problem(message, hint="name a folder of images")) from error
    # The build names unreadable images; it does not take them for something else.
    images = [name for name in files if name.lower().endswith((*SUFFIXES, *UNREAD))]
    if not images:
        hint = f"put images there ({', '.join(SUFFIXES)})"
        raise UserError(Problem(f"there is no image in {folder}", hint=hint))
    parts = _by_split(images, folder)
    depth = 1 if "" in parts else 2
    others = len(files) - len(images)
    hidden = _hidden_folders(folder)
    disguised = tuple(
        name
        for name in sorted(folders)
        if name.lower().endswith((*SUFFIXES, *UNREAD))
        and not any(image.startswith(f"{name}/") for image in images)
    )
    if not labeled or all(name.count("/") < depth for name in images):
        return Listing(parts, None, others, (), disguised, hidden)
    names = _classes(parts, depth, classes, folder)
    # Given names say which folders are classes; all other folders are then ignored.
    bare = _bare_folders(folders, files, names, depth, folder) if classes is None else ()
    return Listing(parts, names, others, bare, tuple(n for n in disguised if n not in bare), hidden)


def is_small(folder: Path) -> bool:
    """Whether a folder holds so few files that they can be listed at once (see `MOST`)."""
    count = 0
    for _, folders, names in os.walk(folder):
        count += len(folders) + len(names)
        if count > MOST:
            return False
    return True


def _folders(folder: Path) -> list[str]:
    """Folders by their paths from `folder`, except hidden ones and what these hold.

    Raises:
        UserError: a folder is a link: a class must not be missing in silence.
    """
    paths = []
    for root, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if not is_hidden(name)]
        for name in folders:
            path = Path(root) / name
            paths.append(path.relative_to(folder).as_posix())
            if path.is_symlink():
                message = f"{folder.name}/{paths[-1]} is a link to a folder"
                raise UserError(Problem(message, hint="put the images themselves there"))
    return paths


def _hidden_folders(folder: Path) -> tuple[str, ...]:
    """Hidden folders that hold images, by their paths from `folder`."""
    found = []
    for root, folders, _ in os.walk(folder):
        for name in filter(is_hidden, folders):
            if name.lower() in TOOL_FOLDERS:
                continue
            path = Path(root) / name
            held = next(os.walk(path), ("", [], []))[2]
            if any(each.lower().endswith(SUFFIXES) for each in held):
                found.append(path.relative_to(folder).as_posix())
        folders[:] = [name for name in folders if not is_hidden(name)]
    return tuple(sorted(found))


# --- folders of splits ----------------------------------------------------------------------------


def _by_split(images: Sequence[str], folder: Path) -> dict[str, tuple[str, ...]]:
    """Images by split, if folders are named after splits; else all under ""."""
    tops = sorted({name.split("/")[0] for name in images if "/" in name})
    splits = {SPLIT_OF[top.lower()] for top in tops if top.lower() in SPLIT_OF}
    # A folder 'test' alone is a split if it holds folders, and else it is a class.
    alone = len(tops) == 1 and all(name.count("/") > 1 for name in images)
    if len(splits) < (1 if alone else 2):
        return {"": tuple(images)}
    parts: dict[str, list[str]] = {}
    for name in images:
        split = SPLIT_OF.get(name.split("/")[0].lower())
        if split is None:
            message = f"{folder.name}/{name} lies in no folder of a split, as others do"
            raise UserError(Problem(message, hint=f"move it into the folder {SPLIT_NAMES}"))
        parts.setdefault(split, []).append(name)
    _check_splits(tops, folder)
    return {split: tuple(names) for split, names in parts.items()}


def _check_splits(tops: Sequence[str], folder: Path) -> None:
    """Refuse two folders for one split."""
    top_of: dict[str, str] = {}
    for top in tops:
        split = SPLIT_OF[top.lower()]
        if split in top_of:
            message = f"{folder} has two folders for one split: {top_of[split]} and {top}"
            raise UserError(Problem(message, hint="put the images of both into one of them"))
        top_of[split] = top


# --- folders of classes ---------------------------------------------------------------------------


def _classes(
    parts: Mapping[str, Sequence[str]], depth: int, given: Sequence[str] | None, folder: Path
) -> tuple[str, ...]:
    """Names of the classes: those `given`, else those of the folders at `depth`."""
    images = [name for names in parts.values() for name in names]
    if loose := [name for name in images if name.count("/") < depth]:
        message = f"{folder.name}/{loose[0]} lies beside the folders of classes, so it has no class"
        hint = "move it into the folder of its class, or write labels: false"
        raise UserError(Problem(message, hint=hint))
    if depth == 2:
        _check_case(parts)
    elif given is None:
        _check_nesting(images, folder)
    names = sorted({name.split("/")[depth - 1] for name in images})
    for name in names:
        if given is not None and name not in given:
            message = f"{folder.name} has a folder '{name}', which 'classes' does not name"
            raise UserError(Problem(message, hint=name_hint(name, given)))
        if given is not None and given.count(name) > 1:
            message = f"'classes' names '{name}' {given.count(name)} times, and {folder.name} has "
            message += "one folder of that name"
            raise UserError(Problem(message, hint="give each class a folder and a name of its own"))
    return tuple(given or names)


def _check_case(parts: Mapping[str, Sequence[str]]) -> None:
    """Refuse a class that is spelled in another way among the training images."""
    classes = {split: {name.split("/")[1] for name in names} for split, names in parts.items()}
    spelled = {name.casefold(): name for name in classes.get("train", ())}
    for split, names in classes.items():
        for name in sorted(names - classes.get("train", set())):
            if name.casefold() in spelled:
                top = parts[split][0].split("/")[0]
                message = f"{top} has a folder '{name}', but among the training images is no such "
                hint = f"did you mean '{spelled[name.casefold()]}'?"
                raise UserError(Problem(f"{message}class", hint=hint))


def _check_nesting(images: Sequence[str], folder: Path) -> None:
    """Refuse folders of classes that stand one level too low, in a folder without splits."""
    tops = sorted({name.split("/")[0] for name in images})
    splits = [top for top in tops if top.lower() in SPLIT_OF]
    if any(name.count("/") < 2 for name in images) or (len(tops) > 1 and not splits):
        return
    if len(tops) == 1:
        message = f"{folder} holds one folder, {tops[0]}, and the images lie in folders of that"
        hint = f"add /{tops[0]} to 'path' if these are the classes, else write labels: false"
        raise UserError(Problem(message, hint=hint))
    message = f"of the folders {listed(tops)} in {folder}, "
    message += f"only '{splits[0]}' is named as a split"
    hint = f"name the others {SPLIT_NAMES} too, or rename '{splits[0]}'"
    raise UserError(Problem(message, hint=hint))


def _bare_folders(
    folders: Sequence[str], files: Sequence[str], classes: Sequence[str], depth: int, folder: Path
) -> tuple[str, ...]:
    """Folders that stand among those of classes, at `depth`, and hold only files of other kinds.

    Raises:
        UserError: one of them holds no file at all: its images were forgotten or moved away.
    """
    bare = []
    for path in sorted(folders):
        names = path.split("/")
        outside_splits = depth == 2 and names[0].lower() not in SPLIT_OF
        if len(names) != depth or outside_splits or names[-1] in (*classes, ARCHIVE_NOTES):
            continue
        if not any(file.startswith(f"{path}/") for file in files):
            message = f"the folder {folder.name}/{path} is empty, so it would be no class"
            raise UserError(Problem(message, hint="put its images there, or remove it"))
        bare.append(path)
    return tuple(bare)


# --- files that cannot be read --------------------------------------------------------------------


def no_image(path: Path, root: Path) -> str:
    """Why an image file must not be opened, or "".

    A link may lead to nowhere, or out of the folder; opening a pipe waits for a writer.

    Args:
        path: the file.
        root: the resolved folder that it must lie in.
    """
    target = path
    if path.is_symlink():
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):  # Which of them a loop raises depends on Python's version.
            return "it is a link that leads nowhere"
        if not target.is_relative_to(root):
            return "it is a link that leads out of the folder"
    if what := kind(target):
        return f"it is {what}, not a file"
    return unread_format(UNREAD.get(path.suffix.lower(), ""))


def unread_format(name: str) -> str:
    """Why an image in a format cannot be read; "" for no format."""
    article = "an" if name[:1] in "AHO" and name[:2] != "HE" else "a"
    return f"it is {article} {name} image: convert it to PNG or JPEG" if name else ""


def check_readable(folder: Path, names: Sequence[str], strict: bool) -> None:
    """Refuse a folder of whose images none can be read, or any cannot if `strict`.

    Args:
        folder: the folder.
        names: all its images, by their paths from it.
        strict: whether one file that cannot be read is one too many.

    Raises:
        UserError: as reading the images would.
    """
    root = folder.resolve()
    wrong = [(name, why) for name in names if (why := no_image(folder / name, root))]
    if wrong and strict:
        raise one_unreadable(folder, *wrong[0])
    if wrong and len(wrong) == len(names):
        raise none_readable(folder, len(names), *wrong[0])


def one_unreadable(folder: Path, name: str, reason: str) -> UserError:
    """The error for an unreadable file where the spec says `unreadable: fail`."""
    message = f"{folder.name}/{name} cannot be read: {reason}"
    return UserError(Problem(message, hint="repair or remove it, or write unreadable: skip"))


def none_readable(folder: Path, count: int, name: str, reason: str) -> UserError:
    """The error for a folder without any readable image, with the reason of one file."""
    message = f"none of the {count} images in {folder} can be read"
    if count == 1:
        message = f"the only image in {folder} cannot be read"
    remedy = "" if "convert it" in reason else "; save the images again as PNG or JPEG"
    hint = f"{name}: {reason}{remedy}, or name another folder"
    return UserError(Problem(message, hint=hint))
