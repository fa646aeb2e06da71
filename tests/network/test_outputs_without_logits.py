"""Outputs without a logit keep none beside them from being explained."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import dataset, images, two_heads
from subjects import check_house_rules, subject

from reportgen.attribution.cam import grad_cam
from reportgen.attribution.occlusion import occlusion
from reportgen.attribution.saliency import saliency
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.heads import explained_heads, unexplained
from reportgen.maximization.maximize import activation_maximization
from reportgen.network.network import Network
from reportgen.network.predictions import outputs_without_logits

layers = keras.layers


def mean(parts: list[Any]) -> Any:
    return layers.Average(name="mean")(parts)


def opaque(parts: list[Any]) -> Any:
    return layers.Lambda(lambda z: tf.nn.softmax(z) + 0.0, name="mean")(parts[0])


def members(combined: Callable[[list[Any]], Any] | None) -> Any:
    """Two networks' answers, and beside the first what is made of both."""
    keras.utils.set_random_seed(8)
    start = keras.Input((6, 6, 1))
    maps = layers.Conv2D(3, 3, activation="relu", name="conv")(start)
    flat = layers.Flatten()(maps)
    parts = [
        layers.Dense(3, "softmax", kernel_initializer="normal", name=name)(flat)
        for name in ("class", "other")
    ]
    outputs = [parts[0], *([] if combined is None else [combined(parts)])]
    return keras.Model(start, outputs)


METHODS: list[Callable[[Any, Any], Any]] = [
    lambda model, x: grad_cam(model, x, output="class"),
    lambda model, x: grad_cam(model, x, output="class", method="score_cam"),
    lambda model, x: saliency(model, x, output="class"),
    lambda model, x: saliency(model, x, output="class", method="integrated_gradients"),
    lambda model, x: occlusion(model, x, output="class"),
    lambda model, _: activation_maximization(model, objective="class", output="class", steps=5),
]


@pytest.mark.parametrize("combined", [mean, opaque])
@pytest.mark.parametrize("method", range(len(METHODS)))
def test_the_other_output_is_explained_as_if_it_were_alone(combined: Any, method: int) -> None:
    x = images(4)
    found = METHODS[method](members(combined), x)
    alone = METHODS[method](members(None), x)
    np.testing.assert_allclose(found, alone, atol=1e-6)
    assert np.ptp(found) > 0


@pytest.mark.parametrize("combined", [mean, opaque])
def test_the_output_itself_still_has_no_logit(combined: Any) -> None:
    with pytest.raises(UndefinedError, match=r"Output 'mean' .* no logit"):
        grad_cam(members(combined), images(2), output="mean")
    with pytest.raises(UndefinedError, match=r"Output 'mean' .* no logit"):
        saliency(members(combined), images(2), output="mean")


def test_it_is_known_before_anything_is_computed() -> None:
    model, data = members(mean), dataset({"class": 3})
    assert outputs_without_logits(Network.of(model)) == (1,)
    assert [head.name for head in explained_heads(Network.of(model), data.targets)] == ["class"]
    every = explained_heads(Network.of(model), data.targets, "probability")
    assert [head.name for head in every] == ["class", "mean"]
    assert unexplained(Network.of(model)) == (
        "What output mean is made of cannot be read, so there is no logit, and it is not explained."
    )
    assert unexplained(Network.of(model), "probability") == ""


def test_where_no_output_has_a_logit_none_is_put_unexplained() -> None:
    model = members(mean)
    alone = keras.Model(model.inputs[0], model.outputs[1])
    twice = keras.Model(model.inputs[0], [model.outputs[1], layers.Add()([model.outputs[1]] * 2)])
    assert (
        outputs_without_logits(Network.of(alone))
        == outputs_without_logits(Network.of(twice))
        == outputs_without_logits(Network.of(two_heads()))
        == ()
    )
    assert [head.name for head in explained_heads(Network.of(alone), ())] == ["mean"]


@pytest.mark.parametrize("kind", ["grad_cam", "saliency", "occlusion", "activation_maximization"])
def test_figures_show_the_other_and_say_so(kind: str) -> None:
    more = {"objective": "class"} if kind == "activation_maximization" else {}
    made = subject(kind, members(mean), dataset({"class": 3}), **more)
    artifact = import_module(f"reportgen.figures.{kind}.compute").compute(made)
    drawn = check_house_rules(kind, artifact, made.params)
    assert any("What output mean is made of cannot be read" in one.caption for one in drawn)


def test_a_drop_of_the_probability_is_shown_for_both() -> None:
    made = subject("occlusion", members(mean), dataset({"class": 3}), score="probability")
    artifact = import_module("reportgen.figures.occlusion.compute").compute(made)
    drawn = check_house_rules("occlusion", artifact, made.params)
    assert [one.part for one in drawn] == ["class", "mean"]
