"""The images that excite the units of a layer most, and what of them the units saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reportgen.attribution.deconvnet import (
    Peaks,
    as_given,
    channels,
    checked,
    met,
    peaks,
    projections,
    target_layer,
)
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.explaining import data_of
from reportgen.figures.deconvnet.measures import Frame, Unit, measures
from reportgen.network.dependencies import Way, way_to
from reportgen.network.input_gradients import leaky_on_the_way, on_the_way
from reportgen.network.network import Network
from reportgen.network.preprocessing import measured, pick, prepare
from reportgen.network.receptive_field import receptive_field, window
from reportgen.records import Artifact, Dataset, Subject
from reportgen.types import Array, Floats, Integers, Pixels

_CHUNK = 512
"""Images that are prepared at once in the search."""


@dataclass(frozen=True)
class _Searched:
    """The strongest activations (n, channels) of the test images `indices` (n,)."""

    indices: Integers
    peaks: Peaks


def compute(subject: Subject) -> Artifact:
    """Projections of the chosen channels from the images that excite them most.

    Arrays: for each channel `images@<channel>` (t, h, w, c) uint8 and `projections@<channel>`,
    the same shape, float32, signed; with another rule beside (and a ReLU that follows it) also
    `beside@<channel>`.
    """
    data, params, network = data_of(subject), subject.params, subject.network
    layer = target_layer(network, params["layer"])
    searched = _search(subject, layer, measured(data, params["search"]))
    own = None
    if params["samples"] is not None:
        own = _search(subject, layer, pick(data, params["samples"]))
    count = channels(network, layer)
    units = [
        _unit(subject, layer, int(channel), searched, own)
        for channel in _chosen(params["filters"], count, searched.peaks, layer)
    ]
    way = way_to(network, layer)
    note = met(network, layer, strongest=_strongest(subject))
    replaced, hidden = on_the_way(note, way.layers)
    field = receptive_field(network, layer)
    # Where no ReLU follows a rule, all rules give the same: one under several names is not shown.
    beside = params["beside"] if replaced else None
    facts = {
        "layer": layer,
        "layer_type": type(network.layer(layer)).__name__,
        "keep": params["keep"],
        "beside": beside,
        "left_out": None if beside else params["beside"],
        "searched": len(searched.indices),
        "own": own is not None,
        "field": field,
        "seen": all(None not in unit.windows for unit in units),
        "replaced": replaced,
        "leaky": leaky_on_the_way(note, way.layers),
        "hidden": hidden,
        "plain": _plain(network, way),
        "units": [_told(unit, data) for unit in units],
    }
    arrays: dict[str, Array] = {}
    for unit in units:
        arrays[f"images@{unit.channel}"] = unit.images
        arrays[f"projections@{unit.channel}"] = unit.projections
        if beside:
            arrays[f"beside@{unit.channel}"] = _back(
                subject, layer, unit.channel, unit.images, beside
            )
    numbers = measures(units, data, field, (replaced, len(hidden)), facts["plain"], subject.seed)
    return Artifact(arrays, facts, numbers)


def _strongest(subject: Subject) -> bool:
    return bool(subject.params["keep"] == "strongest")


def _search(subject: Subject, layer: str, indices: Integers) -> _Searched:
    """The strongest activations of any number of images, prepared some at a time."""
    data = data_of(subject)
    stored, found = np.asarray(data.splits["test"].images), []
    for start in range(0, len(indices), _CHUNK):
        pixels = prepare(stored[indices[start : start + _CHUNK]], data.preprocessing)
        found.append(peaks(subject.network, pixels, layer))
    values = np.concatenate([one.values for one in found])
    if not np.isfinite(values).all():
        raise UndefinedError(
            f"The activations of layer '{layer}' hold values that are not finite (NaN or "
            "infinite), so the strongest cannot be told."
        )
    places = np.concatenate([one.places for one in found])
    return _Searched(indices, Peaks(values, places, found[0].map_size))


def _chosen(filters: int | Sequence[int], count: int, found: Peaks, layer: str) -> Array:
    """The channels named, or those with the largest activations."""
    largest = found.values.max(axis=0)
    if isinstance(filters, int):
        order = np.argsort(-largest, kind="stable")[:filters]
        chosen = order[largest[order] > 0]
    else:
        chosen = checked(filters, count, layer)
    if not (largest[chosen] > 0).any():
        raise UndefinedError(
            f"No channel asked for of layer '{layer}' has a positive activation for any of "
            f"{len(found.values)} test images, so there is nothing to bring back."
        )
    return np.asarray(chosen)


def _unit(
    subject: Subject, layer: str, channel: int, searched: _Searched, own: _Searched | None
) -> Unit:
    """One channel with its images, their projections, and what they show of each image."""
    data = data_of(subject)
    source = searched if own is None else own
    values = source.peaks.values[:, channel]
    rows = np.arange(len(values))
    if own is None:
        rows = np.argsort(-values, kind="stable")[: subject.params["top"]]
        rows = rows[values[rows] > 0]
    images = np.asarray(data.splits["test"].images, np.uint8)[source.indices[rows]]
    found = _back(subject, layer, channel, images)
    places = source.peaks.places[rows, channel]
    return Unit(
        channel,
        source.indices[rows],
        images,
        found,
        values[rows],
        [_window(subject, layer, int(place), source.peaks, images.shape) for place in places],
        searched.peaks.values[:, channel],
    )


def _back(
    subject: Subject, layer: str, channel: int, images: Pixels, rule: str = "deconvnet"
) -> Floats:
    """A channel's activation for each image (t, h, w, c), brought back to what is stored."""
    if not len(images):
        return np.zeros(images.shape, np.float32)
    data = data_of(subject)
    pixels = prepare(images, data.preprocessing)
    picks, strongest = np.full(len(images), channel), _strongest(subject)
    found = projections(subject.network, pixels, layer, picks, strongest=strongest, rule=rule)
    return _as_stored(as_given(found[0], pixels.shape), data)


