"""Datasets are read as they are meant: names, ranges, splits, and files that are no images."""

from __future__ import annotations

import os
import socket
import struct
import tracemalloc
import zlib
from contextlib import chdir
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reportgen import checking, datasets
from reportgen.checking.files import check_files
from reportgen.cli import main
from reportgen.datasets.arrays import from_arrays
from reportgen.datasets.npz import ENTRY
from reportgen.engine.doubts import of_labels
from reportgen.errors import UserError
from reportgen.figures.attribution.heads import class_names, target_classes
from reportgen.network.network import Network
from reportgen.records import Dataset
from reportgen.spec.loading import load_text, read_spec
from reportgen.spec.problems import Problems
from reportgen.training.trainable import check_trainable

X = np.random.default_rng(1).integers(0, 256, (12, 6, 5, 3), np.uint8)
BIRDS = ["crane", "dog", "crane"]


@pytest.fixture(scope="module")
def network() -> Network:
    """A softmax over three classes, which answers a red image by 0, a green by 1, a blue by 2."""
    inputs = keras.Input((6, 5, 3), name="image")
    maps = keras.layers.Conv2D(3, 1, name="edge")(inputs)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(maps)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="kind")(pooled))
    model.get_layer("edge").set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3)])
    model.get_layer("kind").set_weights([9 * np.eye(3, dtype=np.float32), np.zeros(3)])
    return Network.of(model)


def photos(folder: Path, *names: str) -> None:
    """One photo of random pixels for each path."""
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(X[index % len(X)]).save(folder / name)


def folder_of(path: Path, **params: Any) -> Dataset:
    return datasets.load("folder", {"path": path.name, **params}, 0, path.parent)


def npz(folder: Path, arrays: dict[str, Any], **params: Any) -> Dataset:
    np.savez(folder / "data.npz", **arrays)
    return datasets.load("npz", {"path": "data.npz", **params}, 0, folder)


# --- names of classes -----------------------------------------------------------------------------


def test_photos_without_labels_have_names_of_a_list_or_file(
    tmp_path: Path, network: Network
) -> None:
    """`classes` was refused where there are no labels, so photos were "class 111"."""
    photos(tmp_path / "photos", "a.png", "b.png")
    (tmp_path / "names.txt").write_text("\ufeffcat\r\ndog\r\nPolar bear\r\n\r\n", encoding="utf-8")
    for classes in ("names.txt", ["cat", "dog", "Polar bear"]):
        data = folder_of(tmp_path / "photos", classes=classes)
        assert (data.targets, data.classes) == ((), ("cat", "dog", "Polar bear"))
        (head,) = network.named(data.classes).heads_for(data.targets)
        assert class_names(head) == ["cat", "dog", "Polar bear"]
        assert target_classes((head,), data, np.arange(2), "dog").tolist() == [[1], [1]]


def test_two_classes_of_one_name_are_told_apart(tmp_path: Path, network: Network) -> None:
    """ImageNet's two classes "crane" were refused as names that do not differ."""
    data = npz(tmp_path, {"x_test": X}, labels=False, classes=BIRDS)
    (head,) = network.named(data.classes).heads_for(())
    assert class_names(head) == ["crane (0)", "dog", "crane (2)"]
    assert target_classes((head,), data, np.arange(2), "crane (2)").tolist() == [[2], [2]]
    with pytest.raises(UserError, match=r"has 2 classes named 'crane'; write the index of one: 0 "):
        target_classes((head,), data, np.arange(2), "crane")


