"""Images that are in memory already, in the size and color that a spec asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.datasets._images import Wanted, shaped
from reportgen.datasets._limits import check_memory
from reportgen.datasets._preparing import PARAMETERS as PREPARING
from reportgen.errors import Problem, UserError
from reportgen.records import Split

Images = NDArray[np.uint8]
_FITS = {"stretch": "stretched", "crop": "cropped to the middle", "pad": "padded with black"}
_COLORS = {"gray": "in gray by luma (ITU-R BT.601)", "rgb": "in color, as RGB"}
_CHANNELS = {"gray": 1, "rgb": 3}


def wanted(params: Mapping[str, Any]) -> Wanted:
    """What a spec's `size`, `fit`, `interpolation` and `color` ask for."""
    size = params["size"]
    pair = None if size is None else (int(size[0]), int(size[1]))
    return Wanted(pair, params["fit"], params["interpolation"], params["color"])


def reshaped(images: Images, how: Wanted) -> Images:
    """Images (n, h, w, c), each in the size and color that is asked for.

    Channels are kept where no color is asked for, however many there are; asked for a color,
    the last of two or four is taken for opacity, on white.

    Raises:
        UserError: they would need too much memory, or a color is asked of more than four channels.
    """
    if how.color is not None and images.shape[-1] > 4:
        message = f"'color' is for images of 1 to 4 channels, and these have {images.shape[-1]}"
        raise UserError(Problem(message, hint="remove it, and all channels are kept"))
    shape = _shape(images.shape[1:], how)
    if shape == images.shape[1:]:
        return images
    check_memory(len(images), shape)
    made = np.empty((len(images), *shape), np.uint8)
    for place, image in enumerate(images):
        made[place] = _one(image, how)
    return made


def reshaped_splits(splits: Mapping[str, Split], params: Mapping[str, Any]) -> dict[str, Split]:
    """Splits with their images, and masks, in the size and color that a spec asks for.

    A pixel of a resized mask is in the foreground where that covers half of it.
    """
    how = wanted(params)
    if how.size is None and how.color is None:
        return dict(splits)
    shape = _shape(next(iter(splits.values())).images.shape[1:], how)
    check_memory(sum(len(split.images) for split in splits.values()), shape)
    return {name: _split(split, how) for name, split in splits.items()}


def steps(
    params: Mapping[str, Any], sizes: Sequence[tuple[int, int]], channels: int | None = None
) -> str:
    """What was done to images of `sizes` (the smallest and the largest), in words.

    `channels` is how many they had, where all had as many.
    """
    said = []
    size, color = params["size"], params["color"]
    if size is not None and any(tuple(size) != tuple(one) for one in sizes):
        said.append(f"resized ({params['interpolation']}), {_FITS[params['fit']]}")
    if color is not None and channels != _CHANNELS[color]:
        said.append(_COLORS[color])
    return "; ".join(said)


def origin(what: str, shape: Sequence[int], params: Mapping[str, Any]) -> dict[str, Any]:
    """The fact that tells how images (h, w, c) came to be model input; none by default."""
    done = steps(params, [(shape[0], shape[1])], shape[2])
    if not done and all(params[item.name] == item.default for item in PREPARING):
        return {}
    size = " x ".join(map(str, shape))
    return {"origin": [[what, size, "0 to 255", done or "as they are"]]}


def _shape(shape: tuple[int, ...], how: Wanted) -> tuple[int, ...]:
    channels = shape[2] if how.color is None else _CHANNELS[how.color]
    return (*(how.size or shape[:2]), channels)


def _one(image: Images, how: Wanted) -> Images:
    if how.color is not None or image.shape[-1] in (1, 3):
        return shaped(image, how)
    bands = [shaped(image[..., k : k + 1], how) for k in range(image.shape[-1])]
    return np.concatenate(bands, axis=-1)


def _split(split: Split, how: Wanted) -> Split:
    images = reshaped(np.asarray(split.images, np.uint8), how)
    if split.masks is None:
        return Split(images, split.labels)
    flat = Wanted(how.size, how.fit, "bilinear", None)
    masks = np.asarray(split.masks)[..., None].astype(np.uint8) * np.uint8(255)
    return Split(images, split.labels, reshaped(masks, flat)[..., 0] > 127)
