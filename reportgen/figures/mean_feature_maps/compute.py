"""Means over channels of the first layers' maps, and what pooling does to the mean."""

from __future__ import annotations

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.metrics.statistics import bootstrap
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.layers import is_pool
from reportgen.network.maps import with_maps
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import measured, names, pick, prepare
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Doubles, Floats, Integers

_ROUNDING = 1e-6
"""Share of the largest activation by which means over channels may differ and still be the same."""


def compute(subject: Subject) -> Artifact:
    """Test images, one for each class in their order unless others are asked for, and mean maps.

    Returns:
        Arrays `images` (n, h, w, c) as stored, and `mean_<i>` (n, h, w) for layer i, the same
        number everywhere where it differs by rounding only. Facts
        `layers` (paths), `samples` {"index", "label"}, `each_class` (whether it is one of each),
        `left_out` (classes not shown).

    Raises:
        UndefinedError: there is no dataset, or no layer with two-dimensional maps.
        UserError: no such layer.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Feature maps are made from images, and there is no dataset.")
    layers = with_maps(network, params["layers"], "nothing to average")[: params["first"]]
    require_finite(network, layers)
    each = params["samples"] is None
    chosen = _examples(data, params["max_classes"]) if each else (pick(data, params["samples"]), 0)
    shown, left_out = chosen
    images = np.asarray(data.splits["test"].images)[shown]
    seen = observe(network, prepare(images, data.preprocessing), layers, logits=False).activations
    require_finite_activations(seen)
    labels = names(data, shown)
    facts = {
        "layers": layers,
        "samples": [
            {"index": int(i), "label": label} for i, label in zip(shown, labels, strict=True)
        ],
        "each_class": each and bool(data.targets),
        "left_out": left_out,
    }
    arrays = {f"mean_{i}": _mean_maps(seen[path]) for i, path in enumerate(layers)}
    return Artifact({"images": images, **arrays}, facts, tuple(_measures(subject, data, layers)))


def _mean_maps(maps: Floats) -> Floats:
    """Means over channels of maps (n, h, w, c), shape (n, h, w).

    Channels that cancel, as behind a normalization of each position, leave nothing but rounding.
    """
    means = maps.mean(axis=-1)
    sizes = np.abs(maps).max(axis=(1, 2, 3))
    same = np.ptp(means, axis=(1, 2)) <= _ROUNDING * sizes
    means[same] = means[same].mean(axis=(1, 2), keepdims=True)
    return np.asarray(means)


def _examples(data: Dataset, most: int) -> tuple[Integers, int]:
    """The first test image of each class, and how many classes are left out.

    Without labels the first images.
    """
    if not data.targets:
        return pick(data, min(most, len(data.splits["test"].images))), 0
    labels = np.asarray(data.splits["test"].labels[data.targets[0].name])
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[:most], np.int64), max(0, len(first) - most)


def _measures(subject: Subject, data: Dataset, layers: list[str]) -> list[Measure]:
    network, seed = subject.network, subject.seed
    pools = [path for path in layers if is_pool(network.layer(path))]
    images = np.asarray(data.splits["test"].images)[measured(data, subject.params["measure_on"])]
    after: dict[str, list[Doubles]] = {path: [] for path in layers}
    before: dict[str, list[Doubles]] = {path: [] for path in pools}
    for place in batches(network, [images]):
        pixels = prepare(images[place], data.preprocessing)
        seen = observe(network, pixels, layers, inputs_of=pools, logits=False)
        require_finite_activations(seen.activations)
        for table, maps in ((after, seen.activations), (before, seen.inputs)):
            for path, values in maps.items():
                table[path].append(_means(values))
    found = [_mean_activation(path, np.concatenate(after[path]), seed) for path in layers]
    for path in pools:
        old, new = np.concatenate(before[path]), np.concatenate(after[path])
        found.append(_gain(path, old, new, seed))
    return found


def _means(maps: Floats) -> Doubles:
    """The mean of each image's maps (n, h, w, c), shape (n,)."""
    return np.asarray(maps.reshape(len(maps), -1).mean(axis=1, dtype=np.float64))


def _mean_activation(path: str, means: Doubles, seed: int) -> Measure:
    how = f"activation of {path} over all positions and channels, mean over test images"
    interval = bootstrap(means, seed)
    return Measure(
        f"mean_activation@{path}", float(means.mean()), "", len(means), interval, how=how
    )


def _gain(path: str, before: Doubles, after: Doubles, seed: int) -> Measure:
    """Of images whose mean before pooling is above zero: elsewhere a ratio says nothing."""
    name, used = f"pool_gain@{path}", before > 0
    how = f"mean activation after {path} divided by the mean before it, mean over test images "
    how += "whose mean before it is above zero; baseline: the mean stays"
    if not used.any():
        return Measure(name, None, n=0, baseline=1.0, how=f"{how}, of which there is none")
    ratios = after[used] / before[used]
    interval = bootstrap(ratios, seed)
    return Measure(name, float(ratios.mean()), "", len(ratios), interval, 1.0, how)
