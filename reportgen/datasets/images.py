"""Images in memory: their size and color as a spec asks for, and arrays of images of one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from reportgen.datasets.checking import CHANNELS, check_memory, shape_in_form
from reportgen.datasets.preprocessing import PARAMETERS as PREPROCESSING
from reportgen.errors import Problem, UserError
from reportgen.records import Split
from reportgen.types import JsonObject, Params, Pixels

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_FITS = {"stretch": "stretched", "crop": "cropped to the middle", "pad": "padded with black"}
_COLORS = {"gray": "in gray by luma (ITU-R BT.601)", "rgb": "in color, as RGB"}


@dataclass(frozen=True)
class Form:
    """The size and color that images are brought to.

    Attributes:
        size: (height, width) in pixels, or None to keep each image's own.
        fit: "stretch" ignores the image's proportions; "crop" keeps its middle; "pad" adds black.
        interpolation: "nearest", "bilinear", "bicubic" or "lanczos"; where an image shrinks, all
            but "nearest" average over all pixels (antialiasing).
        color: "rgb", "gray", or None to keep each image's own.
    """

    size: tuple[int, int] | None = None
    fit: str = "stretch"
    interpolation: str = "bilinear"
    color: str | None = None

    @classmethod
    def of(cls, params: Params) -> Form:
        """The form that the parameters `size`, `fit`, `interpolation` and `color` ask for."""
        size = params["size"]
        pair = None if size is None else (int(size[0]), int(size[1]))
        return cls(pair, params["fit"], params["interpolation"], params["color"])

    def shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape that an image of shape (h, w, c) is brought to."""
        return shape_in_form(shape, self.size, self.color)

    def apply(self, image: Image.Image) -> Pixels:
        """A decoded image as an array (h, w, c) of this form.

        Transparent parts show white; gray is luma by ITU-R BT.601, .299 R + .587 G + .114 B.
        """
        values = np.asarray(self._resized(self.colored(image)), np.uint8)
        return values[..., None] if values.ndim == 2 else values

    def colored(self, image: Image.Image) -> Image.Image:
        """A decoded image without transparency, in gray or RGB."""
        image = _opaque(image)
        color = self.color or ("gray" if image.mode in ("1", "L") else "rgb")
        return image.convert("L" if color == "gray" else "RGB")

    def _resized(self, image: Image.Image) -> Image.Image:
        if self.size is None:
            return image
        size, method = (self.size[1], self.size[0]), _FILTERS[self.interpolation]
        if self.fit == "crop":
            return ImageOps.fit(image, size, method)
        if self.fit == "pad":
            return ImageOps.pad(image, size, method, color=0)
        return image if image.size == size else image.resize(size, method)


def _opaque(image: Image.Image) -> Image.Image:
    """The image on white, where it has transparent parts."""
    if image.mode not in ("LA", "La", "PA", "RGBA", "RGBa") and "transparency" not in image.info:
        return image
    overlay = image.convert("RGBA")
    white = Image.new("RGBA", overlay.size, "white")
    return Image.alpha_composite(white, overlay).convert("L" if image.mode[0] == "L" else "RGB")


# --- arrays of images -----------------------------------------------------------------------------


def resize(pixels: Pixels, form: Form) -> Pixels:
    """An image (h, w, c) in the size and color asked for.

    Without a color all channels are kept, however many there are; with one, the last of two or
    four channels counts as opacity, on white.
    """
    count = pixels.shape[-1]
    if form.color is not None or count in (1, 3):
        return form.apply(Image.fromarray(pixels[..., 0] if count == 1 else pixels))
    bands = [form.apply(Image.fromarray(pixels[..., k])) for k in range(count)]
    return np.concatenate(bands, axis=-1)


def resize_all(images: Pixels, form: Form) -> Pixels:
    """Images (n, h, w, c) of up to four channels, each as `resize` makes it."""
    shape = form.shape(images.shape[1:])
    if shape == images.shape[1:]:
        return images
    resized = np.empty((len(images), *shape), np.uint8)
    for index, image in enumerate(images):
        resized[index] = resize(image, form)
    return resized


