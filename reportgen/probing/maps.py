"""Which layers have two-dimensional maps, and where over the image the units of a map lie."""

from __future__ import annotations

from typing import Any

from reportgen.errors import UndefinedError
from reportgen.probing.fields import centers
from reportgen.probing.graphs import require_graph
from reportgen.probing.layers import choose, is_conv, is_pool, output_shapes, shapes_at

Region = tuple[slice, slice]


def has_maps(layer: Any) -> bool:
    """Whether a layer's output has two spatial axes."""
    return any(len(shape) == 4 for shape in output_shapes(layer))


def maps_at(model: Any, path: str) -> bool:
    """The same of a layer, or of that use of it, which the path names."""
    return any(len(shape) == 4 for shape in shapes_at(model, path))


def with_maps(model: Any, wanted: Any, consequence: str) -> list[str]:
    """Paths of the convolution and pooling layers with two-dimensional maps, or of those asked.

    Args:
        model: any Keras model.
        wanted: "all" or a list of paths, of any kind of layer.
        consequence: ends the sentence that is raised, e.g. "nothing to average".

    Raises:
        UndefinedError: there are none, or the model's inside cannot be reached.
        UserError: no such layer.
    """
    require_graph(model)  # else no layer is known to have maps
    everything = wanted == "all"
    found = choose(model, wanted, lambda layer: not everything or is_conv(layer) or is_pool(layer))
    flat = [path for path in found if maps_at(model, path)]
    if not flat:
        raise UndefinedError(
            f"The model has no convolution or pooling layer with two-dimensional maps, "
            f"so there is {consequence}."
        )
    return flat


def region(model: Any, path: str, size: tuple[int, int]) -> Region:
    """The part of an image of this size (h, w) that the units of a layer's map are centered on.

    Without padding a map leaves out the image's border. Where a unit's place cannot be told, the
    map is taken to cover the whole image.
    """
    spans = centers(model, path, size)
    if spans is None:
        return slice(0, size[0]), slice(0, size[1])
    down, across = (
        slice(max(0, round(low)), min(side, max(round(high), round(low) + 1)))
        for (low, high), side in zip(spans, size, strict=True)
    )
    return down, across
