"""Class activation maps: numbers by hand, an independent reference, invariances, the figure."""

from __future__ import annotations

import dataclasses
import random
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen.errors import UndefinedError, UserError
from reportgen.probing import compiled
from reportgen.records import Drawing, Evidence, Finding, ModelFacts, Subject
from reportgen.visualizations.grad_cam import ENTRY
from reportgen.visualizations.grad_cam.compute import compute, grad_cam
from reportgen.visualizations.grad_cam.draw import draw
from reportgen.visualizations.grad_cam.engine import Maps
from reportgen.visualizations.grad_cam.measures import between_heads, head_measures
from reportgen.visualizations.grad_cam.methods import METHODS
from reportgen.visualizations.grad_cam.notes import notes

sys.path.insert(0, str(Path(__file__).parent.parent / "probing"))
from small_models import dataset, images, nested, seeded, sequential, state, two_heads

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


# --- methods, on arrays ------------------------------------------------------------------------

# Two channels of 1x2 positions. Gradients: channel 0 (1, 3), channel 1 (-1, 0).
A = np.array([[[[2.0, 4.0], [1.0, 0.0]]]], np.float32)
G = np.array([[[[1.0, -1.0], [3.0, 0.0]]]], np.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Weights 2 and -1/2: 2 * 2 - 4 / 2 and 2 * 1.
        ("grad_cam", [2.0, 2.0]),
        # By position: 2 * 1 + 4 * -1 < 0, and 1 * 3.
        ("hires_cam", [0.0, 3.0]),
        ("layer_cam", [2.0, 3.0]),
        # Channel 0: (2 * 1 + 1 * 3) / 3 = 5 / 3; channel 1: 4 * -1 / 4 = -1.
        ("xgrad_cam", [0.0, 5 / 3]),
        # Channel 0: 1 / (2 + 3) * 1 + 9 / (18 + 3 * 27) * 3 = 1/5 + 3/11; channel 1 no ReLU(g).
        ("grad_cam_plus_plus", [2 * (1 / 5 + 3 / 11), 1 / 5 + 3 / 11]),
    ],
)
def test_methods_by_hand(method: str, expected: list[float]) -> None:
    np.testing.assert_allclose(METHODS[method](A, G)[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_zero_without_gradient_or_activation_and_never_negative(method: str) -> None:
    zeros = np.zeros_like(A)
    assert not METHODS[method](A, zeros).any()
    assert not METHODS[method](zeros, G).any()
    rng = np.random.default_rng(0)
    maps = METHODS[method](*(rng.normal(size=(2, 3, 4, 5)).astype(np.float32) for _ in range(2)))
    assert maps.shape == (2, 3, 4)
    assert maps.min() >= 0
    assert np.isfinite(maps).all()


def test_grad_cam_does_not_divide_by_a_signed_maximum() -> None:
    # All gradients negative: no evidence, not evidence of the opposite sign.
    assert not METHODS["grad_cam"](np.abs(A), -np.abs(G)).any()


# --- the library function ----------------------------------------------------------------------


def by_hand() -> Any:
    """Two 1x1 filters (x and 1 - x), then one logit that adds positions with weights of its own."""
    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Conv2D(2, 1, name="conv"),
            layers.Flatten(),
            layers.Dense(2, "softmax"),
        ]
    )
    dense = np.zeros((8, 2), np.float32)
    dense[0::2, 0] = [1, 2, 3, 4]  # filter 0, class 0: mean 2.5
    dense[1::2, 0] = [-4, 0, 0, 0]  # filter 1, class 0: mean -1
    dense[0::2, 1] = -1
    kernel = np.array([1.0, -1.0], np.float32).reshape(1, 1, 1, 2)
    model.set_weights([kernel, np.array([0.0, 1.0]), dense, np.zeros(2)])
    return model


def test_grad_cam_by_hand() -> None:
    x = np.array([[0.0, 0.2], [0.6, 1.0]], np.float32)[None, ..., None]
    # 2.5 x - (1 - x) = 3.5 x - 1, where it is positive.
    expected = [[0, 0], [1.1, 2.5]]
    np.testing.assert_allclose(grad_cam(by_hand(), x, targets=0)[0], expected, atol=1e-6)
    # Class 1 has the weights -1 and 0.
    assert not grad_cam(by_hand(), x, targets=1).any()


