import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.records import Target
from reportgen.visualizations.samples.compute import compute, title

DIGITS = Target("class", "Class", tuple(str(i) for i in range(12)))


@pytest.fixture
def toys():
    """24 gray images, two of each of 12 classes; a quarter of each is foreground."""
    images = np.zeros((24, 8, 8, 1), np.uint8)
    images[:, :4, :4] = np.arange(200, 224)[:, None, None, None]
    return dataset(images, {"class": np.arange(24) % 12}, (DIGITS,))


def test_default_is_one_of_each_of_ten_classes(toys):
    artifact = compute(subject("samples", data=toys))
    assert len(set(artifact.facts["titles"])) == 10
    (drawing,) = check_house_rules("samples", artifact, {})
    assert drawing.caption == "10 images of Toys, test split, each under its class."
    assert "10 images of 8 x 8 px, gray" in drawing.alt


def test_images_and_titles_are_those_of_the_indices(toys):
    artifact = compute(subject("samples", data=toys, samples=[5, 13], split="train"))
    assert artifact.facts["titles"] == ["5", "1"]
    assert artifact.arrays["images"][:, 0, 0, 0].tolist() == [205, 213]
    assert artifact.facts["split"] == "train"


def test_foreground_share_by_hand(toys):
    share = measures(compute(subject("samples", data=toys)))["foreground_share"]
    assert (share.value, share.n, share.interval) == (0.25, 24, (0.25, 0.25))


def test_a_single_sample_is_a_large_picture(toys):
    artifact = compute(subject("samples", data=toys, samples=1))
    (drawing,) = check_house_rules("samples", artifact, {})
    assert drawing.picture.width >= 200
    assert drawing.caption.startswith("Image ")


def test_titles_say_all_targets_once():
    line = Target("class", "Class", ("7 px long, 15°, red", "15 px long, 5°, red"))
    length, angle = (
        Target("length", "Length", ("7 px", "15 px")),
        Target("a", "Angle", ("15°", "5°")),
    )
    labels = {"class": np.array([0, 1]), "length": np.array([0, 1]), "a": np.array([0, 1])}
    assert title((line, length, angle), labels, 1) == "15 px long, 5°, red"
    coarse = Target("class", "Class", ("10", "11"))
    parity = Target("first", "First digit", ("1", "0"))
    labels = {"class": np.array([0]), "first": np.array([0])}
    assert title((coarse, parity), labels, 0) == "10, first digit 1"


def test_wrong_index_is_a_users_mistake(toys):
    with pytest.raises(UserError, match="99"):
        compute(subject("samples", data=toys, samples=[99]))


def test_without_data_it_is_undefined():
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject("samples"))
