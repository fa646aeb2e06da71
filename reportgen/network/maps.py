"""Feature maps: the layers that have them, their spatial axes, and their place over the image."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.errors import UndefinedError
from reportgen.network.dependencies import dependencies_of
from reportgen.network.keras_internals import node_of
from reportgen.network.layer_selection import choose_seeing
from reportgen.network.layers import OutputShape, Use, is_conv, is_pool, output_shapes
from reportgen.network.network import Network
from reportgen.network.receptive_field import centers
from reportgen.suggestions import listed
from reportgen.types import Layer

Region = tuple[slice, slice]


def has_maps(layer: Layer) -> bool:
    """Whether a layer's output has two spatial axes."""
    return any(len(shape) == 4 for shape in output_shapes(layer))


def has_maps_at(network: Network, path: str) -> bool:
    """Whether the output of the layer, or use of a layer, at a path has two spatial axes."""
    return any(len(shape) == 4 for shape in network.shapes_at(path))


def map_axes(network: Network, path: str) -> int:
    """The number of spatial axes, one to three, of the maps of a layer or of a use of a layer.

    0 for a layer without maps, and for a layer whose output shape is unknown.
    """
    ranks = (len(shape) - 2 for shape in network.shapes_at(path))
    return next((axes for axes in ranks if axes in (1, 2, 3)), 0)


def with_maps(network: Network, layers: str | Sequence[str], consequence: str) -> list[str]:
    """Paths of layers with two-dimensional maps, among all convolutions and poolings or `layers`.

    Args:
        network: any model.
        layers: "all" for convolution and pooling layers, or a list of paths of any layers.
        consequence: the end of the error's sentence, e.g. "nothing to average".

    Raises:
        UndefinedError: no such layer has two-dimensional maps, or the model is not a graph.
        UserError: the model lacks a listed layer.
    """
    network.require_graph()  # without a graph no maps are known
    everything = layers == "all"
    paths = choose_seeing(
        network, layers, lambda each: not everything or is_conv(each) or is_pool(each)
    )
    flat = [path for path in paths if has_maps_at(network, path)]
    if not flat:
        subject = (
            "The model has no convolution or pooling layer with"
            if everything
            else f"None of the layers asked for ({listed(paths)}) has"
        )
        raise UndefinedError(f"{subject} two-dimensional maps, so there is {consequence}.")
    return flat


# --- the place of maps over the image ----------------------------------------------------------


def region(network: Network, path: str, size: tuple[int, int]) -> Region:
    """The part of an image of size (h, w) in which the centers of a layer's units lie.

    Without padding, a map leaves out the border of the image. A map whose units have no known
    place counts as covering the whole image.
    """
    spans = centers(network, path, size)
    if spans is None:
        return slice(0, size[0]), slice(0, size[1])
    down, across = (
        slice(max(0, round(low)), min(side, max(round(high), round(low) + 1)))
        for (low, high), side in zip(spans, size, strict=True)
    )
    return down, across


def last_rearrangement(network: Network, path: str, size: tuple[int, ...]) -> str:
    """The last layer before the layer at `path` that moves values to other positions; "" for none.

    Behind such a layer, a map need not lie over the image. Three changes are harmless: adding or
    removing an axis of length one, changing the channels, and flattening maps to a sequence and
    back (as with a transformer's patches). An output with the shape of the image counts as an
    image.

    Args:
        network: a model with a graph.
        path: path of the layer with the map.
        size: size of an image, (h, w, c).
    """
    uses, image = network.uses, _long_sides(size)
    rearrangement, shape = "", image
    earlier = [each for each in dependencies_of(network, path).layers if each != path]
    for before in reversed(earlier):
        use = uses[before]
        kind = type(use.layer).__name__
        if kind in RESHAPING:
            output, taken = (_long_sides(each[1:]) for each in _output_and_input(use))
            if output == image:
                return ""
            if rearrangement and taken[:-1] == shape[:-1]:
                rearrangement = ""  # from one to the other, at most the channels changed
            elif not rearrangement and output != taken:
                rearrangement, shape = before, output
        elif kind in TRANSPOSING and not _moves_channels(use.layer):
            return rearrangement or before
    return rearrangement


RESHAPING = ("Reshape", "Flatten", "RepeatVector")
TRANSPOSING = ("Permute", "Transpose", "Swapaxes", "Moveaxis")
"""Layers and operations that move values to other positions."""


def _moves_channels(layer: Layer) -> bool:
    """Whether a Permute moves the first axis to the end, or the last axis to the front."""
    dims = tuple(getattr(layer, "dims", ()))
    axes = tuple(range(1, len(dims) + 1))
    return dims in ((*axes[1:], *axes[:1]), (*axes[-1:], *axes[:-1]))


def _output_and_input(use: Use) -> tuple[OutputShape, OutputShape]:
    """The shapes of a use's output and of its input, with the batch."""
    node = node_of(use.outputs[0])
    return use.shapes[0], tuple(node.input_tensors[0].shape)


def _long_sides(shape: OutputShape) -> OutputShape:
    return tuple(side for side in shape if side != 1)
