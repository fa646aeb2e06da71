"""Margins enter the loss that is descended, as strongly as the schedule says, and nothing else."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.errors import UserError
from reportgen.models.margins import CosFace
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training import loop
from reportgen.training.evaluation import evaluate
from reportgen.training.margins import margin_strength
from reportgen.training.parameters import settings_of

SIZE = Target("size", "Size", ("small", "medium", "large"))
SCALE, MARGIN = 5.0, 0.25


def dataset(count: int = 60) -> Dataset:
    """2x2 images of three brightnesses."""
    rng = np.random.default_rng(0)
    size = rng.integers(0, 3, count)
    images = rng.integers(0, 60, (count, 2, 2, 1)).astype(np.uint8)
    images[:, 1, :, 0] += (90 * size[:, None]).astype(np.uint8)
    split = Split(images, {"size": size})
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("tiny", "Tiny", (SIZE,), splits, Preprocessing(), "", "")


def network(margin: float = MARGIN) -> Any:
    keras.utils.set_random_seed(2)
    layers = [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(8, "relu")]
    return keras.Sequential([*layers, keras.layers.Dense(2), CosFace(3, SCALE, margin)])


def train(model: Any, data: Dataset, **params: Any) -> dict[str, tuple[float, ...]]:
    found = Network.of(model).heads_for(data.targets)
    return loop.train(model, data, found, params, 1, lambda *tick: None).logs


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return float(-logs[np.arange(len(labels)), labels].mean())


@pytest.mark.parametrize(("strength", "given"), [(0.0, (0.5, 1.0)), (1.0, (0.0, 0.0))])
def test_the_loss_descended_has_the_margin_and_all_that_is_scored_has_none(
    strength: float, given: tuple[float, float]
) -> None:
    data, model = dataset(), network()
    logits = np.array(model(data.splits["train"].images / np.float32(255)))
    labels = data.splits["train"].labels["size"]
    harder = logits.copy()
    harder[np.arange(60), labels] -= SCALE * MARGIN * strength
    schedule = {"margin_start": given[0], "margin_full": given[1]}
    # One step of size nearly nothing; where the margin is there from the start, strength counts
    # from the second step on, so there are two.
    history = train(model, data, epochs=2, batch_size=60, learning_rate=1e-9, **schedule)
    assert history["loss"][1] == pytest.approx(cross_entropy(harder, labels), rel=1e-4)
    assert history["val_loss"][1] == pytest.approx(cross_entropy(logits, labels), rel=1e-4)
    hits = (logits.argmax(1) == labels).mean()
    assert history["accuracy"][1] == history["val_accuracy"][1] == pytest.approx(hits)
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert metrics["test.size.loss"] == pytest.approx(cross_entropy(logits, labels), rel=1e-4)


def test_a_margin_draws_classes_together() -> None:
    data, spread = dataset(), []
    for margin in (0.0, 0.4):
        model = network(margin)
        history = train(model, data, epochs=60, batch_size=20, learning_rate=0.02)
        assert history["val_accuracy"][-1] > 0.9
        features = keras.Model(model.inputs[0], model.layers[-2].output)
        points = np.array(features(data.splits["train"].images / np.float32(255)))
        angles = np.arctan2(points[:, 1], points[:, 0])
        labels = data.splits["train"].labels["size"]
        lengths = [np.abs(np.exp(1j * angles[labels == c]).mean()) for c in range(3)]
        spread.append(1 - np.mean(lengths))
    assert spread[1] < spread[0]


@pytest.mark.parametrize(
    ("done", "expected"), [(0, 0.0), (20, 0.0), (30, 0.25), (60, 1.0), (100, 1.0)]
)
def test_strength_grows_evenly_between_its_two_shares(done: int, expected: float) -> None:
    settings = settings_of({"epochs": 10, "margin_start": 0.2, "margin_full": 0.6})
    strength = margin_strength(settings, lambda: tf.constant(done / 100))
    assert float(strength()) == pytest.approx(expected)


def test_a_margin_that_is_full_before_it_begins_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match=r"margin_full \(0.2\) is less than margin_start \(0.5\)"):
        train(network(), dataset(), margin_start=0.5, margin_full=0.2)


def test_a_margin_below_other_layers_is_the_users_mistake_and_not_passed_over() -> None:
    layers = [keras.Input((2, 2, 1)), keras.layers.Flatten(), CosFace(3, name="mine")]
    model = keras.Sequential([*layers, keras.layers.Softmax()])
    with pytest.raises(UserError, match=r"layer 'mine' has a margin.* let it end the model"):
        train(model, dataset())
