"""Companions of measures with fresh weights."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from reportgen.errors import UndefinedError
from reportgen.figures.fresh import fresh_measures
from reportgen.metrics.statistics import prediction_interval, student
from reportgen.network.network import Network
from reportgen.records import Measure

layers = keras.layers


def network() -> Network:
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(2, 3, name="conv"),
                              layers.Flatten(), layers.Dense(2)])  # fmt: skip
    return Network.of(model)


def energy(net: Network) -> Iterator[Measure]:
    kernel = net.layer("conv").kernel.numpy()
    yield Measure("energy@conv", float((kernel**2).mean()), "px", 2, (0.0, 1.0), 0.5, "how", "p")
    yield Measure("other@conv", 1.0)


def test_the_prediction_interval_is_that_of_student() -> None:
    # mean 2, s = 1, n = 3: 4.302653 * sqrt(4 / 3) = 4.968276
    low, high = prediction_interval([1, 2, 3]) or (0, 0)
    assert (low, high) == pytest.approx((2 - 4.968276, 2 + 4.968276), abs=1e-5)
    assert prediction_interval([1.0]) is None
    assert student(30) == pytest.approx(2.042272, abs=1e-3)


def test_one_further_draw_lies_in_the_interval_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(2000):
        low, high = prediction_interval(rng.normal(size=5)) or (0, 0)
        inside += low < rng.normal() < high
    assert inside / 2000 == pytest.approx(0.95, abs=0.012)


def test_a_measure_is_followed_by_its_companion() -> None:
    net = network()
    own = [Measure("first", 1.0), *energy(net)]
    measures = fresh_measures(net, 3, own, ["energy"], lambda _: energy(net))
    assert [m.name for m in measures] == ["first", "energy@conv", "energy_fresh@conv", "other@conv"]
    companion = measures[2]
    assert (companion.unit, companion.n, companion.part) == ("px", 10, "p")
    assert companion.baseline is None
    # A Glorot kernel of 9 inputs and 18 outputs has the variance 2 / 27.
    low, high = companion.interval or (0, 0)
    assert companion.value == pytest.approx(2 / 27, rel=0.3)
    assert low < companion.value < high
    assert list(energy(net)) == own[1:], "the network has its own weights again"
    again = fresh_measures(net, 3, own, ["energy"], lambda _: energy(net))
    assert again == measures


def test_what_cannot_be_measured_on_fresh_weights_says_so() -> None:
    def fails(_: np.ndarray) -> list[Measure]:
        raise UndefinedError("not finite")

    net = network()
    companion = fresh_measures(net, 0, list(energy(net)), ["energy"], fails)[1]
    assert companion.value is None
    assert companion.n == 0
    assert "every draw" in companion.how


def test_draws_take_turns_at_the_images() -> None:
    net, seen = network(), []

    def measured(places: np.ndarray) -> Iterator[Measure]:
        seen.append(list(places))
        return energy(net)

    fresh_measures(net, 0, list(energy(net)), ["energy"], measured, images=40)
    assert seen == [list(range(turn, 40, 5)) for turn in range(5)]
