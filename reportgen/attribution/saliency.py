"""Attributions to the input: gradients, their averages, and maps made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import UndefinedError
from reportgen.network.arguments import (
    ImageArguments,
    check_classes,
    check_images,
    check_targets,
    choice,
    count_images,
    fill_values,
    number,
    require_effect,
    require_model,
    value_range,
    whole_number,
)
from reportgen.network.batching import batch_size
from reportgen.network.channel_order import channels_as_in
from reportgen.network.finite import require_finite
from reportgen.network.heads import output_index
from reportgen.network.input_gradients import input_gradients, require_real
from reportgen.network.inputs import as_inputs, reads_channels_first
from reportgen.network.network import Network
from reportgen.network.outputs import observe, require_answers
from reportgen.network.scores import explained_classes, predicted_class, scores
from reportgen.types import Array, Doubles, Floats, Images, Model, Targets

METHODS = {
    "gradient": "gradient",
    "smoothgrad": "gradient",
    "integrated_gradients": "gradient",
    "input_x_gradient": "gradient",
    "guided_backpropagation": "guided",
}
"""Names of the methods, and the backward rule of each at a ReLU."""

EFFECTIVE = {
    "samples": {"method": ("smoothgrad",)},
    "noise": {"method": ("smoothgrad",)},
    "steps": {"method": ("integrated_gradients",)},
    "baseline": {"method": ("integrated_gradients",)},
}
"""The methods with which an argument has an effect."""


def saliency(
    model: Model,
    images: ImageArguments,
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
) -> Floats | list[Floats]:
    """How much each value of the input contributes to the score of a class.

    The score is the logit (before softmax or sigmoid); of an output with one unit it is the logit
    for class 1 and minus the logit for class 0. The model and all global random state stay as
    they are. With g the gradient of the score with respect to the input x:

    - "gradient": g (Simonyan et al., arXiv 1312.6034);
    - "smoothgrad": the mean of g over noisy copies of x (Smilkov et al., arXiv 1706.03825);
    - "integrated_gradients": (x - x') times the mean of g at the midpoints of `steps` even pieces
      of the way from the baseline x' to x (Sundararajan et al., arXiv 1703.01365);
    - "input_x_gradient": x g (Shrikumar et al., arXiv 1605.01713);
    - "guided_backpropagation": g where each ReLU f hands back max(R, 0) f'(z) of R
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
        input_range: smallest and largest value of the model's input.
        seed: of the noise. These last two may be given for any method.

    Returns:
        Signed maps, float32, of the shape of `images`, not normalized (a list for several inputs).

    Raises:
        UserError: no such output, method or class, a number out of range, or one besides
            its default that has no effect on the method.
        UndefinedError: the model's inside cannot be reached, its score does not depend on the
            input, the maps are not finite, or no ReLU lies on the way for guided backpropagation.
    """
    network = require_model(model)
    index = output_index(network.heads, output)
    arrays = check_images(network, images)
    targets = check_targets(targets, count_images(arrays))[:, None]
    low, high = value_range("input_range", input_range, 1)
    settings = AveragingSettings(
        whole_number("samples", samples, 1),
        number("noise", noise),
        float(np.max(high)) - float(np.min(low)),
        whole_number("steps", steps, 1),
        baseline,
        whole_number("seed", seed, 0),
    )
    choice("method", method, METHODS)
    given = {"samples": (samples, 20), "noise": (noise, 0.15), "steps": (steps, 32),
             "baseline": (baseline, 0.0)}  # fmt: skip
    for name, (value, default) in given.items():
        require_effect(name, value, default, EFFECTIVE[name], method=method)
    maps = attribute(network, arrays, [index], targets, method, settings)[0].maps
    if isinstance(arrays, list):
        return [channels_as_in(own, np.shape(a)) for own, a in zip(maps, arrays, strict=True)]
    return channels_as_in(maps[0], np.shape(arrays))


# --- attributions of several outputs -----------------------------------------------------------


@dataclass(frozen=True)
class AveragingSettings:
    """Settings of the methods that average gradients.

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
    """The attribution of one output's score, for n images.

    Attributes:
        maps: for each input of the model, the shape of that input; signed, not normalized.
        targets: the classes explained, shape (n,).
        logits: of this output, shape (n, units).
        gained: the score minus that of the baseline, shape (n,); of integrated gradients only.
    """

    maps: list[Floats]
    targets: Targets
    logits: Floats
    gained: Doubles | None = None


def attribute(
    network: Network,
    images: Images,
    outputs: Sequence[int],
    targets: Array,
    method: str,
    settings: AveragingSettings,
) -> list[Attribution]:
    """Attributions of several outputs; `targets` has shape (n, outputs), -1 for the predicted.

    Raises:
        UserError: no such method, or a class that an output does not have.
        UndefinedError: see `input_gradients`; or the maps are not finite.
    """
    choice("method", method, METHODS)
    require_finite(network)
    require_answers(network, outputs)
    check_classes(network, outputs, targets)
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    if method == "smoothgrad":
        attributions = _smoothgrad(network, inputs, outputs, targets, settings)
    elif method == "integrated_gradients":
        attributions = _integrated_gradients(network, inputs, outputs, targets, settings)
    else:
        attributions = _plain(network, inputs, outputs, targets, METHODS[method])
        if method == "input_x_gradient":
            attributions = [_times_input(each, inputs) for each in attributions]
    if not all(np.isfinite(maps).all() for each in attributions for maps in each.maps):
        raise UndefinedError(
            "The gradients of the model hold values that are not finite (NaN or "
            "infinite), so a saliency map has no meaning."
        )
    return attributions


def _plain(
    network: Network, inputs: list[Array], outputs: Sequence[int], targets: Array, rule: str
) -> list[Attribution]:
    batches = list(input_gradients(network, inputs, outputs, targets, rule))
    classes = np.concatenate([batch.targets for batch in batches])
    attributions = []
    for place, index in enumerate(outputs):
        maps = [
            np.concatenate([batch.gradients[place][source] for batch in batches])
            for source in range(len(inputs))
        ]
        logits = np.concatenate([batch.logits[index] for batch in batches])
        attributions.append(Attribution(maps, classes[:, place], logits))
    return attributions


def _times_input(attribution: Attribution, inputs: list[Array]) -> Attribution:
    maps = [np.asarray(m * x, np.float32) for m, x in zip(attribution.maps, inputs, strict=True)]
    return Attribution(maps, attribution.targets, attribution.logits)


def _smoothgrad(
    network: Network,
    inputs: list[Array],
    outputs: Sequence[int],
    targets: Array,
    settings: AveragingSettings,
) -> list[Attribution]:
    """Source: Smilkov et al., "SmoothGrad", arXiv 1706.03825."""
    logits, classes = _logits_and_classes(network, inputs, outputs, targets)
    points, count = _noisy_copies(inputs, settings), settings.samples
    means = _mean_gradients(network, inputs, outputs, classes, points, count)
    return [
        Attribution([np.asarray(m, np.float32) for m in maps], classes[:, place], logits[index])
        for place, (index, maps) in enumerate(zip(outputs, means, strict=True))
    ]


def _integrated_gradients(
    network: Network,
    inputs: list[Array],
    outputs: Sequence[int],
    targets: Array,
    settings: AveragingSettings,
) -> list[Attribution]:
    """Source: Sundararajan et al., "Axiomatic attribution", arXiv 1703.01365."""
    logits, classes = _logits_and_classes(network, inputs, outputs, targets)
    channels_first = reads_channels_first(network)
    bases = [_baseline(array, settings.baseline, channels_first) for array in inputs]
    points, count = _path_midpoints(bases, settings.steps), settings.steps
    means = _mean_gradients(network, inputs, outputs, classes, points, count)
    before = observe(network, bases, wanted=outputs).logits
    attributions = []
    for place, (index, maps) in enumerate(zip(outputs, means, strict=True)):
        start = np.broadcast_to(before[index], logits[index].shape)
        gained = scores(logits[index], classes[:, place]) - scores(start, classes[:, place])
        scaled = [
            np.asarray(m * (x - b), np.float32) for m, x, b in zip(maps, inputs, bases, strict=True)
        ]
        attributions.append(Attribution(scaled, classes[:, place], logits[index], gained))
    return attributions


def _logits_and_classes(
    network: Network, inputs: list[Array], outputs: Sequence[int], targets: Array
) -> tuple[tuple[Floats, ...], Targets]:
    """The logits of all outputs, and the classes to explain, shape (n, outputs)."""
    logits, heads = observe(network, inputs, wanted=outputs).logits, network.heads
    predicted = [predicted_class(logits[index], heads[index]) for index in outputs]
    return logits, explained_classes(targets, np.stack(predicted, axis=1))


# --- points to average over --------------------------------------------------------------------

Points = Callable[[Floats, Array, int], Floats]
"""(values (b, ...) of an input, which of the averaged points (b,), which input) -> the points."""


def _noisy_copies(inputs: list[Array], settings: AveragingSettings) -> Points:
    """Copies with Gaussian noise, the same for every image, whatever images are beside it."""
    rng = np.random.default_rng(settings.seed)
    size = np.float32(settings.noise * settings.span)
    noise = [
        size * rng.standard_normal((settings.samples, *array.shape[1:]), np.float32)
        for array in inputs
    ]
    return lambda values, turns, source: values + noise[source][turns]


def _path_midpoints(bases: list[Array], steps: int) -> Points:
    """The midpoints of even pieces of the straight path from the baseline."""
    shares = ((np.arange(steps) + 0.5) / steps).astype(np.float32)

    def points(values: Floats, turns: Array, source: int) -> Floats:
        along = shares[turns].reshape(-1, *(1,) * (values.ndim - 1))
        return np.asarray(bases[source] + along * (values - bases[source]), np.float32)

    return points


def _baseline(array: Array, baseline: ArrayLike, channels_first: bool) -> Array:
    """One input (1, ...) filled with the baseline, which may have its channels last."""
    what = "one value, one for each channel, or a whole input"
    shape = array[:1].shape
    turned = shape
    if channels_first and len(shape) > 2:
        turned = (shape[0], *shape[2:], shape[1])
    if turned != shape and np.shape(baseline) not in ((), shape, shape[1:]):
        filled = np.broadcast_to(fill_values("baseline", baseline, turned, what), turned)
        return np.moveaxis(filled, -1, 1).astype(array.dtype)
    values = fill_values("baseline", baseline, shape, what)
    return np.broadcast_to(values.astype(array.dtype), shape).copy()


def _mean_gradients(
    network: Network,
    inputs: list[Array],
    outputs: Sequence[int],
    classes: Targets,
    points: Points,
    count: int,
) -> list[list[Doubles]]:
    """For each output and input the mean gradient over `count` points for each image.

    Points of several images fill one batch, so that no batch is smaller than it need be.
    """
    totals = [[np.zeros(array.shape) for array in inputs] for _ in outputs]
    size = max(1, batch_size(network, inputs[0].shape[1:], copies=2))
    for start in range(0, len(inputs[0]) * count, size):
        turns = np.arange(start, min(start + size, len(inputs[0]) * count))
        images = turns // count
        values = [points(a[images], turns % count, source) for source, a in enumerate(inputs)]
        for batch in input_gradients(network, values, outputs, classes[images]):
            owners = images[batch.part]
            for sums, gradients in zip(totals, batch.gradients, strict=True):
                for total, gradient in zip(sums, gradients, strict=True):
                    for image in np.unique(owners):
                        total[image] += gradient[owners == image].sum(axis=0, dtype=np.float64)
    return [[total / count for total in sums] for sums in totals]
