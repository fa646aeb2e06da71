"""Tiny models of every shape that users bring. Heads end in a layer `out`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

layers = keras.layers
ops = keras.ops

SIDE = 8
CLASSES = 3


def stack(
    *body: Any,
    channels: int | None = 1,
    units: int = CLASSES,
    end: Any = "softmax",
    side: Any = SIDE,
) -> Any:
    """A Sequential model: some layers, then an average over space and a dense head."""
    return keras.Sequential(
        [
            keras.Input((side, side, channels)),
            *body,
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(units, end, name="out"),
        ],
        name="stack",
    )


def conv(filters: int = 3, **settings: Any) -> Any:
    return layers.Conv2D(filters, 3, **{"activation": "relu", "name": "conv", **settings})


def sequential() -> Any:
    return stack(conv(), layers.MaxPooling2D(name="pool"))


def functional() -> Any:
    x = keras.Input((SIDE, SIDE, 1), name="image")
    a = conv(padding="same")(x)
    b = layers.Conv2D(3, 1, name="side")(a)
    c = ops.relu(layers.Add(name="add")([a, b]) - 0.1)
    out = layers.Dense(CLASSES, "softmax", name="out")(layers.GlobalMaxPooling2D()(c))
    return keras.Model(x, out, name="functional")


class Own(keras.Model):
    """A model whose call is Python over layers and `keras.ops`."""

    def __init__(self) -> None:
        super().__init__(name="own")
        self.conv = conv()
        self.drop = layers.Dropout(0.5)
        self.flat = layers.Flatten(name="flat")
        self.out = layers.Dense(CLASSES, "softmax", name="out")

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.out(self.drop(self.flat(ops.tanh(self.conv(x))), training=training))


class Raw(Own):
    """As `Own`, with a TensorFlow function, which takes no symbolic tensors."""

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.out(self.flat(tf.tanh(self.conv(x))))


class Augmenting(Own):
    """As `Own`, with a layer of 10 parameters that only training uses."""

    def __init__(self) -> None:
        super().__init__()
        self.aug = layers.Conv2D(1, 3, padding="same", name="aug")

    def call(self, x: Any, training: bool | None = None) -> Any:
        return super().call(self.aug(x) if training else x, training)


def augmenting() -> Any:
    """An `Augmenting` model with every layer built."""
    model = Augmenting()
    model(np.zeros((1, SIDE, SIDE, 1), np.float32), training=True)
    model(np.zeros((1, SIDE, SIDE, 1), np.float32))
    return model


def subclassed() -> Any:
    model = Own()
    model(np.zeros((1, SIDE, SIDE, 1), np.float32))
    return model


def subclassed_raw() -> Any:
    model = Raw()
    model(np.zeros((1, SIDE, SIDE, 1), np.float32))
    return model


def subclassed_inside() -> Any:
    x = keras.Input((SIDE, SIDE, 1))
    inner = Own()
    inner(np.zeros((1, SIDE, SIDE, 1), np.float32))
    return keras.Model(x, layers.Dense(CLASSES, name="end")(inner(x)), name="outer")


def nested() -> Any:
    deepest = keras.Sequential([keras.Input((SIDE, SIDE, 1)), conv()], name="c")
    x = keras.Input((SIDE, SIDE, 1))
    middle = keras.Model(x, layers.MaxPooling2D(name="pool")(deepest(x)), name="b")
    outer = keras.Sequential([keras.Input((SIDE, SIDE, 1)), middle], name="a")
    return stack(outer)


def two_inputs() -> Any:
    x, y = keras.Input((SIDE, SIDE, 1), name="image"), keras.Input((2,), name="extra")
    both = layers.Concatenate()([layers.GlobalAveragePooling2D()(conv()(x)), y])
    return keras.Model([x, y], layers.Dense(CLASSES, "softmax", name="out")(both), name="two")


def two_outputs() -> Any:
    x = keras.Input((SIDE, SIDE, 1), name="image")
    flat = layers.GlobalAveragePooling2D()(conv()(x))
    first = layers.Dense(CLASSES, "softmax", name="class")(flat)
    return keras.Model(x, [first, layers.Dense(1, "sigmoid", name="big")(flat)], name="heads")


def shared(channels: int = 1) -> Any:
    again = conv(channels, padding="same", bias_initializer="ones")
    x = keras.Input((SIDE, SIDE, channels))
    out = layers.Dense(CLASSES, "softmax", name="out")
    return keras.Model(x, out(layers.Flatten()(again(again(x)))), name="shared")


def parted() -> Any:
    """Operations with several outputs: a split of the channels, an LSTM with its states."""
    x = keras.Input((SIDE, SIDE, 1))
    left, right = ops.split(conv(4, name="start")(x), 2, axis=-1)
    both = layers.Concatenate()([left, conv(2, padding="same")(right)])
    answer, _, state = layers.LSTM(3, return_state=True)(layers.Reshape((6, 24))(both))
    out = layers.Dense(CLASSES, "softmax", name="out")
    return keras.Model(x, out(layers.Concatenate()([answer, state])), name="parted")


def closed(body: Any, *after: Any) -> Any:
    """The stack with more layers after its head."""
    stacked = stack(conv(), end=body)
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), *stacked.layers, *after], name="closed")


def mixture() -> Any:
    """The mean of two heads: probabilities without a logit."""
    x = keras.Input((SIDE, SIDE, 1))
    flat = layers.GlobalAveragePooling2D()(conv()(x))
    parts = [layers.Dense(CLASSES, "softmax", name=name)(flat) for name in ("out", "side")]
    return keras.Model(x, layers.Average(name="mean")(parts), name="mixture")


def everywhere() -> Any:
    """A class for every position."""
    head = layers.Conv2D(CLASSES, 1, activation="softmax", name="out")
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), conv(), head], name="everywhere")


def lora() -> Any:
    model = stack(conv())
    for name in ("conv", "out"):
        model.get_layer(name).enable_lora(2)
    return model


def first() -> Any:
    """A model with channels first."""
    return keras.Sequential(
        [
            keras.Input((2, SIDE, SIDE)),
            conv(data_format="channels_first"),
            layers.MaxPooling2D(data_format="channels_first", name="pool"),
            layers.GlobalAveragePooling2D(data_format="channels_first"),
            layers.Dense(CLASSES, "softmax", name="out"),
        ],
        name="first",
    )


def line() -> Any:
    body = [layers.Conv1D(3, 3, activation="relu", name="conv"), layers.GlobalAveragePooling1D()]
    out = layers.Dense(CLASSES, "softmax", name="out")
    return keras.Sequential([keras.Input((SIDE, 1)), *body, out], name="line")


def volume() -> Any:
    body = [layers.Conv3D(3, 3, activation="relu", name="conv"), layers.GlobalAveragePooling3D()]
    out = layers.Dense(CLASSES, "softmax", name="out")
    return keras.Sequential([keras.Input((SIDE, SIDE, SIDE, 1)), *body, out], name="volume")


def flat() -> Any:
    out = layers.Dense(CLASSES, "softmax", name="out")
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), layers.Flatten(), out], name="flat")


def fixed() -> Any:
    return keras.Sequential(
        [
            keras.Input(batch_shape=(5, SIDE, SIDE, 1)),
            conv(),
            layers.Flatten(),
            layers.Dense(CLASSES, "softmax", name="out"),
        ],
        name="fixed",
    )


def typed(policy: str) -> Callable[[], Any]:
    """Builds the stack under a dtype policy."""

    def build() -> Any:
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            return sequential()
        finally:
            keras.config.set_dtype_policy(before)

    return build


def broken(value: float, layer: str = "conv") -> Callable[[], Any]:
    """Builds the stack with one filter of weights that are not finite."""

    def build() -> Any:
        model = seeded(sequential())
        kernel, bias = model.get_layer(layer).get_weights()
        kernel[..., 1] = value
        model.get_layer(layer).set_weights([kernel, bias])
        return model

    return build


def dead() -> Any:
    model = seeded(sequential())
    kernel, bias = model.get_layer("conv").get_weights()
    model.get_layer("conv").set_weights([-np.abs(kernel), bias - 9])
    return model


def seeded(model: Any) -> Any:
    rng = np.random.default_rng(4)
    weights = [rng.normal(0.1, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()]
    positive = [variable.name == "moving_variance" for variable in model.weights]
    model.set_weights([np.abs(w) if p else w for w, p in zip(weights, positive, strict=True)])
    return model


MODELS: dict[str, Callable[[], Any]] = {
    "sequential": sequential,
    "functional": functional,
    "subclassed": subclassed,
    "subclassed_raw": subclassed_raw,
    "subclassed_inside": subclassed_inside,
    "nested": nested,
    "two_inputs": two_inputs,
    "two_outputs": two_outputs,
    "shared": shared,
    "parted": parted,
    "lora": lora,
    "any_size": lambda: stack(conv(), channels=3, side=None),
    **{f"channels_{n}": lambda n=n: stack(conv(), channels=n) for n in (2, 3, 4, 5)},
    "channels_first": first,
    "line": line,
    "volume": volume,
    "depthwise": lambda: stack(
        layers.DepthwiseConv2D(3, depth_multiplier=2, activation="relu", name="conv"), channels=2
    ),
    "separable": lambda: stack(layers.SeparableConv2D(3, 3, activation="relu", name="conv")),
    "transposed": lambda: stack(
        layers.Conv2DTranspose(3, 3, strides=2, activation="relu", name="conv")
    ),
    "dilated": lambda: stack(conv(dilation_rate=2)),
    "grouped": lambda: stack(conv(4, groups=2), channels=2),
    "relu_layer": lambda: stack(conv(activation=None), layers.ReLU(name="relu")),
    "relu_activation": lambda: stack(conv(activation=None), layers.Activation("relu")),
    "relu_capped": lambda: stack(conv(activation=None), layers.ReLU(max_value=0.5)),
    "normalized": lambda: stack(conv(activation=None), layers.BatchNormalization(), layers.ReLU()),
    "softmax_layer": lambda: keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), *stack(conv(), end=None).layers, layers.Softmax(name="end")],
        name="ended",
    ),
    "softmax_activation": lambda: keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            *stack(conv(), end=None).layers,
            layers.Activation("softmax", name="end"),
        ],
        name="ended",
    ),
    "no_softmax": lambda: stack(conv(), end=None),
    "softmax_of_tensorflow": lambda: stack(conv(), end=tf.nn.softmax),
    "softmax_operation": lambda: closed(None, layers.Activation(ops.softmax)),
    "softmax_reshaped": lambda: closed("softmax", layers.Reshape((CLASSES,))),
    "log_softmax": lambda: stack(conv(), end="log_softmax"),
    "softmax_in_code": lambda: closed(None, layers.Lambda(lambda z: tf.nn.softmax(z) + 0.0)),
    "mixture": mixture,
    "everywhere": everywhere,
    "sigmoid": lambda: stack(conv(), units=1, end="sigmoid"),
    "mixed": typed("mixed_float16"),
    "double": typed("float64"),
    "flat": flat,
    "dead": dead,
    "nan": broken(np.nan),
    "infinite": broken(np.inf),
    "nan_head": broken(np.nan, "out"),
    "fixed": fixed,
}

AS_THEY_ARE = ("dead", "nan", "infinite", "nan_head")
"""Models whose weights a test must not replace."""
