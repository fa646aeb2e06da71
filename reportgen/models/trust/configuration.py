"""The configuration of a model file: parsed strictly, walked, and asked for layers and inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from reportgen.models.trust import allowlist, limits
from reportgen.models.trust.findings import Findings, shown
from reportgen.types import Json, JsonObject

T = TypeVar("T")

LAYER_KEYS = ("layer", "layers", "forward_layer", "backward_layer", "cell", "cells")
"""Keys under which a configuration holds layers; under other keys it holds parts of them."""
SAME = ("config", "build_config", "class_name")
"""Keys whose value belongs to the very thing that has them."""
OPERATIONS = "keras.src.ops"
"""The module of operations, which stand among a model's layers, such as the sum in `x + y`."""
CHANNELS = {
    **dict.fromkeys(("Dense", *allowlist.HEADS), "units"),
    **{
        f"{before}{kind}{rank}D{after}": "filters"
        for kind in ("Conv", "Convolution")
        for rank in "123"
        for before, after in (("", ""), ("", "Transpose"), ("Separable", ""))
    },
}
"""Kinds of layer whose configuration gives the channels of their output, and under which key."""
_PLAIN = allowlist.LAYERS.union(allowlist.HEADS, *allowlist.APPLICATION_LAYERS.values())
"""Layers that are no models, so that nothing inside them can be named."""


def parse(data: bytes | str, what: str, findings: Findings) -> Json:
    """The value of a JSON text; None where it is refused, which is noted.

    Stricter than Keras: two readers of a text in which a key stands twice may each take another
    one of the two, so what was inspected would not be what is loaded.
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=_mapping)
    except _Twice as twice:
        findings.add(f"its {what} has the key {twice} twice in one mapping")
    except RecursionError:
        findings.add(f"its {what} is nested more than {limits.DEPTH} deep")
    except ValueError as error:  # Also text that is not UTF-8, and numbers of many thousand digits.
        findings.add(f"its {what} is not JSON ({type(error).__name__})")
    else:
        if not _deeper(value, limits.DEPTH):
            return value
        findings.add(f"its {what} is nested more than {limits.DEPTH} deep")
    return None


class _Twice(Exception):
    """A key stands twice in one mapping."""


def _mapping(pairs: list[tuple[str, Json]]) -> JsonObject:
    mapping: JsonObject = {}
    for key, value in pairs:
        if key in mapping:
            raise _Twice(shown(key))
        mapping[key] = value
    return mapping


def _deeper(value: Json, depth: int) -> bool:
    """Whether a value is nested more than `depth` deep."""
    if not isinstance(value, dict | list):
        return False
    items = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_deeper(item, depth - 1) for item in items)


@dataclass(frozen=True)
class Part:
    """A mapping of a configuration that names a class, such as a layer or an initializer.

    Attributes:
        value: the mapping, with a `class_name` of any type.
        names: the layers around it and itself, from outside in, without the outermost model.
        key: under which key of a layer it stands; "" for a layer itself.
    """

    value: Mapping[str, Json]
    names: tuple[str, ...] = ()
    key: str = ""

    @property
    def kind(self) -> str:
        """The class, without the package that the legacy format writes before our own layers'."""
        return str(self.value["class_name"]).rpartition(">")[2]

    @property
    def config(self) -> Mapping[str, Json]:
        """The arguments that make it; {} where there are none, or they are no mapping."""
        return _as_mapping(self.value.get("config"))

    @property
    def input_shape(self) -> list[Json]:
        """The shape that the file notes for the layer's input, with the images' axis; else []."""
        shape = _as_mapping(self.value.get("build_config")).get("input_shape")
        return shape if isinstance(shape, list) else []

    @property
    def channels_first(self) -> bool:
        """Whether the axis of channels comes before those of the image."""
        return self.config.get("data_format") == "channels_first"

    @property
    def name(self) -> str:
        """The name in the configuration, or ""."""
        name = self.config.get("name")
        return name if isinstance(name, str) else ""

    @property
    def subject(self) -> str:
        """The layer, as the beginning of a sentence."""
        return subject(self.names)

    @property
    def holds(self) -> str:
        """The layer and its relation to the class, up to "a Lambda" or "os.system"."""
        return f"{self.subject} has as {shown(self.key)}" if self.key else f"{self.subject} is"


