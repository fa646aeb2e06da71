"""Image files: decoded by Pillow, upright and opaque, in the size and color that a spec asks for.

Only raster formats that Pillow decodes itself are tried, so that no file can start another program.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from reportgen.datasets.images import Form, Stacker
from reportgen.datasets.listing import no_image, none_readable, one_unreadable, unread_format
from reportgen.datasets.values import Extent, as_pixels, number, suggested
from reportgen.errors import InputMovedError, Problem, UserError
from reportgen.input_digests import opened
from reportgen.types import Params, Pixels, Progress

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 100_000_000
"""Of one image; a file of a few kilobytes may claim to be larger than memory."""
_WORKERS = 4
_AHEAD = 8
"""Images decoded at once, which bounds how many wait in memory."""
_BYTES = (0.0, 255.0)
_WORDS = (0.0, 65535.0)
Range = tuple[float, float]


class Unreadable(Exception):
    """The reason why a file gives no image, in words for a reader.

    `extent` holds the least and the greatest value of an image that lacks nothing but a range.
    """

    def __init__(self, reason: str, extent: Range | None = None) -> None:
        super().__init__(reason)
        self.extent = extent


@dataclass(frozen=True)
class Decoded:
    """An image (h, w, c), its (height, width) in the file, and the values that it holds there."""

    pixels: Pixels
    size: tuple[int, int]
    used: Extent


class ImageFiles:
    """The images of a folder, each decoded once.

    Attributes:
        reasons: why files cannot be read, by their paths from the folder.
    """

    def __init__(self, folder: Path, count: int, params: Params, progress: Progress) -> None:
        """At most `count` images are held at once.

        Raises:
            UserError: so many images cannot fit in memory, whatever they are.
        """
        given = params["range"]
        self.folder, self.form = folder, Form.of(params)
        self.range: Range | None = None if given is None else (given[0], given[1])
        self.strict = params["unreadable"] == "fail"
        self.reasons: dict[str, str] = {}
        self._progress, self._count = progress, count
        self._stacker = Stacker(folder.name, count, self.form)
        self._rows: dict[str, int] = {}
        self._decoded: dict[str, tuple[tuple[int, int], Extent]] = {}
        self._lacking: list[Range] = []

    def read(self, names: Sequence[str]) -> bool:
        """Decode those of the files that were not tried yet; whether all could be read.

        Images besides these are dropped.

        Raises:
            UserError: a file cannot be read and `unreadable` is "fail", or the images differ in
                size or color or need too much memory.
        """
        for name in self._rows.keys() - set(names):
            self._stacker.drop(self._rows.pop(name))
        new = [name for name in names if name not in self._rows and name not in self.reasons]
        start = len(self._decoded) + len(self.reasons)
        for index, (name, image) in enumerate(zip(new, self._decode_all(new), strict=True), 1):
            self._progress(start + index, max(self._count, start + len(new)), "images")
            if isinstance(image, Decoded):
                self._rows[name] = self._stacker.add(name, image.pixels)
                self._decoded[name] = image.size, image.used
                continue
            self.reasons[name] = str(image)
            self._lacking += [image.extent] if image.extent else []
            if self.strict:
                raise one_unreadable(self.folder, name, str(image))
        return not any(name in self.reasons for name in new)

    def _decode_all(self, names: Sequence[str]) -> Iterator[Decoded | Unreadable]:
        """Decode files in their order, several at a time; links out of the folder are no images."""
        root = self.folder.resolve()
        decoded = partial(_tried, folder=self.folder, root=root, form=self.form, given=self.range)
        with _strict_pillow(), ThreadPoolExecutor(_WORKERS) as pool:
            for begin in range(0, len(names), _AHEAD):
                yield from pool.map(decoded, names[begin : begin + _AHEAD])

    def arranged(self, parts: Mapping[str, Sequence[str]]) -> dict[str, Pixels]:
        """The images of each split, (n, h, w, c); nothing can be read afterwards.

        Raises:
            UserError: no file could be read.
        """
        if not self._rows:
            raise self._none_readable()
        stack = self._stacker.arranged(
            [self._rows[name] for part in parts.values() for name in part]
        )
        ends = np.cumsum([len(part) for part in parts.values()])
        return dict(zip(parts, np.split(stack, ends[:-1]), strict=True))

    def sizes(self, names: Sequence[str]) -> tuple[tuple[int, int], tuple[int, int]]:
        """The smallest and the largest (height, width) of the images in their files."""
        sizes = {self._decoded[name][0] for name in names}
        return min(sizes), max(sizes)

    def used(self, names: Sequence[str]) -> Extent:
        """The values that the images hold in their files."""
        return reduce(Extent.joined, (self._decoded[name][1] for name in names))

    def _none_readable(self) -> UserError:
        count = len(self.reasons)
        if len(self._lacking) < count:
            return none_readable(self.folder, count, *next(iter(self.reasons.items())))
        low, high = min(low for low, _ in self._lacking), max(high for _, high in self._lacking)
        message = f"the values of the images in {self.folder.name} lie between {number(low)} and "
        message += f"{number(high)}, and which of them are black and white is not known"
        return UserError(Problem(message, hint=f"write for example {suggested(low, high)}"))


@contextmanager
def _strict_pillow() -> Iterator[None]:
    """Turn Pillow's warning of a decompression bomb into an error, and silence its others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _tried(
    name: str, folder: Path, root: Path, form: Form, given: Range | None
) -> Decoded | Unreadable:
    if reason := no_image(folder / name, root):
        return Unreadable(reason)
    try:
        return decode(folder / name, form, given)
    except Unreadable as error:
        return error


