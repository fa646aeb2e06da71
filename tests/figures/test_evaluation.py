from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from subjects import (
    check_house_rules,
    dataset,
    measures,
    model_facts,
    notes_of,
    subject,
)

from reportgen.errors import UndefinedError
from reportgen.figures.evaluation.altered import without_color
from reportgen.figures.evaluation.compute import compute, correct, most_frequent
from reportgen.network.network import Network
from reportgen.records import Target

COLOR = Target("color", "Color", ("red", "blue"))
SIZE = Target("size", "Size", ("dark", "bright"))
REPEATS = 4


@pytest.fixture(scope="module")
def data():
    """Of every five one-pixel images three are red (one of them bright) and two blue."""
    pixels = [[100, 0, 0], [100, 0, 0], [255, 0, 0], [0, 0, 100], [0, 0, 255]] * REPEATS
    labels = {"color": [0, 0, 0, 1, 1] * REPEATS, "size": [0, 0, 1, 0, 1] * REPEATS}
    return dataset(np.array(pixels, np.uint8).reshape(-1, 1, 1, 3), labels, (COLOR, SIZE))


def color_model(extra=()):
    """Logit of blue = blue - red; of bright = 10 * (sum of channels - 0.8)."""
    start = keras.Input((1, 1, 3))
    flat = layers.Flatten()(start)
    outputs = [layers.Dense(1, activation="sigmoid", name=name)(flat) for name in ("color", *extra)]
    model = keras.Model(start, outputs if extra else outputs[0])
    weights = {"color": ([[-1.0], [0.0], [1.0]], [0.0]), "size": ([[10.0]] * 3, [-8.0])}
    for name in ("color", *extra):
        model.get_layer(name).set_weights([np.array(part) for part in weights[name]])
    return model


def told(**accuracies):
    metrics = {
        f"{split}.{name}.accuracy": value
        for split in ("train", "validation", "test")
        for name, value in accuracies.items()
    }
    metrics |= {f"test.{name}.loss": 0.25 for name in accuracies}
    return model_facts(metrics=metrics, counts=dict.fromkeys(("train", "validation", "test"), 20))


def test_single_output(data):
    artifact = compute(subject("evaluation", color_model(), data, facts=told(color=1.0)))
    found = measures(artifact)
    accuracy = found["accuracy@test.color"]
    assert (accuracy.value, accuracy.n, accuracy.baseline) == (1.0, 20, 0.6)
    # Wilson by hand for 20 of 20: 1 / (1 + 1.96^2 / 20).
    assert accuracy.interval == pytest.approx((1 / (1 + 1.959964**2 / 20), 1.0))
    assert found["mean_accuracy@test"].value == 1.0
    assert found["loss@test.color"].value == 0.25
    assert "loss@train.color" not in found
    # Without color the logit is 0 for all, which says red: right for three of five.
    gray = found["gray_accuracy@test.color"]
    assert (gray.value, gray.baseline, gray.n) == (0.6, 1.0, 20)
    (table,) = check_house_rules("evaluation", artifact, {})
    assert table.columns[0] == "Split"
    assert "Output" not in table.columns
    assert table.rows[2][:3] == ("test", 20, 1.0)
    notes, _ = notes_of("evaluation", artifact)
    assert "falls from 100% to 60%" in notes[-1].text


def test_several_outputs(data):
    model = color_model(extra=("size",))
    artifact = compute(subject("evaluation", model, data, facts=told(color=1.0, size=1.0)))
    found = measures(artifact)
    assert found["mean_accuracy@test"].value == 1.0
    # Never wrong on 20 images still leaves 17 % unseen: 1 - 0.025^(1/20).
    assert found["mean_accuracy@test"].interval == pytest.approx((1 - 0.1684, 1.0), abs=1e-4)
    assert found["gray_accuracy@test.size"].value == 1.0
    (table,) = check_house_rules("evaluation", artifact, {})
    assert len(table.rows) == 6
    assert table.rows[1][:3] == ("train", "Size", 20)
    notes, _ = notes_of("evaluation", artifact)
    assert notes[-1].id == "evaluation-1.color"
    assert "accuracy falls most for `color`: from 100% to 60%;" in notes[-1].text


def test_mean_over_outputs_by_hand(data):
    model = color_model(extra=("size",))
    model.get_layer("size").set_weights([np.zeros((3, 1)), np.array([-1.0])])
    # Color right for all, "dark" right for three of five: the mean is 0.8.
    artifact = compute(subject("evaluation", model, data, facts=told(color=1.0, size=0.6)))
    mean = measures(artifact)["mean_accuracy@test"]
    assert mean.value == pytest.approx(0.8)
    assert mean.interval[0] < 0.8 < mean.interval[1]


def test_correct_does_not_depend_on_chunks(data, monkeypatch):
    model = color_model(extra=("size",))
    found = Network.of(model).heads_for(data.targets)
    images = data.splits["test"].images
    whole = correct(Network.of(model), data, found, images, gray=True)
    monkeypatch.setattr("reportgen.network.batching.PIECE_BYTES", 7 * 12)
    assert np.array_equal(correct(Network.of(model), data, found, images, gray=True), whole)


def test_without_color_by_hand():
    # sqrt((20^2 + 20^2 + 70^2) / 3) = sqrt(1900); pure red keeps its energy, 255^2; gray stays.
    image = np.array([[[[20, 20, 70], [255, 0, 0], [9, 9, 9]]]], np.uint8)
    expected = np.repeat([[1900**0.5], [255 / 3**0.5], [9]], 3, axis=1)
    np.testing.assert_allclose(without_color(image)[0, 0], expected, rtol=1e-6)


def test_most_frequent():
    assert most_frequent(np.array([3, 3, 1, 3])) == 0.75


def test_undefined_without_data_or_metrics(data):
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject("evaluation", color_model()))
    with pytest.raises(UndefinedError, match="report: the dataset 'toy' has no labels"):
        compute(subject("evaluation", color_model(), replace(data, targets=())))
    other = replace(data, targets=(Target("shape", "Shape", ("round", "square")),))
    several = r"no output of the model \('color', 'size'\) has the name .* dataset \('shape'\)"
    with pytest.raises(UndefinedError, match=several):
        compute(subject("evaluation", color_model(extra=("size",)), other))


def test_undefined_where_what_the_model_answers_is_not_finite(data):
    broken = color_model()
    broken.set_weights([np.full_like(array, np.nan) for array in broken.get_weights()])
    with pytest.raises(UndefinedError, match="weights of layer 'color' hold values that are not"):
        compute(subject("evaluation", broken, data))
    with pytest.raises(UndefinedError, match="answers in 'color' is not finite"):
        compute(subject("evaluation", color_model(), data))


def test_undefined_where_a_relu_hides_weights_that_are_not_finite(data):
    start = keras.Input((1, 1, 3))
    hidden = layers.Dense(2, "relu", name="hidden")(layers.Flatten()(start))
    model = keras.Model(start, layers.Dense(1, "sigmoid", name="color")(hidden))
    model.get_layer("hidden").set_weights([np.full((3, 2), np.nan), np.zeros(2)])
    with pytest.raises(UndefinedError, match="weights of layer 'hidden' hold values that are not"):
        compute(subject("evaluation", model, data, facts=told(color=0.6)))
