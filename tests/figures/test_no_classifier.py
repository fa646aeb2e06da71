"""Outputs that are no classifier: values that stand for themselves, and images."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.activation_maximization.compute import compute as maximize
from reportgen.figures.class_weights.compute import compute as class_weights
from reportgen.figures.confusion_matrix.compute import compute as confusion
from reportgen.figures.embedding.compute import compute as embed
from reportgen.figures.evaluation.compute import compute as evaluate
from reportgen.figures.feature_maps.compute import compute as maps
from reportgen.figures.grad_cam.compute import compute as cam
from reportgen.figures.occlusion.compute import compute as occlusion
from reportgen.figures.saliency.compute import compute as saliency
from reportgen.records import Dataset, Target

layers = keras.layers

PIXELS = np.array([[[51, 0], [0, 0]], [[0, 102], [0, 0]]], np.uint8)[..., None]
"""Two images with one pixel that is not black: 0.2 at the upper left, 0.4 at the upper right."""
UPPER_LEFT, UPPER_RIGHT = (0, 0), (0, 1)
MANY = Target("class", "Class", ("one", "two", "three", "four"))
LABELS = {"class": [0, 2]}


def regression(*rows: list[float], bias: float = 0.0) -> Any:
    """Units that weigh the four pixels of an image, which a convolution hands on."""
    x = keras.Input((2, 2, 1))
    same = layers.Conv2D(1, 1, name="same")
    model = keras.Model(x, layers.Dense(len(rows), name="value")(layers.Flatten()(same(x))))
    weights = np.array(rows, np.float32).T
    model.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1), weights, np.full(len(rows), bias)])
    return model


def autoencoder() -> Any:
    x = keras.Input((2, 2, 1))
    code = layers.Dense(2, name="code")(layers.Flatten()(layers.Conv2D(1, 1, name="encoder")(x)))
    maps = layers.Reshape((2, 2, 1))(layers.Dense(4)(code))
    return keras.Model(x, layers.Conv2D(3, 1, activation="softmax", name="decoded")(maps))


def photos(labeled: bool = False) -> Dataset:
    return dataset(PIXELS, LABELS if labeled else {}, (MANY,) if labeled else ())


def words(kind: str, made: Any, artifact: Any) -> str:
    drawn = check_house_rules(kind, artifact, made.params)
    return " ".join(f"{one.title} {one.caption} {getattr(one, 'alt', '')}" for one in drawn)


def no_class_in(said: str) -> None:
    for word in ("class", "predicted", "%", "softmax", "sigmoid", "logit", "probab"):
        assert word not in said, said


@pytest.mark.parametrize("labeled", [True, False])
def test_a_single_value_is_explained_as_it_rises_whatever_its_sign(labeled: bool) -> None:
    # 0.2 * 5 - 3 = -2 and 0.4 * -2.5 - 3 = -4; the units' slopes are the weights.
    model = regression([5.0, -2.5, 0.0, 0.0], bias=-3.0)
    made = subject("saliency", model, photos(labeled), samples=[0, 1], method="input_x_gradient")
    artifact = saliency(made)
    np.testing.assert_allclose(
        artifact.arrays["map@value"], [[[1, 0], [0, 0]], [[0, -1], [0, 0]]], atol=1e-6
    )
    said = words("saliency", made, artifact)
    names = (" (one)", " (three)") if labeled else ("", "")
    assert f"Test image 0{names[0]}: unit 0 at -2; the map is strongest in the upper left." in said
    assert f"Test image 1{names[1]}: unit 0 at -4; the map is" in said
    assert "Input times gradient of the value with respect to the input" in said
    no_class_in(said)


def test_a_heatmap_of_a_value_shows_what_raises_it() -> None:
    made = subject("grad_cam", regression([5.0, -2.5, 0.0, 0.0], bias=-3.0), photos(), samples=2)
    artifact = cam(made)
    # One channel, whose weight is the mean slope (5 - 2.5) / 4, times the image.
    np.testing.assert_allclose(
        artifact.arrays["map@value"],
        [[[0.625 * 0.2, 0], [0, 0]], [[0, 0.625 * 0.4], [0, 0]]],
        rtol=1e-5,
    )
    assert artifact.heading == "Activation Heatmap"
    said = words("grad_cam", made, artifact)
    assert "Grad-CAM of the unit's value at layer same" in said
    assert "Test image 0: unit 0 at -2;" in said
    no_class_in(said)
    hows = [measure.how for measure in artifact.measures]
    assert any("gradient of the explained value is zero" in how for how in hows)


THREE = ([5.0, 0.0, 0.0, 0.0], [0.0, 5.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0])


@pytest.mark.parametrize(
    ("target", "first", "second"),
    [
        (None, "unit 0 at 1, the largest value", "unit 1 at 2, the largest value"),
        ("1", "unit 1 at 0; the largest value is 1, of unit 0", "unit 1 at 2, the largest"),
        ("unit 2", "unit 2 at 0; the largest value is 1, of unit 0", "unit 2 at 0; the larg"),
    ],
)
def test_of_several_values_the_largest_is_explained_or_the_one_asked_for(
    target: str | None, first: str, second: str
) -> None:
    made = subject("saliency", regression(*THREE), photos(), samples=2, target=target)
    said = words("saliency", made, saliency(made))
    assert f"Test image 0: {first}" in said
    assert f"Test image 1: {second}" in said
    no_class_in(said)


@pytest.mark.parametrize("target", ["unit 3", "3", "class 0", "label"])
def test_a_unit_that_is_not_there(target: str) -> None:
    made = subject("saliency", regression(*THREE), photos(), target=target)
    with pytest.raises(UserError, match=r"head 'value' has no (unit|labels)") as caught:
        saliency(made)
    assert "a unit name or index" in str(caught.value)


def test_with_labels_for_it_the_same_output_is_a_classifier() -> None:
    two = Target("class", "Class", ("low", "high"))
    made = subject("saliency", regression([5.0, -2.5, 0.0, 0.0], bias=-3.0),
                   dataset(PIXELS, {"class": [0, 1]}, (two,)), samples=[0])  # fmt: skip
    said = words("saliency", made, saliency(made))
    assert "predicted low with 88.1% (by a sigmoid of the model's output" in said


def test_a_value_drops_by_what_its_pixels_add() -> None:
    model = regression([5.0, 2.5, 0.0, 0.0], bias=-3.0)
    made = subject("occlusion", model, photos(), samples=2, patch=1, stride=1, base="black")
    artifact = occlusion(made)
    np.testing.assert_allclose(
        artifact.arrays["map@value"], [[[1, 0], [0, 0]], [[0, 1], [0, 0]]], atol=1e-6
    )
    found = measures(artifact)
    drop = found["largest_value_drop@value"]
    assert (drop.value, drop.baseline, drop.n) == (pytest.approx(1), pytest.approx(1 / 4), 2)
    assert not {"largest_drop@value", "flipped@value"} & set(found)
    said = words("occlusion", made, artifact)
    assert "Drop of the value when a patch" in said
    assert "unit 0 at -2; the worst position lowers the value by 1." in said
    no_class_in(said)
    (note,) = [n for n in notes_of("occlusion", artifact)[0] if n.rule == "occlusion.fall"]
    assert "lowers the explained value by 1" in note.text
    no_class_in(note.text)


def test_a_value_has_no_probability_that_could_drop() -> None:
    made = subject("occlusion", regression([1.0, 1, 1, 1]), photos(), score="probability")
    with pytest.raises(UndefinedError, match=r"'value' of the model has no label"):
        occlusion(made)


@pytest.mark.parametrize("data", [photos(), photos(True), None])
def test_units_are_maximized(data: Dataset | None) -> None:
    plain = {"steps": 40, "jitter": 0, "pad": 0, "l2": 0.0, "total_variation": 0.0}
    model = regression([5.0, -2.5, 0.0, 0.0])
    made = subject("activation_maximization", model, data, objective="class", **plain)
    artifact = maximize(made)
    (panel,) = artifact.facts.panels
    assert (panel.labels, panel.noun, panel.total) == (("unit 0",), "unit", 1)
    (tile,) = artifact.arrays["images@value"][..., 0]
    assert tile[UPPER_LEFT] > 0.9
    assert tile[UPPER_RIGHT] < 0.1
    said = words("activation_maximization", made, artifact)
    assert "Units (value) The only unit of output 'value'" in said
    assert "for each, an image that raises its value" in said
    no_class_in(said)


@pytest.mark.parametrize("name", ["unit 2", "2"])
def test_a_unit_is_maximized_by_its_name_or_number(name: str) -> None:
    given: dict[str, Any] = {"objective": "class", "steps": 1, "targets": [name]}
    made = subject("activation_maximization", regression(*THREE), photos(), **given)
    assert maximize(made).facts.panels[0].labels == ("unit 2",)
    made = subject("activation_maximization", regression(*THREE), **given | {"targets": ["unit 3"]})
    with pytest.raises(UserError, match=r"'value' has no unit 'unit 3'.* a unit's name or index"):
        maximize(made)


def test_units_have_no_class_weights_and_one_value_no_accuracy() -> None:
    with pytest.raises(UndefinedError, match="no classes to compare, because no label, softmax"):
        class_weights(subject("class_weights", regression(*THREE), photos()))
    made = subject("evaluation", regression([1.0, 1, 1, 1]), photos(True))
    with pytest.raises(UndefinedError, match=r"'value' .* one value, which cannot tell 4 classes"):
        evaluate(made)


@pytest.mark.parametrize("data", [photos(), photos(True)])
@pytest.mark.parametrize(
    ("kind", "compute"),
    [("grad_cam", cam), ("saliency", saliency), ("occlusion", occlusion)],
)
def test_an_image_has_no_answer_to_explain(kind: str, compute: Any, data: Dataset) -> None:
    with pytest.raises(UndefinedError, match="'decoded' of the model gives 2 x 2 x 3 values"):
        compute(subject(kind, autoencoder(), data))


def test_of_an_image_that_has_labels_beside_it_what_can_be_shown_is() -> None:
    model, data = autoencoder(), photos(True)
    assert set(maps(subject("feature_maps", model, data)).arrays)
    assert set(maximize(subject("activation_maximization", model, data, steps=2)).arrays)
    with pytest.raises(UndefinedError, match="'decoded' of the model gives 2 x 2 x 3 values"):
        maximize(subject("activation_maximization", model, data, objective="class"))
    for kind, compute in (("evaluation", evaluate), ("confusion_matrix", confusion)):
        with pytest.raises(UndefinedError, match=r"2 x 2 x 3 values .* are no answer to a label"):
            compute(subject(kind, model, data))
    for kind, compute in (("embedding", embed), ("class_weights", class_weights)):
        with pytest.raises(UndefinedError, match="so no layer before it compares an embedding"):
            compute(subject(kind, model, data))
    found = embed(subject("embedding", model, data, layer="code", splits=["test"]))
    assert found.facts.classes == MANY.classes
    assert found.arrays["labels@test"].tolist() == [0, 2]


@pytest.fixture(scope="module")
def detector() -> Any:
    """A class, a box and a grid, the last behind a convolution of its own."""
    keras.utils.set_random_seed(1)
    x = keras.Input((2, 2, 1))
    seen = layers.Conv2D(3, 1, name="body", activation="relu")(x)
    flat = layers.Flatten()(seen)
    return keras.Model(x, [
        layers.Dense(4, activation="softmax", name="class")(flat),
        layers.Dense(2, name="box")(flat),
        layers.Conv2D(5, 1, name="grid")(seen),
    ])  # fmt: skip


ASIDE = "Output grid gives 2 x 2 x 5 values for an image, so it is not explained."


@pytest.mark.parametrize(
    ("kind", "compute", "given"),
    [
        ("grad_cam", cam, {}),
        ("grad_cam", cam, {"method": "score_cam"}),
        ("saliency", saliency, {}),
        ("occlusion", occlusion, {}),
        ("activation_maximization", maximize, {"objective": "class", "steps": 2}),
    ],
)
def test_an_image_does_not_keep_other_outputs_from_being_explained(
    detector: Any, kind: str, compute: Any, given: dict[str, Any]
) -> None:
    made = subject(kind, detector, photos(True), **given)
    artifact = compute(made)
    key = "images" if kind == "activation_maximization" else "map"
    assert {name for name in artifact.arrays if name.startswith(f"{key}@")} == \
        {f"{key}@class", f"{key}@box"}  # fmt: skip
    drawn = check_house_rules(kind, artifact, made.params)
    assert all(ASIDE in one.caption for one in drawn)
    if kind == "grad_cam":
        assert artifact.facts.layer == "body"
    else:
        assert not hasattr(artifact.facts, "layer")


def test_a_layer_that_no_explained_output_depends_on(detector: Any) -> None:
    for method in ("grad_cam", "score_cam"):
        made = subject("grad_cam", detector, photos(True), layer="grid", method=method)
        with pytest.raises(UndefinedError, match="'class', 'box' does not depend on layer 'grid'"):
            cam(made)


def test_probabilities_drop_for_those_that_have_any(detector: Any) -> None:
    made = subject("occlusion", detector, photos(True), score="probability")
    artifact = occlusion(made)
    assert [head.name for head in artifact.facts.heads] == ["class"]
    assert "Output box has values and no probability, so it is left out." in \
        words("occlusion", made, artifact)  # fmt: skip
