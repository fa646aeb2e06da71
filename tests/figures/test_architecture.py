"""The drawing of a network: taken apart, folded, told in words, and drawn."""

from __future__ import annotations

import keras
import pytest
import zoo
from keras import layers
from subjects import check_house_rules, notes_of, subject, values

from reportgen.drawing.canvas import Canvas
from reportgen.errors import UndefinedError
from reportgen.figures.architecture.compute import compute
from reportgen.figures.architecture.decomposition import Branches, Knot, series
from reportgen.figures.architecture.facts import Stage
from reportgen.figures.architecture.flow_chart import flow_chart
from reportgen.figures.architecture.stages import folded
from reportgen.figures.summary.compute import compute as compute_summary
from reportgen.figures.summary.draw import draw
from reportgen.models.adapting import hold_inputs
from reportgen.network.dependencies import steps
from reportgen.network.network import Network


def drawn(model, **params):
    ready = subject("architecture", model, **params)
    artifact = compute(ready)
    return artifact, check_house_rules("architecture", artifact, ready.params)


def stages_of(model, **params):
    return compute(subject("architecture", model, **params)).facts.stages


# --- taking a graph apart ---


def test_a_chain_is_a_series():
    assert series([(), (0,), (1,)], [2]) == (0, 1, 2)


def test_a_skip_is_a_branch_without_nodes():
    # 0 -> 1 -> 2 -> 3, and 0 -> 3.
    assert series([(), (0,), (1,), (2, 0)], [3]) == (0, Branches(((1, 2),), True), 3)


def test_branches_are_taken_apart_in_turn():
    # 0 -> (1, or 2 -> (3 or 4) -> 5) -> 6.
    given = [(), (0,), (0,), (2,), (2,), (3, 4), (1, 5)]
    inner = (2, Branches(((3,), (4,)), False), 5)
    assert series(given, [6]) == (0, Branches(((1,), inner), False), 6)


def test_outputs_and_inputs_of_their_own_are_branches():
    assert series([(), (0,), (0,)], [1, 2]) == (0, Branches(((1,), (2,)), False))
    assert series([(), (), (0, 1)], [2]) == (Branches(((0,), (1,)), False), 2)


def test_an_output_on_the_way_is_a_way_around_the_rest():
    assert series([(), (0,), (1,)], [0, 2]) == (0, Branches(((1, 2),), True))


def test_what_crosses_is_a_knot():
    # 1 and 2 both lead to 3 and to 4.
    found = series([(), (0,), (0,), (1, 2), (1, 2), (3, 4)], [5])
    assert found == (0, Knot((1, 2, 3, 4)), 5)


# --- folding ---


def stage(what: str, side: int = 8) -> Stage:
    return Stage("conv", what, 4, (), what, what, 1, 10, (side, side, 4))


def test_repetitions_alone_and_in_turn_are_folded():
    a, b, c = stage("a"), stage("b"), stage("c")
    found = list(folded([a, a, a, b, c, b, c, a]))
    assert [(p.what, p.times, p.group, p.layers, p.params) for p in found] == [
        ("a", 3, -1, 3, 30), ("b", 2, 0, 2, 20), ("c", 2, 0, 2, 20), ("a", 1, -1, 1, 10),
    ]  # fmt: skip


def test_other_sizes_are_no_repetition():
    assert [p.times for p in folded([stage("a"), stage("a", 4)])] == [1, 1]


# --- networks ---


def test_vgg_is_a_stack_of_five_blocks():
    model = keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=4)
    artifact, shown = drawn(model)
    found = artifact.facts.stages
    assert [(p.text, p.times) for p in found][:4] == [
        ("input", 1), ("3 x 3 conv, 64", 2), ("2 x 2 max pooling", 1), ("3 x 3 conv, 128", 2),
    ]  # fmt: skip
    measured = values(artifact)
    assert (measured["layers"], measured["depth"], measured["branchings"]) == (22, 16, 0)
    assert "skips" not in measured
    dense = sum(layer.count_params() for layer in model.layers if hasattr(layer, "units"))
    assert measured["parameter_share@dense"] == pytest.approx(dense / model.count_params())
    assert [item.part for item in shown] == ["", "stages"]
    assert sum(row[5] for row in shown[1].rows) == model.count_params()
    assert sum(row[4] for row in shown[1].rows) == 22
    assert (shown[0].title, len(model.layers)) == ("22 layers after the input", 23)


