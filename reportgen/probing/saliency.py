"""Attributions to the input: gradients, their averages, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.budget import batch_size
from reportgen.probing.dials import filling, known
from reportgen.probing.feeding import as_inputs, reads_channels_first
from reportgen.probing.finite import require_finite
from reportgen.probing.gradients import PREDICTED
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.outputs import answers, observe, require_answers
from reportgen.probing.slopes import input_slopes, require_real, scores
from reportgen.types import Array, Doubles, Floats

Points = Callable[[Floats, Array, int], Floats]
"""(values (b, ...) of an input, which of the averaged points (b,), which input) -> the points."""

METHODS = {
    "gradient": "gradient",
    "smoothgrad": "gradient",
    "integrated_gradients": "gradient",
    "input_x_gradient": "gradient",
    "guided_backpropagation": "guided",
}
"""Names of the methods, and the backward rule of each at a ReLU."""


@dataclass(frozen=True)
class Dials:
    """What the averaging methods are tuned by.

    Attributes:
        samples: noisy copies of an image in SmoothGrad.
        noise: their standard deviation as a share of `span`, the input range.
        steps: points on the path of integrated gradients.
        baseline: where that path begins: a value, or one for each channel, or a whole input.
        seed: of the noise.
    """

    samples: int = 20
    noise: float = 0.15
    span: float = 1.0
    steps: int = 32
    baseline: ArrayLike = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Attribution:
    """What one output's score is attributed to, for n images.

    Attributes:
        maps: for each input of the model, the shape of that input; signed, not normalized.
        targets: the classes explained, shape (n,).
        logits: of this output, shape (n, units).
        gained: the score minus that of the baseline, shape (n,); of integrated gradients only.
    """

    maps: list[Floats]
    targets: NDArray[np.int32]
    logits: Floats
    gained: Doubles | None = None


def attribute(
    model: Any,
    images: Any,
    outputs: Sequence[int],
    targets: Array,
    method: str,
    dials: Dials,
) -> list[Attribution]:
    """Attributions of several outputs; `targets` has shape (n, outputs), -1 for the predicted.

    Raises:
        UserError: no such method, or a class that an output does not have.
        UndefinedError: see `slopes.input_slopes`; or what came out is not finite.
    """
    known("method", method, METHODS)
    require_finite(model)
    check_targets(model, outputs, targets)
    inputs = as_inputs(model, images)
    require_real(model, inputs)
    if method in ("smoothgrad", "integrated_gradients"):
        found = _averaged_method(model, inputs, outputs, targets, method, dials)
    else:
        found = _plain(model, inputs, outputs, targets, METHODS[method])
        if method == "input_x_gradient":
            found = [_times(one, inputs) for one in found]
    if not all(np.isfinite(maps).all() for one in found for maps in one.maps):
        raise UndefinedError(
            "The gradients of the model hold values that are not finite (NaN or "
            "infinite), so a saliency map has no meaning."
        )
    return found


def check_targets(model: Any, outputs: Sequence[int], targets: Array) -> None:
    """Whether outputs have these targets (n, outputs).

    Raises:
        UndefinedError: an output is an image itself, so that it has no classes.
        UserError: a target is no class of its output.
    """
    require_answers(model, outputs)
    for place, index in enumerate(outputs):
        head, wanted = heads_of(model)[index], targets[:, place]
        classes = max(head.units, 2)
        if wanted.size and not (wanted.min() >= PREDICTED and wanted.max() < classes):
            message = f"targets of output '{head.name}' must lie in 0..{classes - 1}"
            raise UserError(Problem(f"{message}, got {wanted.min()}..{wanted.max()}"))


def resolved(
    model: Any, logits: Sequence[Floats], outputs: Sequence[int], targets: Array
) -> NDArray[np.int32]:
    """Targets (n, outputs) with the predicted class in place of each -1."""
    heads = heads_of(model)
    predicted = np.stack([answers(logits[index], heads[index]) for index in outputs], axis=1)
    return np.where(targets >= 0, targets, predicted).astype(np.int32)


def _plain(
    model: Any, inputs: list[Any], outputs: Sequence[int], targets: Array, rule: str
) -> list[Attribution]:
    parts = list(input_slopes(model, inputs, outputs, targets, rule))
    explained = np.concatenate([part.targets for part in parts])
    found = []
    for place, index in enumerate(outputs):
        maps = [
            np.concatenate([part.gradients[place][source] for part in parts])
            for source in range(len(inputs))
        ]
        logits = np.concatenate([part.logits[index] for part in parts])
        found.append(Attribution(maps, explained[:, place], logits))
    return found


def _times(one: Attribution, inputs: list[Any]) -> Attribution:
    maps = [np.asarray(m * x, np.float32) for m, x in zip(one.maps, inputs, strict=True)]
    return Attribution(maps, one.targets, one.logits)


def _averaged_method(
    model: Any,
    inputs: list[Any],
    outputs: Sequence[int],
    targets: Array,
    method: str,
    dials: Dials,
) -> list[Attribution]:
    logits = observe(model, inputs, wanted=outputs).logits
    wanted = resolved(model, logits, outputs, targets)
    if method == "smoothgrad":
        means = _averaged(model, inputs, outputs, wanted, _noisy(inputs, dials), dials.samples)
        return [
            Attribution([np.asarray(m, np.float32) for m in maps], wanted[:, place], logits[index])
            for place, (index, maps) in enumerate(zip(outputs, means, strict=True))
        ]
    front = reads_channels_first(model)
    bases = [_base(array, dials.baseline, front) for array in inputs]
    means = _averaged(model, inputs, outputs, wanted, _path(bases, dials.steps), dials.steps)
    before = observe(model, bases, wanted=outputs).logits
    found = []
    for place, (index, maps) in enumerate(zip(outputs, means, strict=True)):
        head, target = heads_of(model)[index], wanted[:, place]
        start = np.broadcast_to(before[index], logits[index].shape)
        gained = scores(logits[index], target, head) - scores(start, target, head)
        moved = [
            np.asarray(m * (x - b), np.float32) for m, x, b in zip(maps, inputs, bases, strict=True)
        ]
        found.append(Attribution(moved, target, logits[index], gained))
    return found


def _noisy(inputs: list[Any], dials: Dials) -> Points:
    """Copies with Gaussian noise, the same for every image, so that company changes nothing.

    Source: Smilkov et al., "SmoothGrad", arXiv 1706.03825.
    """
    rng = np.random.default_rng(dials.seed)
    size = np.float32(dials.noise * dials.span)
    noise = [
        size * rng.standard_normal((dials.samples, *array.shape[1:]), np.float32)
        for array in inputs
    ]
    return lambda values, turns, source: values + noise[source][turns]


def _path(bases: list[Any], steps: int) -> Points:
    """The midpoints of even pieces of the straight way from the baseline.

    Source: Sundararajan et al., "Axiomatic attribution", arXiv 1703.01365.
    """
    shares = ((np.arange(steps) + 0.5) / steps).astype(np.float32)

    def points(values: Floats, turns: Array, source: int) -> Floats:
        along = shares[turns].reshape(-1, *(1,) * (values.ndim - 1))
        return np.asarray(bases[source] + along * (values - bases[source]), np.float32)

    return points


def _base(array: Any, baseline: ArrayLike, front: bool) -> Any:
    """One input (1, ...) filled with the baseline, which may have its channels last."""
    what = "one value, one for each channel, or a whole input"
    one = array[:1].shape
    turned = (one[0], *one[2:], one[1]) if front and len(one) > 2 else one
    if turned != one and np.shape(baseline) not in ((), one, one[1:]):
        found = np.broadcast_to(filling("baseline", baseline, turned, what), turned)
        return np.moveaxis(found, -1, 1).astype(array.dtype)
    found = filling("baseline", baseline, one, what)
    return np.broadcast_to(found.astype(array.dtype), one).copy()


def _averaged(
    model: Any,
    inputs: list[Any],
    outputs: Sequence[int],
    targets: Array,
    points: Points,
    count: int,
) -> list[list[Doubles]]:
    """For each output and input the mean gradient over `count` points for each image.

    Points of several images fill one batch, so that no batch is smaller than it need be.
    """
    total = [[np.zeros(array.shape) for array in inputs] for _ in outputs]
    size = max(1, batch_size(model, inputs[0].shape[1:], copies=2))
    for start in range(0, len(inputs[0]) * count, size):
        turns = np.arange(start, min(start + size, len(inputs[0]) * count))
        images = turns // count
        given = [points(a[images], turns % count, source) for source, a in enumerate(inputs)]
        for slope in input_slopes(model, given, outputs, targets[images]):
            of = images[slope.part]
            for sums, gradients in zip(total, slope.gradients, strict=True):
                for sum_, gradient in zip(sums, gradients, strict=True):
                    for image in np.unique(of):
                        sum_[image] += gradient[of == image].sum(axis=0, dtype=np.float64)
    return [[sum_ / count for sum_ in sums] for sums in total]
