"""What a model's answers lose when a patch of the image is covered, position by position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import UndefinedError
from reportgen.probing.budget import batch_size
from reportgen.probing.feeding import as_inputs
from reportgen.probing.finite import require_finite
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.outputs import answers, confidence, observe
from reportgen.probing.patches import Covering
from reportgen.probing.probable import Probabilities, likeliest
from reportgen.probing.saliency import check_targets
from reportgen.probing.slopes import scores
from reportgen.records import Head
from reportgen.types import Array, Booleans, Doubles, Floats, Integers


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
    model: Any,
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
    require_finite(model)
    check_targets(model, outputs, targets)
    # In the model's numbers: what covers images of whole numbers may be a fraction of them.
    (first,) = as_inputs(model, np.asarray(images)[:1])
    pixels = np.asarray(images).astype(first.dtype)
    heads = [heads_of(model)[index] for index in outputs]
    look, plain = _looking(model, heads, pixels, score)
    covered = _covered(model, look, pixels, cover, base)
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
    model: Any, heads: Sequence[Head], pixels: Any, score: str
) -> tuple[_Look, list[_Answer]]:
    """How to look at images, and what is said of these: by logits, or by probabilities alone
    where logits cannot be told and the score needs none."""

    def by_logits(images: Any) -> list[_Answer]:
        seen = observe(model, images, wanted=[head.index for head in heads])
        return [_Answer(h, seen.logits[h.index], seen.probabilities[h.index]) for h in heads]

    try:
        return by_logits, by_logits(pixels)
    except UndefinedError as undefined:
        if score != "probability":
            raise UndefinedError(f"{undefined}{_way_out(model, heads, pixels)}") from undefined
    read = Probabilities(model, heads, pixels)

    def by_probabilities(images: Any) -> list[_Answer]:
        return [_Answer(h, None, p) for h, p in zip(read.heads, read(images), strict=True)]

    return by_probabilities, by_probabilities(pixels)


def _way_out(model: Any, heads: Sequence[Head], pixels: Any) -> str:
    """A sentence on what works without logits; "" where nothing does."""
    try:
        Probabilities(model, heads, pixels)
    except UndefinedError:
        return ""
    return " With 'score: probability' the drop of the probability is shown."


def _covered(
    model: Any, look: _Look, pixels: Any, cover: Covering, base: ArrayLike
) -> list[_Answer]:
    """What is said of n * p images with the patch over them, the positions of an image in a row."""
    positions, total = len(cover.corners), len(pixels) * len(cover.corners)
    fill = np.asarray(base)
    fill = (fill if pixels.dtype.kind == "f" else np.rint(fill)).astype(pixels.dtype)
    fill = np.broadcast_to(fill, (len(pixels), pixels.shape[-1]))
    (first,) = as_inputs(model, pixels[:1])
    size = batch_size(model, first.shape[1:])
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
