"""MNIST and Fashion-MNIST: as they are, without network, and with damaged copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reportgen import datasets
from reportgen.datasets import builtin
from reportgen.datasets.fashion_mnist import FILES
from reportgen.errors import UserError

pytest.importorskip("keras")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Keras home, and no network."""
    import urllib.error

    from keras.src.backend import config
    from keras.src.utils import file_utils

    def unreachable(*args: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(file_utils, "urlretrieve", unreachable)
    return tmp_path


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_without_network_one_sentence_says_what_to_do(
    name: str, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError) as caught:
        datasets.load(name, {}, seed=1)
    (problem,) = caught.value.problems
    assert problem.message.endswith("could not be downloaded (Name or service not known)")
    assert "build once with network" in problem.hint
    assert str(cache / "datasets") in problem.hint
    assert capsys.readouterr().out == ""


def test_a_damaged_copy_of_mnist_is_named_and_left_alone(cache: Path) -> None:
    file = cache / "datasets" / "mnist.npz"
    file.parent.mkdir()
    file.write_bytes(b"not an archive")
    with pytest.raises(UserError, match=r"mnist\.npz is not MNIST as Keras publishes it"):
        datasets.load("mnist", {}, seed=1)
    assert file.read_bytes() == b"not an archive"


def test_a_damaged_copy_of_fashion_mnist_is_named_and_left_alone(cache: Path) -> None:
    folder = cache / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(b"not an archive")
    with pytest.raises(UserError, match="is not Fashion-MNIST as Keras publishes it"):
        datasets.load("fashion_mnist", {}, seed=1)
    assert all((folder / name).read_bytes() == b"not an archive" for name in FILES)


def test_the_time_limit_of_downloads_is_put_back(cache: Path) -> None:
    import socket

    before = socket.getdefaulttimeout()
    with pytest.raises(UserError):
        datasets.load("mnist", {}, seed=1)
    assert socket.getdefaulttimeout() == before


def test_validation_is_a_stratified_share_of_the_limited_training_images() -> None:
    labels = np.repeat(np.arange(10), 60)
    train, validation = builtin._split(labels, limit=200, validation=0.25, seed=3)
    assert len(train) == 150
    assert len(validation) == 50
    assert not set(train) & set(validation)
    assert set(np.bincount(labels[train])) == {15}
    assert set(np.bincount(labels[validation])) == {5}
    again, _ = builtin._split(labels, limit=200, validation=0.25, seed=3)
    other, _ = builtin._split(labels, limit=200, validation=0.25, seed=4)
    assert (again == train).all()
    assert (other != train).any()


@pytest.mark.requires_data
@pytest.mark.parametrize(
    ("name", "first_test_label", "title"), [("mnist", 7, "7"), ("fashion_mnist", 9, "Ankle boot")]
)
def test_the_real_data(name: str, first_test_label: int, title: str) -> None:
    data = datasets.load(name, {"limit": 1000}, seed=1)
    sizes = {part: split.images.shape for part, split in data.splits.items()}
    assert sizes == {
        "train": (900, 28, 28, 1), "validation": (100, 28, 28, 1), "test": (10000, 28, 28, 1),
    }  # fmt: skip
    assert data.splits["test"].labels["class"][0] == first_test_label
    assert data.targets[0].classes[first_test_label] == title
    assert str(data.facts["threshold"]) in data.foreground
    share = (data.splits["test"].images > data.facts["threshold"]).mean()
    assert 0.05 < share < 0.6
