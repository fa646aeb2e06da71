"""What `compute` hands to `draw` besides arrays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """The classes of one output and the layer that holds their vectors.

    Attributes:
        classes: their names.
        layer: path of the layer.
        dimensions: of a vector.
        split: the split whose images have the class centers.
        images: how many of them were measured.
        unmeasured: why there are no class centers, or "".
    """

    classes: tuple[str, ...]
    layer: str
    dimensions: int
    split: str
    images: int
    unmeasured: str
