"""Which layers have maps, of how many axes, and where over the image their units lie."""

from __future__ import annotations

from typing import Any

from reportgen.errors import UndefinedError
from reportgen.network.dependencies import way_to
from reportgen.network.keras_internals import node_of
from reportgen.network.layer_selection import choose
from reportgen.network.layers import Use, is_conv, is_pool, output_shapes
from reportgen.network.network import Network
from reportgen.network.receptive_field import centers

Region = tuple[slice, slice]
Shape = tuple[int | None, ...]


def has_maps(layer: Any) -> bool:
    """Whether a layer's output has two spatial axes."""
    return any(len(shape) == 4 for shape in output_shapes(layer))


def maps_at(network: Network, path: str) -> bool:
    """The same of a layer, or of that use of it, which the path names."""
    return any(len(shape) == 4 for shape in network.shapes_at(path))


def axes_at(network: Network, path: str) -> int:
    """How many axes of space the maps have of a layer, or of a use of it: one to three.

    0 of a layer without maps, and of one whose output is not known.
    """
    ranks = (len(shape) - 2 for shape in network.shapes_at(path))
    return next((axes for axes in ranks if axes in (1, 2, 3)), 0)


def with_maps(network: Network, wanted: Any, consequence: str) -> list[str]:
    """Paths of the convolution and pooling layers with two-dimensional maps, or of those asked.

    Args:
        model: any Keras model.
        wanted: "all" or a list of paths, of any kind of layer.
        consequence: ends the sentence that is raised, e.g. "nothing to average".

    Raises:
        UndefinedError: there are none, or the model's inside cannot be reached.
        UserError: no such layer.
    """
    network.require_graph()  # else no layer is known to have maps
    everything = wanted == "all"
    found = choose(
        network, wanted, lambda layer: not everything or is_conv(layer) or is_pool(layer)
    )
    flat = [path for path in found if maps_at(network, path)]
    if not flat:
        what = (
            "The model has no convolution or pooling layer with"
            if everything
            else f"None of the layers asked for ({', '.join(found)}) has"
        )
        raise UndefinedError(f"{what} two-dimensional maps, so there is {consequence}.")
    return flat


def rearranging(network: Network, path: str, size: tuple[int, ...]) -> str:
    """The last layer before another one that puts values into other places; "" where none does.

    Behind it a map need not lie over the image. Axes of one position come and go without harm, so
    does the axis of channels, and maps may be put in a row and back (as a transformer's patches
    are); what has the image's own shape is taken to be one.

    Args:
        model: with a graph.
        path: of the layer with the map.
        size: of an image, (h, w, c).
    """
    every, image = network.uses, _sides(size)
    found, shape = "", image
    for before in reversed([one for one in way_to(network, path).layers if one != path]):
        use = every[before]
        kind = type(use.layer).__name__
        if kind in RESHAPING:
            given, taken = (_sides(shape[1:]) for shape in _shapes(use))
            if given == image:
                return ""
            if found and taken[:-1] == shape[:-1]:
                found = ""  # and in between the channels were changed, at most
            elif not found and given != taken:
                found, shape = before, given
        elif kind in TURNING and not _moves_channels(use.layer):
            return found or before
    return found


RESHAPING = ("Reshape", "Flatten", "RepeatVector")
TURNING = ("Permute", "Transpose", "Swapaxes", "Moveaxis")
"""Layers and operations that put values into other places."""


def _moves_channels(layer: Any) -> bool:
    """Whether a Permute makes the first axis the last, or the last one the first."""
    dims = tuple(getattr(layer, "dims", ()))
    axes = tuple(range(1, len(dims) + 1))
    return dims in ((*axes[1:], *axes[:1]), (*axes[-1:], *axes[:-1]))


def _shapes(use: Use) -> tuple[Shape, Shape]:
    """Of what a use gives and takes, with the batch."""
    node = node_of(use.outputs[0])
    return use.shapes[0], tuple(node.input_tensors[0].shape)


def _sides(shape: Shape) -> Shape:
    return tuple(side for side in shape if side != 1)


def region(network: Network, path: str, size: tuple[int, int]) -> Region:
    """The part of an image of this size (h, w) that the units of a layer's map are centered on.

    Without padding a map leaves out the image's border. Where a unit's place cannot be told, the
    map is taken to cover the whole image.
    """
    spans = centers(network, path, size)
    if spans is None:
        return slice(0, size[0]), slice(0, size[1])
    down, across = (
        slice(max(0, round(low)), min(side, max(round(high), round(low) + 1)))
        for (low, high), side in zip(spans, size, strict=True)
    )
    return down, across
