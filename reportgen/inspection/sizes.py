"""What a configuration asks of memory, as far as it says so, against the weights that are stored.

Only lower bounds: weights whose number follows from inputs that the configuration does not tell are
counted for one input channel. The trial load has a limit of memory for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from reportgen.inspection import limits
from reportgen.inspection.findings import Findings
from reportgen.inspection.limits import counted, said
from reportgen.inspection.walking import Place, references

SHAPES = ("batch_shape", "batch_input_shape", "build_input_shape", "input_shape", "shape")
Config = Mapping[str, Any]
MOST = 10**18
"""What larger numbers are taken for; no machine holds as many weights."""


def check_sizes(config: Any, stored: int, findings: Findings) -> None:
    """Note layers that ask for far more weights than the file's `stored` bytes, and huge inputs."""
    asked: list[tuple[int, Place]] = []
    for value, place in references(config):
        inner = value.get("config")
        if not place.key and isinstance(inner, dict):
            asked.append((weights(str(value["class_name"]), inner, _channels(value)), place))
            for part in (inner, value.get("build_config")):
                _check_shapes(part, place, findings)
    # Two bytes a weight, the least that networks are saved with (half precision).
    total = 2 * sum(count for count, _ in asked)
    if total > 2 * stored + limits.WEIGHTS:
        count, place = max(asked, key=lambda pair: pair[0])
        findings.add(
            f"{place.subject} asks for {said(4 * count)} of weights, but the file stores "
            f"{said(stored)} in all"
        )


def _check_shapes(part: Any, place: Place, findings: Findings) -> None:
    for key in SHAPES:
        if isinstance(part, dict) and key in part:
            _check_shape(part[key], place, findings)


def _check_shape(shape: Any, place: Place, findings: Findings) -> None:
    sizes = [n for n in shape if isinstance(n, int)] if isinstance(shape, list) else []
    if any(n < 0 for n in sizes):
        findings.add(f"{place.subject} declares an input with a negative size")
    elif prod(sizes) > limits.INPUT:
        text = f"{place.subject} declares an input of {counted(prod(sizes))} values, and "
        findings.add(f"{text}{counted(limits.INPUT)} is the most")


def _channels(value: Config) -> int:
    """Channels of a layer's input where the configuration tells them, else 1."""
    build, config = value.get("build_config"), value["config"]
    shape = build.get("input_shape") if isinstance(build, dict) else None
    if not isinstance(shape, list) or len(shape) < 2:
        return 1
    size = shape[1 if config.get("data_format") == "channels_first" else -1]
    return size if isinstance(size, int) and size > 0 else 1


def weights(kind: str, config: Config, channels: int) -> int:
    """The least number of weights that a layer has, 0 where it is not known to have any."""
    # The legacy format writes a package before the names of our own layers.
    rule = _RULES.get(kind.rpartition(">")[2])
    return 0 if rule is None else max(0, rule(config, channels))


def _number(config: Config, key: str, default: int = 0) -> int:
    """A size of a configuration; for a list its product."""
    value = config.get(key, default)
    sizes = value if isinstance(value, list) else [value]
    whole = [int(max(-MOST, min(n, MOST))) for n in sizes if isinstance(n, int | float) and n == n]
    return prod(whole) if len(whole) == len(sizes) else default


def _dense(c: Config, channels: int) -> int:
    return _number(c, "units") * channels


def _embedding(c: Config, channels: int) -> int:
    return _number(c, "input_dim") * _number(c, "output_dim")


def _conv(c: Config, channels: int) -> int:
    return _number(c, "filters") * _number(c, "kernel_size") * channels // _groups(c)


def _groups(c: Config) -> int:
    return max(1, _number(c, "groups", 1))


def _depthwise(c: Config, channels: int) -> int:
    return _number(c, "kernel_size") * channels * _number(c, "depth_multiplier", 1)


def _separable(c: Config, channels: int) -> int:
    wide = channels * _number(c, "depth_multiplier", 1)
    return _depthwise(c, channels) + wide * _number(c, "filters")


def _recurrent(gates: int) -> Callable[[Config, int], int]:
    return lambda c, channels: gates * _number(c, "units") * (_number(c, "units") + channels)


def _conv_recurrent(c: Config, channels: int) -> int:
    filters = _number(c, "filters")
    return 4 * filters * _number(c, "kernel_size") * (filters + channels)


def _attention(c: Config, channels: int) -> int:
    heads = _number(c, "num_heads") + _number(c, "num_query_heads")
    return 2 * heads * (_number(c, "key_dim") + _number(c, "head_dim"))


_RULES: dict[str, Callable[[Config, int], int]] = {
    "Dense": _dense,
    **dict.fromkeys(("ArcFace", "CosFace", "SphereFace"), _dense),
    "Embedding": _embedding,
    "ReversibleEmbedding": _embedding,
    "MultiHeadAttention": _attention,
    "GroupQueryAttention": _attention,
    "GroupedQueryAttention": _attention,  # what the legacy format calls it
    **{f"Conv{n}D{end}": _conv for n in (1, 2, 3) for end in ("", "Transpose")},
    **{f"Convolution{n}D": _conv for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"Separable{kind}{n}D": _separable for n in (1, 2) for kind in ("Conv", "Convolution")},
    **{f"ConvLSTM{n}D": _conv_recurrent for n in (1, 2, 3)},
    **{
        f"{kind}{end}": _recurrent(gates)
        for kind, gates in (("SimpleRNN", 1), ("GRU", 3), ("LSTM", 4))
        for end in ("", "Cell")
    },
}
