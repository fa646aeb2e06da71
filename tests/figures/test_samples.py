from dataclasses import replace

import numpy as np
import pytest
from subjects import check_house_rules, dataset, measures, subject

from reportgen.drafting import unbacked_numbers
from reportgen.engine.note import as_evidence
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.samples.compute import compute, title
from reportgen.figures.samples.notes import notes
from reportgen.records import Finding, Preprocessing, Target

DIGITS = Target("class", "Class", tuple(str(i) for i in range(12)))


@pytest.fixture
def toys():
    """24 gray images, two of each of 12 classes; a quarter of each is foreground."""
    images = np.zeros((24, 8, 8, 1), np.uint8)
    images[:, :4, :4] = np.arange(200, 224)[:, None, None, None]
    return dataset(images, {"class": np.arange(24) % 12}, (DIGITS,))


def test_default_is_one_of_each_of_ten_classes(toys):
    artifact = compute(subject("samples", data=toys))
    assert len(set(artifact.facts.titles)) == 10
    (drawing,) = check_house_rules("samples", artifact, {})
    assert drawing.caption == (
        "10 images of Toys, test split, numbers "
        "7, 2, 10, 5, 1, 8, 3, 11, 6, 4. "
        "As model input: pixel values divided by 255."
    )
    assert "10 images of 8 x 8 px, gray" in drawing.alt


def test_images_and_titles_are_those_of_the_indices(toys):
    artifact = compute(subject("samples", data=toys, samples=[5, 13], split="train"))
    assert artifact.facts.titles == ("5", "1")
    assert artifact.arrays["images"][:, 0, 0, 0].tolist() == [205, 213]
    assert artifact.facts.split == "train"


def test_one_of_each_class_in_the_order_of_labels(toys):
    artifact = compute(subject("samples", data=toys, samples=[13, 2, 0], by_label=True))
    assert artifact.facts.labels == (0, 1, 2)
    assert artifact.facts.indices == (0, 13, 2)
    (drawing,) = check_house_rules("samples", artifact, {})
    assert "test split, numbers 0, 13, 2." in drawing.caption
    bare = replace(toys, targets=())
    assert compute(subject("samples", data=bare, by_label=True)).facts.labels == ()


def test_foreground_share_by_hand(toys):
    share = measures(compute(subject("samples", data=toys)))["foreground_share"]
    assert (share.value, share.n, share.interval) == (0.25, 24, (0.25, 0.25))


def test_a_single_sample_is_a_large_picture(toys):
    artifact = compute(subject("samples", data=toys, samples=1))
    (drawing,) = check_house_rules("samples", artifact, {})
    assert drawing.picture.width >= 200
    assert drawing.caption.startswith("Test image 7 of Toys: ")


@pytest.fixture
def photos(toys):
    """Toys as if they came from files without labels, of which one could not be read."""
    facts = {
        "origin": [["image files", "20 x 30 to 40 x 60", "as decoded", "resized"]],
        "names": [f"{i}.jpg" for i in range(24)],
        "skipped": 1,
        "listed": 25,
        "remarks": ["1 file was left out as unreadable: photos/x.jpg (it is empty)"],
    }
    how = Preprocessing((1.0, 0.5), (-10.0, 0.0), "as told", (1, 0))
    splits = {
        name: replace(s, labels={}, images=np.repeat(s.images, 2, axis=-1))
        for name, s in toys.splits.items()
    }
    return replace(toys, targets=(), splits=splits, preprocessing=how, facts=facts)


def test_images_without_labels_are_under_their_names(photos):
    artifact = compute(subject("samples", data=photos, samples=[2, 7]))
    assert artifact.facts.titles == ("2.jpg", "7.jpg")
    assert len(compute(subject("samples", data=photos)).facts.titles) == 10


def test_what_was_done_to_files_is_a_table(photos):
    artifact = compute(subject("samples", data=photos, samples=2))
    shown = replace(artifact, arrays={"images": artifact.arrays["images"][..., :1]})
    _, table = check_house_rules("samples", shown, {})
    assert table.rows == (
        ("image files", "20 x 30 to 40 x 60", "as decoded", "resized"),
        ("images of this report", "8 x 8 x 2", "0 to 255", "held as bytes"),
        ("model input", "8 x 8 x 2", "-10 to 245; 0 to 127.5", "as told"),
    )
    assert table.footer[0].startswith("1 file was left out as unreadable: photos/x.jpg")


def test_files_that_were_left_out_are_noted(photos):
    found = measures(compute(subject("samples", data=photos, samples=2)))["skipped"]
    assert (found.value, found.n) == (1, 25)
    evidence = as_evidence(found, "samples-1")
    (note,) = notes(Finding("samples-1", "samples", "", "", (evidence,)))
    assert note.text == "One of 25 image files could not be read and was left out."
    assert unbacked_numbers(note, [evidence]) == []


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


def test_stages_show_the_file_and_every_channel_of_the_input(photos):
    order = Preprocessing(1.0, (-100.0, -110.0, -120.0), "less a mean", (2, 1, 0))
    images = np.zeros((2, 4, 4, 3), np.uint8)
    images[1] = (10, 20, 30)
    data = dataset(images, {"class": np.zeros(2, int)}, (Target("class", "Class", ("a",)),))
    own = (np.zeros((6, 9, 3), np.uint8), np.full((5, 8, 3), 7, np.uint8))
    facts = {"names": ["a.jpg", "b.jpg"]}
    data = replace(data, targets=(), preprocessing=order, originals=own, facts=facts)
    artifact = compute(subject("samples", data=data, samples=[1], stages=True))
    assert artifact.facts.channels == ("blue", "green", "red")
    assert artifact.arrays["inputs"][0, 0, 0] == pytest.approx([-70, -90, -110])
    assert artifact.arrays["original_0"].shape == (5, 8, 3)
    drawn = check_house_rules("samples", artifact, {})
    assert [item.part for item in drawn] == ["", "input"]
    assert "On the left is the file's image" in drawn[0].caption
    assert "from -110 (black) to -70 (white)" in drawn[1].caption
    plain = compute(subject("samples", data=data, samples=[1]))
    assert [item.part for item in check_house_rules("samples", plain, {})] == [""]


def test_stages_of_data_that_came_as_arrays_have_no_file(toys):
    drawn = check_house_rules("samples", compute(subject("samples", data=toys, stages=True)), {})
    assert [item.part for item in drawn] == ["", "input"]


def test_only_images_of_the_classes_named(toys):
    titles = compute(subject("samples", data=toys, classes=["7", "3"])).facts.titles
    assert sorted(titles) == ["3", "7"]
    four = compute(subject("samples", data=toys, classes=["7", "3"], samples=4)).facts
    assert sorted(four.indices) == [3, 7, 15, 19]
    listed = compute(subject("samples", data=toys, classes=["3"], samples=[2, 15])).facts
    assert listed.indices == (15,)
    with pytest.raises(UserError, match=r"has no class '33'; did you mean '3'"):
        compute(subject("samples", data=toys, classes=["33"]))
    with pytest.raises(UserError, match="images have no labels"):
        compute(subject("samples", data=replace(toys, targets=()), classes=["3"]))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, ""),
        (2, "The two channels are shown as red and green."),
        (4, "Of 4 channels the first three are shown as red, green and blue."),
    ],
)
def test_channels_that_are_no_colors_are_said_to_be_shown_as_such(count: int, said: str) -> None:
    from reportgen.figures.attribution.captions import channels

    assert channels(count) == said
