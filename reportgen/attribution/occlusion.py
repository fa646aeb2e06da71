"""Occlusion maps: what a model's answers lose when a patch of the image is covered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.attribution.saliency import check_targets
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.answers import Probabilities, likeliest
from reportgen.network.arguments import filling, given_images, given_targets, require_model, sides
from reportgen.network.batching import batch_size
from reportgen.network.finite import require_finite
from reportgen.network.heads import output_index
from reportgen.network.input_gradients import scores
from reportgen.network.inputs import as_inputs, as_taken, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import answers, confidence, observe
from reportgen.records import Head
from reportgen.types import Array, Booleans, Doubles, Floats, Integers, Model

Size = tuple[int, int]


@dataclass(frozen=True)
class Covering:
    """Where the patch lies, in pixels: `corners` has its upper left corners, shape (p, 2)."""

    patch: Size
    stride: Size
    corners: Integers


def covering(
    image: Size, patch: int | Size | None = None, stride: int | Size | None = None
) -> Covering:
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
        raise UserError(Problem(f"the patch must fit into the image, got {got}"))
    if not all(1 <= step <= side for step, side in zip(steps, size, strict=True)):
        got = f"{steps[0]} x {steps[1]} for a patch of {size[0]} x {size[1]}"
        raise UserError(
            Problem(f"the stride must lie in 1..patch, or pixels are left out, got {got}")
        )
    rows, columns = (_starts(*each) for each in zip(image, size, steps, strict=True))
    corners = np.array([(row, column) for row in rows for column in columns], np.int64)
    return Covering(size, steps, corners)


def spread(drops: Doubles, cover: Covering, image: Size) -> Floats:
    """Maps (n, h, w) of drops (n, p): each pixel the mean over the patches that cover it."""
    sums, counts = np.zeros((len(drops), *image)), np.zeros(image)
    for place, (row, column) in enumerate(cover.corners):
        window = (slice(row, row + cover.patch[0]), slice(column, column + cover.patch[1]))
        sums[(slice(None), *window)] += drops[:, place, None, None]
        counts[window] += 1
    return np.asarray(sums / counts, np.float32)


def _half(side: int) -> int:
    return max(1, side // 2)


def _starts(whole: int, side: int, step: int) -> list[int]:
    starts = list(range(0, whole - side + 1, step))
    return starts if starts[-1] == whole - side else [*starts, whole - side]


@dataclass(frozen=True)
class Occlusion:
    """What one output's answers to n images lose at p positions of the patch.

    Attributes:
        logit: drop of the explained score, shape (n, p); None where the model gives probabilities
            of which no logit can be told.
        probability: drop of the explained class's probability, shape (n, p).
        changed: whether the answer becomes another one, shape (n, p).
        targets: the classes explained, shape (n,).
        logits: for the images as they are, shape (n, units); None likewise.
        probabilities: likewise for them, shape (n, units).
        head: the output, of the kind that its values were found to be.
    """

    logit: Doubles | None
    probability: Doubles
    changed: Booleans
    targets: NDArray[np.int32]
    logits: Floats | None
    probabilities: Floats
    head: Head

    @property
    def drops(self) -> Doubles:
        """The drop of the score, or of the probability where there is no other."""
        return self.probability if self.logit is None else self.logit


def occlude(
    network: Network,
    images: Any,
    outputs: Sequence[int],
    targets: Array,
    cover: Covering,
    base: ArrayLike,
    score: str = "logit",
) -> list[Occlusion]:
    """Drops of several outputs from the same passes; `targets` (n, outputs), -1 for predicted.

    Positions of several images share a batch, as large as the memory budget allows; what is
    covered is made batch by batch.

    Args:
        model: any model with a graph and one image input; is left as it was.
        images: model input, shape (n, h, w, c).
        outputs: indices of the outputs to explain.
        targets: the classes whose scores drop.
        cover: the positions.
        base: what the patch is filled with, as model input: shape () or (c,), or (n, c).
        score: "probability" makes do with a model whose logits cannot be told.

    Raises:
        UserError: a class that an output does not have.
        UndefinedError: the model is no graph, its weights or logits are not finite, or logits are
            wanted and cannot be told.
    """
    require_finite(network)
    check_targets(network, outputs, targets)
    # In the model's numbers: what covers images of whole numbers may be a fraction of them.
    (first,) = as_inputs(network, np.asarray(images)[:1])
    pixels = np.asarray(images).astype(first.dtype)
    heads = [network.heads[index] for index in outputs]
    look, plain = _looking(network, heads, pixels, score)
    covered = _covered(network, look, pixels, cover, base)
    return [
        _drops(one, other, targets[:, place])
        for place, (one, other) in enumerate(zip(plain, covered, strict=True))
    ]


@dataclass(frozen=True)
class _Answer:
    """What one output says of n images: logits (n, units), if they can be told, and
    probabilities."""

    head: Head
    logits: Floats | None
    probabilities: Floats

    def classes(self) -> Integers:
        """The predicted class of each image, shape (n,)."""
        if self.logits is None:
            return likeliest(self.probabilities, self.head)
        return answers(self.logits, self.head)

    def sure(self, classes: Array) -> Doubles:
        """The probability of a class of each image, shape (n,)."""
        return confidence(self.probabilities, classes, self.head).astype(np.float64)


_Look = Callable[[Any], list[_Answer]]
"""Images -> what each explained output says of them."""


def _looking(
    network: Network, heads: Sequence[Head], pixels: Any, score: str
) -> tuple[_Look, list[_Answer]]:
    """How to look at images, and what is said of these: by logits, or by probabilities alone
    where logits cannot be told and the score needs none."""

    def by_logits(images: Any) -> list[_Answer]:
        seen = observe(network, images, wanted=[head.index for head in heads])
        return [_Answer(h, seen.logits[h.index], seen.probabilities[h.index]) for h in heads]

    try:
        return by_logits, by_logits(pixels)
    except UndefinedError as undefined:
        if score != "probability":
            raise UndefinedError(f"{undefined}{_way_out(network, heads, pixels)}") from undefined
    read = Probabilities(network, heads, pixels)

    def by_probabilities(images: Any) -> list[_Answer]:
        return [_Answer(h, None, p) for h, p in zip(read.heads, read(images), strict=True)]

    return by_probabilities, by_probabilities(pixels)


def _way_out(network: Network, heads: Sequence[Head], pixels: Any) -> str:
    """A sentence on what works without logits; "" where nothing does."""
    try:
        Probabilities(network, heads, pixels)
    except UndefinedError:
        return ""
    return " With 'score: probability' the drop of the probability is shown."


def _covered(
    network: Network, look: _Look, pixels: Any, cover: Covering, base: ArrayLike
) -> list[_Answer]:
    """What is said of n * p images with the patch over them, the positions of an image in a row."""
    positions, total = len(cover.corners), len(pixels) * len(cover.corners)
    fill = np.asarray(base)
    fill = (fill if pixels.dtype.kind == "f" else np.rint(fill)).astype(pixels.dtype)
    fill = np.broadcast_to(fill, (len(pixels), pixels.shape[-1]))
    (first,) = as_inputs(network, pixels[:1])
    size = batch_size(network, first.shape[1:])
    parts: list[list[_Answer]] = []
    for start in range(0, total, size):
        turns = np.arange(start, min(start + size, total))
        batch = pixels[turns // positions]
        for one, image, place in zip(batch, turns // positions, turns % positions, strict=True):
            row, column = cover.corners[place]
            one[row : row + cover.patch[0], column : column + cover.patch[1]] = fill[image]
        parts.append(look(batch))
    return [_joined(each) for each in zip(*parts, strict=True)]


def _joined(parts: Sequence[_Answer]) -> _Answer:
    logits = [part.logits for part in parts if part.logits is not None]
    return _Answer(
        parts[0].head,
        np.concatenate(logits) if logits else None,
        np.concatenate([part.probabilities for part in parts]),
    )


def _drops(plain: _Answer, covered: _Answer, asked: Array) -> Occlusion:
    """What one output loses; of the classes asked for, -1 is the predicted one."""
    head, predicted, target = plain.head, plain.classes(), asked.astype(np.int32)
    target = np.where(target >= 0, target, predicted).astype(np.int32)
    positions = len(covered.probabilities) // len(target)
    each, shape = np.repeat(target, positions), (len(target), positions)
    logit = None
    if plain.logits is not None and covered.logits is not None:
        before, after = scores(plain.logits, target, head), scores(covered.logits, each, head)
        logit = before[:, None] - after.reshape(shape)
    lost = plain.sure(target)[:, None] - covered.sure(each).reshape(shape)
    changed = covered.classes().reshape(shape) != predicted[:, None]
    return Occlusion(logit, lost, changed, target, plain.logits, plain.probabilities, head)


def occlusion(
    model: Model,
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
    network = require_model(model)
    if score not in ("logit", "probability"):
        raise UserError(Problem(f"score must be logit or probability, got '{score}'"))
    pixels = given_images(network, images)
    if isinstance(pixels, list) and len(pixels) == 1:
        pixels = pixels[0]
    if isinstance(pixels, list):
        raise UndefinedError(
            f"Occlusion covers a patch of one image, and the model has {len(pixels)} inputs."
        )
    if pixels.ndim != 4:
        raise UndefinedError("Occlusion covers a patch of an image, and the input is no image.")
    pixels = _channels_last(network, pixels)
    index = output_index(network.heads, output)
    wanted = given_targets(targets, len(pixels))[:, None]
    size = (int(pixels.shape[1]), int(pixels.shape[2]))
    cover = covering(size, patch, stride)
    shape = (len(pixels), int(pixels.shape[-1]))
    what = "one value, one for each channel, or one of these for each image"
    fill = pixels.mean(axis=(1, 2)) if base is None else filling("base", base, shape, what)
    found = occlude(network, pixels, [index], wanted, cover, fill, score)[0]
    return spread(getattr(found, score), cover, size)


def _channels_last(network: Network, pixels: Array) -> Array:
    """Images (n, h, w, c), also where the model takes (n, c, h, w) and they came so."""
    shape = pixels.shape[1:]
    front = reads_channels_first(network) and as_taken(network, shape) == shape
    return np.moveaxis(pixels, 1, -1) if front else pixels
