"""Small models with weights that a person can follow, and the few shapes that models come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reportgen.records import Dataset, Preprocessing, Split, Target

layers = keras.layers


def sequential(ending: str = "fused", units: int = 3, filters: int = 2) -> Any:
    """Convolution (3x3, ReLU), max-pooling, dense head over 6x6x1; ends in one of five ways."""
    last: list[Any] = {
        "fused": [layers.Dense(units, "softmax", name="out")],
        "layer": [layers.Dense(units, name="out"), layers.Softmax(name="end")],
        "activation": [layers.Dense(units, name="out"), layers.Activation("softmax", name="end")],
        "logits": [layers.Dense(units, name="out")],
        "sigmoid": [layers.Dense(1, "sigmoid", name="out")],
    }[ending]
    body = [
        keras.Input((6, 6, 1)),
        layers.Conv2D(filters, 3, activation="relu", name="conv"),
        layers.MaxPooling2D(name="pool"),
        layers.Flatten(name="flat"),
    ]
    return seeded(keras.Sequential([*body, *last]))


def nested() -> Any:
    """Convolutions in a model `backbone`, which holds a model `stem`; then a dense head."""
    stem = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3, padding="same", name="conv")], name="stem"
    )
    a = keras.Input((6, 6, 1), name="in")
    b = layers.Conv2D(2, 3, activation="relu", name="conv")(stem(a))
    backbone = keras.Model(a, b, name="backbone")
    x = keras.Input((6, 6, 1), name="image")
    out = layers.Dense(3, "softmax", name="out")(layers.Flatten(name="flat")(backbone(x)))
    return seeded(keras.Model(x, out))


def two_heads() -> Any:
    """One convolution; a sigmoid head `width`, a softmax head `angle` of 4 units."""
    x = keras.Input((6, 6, 3), name="image")
    flat = layers.Flatten(name="flat")(layers.Conv2D(2, 3, activation="relu", name="conv")(x))
    width = layers.Dense(1, "sigmoid", name="width")(flat)
    angle = layers.Dense(4, "softmax", name="angle")(layers.Dense(5, name="hidden")(flat))
    return seeded(keras.Model(x, [width, angle]))


def seeded(model: Any, seed: int = 1) -> Any:
    """The model with normal weights from a seed, small and of both signs."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def images(n: int = 5, channels: int = 1, seed: int = 2) -> NDArray[np.float32]:
    """Random input of 6x6 pixels."""
    return np.random.default_rng(seed).random((n, 6, 6, channels), dtype=np.float32)


def dataset(targets: Mapping[str, int], n: int = 24, channels: int = 1) -> Dataset:
    """Random 6x6 images whose foreground is the middle; labels go around each target's classes."""
    rng = np.random.default_rng(3)
    masks = np.zeros((n, 6, 6), dtype=bool)
    masks[:, 2:4, 2:5] = True
    pixels = rng.integers(0, 256, (n, 6, 6, channels), dtype=np.uint8)
    labels = {name: np.arange(n) % count for name, count in targets.items()}
    split = Split(pixels, labels, masks)
    named = tuple(
        Target(name, name.capitalize(), tuple(f"{name} {i}" for i in range(count)))
        for name, count in targets.items()
    )
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("small", "Small", named, splits, Preprocessing(), "the middle", "digest")


def state(model: Any) -> tuple[Any, ...]:
    """Everything about a model that the engine must leave as it was."""
    flags = tuple(layer.trainable for layer in model._flatten_layers())
    activations = tuple(getattr(layer, "activation", None) for layer in model._flatten_layers())
    weights = tuple(np.asarray(w).tobytes() for w in model.get_weights())
    return flags, activations, weights, tuple(v.trainable for v in model.weights)


def mean_of_two(units: int, activation: str) -> Any:
    """The mean of two networks' answers: probabilities that have no logit."""
    keras.utils.set_random_seed(6)
    start = keras.Input((6, 6, 1))
    flat = layers.Flatten()(start)
    heads = [layers.Dense(units, activation, kernel_initializer="normal") for _ in range(2)]
    return keras.Model(start, layers.Average(name="mean")([head(flat) * 1.0 for head in heads]))


def residual() -> Any:
    """A small ResNet inside another model: normalization, a skip connection, average pooling."""
    x = keras.Input((12, 10, 3))
    y = layers.Conv2D(4, 3, padding="same", name="stem")(x)
    y = layers.ReLU(name="stem_relu")(layers.BatchNormalization(name="stem_norm")(y))
    z = layers.Conv2D(4, 3, padding="same", activation="relu", name="branch")(y)
    y = layers.ReLU(name="out")(layers.Add(name="sum")([y, z]))
    backbone = keras.Model(x, y, name="backbone")
    i = keras.Input((12, 10, 3))
    j = layers.AveragePooling2D(2, name="average")(layers.Activation("gelu", name="bend")(i))
    k = layers.UpSampling2D(name="up")(j)
    end = layers.Dense(3, "softmax", name="class")(layers.GlobalAveragePooling2D()(backbone(i)))
    side = layers.Dense(2, "softmax", name="side")(layers.GlobalAveragePooling2D(name="mean")(k))
    model = keras.Model(i, [end, side])
    rng = np.random.default_rng(4)
    model.set_weights([np.abs(rng.normal(0, 0.5, w.shape)) + 0.1 for w in model.get_weights()])
    return model
