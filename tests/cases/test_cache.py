"""The cache: it holds what was read, notices what changed, and heals."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reportgen import checking, page, render, reports
from reportgen.cli import main
from reportgen.codec import decode, encode
from reportgen.digest import StatCache, of_bytes
from reportgen.engine import checkpoint
from reportgen.engine import worker as worker_room
from reportgen.engine.client import Worker
from reportgen.engine.job import Job, Progress
from reportgen.errors import InputMovedError, UserError
from reportgen.input_digests import expecting, importing
from reportgen.render import TEMPLATES, templates
from reportgen.store import MANIFEST, Output, read_manifest, write_manifest
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
LINE = "{source: line, per_class: 6}"
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

    def model(self) -> str:
        return str(self.facts()["models"][0]["digest"])

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
    put(place, 1)
    Here.stage, Here.before = KINDS[put], once(lambda: put(place, 2))
    assert place.build() == 0, place.listener.errors
    of_the_second = place.outputs()
    assert "changed while it was read" in " ".join(place.listener.remarks)
    put(place, 1)
    assert place.build() == 0, place.listener.errors
    assert place.outputs() != of_the_second


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
NO_FILES = (a_folder, a_pipe, a_link_to_nowhere, a_link_to_another_file)
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
@pytest.mark.parametrize("damage", [one for one in DAMAGES if one not in NO_FILES])
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


@pytest.mark.parametrize("damage", NO_FILES)
def test_what_is_no_manifest_is_told(built: Place, damage: Damage) -> None:
    """A folder in the place of the manifest ended in a traceback."""
    damage(built.place.out / "one" / MANIFEST)
    message = r"manifest\.json (is a folder|exists and was not made by reportgen)"
    with pytest.raises(UserError, match=message):
        built.build()


# --- files that change without a trace ----------------------------------------------------------


def test_another_source_of_the_same_size_and_time_is_imported(place: Place) -> None:
    """Python ran its bytecode of the earlier source, which had the same size and second."""
    place.spec("python:own:model")
    digests = set()
    for value in (1, 2):
        python(place, value)
        os.utime(place.root / "helper.py", (1e9, 1e9))
        assert place.build() == 0, place.listener.errors
        digests.add(place.model())
    assert len(digests) == 2


def test_a_file_put_over_another_with_its_time_is_noticed(place: Place) -> None:
    """`cp -p` of a file of the same size, onto the same inode, went unseen."""
    an_npz_file(place, 1)
    images(place.root / "other.npz", 2)
    for name in ("data.npz", "other.npz"):
        os.utime(place.root / name, (1e9, 1e9))
    assert place.build() == 0, place.listener.errors
    before = place.outputs()
    with (place.root / "data.npz").open("r+b") as file:
        file.write((place.root / "other.npz").read_bytes())
    os.utime(place.root / "data.npz", (1e9, 1e9))
    assert "one/npz/dataset" in place.stale()
    assert place.build() == 0, place.listener.errors
    assert place.outputs() != before


def test_code_that_changes_after_a_training_is_not_given_its_weights(place: Place) -> None:
    """A model that was trained here was built again from edited code, under the old digest."""
    place.spec("python:own:model, training: {epochs: 1}", LINE)
    (place.root / "own.py").write_text(TRAINED)
    (place.root / "helper.py").write_text('VALUE = "relu"\n')
    model = place.root / "helper.py"

    def edit() -> None:
        checkpoint._built.clear()
        model.write_text('VALUE = "tanh"\n')

    Here.stage, Here.before = "compute", once(edit)
    assert place.build() == 0, place.listener.errors
    assert "the model changed while the report was built" in " ".join(place.listener.remarks)
    assert place.stale() == []


TRAINED = """\
import keras
from helper import VALUE

def model(input_shape, targets):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(2, 3, activation=VALUE, name="conv")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, [
        keras.layers.Dense(len(t.classes), activation="softmax", name=t.name)(x) for t in targets
    ])
