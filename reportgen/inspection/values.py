"""Plain values of layers that Keras would refuse later, in words of its own: names and sizes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from reportgen.inspection import allowed, limits
from reportgen.inspection.findings import MODULES, Findings, shown
from reportgen.inspection.owned import Owned
from reportgen.inspection.walking import Place

Config = Mapping[str, Any]

_ALIASES = frozenset({"normal", "one", "uniform", "zero"})
_UNITS = ("units", "filters", "depth_multiplier", "groups", "input_dim", "output_dim", "n",
          "num_heads", "key_dim")  # fmt: skip
_SIDES = ("kernel_size", "strides", "pool_size", "dilation_rate", "size", "height", "width")
_SIZES = (*_UNITS, *_SIDES)
"""Keys of Keras' own layers for sizes; some have a number for each side of the image."""


def check_name(value: Mapping[str, Any], place: Place, findings: Findings) -> None:
    """Note a layer's name that Keras or a page cannot take; every class has the same rule."""
    config = value.get("config")
    names = [value.get("name"), config.get("name") if isinstance(config, dict) else None]
    for name in names:
        wrong = "" if name is None else _misnamed(name)
        if wrong:
            findings.add(f"{place.subject} {wrong}", "name it otherwise and save the model again")
            return


def _misnamed(name: Any) -> str:
    if not isinstance(name, str):
        return f"has as 'name' {_said(name)}, which is no text"
    if len(name) > limits.NAME:
        return (
            f"has a name of {limits.counted(len(name))} characters, and {limits.NAME} is the most"
        )
    if "/" in name:
        return "has a '/' in its name, where Keras takes none"
    # A surrogate without its other half can be written to no file.
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return "has a control character in its name"
    return ""


def check_values(kind: str, config: Any, place: Place, owned: Owned, findings: Findings) -> None:
    """Note names and sizes of one of Keras' own layers that Keras would refuse."""
    if not isinstance(config, dict):
        return
    for key, value in config.items():
        if value is None or isinstance(value, dict):
            continue
        holds = f"{Place(place.names, key).holds} {_said(value)}"
        wanted = _expected(key)
        if wanted is not None and isinstance(value, str):
            if not (value in wanted[1] or owned.blind or owned.has(None, value)):
                findings.add(f"{holds}, which is no {wanted[0]} of Keras", MODULES)
        elif key in _SIZES and (kind, key, value) != ("GroupNormalization", "groups", -1):
            if not _is_size(value, key):
                several = "whole numbers" if isinstance(value, list) else "a whole number"
                findings.add(f"{holds}, which must be {several} above 0")
        elif key == "target_shape" and not _is_shape(value):
            findings.add(f"{holds}, which must be whole numbers above 0, or one of them -1")


def _said(value: Any) -> str:
    return shown(value) if isinstance(value, str) else shown(value)[1:-1]


def _expected(key: str) -> tuple[str, frozenset[str]] | None:
    """What a name under a key must be one of."""
    ending = key.rpartition("_")[2]
    return _NAMES.get(ending)


def _is_size(value: Any, key: str) -> bool:
    if isinstance(value, list):
        return key in _SIDES and all(_is_whole(side) and side > 0 for side in value)
    return _is_whole(value) and value > 0


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(side is None or (_is_whole(side) and (side > 0 or side == -1)) for side in value)
        and value.count(-1) <= 1
    )


def _is_whole(value: Any) -> bool:
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def _spellings(names: frozenset[str]) -> frozenset[str]:
    """Names of classes as they are, and as Keras writes them with underscores."""
    return names | {_snake(name) for name in names}


def _snake(name: str) -> str:
    inner = re.sub(r"\W+", "", name)
    inner = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", inner)
    return re.sub("([a-z])([A-Z])", r"\1_\2", inner).lower()


_NAMES: dict[str, tuple[str, frozenset[str]]] = {
    "activation": ("activation", allowed.ACTIVATIONS),
    "initializer": ("initializer", _spellings(allowed.INITIALIZERS) | _ALIASES),
    "regularizer": ("regularizer", _spellings(allowed.REGULARIZERS)),
    "constraint": ("constraint", _spellings(allowed.CONSTRAINTS)),
}
"""By the last word of a key: what stands there, and the names that Keras takes for it."""
