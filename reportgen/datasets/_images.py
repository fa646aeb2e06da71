"""Image files to arrays: decoding, upright and opaque, in the color and size that was asked for.

Pillow decodes; only raster formats that it decodes itself are tried, so that no file can start
another program.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 100_000_000
"""Of one image; a file of some kilobytes may claim to be larger than memory."""
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_WORKERS = 4
_AHEAD = 8
"""Images decoded in one go, which bounds what waits in memory."""


class Unreadable(Exception):
    """Why a file gives no image, as a reader may be told."""


@dataclass(frozen=True)
class Wanted:
    """What every image becomes.

    Attributes:
        size: (height, width) in pixels, or None for its own.
        fit: "stretch" ignores the image's proportions; "crop" keeps its middle; "pad" adds black.
        interpolation: one of `FILTERS`; where an image shrinks, all pixels count (antialiasing),
            except for "nearest".
        color: "rgb", "gray", or None for its own.
    """

    size: tuple[int, int] | None
    fit: str
    interpolation: str
    color: str | None


@dataclass(frozen=True)
class Decoded:
    """An image (h, w, c) uint8, and its size (height, width) in the file; or why there is none."""

    pixels: NDArray[np.uint8] | None
    stored: tuple[int, int] = (0, 0)
    reason: str = ""


def decode_all(
    paths: Sequence[Path], wanted: Wanted, check: Callable[[Path], None]
) -> Iterator[Decoded]:
    """Decode files, several at a time, in their order; `check` raises `Unreadable` for a path."""
    one = partial(_decoded, wanted=wanted, check=check)
    with _strictly(), ThreadPoolExecutor(_WORKERS) as pool:
        for start in range(0, len(paths), _AHEAD):
            yield from pool.map(one, paths[start : start + _AHEAD])


def _decoded(path: Path, wanted: Wanted, check: Callable[[Path], None]) -> Decoded:
    try:
        check(path)
        return decode(path, wanted)
    except Unreadable as error:
        return Decoded(None, reason=str(error))


def decode(path: Path, wanted: Wanted) -> Decoded:
    """One image file.

    Turned as its EXIF says; transparent parts show white; 16 bits are rounded to 8; palettes,
    CMYK and others become RGB; of several frames the first counts.

    Raises:
        Unreadable: the file holds no whole image in one of `FORMATS`, or one that is too large.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable(f"{image.width} x {image.height} px are more than 100 million")
            image.load()
            turned = ImageOps.exif_transpose(image)
            plain = _colored(_opaque(_eight_bits(turned)), wanted.color)
            return Decoded(_array(_resized(plain, wanted)), (turned.height, turned.width))
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("it has more than 100 million pixels") from None
    except UnidentifiedImageError:
        raise Unreadable(_kind(path)) from None
    # Decoders raise many kinds of exception for damaged files (struct.error, IndexError, ...).
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(text.replace(str(path), path.name)[:200]) from error


def shaped(pixels: NDArray[Any], wanted: Wanted) -> NDArray[np.uint8]:
    """An image (h, w, c) uint8 that is decoded already, in the size and color that is asked for."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    return _array(_resized(_colored(_opaque(image), wanted.color), wanted))


def _kind(path: Path) -> str:
    if path.stat().st_size == 0:
        return "it is empty"
    return "it is no image in a known format"


@contextmanager
def _strictly() -> Iterator[None]:
    """Let Pillow refuse what it would only warn of, and keep its other warnings to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit gray as 8-bit gray, 65535 becoming 255; others as they are."""
    if image.mode == "F":
        raise Unreadable("its values are fractions, whose range is not known")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise Unreadable("its values have more than 16 bits")
    shades = ((values + 128) // 257).astype(np.uint8)
    # The one shade that stands for transparent; it shows white, as other transparent parts do.
    shades[values == image.info.get("transparency", -1)] = 255
    return Image.fromarray(shades)


def _opaque(image: Image.Image) -> Image.Image:
    """The image on white, where it has transparent parts."""
    if image.mode not in ("LA", "La", "PA", "RGBA", "RGBa") and "transparency" not in image.info:
        return image
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(ground, whole).convert("L" if image.mode[0] == "L" else "RGB")


def _colored(image: Image.Image, color: str | None) -> Image.Image:
    """In gray or in RGB; gray is luma by ITU-R BT.601, .299 R + .587 G + .114 B."""
    gray = image.mode in ("1", "L")
    wanted = color or ("gray" if gray else "rgb")
    return image.convert("L" if wanted == "gray" else "RGB")


def _resized(image: Image.Image, wanted: Wanted) -> Image.Image:
    if wanted.size is None:
        return image
    size, how = (wanted.size[1], wanted.size[0]), FILTERS[wanted.interpolation]
    if wanted.fit == "crop":
        return ImageOps.fit(image, size, how)
    if wanted.fit == "pad":
        return ImageOps.pad(image, size, how, color=0)
    return image if image.size == size else image.resize(size, how)


def _array(image: Image.Image) -> NDArray[np.uint8]:
    values: NDArray[Any] = np.asarray(image, np.uint8)
    return values[..., None] if values.ndim == 2 else values