def test_labels_count_classes_of_one_name_by_their_numbers(tmp_path: Path) -> None:
    """A name that repeats was refused beside labels; names as labels cannot mean such a class."""
    labels = np.arange(12) % 3
    data = npz(tmp_path, {"x_train": X, "y_train": labels}, classes=BIRDS)
    assert data.targets[0].classes == ("crane (0)", "dog", "crane (2)")
    with pytest.raises(UserError, match="got the name 'crane' of 2 classes; give class numbers"):
        npz(tmp_path, {"x_train": X, "y_train": np.array(BIRDS * 4)}, classes=BIRDS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"cat\n\ndog\n", "line 2 of names.txt is empty, so that class has no name"),
        (b"", "names.txt has no names"),
        ("Käfer\n".encode("latin-1"), "names.txt is not text in UTF-8: byte 1 is 0xe4"),
        (b"cat\x1b[2J\n", "line 1 of names.txt holds a control character"),
    ],
)
def test_a_file_that_names_no_classes(tmp_path: Path, content: bytes, message: str) -> None:
    """A file of names that cannot be one is refused with the line at fault."""
    (tmp_path / "names.txt").write_bytes(content)
    with pytest.raises(UserError, match=message):
        npz(tmp_path, {"x_test": X}, labels=False, classes="names.txt")


def test_names_fit_the_units_of_an_output(network: Network) -> None:
    """More or fewer names than units are one message, not names at wrong units."""
    for names in (["cat", "dog"], ["cat", "dog", "hen", "owl"]):
        message = f"'classes' names {len(names)} classes, but of the model's outputs 'kind' has 3"
        with pytest.raises(UserError, match=message):
            network.named(names).heads_for(())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model: m.keras\nclasses: no.txt", "there is no file of class names no.txt"),
        ("model: m.keras\nclasses: {a: b}", "'classes' must be a list of names, or the path of a"),
        ("model: m.keras\nclasses: []", "'classes' needs at least 1 names of classes, got 0"),
        ("model: zoo:base\nclasses: [a]\ndataset: mnist", "'classes' has no effect: the dataset"),
        (
            "model: m.keras\nclasses: [a]\ndataset: {source: npz, path: a.npz, classes: [b]}",
            "'classes' stands in the model and in its dataset",
        ),
    ],
)
def test_names_that_do_not_reach_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    """Names of classes that a spec gives in vain are told with their line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.keras").touch()
    np.savez("a.npz", x_test=X)
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(UserError) as caught:
        checking.load(Path("x.yaml"))
    assert any(message in problem.message for problem in caught.value.problems)


SPEC = """
models:
  bare: {source: kinds.keras, classes: [cat, dog, hen]}
  dark:
    source: kinds.keras
    classes: names.txt
    dataset: {source: npz, path: dark.npz, labels: false}
sections:
  - {title: Bare, model: bare, figures: [activation_maximization: {objective: class,
     targets: [hen], steps: 2}]}
  - {title: Dark, model: dark, figures: [samples: {stages: true}, grad_cam: {samples: 2,
     target: owl}]}