def resize_splits(splits: Mapping[str, Split], form: Form) -> dict[str, Split]:
    """Splits with their images, and masks, in the size and color asked for.

    A pixel of a resized mask belongs to the foreground where that covers half of the pixel.
    """
    if form.size is None and form.color is None:
        return dict(splits)
    shape = form.shape(next(iter(splits.values())).images.shape[1:])
    check_memory(sum(len(split.images) for split in splits.values()), shape)
    return {name: _resize_split(split, form) for name, split in splits.items()}


def _resize_split(split: Split, form: Form) -> Split:
    images = resize_all(np.asarray(split.images, np.uint8), form)
    if split.masks is None:
        return Split(images, split.labels)
    masks = np.asarray(split.masks)[..., None].astype(np.uint8) * np.uint8(255)
    covered = resize_all(masks, Form(form.size, form.fit))
    return Split(images, split.labels, covered[..., 0] > 127)


# --- what pages say of them -----------------------------------------------------------------------


def origin(title: str, shape: Sequence[int], params: Params) -> JsonObject:
    """The fact that describes how images (h, w, c) became model input; empty by default."""
    done = steps(params, [(shape[0], shape[1])], shape[2])
    if not done and all(params[item.name] == item.default for item in PREPROCESSING):
        return {}
    size = " x ".join(map(str, shape))
    return {"origin": [[title, size, "0 to 255", done or "as they are"]]}


def steps(params: Params, sizes: Sequence[tuple[int, int]], channels: int | None = None) -> str:
    """What was done to images of `sizes` (the smallest and the largest), in words.

    `channels` is their number, where all images had the same.
    """
    done = []
    size, color = params["size"], params["color"]
    if size is not None and any(tuple(size) != tuple(own) for own in sizes):
        done.append(f"resized ({params['interpolation']}), {_FITS[params['fit']]}")
    if color is not None and channels != CHANNELS[color]:
        done.append(_COLORS[color])
    return "; ".join(done)


def extent(sizes: Sequence[Sequence[int]]) -> str:
    """The smallest and the largest (height, width) in words."""
    return " to ".join(dict.fromkeys(" x ".join(map(str, size)) for size in sizes))


# --- images one by one ----------------------------------------------------------------------------


class Stacker:
    """Puts images that come one by one into an array; all must have the shape of the first."""

    def __init__(self, source: str, count: int, form: Form) -> None:
        """`source` names the images in messages; `count` is the number of all.

        Raises:
            UserError: so many images in this form cannot fit in memory, whatever they are.
        """
        self.source, self.count = source, count
        self._stack: Pixels = np.zeros((0, 1, 1, 1), np.uint8)
        self._first = ""
        self._free: list[int] = []
        check_memory(count, form.shape((1, 1, 1)))

    def add(self, name: str, pixels: Pixels) -> int:
        """Put an image (h, w, c) into the array; returns its row.

        Raises:
            UserError: the image differs in shape from the first, or all would not fit in memory.
        """
        if not self._first:
            check_memory(self.count, pixels.shape)
            self._first, self._free = name, list(range(self.count))[::-1]
            self._stack = np.empty((self.count, *pixels.shape), np.uint8)
        self._check(name, pixels.shape)
        row = self._free.pop()
        self._stack[row] = pixels
        return row

    def drop(self, row: int) -> None:
        """Let another image have a row."""
        self._free.append(row)

    def arranged(self, rows: Sequence[int]) -> Pixels:
        """The images of these rows in this order, without a second array; the others are lost."""
        stack = self._stack
        for place, row in enumerate(rows):
            while row < place:  # That row was exchanged for the one that belongs there.
                row = rows[row]
            if row != place:
                stack[[place, row]] = stack[[row, place]]
        return stack[: len(rows)]

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        own = self._stack.shape[1:]
        if shape == own:
            return
        same_size = shape[:2] == own[:2]
        what, key = ("color", "color: rgb") if same_size else ("size", "size: [224, 224]")
        first, other = (
            f"{self.source}/{image} is {' x '.join(map(str, sides))}"
            for image, sides in ((self._first, own), (name, shape))
        )
        message = f"images differ in {what}: {first}, {other} (height x width x channels)"
        raise UserError(Problem(message, hint=f"write for example {key}"))
