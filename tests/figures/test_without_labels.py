"""Photos without labels: what is shown of a trained model that knows more than the dataset says."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.attribution.explained import color
from reportgen.figures.evaluation.compute import compute as evaluate
from reportgen.figures.feature_maps.compute import compute as maps
from reportgen.figures.grad_cam.compute import compute as cam
from reportgen.figures.occlusion.compute import compute as occlusion
from reportgen.figures.samples.compute import compute as samples
from reportgen.network.network import Network
from reportgen.records import Target
from reportgen.training.evaluation import evaluate as score
from reportgen.training.loop import train


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(7, activation="softmax", name="top"),
        ]
    )


@pytest.fixture
def photos():
    images = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 3), np.uint8)
    data = dataset(images, {"class": np.zeros(5, int)}, (Target("class", "Class", ("a",)),))
    splits = {name: replace(split, labels={}) for name, split in data.splits.items()}
    facts = {**data.facts, "names": [f"{i}.jpg" for i in range(5)]}
    return replace(data, targets=(), splits=splits, facts=facts)


def test_images_are_called_by_their_files(model, photos):
    artifact = maps(subject("feature_maps", model, photos, samples=[1, 3]))
    assert [image.label for image in artifact.facts.images] == ["1.jpg", "3.jpg"]
    check_house_rules("feature_maps", artifact, {})


def test_classes_are_called_by_their_numbers(model, photos):
    artifact = cam(subject("grad_cam", model, photos, samples=[4], target="6"))
    (sample,) = artifact.facts.heads[0].samples
    assert (sample.image.label, sample.image.explained) == ("4.jpg", "class 6")
    assert sample.image.predicted.startswith("class ")
    with pytest.raises(UserError, match="has no labels"):
        cam(subject("grad_cam", model, photos, target="label"))


def test_a_foreground_that_is_not_known_counts_for_nothing(model, photos):
    unknown = replace(photos, facts={**photos.facts, "threshold": None})
    unknown = replace(unknown, splits={n: replace(s, masks=None) for n, s in photos.splits.items()})
    heat = measures(cam(subject("grad_cam", model, unknown)))
    assert (heat["energy_in_foreground@top"].value, heat["zero_maps@top"].n) == (None, 5)
    assert measures(maps(subject("feature_maps", model, unknown)))["foreground_lift@conv"].n == 0
    assert "foreground_share" not in measures(samples(subject("samples", data=unknown)))


def test_there_is_no_accuracy(model, photos):
    metrics, counts = score(model, photos, Network.of(model).heads_for(photos.targets))
    assert (metrics, counts["test"]) == ({}, 5)
    with pytest.raises(UndefinedError, match="has no labels"):
        evaluate(subject("evaluation", model, photos))


def test_nothing_can_be_trained(model, photos):
    with pytest.raises(UserError, match="no labels for the outputs top; use one with labels"):
        train(model, photos, Network.of(model).heads, {}, 0, lambda *_: None)


def test_the_mean_color_is_that_of_test_images_where_there_are_no_others(model, photos):
    none = replace(photos.splits["train"], images=photos.splits["train"].images[:0])
    alone = replace(photos, splits={**photos.splits, "train": none})
    mean = photos.splits["test"].images.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(color(alone, "mean"), mean, rtol=1e-6)
    made = subject("occlusion", model, alone, samples=1, measure_on=2)
    artifact = occlusion(made)
    assert np.isfinite(artifact.arrays["map@top"]).all()
    (drawing,) = check_house_rules("occlusion", artifact, made.params)
    assert "filled with the mean color of the test images" in drawing.caption
