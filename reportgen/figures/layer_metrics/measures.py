"""Weights and activations of a convolution layer in numbers, and the measures of all layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from reportgen.figures.layer_metrics.facts import Row
from reportgen.metrics.statistics import SHARE, bootstrap, wilson
from reportgen.metrics.units import Activity, chance_of_a_repeat
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats, Layer, Shape

DEAD = 1e-2
"""A filter whose norm is below this share of the layer's median norm counts as dead."""


# --- weights -------------------------------------------------------------------------------------


def kernels(layer: Layer) -> list[Floats]:
    """A convolution's kernels as Keras holds them: one, or two of a separable layer."""
    separable = hasattr(layer, "pointwise_kernel")
    held = [layer.depthwise_kernel, layer.pointwise_kernel] if separable else [layer.kernel]
    # With LoRA the kernel is a sum, and no variable.
    return [np.asarray(getattr(kernel, "value", kernel)).astype(np.float32) for kernel in held]


def filters(layer: Layer) -> Doubles:
    """Weights of each filter as one row, shape (filters, weights), in double precision.

    A filter of a depthwise layer takes a single channel. The filters of a separable layer are those
    of its pointwise part, which make its output channels.
    """
    kernel, kind = kernels(layer)[-1].astype(np.float64), type(layer).__name__
    if kind.startswith("Depthwise"):
        return kernel.reshape(prod(kernel.shape[:-2]), -1).T
    if kind.endswith("Transpose"):
        kernel = np.swapaxes(kernel, -1, -2)
    return kernel.reshape(-1, kernel.shape[-1]).T


def dead(rows: Doubles) -> Booleans:
    """Whether each filter (n, weights) is dead by its weights: L2 norm < 1e-2 of the median's.

    Where the median itself is zero, those of norm zero are dead.
    """
    norms = np.linalg.norm(rows, axis=1)
    return np.asarray((norms < DEAD * np.median(norms)) | (norms == 0))


def multiply_adds(layer: Layer, inputs: Shape, outputs: Shape) -> int | None:
    """Multiplications with an addition each that one image costs, biases left out.

    Every weight is used once at every position: of the output, or of the input where a layer is
    transposed. Padding counts like image pixels.

    Args:
        layer: a convolution of any kind.
        inputs, outputs: shapes of its input and output, batch first.

    Returns:
        The count, or None where a side of the maps is not known.
    """
    shape = inputs if type(layer).__name__.endswith("Transpose") else outputs
    channels_last = getattr(layer, "data_format", "channels_last") == "channels_last"
    space = shape[1:-1] if channels_last else shape[2:]
    sides = [side for side in space if side is not None]
    if len(sides) < len(space):
        return None
    return int(prod(sides)) * sum(int(kernel.size) for kernel in kernels(layer))


# --- activations ---------------------------------------------------------------------------------


@dataclass
class ActivationStatistics:
    """Statistics of a layer's maps, collected batch by batch, so that no map is kept.

    Attributes:
        closed: where the layer's block hands its channels on: the path of each such place, and
            whether a ReLU ends it. Without any the layer itself counts, as if it were a ReLU.
        means, positive: of each batch, for each image the mean and the share above zero.
        own: the activity of the layer's own channels.
        handed_on: the same for each of `closed`.
    """

    closed: tuple[tuple[str, bool], ...] = ()
    means: list[Doubles] = field(default_factory=list)
    positive: list[Doubles] = field(default_factory=list)
    own: Activity | None = None
    handed_on: dict[str, Activity] = field(default_factory=dict)

    def add(self, maps: Floats, handed_on: Mapping[str, Floats] | None = None) -> None:
        """Count a batch of maps (n, ..., channels), and those at each of `closed`, by path."""
        flat = maps.reshape(len(maps), -1)
        self.means.append(np.asarray(flat.mean(axis=1, dtype=np.float64)))
        self.positive.append(np.asarray((flat > 0).mean(axis=1)))
        now = Activity.of(maps)
        self.own = now if self.own is None else self.own.joined(now)
        for path, _ in self.closed:
            now = Activity.of((handed_on or {})[path])
            before = self.handed_on.get(path)
            self.handed_on[path] = now if before is None else before.joined(now)

    def silent(self) -> int:
        """Dead channels."""
        return int(self._dead().sum())

    def nearly_silent(self) -> int | None:
        """Nearly dead channels; None where no ReLU follows the layer."""
        if not any(rectified for _, rectified in self._ends()):
            return None
        rare = [activity.nearly_dead(rectified) for activity, rectified in self._ends()]
        return int((np.all(rare, axis=0) & ~self._dead()).sum())

    def _ends(self) -> list[tuple[Activity, bool]]:
        assert self.own is not None, "nothing was counted"
        ends = [(self.handed_on[path], rectified) for path, rectified in self.closed]
        return ends or [(self.own, True)]

    def _dead(self) -> Booleans:
        assert self.own is not None, "nothing was counted"
        gone = [activity.dead(rectified) for activity, rectified in self._ends()]
        return np.asarray(np.all(gone, axis=0) | self.own.constant)


