"""The cache: it holds what was read, notices what changed, and heals."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from reportgen import checking, reports
from reportgen.codec import decode, encode
from reportgen.engine import worker as worker_room
from reportgen.engine.client import Worker
from reportgen.engine.job import Job, Progress
from reportgen.errors import UserError
from reportgen.store import MANIFEST, Output, read_manifest
from tests.test_reports import Silent

SPEC = """\
title: One
models:
  one: {source: SOURCE, dataset: DATASET}
sections:
- title: All
  model: one
  figures: [FIGURES]
inferences: []
"""
NPZ = "{source: npz, path: data.npz, labels: false}"
FOLDER = "{source: folder, path: data, labels: false}"

MODULE = """\
import keras
from helper import BIAS as VALUE

BIAS = keras.initializers.Constant(VALUE)

def model(input_shape):
    inputs = keras.Input(input_shape)
    dense = keras.layers.Dense(2, activation="softmax", bias_initializer=BIAS)
    return keras.Model(inputs, dense(keras.layers.Flatten()(inputs))), True

def data():
    import numpy as np
    return np.load("data.npy")
"""

Swap = Callable[[], object]


class Here(Worker):
    """Runs jobs in this process, which has imported TensorFlow already."""

    stage = "model"
    before: Swap | None = None
    after: Swap | None = None

    def start(self) -> None:
        worker_room.handler()

    def stop(self) -> None:
        pass

    def run(self, job: Job, progress: Progress) -> dict[str, Output]:
        request = json.loads(json.dumps(encode(job)))
        if Here.before and job.stage == Here.stage:
            Here.before()
        try:
            return decode(dict[str, Output], worker_room._run(request, lambda _: None))
        finally:
            if Here.after and job.stage == Here.stage:
                Here.after()


class Place:
    """A project with one spec; `swap` replaces an input, and `back` puts the first one back."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = reports.Place(root / "site", root / ".reportgen")
        self.listener = Silent()

    def spec(self, source: str, dataset: str = NPZ, figures: str = "summary") -> None:
        text = SPEC.replace("SOURCE", source).replace("DATASET", dataset)
        (self.root / "one.yaml").write_text(text.replace("FIGURES", figures))

    def build(self) -> int:
        self.listener = Silent()
        plans = reports.plans([checking.load(self.root / "one.yaml")])
        return reports.build(plans, self.place, self.listener, prune=False, trust=True)

    def stale(self) -> list[str]:
        plans = reports.plans([checking.load(self.root / "one.yaml")])
        return [s.task.key for s in reports.statuses(plans, self.place) if s.state != "fresh"]

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.place.out / "one" / "report.json").read_text())
        return facts

    def outputs(self) -> dict[str, Any]:
        """What the manifest says of the model and of the dataset."""
        tasks = read_manifest(self.place.out / "one")["tasks"]
        return {k: t["outputs"] for k, t in tasks.items() if k.endswith(("/model", "/dataset"))}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(reports, "Worker", Here)
    monkeypatch.chdir(tmp_path)
    images(tmp_path / "data.npz", 100)
    yield Place(tmp_path)
    Here.before = Here.after = None


def images(path: Path, value: int) -> None:
    np.savez(path, x_test=np.full((4, 8, 8, 1), value, np.uint8))


def network(bias: float) -> keras.Model:
    inputs = keras.Input((8, 8, 1))
    start = keras.initializers.Constant(bias)
    dense = keras.layers.Dense(2, "softmax", kernel_initializer="ones", bias_initializer=start)
    return keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))


# --- inputs that are replaced -------------------------------------------------------------------


def copy(place: Place, name: str, value: int, save: Callable[[Path], None]) -> None:
    """Put the variant `value` of a file or folder in its place; each is saved once."""
    variant = place.root / "variants" / str(value) / name
    if not variant.exists():
        variant.parent.mkdir(parents=True)
        save(variant)
    if variant.is_dir():
        shutil.rmtree(place.root / name, ignore_errors=True)
        shutil.copytree(variant, place.root / name)
    else:
        shutil.copy(variant, place.root / name)


def python(place: Place, value: int) -> None:
    (place.root / "own.py").write_text(MODULE)
    (place.root / "helper.py").write_text(f"BIAS = {value!r}\n")
    np.save(place.root / "data.npy", np.full((4, 8, 8, 1), 100, np.uint8))


def a_keras_file(place: Place, value: int) -> None:
    place.spec("model.keras")
    copy(place, "model.keras", value, network(value).save)


