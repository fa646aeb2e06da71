"""Saliency maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.attribution.saliency import METHODS, Attribution, AveragingSettings, attribute
from reportgen.figures.attribution import sanity
from reportgen.figures.attribution.explained import Images, color, data_of
from reportgen.figures.attribution.heads import explained_heads, remarks, score_of
from reportgen.figures.attribution.sanity_facts import Sanity
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.parts import head_parts
from reportgen.figures.saliency.facts import Facts, HeadFacts, Relus, Sample
from reportgen.figures.saliency.fresh import FRESH
from reportgen.figures.saliency.measures import HeadMaps, focus, head_measures
from reportgen.network.channel_order import channels_as_in
from reportgen.network.dependencies import dependencies_of
from reportgen.network.input_gradients import leaky_relus, replaced_relus
from reportgen.network.network import Network
from reportgen.network.preprocessing import value_ranges
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Array, Booleans, Floats

_MULTIPLYING = ("integrated_gradients", "input_x_gradient")
"""Methods that multiply with the input, so that their maps have a sign."""


def compute(subject: Subject) -> Artifact:
    """Maps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, h, w), as it is shown.

    Raises:
        UndefinedError: there is no dataset, or the method is undefined for the model.
        UserError: no such class or test image.
    """
    data, network, method = data_of(subject), subject.network, str(subject.params["method"])
    heads = explained_heads(network, data.targets)
    outputs = [head.index for head in heads]
    parts = head_parts([head.name for head in heads])
    images = Images.of(data, subject.params)
    inputs, targets = images.inputs(), images.targets(heads, subject.params["target"])
    settings = _settings(subject, data)
    attributions = attribute(network, inputs, outputs, targets, method, settings)
    signed = (subject.params["show"] or _usual(method)) == "signed"
    maps = [_reduced(attribution, inputs, signed) for attribution in attributions]
    relus = [_relus(network, head, outputs, METHODS[method]) for head in heads]

    rest, plain = images.measured, None
    if method != "gradient":
        explained = np.stack([attribution.targets[rest] for attribution in attributions], axis=1)
        gradients = attribute(network, inputs[rest], outputs, explained, "gradient", settings)
        plain = [_reduced(gradient, inputs[rest], signed=False) for gradient in gradients]
    moved, masks = _moved(method, inputs[rest], settings), images.foregrounds()
    measures: list[Measure] = []
    for place, head in enumerate(heads):
        gained = attributions[place].gained
        head_maps = HeadMaps(
            head.name,
            parts[place],
            np.abs(maps[place][rest]),
            None if plain is None else plain[place],
            moved,
            [of_input[rest] for of_input in attributions[place].maps],
            None if gained is None else gained[rest],
            relus[place].replaced,
            len(relus[place].hidden),
        )
        steps, pixels = subject.params["steps"], images.pixels[rest]
        measures += head_measures(head_maps, pixels, masks, steps, subject.seed)
    measures = fresh_measures(
        network, subject.seed, measures, FRESH,
        lambda places: _focus(subject, heads, parts, images.some(places)),
        images=len(inputs) - rest.start,
    )  # fmt: skip
    checks = _checks(subject, images, inputs, heads, attributions, maps, settings, signed)
    facts = Facts(
        sanity=checks[1] if checks else None,
        method=method,
        signed=signed,
        channels=int(images.pixels.shape[-1]),
        unexplained=remarks(network, heads, [subject.params["target"]]),
        heads=tuple(
            HeadFacts(
                head.name,
                head.title,
                parts[place],
                score_of(head),
                _samples(images, head, attributions[place], maps[place]),
                relus[place],
            )
            for place, head in enumerate(heads)
        ),
    )
    arrays: dict[str, Array] = {"images": images.pixels[images.shown]}
    for head, of_head in zip(heads, maps, strict=True):
        arrays[f"map@{head.name}"] = of_head[images.shown]
    if checks:
        measures += checks[0]
    elif subject.params.get("sanity") is False:
        measures.append(sanity.off())
    return Artifact(arrays, facts, tuple(measures))


def _focus(
    subject: Subject, heads: Sequence[Head], parts: Sequence[str], images: Images
) -> list[Measure]:
    """Where the maps of the images measured lie, by head."""
    method = str(subject.params["method"])
    outputs, inputs = [head.index for head in heads], images.inputs()
    targets = images.targets(tuple(heads), subject.params["target"])
    settings, masks = _settings(subject, images.data), images.foregrounds()
    signed = (subject.params["show"] or _usual(method)) == "signed"
    found = attribute(subject.network, inputs, outputs, targets, method, settings)
    return [
        measure
        for head, part, attribution in zip(heads, parts, found, strict=True)
        for measure in focus(
            head.name, np.abs(_reduced(attribution, inputs, signed)), masks, part, subject.seed
        )
    ]


def _usual(method: str) -> str:
    """How maps of a method are shown."""
    return "signed" if method in _MULTIPLYING else "magnitude"


def _checks(
    subject: Subject,
    images: Images,
    inputs: Floats,
    heads: tuple[Head, ...],
    attributions: Sequence[Attribution],
    maps: Sequence[Floats],
    settings: AveragingSettings,
    signed: bool,
) -> tuple[tuple[Measure, ...], Sanity] | None:
    """The sanity checks of the maps; None where a spec turns them off."""
    if not subject.params.get("sanity"):
        return None
    network, method, rest = subject.network, str(subject.params["method"]), images.measured
    points = {"smoothgrad": settings.samples, "integrated_gradients": settings.steps}.get(method, 1)
    passes = points * (1 + 2 * len(heads))
    own = inputs[rest]
    effort = sanity.effort(network, len(own), passes, len(inputs), len(heads))
    outputs, few = [head.index for head in heads], slice(0, effort.images)
    some = own[few]

    def again(targets: Array) -> list[Floats]:
        found = attribute(network, some, outputs, targets, method, settings)
        return [_reduced(attribution, some, signed) for attribution in found]

    checked = sanity.Checked(
        network,
        heads,
        tuple(outputs),
        some,
        images.pixels[rest][few],
        again,
        [of_head[rest][few] for of_head in maps],
        np.stack([attribution.targets[rest][few] for attribution in attributions], axis=1),
        signed,
        sanity.probability(network, heads, some),
        color(images.data, "mean"),
        subject.seed,
    )
    return sanity.check(checked, effort)


def _settings(subject: Subject, data: Dataset) -> AveragingSettings:
    params = subject.params
    baseline = color(data, params["baseline"])
    lows, highs = value_ranges(data.preprocessing, baseline.size)
    span = float((highs - lows).mean())
    return AveragingSettings(
        params["copies"], params["noise"], span, params["steps"], baseline, subject.seed
    )


def _reduced(attribution: Attribution, inputs: Floats, signed: bool) -> Floats:
    """Maps (n, h, w): the sum over channels, or the largest magnitude among them."""
    values = channels_as_in(attribution.maps[0], inputs.shape)
    reduced = values.sum(axis=-1) if signed else np.abs(values).max(axis=-1)
    return np.asarray(reduced, np.float32)


def _relus(network: Network, head: Head, outputs: Sequence[int], rule: str) -> Relus:
    if rule == "gradient":
        return Relus()
    replaced, hidden = replaced_relus(network, outputs, rule)[head.index]
    curves = dependencies_of(network, head.index).nonlinearities if replaced else ()
    leaky = leaky_relus(network, outputs, rule, head.index)
    return Relus(replaced, leaky, tuple(hidden), tuple(curves))


def _moved(method: str, inputs: Floats, settings: AveragingSettings) -> Booleans | None:
    """Pixels (n, h, w) of inputs (n, h, w, c) that differ from where a method begins.

    None for the methods that do not multiply with the input.
    """
    if method not in _MULTIPLYING:
        return None
    start = settings.baseline if method == "integrated_gradients" else 0
    return np.asarray((inputs != np.asarray(start, inputs.dtype)).any(axis=-1))


def _samples(
    images: Images, head: Head, attribution: Attribution, maps: Floats
) -> tuple[Sample, ...]:
    shown = images.samples(head, attribution.logits, attribution.targets)
    return tuple(Sample(image, not maps[place].any()) for place, image in enumerate(shown))