"""


def test_a_program_is_more_than_its_weights(place: Place) -> None:
    """Two SavedModels of equal weights were one model, and figures of the first stayed."""
    place.spec("model/saved_model.pb")
    digests = set()
    for activation in ("softmax", "sigmoid"):
        model = network(1)
        model.layers[-1].activation = keras.activations.get(activation)
        shutil.rmtree(place.root / "model", ignore_errors=True)
        model.export(place.root / "model", verbose=False)
        assert place.build() == 0, place.listener.errors
        digests.add(place.model())
    assert len(digests) == 2


def test_a_template_that_is_replaced_and_put_back_leaves_no_trace(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page could be written with another template than the one in its key."""
    own = place.root / "templates"
    shutil.copytree(TEMPLATES, own)
    for module in (render, templates):
        monkeypatch.setattr(module, "TEMPLATES", own)
    an_npz_file(place, 1)
    assert place.build() == 0, place.listener.errors
    before = pages(place)
    shutil.rmtree(place.place.out)
    style, text = own / "style.css", (own / "style.css").read_text()
    made = page.make

    def swapped(*arguments: Any) -> dict[str, bytes]:
        monkeypatch.setattr(page, "make", made)
        style.write_text(text + "/* other */")
        try:
            return made(*arguments)
        finally:
            style.write_text(text)

    monkeypatch.setattr(page, "make", swapped)
    assert place.build() == 0, place.listener.errors
    assert "the template style.css changed" in " ".join(place.listener.remarks)
    assert pages(place) == before


# --- what is no file ----------------------------------------------------------------------------


def in_place_of(name: str, root: Path, what: str) -> None:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    if what == "a named pipe":
        os.mkfifo(path)
    elif what == "a folder":
        path.mkdir()
    elif what == "a file":
        path.write_text("mine")
    else:
        (root / "precious.txt").write_text("precious")
        path.symlink_to(root / "precious.txt")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (".reportgen/lock", "a symbolic link"),
        (".reportgen/lock", "a named pipe"),
        (".reportgen/lock", "a folder"),
        (".reportgen", "a file"),
        (".reportgen", "a symbolic link"),
        (".reportgen", "a named pipe"),
    ],
)
def test_what_is_no_cache_is_told_and_left_alone(built: Place, name: str, what: str) -> None:
    """The target of a link in place of the lock was emptied; a pipe was waited for."""
    shutil.rmtree(built.place.cache)
    in_place_of(name, built.root, what)
    with pytest.raises(UserError, match=f"{re.escape(name)} is {what}"):
        built.build()
    kept = built.root / ("precious.txt" if what == "a symbolic link" else name)
    assert not kept.is_file() or kept.read_text() in ("precious", "mine")


def test_a_link_to_a_folder_of_others_is_no_cache(built: Place) -> None:
    """The cache was written into whatever folder a link led to."""
    shutil.rmtree(built.place.cache)
    others = built.root / "others"
    others.mkdir()
    (others / "stat.json").write_text("mine")
    (others / "letter.txt").write_text("mine")
    built.place.cache.symlink_to(others)
    for use in (built.build, built.stale):
        with pytest.raises(UserError, match="holds other things, such as letter"):
            use()
    assert (others / "stat.json").read_text() == "mine"
    (others / "letter.txt").unlink()
    (others / "stat.json").unlink()
    assert built.build() == 0
    assert (others / "lock").is_file()


@pytest.mark.parametrize("what", ["a named pipe", "a folder", "a symbolic link"])
def test_what_is_no_stat_cache_is_replaced(built: Place, what: str) -> None:
    """A pipe in place of stat.json was waited for; the target of a link must stay."""
    (built.place.cache / "stat.json").unlink()
    in_place_of(".reportgen/stat.json", built.root, what)
    assert built.stale() == []
    assert built.build() == 0
    assert (built.place.cache / "stat.json").is_file()
    assert not (built.place.cache / "stat.json").is_symlink()
    if what == "a symbolic link":
        assert (built.root / "precious.txt").read_text() == "precious"


def test_a_pipe_among_the_files_of_a_function_is_not_waited_for(place: Place) -> None:
    """A named pipe under `reads` was opened for its digest, which waits for a writer."""
    a_file_of_a_function(place, 1)
    (place.root / "one.yaml").write_text(
        (place.root / "one.yaml").read_text().replace("[data.npy]", "[data.npy, pipe]")
    )
    os.mkfifo(place.root / "pipe")
    with pytest.raises(UserError, match="pipe is a named pipe"):
        place.build()


