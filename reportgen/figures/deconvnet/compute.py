"""The images that excite the channels of a layer most, and what of them the channels saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.attribution.deconvnet import (
    Peaks,
    filter_indices,
    peaks,
    projections,
    recorded_relus,
    target_layer,
)
from reportgen.errors import UndefinedError
from reportgen.figures.attribution import sanity
from reportgen.figures.attribution.explained import color, data_of
from reportgen.figures.attribution.sanity_facts import Sanity
from reportgen.figures.deconvnet.facts import ChannelFacts, Facts, Frame, Sample
from reportgen.figures.deconvnet.measures import Channel, measures
from reportgen.network.channel_order import channel_count, channels_as_in
from reportgen.network.dependencies import Dependencies, dependencies_of
from reportgen.network.input_gradients import leaky_within, relus_within
from reportgen.network.preprocessing import prepare
from reportgen.network.receptive_field import is_gated, receptive_field, window
from reportgen.network.samples import foreground, measured, names, pick
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array, Doubles, Floats, Integers, Pixels

_CHUNK = 512
"""Images that are prepared at once in the search."""


def compute(subject: Subject) -> Artifact:
    """Projections of the chosen channels from the images that excite them most.

    Arrays: for each channel `images@<channel>` (t, h, w, c) uint8 and `projections@<channel>`,
    the same shape, float32, signed; with another rule beside (and a ReLU that follows it) also
    `beside@<channel>`.

    Raises:
        UndefinedError: there is no dataset, no layer, no activation, or no way back from it.
        UserError: no such layer, channel or test image.
    """
    data, params, network = data_of(subject), subject.params, subject.network
    layer = target_layer(network, params["layer"])
    searched = _search(subject, layer, measured(data, params["search"]))
    chosen = None
    if params["samples"] is not None:
        chosen = _search(subject, layer, pick(data, params["samples"]))
    numbers = _chosen(params["filters"], channel_count(network, layer), searched.peaks, layer)
    shown = [_channel(subject, layer, int(number), searched, chosen) for number in numbers]

    way = dependencies_of(network, layer)
    relus = recorded_relus(network, layer, strongest=_strongest(subject))
    replaced, hidden = relus_within(relus, way.layers)
    # Where no ReLU follows a rule, all rules give the same: one under several names is not shown.
    beside = params["beside"] if replaced else None
    arrays: dict[str, Array] = {}
    for channel in shown:
        number, images = channel.number, channel.images
        arrays[f"images@{number}"] = images
        arrays[f"projections@{number}"] = channel.projections
        if beside:
            arrays[f"beside@{number}"] = _projections(subject, layer, number, images, beside)

    checks = _checks(subject, layer, shown)
    facts = Facts(
        sanity=checks[1] if checks else None,
        layer=layer,
        keep=params["keep"],
        beside=beside,
        not_beside=None if beside else params["beside"],
        searched=len(searched.indices),
        chosen=chosen is not None,
        receptive_field=receptive_field(network, layer),
        gated=is_gated(network, layer),
        frames_known=all(None not in channel.frames for channel in shown),
        replaced=replaced,
        leaky=leaky_within(relus, way.layers),
        hidden=tuple(hidden),
        plain=_plain(way),
        channels=tuple(ChannelFacts(channel.number, _samples(channel, data)) for channel in shown),
    )
    relu_counts = (replaced, len(hidden))
    field, seed = facts.receptive_field, subject.seed
    found = [
        *measures(shown, field, relu_counts, facts.plain, seed),
        *(checks[0] if checks else ()),
    ]
    if params.get("sanity") is False:
        found.append(sanity.off())
    return Artifact(arrays, facts, tuple(found))


def _checks(
    subject: Subject, layer: str, shown: Sequence[Channel]
) -> tuple[tuple[Measure, ...], Sanity] | None:
    """The sanity checks of the channels shown, each with its images; None where turned off.

    All positions of a channel are brought back: the strongest alone would change its place with the
    weights, and maps that lie apart cannot be alike.
    """
    data, network = data_of(subject), subject.network
    pixels = np.concatenate([channel.images for channel in shown])
    if not subject.params.get("sanity") or not len(pixels):
        return None
    every = np.repeat([channel.number for channel in shown], [len(c.images) for c in shown])
    # The search passes every image forward once, a projection once and back.
    made = len(pixels) + subject.params["search"] // 3
    effort = sanity.effort(network, len(pixels), 3, made)
    # Of every channel alike, its first images first.
    turns = np.concatenate([np.arange(len(channel.images)) for channel in shown])
    few = np.sort(np.argsort(turns, kind="stable")[: effort.images])
    inputs, picks = prepare(pixels[few], data.preprocessing), every[few]

    def again(targets: Array) -> list[Floats]:
        back = projections(network, inputs, layer, picks, strongest=False)[0]
        return [np.asarray(channels_as_in(back, inputs.shape).sum(axis=-1), np.float32)]

    start = peaks(network, inputs, layer).values[np.arange(len(few)), picks].astype(np.float64)

    def answers(images: Floats) -> list[Doubles]:
        times = len(images) // len(few)
        own = peaks(network, images, layer).values[np.arange(len(images)), np.repeat(picks, times)]
        return [(own / np.repeat(start, times))[:, None]]

    checked = sanity.Checked(
        network,
        (),
        (layer,),
        inputs,
        pixels[few],
        again,
        again(picks),
        np.ones((len(few), 1), np.int32),
        True,
        answers,
        color(data, "mean"),
        subject.seed,
        "the channel's strongest activation (1 for the image itself)",
    )
    return sanity.check(checked, effort)


@dataclass(frozen=True)
class _Searched:
    """The strongest activations (n, channels) of the test images `indices` (n,)."""

    indices: Integers
    peaks: Peaks


def _search(subject: Subject, layer: str, indices: Integers) -> _Searched:
    """The strongest activations of any number of images, prepared some at a time."""
    data = data_of(subject)
    stored, chunks = np.asarray(data.splits["test"].images), []
    for start in range(0, len(indices), _CHUNK):
        pixels = prepare(stored[indices[start : start + _CHUNK]], data.preprocessing)
        chunks.append(peaks(subject.network, pixels, layer))
    values = np.concatenate([chunk.values for chunk in chunks])
    if not np.isfinite(values).all():
        raise UndefinedError(
            f"The activations of layer '{layer}' hold values that are not finite (NaN or "
            "infinite), so none of them is the strongest."
        )
    places = np.concatenate([chunk.places for chunk in chunks])
    return _Searched(indices, Peaks(values, places, chunks[0].map_size))


def _chosen(filters: int | Sequence[int], count: int, searched: Peaks, layer: str) -> Array:
    """The channels named, or those with the largest activations."""
    largest = searched.values.max(axis=0)
    if isinstance(filters, int):
        order = np.argsort(-largest, kind="stable")[:filters]
        chosen = order[largest[order] > 0]
    else:
        chosen = filter_indices(filters, count, layer)
    if not (largest[chosen] > 0).any():
        raise UndefinedError(
            f"No channel asked for of layer '{layer}' has a positive activation for any of "
            f"{len(searched.values)} test images, so there is nothing to bring back."
        )
    return np.asarray(chosen)


def _channel(
    subject: Subject, layer: str, number: int, searched: _Searched, chosen: _Searched | None
) -> Channel:
    """One channel with the images chosen, or those that excite it most, and their projections."""
    data = data_of(subject)
    source = searched if chosen is None else chosen
    values = source.peaks.values[:, number]
    rows = np.arange(len(values))
    if chosen is None:
        rows = np.argsort(-values, kind="stable")[: subject.params["top"]]
        rows = rows[values[rows] > 0]
    indices = source.indices[rows]
    images = np.asarray(data.splits["test"].images, np.uint8)[indices]
    size = (int(images.shape[1]), int(images.shape[2]))
    return Channel(
        number,
        indices,
        images,
        foreground(data, "test", indices),
        _projections(subject, layer, number, images),
        values[rows],
        [
            _frame(subject, layer, int(place), source.peaks.map_size, size)
            for place in source.peaks.places[rows, number]
        ],
        searched.peaks.values[:, number],
    )


def _projections(
    subject: Subject, layer: str, number: int, images: Pixels, rule: str = "deconvnet"
) -> Floats:
    """A channel's activation for each stored image (t, h, w, c), brought back to its channels."""
    if not len(images):
        return np.zeros(images.shape, np.float32)
    preprocessing = data_of(subject).preprocessing
    pixels = prepare(images, preprocessing)
    picks, strongest = np.full(len(images), number), _strongest(subject)
    of_inputs = projections(subject.network, pixels, layer, picks, strongest=strongest, rule=rule)
    back = channels_as_in(of_inputs[0], pixels.shape)
    order = preprocessing.order
    return np.ascontiguousarray(back[..., np.argsort(order)] if order else back)


