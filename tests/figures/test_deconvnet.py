"""Deconvnet: the figure, what a unit sees of an image, and what has no rule."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import reference
from small_models import dataset, images, residual, seeded, sequential
from subjects import check_house_rules, measures, notes_of, subject

from reportgen.attribution.deconvnet import deconvnet, peaks
from reportgen.errors import UndefinedError
from reportgen.figures.deconvnet.compute import compute
from reportgen.figures.deconvnet.facts import ChannelFacts, Sample
from reportgen.network.network import Network

layers = keras.layers


def test_the_images_that_excite_a_unit_most_beside_their_projections() -> None:
    data = dataset({"class": 3})
    given = subject("deconvnet", sequential(), data, filters=[1, 0], top=3)
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    pixels = data.splits["test"].images / 255
    strongest = np.maximum(reference.before_relu(sequential(), pixels), 0).max(axis=(1, 2))
    for unit in artifact.facts.channels:
        order = np.argsort(-strongest[:, unit.number], kind="stable")[:3]
        assert [sample.index for sample in unit.samples] == order.tolist()
        for sample in unit.samples:
            top, bottom, left, right = sample.frame
            assert (bottom - top, right - left) == (3, 3)
    found = measures(artifact)
    assert found["activation@1"].value == pytest.approx(strongest[:, 1].max(), rel=1e-5)
    assert found["activation@1"].baseline == pytest.approx(strongest[:, 1].mean(), rel=1e-5)
    assert found["receptive_field"].value == 3
    assert (found["relus_replaced"].value, found["relus_replaced"].n) == (1, 1)
    assert found["plain_passages"].value == 0
    assert "1 ReLU follows the deconvnet's rule." in figure.caption
    assert "cropped to what the unit sees, 3 pixels wide" in figure.encoding
    assert "Channels are counted from zero." in figure.encoding


def test_guided_backpropagation_beside_it() -> None:
    data = dataset({"class": 3})
    given = subject("deconvnet", sequential(), data, filters=[1], top=2, beside="guided")
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    pixels = (artifact.arrays["images@1"] / 255).astype(np.float32)
    for name, rule in (("projections", "deconvnet"), ("beside", "guided")):
        expected = reference.projection(sequential(), pixels, 1, "strongest", rule)
        reference.close(artifact.arrays[f"{name}@1"], expected)
    assert "third, the same by guided backpropagation" in figure.caption


def test_a_crop_at_the_border_is_filled_up_where_the_image_ends() -> None:
    from reportgen.figures.deconvnet.draw import _cropped

    picture = np.arange(16, dtype=np.float32).reshape(4, 4, 1) / 100
    upper = _cropped(picture, (0, 2, 1, 4), (3, 3))[..., 0]
    assert (upper[0] == 1).all()
    np.testing.assert_array_equal(upper[1:], picture[:2, 1:, 0])
    lower = _cropped(picture, (2, 4, 0, 2), (3, 3))[..., 0]
    assert (lower[2] == 1).all()
    assert (lower[:, 0] == 1).all()
    np.testing.assert_array_equal(lower[:2, 1:], picture[2:, :2, 0])


def test_the_strongest_units_all_positions_and_images_of_ones_own() -> None:
    data = dataset({"class": 3})
    given = subject("deconvnet", sequential(), data, filters=1, keep="all", samples=[5, 2])
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    (unit,) = artifact.facts.channels
    values = peaks(Network.of(sequential()), data.splits["test"].images / 255, "conv").values
    assert unit.number == values.max(axis=0).argmax()
    assert [sample.index for sample in unit.samples] == [5, 2]
    assert unit.samples[0].frame == (0, 6, 0, 6)
    assert "These are the test images given" in figure.caption
    pixels = (data.splits["test"].images[[5, 2]] / 255).astype(np.float32)
    expected = reference.projection(sequential(), pixels, unit.number, "all", "deconvnet")
    reference.close(artifact.arrays[f"projections@{unit.number}"], expected)


def test_a_unit_whose_place_cannot_be_told_is_shown_with_the_whole_image() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, strides=2, padding="same", activation="relu"),
            layers.UpSampling2D(2, interpolation="bicubic", name="enlarged"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    params = {"layer": "enlarged", "filters": [0], "top": 2}
    given = subject("deconvnet", seeded(model), dataset({"class": 3}), **params)
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    (unit,) = artifact.facts.channels
    assert [sample.frame for sample in unit.samples] == [(0, 6, 0, 6)] * 2
    assert measures(artifact)["receptive_field"].value is None
    assert "cropped" not in figure.encoding
    assert "How much of the image a unit sees is unknown" in figure.encoding
    assert measures(artifact)["energy_in_foreground"].baseline is None


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, ""),
        (2, "The two channels are shown as red and green."),
        (3, ""),
        (5, "Of 5 channels the first three are shown as red, green and blue."),
    ],
)
def test_zero_is_gray_and_channels_are_told(count: int, words: str) -> None:
    from reportgen.figures.deconvnet.draw import _tiles

    model = keras.Sequential(
        [
            keras.Input((6, 6, count)),
            layers.Conv2D(2, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    data = dataset({"class": 3}, channels=count)
    given = subject("deconvnet", seeded(model), data, filters=[0], top=1)
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    assert words in figure.encoding
    assert ("channels are shown" in figure.encoding) == (count == 2)
    (unit,) = artifact.facts.channels
    artifact.arrays["projections@0"][:] = 0
    _, projection = _tiles(artifact, unit, (3, 3))[0]
    np.testing.assert_allclose(projection, np.full((3, 3, 3), 128 / 255), atol=0.003)


def test_a_tile_is_as_high_and_as_wide_as_the_crops() -> None:
    from reportgen.figures.deconvnet.draw import _sides

    frames = ((0, 2, 3, 9), (0, 3, 4, 8))
    samples = tuple(Sample(0, "", 1.0, frame, False) for frame in frames)
    assert _sides([ChannelFacts(0, samples)]) == (3, 6)


def masked() -> Any:
    """A dataset of 6 x 6 images whose foreground is a third of each."""
    data = dataset({"class": 3})
    masks = np.zeros(data.splits["test"].images.shape[:3], bool)
    masks[:, :2] = True
    object.__setattr__(data.splits["test"], "masks", masks)
    return data


@pytest.mark.parametrize("between", ["Permute", "Attention", "UpSampling", "Dense"])
def test_what_a_unit_sees_is_compared_only_where_it_is_known(between: str) -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, activation="relu", name="first")(x)
    if between == "Permute":
        y = layers.Permute((2, 1, 3))(y)
    elif between == "Attention":
        y = layers.Add()([y, layers.MultiHeadAttention(1, 2, attention_axes=(1, 2))(y, y)])
    elif between == "UpSampling":
        y = layers.UpSampling2D(2, interpolation="bicubic")(y)
    else:
        y = layers.Reshape((1, 1, 8))(layers.Dense(8)(layers.Flatten()(y)))
    y = layers.Conv2D(2, 1, activation="relu", name="last")(y)
    model = seeded(keras.Model(x, layers.Dense(3, "softmax")(layers.Flatten()(y))))
    kernel, bias = model.get_layer("last").get_weights()
    model.get_layer("last").set_weights([np.abs(kernel), bias + 1])
    given = subject("deconvnet", model, masked(), layer="last", filters=[0])
    artifact = compute(given)
    (figure,) = check_house_rules("deconvnet", artifact, given.params)
    found = measures(artifact)["energy_in_foreground"]
    assert found.value is not None
    assert found.baseline is None
    assert found.how.endswith("no baseline, as the region that the unit saw is unknown")
    (note,) = (n for n in notes_of("deconvnet", artifact)[0] if n.rule == "deconvnet.focus")
    assert note.text.endswith("what an even spread would put there is not known.")
    assert "How much of the image a unit sees is unknown" in figure.encoding
    # All positions together see the whole image, and the layer before has a window.
    for params, baseline in (({"keep": "all"}, 1 / 3), ({"layer": "first"}, None)):
        given = subject("deconvnet", model, masked(), **{"layer": "last", "filters": [0], **params})
        known = measures(compute(given))["energy_in_foreground"]
        assert known.baseline is not None
        assert baseline is None or known.baseline == pytest.approx(baseline)


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
        "A deconvnet has no rule for normalization (backbone/stem_norm): the plain backward pass "
        "multiplies by the normalization's slope. A deconvnet has no rule for branches that meet "
        "(backbone/sum): the plain backward pass goes back along every branch."
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
    assert "third" not in figure.caption
    slope = "the plain backward pass multiplies by the non-linearity's slope."
    assert slope in figure.caption


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
