"""How often layers are used, by hand."""

from __future__ import annotations

import keras
from small_models import sequential

from reportgen.network.layers import repeated
from reportgen.network.network import Network

layers = keras.layers


def test_what_is_used_once_is_not_told() -> None:
    assert repeated(Network.of(sequential()).uses) == {}


def test_uses_multiply_through_nested_models() -> None:
    start = keras.Input((4, 4, 2), name="start")
    again = layers.Conv2D(2, 1, name="again")
    inner = keras.Model(start, again(again(start)), name="inner")
    side = keras.Input((4, 4, 2), name="side")
    model = keras.Model(side, layers.Add(name="sum")([inner(side), inner(inner(side))]))
    assert repeated(Network.of(model).uses) == {
        "inner": 3,
        "inner/start": 3,
        "inner/again": 6,
    }


def test_nodes_outside_the_model_do_not_count() -> None:
    start = keras.Input((4, 4, 2))
    shared = layers.Conv2D(2, 1, name="shared")
    model = keras.Model(start, shared(start))
    shared(shared(start))
    assert repeated(Network.of(model).uses) == {}


def test_a_model_that_cannot_be_followed_tells_nothing() -> None:
    class Closed(keras.Model):
        def call(self, x):  # type: ignore[no-untyped-def]
            return x if float(x[0, 0]) > 0 else -x

    assert repeated(Network.of(Closed()).uses) == {}