def _strongest(subject: Subject) -> bool:
    return bool(subject.params["keep"] == "strongest")


def _frame(
    subject: Subject, layer: str, place: int, map_size: tuple[int, ...], size: tuple[int, int]
) -> Frame | None:
    """What the strongest position of a map sees of an image; None where that is not known.

    All positions together see the whole image.
    """
    if not _strongest(subject):
        return 0, size[0], 0, size[1]
    if len(map_size) != 2:
        return None
    unit = tuple(int(side) for side in np.unravel_index(place, map_size))
    seen = window(subject.network, layer, unit, size)
    return (seen[0].start, seen[0].stop, seen[1].start, seen[1].stop) if seen else None


def _plain(way: Dependencies) -> dict[str, tuple[str, ...]]:
    """Layers on the way that the deconvnet has no rule for, by what they are."""
    kinds = {
        "normalization": way.normalizations,
        "branches that meet": way.merges,
        "average pooling": way.average_pools,
        "other non-linearities": way.nonlinearities,
    }
    return {kind: tuple(paths) for kind, paths in kinds.items() if paths}


def _samples(channel: Channel, data: Dataset) -> tuple[Sample, ...]:
    count, height, width = channel.images.shape[:3]
    labels = names(data, channel.indices) if data.targets else [""] * count
    return tuple(
        Sample(int(index), label, float(value), frame or (0, height, 0, width), not back.any())
        for index, label, value, frame, back in zip(
            channel.indices,
            labels,
            channel.values,
            channel.frames,
            channel.projections,
            strict=True,
        )
    )
