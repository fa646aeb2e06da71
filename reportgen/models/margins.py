"""Last layers that compare directions, and to which training may apply a margin.

Each gives logits `scale * cos θ`, where θ is the angle between a sample's embedding and a class's
weight vector; lengths play no part, and no label is needed. `margin_logits` makes the right
class's angle harder, for training alone (see `reportgen.training.margins`).

The layers are registered with Keras as "reportgen>NAME": import this module, and
`keras.saving.load_model` reads files that hold them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import cos, pi

import keras
from keras import ops

from reportgen.types import Params, Shape, Tensor

EPSILON = 1e-6
"""Least value of sin² θ: the slope of a square root is infinite at zero."""


class CosineLayer(keras.layers.Layer, ABC):  # type: ignore[misc]
    """Logits from the cosines between embeddings and one weight vector for each class.

    Args:
        units: the number of classes.
        scale: factor of the cosines; the larger, the nearer probabilities can come to 0 and 1.
        margin: see the classes below.

    Input of shape (n, d), output of shape (n, units).
    """

    def __init__(
        self, units: int, scale: float = 16.0, margin: float = 0.0, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        if units < 1 or not scale > 0 or margin < 0:
            raise ValueError(
                f"{type(self).__name__} needs at least one unit, a positive scale and no negative "
                f"margin, got units={units}, scale={scale}, margin={margin}"
            )
        self.units, self.scale, self.margin = units, scale, margin

    def build(self, input_shape: Shape) -> None:
        """One weight vector for each class, of which only the direction matters."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="glorot_normal", name="kernel"
        )
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        """`scale * cos θ`, shape (n, units); an embedding of length zero is at right angles."""
        directions = ops.normalize(inputs, axis=-1)
        return self.scale * ops.matmul(directions, ops.normalize(self.kernel, axis=0))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """(…, d) -> (…, units)."""
        return (*input_shape[:-1], self.units)

    def margin_logits(self, logits: Tensor, labels: Tensor, strength: Tensor) -> Tensor:
        """The logits that training sees: those of the right classes made smaller.

        Args:
            logits: the layer's output, shape (n, units).
            labels: the right classes, integers of shape (n,).
            strength: from 0 (no margin) to 1 (all of it).
        """
        right = ops.one_hot(labels, self.units, dtype=logits.dtype)
        cosines = ops.clip(ops.sum(logits * right, axis=-1) / self.scale, -1.0, 1.0)
        harder = self.scale * self.harder(cosines, strength)
        return ops.where(right > 0, harder[:, None], logits)

    @abstractmethod
    def harder(self, cosines: Tensor, strength: Tensor) -> Tensor:
        """Replaces the cosines to the right classes in training, shape (n,)."""

    def get_config(self) -> Params:
        """The arguments that make the same layer again."""
        own = {"units": self.units, "scale": self.scale, "margin": self.margin}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="reportgen")
class ArcFace(CosineLayer):
    """cos(θ + m): an angle m is added. Deng et al. 2019, arXiv:1801.07698.

    Where θ + m would pass π, cos would rise again; there cos θ - m sin m takes its place.
    `margin` is m in radians.
    """

    def harder(self, cosines: Tensor, strength: Tensor) -> Tensor:
        """cos θ cos m - sin θ sin m, with m times `strength`."""
        m = self.margin * strength
        sines = ops.sqrt(ops.maximum(1.0 - cosines * cosines, EPSILON))
        added = cosines * ops.cos(m) - sines * ops.sin(m)
        return ops.where(cosines > -ops.cos(m), added, cosines - m * ops.sin(m))


@keras.saving.register_keras_serializable(package="reportgen")
class CosFace(CosineLayer):
    """cos θ - m. Wang et al. 2018, arXiv:1801.09414. `margin` is m."""

    def harder(self, cosines: Tensor, strength: Tensor) -> Tensor:
        """cos θ - m, with m times `strength`."""
        return cosines - self.margin * strength


@keras.saving.register_keras_serializable(package="reportgen")
class SphereFace(CosineLayer):
    """ψ(θ) = (-1)^k cos(mθ) - 2k for θ in [kπ/m, (k+1)π/m]. Liu et al. 2017, arXiv:1704.08063.

    The paper anneals: training sees (λ cos θ + ψ(θ)) / (1 + λ), with a λ that falls. Here
    1 / (1 + λ) grows with the strength, up to what `annealing`, the last λ, gives. Embeddings are
    normalized as in the other layers, where the paper keeps their length. `margin` is m, a whole
    number.
    """

    def __init__(
        self,
        units: int,
        scale: float = 16.0,
        margin: int = 2,
        annealing: float = 5.0,
        **kwargs: object,
    ) -> None:
        super().__init__(units, scale, margin, **kwargs)
        if margin != int(margin) or margin < 1 or annealing < 0:
            raise ValueError(
                "SphereFace needs a whole number of at least 1 as margin and no negative "
                f"annealing, got margin={margin}, annealing={annealing}"
            )
        self.margin, self.annealing = int(margin), annealing

    def harder(self, cosines: Tensor, strength: Tensor) -> Tensor:
        """(λ cos θ + ψ(θ)) / (1 + λ), with 1 / (1 + λ) = strength / (1 + annealing)."""
        share = strength / (1.0 + self.annealing)
        return (1.0 - share) * cosines + share * self.steps(cosines)

    def steps(self, cosines: Tensor) -> Tensor:
        """ψ(θ), which falls from 1 at θ = 0 to 1 - 2m at π without a jump."""
        m = int(self.margin)
        edges = [cos(j * pi / m) for j in range(1, m)]
        turns = sum((ops.cast(cosines < edge, cosines.dtype) for edge in edges), 0.0 * cosines)
        signs = 1.0 - 2.0 * ops.mod(turns, 2.0)
        return signs * _chebyshev(cosines, m) - 2.0 * turns

    def get_config(self) -> Params:
        """The arguments that make the same layer again."""
        return {**super().get_config(), "annealing": self.annealing}


def _chebyshev(cosines: Tensor, order: int) -> Tensor:
    """cos(mθ) as a polynomial in cos θ, whose slope is finite everywhere, unlike arccos'."""
    before, value = ops.ones_like(cosines), cosines
    for _ in range(order - 1):
        before, value = value, 2.0 * cosines * value - before
    return value
