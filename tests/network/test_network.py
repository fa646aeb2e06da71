"""What is found out about a model is found once, and again when the model was changed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import reportgen
from reportgen.errors import UserError
from reportgen.network.network import Network

layers = keras.layers


def model() -> Any:
    keras.utils.set_random_seed(3)
    body = [layers.Conv2D(2, 3, name="early"), layers.Conv2D(3, 3, name="late"), layers.Flatten()]
    return keras.Sequential([keras.Input((7, 7, 1)), *body, layers.Dense(4, name="out")])


def finder() -> tuple[list[int], Callable[[], int]]:
    calls: list[int] = []

    def find() -> int:
        calls.append(len(calls))
        return len(calls)

    return calls, find


def test_nothing_is_found_twice_of_a_model_that_stays() -> None:
    made, (calls, find) = model(), finder()
    assert [Network.of(made).keep("a", find) for _ in range(3)] == [1, 1, 1]
    made.set_weights([weight * 2 for weight in made.get_weights()])
    assert Network.of(made).keep("a", find) == 1
    assert Network.of(made).keep("b", find) == 2
    assert Network.of(model()).keep("a", find) == 3
    assert calls == [0, 1, 2]


def rename(made: Any) -> None:
    made.get_layer("late").name = "last"


def exchange_activation(made: Any) -> None:
    made.get_layer("out").activation = keras.activations.softmax


def exchange_layer(made: Any) -> None:
    made.pop()
    made.add(layers.Dense(4, name="out"))


@pytest.mark.parametrize("change", [rename, exchange_activation, exchange_layer])
def test_a_change_is_seen(change: Callable[[Any], None]) -> None:
    made, (_, find) = model(), finder()
    assert Network.of(made).keep("a", find) == 1
    change(made)
    assert [Network.of(made).keep("a", find) for _ in range(2)] == [2, 2]


def test_what_could_not_be_found_is_looked_for_again() -> None:
    made = model()
    with pytest.raises(ZeroDivisionError):
        Network.of(made).keep("a", lambda: 1 // 0)
    assert Network.of(made).keep("a", lambda: 5) == 5


def test_the_layer_to_explain_follows_the_model() -> None:
    made, images = model(), np.random.default_rng(0).random((2, 7, 7, 1), np.float32)
    before = reportgen.grad_cam(made, images)
    rename(made)
    np.testing.assert_array_equal(reportgen.grad_cam(made, images), before)
    np.testing.assert_array_equal(reportgen.grad_cam(made, images, layer="last"), before)
    with pytest.raises(UserError, match="no layer to show here is called 'late'"):
        reportgen.grad_cam(made, images, layer="late")


def test_a_model_is_not_kept_alive() -> None:
    made = model()
    for _ in range(2):  # the second call traces
        reportgen.grad_cam(made, np.ones((2, 7, 7, 1), np.float32))
    alive = weakref.ref(made)
    del made
    gc.collect()
    assert alive() is None
