"""Occlusion maps of any Keras model: the library side, without a spec."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.asking import given_images, given_targets, require_model
from reportgen.probing.dials import filling
from reportgen.probing.feeding import as_taken, reads_channels_first
from reportgen.probing.heads import output_index
from reportgen.probing.occluding import occlude
from reportgen.probing.patches import Size, covering, spread
from reportgen.types import Array, Floats


def occlusion(
    model: Any,
    images: Any,
    targets: int | ArrayLike | None = None,
    output: int | str | None = None,
    patch: int | Size | None = None,
    stride: int | Size | None = None,
    base: ArrayLike | None = None,
    score: str = "logit",
) -> Floats:
    """How much the score of a class drops when a patch of the image is covered.

    Source: Zeiler and Fergus, arXiv 1311.2901. The value of a pixel is the mean drop over all
    positions of the patch that cover it; negative where covering raises the score. The model is
    left as it was.

    Args:
        model: any Keras model with a graph and one image input, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c), or as the model takes it.
        targets: class to explain: one index for all images, or one for each, shape (n,). None for
            the classes predicted for the images as they are.
        output: index or name of the output to explain; may be None where there is only one.
        patch: side of the patch in pixels, or (height, width); None for a seventh of the image's
            shorter side.
        stride: step of the patch, likewise; None for half the patch. The last step of each row
            and column is shortened so that every pixel is covered.
        base: what the patch is filled with, as model input: one value, one for each channel, or
            one of these for each image, shape (n, c). None for each image's own mean color.
        score: "logit" or "probability"; the latter also works where a model gives probabilities of
            which no logit can be told.

    Returns:
        Signed maps, float32, shape (n, h, w), at the size of the images.

    Raises:
        UserError: no such output, score or class, or a patch or stride that does not fit.
        UndefinedError: the input is not an image, the model's inside cannot be reached, or there
            is no such score.
    """
    require_model(model)
    if score not in ("logit", "probability"):
        raise UserError(Problem(f"score must be logit or probability, got '{score}'"))
    pixels = given_images(model, images)
    if isinstance(pixels, list) and len(pixels) == 1:
        pixels = pixels[0]
    if isinstance(pixels, list):
        raise UndefinedError(
            f"Occlusion covers a patch of one image, and the model has {len(pixels)} inputs."
        )
    if pixels.ndim != 4:
        raise UndefinedError("Occlusion covers a patch of an image, and the input is no image.")
    pixels = _channels_last(model, pixels)
    index = output_index(model, output)
    wanted = given_targets(targets, len(pixels))[:, None]
    size = (int(pixels.shape[1]), int(pixels.shape[2]))
    cover = covering(size, patch, stride)
    shape = (len(pixels), int(pixels.shape[-1]))
    what = "one value, one for each channel, or one of these for each image"
    fill = pixels.mean(axis=(1, 2)) if base is None else filling("base", base, shape, what)
    found = occlude(model, pixels, [index], wanted, cover, fill, score)[0]
    return spread(getattr(found, score), cover, size)


def _channels_last(model: Any, pixels: Array) -> Array:
    """Images (n, h, w, c), also where the model takes (n, c, h, w) and they came so."""
    shape = pixels.shape[1:]
    front = reads_channels_first(model) and as_taken(model, shape) == shape
    return np.moveaxis(pixels, 1, -1) if front else pixels
