"""Inputs of one model that are given the same images and expect other values of them.

One branch of a model may rescale bytes itself, and another take them from 0 to 1. A dataset has one
scaling, so a layer before one of the inputs makes up for the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.errors import UndefinedError
from reportgen.network.input_values import Value
from reportgen.records import IMAGES
from reportgen.types import Model

_WORDS = {"bytes": "0 to 255", "signed": "-1 to 1"}
"""The values that an input may expect; any other takes 0 to 1."""


@dataclass(frozen=True)
class Scale:
    """What an input is given: `scale * x + offset` of the values x that all inputs are given.

    `expected` and `given` are the two ranges in words.
    """

    scale: float
    offset: float
    expected: str
    given: str

    @property
    def text(self) -> str:
        """The map in words."""
        shift = f" {self.offset:+g}".replace("+", "+ ").replace("-", "- ") if self.offset else ""
        factor = f"divided by {1 / self.scale:g}" if self.scale < 1 else f"times {self.scale:g}"
        return f"{factor}{shift}"


def wanted_scales(model: Model, values: Mapping[str, Value]) -> dict[str, Scale]:
    """For each input that expects other values than those that all are given, how it gets them.

    {} where all inputs of images expect the same, or one input alone gets them.
    """
    if sum(value == IMAGES for value in values.values()) < 2:
        return {}
    from reportgen.network.inputs import model_inputs
    from reportgen.network.network import Network
    from reportgen.network.rescaling import expected_values

    network = Network.of(model)
    try:
        inputs = model_inputs(network.graph)
    except UndefinedError:
        return {}
    found = {
        one.name: expected_values(network, index=index).values
        for index, one in enumerate(inputs)
        if values.get(one.name) == IMAGES
    }
    if "bytes" in found.values():
        made = {"signed": Scale(1 / 127.5, -1, _WORDS["signed"], _WORDS["bytes"])}
        usual = Scale(1 / 255, 0, "0 to 1", _WORDS["bytes"])
        return {name: made.get(kind, usual) for name, kind in found.items() if kind != "bytes"}
    if set(found.values()) > {"signed"}:
        signed = Scale(2, -1, _WORDS["signed"], "0 to 1")
        return {name: signed for name, kind in found.items() if kind == "signed"}
    return {}


def unlike(scales: Mapping[str, Scale]) -> str:
    """The warning that inputs are given values as a spec asks for, and some expect others."""
    parts = [f"input '{name}' expects values of {one.expected}" for name, one in scales.items()]
    given = next(iter(scales.values())).given
    return (
        f"The model's inputs expect different values of the same images: {', '.join(parts)}, and "
        f"the others {given}. The spec asks for one scaling of all. Remove 'scaling', 'mean', "
        "'std' and 'application' from its dataset, and each input receives what it expects."
    )