def reference(model: Any, x: np.ndarray, conv: str, target: np.ndarray) -> np.ndarray:
    """Grad-CAM of `sequential()` in NumPy alone, each derivative written out."""
    kernel, bias = (np.asarray(w, np.float64) for w in model.get_layer(conv).get_weights())
    dense, _ = (np.asarray(w, np.float64) for w in model.get_layer("out").get_weights())
    patches = np.lib.stride_tricks.sliding_window_view(x[..., 0].astype(np.float64), (3, 3), (1, 2))
    a = np.maximum(np.einsum("nhwij,ijk->nhwk", patches, kernel[:, :, 0]) + bias, 0)
    n, _, _, k = a.shape
    gradient = np.zeros_like(a)
    blocks = a.reshape(n, 2, 2, 2, 2, k)
    for i in range(n):
        slope = dense[:, target[i]].reshape(2, 2, k)
        for r in range(2):
            for c in range(2):
                for f in range(k):
                    block = blocks[i, r, :, c, :, f]
                    down, across = np.unravel_index(block.argmax(), (2, 2))
                    gradient[i, 2 * r + down, 2 * c + across, f] = slope[r, c, f]
    weights = gradient.mean(axis=(1, 2))
    return np.maximum(np.einsum("nhwk,nk->nhw", a, weights), 0)


@pytest.mark.parametrize("ending", ["fused", "layer", "activation", "logits"])
def test_agrees_with_an_independent_reference(ending: str) -> None:
    model = sequential(ending)
    model.get_layer("conv").bias.assign([2.0, 2.0])  # so that no pooling block is all zero
    x = images(6)
    target = np.array([0, 1, 2, 0, 1, 2])
    expected = reference(model, x, "conv", target)
    found = grad_cam(model, x, target)
    assert expected.any()
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


def test_a_sigmoid_unit_is_explained_in_both_directions() -> None:
    model, x = sequential("sigmoid"), images(6)
    logit = np.log(1 / (1 / np.asarray(model(x))[:, 0] - 1))
    away, towards = grad_cam(model, x, 0), grad_cam(model, x, 1)
    predicted = np.where((logit > 0)[:, None, None], towards, away)
    np.testing.assert_allclose(grad_cam(model, x), predicted, atol=1e-6)
    twin = sequential("logits", units=2)
    dense, bias = model.get_layer("out").get_weights()
    twin.get_layer("conv").set_weights(model.get_layer("conv").get_weights())
    twin.get_layer("out").set_weights([np.hstack([-dense, dense]), np.hstack([-bias, bias])])
    np.testing.assert_allclose(away, grad_cam(twin, x, 0), atol=1e-6)
    np.testing.assert_allclose(towards, grad_cam(twin, x, 1), atol=1e-6)


def test_the_last_convolution_is_found_in_a_nested_model() -> None:
    model, x = nested(), images()
    found = grad_cam(model, x, 1)
    np.testing.assert_array_equal(found, grad_cam(model, x, 1, layer="backbone/conv"))
    flat = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, padding="same"),
            layers.Conv2D(2, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    flat.set_weights(model.get_weights())
    np.testing.assert_allclose(found, grad_cam(flat, x, 1), atol=1e-6)
    first = grad_cam(model, x, 1, layer="backbone/stem/conv")
    assert first.shape == (5, 6, 6)
    np.testing.assert_allclose(first, grad_cam(flat, x, 1, layer=flat.layers[0].name), atol=1e-6)


def test_several_outputs_want_a_name() -> None:
    model, x = two_heads(), images(channels=3)
    with pytest.raises(UserError, match="output must be one of width, angle"):
        grad_cam(model, x)
    np.testing.assert_array_equal(
        grad_cam(model, x, output="angle", targets=2), grad_cam(model, x, output=1, targets=2)
    )


def test_size_resizes_bilinearly() -> None:
    model, x = sequential(), images()
    large = grad_cam(model, x, 0, size=(6, 6))
    small = grad_cam(model, x, 0)[..., None]
    np.testing.assert_allclose(large, tf.image.resize(small, (6, 6))[..., 0], atol=1e-6)


def test_batches_order_and_company_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(7)
    target = np.arange(7) % 3
    whole = grad_cam(model, x, target)
    np.testing.assert_allclose(grad_cam(model, x[::-1], target[::-1])[::-1], whole, atol=1e-6)
    np.testing.assert_allclose(grad_cam(model, x[3:4], int(target[3]))[0], whole[3], atol=1e-6)
    monkeypatch.setattr(compiled, "MOST", 2)
    np.testing.assert_allclose(grad_cam(model, x, target), whole, atol=1e-6)
    (graph,) = compiled._graphs[model].values()
    assert graph.traces == 1


def test_the_model_and_random_state_stay_as_they_were() -> None:
    model = two_heads()
    model.get_layer("conv").trainable = False
    before, python_state = state(model), random.getstate()
    grad_cam(model, images(channels=3), output="width")
    assert state(model) == before
    assert random.getstate() == python_state


def test_only_what_follows_the_layer_is_differentiated() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, name="early"),
            layers.Conv2D(2, 3, name="late"),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    grad_cam(model, images(), 0, layer="late")
    ((key, graph),) = compiled._graphs[model].items()
    operations = [op.type for op in graph.function.get_concrete_function().graph.get_operations()]
    assert key[1] == "late"
    assert not [kind for kind in operations if kind.startswith("Conv2DBackprop")]