def subject(names: tuple[str, ...]) -> str:
    """A layer by the names from outside in, as the beginning of a sentence."""
    return f"the layer {shown('/'.join(names))}" if names else "the model"


def parts(value: Json, key: str = "") -> Iterator[Part]:
    """Every part of a configuration; one that is not a model's stands under `key`."""
    yield from _parts(value, (), key, outermost=not key)


def _parts(
    value: Json, names: tuple[str, ...], key: str, outermost: bool = False
) -> Iterator[Part]:
    if isinstance(value, list):
        for item in value:
            yield from _parts(item, names, key, outermost)
    elif isinstance(value, dict):
        if "class_name" in value:
            if not (key or outermost):
                names = (*names, _layer_name(value))
            yield Part(value, names, key)
        for inner, item in value.items():
            place = key if inner in SAME else "" if inner in LAYER_KEYS else inner
            yield from _parts(item, names, place)


def _layer_name(value: Mapping[str, Json]) -> str:
    """The name that a layer's configuration gives it, else that of its class."""
    inner = _as_mapping(value.get("config")).get("name")
    names = (inner, value.get("name"), value.get("class_name"))
    return next((name for name in names if isinstance(name, str) and name), "?")


def _as_mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class LayerOutline:
    """What a configuration tells of a layer.

    Attributes:
        kind: its class.
        axes: of its input, with that of the images; None where the file does not note them.
        activation: the name of its activation, "" for none and for one of another kind.
        channels_first: whether the axis of channels comes before those of the image.
    """

    kind: str
    axes: int | None = None
    activation: str = ""
    channels_first: bool = False


Layers = dict[str, int | None]
"""Channels of each layer's output by its path; None where the configuration does not say."""
Input = tuple[str, tuple[int | None, ...], str]
"""The name of an input, its shape without the batch, and the type of its values."""


@dataclass(frozen=True)
class Outline:
    """What a configuration tells of its model; None for what Keras alone knows.

    Attributes:
        layers: every layer by its path, in the model's order.
        details: more about each of these layers, by its path.
        inputs: every input of the model, in its order.
        outputs: the paths of the layers that give the model's outputs, in their order.
        names: what the outputs are called, in the same order.
        unbuilt: whether the model has no weights, because it has never seen a shape.
    """

    layers: Layers | None = None
    details: dict[str, LayerOutline] = field(default_factory=dict)
    inputs: tuple[Input, ...] | None = None
    outputs: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    unbuilt: bool = False


def outline(config: Json) -> Outline:
    """The layers and inputs of a model's configuration."""
    layers = _where_sure(lambda: dict(_layers(config, "")))
    return Outline(
        None if layers is None else {path: _channels(own) for path, own in layers.items()},
        {path: _outlined(layer) for path, layer in (layers or {}).items()},
        _where_sure(lambda: tuple(_inputs(config))),
        _where_sure(lambda: tuple(_outputs(config))),
        _where_sure(lambda: tuple(_output_names(config))),
        _where_sure(lambda: _is_unbuilt(config)) or False,
    )


class _Unsure(Exception):
    """A configuration that only Keras can interpret."""


