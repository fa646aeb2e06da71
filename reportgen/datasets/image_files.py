"""Image files: decoded by Pillow, upright and opaque, in the size and color that a spec asks for.

Only raster formats that Pillow decodes itself are tried, so that no file can start another program.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from reportgen.datasets.images import Form, Stacker
from reportgen.datasets.listing import none_readable, one_unreadable, stray_link
from reportgen.errors import InputMovedError
from reportgen.input_digests import opened
from reportgen.types import Params, Pixels, Progress

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 100_000_000
"""Of one image; a file of a few kilobytes may claim to be larger than memory."""
_WORKERS = 4
_AHEAD = 8
"""Images decoded at once, which bounds how many wait in memory."""


class Unreadable(Exception):
    """The reason why a file gives no image, in words for a reader."""


@dataclass(frozen=True)
class Decoded:
    """An image (h, w, c), and its (height, width) in the file; or the reason why there is none."""

    pixels: Pixels | None
    size: tuple[int, int] = (0, 0)
    reason: str = ""


@dataclass(frozen=True)
class ImageFiles:
    """The images of a folder that could be read.

    Attributes:
        images: by split, (n, h, w, c).
        names: by split, the files that the images come from.
        skipped: files that were left out, with the reason.
        sizes: the smallest and the largest (height, width) of an image in its file.
    """

    images: Mapping[str, Pixels]
    names: Mapping[str, tuple[str, ...]]
    skipped: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[int, int], tuple[int, int]]


def read(
    folder: Path, files: Mapping[str, Sequence[str]], params: Params, progress: Progress
) -> ImageFiles:
    """Decode the files of all splits, given by their paths from `folder`.

    Raises:
        UserError: no file can be read, or one cannot and `unreadable` is "fail"; the images differ
            in size or color, or need too much memory.
    """
    form, count = Form.of(params), sum(map(len, files.values()))
    stacker = Stacker(folder.name, count, form)
    kept: dict[str, tuple[str, ...]] = {}
    skipped: list[tuple[str, str]] = []
    done = 0

    def readable(split: str) -> Iterator[tuple[str, Pixels, tuple[int, int]]]:
        nonlocal done
        names = []
        for name, image in zip(files[split], _decode_all(folder, files[split], form), strict=True):
            done += 1
            progress(done, count, "images")
            if image.pixels is not None:
                names.append(name)
                yield name, image.pixels, image.size
            elif params["unreadable"] == "fail":
                raise one_unreadable(folder, name, image.reason)
            else:
                skipped.append((name, image.reason))
        kept[split] = tuple(names)

    images = {split: stacker.stack(readable(split), len(names)) for split, names in files.items()}
    if not stacker.shape:
        raise none_readable(folder, count, *skipped[0])
    images = {split: stack.reshape(-1, *stacker.shape) for split, stack in images.items()}
    return ImageFiles(images, kept, tuple(skipped), (min(stacker.sizes), max(stacker.sizes)))


def _decode_all(folder: Path, names: Sequence[str], form: Form) -> Iterator[Decoded]:
    """Decode files in their order, several at a time; links out of the folder are not followed."""
    decoded = partial(_decoded, folder=folder, root=folder.resolve(), form=form)
    with _strict_pillow(), ThreadPoolExecutor(_WORKERS) as pool:
        for start in range(0, len(names), _AHEAD):
            yield from pool.map(decoded, names[start : start + _AHEAD])


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Turn Pillow's warning of a decompression bomb into an error, and silence its others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _decoded(name: str, folder: Path, root: Path, form: Form) -> Decoded:
    if reason := stray_link(folder / name, root):
        return Decoded(None, reason=reason)
    try:
        return decode(folder / name, form)
    except Unreadable as error:
        return Decoded(None, reason=str(error))


def decode(path: Path, form: Form) -> Decoded:
    """The image of one file.

    The image is turned as its EXIF data says; transparent parts show white; 16 bits are rounded
    to 8; palettes, CMYK and others become RGB; of several frames the first counts.

    Raises:
        Unreadable: the file holds no whole image in one of `FORMATS`, or one that is too large.
    """
    try:
        with opened(path) as file, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable(f"{image.width} x {image.height} px are more than 100 million")
            image.load()
            upright = ImageOps.exif_transpose(image)
            return Decoded(form.apply(_eight_bits(upright)), (upright.height, upright.width))
    except (Unreadable, InputMovedError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("it has more than 100 million pixels") from None
    except UnidentifiedImageError:
        empty = path.stat().st_size == 0
        raise Unreadable("it is empty" if empty else "it is no image in a known format") from None
    # Decoders raise many kinds of exception for damaged files (struct.error, IndexError, ...).
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(text.replace(str(path), path.name)[:200]) from error


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit gray as 8-bit gray, 65535 becoming 255; others unchanged."""
    if image.mode == "F":
        raise Unreadable("its values are fractions, whose range is not known")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise Unreadable("its values have more than 16 bits")
    shades = ((values + 128) // 257).astype(np.uint8)
    # A single shade may stand for transparent, which shows white.
    shades[values == image.info.get("transparency", -1)] = 255
    return Image.fromarray(shades)