def test_channels_first_maps_are_those_of_channels_last() -> None:
    activations = np.random.default_rng(0).random((2, 3, 4, 5), dtype=np.float32)
    from reportgen.probing.outputs import channels_to_end

    moved = channels_to_end(tf.transpose(activations, [0, 3, 1, 2]))
    np.testing.assert_array_equal(moved, activations)


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UndefinedError, match="has no convolution layer"):
        grad_cam(keras.Sequential([keras.Input((4,)), layers.Dense(2)]), np.ones((1, 4)))
    with pytest.raises(UserError, match="no layer to show here is called 'flat'"):
        grad_cam(sequential(), images(), layer="flat")
    with pytest.raises(UserError, match=r"no method 'gradcam'.*did you mean 'grad_cam'"):
        grad_cam(sequential(), images(), method="gradcam")
    with pytest.raises(UserError, match=r"must lie in 0\.\.2, got 3"):
        grad_cam(sequential(), images(), 3)


def test_an_output_that_does_not_depend_on_the_layer() -> None:
    x = keras.Input((6, 6, 1))
    side = layers.Flatten()(layers.Conv2D(1, 3, name="side")(x))
    model = keras.Model(x, [layers.Dense(2, name="a")(side), layers.Dense(2, name="b")(x[:, 0, 0])])
    with pytest.raises(UndefinedError, match="'b' does not depend on layer 'side'"):
        grad_cam(model, images(), output="b")


def test_weights_that_are_not_finite_are_said_and_not_drawn() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.full((8, 3), np.nan), np.zeros(3)])
    with pytest.raises(UndefinedError, match="not finite"):
        grad_cam(model, images(), 0)


# --- measures ----------------------------------------------------------------------------------


def maps_of(values: np.ndarray, flat: list[bool] | None = None) -> Maps:
    n = len(values)
    none = np.zeros(n, bool)
    return Maps(
        values.astype(np.float32),
        np.zeros(n, np.int32),
        none if flat is None else np.array(flat),
        none,
        np.zeros((n, 2), np.float32),
    )


def test_measures_of_a_head_leave_out_what_is_zero() -> None:
    values = np.zeros((3, 2, 2))
    values[0, 0, 0] = values[1] = 5
    masks = np.zeros((3, 2, 2), bool)
    masks[:, 0, 0] = True
    found = {
        m.name: m for m in head_measures("h", maps_of(values, [0, 0, 1]), masks, "part", seed=0)
    }
    inside = found["energy_in_foreground@h"]
    assert inside.value == pytest.approx((1 + 1 / 4) / 2)
    assert (inside.n, inside.baseline, inside.part) == (2, 0.25, "part")
    assert (found["zero_maps@h"].value, found["zero_maps@h"].n) == (1, 3)
    assert found["zero_gradients@h"].value == 1
    assert found["imperfect_overlap@h"].value == 0
    # All that lies outside is within a cell of the foreground, as is all of the outside.
    assert found["spill_within_cell@h"].value == pytest.approx(1)
    assert found["spill_within_cell@h"].baseline == pytest.approx(1)


def test_measures_of_zero_maps_alone_are_undefined_and_say_why() -> None:
    found = {
        m.name: m
        for m in head_measures(
            "h", maps_of(np.zeros((2, 2, 2))), np.ones((2, 4, 4), bool), "", seed=0
        )
    }
    assert found["energy_in_foreground@h"].value is None
    assert "no image" in found["energy_in_foreground@h"].how
    assert found["zero_maps@h"].value == 2


def test_heads_compared_by_hand() -> None:
    left, right, none = (np.zeros((1, 2, 2)) for _ in range(3))
    left[0, 0, 0] = right[0, 0, 1] = 1
    heads = {"a": maps_of(left), "b": maps_of(right), "c": maps_of(none)}
    similarity, shift = between_heads(heads, (2, 2), seed=0)
    assert (similarity.value, similarity.n) == (0, 1)
    assert (shift.value, shift.unit) == (1, "px")
    same = between_heads({"a": maps_of(left), "b": maps_of(left * 7)}, (2, 2), seed=0)
    assert same[0].value == pytest.approx(1)
    assert same[1].value == 0
    assert between_heads({"a": heads["c"], "b": heads["c"]}, (2, 2), seed=0)[0].value is None


