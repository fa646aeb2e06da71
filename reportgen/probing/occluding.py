"""What a model's answers lose when a patch of the image is covered, position by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.budget import batch_size
from reportgen.probing.dials import sides
from reportgen.probing.feeding import as_inputs
from reportgen.probing.finite import require_finite
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.outputs import answers, confidence, observe, probabilities
from reportgen.probing.saliency import check_targets, resolved
from reportgen.probing.slopes import scores
from reportgen.records import Head

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Size = tuple[int, int]


@dataclass(frozen=True)
class Covering:
    """Where the patch lies, in pixels: `corners` has its upper left corners, shape (p, 2)."""

    patch: Size
    stride: Size
    corners: NDArray[np.int64]


@dataclass(frozen=True)
class Occlusion:
    """What one output's answers to n images lose at p positions of the patch.

    Attributes:
        logit: drop of the explained score, shape (n, p).
        probability: drop of the explained class's probability, shape (n, p).
        changed: whether the answer becomes another one, shape (n, p).
        targets: the classes explained, shape (n,).
        logits: for the images as they are, shape (n, units).
    """

    logit: Doubles
    probability: Doubles
    changed: NDArray[np.bool_]
    targets: NDArray[np.int32]
    logits: Floats


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


def occlude(
    model: Any,
    images: Any,
    outputs: Sequence[int],
    targets: NDArray[Any],
    cover: Covering,
    base: ArrayLike,
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

    Raises:
        UserError: a class that an output does not have.
        UndefinedError: the model is no graph, or its weights or logits are not finite.
    """
    require_finite(model)
    check_targets(model, outputs, targets)
    # In the model's numbers: what covers images of whole numbers may be a fraction of them.
    (first,) = as_inputs(model, np.asarray(images)[:1])
    pixels = np.asarray(images).astype(first.dtype)
    plain = observe(model, pixels).logits
    wanted = resolved(model, plain, outputs, targets)
    covered = _covered_logits(model, pixels, cover, base)
    if not all(np.isfinite(values).all() for values in (*plain, *covered)):
        raise UndefinedError(
            f"The logits of model '{model.name}' are not finite (NaN or infinite), so there is no "
            "drop to measure."
        )
    heads = heads_of(model)
    return [
        _drops(plain[index], covered[index], wanted[:, place], heads[index])
        for place, index in enumerate(outputs)
    ]


def spread(drops: Doubles, cover: Covering, image: Size) -> Floats:
    """Maps (n, h, w) of drops (n, p): each pixel the mean over the patches that cover it."""
    sums, counts = np.zeros((len(drops), *image)), np.zeros(image)
    for place, (row, column) in enumerate(cover.corners):
        window = (slice(row, row + cover.patch[0]), slice(column, column + cover.patch[1]))
        sums[(slice(None), *window)] += drops[:, place, None, None]
        counts[window] += 1
    return np.asarray(sums / counts, np.float32)


def _covered_logits(model: Any, pixels: Any, cover: Covering, base: ArrayLike) -> list[Floats]:
    """For each output the logits (n * p, units), the positions of an image in a row."""
    positions, total = len(cover.corners), len(pixels) * len(cover.corners)
    fill = np.asarray(base)
    fill = (fill if pixels.dtype.kind == "f" else np.rint(fill)).astype(pixels.dtype)
    fill = np.broadcast_to(fill, (len(pixels), pixels.shape[-1]))
    (first,) = as_inputs(model, pixels[:1])
    size = batch_size(model, first.shape[1:])
    parts: list[tuple[Floats, ...]] = []
    for start in range(0, total, size):
        turns = np.arange(start, min(start + size, total))
        batch = pixels[turns // positions]
        for one, image, place in zip(batch, turns // positions, turns % positions, strict=True):
            row, column = cover.corners[place]
            one[row : row + cover.patch[0], column : column + cover.patch[1]] = fill[image]
        parts.append(observe(model, batch).logits)
    return [np.concatenate([part[index] for part in parts]) for index in range(len(parts[0]))]


def _drops(plain: Floats, covered: Floats, target: NDArray[np.int32], head: Head) -> Occlusion:
    positions = len(covered) // len(plain)
    each = np.repeat(target, positions)
    shape = (len(plain), positions)
    before, after = scores(plain, target, head), scores(covered, each, head).reshape(shape)
    sure = confidence(probabilities(plain, head), target, head).astype(np.float64)
    left = confidence(probabilities(covered, head), each, head).astype(np.float64).reshape(shape)
    changed = answers(covered, head).reshape(shape) != answers(plain, head)[:, None]
    return Occlusion(before[:, None] - after, sure[:, None] - left, changed, target, plain)


def _half(side: int) -> int:
    return max(1, side // 2)


def _starts(whole: int, side: int, step: int) -> list[int]:
    starts = list(range(0, whole - side + 1, step))
    return starts if starts[-1] == whole - side else [*starts, whole - side]
