"""Deconvnet: an independent reference, its window, and what has no rule."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset, images, seeded, sequential
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.attribution.deconvnet import deconvnet
from reportgen.errors import UndefinedError
from reportgen.figures.deconvnet.compute import compute

layers = keras.layers


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


def test_what_has_no_rule_is_said() -> None:
    rng = np.random.default_rng(3)
    data = dataset({"class": 3, "side": 2}, channels=3)
    split = data.splits["test"]
    object.__setattr__(split, "images", rng.integers(0, 256, (24, 12, 10, 3), dtype=np.uint8))
    object.__setattr__(split, "masks", rng.random((24, 12, 10)) > 0.5)
    given = subject("deconvnet", residual(), data, layer="backbone/out", filters=2)
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    words = (
        "A deconvnet has no rule for normalization (backbone/stem_norm) and branches that meet "
        "(backbone/sum): there the plain backward pass runs, which multiplies by a "
        "normalization's slope and goes back along every branch."
    )
    assert words in figure.caption
    assert "3 ReLUs follow the deconvnet's rule." in figure.caption
    assert measures(artifact)["plain_passages"].value == 2
    assert "deconvnet.plain" in [note.rule for note in notes_of("deconvnet", artifact)[0]]


def test_without_a_relu_and_with_many_units() -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(9, 3, name="conv")(x)
    model = seeded(keras.Model(x, layers.Dense(3, "softmax", name="class")(layers.Flatten()(y))))
    given = subject("deconvnet", model, dataset({"class": 3}), filters=list(range(9)), top=5)
    artifact = compute(given)
    figures = check_house_rules("deconvnet", artifact, given.params)
    assert [figure.part for figure in figures] == ["units-1", "units-2"]
    assert "No ReLU follows the deconvnet's rule" in figures[0].caption
    assert measures(artifact)["relus_replaced"].value is None


@pytest.mark.parametrize("beside", ["guided", "gradient"])
def test_without_a_relu_nothing_is_called_guided(beside: str) -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, activation="tanh", name="bent")(x)
    y = layers.Conv2D(2, 2, activation="gelu", name="conv")(y)
    model = seeded(keras.Model(x, layers.Dense(3, "softmax", name="class")(layers.Flatten()(y))))
    with pytest.raises(UndefinedError, match=r"No ReLU lies .*'conv'.* under another name"):
        deconvnet(model, images(2), rule="guided")
    given = subject("deconvnet", model, dataset({"class": 3}), filters=1, beside=beside)
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    assert figure.title == "Plain backward pass"
    assert not any(name.startswith("beside") for name in artifact.arrays)
    name = {"guided": "Guided backpropagation", "gradient": "The gradient"}[beside]
    words = "this is the plain backward pass. " + name + " would be the same pass here, so it is "
    assert words + "not shown beside." in figure.caption
    assert "Third" not in figure.caption
    slope = "there the plain backward pass runs, which multiplies by a non-linearity's slope."
    assert slope in figure.caption


def test_a_relu_behind_the_layer_is_not_on_the_way() -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, activation="tanh", name="bent")(x)
    model = seeded(keras.Model(x, layers.Conv2D(2, 2, activation="relu", name="conv")(y)))
    assert deconvnet(model, images(2), rule="guided").shape == (2, 2, 6, 6, 1)
    with pytest.raises(UndefinedError, match="layer 'bent'"):
        deconvnet(model, images(2), "bent", rule="guided")


def test_units_that_nothing_excites() -> None:
    model, data = sequential(), dataset({"class": 3})
    kernel, _ = model.get_layer("conv").get_weights()
    model.get_layer("conv").set_weights([kernel, np.array([-100.0, 0.0])])
    given = subject("deconvnet", model, data, filters=[0, 1])
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    assert "Channel 0 is not excited by any image." in figure.caption
    found = compute(subject("deconvnet", model, data, filters=2))
    assert [unit.number for unit in found.facts.channels] == [1]
    with pytest.raises(UndefinedError, match="nothing to bring back"):
        compute(subject("deconvnet", model, data, filters=[0]))
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject("deconvnet", model))


def test_a_model_that_was_never_built_is_told_so() -> None:
    model = keras.Sequential([layers.Conv2D(2, 3, name="conv")])
    with pytest.raises(UndefinedError, match="has not been built"):
        deconvnet(model, np.zeros((1, 6, 6, 1), np.float32), "conv")
