"""What the layers of a configuration give for one image, as far as it says so.

Keras writes the shapes of a graph's tensors into a `.keras` file, and with some layers the shape
that they take. What is not written, the trial load measures; nothing here is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from reportgen.inspection.findings import Findings
from reportgen.inspection.limits import OUTPUT, counted
from reportgen.inspection.walking import Place, references

Config = Mapping[str, Any]
Shape = list[int]
"""Without the axis of the images; a side that is left open counts as 1."""
Rule = Callable[[Config, Shape], Shape]


def check_outputs(config: Any, findings: Findings) -> None:
    """Note layers that give more values for one image than any network needs."""
    told: set[tuple[str, ...]] = set()
    for names, shape in _outputs(config):
        if prod(shape) > OUTPUT and names not in told:
            told.add(names)
            findings.add(too_much(Place(names).subject, shape), "give this layer smaller sizes")


def too_much(subject: str, shape: Sequence[int | None]) -> str:
    """Why a layer with an output of this shape is refused."""
    sides = ", ".join("None" if side is None else str(side) for side in shape)
    values = counted(prod(side for side in shape if side is not None))
    return (
        f"{subject} gives {values} values for one image (an output of shape ({sides})), and "
        f"{counted(OUTPUT)} is the most"
    )


def _outputs(config: Any) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """The layers whose output the configuration tells, by their names, with its shape."""
    for value, place in references(config):
        inner, build = value.get("config"), value.get("build_config")
        if not isinstance(inner, dict):
            continue
        if value["class_name"] == "__keras_tensor__":
            history = inner.get("keras_history")
            giver = history[0] if isinstance(history, list) and history else "?"
            yield (*place.names[:-1], str(giver)), _shape(inner.get("shape"))
        elif not place.key and isinstance(build, dict):
            rule = _RULES.get(str(value["class_name"]))
            taken = _shape(build.get("input_shape"))
            if rule is not None and taken:
                yield place.names, rule(inner, taken)


def _shape(value: Any) -> Shape:
    """A shape without its first axis, that of the images; empty where it is none."""
    return _sides(value)[1:]


def _sides(value: Any, count: int = 1) -> Shape:
    """Sizes of a configuration, one number standing for `count` of them; 1 for what is none."""
    sides = value if isinstance(value, list) else [value] * count
    return [side if isinstance(side, int) and side > 0 else 1 for side in sides]


def _spatial(config: Config, taken: Shape) -> range:
    """Which axes are those of the image, not of its channels."""
    first = config.get("data_format") == "channels_first"
    return range(1, len(taken)) if first else range(len(taken) - 1)


def _each(config: Config, taken: Shape, change: Callable[[int, int], int]) -> Shape:
    """A shape with every side of the image changed, given its place among these."""
    given = list(taken)
    for place, axis in enumerate(_spatial(config, taken)):
        given[axis] = change(taken[axis], place)
    return given


def _times(key: str) -> Rule:
    def rule(config: Config, taken: Shape) -> Shape:
        factors = _sides(config.get(key), len(taken))
        return _each(config, taken, lambda side, place: side * prod(factors[place : place + 1]))

    return rule


def _transposed(config: Config, taken: Shape) -> Shape:
    given = _times("strides")(config, taken)
    given[0 if config.get("data_format") == "channels_first" else -1] = _sides(
        config.get("filters")
    )[0]
    return given


def _padded(config: Config, taken: Shape) -> Shape:
    padding = config.get("padding")
    pairs = padding if isinstance(padding, list) else [padding] * len(taken)
    if len(taken) == 2 and all(isinstance(side, int) for side in pairs):
        pairs = [pairs]
    return _each(config, taken, lambda side, place: side + sum(_pair(pairs[place : place + 1])))


def _pair(found: list[Any]) -> list[int]:
    """How much is added before and behind one side; a pair or one number for both."""
    both = found[0] if found else 0
    sides = both if isinstance(both, list) else [both, both]
    return [side for side in sides if isinstance(side, int) and side > 0]


def _resized(config: Config, taken: Shape) -> Shape:
    sizes = [*_sides(config.get("height")), *_sides(config.get("width"))]
    return _each(config, taken, lambda side, place: prod(sizes[place : place + 1]))


def _appended(key: str) -> Rule:
    return lambda config, taken: [*taken, *_sides(config.get(key))[:1]]


_RULES: dict[str, Rule] = {
    **{f"UpSampling{n}D": _times("size") for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": _transposed for n in (1, 2, 3)},
    **{f"Convolution{n}DTranspose": _transposed for n in (1, 2, 3)},
    **{f"ZeroPadding{n}D": _padded for n in (1, 2, 3)},
    "Resizing": _resized,
    "RepeatVector": _appended("n"),
    "Embedding": _appended("output_dim"),
    "CategoryEncoding": lambda config, taken: _sides(config.get("num_tokens")),
}
"""Layers that give more than they take; the others give less, or what their weights make."""
