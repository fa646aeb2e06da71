"""What a configuration asks for, against limits and against the weights that the file stores.

Everything here is a lower bound, or surely known, so that no sound file is refused: what the
configuration does not tell, the trial measures. Nothing is run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

from reportgen.models.trust import limits
from reportgen.models.trust.configuration import Part, parts, subject
from reportgen.models.trust.findings import Findings
from reportgen.models.trust.hdf5 import Stored
from reportgen.models.trust.limits import readable_count, readable_size
from reportgen.types import Json, Shape

SHAPES = ("batch_shape", "batch_input_shape", "build_input_shape", "input_shape", "shape")
"""Keys under which configurations hold the shape of a layer's input."""
MOST = 10**18
"""Bound of the numbers that are computed with; no machine holds as many weights."""


def check_weights(config: Json, stored: int, findings: Findings) -> None:
    """Note layers that ask for far more weights than the file's `stored` bytes, and huge inputs.

    Weights whose number follows from inputs that the configuration does not tell are counted for
    one input channel.
    """
    asked: list[tuple[int, Part]] = []
    for part in parts(config):
        if not part.key and isinstance(part.value.get("config"), dict):
            asked.append((weight_count(part), part))
            for mapping in (part.config, part.value.get("build_config")):
                for key in SHAPES:
                    if isinstance(mapping, dict) and key in mapping:
                        _check_input(mapping[key], part, findings)
    # Two bytes a weight, the least that networks are saved with (half precision).
    total = 2 * sum(count for count, _ in asked)
    if total > 2 * stored + limits.WEIGHTS:
        count, part = max(asked, key=lambda pair: pair[0])
        findings.add(
            f"{part.subject} asks for {readable_size(4 * count)} of weights, but the file stores "
            f"{readable_size(stored)} in all"
        )


def _check_input(shape: Json, part: Part, findings: Findings) -> None:
    sides = [n for n in shape if isinstance(n, int)] if isinstance(shape, list) else []
    if any(n < 0 for n in sides):
        findings.add(f"{part.subject} declares an input with a negative size")
    elif prod(sides) > limits.INPUT:
        text = f"{part.subject} declares an input of {readable_count(prod(sides))} values, and "
        findings.add(f"{text}{readable_count(limits.INPUT)} is the most")


def weight_count(part: Part) -> int:
    """The least number of weights of a layer; 0 where it is not known to have any."""
    rule = _COUNTS.get(part.kind)
    return 0 if rule is None else max(0, rule(_Numbers(part)))


class _Numbers:
    """The numbers in a layer's configuration, by their keys."""

    def __init__(self, part: Part) -> None:
        self.config = part.config
        shape = part.input_shape
        channels = shape[1 if part.channels_first else -1] if len(shape) > 1 else 1
        self.channels = channels if isinstance(channels, int) and channels > 0 else 1
        """Channels of the layer's input; 1 where the file does not note them."""

    def __call__(self, key: str, default: int = 0) -> int:
        """A size; of a list the product. `default` where there is none, or it is no number."""
        value = self.config.get(key, default)
        sizes = value if isinstance(value, list) else [value]
        numbers = [n for n in sizes if isinstance(n, int | float) and n == n]
        whole = [int(max(-MOST, min(n, MOST))) for n in numbers]
        return prod(whole) if len(whole) == len(sizes) else default


Count = Callable[[_Numbers], int]


def _depthwise(n: _Numbers) -> int:
    return n("kernel_size") * n.channels * n("depth_multiplier", 1)


def _separable(n: _Numbers) -> int:
    return _depthwise(n) + n.channels * n("depth_multiplier", 1) * n("filters")


def _attention(n: _Numbers) -> int:
    return 2 * (n("num_heads") + n("num_query_heads")) * (n("key_dim") + n("head_dim"))


def _recurrent(gates: int) -> Count:
    return lambda n: gates * n("units") * (n("units") + n.channels)


