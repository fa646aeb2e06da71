"""The layers that a model file's configuration names, read without Keras.

As the inspection does, this runs in a process of its own: `python -m reportgen.inspection.names`
reads the path of a file as JSON from its standard input and answers with its layers, as JSON too.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reportgen.inspection import allowed, archive, hdf5
from reportgen.inspection.apart import NoAnswer, asked, question_with_limits
from reportgen.inspection.findings import Findings
from reportgen.inspection.jsontext import parsed

Layers = dict[str, int | None]
"""Channels of each layer's output by its path; None where the configuration does not say."""

OPERATIONS = "keras.src.ops"
"""The module of what stands among a model's layers and is none, such as the sum in `x + y`."""

SIZED = {
    **dict.fromkeys(("Dense", *allowed.HEADS), "units"),
    **{
        f"{before}{kind}{rank}D{after}": "filters"
        for kind in ("Conv", "Convolution")
        for rank in "123"
        for before, after in (("", ""), ("", "Transpose"), ("Separable", ""))
    },
}
"""Kinds of layer whose configuration says how many channels come out, and under which key."""


class Unsure(Exception):
    """A configuration whose layers are known to Keras alone."""


def layers(path: Path) -> Layers | None:
    """Every layer of a model file by its path, in the model's order; None where that is unsure.

    Args:
        path: a `.keras`, `.h5` or `.hdf5` file that the inspection has no objections to.
    """
    with contextlib.suppress(NoAnswer):
        found = asked("reportgen.inspection.names", str(path.absolute()))
        return None if found is None else dict(found)
    return None


def named(config: Any) -> Layers | None:
    """Every layer of a model's configuration, as `layers` gives them."""
    try:
        return dict(_inside(config, ""))
    except (Unsure, KeyError, TypeError, AttributeError):
        return None


def _inside(model: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, int | None]]:
    """The layers of a model and of all models in it. Raises Unsure, or what odd values lead to."""
    for layer in model["config"]["layers"]:
        kind, name = kind_of(layer), layer["config"]["name"]
        operation = str(layer.get("module")).startswith(OPERATIONS)
        # The input of a Sequential model is none of its layers.
        if operation or (kind == "InputLayer" and kind_of(model) == "Sequential"):
            continue
        if not isinstance(name, str) or "/" in name:
            raise Unsure
        yield prefix + name, _channels(kind, layer["config"])
        if kind in allowed.MODELS:
            yield from _inside(layer, f"{prefix}{name}/")
        elif not any(kind in names for names in _PLAIN):
            raise Unsure


_PLAIN = (allowed.LAYERS, allowed.HEADS, *allowed.APPLICATION_LAYERS.values())
"""Layers that are no models, so that nothing inside them can be named."""


def kind_of(layer: Mapping[str, Any]) -> str:
    """The class that a part of a configuration names."""
    # The legacy format writes a package before the names of our own layers.
    return str(layer["class_name"]).rpartition(">")[2]


def _channels(kind: str, config: Mapping[str, Any]) -> int | None:
    size = config.get(SIZED.get(kind, ""))
    return size if isinstance(size, int) and size > 0 else None


def configuration(path: Path) -> Any:
    """The configuration of a model file; None where it cannot be read."""
    findings = Findings(path.name)
    if path.suffix == ".keras":
        opened = archive.opened(path, findings)
        data = None if opened is None else archive.content(opened, archive.CONFIG, findings)
        return None if data is None else parsed(data, archive.CONFIG, findings)
    with path.open("rb") as file, hdf5.opened(file, "it", findings) as root:
        text = None if root is None else root.attrs.get("model_config")
        return parsed(text, "model_config", findings) if isinstance(text, str | bytes) else None


def main() -> None:
    """Answer one question."""
    found = named(configuration(Path(question_with_limits())))
    print(json.dumps(None if found is None else list(found.items())))


if __name__ == "__main__":
    main()