def decode(path: Path, form: Form, given: Range | None = None) -> Decoded:
    """The image of one file.

    The image is turned as its EXIF data says; transparent parts show white; 16 bits are rounded
    to 8; palettes, CMYK and others become RGB; of several frames the first counts.

    Args:
        path: of the file.
        form: that the image is brought to.
        given: the values that become 0 and 255; None for those of the file's type.

    Raises:
        Unreadable: the file holds no whole image in one of `FORMATS`, one that is too large, or
            one of values whose range is not known.
    """
    try:
        with opened(path) as file, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable(f"{image.width} x {image.height} px are more than 100 million")
            halved = image.mode[:1] != "I" and any(";16" in str(tile.args) for tile in image.tile)
            image.load()
            if given is not None and halved:
                raise Unreadable(
                    "it has 16 bits a color, of which 8 are read, so that 'range' means nothing: "
                    "save it with 8 bits a color, from black to white"
                )
            upright = ImageOps.exif_transpose(image)
            shades, used = _eight_bits(upright, form, given)
            used = replace(used, halved=halved)
            return Decoded(form.apply(shades), (upright.height, upright.width), used)
    except (Unreadable, InputMovedError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("it has more than 100 million pixels") from None
    except UnidentifiedImageError:
        raise Unreadable(_unknown(path)) from None
    # Decoders raise many kinds of exception for damaged files (struct.error, IndexError, ...).
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(text.replace(str(path), path.name)[:200]) from error


_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC",
           b"mif1": "HEIC", b"msf1": "HEIC"}  # fmt: skip
_STARTS = {b"\x00\x00\x00\x0cjP  ": "JPEG 2000", b"\xff\x4f\xff\x51": "JPEG 2000",
           b"\x00\x00\x00\x0cJXL ": "JPEG XL", b"\xff\x0a": "JPEG XL",
           b"8BPS": "Photoshop"}  # fmt: skip


def _unknown(path: Path) -> str:
    """Why a file is no image that can be read, from its first bytes."""
    with opened(path) as file:
        start = file.read(64)
    if not start:
        return "it is empty"
    brands = [start[8:12], *(start[at : at + 4] for at in range(16, len(start), 4))]
    formats = [_BRANDS[brand] for brand in brands if brand in _BRANDS and start[4:8] == b"ftyp"]
    formats += [name for mark, name in _STARTS.items() if start.startswith(mark)]
    if formats:
        return unread_format("AVIF" if "AVIF" in formats else formats[0])
    if start.lstrip()[:5].lower() in (b"<html", b"<!doc"):
        return "it is a web page, not an image"
    return "it is no image in a known format"


def _eight_bits(image: Image.Image, form: Form, given: Range | None) -> tuple[Image.Image, Extent]:
    """An image whose values from 0 to 255 are black to white, and the values that it held."""
    deep = image.mode == "F" or image.mode[:1] == "I"
    if not deep:
        shown = form.colored(image)
        if given is None:
            extremes = np.asarray(shown.getextrema(), np.float64)
            return shown, Extent(_BYTES, extremes.min(), extremes.max())
        pixels, used = as_pixels(np.asarray(shown), given, "range")
        return Image.fromarray(pixels), used
    values = np.asarray(image)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise Unreadable("its values are not all finite numbers")
    nominal = given or _WORDS
    if given is None and (image.mode == "F" or low < 0 or high > 65535):
        what = "fractions" if image.mode == "F" else "numbers of more than 16 bits"
        lie = f"its values are {what} from {number(low)} to {number(high)}"
        write = f"write for example {suggested(low, high)}"
        raise Unreadable(f"{lie}, whose range is not known: {write}", (low, high))
    shades, used = as_pixels(values, nominal, "range")
    # A single shade may stand for transparent, which shows white.
    shades = np.where(values == image.info.get("transparency", -1), 255, shades).astype(np.uint8)
    return Image.fromarray(shades), used
