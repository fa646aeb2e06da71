"""Filters and edges: correlations, groups, local variance and classes by hand; the figure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.codec import decode, encode
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.edge_filters import measures as by_hand
from reportgen.figures.edge_filters.compute import compute
from reportgen.figures.edge_filters.facts import Facts
from reportgen.records import Target

KIND = "edge_filters"
TARGET = Target("c", "C", ("upright", "flat"))


def model() -> Any:
    """Filters: vertical edges, horizontal edges, brightness, nothing."""
    start = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(start)
    made = keras.Model(start, layers.Dense(2, name="out")(layers.Flatten(name="flat")(x)))
    edge = np.array([[1, 0, -1]] * 3, np.float32)
    spot = np.zeros((3, 3), np.float32)
    spot[1, 1] = 1
    kernel = np.stack([edge, edge.T, spot, 0 * edge], axis=-1)[:, :, None]
    made.get_layer("conv").set_weights([kernel, np.array([0, 0, 0, -1.0])])
    return made


def data() -> Any:
    """Wide bars that stand (class 0) and bars that lie (class 1), twelve of each."""
    rng = np.random.default_rng(1)
    pixels = np.zeros((24, 8, 8, 1), np.uint8)
    for place in range(12):
        pixels[place, :, 2 + place % 2 : 6] = 200 + place
        pixels[12 + place, 2 + place % 2 : 6] = 200 + place
    pixels += rng.integers(0, 9, pixels.shape, dtype=np.uint8)
    return dataset(pixels, {"c": [0] * 12 + [1] * 12}, (TARGET,))


def test_filters_are_sorted_by_what_they_follow() -> None:
    made = subject(KIND, model(), data(), samples=[3])
    artifact = compute(made)
    groups = artifact.facts.layers[0].groups
    assert groups.vertical[0] == 0
    assert groups.horizontal[0] == 1
    assert 2 in groups.area
    assert groups.silent == (3,)
    assert groups.answering == (0, 1, 2)
    told = measures(artifact)
    # A spot answers to all directions alike.
    assert told["unoriented_share@conv"].value == pytest.approx(1 / 3)
    assert (told["edge_angle@conv.0"].value, told["edge_angle@conv.1"].value) == (90, 0)
    assert told["oriented_filters_fresh@conv"].n >= 3
    assert (told["vertical_filters@conv"].value, told["vertical_filters@conv"].n) == (1, 3)
    assert told["most_vertical@conv.0"].value > 0.2 > told["most_vertical@conv.0"].baseline
    # Bars are told from one another by either edge filter alone.
    assert (told["class_told@conv"].value, told["class_told@conv"].baseline) == (1, 0.5)
    sheet, table = check_house_rules(KIND, artifact, made.params)
    assert "Vertical more than horizontal edges: filter 0" in sheet.alt
    # The order of keys is lost on the way to drawing, the maps must not be.
    facts = decode(Facts, json.loads(json.dumps(encode(artifact.facts), sort_keys=True)))
    assert check_house_rules(KIND, replace(artifact, facts=facts), made.params)[0] == sheet
    assert table.rows[2] == ("conv", "oblique edges", 0, "none")
    assert table.rows[5] == ("conv", "nothing", 1, "3")
    counts, clearest, local = notes_of(KIND, artifact)[0]
    assert counts.text.startswith(
        "2 of 3 filters of `conv` are oriented: they answer mostly to edges of one direction."
    )
    assert clearest.table is not None
    assert [row[:3] for row in clearest.table.rows] == [
        ("conv", "the outline", clearest.text.split("`")[1]),
        ("conv", "vertical edges", "0"),
        ("conv", "horizontal edges", "1"),
    ]
    assert "`conv` tell the class of 100% of the images" in local.text
    cited = next(item for item in told.values() if item.name == "class_told@conv")
    assert (cited.n, cited.baseline) == (24, 0.5)


def test_a_map_made_of_what_lies_there_is_local() -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 9, 1), dtype=np.uint8)
    told = by_hand.local_features(image, (9, 9))
    assert told.shape == (81, 6)
    maps = (told @ np.array([[1, 2.0], [3, 0], [0, 1], [0, -2], [5, 0], [0, 1]])).reshape(9, 9, 2)
    assert by_hand.explained_variance(maps.astype(np.float32), told) == pytest.approx(1)
    noise = np.random.default_rng(1).random((9, 9, 1)).astype(np.float32)
    share = by_hand.explained_variance(noise, told)
    assert share is not None
    assert share < 0.3
    assert by_hand.explained_variance(np.ones((9, 9, 2), np.float32), told) is None


def test_brightness_departs_from_its_median() -> None:
    pixels = np.full((1, 4, 4, 1), 10, np.uint8)
    pixels[0, 1, 1] = 50
    wanted = by_hand.patterns(pixels, (4, 4))
    assert wanted["area"][0, 1, 1] == 40
    assert wanted["area"].sum() == 40
    # Around the bright pixel the slope is half the step of 40 in each direction.
    assert wanted["outline"][0, 1, 2] == wanted["vertical"][0, 1, 2] == 20


def test_nearest_means_leave_out_the_image_itself() -> None:
    levels = np.array([[0.0], [1], [10], [11], [12.0]])
    hits = by_hand.nearest_mean(levels, np.array([0, 0, 1, 1, 1]))
    assert hits.tolist() == [True] * 5
    # An image alone in its class counts for nothing; the stray one is nearer to the other class.
    assert by_hand.nearest_mean(levels, np.array([0, 0, 0, 1, 2])).tolist() == [True, True, False]


def test_what_cannot_be_judged() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(KIND, model(), None))
    with pytest.raises(UserError, match="got 2 images"):
        compute(subject(KIND, model(), data(), samples=[0, 1]))
    flat = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(UndefinedError, match="no filters that could follow edges"):
        compute(subject(KIND, flat, data()))


def test_layers_whose_names_differ_in_case_alone_get_different_parts() -> None:
    body = [layers.Conv2D(2, 3, name="conv"), layers.Conv2D(2, 3, name="Conv")]
    end = [layers.Flatten(), layers.Dense(2)]
    made = subject(KIND, keras.Sequential([keras.Input((8, 8, 1)), *body, *end]), data())
    artifact = compute(made)
    assert [layer.part for layer in artifact.facts.layers] == ["0-conv", "1-conv"]
    check_house_rules(KIND, artifact, made.params)


def test_without_labels_nothing_is_said_of_classes() -> None:
    given = data()
    made = subject(KIND, model(), dataset(given.splits["test"].images, {}, ()), measure_on=1)
    artifact = compute(made)
    assert not [name for name in measures(artifact) if name.startswith("class_told")]
    check_house_rules(KIND, artifact, made.params)
