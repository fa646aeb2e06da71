"""Walks through a configuration: everything in it that names a class or function, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.inspection.findings import shown

LAYER_KEYS = ("layer", "layers", "forward_layer", "backward_layer", "cell", "cells")
"""Keys under which a configuration holds layers; under other keys it holds parts of them."""

SAME = ("config", "build_config", "class_name")
"""Keys whose value belongs to the very thing that has them."""


@dataclass(frozen=True)
class Place:
    """Where in a configuration something stands: names of layers from outside in, and a key.

    The outermost model's own name is not among the names, and `key` is "" for a layer itself.
    """

    names: tuple[str, ...] = ()
    key: str = ""

    @property
    def subject(self) -> str:
        """The layer, as the beginning of a sentence."""
        return f"the layer {shown('/'.join(self.names))}" if self.names else "the model"

    @property
    def holds(self) -> str:
        """The layer and what it does with the reference, up to "a Lambda" or "os.system"."""
        return f"{self.subject} has as {shown(self.key)}" if self.key else f"{self.subject} is"


def references(value: Any, place: Place | None = None) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Every mapping with a `class_name`, with its place; `place` is that of `value`.

    None stands for the outermost model.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item, place)
    elif isinstance(value, dict):
        inside = place or Place()
        if "class_name" in value:
            if place is not None and not place.key:
                inside = Place((*place.names, _name(value)))
            yield value, inside
        for key, item in value.items():
            yield from references(item, inside if key in SAME else _at(inside, key))


def _at(place: Place, key: str) -> Place:
    return Place(place.names, "" if key in LAYER_KEYS else key)


def _name(value: Mapping[str, Any]) -> str:
    """The name that a layer's configuration gives it, else that of its class."""
    config = value.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    names = (inner, value.get("name"), value.get("class_name"))
    return next((name for name in names if isinstance(name, str) and name), "?")
