"""One filter's maps for examples of two classes, and measures on more of their test images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError, did_you_mean
from reportgen.figures.class_comparison.measures import Collected, of_layer
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite, require_finite_activations
from reportgen.network.layers import is_pool
from reportgen.network.maps import region, with_maps
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.records import Artifact, Dataset, Subject, Target
from reportgen.types import Array, Booleans, Doubles, Floats, Integers


def compute(subject: Subject) -> Artifact:
    """Maps of the examples, and how far orientation, mean maps and filters tell classes apart.

    Returns:
        Arrays `images` (n, h, w, c) as stored, the first class's first, and `maps_<i>` (n, h, w)
        of the filter for layer i. Facts `layers`, `classes` (two), `filter`, `indices`.

    Raises:
        UndefinedError: no labels, no layer with two-dimensional maps, or fewer than two test
            images of a class.
        UserError: no such class, layer or filter.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None or not data.targets:
        raise UndefinedError("There are no classes to compare, because there are no labels.")
    chosen = pair(data.targets[0], params["classes"])
    layers = with_maps(network, params["layers"], "nothing to compare")[: params["first"]]
    require_finite(network, layers)
    found = [_of_class(data, place, params["measure_on"]) for place in chosen]
    shown = np.concatenate([indices[: params["examples"]] for indices in found])
    images = np.asarray(data.splits["test"].images)
    seen = observe(network, prepare(images[shown], data.preprocessing), layers, logits=False)
    require_finite_activations(seen.activations)
    counted = np.concatenate(found)
    second = np.arange(len(counted)) >= len(found[0])
    collected = _collected(network, data, images[counted], layers)
    turned = np.concatenate(collected[layers[0]].turned)
    channel = _filter(seen.activations, params["filter"], turned, second)
    classes = [data.targets[0].classes[place] for place in chosen]
    facts = {
        "layers": layers,
        "classes": classes,
        "filter": channel,
        "indices": [int(index) for index in shown],
        "first": int(min(params["examples"], len(found[0]))),
    }
    arrays = {f"maps_{i}": seen.activations[path][..., channel] for i, path in enumerate(layers)}
    return Artifact(
        {"images": images[shown], **arrays},
        facts,
        tuple(
            measure
            for path in _judged(network, layers)
            for measure in of_layer(path, collected[path], second, classes, channel, subject.seed)
        ),
    )


def pair(target: Target, wanted: Sequence[str] | None) -> tuple[int, int]:
    """Indices of the two classes that a `classes` parameter means: names, or indices as text.

    Raises:
        UserError: not exactly two different classes of the target.
    """
    if wanted is None:
        wanted = ["0", str(len(target.classes) - 1)]
    places = [_place(target, str(name)) for name in wanted]
    if len(places) != 2 or places[0] == places[1]:
        got = ", ".join(map(str, wanted)) or "none"
        message = f"classes must be two different classes, got {got}"
        raise UserError(Problem(message, hint="give null for the first and the last"))
    return places[0], places[1]


def _place(target: Target, name: str) -> int:
    if name in target.classes:
        return target.classes.index(name)
    if name.isdecimal() and int(name) < len(target.classes):
        return int(name)
    message = f"no class of '{target.name}' is called '{name}'"
    raise UserError(Problem(message, hint=did_you_mean(name, list(target.classes))))


def _of_class(data: Dataset, place: int, most: int) -> Integers:
    """The first test images of a class."""
    target = data.targets[0]
    found = np.flatnonzero(np.asarray(data.splits["test"].labels[target.name]) == place)[:most]
    if len(found) < 2:
        raise UndefinedError(
            f"Class '{target.classes[place]}' has fewer than two test images, so nothing can be "
            "said of what its images share."
        )
    return found


def _judged(network: Network, layers: list[str]) -> list[str]:
    """Layers to measure: pooling layers only where there are no others, as they repeat those."""
    return [path for path in layers if not is_pool(network.layer(path))] or layers


def _filter(
    maps: dict[str, Floats],
    channel: int | None,
    turned: Doubles,
    second: Booleans,
) -> int:
    """The filter to show, if every layer has it.

    Args:
        maps: of every layer, for how many filters it has.
        channel: the number asked for; None for the filter whose direction of edges differs most.
        turned: orientations of the first layer's filters, (images, filters).
        second: which images are of the second class.
    """
    fewest = min(maps, key=lambda path: maps[path].shape[-1])
    count = maps[fewest].shape[-1]
    if channel is None:
        change = np.abs(turned[~second].mean(axis=0) - turned[second].mean(axis=0))
        return int(change[:count].argmax())
    if channel >= count:
        message = f"filter must lie in 0..{count - 1}, got {channel}"
        raise UserError(Problem(message, hint=f"layer '{fewest}' has {count} channels"))
    return channel


def _collected(
    network: Network, data: Dataset, images: Array, layers: list[str]
) -> dict[str, Collected]:
    """What each layer shows on every image, batch by batch: maps are not kept."""
    found = {path: Collected() for path in layers}
    places = {path: region(network, path, images.shape[1:3]) for path in layers}
    for place in batches(network, [images]):
        pixels = prepare(images[place], data.preprocessing)
        seen = observe(network, pixels, layers, logits=False).activations
        require_finite_activations(seen)
        for path in layers:
            down, across = places[path]
            found[path].add(seen[path], images[place][:, down, across])
    return found
