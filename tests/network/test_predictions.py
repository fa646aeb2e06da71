"""Predicted classes and probabilities of models, also of those without logits."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import dataset, images, mean_of_two, sequential, two_heads
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.attribution.occlusion import occlusion
from reportgen.errors import UndefinedError
from reportgen.figures.occlusion.compute import compute
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.predictions import Probabilities, outputs_without_logits, predict_classes
from reportgen.network.scores import likeliest_class, predicted_class

layers = keras.layers


def in_code(units: int, function: Any) -> Any:
    """A model that ends in a function that no layer tells of."""
    keras.utils.set_random_seed(7)
    head = layers.Dense(units, kernel_initializer="normal")
    return keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Flatten(), head, layers.Lambda(function, name="end")]
    )


OPAQUE = [
    lambda: mean_of_two(3, "softmax"),
    lambda: mean_of_two(1, "sigmoid"),
    lambda: in_code(3, lambda z: tf.nn.softmax(z) + 0.0),
    lambda: in_code(1, lambda z: tf.math.sigmoid(z) + 0.0),
]


@pytest.mark.parametrize("made", OPAQUE)
def test_values_that_are_probabilities_are_read_as_they_are(made: Any) -> None:
    model, x = made(), images(9)
    read = Probabilities(Network.of(model), Network.of(model).heads, x)
    (found,) = read(x)
    np.testing.assert_allclose(found, np.asarray(model(x)), atol=1e-6)
    assert read.heads[0].kind == ("sigmoid" if found.shape[1] == 1 else "softmax")
    expected = found[:, 0] > 0.5 if found.shape[1] == 1 else found.argmax(axis=1)
    np.testing.assert_array_equal(likeliest_class(found, read.heads[0]), expected)


@pytest.mark.parametrize("made", [sequential, two_heads])
def test_known_ones_are_those_of_their_logits(made: Any) -> None:
    model = made()
    x = images(9, channels=model.input_shape[-1])
    found = Probabilities(Network.of(model), Network.of(model).heads, x)(x)
    for one, other in zip(found, observe(Network.of(model), x).probabilities, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_logits_in_code_are_made_probabilities_and_stay_logits() -> None:
    model, x = in_code(3, lambda z: 4 * z - 1), images(9)
    read = Probabilities(Network.of(model), Network.of(model).heads, x)
    z = np.asarray(model(x), np.float64)
    expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(read(x)[0], expected, atol=1e-6)
    assert read.heads[0].kind == "logits"


def product() -> Any:
    """What is made of probabilities, and is none."""
    start = keras.Input((6, 6, 1))
    one = layers.Dense(3, "softmax")(layers.Flatten()(start))
    return keras.Model(start, layers.Multiply(name="product")([one, one]))


def test_what_is_made_of_probabilities_and_is_none_is_refused() -> None:
    model = product()
    with pytest.raises(UndefinedError, match="'product' of the model is computed from prob"):
        Probabilities(Network.of(model), Network.of(model).heads, images(4))


def test_answers_that_are_no_numbers_have_no_probability() -> None:
    model, x = mean_of_two(3, "softmax"), images(2)
    x[0, 0, 0] = np.nan
    with pytest.raises(UndefinedError, match="not finite"):
        Probabilities(Network.of(model), Network.of(model).heads, x)


@pytest.mark.parametrize("made", OPAQUE)
def test_the_probability_drops_by_what_the_covered_image_has_less(made: Any) -> None:
    model, x = made(), images(3)
    found = occlusion(model, x, patch=3, stride=3, base=0.0, score="probability")
    plain = np.asarray(model(x), np.float64)
    single = plain.shape[1] == 1
    plain = np.concatenate([1 - plain, plain], axis=1) if single else plain
    target = plain.argmax(axis=1)
    for row in (0, 3):
        for column in (0, 3):
            covered = x.copy()
            covered[:, row : row + 3, column : column + 3] = 0
            left = np.asarray(model(covered), np.float64)
            left = np.concatenate([1 - left, left], axis=1) if single else left
            drop = plain[np.arange(3), target] - left[np.arange(3), target]
            part = found[:, row : row + 3, column : column + 3]
            np.testing.assert_allclose(part, np.broadcast_to(drop[:, None, None], part.shape),
                                       atol=1e-6)  # fmt: skip


@pytest.mark.parametrize("made", OPAQUE)
def test_where_there_is_no_logit_the_way_out_is_said(made: Any) -> None:
    with pytest.raises(UndefinedError, match=r"no logit.*\. With 'score: probability' the drop"):
        occlusion(made(), images(2))


def test_where_there_is_no_way_out_none_is_said() -> None:
    with pytest.raises(UndefinedError, match="no logit") as caught:
        occlusion(product(), images(2))
    assert "With 'score" not in str(caught.value)


def test_the_figure_of_a_mean_of_networks() -> None:
    model, data = mean_of_two(3, "softmax"), dataset({"class": 3})
    made = subject("occlusion", model, data, samples=2, patch=2, score="probability")
    artifact = compute(made)
    drawings = check_house_rules("occlusion", artifact, made.params)
    caption = drawings[0].caption
    assert "Drop of the probability when a patch" in caption
    assert "by a softmax" not in caption  # the values are probabilities as they are
    pixels = np.asarray(data.splits["test"].images, np.float32) / 255
    sample = artifact.facts.heads[0].samples[0]
    sure = np.asarray(model(pixels))[sample.image.index].max()
    assert sample.image.probability == pytest.approx(float(sure), abs=1e-6)
    assert sample.score_drop is None
    found = measures(artifact)
    assert "drops of the probability" in found["energy_in_foreground@class"].how
    assert found["largest_drop@class"].value is not None
    notes, _ = notes_of("occlusion", artifact)
    assert any(note.rule == "occlusion.drop" for note in notes)


def test_a_model_that_was_read_can_be_forgotten() -> None:
    model = mean_of_two(3, "softmax")
    Probabilities(Network.of(model), Network.of(model).heads, images(2))
    outputs_without_logits(Network.of(model))
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


@pytest.mark.parametrize("made", [sequential, two_heads])
def test_answers_are_those_of_the_logits(made: Any) -> None:
    model = made()
    x = images(9, channels=model.input_shape[-1])
    seen = observe(Network.of(model), x).logits
    found = predict_classes(Network.of(model), x, Network.of(model).heads)
    for one, head in zip(found, Network.of(model).heads, strict=True):
        np.testing.assert_array_equal(one, predicted_class(seen[head.index], head))


def test_the_mean_of_networks_answers_its_likeliest_class() -> None:
    model, x = mean_of_two(3, "softmax"), images(30)
    with pytest.raises(UndefinedError, match="no logit"):
        observe(Network.of(model), x)
    (found,) = predict_classes(Network.of(model), x, Network.of(model).heads)
    expected = np.asarray(model(x)).argmax(axis=1)
    assert len(set(expected.tolist())) > 1
    np.testing.assert_array_equal(found, expected)


def test_the_mean_of_single_units_answers_by_its_middle() -> None:
    model, x = mean_of_two(1, "sigmoid"), images(30) - 0.5
    (found,) = predict_classes(Network.of(model), x, Network.of(model).heads)
    expected = np.asarray(model(x))[:, 0] > 0.5
    assert set(expected.tolist()) == {True, False}
    np.testing.assert_array_equal(found, expected)


def test_answers_that_are_no_numbers_are_none() -> None:
    model, x = mean_of_two(3, "softmax"), images(2)
    x[0, 0, 0] = np.nan
    with pytest.raises(UndefinedError, match="not all finite"):
        predict_classes(Network.of(model), x, Network.of(model).heads)


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
