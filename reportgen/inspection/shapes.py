"""Shapes of the weights in a `.keras` file, against those that its configuration asks for.

Only what is sure is told, so that no sound file is refused: of Keras' own dense and plain
convolution layers, where the file notes for what shape of input they were built, and where both
the configuration and the weights have one layer of that name. All else is left to the trial.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.inspection.findings import Findings
from reportgen.inspection.hdf5 import number
from reportgen.inspection.walking import Place, references

Shape = tuple[int, ...]
RANKS = {"Dense": 0, "Conv1D": 1, "Conv2D": 2, "Conv3D": 3}
"""Kinds of layer whose weights are a kernel and a bias, by the axes that the kernel moves along."""
PLAIN = ("float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16")
"""Types of weights that are stored as they are; others are packed."""


@dataclass(frozen=True)
class Stored:
    """Arrays that a file holds for one thing: its name, the group that they lie in, their shapes.

    Groups are called after the class, such as "conv2d_1"; arrays "0", "1" and so on.
    """

    name: str
    group: str
    shapes: Mapping[str, Shape]


def stored(root: Any) -> list[Stored]:
    """What an HDF5 file with plain links holds, group by group."""
    found, seen, waiting = [], set(), [("", root)]
    while waiting:
        path, group = waiting.pop()
        for key in group:
            inner = group[key]
            if not hasattr(inner, "keys") or number(inner) in seen:
                continue
            seen.add(number(inner))
            waiting.append((f"{path}/{key}", inner))
            name = inner.attrs.get("name") if key == "vars" else None
            if isinstance(name, str):
                shapes = {one: tuple(inner[one].shape) for one in inner if one.isdecimal()}
                found.append(Stored(name, path.rpartition("/")[2], shapes))
    return found


def check_shapes(config: Any, held: list[Stored], findings: Findings) -> None:
    """Note layers that ask for other shapes than the file holds for them."""
    layers = [pair for pair in references(config) if not pair[1].key]
    named = Counter(_name(value) for value, _ in layers)
    groups = {one.name: one for one in held}
    twice = {name for name, count in Counter(one.name for one in held).items() if count > 1}
    for value, place in layers:
        own = groups.get(_name(value))
        if own is not None and named[own.name] == 1 and own.name not in twice:
            _check(value, own, place, findings)


def _check(value: Mapping[str, Any], own: Stored, place: Place, findings: Findings) -> None:
    if not re.fullmatch(rf"{str(value['class_name']).lower()}(_\d+)?", own.group):
        return
    for key, shape in zip("01", _expected(value), strict=False):
        if own.shapes.get(key, shape) != shape:
            findings.add(f"{place.subject} takes the shape {shape}, the file has {own.shapes[key]}")
            return


def _expected(value: Mapping[str, Any]) -> Iterator[Shape]:
    """The shapes of a layer's kernel and bias; none where they are not surely known."""
    config, build = value.get("config"), value.get("build_config")
    rank = RANKS.get(str(value["class_name"]))
    own = value.get("module") == "keras.layers" and value.get("registered_name") is None
    if rank is None or not own or not isinstance(config, dict) or not isinstance(build, dict):
        return
    shape = build.get("input_shape")
    packed = any(config.get(key) for key in ("lora_rank", "quantization_config"))
    if not isinstance(shape, list) or len(shape) < 2 or packed or not _plain(config.get("dtype")):
        return
    front = rank > 0 and config.get("data_format") == "channels_first"
    given = [shape[1 if front else -1], config.get("filters" if rank else "units")]
    given += [config.get("groups", 1), *(config.get("kernel_size") or [])] if rank else [1]
    sizes = [n for n in given if isinstance(n, int) and not isinstance(n, bool) and n > 0]
    if len(sizes) != len(given) or len(sizes) != 3 + rank:
        return
    channels, units, groups, *window = sizes
    yield (*window, channels // groups, units)
    if config.get("use_bias", True) is True:
        yield (units,)


def _plain(policy: Any) -> bool:
    """Whether a layer's type of numbers leaves its weights as they are."""
    if isinstance(policy, dict) and policy.get("class_name") == "DTypePolicy":
        inner = policy.get("config")
        policy = inner.get("name") if isinstance(inner, dict) else None
    return policy in PLAIN if isinstance(policy, str) else False


def _name(value: Mapping[str, Any]) -> str:
    config = value.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""
