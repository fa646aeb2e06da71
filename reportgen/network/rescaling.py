"""How a model rescales its input before its first weights, and which pixel values it thus expects.

The layers before the first weights are run on a few images of one value each. What reaches the
first weights tells the map from pixel values to them, whatever layers and operations it is composed
of: Rescaling, Normalization, arithmetic, crops, nested models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np

from reportgen.errors import UndefinedError
from reportgen.network.first_layers import Pass, numbers
from reportgen.network.graph import is_graph
from reportgen.network.keras_internals import NotedLosses, flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Doubles, Layer, Shape, Tensor

PROBES = (0, 1, 128, 255)
"""Pixel values of the images that are run through the first layers."""

LARGE = 2.0
"""Mean or standard deviation from which values are bytes: those of 0..1 and -1..1 lie below 1."""

BEYOND_BYTES = 900.0
"""Values from which images are no bytes: those of 10 bits reach 1023."""

_FEW = 0.1
"""Share of values up to which a map of bytes does not count, as at the padded edges of pooling."""
_SMALL = 8.0
"""Span of values that suits weights, for maps that are not linear."""
_STRONG = 1 / 50
"""Scale below which a Rescaling whose place in a layer is unknown serves bytes."""


@dataclass(frozen=True)
class Expected:
    """The pixel values that a model expects, as far as its first layers tell.

    Attributes:
        values: "bytes" for 0 to 255, which the model rescales itself; "fractions" for about 0 to 1,
            which it shifts or scales; "signed" for about -1 to 1, likewise; "" where it takes its
            input as it is, or none can tell.
        layers: paths of the layers that rescale.
        whole: whether the model's input holds whole numbers by its type.
        reach: the largest value, roughly, where the model is made for more than bytes, such as
            12 or 16 bits; else 0.
    """

    values: Literal["bytes", "fractions", "signed", ""] = ""
    layers: tuple[str, ...] = ()
    whole: bool = False
    reach: float = 0.0


def expected_values(
    network: Network, shape: Shape | None = None, index: int | None = None
) -> Expected:
    """The pixel values that a model expects by what it does to them before its first weights.

    Normalization counts by the mean and variance that it holds, and so does a BatchNormalization
    that comes first.

    Args:
        network: any model; where its graph cannot be followed, nothing is known.
        shape: (h, w, c) of the images, for sides that the model leaves open.
        index: of the one input that is asked about; None asks about all of them together.
    """
    try:
        inputs = network.graph.inputs
    except UndefinedError:
        return Expected()
    types = {_type(tensor) for tensor in (inputs if index is None else [inputs[index]])}
    if types <= set("iu"):
        return Expected("bytes", whole=True)
    if not types <= set("iuf"):
        return Expected()
    losses = NotedLosses(flat_layers(network.model))
    try:
        return _looked(network, shape, index)
    except Exception:
        # Whatever a layer of the model's own raises for such images: nothing is known then.
        return Expected()
    finally:
        losses.restore()


def _looked(network: Network, shape: Shape | None, index: int | None) -> Expected:
    passes = [Pass(network, shape, probe, index) for probe in PROBES]
    kinds = set(_kinds(passes))
    layers = _named(passes)
    if "bytes" in kinds:
        return Expected("bytes", layers, reach=_reach(passes))
    for values in ("fractions", "signed"):
        if kinds == {values}:
            return Expected(values, layers)
    if passes[0].fixed or not kinds:
        # Images of one value vanish in filters that look for edges.
        passes = [Pass(network, shape, probe, index, through=True) for probe in PROBES]
        if any(_is_small(_stacked(parts)) for parts in _arrivals(passes)):
            return Expected("bytes", _named(passes))
    return Expected()


def _type(tensor: Tensor) -> str:
    """The kind of a tensor's type, as NumPy's letter; "O" for text."""
    name = str(tensor.dtype)
    if name in ("string", "str"):
        return "O"
    return "f" if name.startswith(("bfloat", "float")) else np.dtype(name).kind


def _named(passes: list[Pass]) -> tuple[str, ...]:
    return tuple(path for path in passes[0].run if path in passes[0].rescaling)


def _arrivals(passes: list[Pass]) -> Iterator[tuple[tuple[Layer, Array], ...]]:
    """For each layer that was reached, what reached it at each of the `PROBES`."""
    return zip(*(each.reached for each in passes), strict=True)


def _is_small(values: Doubles) -> bool:
    """Whether images of 0 to 255 give values that suit weights, shape (4, n)."""
    spans = np.abs(values[-1] - values[0])
    spans = spans[np.isfinite(spans) & (spans > 1e-6)]
    return bool(spans.size) and float(np.median(spans)) <= _SMALL


def _kinds(passes: list[Pass]) -> Iterator[str]:
    """The kind of pixel values that each layer with weights suggests, "" where none.

    What is the same for all images, such as a value at which an input is held, suggests nothing.
    """
    for parts in _arrivals(passes):
        if (kind := _kind(_stacked(parts))) is not None:
            yield kind if kind != "untouched" else _inside(parts[0][0])


def _stacked(parts: tuple[tuple[Layer, Array], ...]) -> Doubles:
    """What reached a layer at each of the `PROBES`, shape (4, n)."""
    return np.stack([values.reshape(-1) for _, values in parts]).astype(np.float64)


def _reach(passes: list[Pass]) -> float:
    """The largest value that maps of more than bytes are made for, 0 where bytes suit one.

    A step on the way that bytes suit tells that a further factor is there for another reason.
    """
    if any(_suits_bytes(np.stack(step)) for step in zip(*(p.steps for p in passes), strict=True)):
        return 0.0
    reaches = []
    for parts in _arrivals(passes):
        ends = np.stack([parts[0][1].reshape(-1), parts[-1][1].reshape(-1)]).astype(np.float64)
        ends = ends[:, np.isfinite(ends).all(axis=0)]
        spans = ends[1] - ends[0]
        ends, spans = ends[:, np.abs(spans) > 1e-6], spans[np.abs(spans) > 1e-6]
        if spans.size and _kind(_stacked(parts)) == "bytes":
            scales = spans / PROBES[-1]
            reaches.append(float(np.median(np.maximum(1 / np.abs(scales), -2 * ends[0] / scales))))
    return min(reaches) if reaches and min(reaches) > BEYOND_BYTES else 0.0


def _suits_bytes(values: Array) -> bool:
    """Whether a step brings 0..255 to about 0..1 or -1..1, or to a mean of 0, shape (4, n)."""
    spans = (values[-1] - values[0]).astype(np.float64)
    moved = np.isfinite(spans) & (np.abs(spans) > 1e-6)
    if not moved.any():
        return False
    scales = spans[moved] / PROBES[-1]
    center, width = float(np.median(-values[0][moved] / scales)), float(np.median(1 / abs(scales)))
    usual = 250 < width < 260 or 125 < width < 130
    return usual or (LARGE < center <= PROBES[-1] and 10 < width < 300)


def _kind(values: Doubles) -> str | None:
    """The kind of pixel values that a map expects, by its values at the `PROBES`, shape (4, n).

    For `scale * x + offset`, the values that suit the weights lie around the x of which the result
    is 0, and within 1 / scale of it.
    """
    values = values[:, np.isfinite(values).all(axis=0)]
    spans = values[-1] - values[0]
    values, spans = values[:, np.abs(spans) > 1e-6], spans[np.abs(spans) > 1e-6]
    if not spans.size:
        return None
    lines = values[0] + np.outer(PROBES, spans / PROBES[-1])
    linear = (np.abs(values - lines) <= 0.01 * np.abs(spans)).all(axis=0)
    scales = spans[linear] / PROBES[-1]
    centers, widths = -values[0, linear] / scales, 1 / np.abs(scales)
    early = np.abs(values[1] - values[0]) < 0.2 * np.abs(spans)
    curved = ~linear & (np.abs(spans) <= _SMALL) & early
    of_bytes = np.count_nonzero((centers > LARGE) | (widths > LARGE)) + np.count_nonzero(curved)
    if of_bytes > _FEW * spans.size:
        return "bytes"
    untouched = np.isclose(widths, 1, rtol=0.01) & np.isclose(centers, 0, atol=0.01)
    if untouched.all():
        return "untouched" if linear.all() else ""
    if not linear.all():
        return ""
    if ((centers > -0.01) & (centers < 1.01) & (widths < 1.01)).all():
        # A standard deviation of numbers from 0 to 1 is at most a half.
        wide = (widths > 0.52) & (widths < 0.95)
        return "signed" if wide.all() else "fractions"
    inside = (np.abs(centers) < 1.01) & (widths < 2.01)
    halved = np.isclose(widths, 2, rtol=0.01) & np.isclose(np.abs(centers), 1, atol=0.01)
    below = (centers < -0.05) & (widths < 1.01)
    return "signed" if inside.all() and (halved.all() or below.any()) else ""


def _inside(layer: Layer) -> str:
    """The kind that a layer of several suggests whose inside cannot be followed.

    Its first Rescaling or Normalization then speaks for it.
    """
    if is_graph(layer):
        return ""
    for part in flat_layers(layer, itself=False):
        if isinstance(part, keras.layers.Rescaling):
            strong = np.abs(np.asarray(part.scale, np.float64)).max() < _STRONG
            return "bytes" if strong else ""
        if isinstance(part, keras.layers.Normalization) and part.built:
            mean, variance = map(numbers, (part.mean, part.variance))
            return "bytes" if max(mean.max(), np.sqrt(variance).max()) > LARGE else ""
    return ""
