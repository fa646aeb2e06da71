"""Maps that ignore the weights of their network, and maps that follow them, planted in figures."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
import pytest
from budgets import LONG
from planted import examine, fitted, seeds

layers = keras.layers


def strokes(rng: np.random.Generator, label: int) -> np.ndarray:
    """Three bright strokes on a black ground: across for class 0, down for class 1."""
    image = np.zeros((20, 20, 1), np.uint8)
    for _ in range(3):
        at, start, length = rng.integers(2, 16), rng.integers(1, 8), rng.integers(6, 12)
        place = (slice(at, at + 2), slice(start, start + length))
        image[place if label == 0 else place[::-1]] = rng.integers(120, 256)
    return image


def network(data: Any, seed: int) -> Any:
    """A classifier of two convolutions: its features are drawn, its last layer is fitted."""
    keras.utils.set_random_seed(seed)
    features = keras.Sequential(
        [
            keras.Input((20, 20, 1)),
            layers.Conv2D(16, 5, padding="same", activation="relu", name="early"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="late"),
            layers.MaxPooling2D(),
            layers.Flatten(),
        ]
    )
    return fitted(keras.Model(features.inputs[0], features.outputs[0]), data, ridge=1.0)


@seeds
def test_guided_backpropagation_ignores_weights_that_the_gradient_follows(seed: int) -> None:
    data = planted.data(strokes, seed, (12, 12))
    model = network(data, seed)
    guided = examine(model, data, ("saliency", {"method": "guided_backpropagation"}))
    assert (guided.evidence("sanity_similarity@class").value or 0) > 0.45
    assert guided.says("hardly change with fresh weights", "attribution.sanity")
    assert not guided.says(".", "saliency.focus")
    assert guided.artifacts["saliency-1"].facts.sanity.heads[0].check == "hardly"
    plain = examine(model, data, "saliency")
    assert (plain.evidence("sanity_similarity@class").value or 1) < 0.3
    assert not plain.says("hardly change")
    assert plain.says(".", "saliency.focus")


@seeds
def test_an_inference_does_not_rest_on_maps_that_ignore_the_weights(seed: int) -> None:
    data = planted.data(strokes, seed, (12, 12), mask=lambda images: images[..., 0] > 100)
    model = network(data, seed)
    costly = ("grad_cam", {"method": "score_cam", "measure_on": 16})
    seen = examine(model, data, costly)
    assert (seen.evidence("sanity_similarity@class").value or 0) > 0.7
    assert seen.artifacts["grad_cam-1"].facts.sanity.heads[0].check == "hardly"
    assert seen.verdict("attention_on_foreground") != "supported"
    assert not seen.says(".", "grad_cam.focus")
    off = ("grad_cam", {"method": "score_cam", "measure_on": 16, "sanity": False})
    unchecked = examine(model, data, off)
    assert unchecked.says("checks of these maps are turned off")
    assert unchecked.says(".", "grad_cam.focus")


@seeds
def test_a_network_that_answers_alike_passes_nothing(seed: int) -> None:
    """Without weights behind the last convolution, heatmaps are zero: there is nothing to check."""
    data = planted.data(strokes, seed, (6, 6))
    model = network(data, seed)
    kernel, bias = model.get_layer("class").get_weights()
    model.get_layer("class").set_weights([np.zeros_like(kernel), bias])
    seen = examine(model, data, "saliency", "grad_cam")
    assert seen.evidence("sanity_similarity@class").value is None
    for name in ("saliency-1", "grad_cam-2"):
        assert seen.artifacts[name].facts.sanity.heads[0].check == ""
    assert seen.says("cannot be compared with maps of fresh weights")
    assert not seen.says("follow the weights of the network")


@pytest.mark.requires_data
@pytest.mark.skipif(not LONG, reason="trains on MNIST; set in a long run")
def test_the_authors_experiment_on_mnist() -> None:
    """Adebayo et al., 2018: cascading randomization, rank correlation of magnitudes, ten images.

    Their network and initializers; by theirs after logits, fc, conv2, conv1 the gradient has .601,
    .396, .106, .082 and guided backpropagation .888, .773, .628, .444.
    """
    (x, y), (xs, ys) = keras.datasets.mnist.load_data()
    keras.utils.set_random_seed(1)
    start = keras.initializers.TruncatedNormal(stddev=0.1)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 5, padding="same", activation="relu", kernel_initializer=start),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 5, padding="same", activation="relu", kernel_initializer=start),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(1024, activation="relu", kernel_initializer=start),
            layers.Dense(10, "softmax", kernel_initializer=start, name="class"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[..., None] / 255.0, y, epochs=2, batch_size=64, verbose=0)
    data = planted.data(lambda rng, label: xs[0][..., None], 1, (1,) * 10)
    split = planted.Split(xs[:200, ..., None], {"class": ys[:200].astype(int)})
    data = planted.replace(data, splits=dict.fromkeys(data.splits, split))
    steps = {}
    for method in ("gradient", "smoothgrad", "guided_backpropagation", "integrated_gradients"):
        seen = examine(model, data, ("saliency", {"method": method}), rules=["zero_gradients"])
        steps[method] = [
            seen.evidence(f"sanity_cascade@class.{step}").value for step in range(1, 5)
            if seen.has(f"sanity_cascade@class.{step}")
        ]  # fmt: skip
        check = "hardly" if method == "guided_backpropagation" else "follows"
        assert seen.artifacts["saliency-1"].facts.sanity.heads[0].check == check
    gradient, guided = steps["gradient"], steps["guided_backpropagation"]
    assert all(own > plain + 0.2 for own, plain in zip(guided, gradient, strict=True))
    assert max(abs(value) for value in steps["integrated_gradients"]) < 0.35
