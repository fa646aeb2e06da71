"""Facts of architecture, color, pooling and embeddings, planted in weights set by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
import pytest
from keras import layers
from planted import code_image, examine, seeds


@seeds
def test_receptive_fields(seed: int) -> None:
    inputs = keras.Input((24, 24, 1))
    x = layers.Conv2D(2, 3, name="first")(inputs)
    x = layers.Conv2D(2, 3, name="second")(layers.MaxPooling2D(2)(x))
    x = layers.Conv2D(2, 3, strides=2, dilation_rate=1, name="third")(x)
    end = layers.Dense(2, "softmax", name="class")(layers.GlobalAveragePooling2D()(x))
    data = planted.data(lambda rng, label: code_image(rng, label, 24), seed, (4, 4))
    seen = examine(keras.Model(inputs, end), data, "summary")
    # 3; pooled by 2: 4 at steps of 2; then 4 + 2 * 2 = 8; then 8 + 2 * 2 = 12.
    fields = [
        seen.evidence(f"receptive_field@{name}").value for name in ("first", "second", "third")
    ]
    assert fields == [3, 8, 12]


def colored(weights: list[float]) -> Any:
    inputs = keras.Input((12, 12, 3))
    conv = layers.Conv2D(4, 3, name="conv", activation="relu")
    end = layers.Dense(2, "softmax", name="class")(layers.GlobalAveragePooling2D()(conv(inputs)))
    model = keras.Model(inputs, end)
    rng = np.random.default_rng(0)
    conv.set_weights([rng.normal(0, 1, (3, 3, 1, 4)) * np.reshape(weights, (1, 1, 3, 1)),
                      np.zeros(4)])  # fmt: skip
    return model


@seeds
def test_opponent_colors(seed: int) -> None:
    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        return rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)

    data = planted.data(draw, seed, (8, 8))
    seen = examine(colored([1, -1, 0]), data, "kernels")
    assert seen.evidence("color_share@conv").value == pytest.approx(1)
    twin = examine(colored([1, 1, 1]), data, "kernels")
    assert twin.evidence("color_share@conv").value == pytest.approx(0, abs=1e-6)


@seeds
def test_zero_maps(seed: int) -> None:
    """The class speaks against what its feature map shows, so nothing speaks for it."""

    def model(sign: float) -> Any:
        inputs = keras.Input((8, 8, 1))
        conv = layers.Conv2D(1, 1, activation="relu", name="conv")
        end = layers.Dense(2, "softmax", name="class")
        built = keras.Model(inputs, end(layers.GlobalAveragePooling2D()(conv(inputs))))
        conv.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
        end.set_weights([np.array([[sign, sign]]), np.array([5.0, 0.0])])
        return built

    data = planted.data(code_image, seed, (20, 20))
    params = ("grad_cam", {"sanity": False})
    seen = examine(model(-1.0), data, params)
    assert seen.evidence("zero_maps@class").value == seen.evidence("zero_maps@class").n == 40
    assert seen.evidence("zero_gradients@class").value == 0
    twin = examine(model(1.0), data, params)
    assert twin.evidence("zero_maps@class").value == 0


@seeds
@pytest.mark.parametrize(("pattern", "gain"), [("checkered", 2.0), ("even", 1.0)])
def test_pooling(seed: int, pattern: str, gain: float) -> None:
    """The maximum of four pixels of a checkerboard is twice their mean."""

    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        board = np.indices((8, 8)).sum(axis=0) % 2 if pattern == "checkered" else np.ones((8, 8))
        return (board * rng.integers(100, 256)).astype(np.uint8)[..., None]

    inputs = keras.Input((8, 8, 1))
    conv = layers.Conv2D(1, 1, name="conv")
    pooled = layers.MaxPooling2D(2, name="pool")(conv(inputs))
    end = layers.Dense(2, "softmax", name="class")(layers.Flatten()(pooled))
    model = keras.Model(inputs, end)
    conv.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    seen = examine(model, planted.data(draw, seed, (10, 10)), "feature_maps")
    assert seen.evidence("pool_gain@pool").value == pytest.approx(gain)


@seeds
@pytest.mark.parametrize(
    ("degrees", "closest", "mean"), [((0, 60, 180), 60, 120), ((0, 120, 240), 120, 120)]
)
def test_angles_between_classes(
    seed: int, degrees: tuple[int, ...], closest: float, mean: float
) -> None:
    """Embeddings lie at these angles by class, of any length."""
    inputs = keras.Input((8, 8, 1))
    embedding = layers.Dense(2, name="embedding")
    head = layers.Dense(3, "softmax", name="class")
    model = keras.Model(inputs, head(embedding(layers.Flatten()(inputs))))
    kernel = np.zeros((64, 2))
    at = np.deg2rad(degrees)
    kernel[:3] = np.stack([np.cos(at), np.sin(at)], axis=1) * [[1.0], [2.0], [3.0]]
    embedding.set_weights([kernel, np.zeros(2)])
    head.set_weights([kernel[:3].T, np.zeros(3)])
    data = planted.data(code_image, seed, (20, 20, 20))
    seen = examine(model, data, ("embedding", {"layer": "embedding"}))
    (nearest,) = (e for k, e in seen.all_evidence().items() if k.startswith("closest_centers"))
    assert nearest.value == pytest.approx(closest, abs=1e-3)
    assert seen.evidence("center_angle").value == pytest.approx(mean, abs=1e-3)
    assert seen.evidence("within_angle@test").value == pytest.approx(0, abs=1e-3)
    assert seen.evidence("weight_center_angle").value == pytest.approx(0, abs=1e-3)


@seeds
def test_random_weights_earn_no_supported_verdict_on_what_was_learned(seed: int) -> None:
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(8, 3, activation="relu", name="conv_1")(inputs)
    x = layers.Conv2D(8, 3, activation="relu", name="conv_2")(layers.MaxPooling2D(2)(x))
    end = layers.Dense(4, "softmax", name="class")(layers.GlobalAveragePooling2D()(x))

    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        image = rng.integers(0, 60, (12, 12, 3), dtype=np.uint8)
        row, column = rng.integers(0, 8, 2)
        image[row : row + 4, column : column + 4, label % 3] = 220
        return image

    data = planted.data(draw, seed, (40,) * 4, mask=lambda images: images.max(axis=-1) > 100)
    kinds = ("evaluation", "confusion_matrix", "kernels", "feature_maps", "grad_cam", "saliency")
    seen = examine(keras.Model(inputs, end), data, *kinds)
    facts_of_architecture = {"shallow_network", "pooling_effect", "resize_mismatch"}
    for rule, notes in seen.inferred.items():
        if rule not in facts_of_architecture:
            assert all(note.verdict != "supported" for note in notes), notes
    assert seen.verdict("useful_answers") == "contradicted"
