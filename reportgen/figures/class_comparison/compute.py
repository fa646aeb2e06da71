"""One filter's maps for examples of two classes, and measures on more of their test images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reportgen.class_names import class_index, reading
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.activations import activations_of, layer_statistics
from reportgen.figures.class_comparison.facts import Facts
from reportgen.figures.class_comparison.fresh import FRESH
from reportgen.figures.class_comparison.measures import LayerStatistics
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.images import shown_images
from reportgen.network.finite import require_finite
from reportgen.network.layers import is_pool
from reportgen.network.maps import with_maps
from reportgen.network.network import Network
from reportgen.network.samples import names
from reportgen.network.weight_groups import before
from reportgen.records import Artifact, Dataset, Measure, Subject, Target
from reportgen.suggestions import listed
from reportgen.types import Booleans, Doubles, Floats, Integers


def compute(subject: Subject) -> Artifact:
    """Maps of the examples, and how far orientation, mean maps and filters separate the classes.

    Returns:
        Arrays `images` (n, h, w, c) as stored, the first class's first, and `maps_<i>` (n, h, w)
        of the filter for layer i. Facts: see `Facts`.

    Raises:
        UndefinedError: no labels, no layer with two-dimensional maps, or fewer than two test
            images of a class.
        UserError: no such class, layer or filter.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None or not data.targets:
        raise UndefinedError("There are no classes to compare, because there are no labels.")
    pair = class_pair(data.targets[0], params["classes"])
    layers = with_maps(network, params["layers"], "nothing to compare")[: params["first"]]
    require_finite(network, layers)
    of_first, of_second = (_images_of(data, place, params["measure_on"]) for place in pair)
    examples = params["examples"]
    shown = np.concatenate([of_first[:examples], of_second[:examples]])
    batch = activations_of(network, data, shown, layers)
    is_second = np.arange(len(of_first) + len(of_second)) >= len(of_first)
    indices = np.concatenate([of_first, of_second])
    statistics = layer_statistics(network, data, indices, layers, LayerStatistics)
    channel = _filter(
        batch.activations, params["filter"], statistics[layers[0]].orientations, is_second
    )
    classes, given = data.targets[0].classes, params["classes"] or ()
    first, second = (classes[place] for place in pair)
    facts = Facts(
        layers=tuple(layers),
        classes=(first, second),
        filter=channel,
        images=shown_images(shown, names(data, shown)),
        of_first=min(examples, len(of_first)),
        reading=" ".join(filter(None, (reading(str(name), classes) for name in given))),
    )
    arrays = {f"maps_{i}": batch.activations[path][..., channel] for i, path in enumerate(layers)}

    def measures(of: Mapping[str, LayerStatistics], is_second: Booleans) -> list[Measure]:
        return [
            measure
            for path in _judged(network, layers)
            for measure in of[path].measures(path, is_second, facts.classes, channel, subject.seed)
        ]

    def again(some: Integers) -> list[Measure]:
        of = layer_statistics(network, data, indices[some], layers, LayerStatistics)
        return measures(of, is_second[some])

    own, n = measures(statistics, is_second), len(indices)
    both = fresh_measures(network, subject.seed, own, FRESH, again, n, before(network, layers))
    return Artifact({"images": batch.images, **arrays}, facts, tuple(both))


def class_pair(target: Target, names: Sequence[str] | None) -> tuple[int, int]:
    """Indices of the two classes that a `classes` parameter means.

    Args:
        target: whose classes they are.
        names: their names, or their indices as text; None for the first and the last class.

    Raises:
        UserError: not exactly two different classes of the target.
    """
    if names is None:
        places = [0, len(target.classes) - 1]
    else:
        places = [class_index(str(name), target.classes, f"'{target.name}'") for name in names]
    if len(places) != 2 or places[0] == places[1]:
        got = listed(places if names is None else names) or "none"
        message = f"classes must be two different classes, got {got}"
        raise UserError(Problem(message, hint="give null for the first and the last"))
    return places[0], places[1]


def _images_of(data: Dataset, place: int, most: int) -> Integers:
    """Indices of the first test images of a class."""
    target = data.targets[0]
    labels = np.asarray(data.splits["test"].labels[target.name])
    indices = np.flatnonzero(labels == place)[:most]
    if len(indices) < 2:
        raise UndefinedError(
            f"Class '{target.classes[place]}' has fewer than two test images, so nothing can be "
            "said of what its images share."
        )
    return indices


def _filter(
    maps: dict[str, Floats],
    channel: int | None,
    orientations: Doubles,
    is_second: Booleans,
) -> int:
    """The filter to show, which every layer must have.

    Args:
        maps: of every layer, for how many filters it has.
        channel: the number asked for; None for the filter whose direction of edges differs most.
        orientations: of the first layer's filters, shape (images, filters).
        is_second: which images are of the second class.
    """
    fewest = min(maps, key=lambda path: maps[path].shape[-1])
    count = maps[fewest].shape[-1]
    if channel is None:
        change = np.abs(
            orientations[~is_second].mean(axis=0) - orientations[is_second].mean(axis=0)
        )
        return int(change[:count].argmax())
    if channel >= count:
        message = f"filter must lie in 0..{count - 1}, got {channel}"
        raise UserError(Problem(message, hint=f"layer '{fewest}' has {count} channels"))
    return channel


def _judged(network: Network, layers: list[str]) -> list[str]:
    """Layers to measure: pooling layers only where there are no others, as they repeat those."""
    return [path for path in layers if not is_pool(network.layer(path))] or layers
