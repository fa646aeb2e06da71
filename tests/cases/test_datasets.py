"""Datasets are read as they are meant: names, ranges, splits, and files that are no images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reportgen import datasets
from reportgen.cli import main
from reportgen.errors import UserError
from reportgen.figures.attribution.heads import class_names, target_classes
from reportgen.network.network import Network
from reportgen.records import Dataset

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


SPEC = """
model: kinds.keras
{classes}
{dataset}
figures:
  - activation_maximization: {{objective: class, targets: [{target}], steps: 2}}
  {grad_cam}
inferences: false
"""


def built(folder: Path, network: Network, **parts: str) -> tuple[str, int, str]:
    """The output and status of a build, and the page."""
    (folder / "specs").mkdir(exist_ok=True)
    network.model.save(folder / "specs/kinds.keras")
    (folder / "specs/kinds.yaml").write_text(SPEC.format(**parts))
    result = CliRunner().invoke(main, ["build"])
    page = folder / "site/kinds/report.md"
    return result.output, result.exit_code, page.read_text() if page.exists() else ""


@pytest.mark.timeout(240)
def test_a_model_has_names_with_and_without_a_dataset(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`classes` could not stand in a model, whose classes were numbers without a dataset."""
    monkeypatch.chdir(tmp_path)
    photos(tmp_path / "specs/photos", "a.png", "b.png")
    names = {"classes": "classes: [cat, dog, hen]", "target": "hen"}
    output, status, _ = built(tmp_path, network, dataset="", grad_cam="", **names)
    assert status == 0, output
    names["target"] = "x"
    output, status, _ = built(tmp_path, network, dataset="", grad_cam="", **names)
    assert "choose from: cat, dog, hen" in output
    parts = {"dataset": "dataset: {source: folder, path: photos}", "target": "class 2"}
    parts |= {"classes": "classes: [cat, dog]", "grad_cam": "- grad_cam: {samples: 2, target: cat}"}
    output, status, _ = built(tmp_path, network, **parts)
    assert status == 2
    assert "'classes' names 2 classes, but of the model's outputs 'kind' has 3" in output
    parts |= {"classes": "classes: names.txt", "target": "hen"}
    (tmp_path / "specs/names.txt").write_text("cat\ndog\nhen\n")
    output, status, page = built(tmp_path, network, **parts)
    assert status == 0, output
    assert "cat" in page.split("grad-cam")[-1]
    (tmp_path / "specs/names.txt").write_text("cat\nwolf\nhen\n")
    stale = CliRunner().invoke(main, ["status"])
    assert stale.exit_code == 1
    assert "names.txt" in stale.output
