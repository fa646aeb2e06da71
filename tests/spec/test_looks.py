"""What `check` says of data and functions by a quick look: nothing is decoded, imported or run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import catalog, checking, datasets, functions
from reportgen.catalog import Entry, Parameter
from reportgen.datasets import listing
from reportgen.errors import UserError


def problems(folder: Path, *lines: str, model: str = "zoo:base") -> list[tuple[int | None, str]]:
    """Lines and texts of what is wrong with a spec whose dataset has these `lines`, from 3 on."""
    data = "dataset:\n" + "".join(f"  {line}\n" for line in lines) if lines else ""
    try:
        checking.load_text(f"model: {model}\n{data}", folder / "x.yaml")
    except UserError as error:
        return [(problem.line, f"{problem.message}; {problem.hint}") for problem in error.problems]
    return []


def built(folder: Path, source: str, **params: Any) -> str:
    """What the build says of the same dataset."""
    with pytest.raises(UserError) as caught:
        datasets.load(source, params, 0, folder)
    (problem,) = caught.value.problems
    return f"{problem.message}; {problem.hint}"


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "photos" / name).touch()


# --- what goes together ---------------------------------------------------------------------------


@pytest.mark.parametrize("more", ["scaling: -1..1", "mean: 0.5", "std: [1, 2, 3]"])
@pytest.mark.parametrize("source", ["mnist", "line", "folder", "python:shapes:make"])
def test_an_application_brings_its_own_scaling(tmp_path: Path, source: str, more: str) -> None:
    put(tmp_path, "cat/a.png")
    (tmp_path / "shapes.py").write_text("def make(): ...\n")
    lines = [f"source: {source}", *(["path: photos"] if source == "folder" else [])]
    assert problems(tmp_path, *lines, "application: VGG16") == []
    assert problems(tmp_path, *lines, more) == []
    ((line, text),) = problems(tmp_path, *lines, more, "application: VGG16")
    assert line == 4 + len(lines)
    assert text == (
        "'application' brings its own scaling, and the dataset gives another besides; "
        "remove scaling, mean and std, or application"
    )


def test_keys_that_happen_to_have_the_same_names_mean_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [Parameter(name, "str", None, "theirs") for name in ("application", "scaling", "path")]
    entry = Entry("theirs", "Theirs", "of an installed package", tuple(keys))
    monkeypatch.setattr(catalog, "entry", lambda group, name: entry)
    monkeypatch.setattr(catalog, "module", lambda group, name: "theirs")
    given = {"application": "VGG16", "scaling": "own", "path": "photos"}
    assert list(datasets.mistakes("theirs", given, tmp_path)) == []


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "params", "message"),
    [
        ([], {}, "there is no image in "),
        (["a.txt", "cat/b.txt"], {}, "there is no image in "),
        (["train/cat/a.png", "test/a.png"], {}, "photos/test/a.png lies beside the folders of"),
        (["cat/a.png", "dog/a.png"], {"classes": ["cat", "dgo"]}, "did you mean 'dgo'?"),
        (["train/a/a.png", "test/a/a.png", "b/a.png"], {}, "photos/b/a.png lies in no folder of a"),
    ],
)
def test_a_folder_is_looked_through(
    tmp_path: Path, files: list[str], params: dict[str, Any], message: str
) -> None:
    (tmp_path / "photos").mkdir()
    put(tmp_path, *files)
    lines = [f"{name}: {value}" for name, value in params.items()]
    ((line, text),) = problems(tmp_path, "source: folder", "path: photos", *lines)
    assert line == 4
    assert message in text
    assert text == built(tmp_path, "folder", path="photos", **params)


def test_images_are_not_opened(tmp_path: Path) -> None:
    put(tmp_path, "cat/a.png", "dog/a.png")  # Empty files, which no build can read.
    assert problems(tmp_path, "source: folder", "path: photos") == []


def test_a_folder_of_very_many_files_is_left_to_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, *(f"{number}.txt" for number in range(5)))
    assert len(problems(tmp_path, "source: folder", "path: photos")) == 1
    monkeypatch.setattr(listing, "MOST", 4)
    assert problems(tmp_path, "source: folder", "path: photos") == []


def test_what_stands_in_for_a_bad_value_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    lines = ("source: folder", "path: photos", "labels: maybe")
    assert [line for line, _ in problems(tmp_path, *lines)] == [5]
    assert [line for line, _ in problems(tmp_path, "source: folder", "path: 7")] == [4]


# --- arrays ---------------------------------------------------------------------------------------


def test_an_npz_is_looked_into(tmp_path: Path) -> None:
    lines = ("source: npz", "path: data.npz")
    (tmp_path / "data.npz").write_bytes(b"no archive")
    ((line, text),) = problems(tmp_path, *lines)
    assert (line, text) == (4, built(tmp_path, "npz", path="data.npz"))
    assert "data.npz cannot be read (File is not a zip file)" in text
    x, y = np.zeros((30, 4, 4), np.uint8), np.arange(30) % 3
    np.savez(tmp_path / "data.npz", x_train=x, labels=y)
    ((line, text),) = problems(tmp_path, *lines)
    assert (line, text) == (4, built(tmp_path, "npz", path="data.npz"))
    assert "has no array 'y_train'; it has labels, x_train" in text
    assert problems(tmp_path, *lines, "y_train: labels") == []
    np.savez(tmp_path / "data.npz", x_train=x[0], y_train=y)
    assert "'x_train' must hold images of shape" in problems(tmp_path, *lines)[0][1]


# --- Python functions -----------------------------------------------------------------------------

# Text that is only parsed, never run: every way in which a module can bind a name.
MODULE = """
import os.path as paths
from json import dumps as written, loads
raise RuntimeError("it ran")
def make(): ...
async def later(): ...
class Maker:
    def inner(self): ...
