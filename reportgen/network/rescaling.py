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
from reportgen.network.graph import Arguments, Keywords, for_each_output, is_graph, run
from reportgen.network.inputs import fixed_batch
from reportgen.network.keras_internals import NotedLosses, flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Doubles, Json, Layer, Shape

PROBES = (0, 1, 128, 255)
"""Pixel values of the images that are run through the first layers."""

LARGE = 2.0
"""Mean or standard deviation from which values are bytes: those of 0..1 and -1..1 lie below 1."""

BEYOND_BYTES = 900.0
"""Values from which images are no bytes: those of 10 bits reach 1023."""

_SIDE = 32
"""Height and width of the images where neither the model nor a dataset fixes them."""
_RESCALING = ("BatchNormalization", "Normalization", "Rescaling")
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
            which it shifts or scales; "" where it takes its input as it is, or none can tell.
        layers: paths of the layers that rescale.
        whole: whether the model's input holds whole numbers by its type.
        reach: the largest value, roughly, where the model is made for more than bytes, such as
            12 or 16 bits; else 0.
    """

    values: Literal["bytes", "fractions", ""] = ""
    layers: tuple[str, ...] = ()
    whole: bool = False
    reach: float = 0.0


def expected_values(network: Network, shape: Shape | None = None) -> Expected:
    """The pixel values that a model expects by what it does to them before its first weights.

    Normalization counts by the mean and variance that it holds, and so does a BatchNormalization
    that comes first.

    Args:
        network: any model; where its graph cannot be followed, nothing is known.
        shape: (h, w, c) of the images, for sides that the model leaves open.
    """
    try:
        types = {np.dtype(_plain(tensor.dtype)).kind for tensor in network.graph.inputs}
        if types <= set("iu"):
            return Expected("bytes", whole=True)
        if types & set("bSUO"):
            return Expected()
    except UndefinedError:
        return Expected()
    losses = NotedLosses(flat_layers(network.model))
    try:
        passes = [_Pass(network, shape, probe) for probe in PROBES]
    except Exception:
        # Whatever a layer of the model's own raises for such images: nothing is known then.
        return Expected()
    finally:
        losses.restore()
    kinds = set(_kinds(passes))
    layers = tuple(path for path in passes[0].run if path in passes[0].rescaling)
    if "bytes" in kinds:
        return Expected("bytes", layers, reach=_reach(passes))
    return Expected("fractions", layers) if kinds == {"fractions"} else Expected()


class _Pass:
    """One run of the layers before the first weights, on an image of one value.

    Attributes:
        run: paths of the layers that were run.
        rescaling: those of them whose purpose is to rescale.
        reached: the values that reach layers with weights, with these layers.
    """

    def __init__(self, network: Network, shape: Shape | None, value: int) -> None:
        self.run: list[str] = []
        self.rescaling: set[str] = set()
        self.reached: list[tuple[Layer, Array]] = []
        images = [_image(network, tensor, shape, value) for tensor in network.graph.inputs]
        network.walk(images if len(images) > 1 else images[0], self._call)

    def _call(self, path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        given = keras.tree.flatten((args, kwargs))
        if any(value is _BEHIND for value in given):
            # What joins such values, as a skip connection does, reaches what lies behind as well.
            self.reached += [(layer, _numbers(value)) for value in given if hasattr(value, "shape")]
            return for_each_output(layer, _BEHIND)
        if type(layer).__name__ in _RESCALING:
            self.rescaling.add(path)
        self.run.append(path)
        if isinstance(layer, keras.layers.BatchNormalization):
            self.reached.append((layer, _standardized(layer, _numbers(args[0]))))
            return _BEHIND
        own = isinstance(layer, keras.layers.Normalization) or not getattr(layer, "weights", ())
        if own:
            return run(layer, args, kwargs)
        self.run.pop()
        self.reached += [(layer, _numbers(value)) for value in given if hasattr(value, "shape")]
        return for_each_output(layer, _BEHIND)


class _Behind:
    """Stands for all values that depend on weights."""


_BEHIND = _Behind()


def _plain(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" or dtype.startswith("float8") else dtype


def _image(network: Network, tensor: Json, shape: Shape | None, value: int) -> Json:
    sides = tuple(tensor.shape)[1:]
    fits = shape is not None and len(shape) == len(sides)
    own = shape if fits and shape is not None else (_SIDE,) * len(sides)
    filled = tuple(given if side is None else side for side, given in zip(sides, own, strict=True))
    return keras.ops.full((fixed_batch(network) or 1, *filled), value, dtype=tensor.dtype)


def _numbers(value: Json) -> Array:
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(value, "float32")))


def _standardized(layer: Layer, values: Array) -> Array:
    """Values by the mean and variance that a BatchNormalization saw in training."""
    shape = [1] * values.ndim
    shape[layer.axis if isinstance(layer.axis, int) else layer.axis[0]] = -1
    mean, variance = (
        np.asarray(keras.ops.convert_to_numpy(part)).reshape(shape)
        for part in (layer.moving_mean, layer.moving_variance)
    )
    return np.asarray((values - mean) / np.sqrt(variance + layer.epsilon))


def _kinds(passes: list[_Pass]) -> Iterator[str]:
    """The kind of pixel values that each layer with weights suggests, "" where none."""
    for parts in zip(*(each.reached for each in passes), strict=True):
        kind = _kind(_stacked(parts))
        yield kind if kind != "untouched" else _inside(parts[0][0])


def _stacked(parts: tuple[tuple[Layer, Array], ...]) -> Doubles:
    """What reached a layer at each of the `PROBES`, shape (4, n)."""
    return np.stack([values.reshape(-1) for _, values in parts]).astype(np.float64)


def _reach(passes: list[_Pass]) -> float:
    """The largest value that maps of more than bytes are made for, 0 where bytes suit one."""
    reaches = []
    for parts in zip(*(each.reached for each in passes), strict=True):
        ends = np.stack([parts[0][1].reshape(-1), parts[-1][1].reshape(-1)]).astype(np.float64)
        ends = ends[:, np.isfinite(ends).all(axis=0)]
        spans = ends[1] - ends[0]
        ends, spans = ends[:, np.abs(spans) > 1e-6], spans[np.abs(spans) > 1e-6]
        if spans.size and _kind(_stacked(parts)) == "bytes":
            scales = spans / PROBES[-1]
            reaches.append(float(np.median(np.maximum(1 / np.abs(scales), -2 * ends[0] / scales))))
    return min(reaches) if reaches and min(reaches) > BEYOND_BYTES else 0.0


def _kind(values: Doubles) -> str:
    """The kind of pixel values that a map expects, by its values at the `PROBES`, shape (4, n).

    For `scale * x + offset`, the values that suit the weights lie around the x of which the result
    is 0, and within 1 / scale of it.
    """
    values = values[:, np.isfinite(values).all(axis=0)]
    spans = values[-1] - values[0]
    values, spans = values[:, np.abs(spans) > 1e-6], spans[np.abs(spans) > 1e-6]
    if not spans.size:
        return ""
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
    near = (centers > -0.01) & (centers < 1.01) & (widths < 1.01)
    return "fractions" if linear.all() and near.all() else ""


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
            mean, variance = map(_numbers, (part.mean, part.variance))
            return "bytes" if max(mean.max(), np.sqrt(variance).max()) > LARGE else ""
    return ""
