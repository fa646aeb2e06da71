"""Saliency maps: an independent reference, invariances, kinds of model, the figure."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from saliency_reference import METHODS
from small_models import dataset, seeded, sequential, two_heads
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.attribution.saliency import saliency
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.saliency.compute import compute
from reportgen.figures.saliency.draw import draw
from reportgen.metrics.randomization import rank_correlation

layers = keras.layers


@pytest.mark.parametrize("method", METHODS)
def test_the_figure_of_one_head(method: str) -> None:
    given = subject("saliency", sequential(), dataset({"class": 3}), method=method, samples=2)
    artifact = compute(given)
    (figure,) = check_house_rules("saliency", artifact, given.params)
    assert figure.part == ""
    assert "Test image" in figure.caption
    found = measures(artifact)
    assert ("gradient_agreement@class" in found) == (method != "gradient")
    assert ("relus_replaced@class" in found) == (method == "guided_backpropagation")
    assert ("completeness_gap@class" in found) == (method == "integrated_gradients")
    multiplies = method in ("integrated_gradients", "input_x_gradient")
    assert ("pixels_at_baseline@class" in found) == multiplies
    assert found["energy_in_foreground@class"].baseline == pytest.approx(6 / 36)
    assert (artifact.arrays["map@class"].min() < 0) == artifact.facts.signed
    assert notes_of("saliency", artifact)[0]


@pytest.mark.parametrize("method", ["integrated_gradients", "input_x_gradient"])
def test_agreements_leave_out_what_is_zero_by_construction(method: str) -> None:
    data = dataset({"class": 3})
    dark = np.asarray(data.splits["test"].images).copy()
    dark[:, :3] = 0
    dark[:, 3:] |= 1
    object.__setattr__(data.splits["test"], "images", dark)
    artifact = compute(subject("saliency", sequential(), data, method=method, measure_on=5))
    found = measures(artifact)
    still = found["pixels_at_baseline@class"]
    assert (still.value, still.n) == (0.5, 5)
    assert "edge_agreement@class" not in found
    ways = method, "gradient"
    pixels = dark[:5] / np.float32(255)
    times, plain = (np.abs(saliency(sequential(), pixels, method=way)[..., 0]) for way in ways)
    expected = rank_correlation(times[:, 3:], plain[:, 3:]).mean()
    assert found["gradient_agreement@class"].value == pytest.approx(expected, abs=1e-4)
    white = subject("saliency", sequential(), data, method=method, measure_on=5, baseline="white")
    from_white = measures(compute(white))["pixels_at_baseline@class"].value
    assert from_white == (0.5 if method == "input_x_gradient" else (dark[:5] == 255).mean())


def test_completeness_is_measured_and_shrinks_with_steps() -> None:
    gaps = []
    for steps in (1, 64):
        given = subject(
            "saliency", sequential(), dataset({"class": 3}),
            method="integrated_gradients", steps=steps,
        )  # fmt: skip
        gaps.append(measures(compute(given))["completeness_gap@class"].value)
    assert gaps[1] < 0.02
    assert gaps[1] < gaps[0]


def test_several_heads_and_other_nonlinearities() -> None:
    data = dataset({"class": 5, "angle": 4, "width": 2}, channels=3)
    given = subject("saliency", two_heads(), data, method="integrated_gradients", show="magnitude")
    figures = check_house_rules("saliency", compute(given), given.params)
    assert [figure.part for figure in figures] == ["width", "angle"]
    x = keras.Input((6, 6, 1))
    y = layers.Activation("tanh", name="bend")(layers.Conv2D(2, 3, activation="relu")(x))
    model = seeded(keras.Model(x, layers.Dense(3, "softmax", name="class")(layers.Flatten()(y))))
    given = subject("saliency", model, dataset({"class": 3}), method="guided_backpropagation")
    caption = check_house_rules("saliency", compute(given), given.params)[0].caption
    assert "replaced at 1 ReLU. Layer bend kept the plain gradient, as it is no ReLU." in caption


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (6, "ReLU. Layers a0, a1, a2, a3, a4, a5 kept the plain gradient, as they are no ReLUs."),
        (7, "ReLU. Layers a0, a1, a2, a3, a4 and 2 more kept the plain gradient, as they"),
    ],
)
def test_of_many_nonlinearities_the_first_are_named(count: int, said: str) -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, activation="relu")(x)
    for place in range(count):
        y = layers.Activation("tanh", name=f"a{place}")(y)
    model = seeded(keras.Model(x, layers.Dense(3, "softmax", name="class")(layers.Flatten()(y))))
    given = subject("saliency", model, dataset({"class": 3}), method="guided_backpropagation")
    assert said in check_house_rules("saliency", compute(given), given.params)[0].caption


@pytest.mark.parametrize(("slope", "said"), [(0.1, True), (0.0, False)])
def test_a_leaky_relu_is_not_said_to_pass_nothing(slope: float, said: bool) -> None:
    x = keras.Input((6, 6, 1))
    y = layers.ReLU(negative_slope=slope)(layers.Conv2D(2, 3, activation="relu", name="conv")(x))
    y = layers.Flatten()(layers.Conv2D(2, 2, activation="relu", name="late")(y))
    model = seeded(keras.Model(x, layers.Dense(3, "softmax", name="class")(y)))
    data = dataset({"class": 3})
    given = subject("saliency", model, data, method="guided_backpropagation")
    caption = check_house_rules("saliency", compute(given), given.params)[0].caption
    told = "replaced at 3 ReLUs. 1 of them is leaky and passed on a share where off"
    assert (told in caption) == said
    given = subject("deconvnet", model, data, layer="late", filters=1, beside="guided")
    from reportgen.figures.deconvnet.compute import compute as projected

    encoding = check_house_rules("deconvnet", projected(given), given.params)[0].encoding
    assert ("nothing on where they were off (of leaky ones, their slope)." in encoding) == said


def test_a_zero_map_is_drawn_and_said() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.zeros((8, 3)), np.zeros(3)])
    for show in ("magnitude", "signed"):
        given = subject("saliency", model, dataset({"class": 3}), show=show)
        artifact = compute(given)
        (figure,) = check_house_rules("saliency", artifact, given.params)
        assert "zero everywhere" in figure.caption
        assert "zero everywhere" in figure.alt
        found = measures(artifact)
        assert found["zero_maps@class"].value == 24
        assert found["energy_in_foreground@class"].value is None
        assert found["edge_agreement@class"].value is None
        assert notes_of("saliency", artifact)[0] == ()


def test_targets_of_a_spec_and_a_missing_dataset() -> None:
    data, model = dataset({"class": 3}), sequential()
    label = compute(subject("saliency", model, data, target="label", samples=3))
    samples = label.facts.heads[0].samples
    assert all(sample.image.explained == sample.image.label for sample in samples)
    named, index = (compute(subject("saliency", model, data, target=t)) for t in ("class 2", "2"))
    np.testing.assert_array_equal(named.arrays["map@class"], index.arrays["map@class"])
    with pytest.raises(UserError, match="has no class 'cat'"):
        compute(subject("saliency", model, data, target="cat"))
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject("saliency", model))
    given = subject("saliency", model, data)
    assert draw(compute(given), given.params) == draw(compute(given), given.params)