def test_a_residual_network_shows_each_form_of_block_once():
    model = keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=4)
    artifact, shown = drawn(model)
    measured = values(artifact)
    assert (measured["depth"], measured["branchings"], measured["skips"]) == (50, 16, 12)
    assert [p.times for p in artifact.facts.stages if p.ways] == [
        1, 2, 1, 3, 1, 5, 1, 2,
    ]  # fmt: skip
    assert [item.part for item in shown] == ["", "stage-4", "stage-5", "stage-6", "stages"]
    assert "Stages 5, 7, 9 and 11 in full: 2 paths" in shown[2].caption
    _, few = drawn(model, branches=0)
    assert [item.part for item in few] == ["", "stages"]
    assert len(stages_of(model, fold=False)) > 20


def test_extras_belong_to_the_step_that_they_follow_or_lead():
    image = keras.Input((8, 8, 3))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(image)))
    y = layers.BatchNormalization()(layers.Add()([x, layers.Conv2D(4, 1)(x)]))
    y = layers.Conv2D(4, 3, strides=2)(layers.ZeroPadding2D()(y))
    found = stages_of(keras.Model(image, layers.GlobalMaxPooling2D()(y)))
    assert [(p.what, p.extras) for p in found] == [
        ("input", ()), ("3 x 3 conv", ("batch norm", "relu")), ("2 ways", ()),
        ("3 x 3 conv, stride 2", ("batch norm first",)), ("global max pooling", ()),
    ]  # fmt: skip
    assert (found[2].join, found[2].skip, found[3].layers) == ("add", True, 3)


def u_net():
    image = keras.Input((16, 16, 1))
    a = layers.Conv2D(4, 3, padding="same")(image)
    b = layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D()(a))
    c = layers.Conv2D(16, 3, padding="same")(layers.MaxPooling2D()(b))
    d = layers.Concatenate()([b, layers.Conv2DTranspose(8, 2, strides=2)(c)])
    e = layers.Concatenate()([a, layers.Conv2DTranspose(4, 2, strides=2)(d)])
    return keras.Model(image, layers.Conv2D(2, 1)(e))


def test_long_skips_nest():
    artifact, shown = drawn(u_net())
    assert (values(artifact)["branchings"], values(artifact)["skips"]) == (2, 2)
    assert [item.part for item in shown] == ["", "stage-3", "stages"]
    notes, _ = notes_of("architecture", artifact)
    assert "Paths run side by side at 2 places; at 2 of them" in notes[1].text


def test_nested_models_are_unfolded_and_shared_layers_count_once():
    artifact, _ = drawn(zoo.nested())
    assert any("/" in path for path in artifact.facts.layers)
    model = zoo.shared()
    assert compute(subject("architecture", model)).facts.params == model.count_params()
    assert len(steps(Network.of(model))) > len(model.layers)


@pytest.mark.parametrize(
    "make",
    [zoo.sequential, zoo.functional, zoo.subclassed, zoo.two_inputs, zoo.two_outputs, zoo.first,
     zoo.line, zoo.volume, zoo.flat, zoo.fixed, zoo.dead],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_any_model_is_drawn(make):
    model = make()
    artifact, shown = drawn(model)
    assert artifact.facts.params == model.count_params()
    assert shown[0].picture.width <= 780
    assert notes_of("architecture", artifact)[0]


def test_channels_first_are_told_last():
    assert steps(Network.of(zoo.first()))[1].shapes[0][-1] == 3


def test_a_graph_out_of_reach_is_undefined():
    with pytest.raises(UndefinedError, match="cannot be reached"):
        compute(subject("architecture", zoo.subclassed_raw()))


def test_ways_too_many_to_stand_side_by_side_are_left_to_the_table():
    way = (stage("a"),)
    wide = Stage("branches", "9 ways", None, (), "a", "b", 9, 0, (4,), ways=(way,) * 9, join="add")
    assert flow_chart(wide) is None


def test_sides_that_are_open_are_said():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3)])
    _, shown = drawn(model)
    assert "question mark" in shown[0].caption
    assert shown[1].rows[1][3] == "? x ? x 4"