def an_h5_file(place: Place, value: int) -> None:
    place.spec("model.h5")
    copy(place, "model.h5", value, network(value).save)


def a_saved_model(place: Place, value: int) -> None:
    place.spec("model/saved_model.pb")
    copy(place, "model", value, partial(network(value).export, verbose=False))


def an_npz_file(place: Place, value: int) -> None:
    place.spec("python:own:model")
    python(place, 0)
    images(place.root / "data.npz", value)


def a_folder_of_images(place: Place, value: int) -> None:
    place.spec("python:own:model", FOLDER)
    python(place, 0)
    (place.root / "data").mkdir(exist_ok=True)
    for name in "ab":
        pixels = np.full((8, 8), value, np.uint8)
        Image.fromarray(pixels).save(place.root / "data" / f"{name}.png")


def a_local_import(place: Place, value: int) -> None:
    place.spec("python:own:model")
    python(place, value)


def a_file_of_a_function(place: Place, value: int) -> None:
    place.spec("python:own:model", "{source: python:own:data, reads: [data.npy]}")
    python(place, 0)
    np.save(place.root / "data.npy", np.full((4, 8, 8, 1), value, np.uint8))


def a_link(place: Place, value: int) -> None:
    an_npz_file(place, 0)
    images(place.root / f"{value}.npz", value)
    (place.root / "data.npz").unlink()
    (place.root / "data.npz").symlink_to(f"{value}.npz")


Put = Callable[[Place, int], None]
KINDS: dict[Put, str] = {
    a_keras_file: "model",
    an_h5_file: "model",
    a_saved_model: "model",
    a_local_import: "train",
    an_npz_file: "dataset",
    a_folder_of_images: "dataset",
    a_file_of_a_function: "dataset",
    a_link: "dataset",
}
"""Inputs of each kind, and the stage that reads them."""


@pytest.mark.parametrize("put", KINDS)
def test_an_input_that_is_replaced_before_it_is_read_is_shown_as_itself(
    place: Place, put: Put
) -> None:
    """A file replaced while the worker started was remembered as the one before it."""
    clean = {}
    for value in (1, 2):
        put(place, value)
        assert place.build() == 0, place.listener.errors
        clean[value] = place.outputs()
    assert clean[1] != clean[2]
    shutil.rmtree(place.place.cache)
    shutil.rmtree(place.place.out)
    put(place, 1)
    Here.stage, Here.before = KINDS[put], once(lambda: put(place, 2))
    assert place.build() == 0, place.listener.errors
    assert place.outputs() == clean[2]
    assert "changed while it was read" in " ".join(place.listener.remarks)
    put(place, 1)
    assert place.build() == 0, place.listener.errors
    assert place.outputs() == clean[1]


@pytest.mark.parametrize("put", KINDS)
def test_an_input_that_is_replaced_and_put_back_leaves_no_trace(place: Place, put: Put) -> None:
    """A file replaced only while the worker read it was remembered as the one before it."""
    put(place, 1)
    assert place.build() == 0, place.listener.errors
    clean = place.outputs()
    shutil.rmtree(place.place.cache)
    shutil.rmtree(place.place.out)
    put(place, 1)
    Here.stage, Here.before = KINDS[put], once(lambda: put(place, 2))
    Here.after = once(lambda: put(place, 1))
    assert place.build() == 0, place.listener.errors
    assert place.outputs() == clean


def once(act: Swap) -> Swap:
    waiting = [act]
    return lambda: waiting.pop()() if waiting else None


def test_an_input_that_never_rests_is_told_once(place: Place) -> None:
    """A file that is written to all the time must not keep the build going for ever."""
    a_local_import(place, 1)
    values = iter(range(2, 100))
    Here.stage, Here.before = "train", lambda: a_local_import(place, next(values))
    assert place.build() == 2
    (error,) = place.listener.errors
    assert "helper.py changed while it was read, at each of 4 attempts" in error


# --- a damaged cache ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose report is built."""
    root = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "Worker", Here)
        patch.chdir(root)
        place = Place(root)
        an_npz_file(place, 1)
        assert place.build() == 0, place.listener.errors
        yield root


@pytest.fixture
def built(original: Path, place: Place) -> Place:
    """A copy of the project; its spec lies elsewhere, which is no part of any key."""
    shutil.copytree(original, place.root, dirs_exist_ok=True)
    return place


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def altered(file: Path) -> None:
    """Another digest, in JSON of the right shape."""
    text = file.read_bytes()
    file.write_bytes(re.sub(rb'"[0-9a-f]{64}"', b'"%s"' % (b"0" * 64), text))