_COUNTS: dict[str, Count] = {
    **dict.fromkeys(
        ("Dense", "ArcFace", "CosFace", "SphereFace"), lambda n: n("units") * n.channels
    ),
    **dict.fromkeys(
        ("Embedding", "ReversibleEmbedding"), lambda n: n("input_dim") * n("output_dim")
    ),
    # The legacy format has a name of its own for the second.
    **dict.fromkeys(
        ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"), _attention
    ),
    **dict.fromkeys(
        [f"Conv{r}D{end}" for r in "123" for end in ("", "Transpose")]
        + [f"Convolution{r}D" for r in "123"],
        lambda n: n("filters") * n("kernel_size") * n.channels // max(1, n("groups", 1)),
    ),
    **dict.fromkeys([f"DepthwiseConv{r}D" for r in "12"], _depthwise),
    **dict.fromkeys(
        [f"Separable{conv}{r}D" for conv in ("Conv", "Convolution") for r in "12"], _separable
    ),
    **dict.fromkeys(
        [f"ConvLSTM{r}D" for r in "123"],
        lambda n: 4 * n("filters") * n("kernel_size") * (n("filters") + n.channels),
    ),
    **{
        f"{kind}{end}": _recurrent(gates)
        for kind, gates in (("SimpleRNN", 1), ("GRU", 3), ("LSTM", 4))
        for end in ("", "Cell")
    },
}
"""Weights by kind of layer, without biases."""


def check_outputs(config: Json, findings: Findings) -> None:
    """Note layers whose output for one image has more values than any network needs.

    Keras writes the shapes of a graph's tensors into a `.keras` file, and with some layers the
    shape of their input.
    """
    noted: set[tuple[str, ...]] = set()
    for names, shape in _outputs(config):
        if prod(shape) > limits.OUTPUT and names not in noted:
            noted.add(names)
            findings.add(oversized(subject(names), shape), "give this layer smaller sizes")


def oversized(layer: str, shape: Shape) -> str:
    """Why a layer with an output of this shape is refused."""
    sides = ", ".join("None" if side is None else str(side) for side in shape)
    values = readable_count(prod(side for side in shape if side is not None))
    return (
        f"{layer} gives {values} values for one image (an output of shape ({sides})), and "
        f"{readable_count(limits.OUTPUT)} is the most"
    )


def _outputs(config: Json) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    """The layers whose output the configuration tells, by their names, with its shape."""
    for part in parts(config):
        if part.value["class_name"] == "__keras_tensor__":
            history = part.config.get("keras_history")
            source = history[0] if isinstance(history, list) and history else "?"
            yield (*part.names[:-1], str(source)), _sides(part.config.get("shape"))[1:]
        elif not part.key:
            rule = _OUTPUTS.get(str(part.value["class_name"]))
            shape = _sides(part.input_shape)[1:]
            if rule is not None and shape:
                yield part.names, rule(part, shape)


def _sides(value: Json, count: int = 1) -> list[int]:
    """Sizes of a configuration, one number standing for `count` of them; 1 for an open side."""
    sides = value if isinstance(value, list) else [value] * count
    return [side if isinstance(side, int) and side > 0 else 1 for side in sides]


Output = Callable[[Part, list[int]], list[int]]
"""A layer and the shape of its input, without the images' axis -> the shape of its output."""


def _each_side(part: Part, shape: list[int], change: Callable[[int, int], int]) -> list[int]:
    """A shape with every side of the image changed, given its index among these sides."""
    first = 1 if part.channels_first else 0
    changed = list(shape)
    for index in range(len(shape) - 1):
        changed[first + index] = change(shape[first + index], index)
    return changed


def _scaled(key: str) -> Output:
    def rule(part: Part, shape: list[int]) -> list[int]:
        factors = _sides(part.config.get(key), len(shape))
        return _each_side(part, shape, lambda side, i: side * prod(factors[i : i + 1]))

    return rule


def _transposed(part: Part, shape: list[int]) -> list[int]:
    output = _scaled("strides")(part, shape)
    output[0 if part.channels_first else -1] = _sides(part.config.get("filters"))[0]
    return output


def _padded(part: Part, shape: list[int]) -> list[int]:
    padding = part.config.get("padding")
    pairs = padding if isinstance(padding, list) else [padding] * len(shape)
    if len(shape) == 2 and all(isinstance(side, int) for side in pairs):
        pairs = [pairs]

    def added(index: int) -> int:
        both = pairs[index] if index < len(pairs) else 0
        sides = both if isinstance(both, list) else [both, both]
        return sum(side for side in sides if isinstance(side, int) and side > 0)

    return _each_side(part, shape, lambda side, i: side + added(i))