def test_parameters_beside_the_drawing_are_told():
    _, (_, *_, key) = drawn(zoo.augmenting())
    held = zoo.augmenting().count_params()
    assert key.footer == (
        f"Parameters in all: {held - 10:,}",
        "Parameters that the model holds besides: 10",
    )
    _, (_, *_, key) = drawn(zoo.subclassed())
    assert key.footer == (f"Parameters in all: {held - 10:,}",)


def test_layers_of_a_model_that_is_used_twice_are_counted_once_and_alike():
    inner = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(1, 3, padding="same"), layers.ReLU(),
         layers.Conv2D(1, 3, padding="same")], name="block",
    )  # fmt: skip
    start = keras.Input((8, 8, 1))
    model = keras.Model(start, layers.Dense(3)(layers.Flatten()(inner(inner(start)))))
    artifact, (overview, *_, key) = drawn(model)
    # Three layers twice, then two.
    assert values(artifact)["layers"] == 8
    assert overview.title == "8 layers after the input"
    assert "counts at each use" in overview.caption
    assert sum(row[key.columns.index("Layers")] for row in key.rows) == 8
    assert "The network is 5 layers deep" in notes_of("architecture", artifact)[0][0].text
    made = subject("summary", model)
    (table,) = draw(compute_summary(made), made.params)
    assert table.caption.startswith("The model's 4 layers (a nested model is one) with")
    assert "counts at each use" not in drawn(zoo.subclassed())[1][0].caption


def masked(where: str, **inputs):
    """Image and mask multiplied: before the convolution, behind it, or at both places."""
    image, mask = keras.Input((8, 8, 1), name="image"), keras.Input((8, 8, 1), name="mask")
    x = layers.Multiply(name="before")([image, mask]) if where != "behind" else image
    x = layers.Conv2D(1, 3, padding="same", name="conv")(x)
    x = layers.Multiply(name="behind")([x, mask]) if where != "before" else x
    model = keras.Model([image, mask], layers.Dense(3)(layers.Flatten()(x)))
    return hold_inputs(model, {"image": "images", **inputs})[0]


def told_of_branches(model):
    artifact, shown = drawn(model)
    (flowing,) = [one for one in shown if one.part.startswith("stage-")]
    layers_column = [row[4] for row in shown[-1].rows]
    assert sum(layers_column) == values(artifact)["layers"] == artifact.facts.calls
    assert "mask" not in artifact.facts.layers
    return flowing, values(artifact)["skips"]


def test_beside_a_held_input_alone_no_way_leads_around_layers():
    flowing, skips = told_of_branches(masked("before", mask=0.5))
    assert "2 paths from top to bottom, one of which hands on its input;" in flowing.caption
    assert "2 paths: input held at 0.5; what comes in; then multiply" in flowing.alt
    assert skips == 0


def test_a_held_input_beside_layers_is_an_input():
    flowing, skips = told_of_branches(masked("behind", mask=1))
    assert "2 paths from top to bottom; they meet in: multiply." in flowing.caption
    assert "2 paths: 3 x 3 conv, 1; input held at 1; then multiply" in flowing.alt
    assert skips == 0


def test_an_input_that_gets_the_images_too_leads_them_around_layers():
    flowing, skips = told_of_branches(masked("behind", mask="images"))
    assert "one of which leads around all layers" in flowing.caption
    assert skips == 1


def test_an_input_among_layers_that_cross_is_no_layer():
    artifact, (_, key) = drawn(masked("both", mask=1))
    assert [row[1] for row in key.rows][:2] == ["input", "2 layers and 1 input that cross"]
    assert sum(row[4] for row in key.rows) == values(artifact)["layers"] == 5


def test_nothing_leads_into_a_held_input(monkeypatch):
    arrows: list[tuple[float, float]] = []
    plain = Canvas.arrow

    def noted(self, start, end):
        arrows.append(end)
        plain(self, start, end)

    monkeypatch.setattr(Canvas, "arrow", noted)
    (branching,) = [one for one in stages_of(masked("behind", mask=1)) if one.ways]
    assert flow_chart(branching) is not None
    # Into the stage, into the convolution, into the join, and out of it.
    assert len(arrows) == 4
