"""Occlusion maps: the drop of a class's score when a patch of the image is covered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.arguments import (
    ImageArguments,
    check_classes,
    check_images,
    check_targets,
    fill_values,
    require_model,
    sides,
)
from reportgen.network.batching import batch_size
from reportgen.network.finite import require_finite
from reportgen.network.heads import output_index
from reportgen.network.inputs import as_input_shape, as_inputs, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import observe, require_answers
from reportgen.network.predictions import Probabilities
from reportgen.network.scores import (
    confidence,
    explained_classes,
    likeliest_class,
    predicted_class,
    scores,
)
from reportgen.records import Head
from reportgen.types import Array, Booleans, Doubles, Floats, Integers, Model, Targets

Size = tuple[int, int]

# --- the library's function --------------------------------------------------------------------


def occlusion(
    model: Model,
    images: ImageArguments,
    targets: int | ArrayLike | None = None,
    output: int | str | None = None,
    patch: int | Size | None = None,
    stride: int | Size | None = None,
    base: ArrayLike | None = None,
    score: str = "logit",
) -> Floats:
    """How much the score of a class drops when a patch of the image is covered.

    Source: Zeiler and Fergus, arXiv 1311.2901. The value of a pixel is the mean drop over all
    positions of the patch that cover it; negative where covering raises the score. The model
    stays as it is.

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
        score: "logit" or "probability"; the latter also works where a model gives probabilities
            without a logit.

    Returns:
        Signed maps, float32, shape (n, h, w), at the size of the images.

    Raises:
        UserError: no such output, score or class, or a patch or stride that does not fit.
        UndefinedError: the input is not an image, the model's inside cannot be reached, or there
            is no such score.
    """
    network = require_model(model)
    if score not in ("logit", "probability"):
        raise UserError(Problem(f"score must be logit or probability, got '{score}'"))
    arrays = check_images(network, images)
    if isinstance(arrays, list) and len(arrays) > 1:
        raise UndefinedError(
            f"Occlusion covers a patch of one image, and the model has {len(arrays)} inputs."
        )
    pixels = arrays[0] if isinstance(arrays, list) else arrays
    if pixels.ndim != 4:
        raise UndefinedError("Occlusion covers a patch of an image, and the input is no image.")
    pixels = _channels_last(network, pixels)
    index = output_index(network.heads, output)
    classes = check_targets(targets, len(pixels))[:, None]
    size = (int(pixels.shape[1]), int(pixels.shape[2]))
    positions = patch_positions(size, patch, stride)
    shape = (len(pixels), int(pixels.shape[-1]))
    what = "one value, one for each channel, or one of these for each image"
    fill = pixels.mean(axis=(1, 2)) if base is None else fill_values("base", base, shape, what)
    drops = occlude(network, pixels, [index], classes, positions, fill, score)[0]
    return pixel_means(getattr(drops, score), positions, size)


def _channels_last(network: Network, pixels: Array) -> Array:
    """Images (n, h, w, c), also where the model reads (n, c, h, w) and the images are so."""
    shape = pixels.shape[1:]
    first = reads_channels_first(network) and as_input_shape(network, shape) == shape
    return np.moveaxis(pixels, 1, -1) if first else pixels


# --- positions of the patch --------------------------------------------------------------------


@dataclass(frozen=True)
class PatchPositions:
    """Where the patch lies, in pixels: `corners` has its upper left corners, shape (p, 2)."""

    patch: Size
    stride: Size
    corners: Integers


def patch_positions(
    image: Size, patch: int | Size | None = None, stride: int | Size | None = None
) -> PatchPositions:
    """Positions of a patch over an image of (h, w) pixels: every pixel is covered at least once.

    The patch moves by the stride from the upper left corner; the last position of each row and
    column is flush with the border, even if that step is shorter.

    Args:
        image: height and width.
        patch: its side, or height and width; None for a seventh of the image's shorter side.
        stride: likewise; None for half the patch.

    Raises:
        UserError: the patch is larger than the image, or the stride than the patch.
    """
    size = sides("patch", max(1, round(min(image) / 7)) if patch is None else patch)
    steps = (_half(size[0]), _half(size[1])) if stride is None else sides("stride", stride)
    if not all(1 <= side <= whole for side, whole in zip(size, image, strict=True)):
        got = f"{size[0]} x {size[1]} on an image of {image[0]} x {image[1]} pixels"
        hint = "choose a smaller patch"
        raise UserError(Problem(f"the patch must fit into the image, got {got}", hint=hint))
    if not all(1 <= step <= side for step, side in zip(steps, size, strict=True)):
        got = f"{steps[0]} x {steps[1]} for a patch of {size[0]} x {size[1]}"
        raise UserError(
            Problem(f"the stride must lie in 1..patch, or pixels are left out, got {got}")
        )
    rows, columns = (_starts(*each) for each in zip(image, size, steps, strict=True))
    corners = np.array([(row, column) for row in rows for column in columns], np.int64)
    return PatchPositions(size, steps, corners)


def pixel_means(drops: Doubles, positions: PatchPositions, image: Size) -> Floats:
    """Maps (n, h, w) of drops (n, p): each pixel the mean over the patches that cover it."""
    sums, counts = np.zeros((len(drops), *image)), np.zeros(image)
    patch = positions.patch
    for place, (row, column) in enumerate(positions.corners):
        window = (slice(row, row + patch[0]), slice(column, column + patch[1]))
        sums[(slice(None), *window)] += drops[:, place, None, None]
        counts[window] += 1
    return np.asarray(sums / counts, np.float32)


def _half(side: int) -> int:
    return max(1, side // 2)


def _starts(whole: int, side: int, step: int) -> list[int]:
    starts = list(range(0, whole - side + 1, step))
    return starts if starts[-1] == whole - side else [*starts, whole - side]


# --- drops of several outputs ------------------------------------------------------------------


@dataclass(frozen=True)
class Occlusion:
    """The drops of one output's score and probability for n images at p positions of the patch.

    Attributes:
        logit: drop of the explained score, shape (n, p); None where the model gives probabilities
            without a logit.
        probability: drop of the explained class's probability, shape (n, p).
        changed: whether the predicted class becomes another one, shape (n, p).
        targets: the classes explained, shape (n,).
        logits: for the images as they are, shape (n, units); None likewise.
        probabilities: likewise for them, shape (n, units).
        head: the output, of the kind of its values.
    """

    logit: Doubles | None
    probability: Doubles
    changed: Booleans
    targets: Targets
    logits: Floats | None
    probabilities: Floats
    head: Head

    @property
    def drops(self) -> Doubles:
        """The drop of the score, or of the probability where there is no other."""
        return self.probability if self.logit is None else self.logit


def occlude(
    network: Network,
    images: Array,
    outputs: Sequence[int],
    targets: Array,
    positions: PatchPositions,
    base: ArrayLike,
    score: str = "logit",
) -> list[Occlusion]:
    """Drops of several outputs from the same passes; `targets` (n, outputs), -1 for predicted.

    Positions of several images share a batch, as large as the memory budget allows; covered images
    are made batch by batch.

    Args:
        network: with a graph and one image input.
        images: model input, shape (n, h, w, c).
        outputs: indices of the outputs to explain.
        targets: the classes whose scores drop.
        positions: of the patch.
        base: fills the patch, as model input: shape () or (c,), or (n, c).
        score: "probability" makes do with a model without logits.

    Raises:
        UserError: a class that an output does not have.
        UndefinedError: the model is no graph, its weights or logits are not finite, or logits are
            wanted and unknown.
    """
    require_finite(network)
    require_answers(network, outputs)
    check_classes(network, outputs, targets)
    # In the model's numbers: the base of images of whole numbers may be a fraction of them.
    (first,) = as_inputs(network, np.asarray(images)[:1])
    pixels = np.asarray(images).astype(first.dtype)
    heads = [network.heads[index] for index in outputs]
    predict, plain = _predictor(network, heads, pixels, score)
    covered = _covered(network, predict, pixels, positions, base)
    return [
        _drops(own, other, targets[:, place])
        for place, (own, other) in enumerate(zip(plain, covered, strict=True))
    ]


@dataclass(frozen=True)
class _Prediction:
    """Of one output for n images: logits (n, units), if they are known, and probabilities."""

    head: Head
    logits: Floats | None
    probabilities: Floats

    def classes(self) -> Integers:
        """The predicted class of each image, shape (n,)."""
        if self.logits is None:
            return likeliest_class(self.probabilities, self.head)
        return predicted_class(self.logits, self.head)

    def confidence(self, classes: Array) -> Doubles:
        """The probability of a class of each image, shape (n,)."""
        return confidence(self.probabilities, classes, self.head).astype(np.float64)


_Predict = Callable[[Array], list[_Prediction]]
"""Images -> the prediction of each explained output."""


def _predictor(
    network: Network, heads: Sequence[Head], pixels: Array, score: str
) -> tuple[_Predict, list[_Prediction]]:
    """How to predict, and the predictions for some images: by logits, or by probabilities alone
    where logits are unknown and the score needs none."""

    def by_logits(images: Array) -> list[_Prediction]:
        observed = observe(network, images, wanted=[head.index for head in heads])
        return [
            _Prediction(head, observed.logits[head.index], observed.probabilities[head.index])
            for head in heads
        ]

    try:
        return by_logits, by_logits(pixels)
    except UndefinedError as undefined:
        if score != "probability":
            raise UndefinedError(f"{undefined}{_remedy(network, heads, pixels)}") from undefined
    read = Probabilities(network, heads, pixels)

    def by_probabilities(images: Array) -> list[_Prediction]:
        return [_Prediction(h, None, p) for h, p in zip(read.heads, read(images), strict=True)]

    return by_probabilities, by_probabilities(pixels)


def _remedy(network: Network, heads: Sequence[Head], pixels: Array) -> str:
    """A sentence on the score that needs no logits; "" where it is undefined too."""
    try:
        Probabilities(network, heads, pixels)
    except UndefinedError:
        return ""
    return " With 'score: probability' the drop of the probability is shown."


def _covered(
    network: Network,
    predict: _Predict,
    pixels: Array,
    positions: PatchPositions,
    base: ArrayLike,
) -> list[_Prediction]:
    """Predictions for n * p covered images, the positions over one image in a row."""
    (height, width), count = positions.patch, len(positions.corners)
    fill = np.asarray(base)
    fill = (fill if pixels.dtype.kind == "f" else np.rint(fill)).astype(pixels.dtype)
    fill = np.broadcast_to(fill, (len(pixels), pixels.shape[-1]))
    (first,) = as_inputs(network, pixels[:1])
    size, total = batch_size(network, first.shape[1:]), len(pixels) * count
    parts: list[list[_Prediction]] = []
    for start in range(0, total, size):
        turns = np.arange(start, min(start + size, total))
        batch = pixels[turns // count]
        for covered, image, place in zip(batch, turns // count, turns % count, strict=True):
            row, column = positions.corners[place]
            covered[row : row + height, column : column + width] = fill[image]
        parts.append(predict(batch))
    return [_joined(each) for each in zip(*parts, strict=True)]


def _joined(parts: Sequence[_Prediction]) -> _Prediction:
    logits = [part.logits for part in parts if part.logits is not None]
    return _Prediction(
        parts[0].head,
        np.concatenate(logits) if logits else None,
        np.concatenate([part.probabilities for part in parts]),
    )


def _drops(plain: _Prediction, covered: _Prediction, targets: Array) -> Occlusion:
    """The drops of one output; of the targets (n,), -1 is the predicted class."""
    predicted = plain.classes()
    classes = explained_classes(targets, predicted)
    count = len(covered.probabilities) // len(classes)
    repeated, shape = np.repeat(classes, count), (len(classes), count)
    logit = None
    if plain.logits is not None and covered.logits is not None:
        before, after = scores(plain.logits, classes), scores(covered.logits, repeated)
        logit = before[:, None] - after.reshape(shape)
    lost = plain.confidence(classes)[:, None] - covered.confidence(repeated).reshape(shape)
    changed = covered.classes().reshape(shape) != predicted[:, None]
    return Occlusion(logit, lost, changed, classes, plain.logits, plain.probabilities, plain.head)
