"""The activations of one channel of one layer for one test image."""

from __future__ import annotations

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.activations import activations_of, one_image
from reportgen.figures.channel_table.facts import Facts
from reportgen.figures.images import ShownImage
from reportgen.metrics.edges import departures, slopes
from reportgen.metrics.statistics import correlations, wilson
from reportgen.network.finite import require_finite
from reportgen.network.layer_selection import choose, choose_seeing
from reportgen.network.layers import is_conv
from reportgen.network.maps import has_maps, region
from reportgen.network.network import Network
from reportgen.network.resizing import area
from reportgen.network.samples import names
from reportgen.records import Artifact, Measure, Subject
from reportgen.types import Array, Floats


def compute(subject: Subject) -> Artifact:
    """The map of one channel.

    Returns:
        Array `map`: float32, shape (h, w), the whole of it. Facts: see `Facts`.

    Raises:
        UndefinedError: there is no dataset, or no layer with two-dimensional maps.
        UserError: no such layer or channel, or not exactly one image.
    """
    data, params, network = subject.data, subject.params, subject.network
    if data is None:
        raise UndefinedError("Activations are of an image, and there is no dataset.")
    index = one_image(data, params["samples"])
    path = _layer(network, params["layer"])
    require_finite(network, [path])
    batch = activations_of(network, data, np.array([index]), [path])
    maps, channel = batch.activations[path][0], params["channel"]
    if channel is None:
        channel = _edge_following(network, path, batch.images, maps)
    if channel >= maps.shape[-1]:
        message = f"channel must lie in 0..{maps.shape[-1] - 1}, got {channel}"
        raise UserError(Problem(message, hint=f"layer '{path}' has {maps.shape[-1]} channels"))
    values = np.ascontiguousarray(maps[..., channel])
    image = ShownImage(index, names(data, [index])[0])
    facts = Facts(path, type(network.layer(path)).__name__, channel, image)
    return Artifact({"map": values}, facts, _measures(path, channel, values))


def _layer(network: Network, name: str | None) -> str:
    """The path of the layer named, or of the first convolution with two-dimensional maps."""
    network.require_graph()
    if name is not None:
        return choose(network, [name], has_maps)[0]
    convolutions = choose_seeing(network, "all", lambda layer: is_conv(layer) and has_maps(layer))
    if not convolutions:
        raise UndefinedError(
            "The model has no convolution with two-dimensional maps, so there is no "
            "channel to write out."
        )
    return convolutions[0]


def _edge_following(network: Network, path: str, images: Array, maps: Floats) -> int:
    """The channel of maps (h, w, c) that correlates best with the edges of the one image."""
    down, across = region(network, path, images.shape[1:3])
    slope = np.hypot(*slopes(images[:, down, across])).astype(np.float32)
    edges = np.asarray(area(slope, (maps.shape[0], maps.shape[1])), np.float64)
    return int(correlations(departures(maps[None]), edges)[0].argmax())


def _measures(path: str, channel: int, values: Floats) -> tuple[Measure, ...]:
    hits, n = int((values > 0).sum()), int(values.size)
    of = f"of channel {channel} of {path} for the image shown"
    share = f"share of the positions {of} where it is above zero"
    return (
        Measure(f"positive_share@{path}", hits / n, "", n, wilson(hits, n), None, share),
        Measure(f"largest@{path}", float(values.max()), "", n, how=f"largest activation {of}"),
        Measure(f"smallest@{path}", float(values.min()), "", n, how=f"smallest activation {of}"),
    )
