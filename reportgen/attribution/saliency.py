"""Attributions to the input: gradients, their averages, and maps made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.arguments import (
    count_of,
    effective,
    filling,
    given_images,
    given_targets,
    known,
    number,
    require_model,
    span,
    whole,
)
from reportgen.network.batching import batch_size
from reportgen.network.finite import require_finite
from reportgen.network.gradients import PREDICTED
from reportgen.network.heads import output_index
from reportgen.network.input_gradients import input_slopes, require_real, scores
from reportgen.network.inputs import as_inputs, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import answers, observe, require_answers
from reportgen.types import Array, Doubles, Floats, Model

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
    network: Network,
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
    require_finite(network)
    check_targets(network, outputs, targets)
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    if method in ("smoothgrad", "integrated_gradients"):
        found = _averaged_method(network, inputs, outputs, targets, method, dials)
    else:
        found = _plain(network, inputs, outputs, targets, METHODS[method])
        if method == "input_x_gradient":
            found = [_times(one, inputs) for one in found]
    if not all(np.isfinite(maps).all() for one in found for maps in one.maps):
        raise UndefinedError(
            "The gradients of the model hold values that are not finite (NaN or "
            "infinite), so a saliency map has no meaning."
        )
    return found


def check_targets(network: Network, outputs: Sequence[int], targets: Array) -> None:
    """Whether outputs have these targets (n, outputs).

    Raises:
        UndefinedError: an output is an image itself, so that it has no classes.
        UserError: a target is no class of its output.
    """
    require_answers(network, outputs)
    for place, index in enumerate(outputs):
        head, wanted = network.heads[index], targets[:, place]
        classes = max(head.units, 2)
        if wanted.size and not (wanted.min() >= PREDICTED and wanted.max() < classes):
            message = f"targets of output '{head.name}' must lie in 0..{classes - 1}"
            raise UserError(Problem(f"{message}, got {wanted.min()}..{wanted.max()}"))


def resolved(
    network: Network, logits: Sequence[Floats], outputs: Sequence[int], targets: Array
) -> NDArray[np.int32]:
    """Targets (n, outputs) with the predicted class in place of each -1."""
    heads = network.heads
    predicted = np.stack([answers(logits[index], heads[index]) for index in outputs], axis=1)
    return np.where(targets >= 0, targets, predicted).astype(np.int32)


def _plain(
    network: Network, inputs: list[Any], outputs: Sequence[int], targets: Array, rule: str
) -> list[Attribution]:
    parts = list(input_slopes(network, inputs, outputs, targets, rule))
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
    network: Network,
    inputs: list[Any],
    outputs: Sequence[int],
    targets: Array,
    method: str,
    dials: Dials,
) -> list[Attribution]:
    logits = observe(network, inputs, wanted=outputs).logits
    wanted = resolved(network, logits, outputs, targets)
    if method == "smoothgrad":
        means = _averaged(network, inputs, outputs, wanted, _noisy(inputs, dials), dials.samples)
        return [
            Attribution([np.asarray(m, np.float32) for m in maps], wanted[:, place], logits[index])
            for place, (index, maps) in enumerate(zip(outputs, means, strict=True))
        ]
    front = reads_channels_first(network)
    bases = [_base(array, dials.baseline, front) for array in inputs]
    means = _averaged(network, inputs, outputs, wanted, _path(bases, dials.steps), dials.steps)
    before = observe(network, bases, wanted=outputs).logits
    found = []
    for place, (index, maps) in enumerate(zip(outputs, means, strict=True)):
        head, target = network.heads[index], wanted[:, place]
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
    network: Network,
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
    size = max(1, batch_size(network, inputs[0].shape[1:], copies=2))
    for start in range(0, len(inputs[0]) * count, size):
        turns = np.arange(start, min(start + size, len(inputs[0]) * count))
        images = turns // count
        given = [points(a[images], turns % count, source) for source, a in enumerate(inputs)]
        for slope in input_slopes(network, given, outputs, targets[images]):
            of = images[slope.part]
            for sums, gradients in zip(total, slope.gradients, strict=True):
                for sum_, gradient in zip(sums, gradients, strict=True):
                    for image in np.unique(of):
                        sum_[image] += gradient[of == image].sum(axis=0, dtype=np.float64)
    return [[sum_ / count for sum_ in sums] for sums in total]


EFFECTIVE = {
    "samples": {"method": ("smoothgrad",)},
    "noise": {"method": ("smoothgrad",)},
    "steps": {"method": ("integrated_gradients",)},
    "baseline": {"method": ("integrated_gradients",)},
}
"""The methods with which an argument has an effect."""


def saliency(
    model: Model,
    images: Any,
    targets: int | ArrayLike | None = None,
    output: int | str | None = None,
    method: str = "gradient",
    *,
    samples: int = 20,
    noise: float = 0.15,
    steps: int = 32,
    baseline: ArrayLike = 0.0,
    input_range: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> Any:
    """How much each value of the input has to do with the score of a class.

    The score is the logit (before softmax or sigmoid); of an output with one unit it is the logit
    for class 1 and minus the logit for class 0. The model is left as it was, and no global random
    state is used. With g the gradient of the score with respect to the input x:

    - "gradient": g (Simonyan et al., arXiv 1312.6034);
    - "smoothgrad": the mean of g over noisy copies of x (Smilkov et al., arXiv 1706.03825);
    - "integrated_gradients": (x - x') times the mean of g at the midpoints of `steps` even pieces
      of the way from the baseline x' to x (Sundararajan et al., arXiv 1703.01365);
    - "input_x_gradient": x g (Shrikumar et al., arXiv 1605.01713);
    - "guided_backpropagation": g with max(R, 0) f'(z) as what each ReLU f hands back of R
      (Springenberg et al., arXiv 1412.6806), however the ReLU is written; other
      non-linearities keep their own gradient.

    Args:
        model: any Keras model with a graph, nested to any depth.
        images: model input, already preprocessed, shape (n, h, w, c); a list of arrays for a
            model with several inputs.
        targets: class to explain: one index for all images, or one for each, shape (n,). None for
            the predicted classes (for the averaging methods: of the images themselves).
        output: index or name of the output to explain; may be None where there is only one.
        method: one of those above.
        samples, noise: of SmoothGrad: the number of copies, and the standard deviation of their
            Gaussian noise as a share of the input range. All images get the same noise.
        steps, baseline: of integrated gradients: the number of pieces, and x' as one value, one
            for each channel, or a whole input.
        input_range: smallest and largest value that the model is given.
        seed: of the noise. These last two may be given for any method.

    Returns:
        Signed maps, float32, of the shape of `images`, not normalized (a list for several inputs).

    Raises:
        UserError: no such output, method or class, a number that makes no sense, or one besides
            its default that the method does not look at.
        UndefinedError: the model's inside cannot be reached, its score does not depend on the
            input, the maps are not finite, or no ReLU lies on the way for guided backpropagation.
    """
    network = require_model(model)
    index = output_index(network.heads, output)
    images = given_images(network, images)
    wanted = given_targets(targets, count_of(images))[:, None]
    low, high = span("input_range", input_range, 1)
    dials = Dials(
        whole("samples", samples, 1),
        number("noise", noise),
        float(np.max(high)) - float(np.min(low)),
        whole("steps", steps, 1),
        baseline,
        whole("seed", seed, 0),
    )
    known("method", method, METHODS)
    given = {"samples": (samples, 20), "noise": (noise, 0.15), "steps": (steps, 32),
             "baseline": (baseline, 0.0)}  # fmt: skip
    for name, (value, default) in given.items():
        effective(name, value, default, EFFECTIVE[name], method=method)
    maps = attribute(network, images, [index], wanted, method, dials)[0].maps
    several = isinstance(images, list)
    pairs = zip(maps, images if several else [images], strict=True)
    shaped = [as_given(one, np.shape(given)) for one, given in pairs]
    return shaped if several else shaped[0]


def as_given(found: Floats, shape: tuple[int, ...]) -> Floats:
    """A map with its channels where the caller has them."""
    return found if found.shape == shape else np.ascontiguousarray(np.moveaxis(found, 1, -1))