@pytest.mark.parametrize("name", ["specs", "specs/one.yaml"])
def test_no_pipe_is_read_as_a_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file, a pipe or a folder in the place of specs/ or of a spec gives one message."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)
    for command in (["build"], ["check"], ["status"], ["new", "two"]):
        if name == "specs" or command[0] != "new":
            found = CliRunner().invoke(main, command)
            assert found.exit_code == 2
            assert isinstance(found.exception, SystemExit)
            assert found.output.count("error") == 1


# --- the front page -----------------------------------------------------------------------------


NEIGHBORS = {
    "cut short": '{"schema": 1, ',
    "another shape": '{"schema": 1, "slug": "n", "title": 3, "models": 4, "figures": {}}',
    "no models": '{"schema": 1, "slug": "n", "title": "N", "models": [1], "figures": []}',
    "no figure": '{"schema": 1, "slug": "n", "title": "N", "models": [], "figures": [{}]}',
    "nested": "[" * 100_000,
    "half a character": '{"schema": 1, "slug": "n", "title": "\\ud800", "models": [], '
    '"figures": []}',
}


@pytest.mark.parametrize("kind", [*NEIGHBORS, "pipe", "folder"])
def test_a_damaged_neighbor_harms_its_own_entry(built: Place, kind: str) -> None:
    """Another report's broken report.json ended the build in a traceback."""
    neighbor = built.place.out / "neighbor"
    neighbor.mkdir()
    write_manifest(neighbor, {}, {})
    if kind in NEIGHBORS:
        (neighbor / "report.json").write_text(NEIGHBORS[kind])
    else:
        in_place_of("report.json", neighbor, {"pipe": "a named pipe", "folder": "a folder"}[kind])
    assert built.build() == 0, built.listener.errors
    text = (built.place.out / "index.html").read_text()
    assert 'href="one/index.html"' in text
    assert "its report.json is damaged" in text
    (remark,) = built.listener.remarks
    assert "neighbor/report.json is damaged" in remark
    assert built.stale() == []


def test_a_neighbor_cannot_show_a_file_outside_its_folder(built: Place) -> None:
    """A report.json could name any picture on the machine, and the front page embedded it."""
    neighbor = built.place.out / "neighbor"
    neighbor.mkdir()
    (built.root / "secret.png").write_bytes(b"secret")
    for file in ("../../secret.png", str(built.root / "secret.png"), "pipe.png", "a\0b"):
        figure = {"file": file, "alt": "a", "media_type": "image/png"}
        facts = {"schema": 1, "slug": "n", "title": "N", "models": [], "figures": [figure]}
        (neighbor / "report.json").write_text(json.dumps(facts))
        if not (neighbor / "pipe.png").exists():
            os.mkfifo(neighbor / "pipe.png")
        assert built.build() == 0
        text = (built.place.out / "index.html").read_text()
        assert "neighbor/index.html" in text
        assert "c2VjcmV0" not in text


def test_code_of_a_package_that_was_replaced_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker could import other code of an installed package than the one in the key."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "rare_package.py").write_text("VALUE = 1\n")
    other, same = of_bytes(b"VALUE = 2\n"), of_bytes(b"VALUE = 1\n")
    with importing():
        with (
            pytest.raises(InputMovedError, match=r"rare_package\.py changed"),
            expecting({}, {"rare_package": other}, StatCache()),
        ):
            import_module("rare_package")
        with expecting({}, {"rare_package": same}, StatCache()):
            assert import_module("rare_package").VALUE == 1
        # The process has imported it, and must not go on with it after an edit.
        with (
            pytest.raises(InputMovedError),
            expecting({}, {"rare_package": other}, StatCache()),
        ):
            pass


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_values_of_a_manifest_may_be_nested_deep(built: Place, depth: int) -> None:
    """A manifest of the right shape with deep values ended in a RecursionError."""
    path = built.place.out / "one" / MANIFEST
    manifest = json.loads(path.read_text())
    for task in manifest["tasks"].values():
        task["key"], task["facts"]["params"] = "0" * 64, {"deep": "HERE"}
    deep = '{"a": [' * (depth // 2) + "]}" * (depth // 2)
    path.write_text(json.dumps(manifest).replace('"HERE"', deep))
    assert built.stale()
    assert built.build() == 0, built.listener.errors
    assert built.stale() == []