if True:
    def conditional(): ...
other, (again, *rest) = make, (make, make)
typed: object = make
for looped in (make,): pass
with open("x") as held: pass
try: pass
except OSError as caught: ...  # parsed for its name, never run
[hidden for hidden in ()]
(walrus := make)
[inside := make for _ in (1,)]
def defaults(value=(given := make)): ...
match 1:
    case {"a": matched, **more}: pass
"""
BOUND = (
    "make", "later", "Maker", "conditional", "other", "again", "rest", "typed", "looped", "held",
    "caught", "paths", "written", "loads", "walrus", "matched", "more",
    "inside", "given",
)  # fmt: skip


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    (tmp_path / "shapes.py").write_text(MODULE)
    return tmp_path


@pytest.mark.parametrize("name", BOUND)
def test_whatever_a_module_binds_may_be_a_function(shapes: Path, name: str) -> None:
    assert problems(shapes, model=f"python:shapes:{name}") == []
    assert problems(shapes, f"source: python:shapes:{name}") == []


@pytest.mark.parametrize("name", ["inner", "hidden", "json", "mak"])
def test_what_a_module_does_not_bind_is_no_function(shapes: Path, name: str) -> None:
    message = f"module shapes has no function '{name}'; "
    ((line, text),) = problems(shapes, model=f"python:shapes:{name}")
    assert line == 1
    assert text.startswith(message)
    ((line, text),) = problems(shapes, f"source: python:shapes:{name}")
    assert line == 3
    assert text.startswith(message)
    assert text.endswith("did you mean 'make'?") == (name == "mak")


@pytest.mark.parametrize(
    "more",
    [
        "from os.path import *",
        "globals()['mak'] = 1",
        "def __getattr__(name): ...",
        "exec('def mak(): ...')",
        "import sys; setattr(sys.modules[__name__], 'mak', 1)",
        "import sys; sys.modules[__name__].mak = 1",
        "def define():\n    global mak\n    mak = 1",
        "def (",
    ],
)
def test_what_its_text_does_not_show_is_left_to_the_build(tmp_path: Path, more: str) -> None:
    (tmp_path / "shapes.py").write_text(f"def make(): ...\n{more}\n")
    assert problems(tmp_path, model="python:shapes:mak") == []


@pytest.mark.parametrize(
    "module", ["gone", "gone.deeper", "shapes.deeper", "loose.gone", "own.gon"]
)
def test_a_module_that_is_not_there(shapes: Path, module: str) -> None:
    (shapes / "loose").mkdir()
    put(shapes / "own", "x")
    (shapes / "own" / "__init__.py").write_text("import json\n")
    (shapes / "shapes.py").write_text("def make(): ...\n")
    ((line, text),) = problems(shapes, f"source: python:{module}:make")
    assert line == 3
    with pytest.raises(UserError) as caught:
        functions.call(f"{module}:make", shapes, {}, {})
    (problem,) = caught.value.problems
    assert text == f"{problem.message}; {problem.hint}"
    assert text == (
        f"there is no module '{module}'; it must be installed, or lie in the spec's folder {shapes}"
    )


def test_modules_are_found_in_packages_without_importing_them(tmp_path: Path) -> None:
    for name in ("own/__init__.py", "own/deep/inner.py", "loose/inner.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError('it ran')\ndef make(): ...\n")
    before = set(sys.modules)
    for source in ("own:make", "own.deep.inner:make", "loose.inner:make"):
        assert problems(tmp_path, model=f"python:{source}") == []
        ((_, text),) = problems(tmp_path, model=f"python:{source.replace('make', 'mke')}")
        assert "has no function 'mke'; did you mean 'make'?" in text
    assert not {name for name in set(sys.modules) - before if name.startswith(("own", "loose"))}


@pytest.mark.parametrize("source", ["os.path:join", "time:time", "json:loads", "json.decoder:scan"])
def test_installed_modules_are_known(tmp_path: Path, source: str) -> None:
    found = problems(tmp_path, model=f"python:{source}")
    assert found == ([] if source != "json.decoder:scan" else found[:1])
    assert len(found) == (source == "json.decoder:scan")


@pytest.mark.parametrize("line", ["__path__.append('elsewhere')", "import sys; sys.modules['x']"])
def test_a_package_that_makes_modules_is_left_to_the_build(tmp_path: Path, line: str) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").write_text(f"{line}\n")
    assert problems(tmp_path, model="python:own.made:make") == []


# --- all of it ------------------------------------------------------------------------------------


def test_the_looks_load_nothing_heavy(shapes: Path) -> None:
    put(shapes, "cat/a.png", "dog/a.png")
    np.savez(shapes / "data.npz", x_train=np.zeros((9, 4, 4)), y_train=np.arange(9))
    (shapes / "x.yaml").write_text(
        "models:\n"
        "  a: {source: python:shapes:make, dataset: {source: folder, path: photos}}\n"
        "  b: {source: python:shapes:make, dataset: {source: npz, path: data.npz}}\n"
        "  c: {source: python:shapes:make, dataset: python:shapes:make}\n"
        "sections: [{title: T, text: Words.}]\n"
    )
    code = (
        "import sys; from reportgen.cli import main\n"
        "try: main(['check', 'x.yaml'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=shapes, check=True
    )
    assert "1 spec without problems" in done.stdout
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert not loaded & {"numpy", "tensorflow", "keras", "PIL", "matplotlib", "shapes"}
    assert zipfile.is_zipfile(shapes / "data.npz")