# --- the figure --------------------------------------------------------------------------------


def subject(model: Any, data: Any, **params: Any) -> Subject:
    filled = {parameter.name: parameter.default for parameter in ENTRY.parameters} | params
    return Subject(model, FACTS, data, filled, seed=1)


def drawn(model: Any, data: Any, **params: Any) -> tuple[Drawing, ...]:
    given = subject(model, data, **params)
    return draw(compute(given), given.params)


def test_one_head_makes_a_heatmap_and_an_overlay() -> None:
    figures = drawn(sequential(), dataset({"class": 3}), samples=2)
    assert [figure.part for figure in figures] == ["heatmap", "overlay"]
    assert [figure.title for figure in figures] == ["Heatmap", "Heatmap over Input Image"]
    for figure in figures:
        assert figure.layers == ("conv",)
        assert "Test image" in figure.caption
        assert "predicted class" in figure.caption
        assert figure.alt


def test_several_heads_make_a_figure_each() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    figures = drawn(two_heads(), data, samples=[0, 3])
    assert [(figure.part, figure.title) for figure in figures] == [
        ("width", "Width"),
        ("angle", "Angle"),
    ]


def test_measures_are_those_declared_and_finite() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    found = compute(subject(two_heads(), data)).measures
    assert {m.name.split("@")[0] for m in found} == {name for name, _ in ENTRY.evidence}
    for measure in found:
        assert measure.value is None or np.isfinite(measure.value)
        assert measure.how
        assert measure.interval is None or measure.interval[0] <= measure.interval[1]


def test_a_zero_gradient_is_drawn_and_said() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.zeros((8, 3)), np.zeros(3)])
    given = subject(model, dataset({"class": 3}))
    artifact = compute(given)
    figures = draw(artifact, given.params)
    for figure in figures:
        words = "zero everywhere, because the gradient is zero everywhere"
        assert words in figure.caption
        assert words in figure.alt
    counts = {m.name: m.value for m in artifact.measures}
    assert counts["zero_gradients@class"] == counts["zero_maps@class"] == 24


def test_a_dark_layer_and_a_negative_sum_are_told_apart_from_it() -> None:
    dark = sequential()
    dark.get_layer("conv").set_weights([np.zeros((3, 3, 1, 2)), np.zeros(2)])
    caption = drawn(dark, dataset({"class": 3}))[0].caption
    assert "all activations of the layer are zero" in caption
    against = sequential()
    kernel = np.abs(against.get_layer("conv").get_weights()[0])
    against.get_layer("conv").set_weights([kernel, np.ones(2)])
    against.get_layer("out").set_weights([np.full((8, 3), -1.0), np.array([1.0, 0, 0])])
    caption = drawn(against, dataset({"class": 3}))[0].caption
    assert "the weighted sum of the feature maps is nowhere positive" in caption


def test_targets_of_a_spec() -> None:
    data, model = dataset({"class": 3}), sequential()
    named = compute(subject(model, data, target="class 2", samples=3))
    by_index = compute(subject(model, data, target="2", samples=3))
    np.testing.assert_array_equal(named.arrays["map@class"], by_index.arrays["map@class"])
    label = compute(subject(model, data, target="label", samples=3))
    told = label.facts["heads"][0]["samples"]
    assert all(one["explained"] == one["label"] for one in told)
    with pytest.raises(UserError, match="has no class 'cat'"):
        compute(subject(model, data, target="cat"))


def test_the_same_subject_twice_gives_the_same_bytes() -> None:
    first = drawn(sequential(), dataset({"class": 3}), samples=2)
    second = drawn(sequential(), dataset({"class": 3}), samples=2)
    assert [f.picture.data for f in first] == [f.picture.data for f in second]
    assert [f.caption for f in first] == [f.caption for f in second]


def test_without_data_or_convolution_it_is_undefined() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(sequential(), None))
    flat = seeded(
        keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3, "softmax")])
    )
    with pytest.raises(UndefinedError, match="no convolution"):
        compute(subject(flat, dataset({"class": 3})))


def test_notes_cite_what_was_measured() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.eye(8, 3) - 0.4, np.zeros(3)])
    found = compute(subject(model, dataset({"class": 3}))).measures
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in found
    )
    written = notes(Finding("b", "grad_cam", "m", "s", evidence))
    assert written
    assert {cite for note in written for cite in note.cites} <= {item.id for item in evidence}
    silent = tuple(dataclasses.replace(item, value=None) for item in evidence)
    assert notes(Finding("b", "grad_cam", "m", "s", silent)) == ()