inferences: false
"""


@pytest.mark.timeout(240)
def test_a_page_has_names_and_doubts(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model without a dataset had no names, and images nearly black passed without a word."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/names.txt").write_text("cat\nowl\nhen\n")
    (tmp_path / "specs/kinds.yaml").write_text(SPEC)
    np.savez(tmp_path / "specs/dark.npz", x_test=X // 200)
    network.model.save(tmp_path / "specs/kinds.keras")
    result = CliRunner().invoke(main, ["build"])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "site/kinds/report.md").read_text()
    assert "owl" in page.partition('<a id="grad_cam-1-sanity">')[0].split('<a id="grad_cam')[-1]
    assert result.output.count("reach 1 of 255, so the pictures are nearly black") == 1
    assert page.index("reach 1 of 255") < page.index("**Contents**")
    assert "0 to 255, measured 0 to 1" in page
    (tmp_path / "specs/names.txt").write_text("cat\nwolf\nhen\n")
    stale = CliRunner().invoke(main, ["status"])
    assert stale.exit_code == 1
    assert "names.txt" in stale.output


# --- the range of stored values -------------------------------------------------------------------

KINDS = np.arange(60) % 3
BINARY = np.random.default_rng(2).integers(0, 2, (60, 6, 5)).astype(np.uint8)
TWELVE = np.random.default_rng(2).integers(0, 4096, (60, 6, 5)).astype(np.uint16)
TWELVE[:, 0, :2] = 0, 4095


def told(data: Dataset) -> dict[str, str]:
    return {warning.kind: warning.text for warning in data.warnings}


@pytest.mark.parametrize(
    ("values", "reach", "key"),
    [
        (BINARY, "reach 1 of 255, so the pictures are nearly black", "range: [0, 1]"),
        (BINARY.astype(np.int64), "reach 1 of 255", "range: [0, 1]"),
        (BINARY * 14, "reach 14 of 255", "range: [0, 14]"),
        (BINARY * 16.0, "reach 16 of 255", "range: [0, 16]"),
        (BINARY / 255, "reach 0.00392157 of 1", "range: [0, 0.0039"),
        (
            100 + 40 * BINARY,
            "lie between 100 and 140 in a range from 0 to 255",
            "range: [100, 140]",
        ),
    ],
)
def test_images_that_use_a_sliver_of_their_range(
    tmp_path: Path, values: Any, reach: str, key: str
) -> None:
    """Whole numbers 0 and 1 in uint8 were shown as black pictures without a word."""
    text = told(npz(tmp_path, {"x_train": values, "y_train": KINDS}))["sliver_of_range"]
    assert reach in text
    assert key in text


@pytest.mark.parametrize(
    "values",
    [
        BINARY * 255,
        BINARY.astype(bool),
        BINARY * 1.0,
        X[..., 0] % 201,
        X[..., 0] / 255,
        BINARY * 65,
    ],
)
def test_images_that_use_their_range_are_not_suspected(tmp_path: Path, values: Any) -> None:
    """Dark photos that reach 200 of 255 and binary images of 0 and 255 are what they seem."""
    values = values[:12]
    data = npz(tmp_path, {"x_train": values, "y_train": np.arange(len(values)) % 3})
    assert told(data).keys() <= {"known_test_images"}


@pytest.mark.parametrize(
    ("values", "given"),
    [
        (BINARY, [0, 1]),
        (TWELVE, [0, 4095]),
        (TWELVE.astype(">u2"), [0, 4095]),
        (TWELVE.astype(np.int32) - 1000, [-1000, 3095]),
        (TWELVE / 4095 * 2 - 1, [-1, 1]),
        (TWELVE.astype(np.float16), [0, 4096]),
    ],
)
def test_a_range_maps_stored_values_to_pixels(
    tmp_path: Path, values: Any, given: list[float]
) -> None:
    """16-bit and float arrays were refused; each value is rounded once to one of 256 levels."""
    data = npz(tmp_path, {"x_test": values, "y_test": KINDS}, range=given)
    low, high = given
    expected = np.rint((values.astype(np.float64) - low) / (high - low) * 255)
    np.testing.assert_array_equal(data.splits["test"].images[..., 0], expected)
    (row,) = data.facts["origin"]
    assert row[2].startswith(f"{low} to {high}, measured ")
    assert told(data) == {}


def test_what_lies_outside_of_a_range_is_clipped_and_counted(tmp_path: Path) -> None:
    """A range that cuts values off says how many, and one that misses most of them warns."""
    data = npz(tmp_path, {"x_test": TWELVE}, labels=False, range=[0, 2047])
    outside = int((TWELVE > 2047).sum())
    assert data.splits["test"].images.max() == 255
    assert (
        data.facts["origin"][0][2] == f"0 to 2047, measured 0 to 4095, {outside:,} values clipped"
    )
    assert data.facts["remarks"] == [
        f"{outside:,} values lie outside of 'range': shown as black or white"
    ]
    missed = npz(tmp_path, {"x_test": TWELVE}, labels=False, range=[0, 1])
    assert "of all values lie outside of the 'range' from 0 to 1" in told(missed)["missed_range"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (TWELVE, r"got 0 to 4095; write range: \[0, 4095\] if these are black and white"),
        (TWELVE / 1000 - 2, r"got -2 to 2\.095; write range: \[-2, 2\.095\] if these are"),
        (TWELVE / 100, r"whole numbers above 1, got fractions; write range: \[0, 40\.95\] if"),
        (np.full((3, 6, 5), np.inf), "got inf to inf; give the images as people look at them"),
    ],
)
def test_values_without_a_known_range_get_one_suggested(
    tmp_path: Path, values: Any, message: str
) -> None:
    """What is refused names `range` with the least and the greatest value that were measured."""
    with pytest.raises(UserError, match=message):
        npz(tmp_path, {"x_test": values}, labels=False)


def test_black_images_alone_are_no_fractions_among_bytes(tmp_path: Path) -> None:
    """A float split of nothing but 0 and 1 was stretched to 255 beside one from 0 to 255."""
    arrays = {"x_train": X[..., 0] * 1.0, "x_test": BINARY[:3] * 1.0}
    assert npz(tmp_path, arrays, labels=False).splits["test"].images.max() == 1


def deep_png(values: Any) -> bytes:
    """A PNG with 16 bits a color, which Pillow cannot write."""
    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_twelve_bits_in_a_file_of_sixteen(tmp_path: Path, suffix: str) -> None:
    """12-bit images became 15 levels of gray without a word."""
    (tmp_path / "scans").mkdir()
    for index in range(3):
        Image.fromarray(TWELVE[index]).save(tmp_path / "scans" / f"{index}.{suffix}")
    data = folder_of(tmp_path / "scans")
    assert "reach 4095 of 65535" in told(data)["sliver_of_range"]
    assert "write range: [0, 4095] in the dataset" in told(data)["sliver_of_range"]
    data = folder_of(tmp_path / "scans", range=[0, 4095])
    expected = np.rint(TWELVE[:3] / 4095 * 255)
    np.testing.assert_array_equal(data.splits["test"].images[..., 0], expected)
    assert data.facts["origin"][0][2:] == [
        "0 to 4095, measured 0 to 4095", "rounded to 256 levels",
    ]  # fmt: skip
    assert told(data) == {}


def test_sixteen_bits_a_color_are_read_as_eight(tmp_path: Path) -> None:
    """Of 12 bits a color 4 are left, which no range brings back."""
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/a.png").write_bytes(deep_png(TWELVE[:6].transpose(1, 2, 0)[..., :3]))
    text = told(folder_of(tmp_path / "scans"))["sliver_of_range"]
    assert "reach 15 of 255" in text
    assert "save them with 8 bits a color" in text
    with pytest.raises(UserError, match="of which 8 are read, so that 'range' means nothing"):
        folder_of(tmp_path / "scans", range=[0, 4095])


def test_a_float_tiff_takes_a_range(tmp_path: Path) -> None:
    """Float TIFF was refused as a file that cannot be read."""
    (tmp_path / "scans").mkdir()
    values = np.linspace(-1.5, 2.5, 30, dtype=np.float32).reshape(6, 5)
    Image.fromarray(values).save(tmp_path / "scans/a.tif")
    Image.fromarray(values * 2).save(tmp_path / "scans/b.tif")
    with pytest.raises(UserError, match=r"lie between -3 and 5, .* example range: \[-3, 5\]"):
        folder_of(tmp_path / "scans")
    data = folder_of(tmp_path / "scans", range=[-3, 5])
    expected = np.rint((values + 3) / 8 * 255)
    np.testing.assert_array_equal(data.splits["test"].images[0, ..., 0], expected)
    photos(tmp_path / "scans", "c.png")
    remark = folder_of(tmp_path / "scans", color="gray").facts["remarks"][0]
    assert "scans/a.tif (its values are fractions from -1.5 to 2.5, whose range is" in remark


def test_eight_bits_take_a_range_too(tmp_path: Path) -> None:
    """Masks of 0 and 1 in a PNG were black."""
    (tmp_path / "masks").mkdir()
    for index in range(3):
        Image.fromarray(BINARY[index]).save(tmp_path / "masks" / f"{index}.png")
    assert "write range: [0, 1]" in told(folder_of(tmp_path / "masks"))["sliver_of_range"]
    data = folder_of(tmp_path / "masks", range=[0, 1])
    np.testing.assert_array_equal(data.splits["test"].images[..., 0], BINARY[:3] * 255)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[1, 0]", "'range' must be [low, high], two numbers with the lower first, got 1 and 0"),
        ("[0]", "'range' must be [low, high], two numbers with the lower first, got a list"),
        ("4095", "'range' must be [low, high], two numbers with the lower first, got 4095"),
        ("[a, 4]", "the low end of 'range' must be a number, got the text 'a'"),
    ],
)
def test_what_is_no_range(written: str, message: str) -> None:
    """A range that is none is refused with its line."""
    spec = "model: m.keras\ndataset:\n  source: npz\n  path: a.npz\n  range: "
    with pytest.raises(UserError) as caught:
        load_text(f"{spec}{written}\n", "x.yaml")
    assert [p.message for p in caught.value.problems if p.line == 5] == [message]


# --- images that hide nothing ---------------------------------------------------------------------


def test_constant_channels_and_equal_images_are_told(tmp_path: Path) -> None:
    """A channel of zeros, or one image sixty times, is hardly what was meant."""
    hollow, opaque = X.copy(), np.full((12, 6, 5, 4), 255, np.uint8)
    hollow[..., 1], opaque[..., :3] = 0, X
    one = told(npz(tmp_path, {"x_test": hollow}, labels=False))
    assert one == {
        "constant_channel": "Channel 2 of 3 has the value 0 in every pixel of every image."
    }
    assert told(npz(tmp_path, {"x_test": opaque}, labels=False)) == {}
    same = told(npz(tmp_path, {"x_test": np.repeat(X[:1], 9, axis=0)}, labels=False))
    assert same == {"equal_images": "All 9 images are equal."}
    flat = told(npz(tmp_path, {"x_test": np.full((9, 6, 5), 7, np.uint8)}, labels=False))
    assert flat == {
        "constant_images": "Every value of every image is 7, so there is nothing to see."
    }


def test_test_images_that_are_training_images_are_counted(tmp_path: Path) -> None:
    """Images that training has seen were counted as test images without a word."""
    given = {"x_train": X[:9], "y_train": np.arange(9) % 3, "x_test": X[7:], "y_test": [0] * 5}
    assert told(npz(tmp_path, given))["known_test_images"].startswith(
        "2 of the 5 test images are training images too, such as test image 0, which equals "
        "training image "
    )
    photos(tmp_path / "photos", "train/a/0.png", "train/a/1.png", "train/b/2.png", "test/b/3.png")
    Image.fromarray(X[1]).save(tmp_path / "photos/test/b/bird.bmp")
    (tmp_path / "photos/train/b/3.png").write_bytes(b"")
    text = told(folder_of(tmp_path / "photos", validation=0.01))["known_test_images"]
    assert text.startswith(
        "1 of the 2 test images is a training image too, such as test/b/bird.bmp"
    )
    assert "which equals train/a/1.png" in text


def test_a_record_of_a_function_is_looked_at_too(tmp_path: Path) -> None:
    """A finished Dataset of black images passed, and so did names that do not differ."""
    (tmp_path / "own.py").write_text(OWN)
    data = datasets.load("python:own:dark", {}, 0, tmp_path)
    assert "reach 1 of 255" in told(data)["sliver_of_range"]
    assert data.targets[0].classes == ("crane (0)", "crane (1)")


OWN = """
import numpy as np
from reportgen.records import Dataset, Preprocessing, Split, Target

