"""Where classes begin: evenly apart, in an order that their images give."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from reportgen.errors import UserError
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training.initialization import directions, spread_classes
from reportgen.training.loop import train

COUNT = 7
ORDER = [3, 0, 5, 1, 6, 2, 4]
"""Class at each place around the ring."""


def ring() -> np.ndarray:
    """Mean "images" that lie on an uneven ring, in the order above."""
    angles = np.cumsum([0.0, 0.5, 1.4, 0.6, 1.2, 0.5, 1.3])
    means = np.empty((COUNT, 5))
    for angle, label in zip(angles, ORDER, strict=True):
        means[label] = [np.cos(angle), np.sin(angle), 0.1 * angle, 7.0, 0.0]
    return means


def dataset(means: np.ndarray) -> Dataset:
    target = Target("kind", "Kind", tuple("abcdefg"))
    images = np.clip(60 * (means + 1.5), 0, 255).astype(np.uint8).reshape(COUNT, 1, 5, 1)
    split = Split(np.repeat(images, 3, axis=0), {"kind": np.repeat(np.arange(COUNT), 3)})
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("ring", "Ring", (target,), splits, Preprocessing(), "", "")


def network(*more: Any) -> Any:
    keras.utils.set_random_seed(1)
    layers = [keras.Input((1, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    head = keras.layers.Dense(COUNT, "softmax", use_bias=False, name="head")
    return keras.Sequential([*layers, head, *more])


def is_rotation(found: list[int], expected: list[int]) -> bool:
    doubled = [*expected, *expected]
    turns = [doubled[i : i + COUNT] for i in range(COUNT)]
    return found in turns or found[::-1] in turns


def test_on_a_circle_classes_are_evenly_apart_in_the_order_of_their_images() -> None:
    found = directions(ring(), 2)
    angles = np.arctan2(found[:, 1], found[:, 0])
    order = np.argsort(angles)
    assert is_rotation(order.tolist(), ORDER)
    gaps = np.diff(np.r_[angles[order], angles[order[0]] + 2 * np.pi])
    np.testing.assert_allclose(gaps, 2 * np.pi / COUNT, atol=0.01)


@pytest.mark.parametrize("dimensions", [1, 3, 10])
def test_in_any_dimensions_they_are_unit_vectors_and_apart(dimensions: int) -> None:
    found = directions(ring(), dimensions)
    assert found.shape == (COUNT, dimensions)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0)
    if dimensions > 1:
        closest = np.sort(found @ found.T, axis=1)[:, -2]
        assert closest.max() < np.cos(np.radians(50))


def test_classes_whose_images_are_equal_are_parted_too() -> None:
    found = directions(np.zeros((4, 9)), 2)
    np.testing.assert_allclose(np.sort(found @ found.T, axis=1)[:, -2], 0.0, atol=0.05)


def test_the_last_layer_starts_there_with_vectors_as_long_as_before() -> None:
    data, model = dataset(ring()), network()
    length = np.linalg.norm(model.layers[-1].kernel.numpy(), axis=0).mean()
    spread_classes(model, Network.of(model).heads_for(data.targets), data)
    kernel = model.layers[-1].kernel.numpy()
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), length, rtol=1e-5)
    assert is_rotation(np.argsort(np.arctan2(kernel[1], kernel[0])).tolist(), ORDER)


def test_training_does_so_where_the_spec_asks() -> None:
    data = dataset(ring())
    given = {"epochs": 1, "learning_rate": 1e-9}
    orders = {}
    for asked in (False, True):
        model = network()
        found = Network.of(model).heads_for(data.targets)
        given["spread_classes"] = asked
        train(model, data, found, given, 1, lambda *tick: None)
        kernel = model.layers[-1].kernel.numpy()
        orders[asked] = np.argsort(np.arctan2(kernel[1], kernel[0])).tolist()
    assert is_rotation(orders[True], ORDER)
    assert not is_rotation(orders[False], ORDER)


def test_a_last_layer_without_a_vector_for_each_class_is_the_users_mistake() -> None:
    data, model = dataset(ring()), network(keras.layers.Softmax(name="end"))
    with pytest.raises(UserError, match=r"layer 'end' has no weight vector for each class"):
        spread_classes(model, Network.of(model).heads_for(data.targets), data)
