"""What reaches the first weights of a model, for a given image.

The layers before the first weights are run as they are. Layers behind them are not run at all, so a
look is cheap for any model.
"""

from __future__ import annotations

import keras
import numpy as np

from reportgen.network.graph import Arguments, Keywords, for_each_output, is_graph, run
from reportgen.network.inputs import as_input_shape, fixed_batch
from reportgen.network.keras_internals import flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Json, Layer, Shape, Tensor

_SIDE = 32
"""Height and width of the images where neither the model nor a dataset fixes them."""
_RESCALING = ("BatchNormalization", "Normalization", "Rescaling")
_SAMPLED = 4096
"""Values of each step that are kept."""


class Pass:
    """One run of the layers before the first weights.

    Attributes:
        run: paths of the layers that were run.
        rescaling: those of them whose purpose is to rescale.
        reached: the values that reach layers with weights, with these layers.
        steps: some values after each layer that was run.
        fixed: whether a convolution whose weights never train stands before other weights.
    """

    def __init__(
        self,
        network: Network,
        shape: Shape | None,
        value: int,
        index: int | None = None,
        through: bool = False,
    ) -> None:
        """Run the layers.

        Args:
            network: any model with a graph.
            shape: (h, w, c) of the images, for sides that the model leaves open.
            value: of all pixels, or, with `through`, of every other one or so, beside black ones.
            index: of the one input that is given such an image; None gives it to all.
            through: whether to run convolutions whose weights never train, as well.
        """
        self.run: list[str] = []
        self.rescaling: set[str] = set()
        self.reached: list[tuple[Layer, Array]] = []
        self.steps: list[Array] = []
        self.fixed = False
        self._through = through
        self._passed: list[Json] = []
        self._scaled: list[Json] = []
        images = [
            _image(network, tensor, shape, value if index in (None, place) else 0, through)
            for place, tensor in enumerate(network.graph.inputs)
        ]
        network.walk(images if len(images) > 1 else images[0], self._call)

    def _call(self, path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
        given = keras.tree.flatten((args, kwargs))
        if any(value is _BEHIND for value in given):
            # What joins such values, as a skip connection does, reaches what lies behind as well.
            self._reach(layer, given)
            return for_each_output(layer, _BEHIND)
        if type(layer).__name__ in _RESCALING:
            self.rescaling.add(path)
        if isinstance(layer, keras.layers.BatchNormalization):
            self.run.append(path)
            if not self._through:
                self.reached.append((layer, _standardized(layer, numbers(args[0]))))
            return _BEHIND
        fixed = _is_fixed(layer)
        self.fixed |= fixed
        if (fixed and self._through) or _runs(layer):
            self.run.append(path)
            return self._run(layer, args, kwargs, given, fixed)
        self._reach(layer, given, args, kwargs)
        return for_each_output(layer, _BEHIND)

    def _run(
        self, layer: Layer, args: Arguments, kwargs: Keywords, given: list[Json], fixed: bool
    ) -> Json:
        output = run(layer, args, kwargs)
        outputs = [one for one in keras.tree.flatten(output) if hasattr(one, "shape")]
        if fixed or _among(given, self._passed):
            self._passed += outputs
            if type(layer).__name__ in _RESCALING or _among(given, self._scaled):
                self._scaled += outputs
        for one in (each for each in outputs if each.dtype != "string"):
            values = numbers(one).reshape(-1)
            self.steps.append(values[:: len(values) // _SAMPLED + 1])
        return output

    def _reach(
        self, layer: Layer, given: list[Json], args: Arguments = (), kwargs: Keywords | None = None
    ) -> None:
        values = [value for value in given if hasattr(value, "shape")]
        if self._through:
            # A frozen network is full of weights that never train: those must be told apart.
            learns = bool(getattr(layer, "trainable_weights", ()))
            known = self._passed if learns else self._scaled
            values = [value for value in values if _among([value], known)]
        inside = _first_inside(layer, args, kwargs or {}) if args and not self._through else []
        self.reached += inside or [(layer, numbers(value)) for value in values]


class _Behind:
    """Stands for all values that depend on weights."""


_BEHIND = _Behind()


class _StoppedError(BaseException):
    """Ends a layer's call at its first weights; no `Exception`, which Keras would word anew."""


def _first_inside(layer: Layer, args: Arguments, kwargs: Keywords) -> list[tuple[Layer, Array]]:
    """The values that reach the first weights inside a layer of several, with their layer.

    [] where they cannot be told, as in a layer with weights of its own.
    """
    parts = [] if is_graph(layer) else flat_layers(layer, itself=False)
    leaves = [part for part in parts if not (_runs(part) or flat_layers(part, itself=False))]
    found: list[tuple[Layer, Array]] = []

    def stop(leaf: Layer, *given: Json, **more: Json) -> None:
        arrays = [numbers(v) for v in keras.tree.flatten((given, more)) if hasattr(v, "shape")]
        norm = isinstance(leaf, keras.layers.BatchNormalization)
        found.extend((leaf, _standardized(leaf, a) if norm else a) for a in arrays)
        raise _StoppedError

    for leaf in leaves:
        object.__setattr__(leaf, "call", lambda *a, leaf=leaf, **k: stop(leaf, *a, **k))
    try:
        run(layer, args, kwargs)
    except _StoppedError:
        return found
    except Exception:
        # A part that is called inside a graph has no numbers to tell.
        return []
    finally:
        for leaf in leaves:
            object.__delattr__(leaf, "call")
    return []


def numbers(value: Json) -> Array:
    """A tensor as an array of float32."""
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(value, "float32")))


def _runs(layer: Layer) -> bool:
    return isinstance(layer, keras.layers.Normalization) or not getattr(layer, "weights", ())


def _is_fixed(layer: Layer) -> bool:
    """Whether it is a linear layer whose weights never train."""
    kinds = (keras.layers.Dense, keras.layers.DepthwiseConv2D, keras.layers.Conv2D)
    learns = getattr(layer, "trainable_weights", ())
    linear = getattr(layer, "activation", None) in (None, keras.activations.linear)
    return isinstance(layer, kinds) and linear and not learns


def _among(values: list[Json], known: list[Json]) -> bool:
    return any(value is one for value in values for one in known)


def _image(
    network: Network, tensor: Tensor, shape: Shape | None, value: int, patterned: bool
) -> Json:
    sides = tuple(tensor.shape)[1:]
    own = _oriented(network, shape)
    if len(own) != len(sides):
        own = (_SIDE,) * len(sides)
    filled: Shape = tuple(g if side is None else side for side, g in zip(sides, own, strict=True))
    size = (fixed_batch(network) or 1, *(int(side or 1) for side in filled))
    if patterned:
        light = np.random.default_rng(0).random(size) < 0.5
        return keras.ops.cast(np.where(light, value, 0), tensor.dtype)
    if tensor.dtype == "string":
        import tensorflow as tf

        return tf.fill(size, "")
    return keras.ops.full(size, value, dtype=tensor.dtype)


def _oriented(network: Network, shape: Shape | None) -> Shape:
    whole = [side for side in shape or () if side is not None]
    return as_input_shape(network, whole) if whole else ()


def _standardized(layer: Layer, values: Array) -> Array:
    """Values by the mean and variance that a BatchNormalization saw in training."""
    shape = [1] * values.ndim
    shape[layer.axis if isinstance(layer.axis, int) else layer.axis[0]] = -1
    mean, variance = (
        np.asarray(keras.ops.convert_to_numpy(part)).reshape(shape)
        for part in (layer.moving_mean, layer.moving_variance)
    )
    return np.asarray((values - mean) / np.sqrt(variance + layer.epsilon))