def dark():
    split = Split(np.eye(4, dtype=np.uint8)[None, :, :, None], {"class": np.array([1])})
    splits = {"train": split, "validation": split, "test": split}
    targets = (Target("class", "Class", ("crane", "crane")),)
    return Dataset("own", "Own", targets, splits, Preprocessing(), "not known", "")
"""


# --- splits ---------------------------------------------------------------------------------------


def counted(data: Dataset) -> dict[str, list[int]]:
    """Images of each class by split."""
    return {
        name: np.bincount(split.labels["class"], minlength=len(data.targets[0].classes)).tolist()
        for name, split in data.splits.items()
    }


def test_a_test_split_alone_is_shown_and_not_trained_on(tmp_path: Path) -> None:
    """A folder or file with test images alone was refused for a model that is not trained here."""
    photos(tmp_path / "photos", "test/cat/0.png", "test/cat/1.png", "test/dog/2.png")
    data = folder_of(tmp_path / "photos")
    assert counted(data) == {"train": [0, 0], "validation": [0, 0], "test": [2, 1]}
    assert data.targets[0].classes == ("cat", "dog")
    for split in ("test", "validation"):
        data = npz(tmp_path, {f"x_{split}": X, f"y_{split}": np.arange(12) % 2})
        assert counted(data) == {"train": [0, 0], "validation": [0, 0], "test": [6, 6]}
        with pytest.raises(UserError, match="Data has too few images to train a model on: 0 for "):
            check_trainable(data)


def test_check_says_what_nothing_can_be_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a build, after it had loaded TensorFlow, said that there is nothing to train on."""
    monkeypatch.chdir(tmp_path)
    photos(tmp_path / "photos", "test/cat/0.png", "test/dog/1.png")
    photos(tmp_path / "plain", "0.png")
    np.savez("tests.npz", x_test=X, y_test=np.arange(12) % 2)
    (tmp_path / "m.keras").touch()
    for source, held in (
        ("folder, path: photos", "images for 'test' alone; add a folder 'train', or show a model"),
        ("folder, path: plain", "images without labels; add folders of classes, or show a model"),
        ("npz, path: tests.npz", "the arrays x_test, y_test; add the arrays x_train and y_train,"),
    ):
        spec = f"model: {{}}\ndataset: {{{{source: {source}}}}}\nfigures: [summary]\n"
        with pytest.raises(UserError, match=f"x.yaml:2: no model can be trained on .* {held}"):
            load_text_and_files(spec.format("zoo:small_vgg"))
        load_text_and_files(spec.format("m.keras"))


