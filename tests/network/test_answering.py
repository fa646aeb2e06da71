"""Every model that gives values for classes answers, also where nothing can be explained."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, images, mean_of_two, sequential, two_heads

from reportgen.errors import UndefinedError
from reportgen.network.answers import answered
from reportgen.network.network import Network
from reportgen.network.outputs import answers, observe

layers = keras.layers


@pytest.mark.parametrize("made", [sequential, two_heads])
def test_answers_are_those_of_the_logits(made: Any) -> None:
    model = made()
    x = images(9, channels=model.input_shape[-1])
    seen = observe(Network.of(model), x).logits
    found = answered(Network.of(model), x, Network.of(model).heads)
    for one, head in zip(found, Network.of(model).heads, strict=True):
        np.testing.assert_array_equal(one, answers(seen[head.index], head))


def test_the_mean_of_networks_answers_its_likeliest_class() -> None:
    model, x = mean_of_two(3, "softmax"), images(30)
    with pytest.raises(UndefinedError, match="no logit"):
        observe(Network.of(model), x)
    (found,) = answered(Network.of(model), x, Network.of(model).heads)
    expected = np.asarray(model(x)).argmax(axis=1)
    assert len(set(expected.tolist())) > 1
    np.testing.assert_array_equal(found, expected)


def test_the_mean_of_single_units_answers_by_its_middle() -> None:
    model, x = mean_of_two(1, "sigmoid"), images(30) - 0.5
    (found,) = answered(Network.of(model), x, Network.of(model).heads)
    expected = np.asarray(model(x))[:, 0] > 0.5
    assert set(expected.tolist()) == {True, False}
    np.testing.assert_array_equal(found, expected)


def test_answers_that_are_no_numbers_are_none() -> None:
    model, x = mean_of_two(3, "softmax"), images(2)
    x[0, 0, 0] = np.nan
    with pytest.raises(UndefinedError, match="not all finite"):
        answered(Network.of(model), x, Network.of(model).heads)


def test_a_mean_of_networks_has_a_confusion_matrix_and_an_accuracy_without_color() -> None:
    from reportgen.figures.confusion_matrix.compute import confusion
    from reportgen.figures.evaluation.compute import correct

    data, model = dataset({"class": 3}), mean_of_two(3, "softmax")
    found = list(Network.of(model).heads_for(data.targets))
    split = data.splits["test"]
    said = np.asarray(model(np.asarray(split.images) / 255.0)).argmax(axis=1)
    expected = np.zeros((3, 3), int)
    np.add.at(expected, (split.labels["class"], said), 1)
    np.testing.assert_array_equal(confusion(Network.of(model), data, found, "test")[0], expected)
    right = correct(Network.of(model), data, found, np.asarray(split.images))
    np.testing.assert_array_equal(right[:, 0], said == split.labels["class"])
