"""Names of the types that signatures use; importing them imports none of the libraries.

Keras and TensorFlow have no type stubs that a checker could follow, so `Model`, `Layer`, `Tensor`
and `Graph` document what is meant; the array types are checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import keras
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

    Array = NDArray[Any]
    """An array of any type of number."""
    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]
    Pixels = NDArray[np.uint8]
    Targets = NDArray[np.int32]
    """Classes to explain, by index; `scores.PREDICTED` stands for the predicted one."""
    Images = Array | list[Array]
    """Model input: an array with a row for each image, or such an array for each input."""
    Tensor = tf.Tensor
    """A tensor, eager or symbolic, of TensorFlow or of Keras."""
    Model = keras.Model
    Layer = keras.Layer
    """A layer of Keras, an operation, or a model inside another."""
    Graph = Callable[..., list[tf.Tensor]]
    """A compiled `tf.function` or one of its concrete functions."""
    Progress = Callable[[int, int, str], None]
    """Receives how far a task has come, as `progress(done, total, text)`."""
else:
    Array = Floats = Doubles = Integers = Booleans = Pixels = Targets = Images = Any
    Tensor = Model = Layer = Graph = Progress = Any

Params = Mapping[str, Any]
"""Parameters of a spec's entry by name, each checked against its declared type."""
Json = Any
"""A JSON-ready value: None, a bool, a number, a string, or lists and dictionaries of them."""
JsonObject = dict[str, Any]
Shape = Sequence[int | None]
"""Sides of an array; None for one that is not fixed."""