def load_text_and_files(text: str) -> None:
    """Load a spec as a command does, without a look into models."""
    problems = Problems("x.yaml")
    check_files(read_spec(text, Path("x.yaml"), problems), problems)
    problems.finish()


def test_labels_may_have_gaps_and_classes_no_images(tmp_path: Path) -> None:
    """Labels 0, 2 and 5, images of one class, and names of classes without images all work."""
    data = npz(tmp_path, {"x_test": X, "y_test": np.repeat([0, 2, 5], 4)})
    assert counted(data)["test"] == [4, 0, 4, 0, 0, 4]
    photos(tmp_path / "photos", "cat/0.png")
    data = folder_of(tmp_path / "photos", classes=["ant", "cat", "dog"])
    assert counted(data) == {"train": [0] * 3, "validation": [0] * 3, "test": [0, 1, 0]}
    assert data.facts["remarks"] == ["2 of the 3 classes have no images: ant, dog"]
    data = npz(tmp_path, {"x_train": X, "y_train": np.repeat([0, 2, 5], 4)})
    check_trainable(data)


@pytest.mark.parametrize("kind", ["npz", "python"])
def test_labels_of_fewer_columns_than_units_are_told(tmp_path: Path, kind: str) -> None:
    """Labels of 3 columns answered a model of 10 classes without a word."""
    images = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), np.uint8)
    labels = np.eye(3, dtype=np.uint8)[np.arange(12) % 2]
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    if kind == "npz":
        data = npz(tmp_path, arrays)
    else:
        filled = {p.name: p.default for p in ENTRY.parameters} | {"path": ""}
        data = from_arrays(arrays, None, "Own", filled, 0)
    assert data.targets[0].classes == ("0", "1", "2")

    def told_of(units: int) -> list[str]:
        model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(),
                                  keras.layers.Dense(units, "softmax", name="o")])  # fmt: skip
        return [one.text for one in of_labels(data, Network.of(model))]

    (text,) = told_of(10)
    assert text.startswith("The labels have 3 columns, one for each class, but output 'class'")
    assert text.endswith("Classes 3 to 9 count as classes without images.")
    assert told_of(3) == []
    with pytest.raises(UserError, match="should have 3 units"):
        told_of(2)
    plain = npz(tmp_path, {**arrays, "y_train": labels.argmax(1), "y_test": labels.argmax(1)})
    assert "columns" not in plain.facts


