"""Feature maps: which layers have them, along how many axes, and where over the image they lie."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.errors import UndefinedError
from reportgen.network.dependencies import dependencies_of
from reportgen.network.keras_internals import node_of
from reportgen.network.layer_selection import choose
from reportgen.network.layers import OutputShape, Use, is_conv, is_pool, output_shapes
from reportgen.network.network import Network
from reportgen.network.receptive_field import centers
from reportgen.types import Layer

Region = tuple[slice, slice]


def has_maps(layer: Layer) -> bool:
    """Whether a layer's output has two spatial axes."""
    return any(len(shape) == 4 for shape in output_shapes(layer))


def has_maps_at(network: Network, path: str) -> bool:
    """Whether the output of a layer, or of the use of it that the path names, has them."""
    return any(len(shape) == 4 for shape in network.shapes_at(path))


def map_axes(network: Network, path: str) -> int:
    """How many spatial axes the maps of a layer, or of a use of it, have: one to three.

    0 for a layer without maps, and for one whose output is unknown.
    """
    ranks = (len(shape) - 2 for shape in network.shapes_at(path))
    return next((axes for axes in ranks if axes in (1, 2, 3)), 0)


def with_maps(network: Network, layers: str | Sequence[str], consequence: str) -> list[str]:
    """Paths of the convolution and pooling layers with two-dimensional maps, or of those listed.

    Args:
        network: any.
        layers: "all" or a list of paths, of any kind of layer.
        consequence: ends the sentence that is raised, e.g. "nothing to average".

    Raises:
        UndefinedError: there are none, or the model's inside cannot be reached.
        UserError: no such layer.
    """
    network.require_graph()  # else no layer is known to have maps
    everything = layers == "all"
    paths = choose(network, layers, lambda each: not everything or is_conv(each) or is_pool(each))
    flat = [path for path in paths if has_maps_at(network, path)]
    if not flat:
        subject = (
            "The model has no convolution or pooling layer with"
            if everything
            else f"None of the layers asked for ({', '.join(paths)}) has"
        )
        raise UndefinedError(f"{subject} two-dimensional maps, so there is {consequence}.")
    return flat


# --- the place of maps over the image ----------------------------------------------------------


def region(network: Network, path: str, size: tuple[int, int]) -> Region:
    """The part of an image of this size (h, w) that the units of a layer's map are centered on.

    Without padding a map leaves out the image's border. Where the place of its units is unknown,
    the map counts as covering the whole image.
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
    """The last layer before another one that moves values to other positions; "" for none.

    Behind it a map need not lie over the image. Some changes do no harm: an axis of one position
    that comes or goes, a change of the channels, and maps that are put in a row and back (as a
    transformer's patches are). An output of the image's own shape counts as an image.

    Args:
        network: with a graph.
        path: of the layer with the map.
        size: of an image, (h, w, c).
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
                rearrangement = ""  # between both, at most the channels changed
            elif not rearrangement and output != taken:
                rearrangement, shape = before, output
        elif kind in TRANSPOSING and not _moves_channels(use.layer):
            return rearrangement or before
    return rearrangement


RESHAPING = ("Reshape", "Flatten", "RepeatVector")
TRANSPOSING = ("Permute", "Transpose", "Swapaxes", "Moveaxis")
"""Layers and operations that move values to other positions."""


def _moves_channels(layer: Layer) -> bool:
    """Whether a Permute makes the first axis the last, or the last one the first."""
    dims = tuple(getattr(layer, "dims", ()))
    axes = tuple(range(1, len(dims) + 1))
    return dims in ((*axes[1:], *axes[:1]), (*axes[-1:], *axes[:-1]))


def _output_and_input(use: Use) -> tuple[OutputShape, OutputShape]:
    """The shapes of a use's output and of its input, with the batch."""
    node = node_of(use.outputs[0])
    return use.shapes[0], tuple(node.input_tensors[0].shape)


def _long_sides(shape: OutputShape) -> OutputShape:
    return tuple(side for side in shape if side != 1)
