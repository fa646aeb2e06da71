"""The inputs that a model file's configuration names, read without Keras.

As with its layers, this runs in a process of its own: `python -m reportgen.inspection.inputs` reads
the path of a file as JSON from its standard input and answers with its inputs, as JSON too.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reportgen.inspection import allowed
from reportgen.inspection.apart import NoAnswer, asked, question_with_limits
from reportgen.inspection.names import Unsure, configuration, kind_of

Given = tuple[str, tuple[int | None, ...], str]
"""The name of an input, its shape without the batch, and the type of its values."""


def inputs(path: Path) -> list[Given] | None:
    """Every input of a model file; None where the configuration leaves them unsure.

    Args:
        path: a `.keras`, `.h5` or `.hdf5` file that the inspection has no objections to.
    """
    with contextlib.suppress(NoAnswer):
        found = asked("reportgen.inspection.inputs", str(path.absolute()))
        return None if found is None else [(n, tuple(shape), kind) for n, shape, kind in found]
    return None


def taken(config: Any) -> list[Given] | None:
    """Every input of a model's configuration, as `inputs` gives them."""
    try:
        if kind_of(config) not in allowed.MODELS:
            return None
        layers = config["config"]["layers"]
        if kind_of(config) == "Sequential":
            return [_given(layers[0])]
        named = {layer["config"]["name"]: layer for layer in layers}
        return [_given(named[name]) for name in _names(config["config"]["input_layers"])]
    except (Unsure, KeyError, IndexError, TypeError, AttributeError):
        return None


def _names(places: Any) -> Iterator[str]:
    """Names in a structure of lists and mappings whose leaves are such as ["image", 0, 0]."""
    if isinstance(places, Mapping):
        # In Keras' order, so that what is said does not differ.
        places = [places[key] for key in sorted(places)]
    if not isinstance(places, list):
        raise Unsure
    if places and isinstance(places[0], str):
        yield places[0]
        return
    for one in places:
        yield from _names(one)


def _given(layer: Mapping[str, Any]) -> Given:
    config = layer["config"]
    shape = config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"]
    sides = shape[1:]
    plain = isinstance(sides, list) and all(s is None or isinstance(s, int) for s in sides)
    if kind_of(layer) != "InputLayer" or not plain or not isinstance(config["dtype"], str):
        raise Unsure
    return str(config["name"]), tuple(sides), config["dtype"]


def main() -> None:
    """Answer one question."""
    print(json.dumps(taken(configuration(Path(question_with_limits())))))


if __name__ == "__main__":
    main()