def test_a_class_of_one_image_is_for_training(tmp_path: Path) -> None:
    """The only image of a class went to the test split, so that nothing could learn the class."""
    names = [f"{kind}/{index}.png" for kind in "abcdef" for index in range(8)]
    photos(tmp_path / "photos", *names, *(f"z{index}/0.png" for index in range(6)))
    for seed in range(5):
        data = datasets.load("folder", {"path": "photos"}, seed, tmp_path)
        train, *others = counted(data).values()
        assert train[6:] == [1] * 6
        assert [sum(counts) for counts in others] == [5, 11]
        check_trainable(data)


def test_a_class_without_training_images_is_told_where_a_model_is_trained(tmp_path: Path) -> None:
    """A class that other splits alone have was refused for models that are trained already too."""
    photos(tmp_path / "photos", *(f"train/{k}/{i}.png" for k in "ab" for i in range(5)))
    photos(tmp_path / "photos", "test/a/9.png", "test/c/9.png")
    data = folder_of(tmp_path / "photos")
    assert counted(data)["test"] == [1, 0, 1]
    with pytest.raises(UserError, match="class 'c' has 1 image for other splits and none for trai"):
        check_trainable(data)


# --- files that are no images ---------------------------------------------------------------------

HEIC = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(40)
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(40)


