"""The image files of each split to one array for each split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.datasets._images import Unreadable, Wanted, decode_all, shaped
from reportgen.datasets._limits import check_memory
from reportgen.datasets._links import astray, none_readable, one_unreadable
from reportgen.datasets._progress import Progress, quiet
from reportgen.datasets._reshaping import wanted as asked
from reportgen.errors import Problem, UserError


@dataclass(frozen=True)
class Read:
    """What could be read.

    Attributes:
        images: by split, (n, h, w, c) uint8.
        names: by split, the files that the images come from.
        skipped: files that were left out, with the reason.
        sizes: the smallest and the largest (height, width) of an image in its file.
    """

    images: Mapping[str, NDArray[np.uint8]]
    names: Mapping[str, tuple[str, ...]]
    skipped: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[int, int], tuple[int, int]]


def extent(sizes: Sequence[Sequence[int]]) -> str:
    """The smallest and the largest (height, width) in words."""
    return " to ".join(dict.fromkeys(" x ".join(map(str, size)) for size in sizes))


def read(
    folder: Path,
    names: Mapping[str, Sequence[str]],
    params: Mapping[str, Any],
    progress: Progress = quiet,
) -> Read:
    """Decode all files of all splits, telling `progress` of each.

    Raises:
        UserError: as `folder.load`.
    """
    wanted, count = asked(params), sum(map(len, names.values()))
    _check_least(count, wanted)
    stack = _Stack(folder, count, params["unreadable"] == "fail", progress)
    found = {split: stack.read(part, wanted) for split, part in names.items()}
    stack.check()
    empty = np.zeros((0, *stack.shape), np.uint8)
    images = {split: empty if one is None else one for split, (one, _) in found.items()}
    kept = {split: tuple(part) for split, (_, part) in found.items()}
    sizes = sorted(stack.sizes)
    return Read(images, kept, tuple(stack.skipped), (sizes[0], sizes[-1]))


def stacked(
    images: Iterable[tuple[str, NDArray[Any]]], count: int, params: Mapping[str, Any]
) -> NDArray[np.uint8]:
    """Images that were decoded elsewhere, (h, w, c) each, given one shape and put in one array.

    Args:
        images: what messages call each, and its pixels.
        count: how many there are.
        params: with `size`, `fit`, `interpolation` and `color`.

    Raises:
        UserError: they differ in shape, or need too much memory.
    """
    wanted = asked(params)
    _check_least(count, wanted)
    stack = _Stack(Path(params["name"]), count, strict=True)
    found: NDArray[np.uint8] | None = None
    for place, (name, pixels) in enumerate(images):
        one = shaped(pixels, wanted)
        stack.fits(name, one, pixels.shape[:2])
        if found is None:
            found = np.empty((count, *one.shape), np.uint8)
        found[place] = one
    return np.zeros((0, 1, 1, 1), np.uint8) if found is None else found


def _check_least(count: int, wanted: Wanted) -> None:
    """Refuse before anything is decoded what would not fit in any case."""
    least = (*(wanted.size or (1, 1)), 3 if wanted.color == "rgb" else 1)
    check_memory(count, least)


class _Stack:
    """Puts images of one shape into arrays, and remembers what did not fit."""

    def __init__(self, folder: Path, count: int, strict: bool, progress: Progress = quiet) -> None:
        self.folder, self.count, self.strict = folder, count, strict
        self.progress, self.done = progress, 0
        self.root = folder.resolve()
        self.shape: tuple[int, ...] = ()
        self.first = ""
        self.sizes: set[tuple[int, int]] = set()
        self.skipped: list[tuple[str, str]] = []

    def read(
        self, names: Sequence[str], wanted: Wanted
    ) -> tuple[NDArray[np.uint8] | None, list[str]]:
        """The images of some files in one array, and the files that gave one."""
        images: NDArray[np.uint8] | None = None
        kept: list[str] = []
        paths = [self.folder / name for name in names]
        for name, one in zip(names, decode_all(paths, wanted, self._inside), strict=True):
            self.done += 1
            self.progress(self.done, self.count, "images")
            if one.pixels is None:
                self._skip(name, one.reason)
                continue
            self.fits(name, one.pixels, one.stored)
            if images is None:
                images = np.empty((len(names), *self.shape), np.uint8)
            images[len(kept)] = one.pixels
            kept.append(name)
        return (None if images is None else images[: len(kept)]), kept

    def _inside(self, path: Path) -> None:
        if why := astray(path, self.root):
            raise Unreadable(why)

    def _skip(self, name: str, reason: str) -> None:
        if self.strict:
            raise one_unreadable(self.folder, name, reason)
        self.skipped.append((name, reason))

    def fits(self, name: str, pixels: NDArray[np.uint8], stored: Sequence[int]) -> None:
        """Refuse an image that has not the shape of the others; the first one sets it."""
        shape = pixels.shape
        self.sizes.add((stored[0], stored[1]))
        if not self.shape:
            self.shape, self.first = shape, name
            check_memory(self.count, shape)
        if shape == self.shape:
            return
        same = shape[:2] == self.shape[:2]
        what, key = ("color", "color: rgb") if same else ("size", "size: [224, 224]")
        said = [f"{self.folder.name}/{n} is {' x '.join(map(str, s))}"
                for n, s in ((self.first, self.shape), (name, shape))]  # fmt: skip
        message = f"images differ in {what}: {said[0]}, {said[1]} (height x width x channels)"
        raise UserError(Problem(message, hint=f"write for example {key}"))

    def check(self) -> None:
        """Refuse a folder of which nothing could be read."""
        if not self.shape:
            raise none_readable(self.folder, self.count, *self.skipped[0])