def _resized(part: Part, shape: list[int]) -> list[int]:
    sizes = [*_sides(part.config.get("height")), *_sides(part.config.get("width"))]
    return _each_side(part, shape, lambda side, i: prod(sizes[i : i + 1]))


def _appended(key: str) -> Output:
    return lambda part, shape: [*shape, *_sides(part.config.get(key))[:1]]


_OUTPUTS: dict[str, Output] = {
    **{f"UpSampling{r}D": _scaled("size") for r in "123"},
    **{f"{conv}{r}DTranspose": _transposed for conv in ("Conv", "Convolution") for r in "123"},
    **{f"ZeroPadding{r}D": _padded for r in "123"},
    "Resizing": _resized,
    "RepeatVector": _appended("n"),
    "Embedding": _appended("output_dim"),
    "CategoryEncoding": lambda part, shape: _sides(part.config.get("num_tokens")),
}
"""Layers whose output is larger than their input; others make it smaller, or as their weights."""

RANKS = {"Dense": 0, "Conv1D": 1, "Conv2D": 2, "Conv3D": 3}
"""Kinds of layer whose weights are a kernel and a bias, by the axes that the kernel moves along."""
UNPACKED = ("float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16")
"""Types of weights that are stored as they are; others are packed."""


def check_shapes(config: Json, stored: Sequence[Stored], findings: Findings) -> None:
    """Note layers that ask for weights of other shapes than the file holds for them.

    Only Keras' own dense and plain convolution layers are compared, where the file notes for what
    input they were built, and both the configuration and the weights have one layer of that name.
    """
    layers = [part for part in parts(config) if not part.key]
    named = Counter(layer.name for layer in layers)
    groups = {one.name: one for one in stored}
    twice = {name for name, count in Counter(one.name for one in stored).items() if count > 1}
    for layer in layers:
        own = groups.get(layer.name)
        if own is None or named[own.name] != 1 or own.name in twice:
            continue
        if not re.fullmatch(rf"{re.escape(layer.kind.lower())}(_\d+)?", own.group):
            continue
        _compare(layer, own.shapes, findings)


def _compare(layer: Part, shapes: Mapping[str, tuple[int, ...]], findings: Findings) -> None:
    for key, shape in zip("01", _expected_shapes(layer), strict=False):
        if shapes.get(key, shape) != shape:
            findings.add(f"{layer.subject} takes the shape {shape}, the file has {shapes[key]}")
            return


def _expected_shapes(layer: Part) -> Iterator[tuple[int, ...]]:
    """The shapes of a layer's kernel and bias; none where they are not surely known."""
    config, shape = layer.config, layer.input_shape
    rank = RANKS.get(str(layer.value["class_name"]))
    own = layer.value.get("module") == "keras.layers" and layer.value.get("registered_name") is None
    packed = any(config.get(key) for key in ("lora_rank", "quantization_config"))
    if rank is None or not own or len(shape) < 2 or packed or not _is_unpacked(config.get("dtype")):
        return
    channels = shape[1 if rank and layer.channels_first else -1]
    if rank:
        window = config.get("kernel_size")
        sides = window if isinstance(window, list) else []
        given = [channels, config.get("filters"), config.get("groups", 1), *sides]
    else:
        given = [channels, config.get("units"), 1]
    sizes = [n for n in given if isinstance(n, int) and not isinstance(n, bool) and n > 0]
    if len(sizes) != len(given) or len(sizes) != 3 + rank:
        return
    channels, units, groups, *window = sizes
    yield (*window, channels // groups, units)
    if config.get("use_bias", True) is True:
        yield (units,)


def _is_unpacked(policy: Json) -> bool:
    """Whether a layer's type of numbers leaves its weights as they are."""
    if isinstance(policy, dict) and policy.get("class_name") == "DTypePolicy":
        inner = policy.get("config")
        policy = inner.get("name") if isinstance(inner, dict) else None
    return policy in UNPACKED if isinstance(policy, str) else False