def test_unreadable_images_leave_before_splits_are_drawn(tmp_path: Path) -> None:
    """Splits lost the images that could not be read, and a class half of its test images."""
    folder = tmp_path / "photos"
    photos(folder, *(f"{kind}/{index:02}.png" for kind in "abc" for index in range(20)))
    for index in range(10):
        (folder / "b" / f"{index:02}.png").write_bytes(b"no image")
    assert counted(folder_of(folder)) == {
        "train": [14, 7, 14], "validation": [2, 1, 2], "test": [4, 2, 4],
    }  # fmt: skip
    limited = counted(folder_of(folder, limit=3))
    assert {name: sum(counts) for name, counts in limited.items()} == dict.fromkeys(limited, 3)
    assert limited["train"] == [1, 1, 1]
    whole = {path for path in folder.rglob("*.png") if path.stat().st_size > 8}
    assert len(whole) == 50
    for path in set(folder.rglob("*.png")) - whole:
        path.unlink()
    assert counted(folder_of(folder))["test"] == [4, 2, 4]


def test_images_are_those_of_their_files_whatever_was_left_out(tmp_path: Path) -> None:
    """Rows are exchanged in place: every image must stand with its own label and name."""
    folder = tmp_path / "photos"
    for index in range(40):
        (folder / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        shade = np.full((4, 4), 100 * (index % 2) + index, np.uint8)
        shade[0, 0] = 0
        Image.fromarray(shade).save(folder / "ab"[index % 2] / f"{index}.png")
    for index in (3, 8, 21, 33):
        (folder / "ab"[index % 2] / f"{index}.png").write_bytes(b"")
    for limit in (None, 5):
        data, seen = folder_of(folder, limit=limit), []
        for split in data.splits.values():
            shades = split.images[:, 1, 1, 0]
            np.testing.assert_array_equal(split.labels["class"], shades // 100)
            seen += (shades % 100).tolist()
        assert len(seen) == len(set(seen)) == (36 if limit is None else 14)
        assert not {3, 8, 21, 33} & set(seen)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.heic", HEIC, "it is a HEIC image: convert it to PNG or JPEG"),
        ("a.jpg", HEIC, "it is a HEIC image"),
        ("a.avif", AVIF, "it is an AVIF image"),
        ("a.png", AVIF, "it is an AVIF image"),
        ("a.jp2", b"", "it is a JPEG 2000 image"),
        ("a.jpg", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(9), "it is a JPEG 2000 image"),
        ("a.png", b"\xff\x0a" + bytes(9), "it is a JPEG XL image"),
        ("a.png", b"<!DOCTYPE html>", "it is a web page, not an image"),
        ("a.png", b"", "it is empty"),
    ],
)
def test_formats_that_are_not_read_have_their_names(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """A folder of photos of a phone held "no image", or files "in no known format"."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / name).write_bytes(content)
    with pytest.raises(UserError, match=f"the only image in .* cannot be read; {name}: {reason}"):
        folder_of(tmp_path / "photos")
    photos(tmp_path / "photos", "z.png")
    (remark,) = folder_of(tmp_path / "photos").facts["remarks"]
    assert f"photos/{name} ({reason}" in remark


@pytest.mark.timeout(60)
def test_pipes_sockets_devices_and_loops_are_no_images(tmp_path: Path) -> None:
    """A pipe among images made a build wait for ever."""
    folder = tmp_path / "photos"
    photos(folder, "z.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "device.png").symlink_to("/dev/zero")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "folder.png").mkdir()
    with socket.socket(socket.AF_UNIX) as listening, chdir(folder):
        listening.bind("socket.png")
        data = folder_of(folder)
        (told_,) = datasets.mistakes("folder", {"path": "photos", "unreadable": "fail"}, tmp_path)
    assert "photos/device.png cannot be read: it is a link that leads out" in told_[1].message
    assert len(data.splits["test"].images) == 1
    for text in (
        "pipe.png (it is a named pipe, not a file)",
        "socket.png (it is a socket, not a file)",
        "loop.png (it is a link that leads nowhere)",
        "photos/folder.png has the name of an image, and is a folder without any",
    ):
        assert text in "; ".join(data.facts["remarks"])
    (folder / "z.png").unlink()
    with pytest.raises(UserError, match=r"none of the 4 images in .* can be read; device\.png: "):
        folder_of(folder)


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_a_file_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe as the file of a dataset, or of its names, made a build wait for ever."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    os.mkfifo(tmp_path / "specs/a.npz")
    np.savez(tmp_path / "specs/b.npz", x_test=X)
    for name, text in (("a", ""), ("b", ", labels: false, classes: a.npz")):
        spec = f"model: zoo:base\ndataset: {{source: npz, path: {name}.npz{text}}}\n"
        (tmp_path / "specs/pipe.yaml").write_text(spec)
        result = CliRunner().invoke(main, ["build"])
        assert result.exit_code == 2
        assert result.output.count("is a named pipe") == 1


# --- memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrays", "params", "message"),
    [
        (
            {"x_train": (30, 90, 90), "x_test": (30, 90, 80)},
            {"labels": False},
            r"'x_test' must hold images of shape \(90, 90, 1\) as x_train, got \(90, 80, 1\)",
        ),
        (
            {"x_train": (30, 90, 90), "x_test": (9, 9, 9, 5)},
            {"labels": False, "color": "gray", "size": [9, 9]},
            "'color' is for images of 1 to 4 channels, and these have 5",
        ),
        (
            {"x_train": (200, 90, 90), "x_test": (200, 90, 90)},
            {"labels": False},
            "400 images of 90 x 90 x 1 take 0.0 GiB, 2 GiB at most",
        ),
    ],
)
def test_shapes_are_judged_before_any_image_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arrays: dict[str, Any],
    params: dict[str, Any],
    message: str,
) -> None:
    """A file of 2 MB took 6.8 GB before it was refused for its shape."""
    # Two MiB in place of two GiB.
    monkeypatch.setattr("reportgen.datasets.checking.LARGEST", 2 * 2**20)
    zeros = {name: np.zeros(shape, np.uint8) for name, shape in arrays.items()}
    np.savez_compressed(tmp_path / "data.npz", **zeros)
    del zeros
    found = datasets.mistakes("npz", {"path": "data.npz", **params}, tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match=message) as caught:
            datasets.load("npz", {"path": "data.npz", **params}, 0, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 2**18
    finally:
        tracemalloc.stop()
    assert [problem for _, problem in found] == list(caught.value.problems)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint16, np.uint8, np.bool_])
def test_numbers_become_pixels_piece_by_piece(tmp_path: Path, kind: Any) -> None:
    """Images as floats stood in memory four and eight times as large as their pixels."""
    values = np.zeros((1200, 64, 64, 3), kind)
    values[::2, ::3] = 1
    np.savez_compressed(tmp_path / "data.npz", x_train=values, y_train=np.arange(1200) % 3)
    size = values.size
    del values
    params = {"range": [0, 1]} if kind in (np.uint16, np.uint8) else {}
    tracemalloc.start()
    try:
        data = datasets.load("npz", {"path": "data.npz", **params}, 0, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data.splits["train"].images.max() == 255
    assert peak < size + 10 * 8 * 2**20