# --- measures ------------------------------------------------------------------------------------


def of_all_layers(
    rows: Sequence[Row],
    calls: Mapping[str, int | None],
    others: Mapping[str, int | None] | None = None,
) -> list[Measure]:
    """Parameters and multiply-adds of all layers, and the share of the most expensive layer.

    Args:
        rows: the layers.
        calls: how often each layer runs, by path; None where its cost differs from call to call.
        others: multiply-adds of layers that are not listed, of all their uses, by path.
    """
    n, total = len(rows), sum(row.parameters for row in rows)
    listed = "the layer listed" if n == 1 else f"the {n} layers listed"
    how = f"sum over the weights and biases of {listed}"
    parameters = Measure("conv_parameters", total, "parameters", n, how=how, part="shapes")
    costs = {
        row.path: row.multiply_adds * count
        for row in rows
        if row.multiply_adds and (count := calls.get(row.path, 1))
    }
    dense = {path: cost for path, cost in (others or {}).items() if cost is not None}
    if len(costs) < n or len(dense) < len(others or {}):
        return [parameters]
    listed += ", at each use of a layer" * any(calls.get(path, 1) != 1 for path in costs)
    costs |= dense
    if len(dense) == 1:
        listed += ", and the dense layer that works at every position"
    elif dense:
        listed += f", and {len(dense)} dense layers that work at every position"
    n = len(costs)
    whole, most = sum(costs.values()), max(costs, key=lambda path: costs[path])
    how = f"multiplications with an addition each for one image, biases left out, over {listed}"
    cost = Measure("multiply_adds", whole, "operations", n, how=how, part="shapes")
    how = f"share of the multiply-adds of {listed} that {most} takes; baseline: all layers alike"
    share = Measure(
        f"cost_share@{most}", costs[most] / whole, "", n, None, 1 / n, how, part="shapes"
    )
    return [parameters, cost, share]


def of_weights(row: Row) -> list[Measure]:
    """Cost, dead filters and redundant filters of a layer."""
    path, n, twins, measures = row.path, row.filters, row.redundant, []
    if row.multiply_adds is not None:
        how = f"each weight of {path} once at each position of its maps, for one image"
        name = f"multiply_adds@{path}"
        measures.append(Measure(name, row.multiply_adds, "operations", how=how, part="shapes"))
    how = "filters whose L2 norm is below a hundredth of the layer's median norm"
    name = f"dead_filters@{path}"
    measures.append(Measure(name, row.dead, "filters", n, how=how, part="statistics"))
    how = "share of filters whose weights, less their mean, have a cosine beyond 0.9 in magnitude "
    how += "with another filter's"
    name, interval = f"redundant_filters@{path}", wilson(twins, n)
    chance = chance_of_a_repeat(row.weights, n)
    share = f"{how}; baseline: the chance of that among as many filters of noise"
    measures.append(Measure(name, twins / n, "", n, interval, chance, share, part="statistics"))
    count = how.removeprefix("share of ")
    name = f"repeated_filters@{path}"
    measures.append(Measure(name, twins, "filters", n, None, chance * n, count, part="statistics"))
    return measures


def of_activations(row: Row, statistics: ActivationStatistics, seed: int) -> list[Measure]:
    """Mean, share above zero and silent channels of a layer, with intervals over images."""
    means, positive = np.concatenate(statistics.means), np.concatenate(statistics.positive)
    n, how = len(means), "over all positions and channels, mean over test images"
    seen = "the one test image" if n == 1 else f"any of {n} test images"
    ends = [path for path, _ in statistics.closed if path != row.path]
    where = f"{row.path}, counted at {' and '.join(ends)}," if ends else row.path
    if all(rectified for _, rectified in statistics.closed):
        nowhere = f"channels of {where} that are above zero nowhere on {seen}"
    else:
        nowhere = f"channels of {where} that have one value everywhere on {seen}"
    nowhere += "; a channel that is the same everywhere before counts as well" if ends else ""
    nearly, rarely = statistics.nearly_silent(), f"channels of {where} that are above zero "
    rarely += f"somewhere on {seen}, but at less than a thousandth of all positions"
    return [
        Measure(
            f"mean_activation@{row.path}", float(means.mean()), "", n, bootstrap(means, seed),
            None, f"mean {how}", "statistics",
        ),
        Measure(
            f"active_share@{row.path}", float(positive.mean()), "", n,
            bootstrap(positive, seed, SHARE), None,
            f"share of activations above zero {how}", "statistics",
        ),
        Measure(
            f"dead_channels@{row.path}", statistics.silent(), "channels", row.filters,
            how=nowhere, part="statistics",
        ),
        *([] if nearly is None else [Measure(
            f"nearly_dead_channels@{row.path}", nearly, "channels", row.filters, how=rarely,
            part="statistics",
        )]),
    ]  # fmt: skip