def _as_stored(found: Floats, data: Dataset) -> Floats:
    """Projections with their color channels in the order of the stored images."""
    order = data.preprocessing.order
    return np.ascontiguousarray(found[..., np.argsort(order)] if order else found)


def _window(
    subject: Subject, layer: str, place: int, found: Peaks, shape: tuple[int, ...]
) -> Frame | None:
    """Top, bottom, left and right of what the strongest position sees; None where it is not known.

    All positions together see the whole image.
    """
    whole = (0, int(shape[1]), 0, int(shape[2]))
    if not _strongest(subject):
        return whole
    if len(found.map_size) != 2:
        return None
    unit = tuple(int(side) for side in np.unravel_index(place, found.map_size))
    seen = window(subject.network, layer, unit, (whole[1], whole[3]))
    if seen is None:
        return None
    return (seen[0].start, seen[0].stop, seen[1].start, seen[1].stop)


def _plain(network: Network, way: Way) -> dict[str, list[str]]:
    """Layers on the way that the deconvnet has no rule for, by what they are."""
    kinds = {
        "normalization": way.normalizations,
        "branches that meet": way.meetings,
        "average pooling": way.averages,
        "other non-linearities": way.curves,
    }
    return {kind: list(paths) for kind, paths in kinds.items() if paths}


def _told(unit: Unit, data: Dataset) -> dict[str, Any]:
    """What a page says of one channel, JSON-ready."""
    target = data.targets[0] if data.targets else None
    labels = data.splits["test"].labels.get(target.name) if target else None
    samples = [
        {
            "index": int(index),
            "label": target.classes[np.asarray(labels)[index]] if target and labels is not None
            else "",
            "activation": float(value),
            # What is not known to be seen by the unit alone is shown as a whole.
            "window": list(frame or (0, one.shape[0], 0, one.shape[1])),
            "zero": not one.any(),
        }
        for index, value, frame, one in zip(
            unit.indices, unit.values, unit.windows, unit.projections, strict=True
        )
    ]  # fmt: skip
    return {"channel": unit.channel, "samples": samples}