def of_another_shape(file: Path) -> None:
    file.write_text('{"schema": 1, "tasks": {"a": [1]}, "files": [], "entry": {"a": 1}}')


def nested(file: Path) -> None:
    file.write_text("[" * 100_000 + "]" * 100_000)


def half_a_character(file: Path) -> None:
    file.write_text('{"schema": 1, "tasks": {"\\ud800": 1}, "files": {"\\ud800": "1"}}')


def a_folder(file: Path) -> None:
    file.unlink()
    (file / "inner").mkdir(parents=True)


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_link_to_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def a_link_to_another_file(file: Path) -> None:
    file.unlink()
    file.symlink_to(Path("precious.txt").absolute())


def unreadable_bytes(file: Path) -> None:
    file.write_bytes(bytes(range(256)))


DAMAGES = (
    emptied, cut_short, flipped, altered, of_another_shape, nested, half_a_character, a_folder,
    a_pipe, a_link_to_nowhere, a_link_to_another_file, unreadable_bytes,
)  # fmt: skip
Damage = Callable[[Path], None]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def pages(place: Place) -> dict[str, bytes]:
    out = place.place.out
    return {str(path.relative_to(out)): path.read_bytes() for path in files(out)}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_again(built: Place, damage: Damage) -> None:
    """Entries of another shape, cut short or exchanged gave tracebacks, loops or wrong pages."""
    before = pages(built)
    precious = built.root / "precious.txt"
    precious.write_text("precious")
    (built.place.cache / "lock").unlink()
    for file in files(built.place.cache):
        damage(file)
    shutil.rmtree(built.place.out)
    assert built.build() == 0, built.listener.errors
    assert pages(built) == before
    assert precious.read_text() == "precious"
    assert built.build() == 0
    assert built.listener.ran == []


def test_entries_that_were_exchanged_are_made_again(built: Place) -> None:
    """An entry of the cache with the content of another was believed."""
    before = pages(built)
    for room in ("objects", "tasks"):
        found = files(built.place.cache / room)
        kept = [file.read_bytes() for file in found]
        for file, data in zip(found, kept[1:] + kept[:1], strict=True):
            file.write_bytes(data)
    shutil.rmtree(built.place.out)
    assert built.build() == 0, built.listener.errors
    assert pages(built) == before


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("damage", [one for one in DAMAGES if one is not a_folder])
def test_a_damaged_manifest_is_made_again(built: Place, damage: Damage, cached: bool) -> None:
    """A manifest of another shape, or with other digests, gave tracebacks or built for ever."""
    before = pages(built)
    for file in (built.place.out / "one" / MANIFEST, built.place.out / MANIFEST):
        damage(file)
    if not cached:
        shutil.rmtree(built.place.cache)
    assert built.build() == 0, built.listener.errors
    after = pages(built)
    assert {name: after[name] for name in after if MANIFEST not in name} == {
        name: before[name] for name in before if MANIFEST not in name
    }
    assert built.build() == 0
    assert built.listener.ran == []
    assert built.stale() == []


def test_one_wrong_digest_in_a_manifest_is_put_right(built: Place) -> None:
    """The wrong digest of an output went on into the keys of other tasks, and stayed there."""
    before = pages(built)
    path = built.place.out / "one" / MANIFEST
    for key in json.loads(path.read_text())["tasks"]:
        manifest = json.loads(path.read_text())
        manifest["tasks"][key]["outputs"] = dict.fromkeys(
            manifest["tasks"][key]["outputs"], "0" * 64
        )
        path.write_text(json.dumps(manifest))
        assert built.build() == 0, built.listener.errors
        assert pages(built) == before, key


@pytest.mark.parametrize("name", ["", ".", "figures", "a\0b", "../../one.yaml"])
def test_a_manifest_names_plain_files_only(built: Place, name: str) -> None:
    """Names that no file of a report can have gave tracebacks."""
    path = built.place.out / "one" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["files"][name] = "0" * 64
    path.write_text(json.dumps(manifest))
    assert built.build() == 0, built.listener.errors
    assert built.stale() == []
    assert (built.root / "one.yaml").is_file()


def test_a_folder_in_place_of_a_manifest_is_told(built: Place) -> None:
    """A folder in the place of the manifest ended in a traceback."""
    a_folder(built.place.out / "one" / MANIFEST)
    with pytest.raises(UserError, match=r"manifest\.json is a folder, not a file; remove it"):
        built.build()