def _where_sure(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (_Unsure, LookupError, TypeError, AttributeError):
        return None


def _layers(model: Json, prefix: str) -> Iterator[tuple[str, Part]]:
    """The layers of a model and of all models in it. Raises what `_where_sure` knows."""
    for layer in model["config"]["layers"]:
        kind, name = Part(layer).kind, layer["config"]["name"]
        operation = str(layer.get("module")).startswith(OPERATIONS)
        # The input of a Sequential model is none of its layers.
        if operation or (kind == "InputLayer" and Part(model).kind == "Sequential"):
            continue
        if not isinstance(name, str) or "/" in name:
            raise _Unsure
        yield prefix + name, Part(layer)
        if kind in allowlist.MODELS:
            yield from _layers(layer, f"{prefix}{name}/")
        elif kind not in _PLAIN:
            raise _Unsure


def _channels(layer: Part) -> int | None:
    channels = layer.config.get(CHANNELS.get(layer.kind, ""))
    return channels if isinstance(channels, int) and channels > 0 else None


def _outlined(layer: Part) -> LayerOutline:
    activation = layer.config.get("activation")
    return LayerOutline(
        layer.kind,
        len(layer.input_shape) or None,
        activation if isinstance(activation, str) else "",
        layer.channels_first,
    )


def _outputs(model: Json) -> Iterator[str]:
    """The layers that give a model's outputs. Raises what `_where_sure` knows."""
    kind, layers = Part(model).kind, model["config"]["layers"]
    if kind not in allowlist.MODELS:
        raise _Unsure
    names = [layer["config"]["name"] for layer in layers]
    yield from names[-1:] if kind == "Sequential" else _names(model["config"]["output_layers"])


def _output_names(model: Json) -> list[str]:
    """The names of a model's outputs. Raises what `_where_sure` knows."""
    layers = list(_outputs(model))
    places = model["config"].get("output_layers")
    if isinstance(places, dict):
        names = sorted(str(key) for key in places)  # Outputs in a dictionary are called by keys.
        if len(names) != len(layers):
            raise _Unsure
        return names
    if len(set(layers)) != len(layers):  # Several outputs of one layer are numbered.
        raise _Unsure
    return layers


def _is_unbuilt(model: Json) -> bool:
    """Whether a Sequential model has never seen a shape. Raises what `_where_sure` knows."""
    layers = model["config"]["layers"]
    if Part(model).kind != "Sequential" or "build_input_shape" in model["config"]:
        return False
    shapes = ("batch_shape", "batch_input_shape", "batch_input_size")
    first = layers[0]
    known = any(shape in first["config"] for shape in shapes) or "layers" in first["config"]
    return not known and not any("build_config" in layer for layer in layers)


def _inputs(model: Json) -> Iterator[Input]:
    """The inputs of a model. Raises what `_where_sure` knows."""
    kind, layers = Part(model).kind, model["config"]["layers"]
    if kind not in allowlist.MODELS:
        raise _Unsure
    if kind == "Sequential":
        yield _input(layers[0])
    else:
        named = {layer["config"]["name"]: layer for layer in layers}
        places = model["config"]["input_layers"]
        names = list(_names(places))
        # Inputs in a dictionary are called by their keys.
        keys = sorted(places) if isinstance(places, dict) and len(places) == len(names) else names
        for key, name in zip(keys, names, strict=True):
            _, sides, kind_of_values = _input(named[name])
            yield str(key), sides, kind_of_values


def _names(places: Json) -> Iterator[str]:
    """Names in a structure of lists and mappings whose leaves are such as ["image", 0, 0]."""
    if isinstance(places, dict):
        places = [places[key] for key in sorted(places)]  # Keras' order
    if not isinstance(places, list):
        raise _Unsure
    if places and isinstance(places[0], str):
        yield places[0]
        return
    for place in places:
        yield from _names(place)


def _input(layer: Json) -> Input:
    config = layer["config"]
    sides = (config["batch_shape"] if "batch_shape" in config else config["batch_input_shape"])[1:]
    plain = isinstance(sides, list) and all(s is None or isinstance(s, int) for s in sides)
    if Part(layer).kind != "InputLayer" or not plain or not isinstance(config["dtype"], str):
        raise _Unsure
    return str(config["name"]), tuple(sides), config["dtype"]
