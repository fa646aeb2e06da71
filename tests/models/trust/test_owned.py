"""Modules of the spec's owner: those that cannot be imported are told without importing any."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reportgen.errors import Problem, UserError
from reportgen.models.trust.inspection import inspect
from reportgen.models.trust.owned import wrong_modules
from tests.models.trust.crafting import INPUT, keras_file, layer, model


def written(folder: Path, name: str, text: str = "raise OSError('must not run')\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_modules_that_are_there_are_not_imported(tmp_path: Path) -> None:
    for name in ("one.py", "pack/__init__.py", "pack/inner.py", "plain/inner.py"):
        written(tmp_path, name)
    written(tmp_path, "loud.py", "x = '\\d'\n")
    names = [
        "loud",
        "one",
        "pack",
        "pack.inner",
        "plain.inner",
        "pytest",
    ]
    before = set(sys.modules)
    assert wrong_modules(names, tmp_path) == []
    assert set(sys.modules) == before


@pytest.mark.parametrize("name", ["nowhere", "pack.nowhere", "plain.nowhere", "one.inner"])
def test_a_module_that_is_nowhere_is_named(tmp_path: Path, name: str) -> None:
    for file in ("one.py", "pack/__init__.py", "plain/inner.py"):
        written(tmp_path, file)
    assert wrong_modules([name], tmp_path) == [
        Problem(
            f"there is no module '{name}'",
            hint=f"it must be installed, or lie in the spec's folder {tmp_path}",
        )
    ]


@pytest.mark.parametrize("name", ["../evil", "", "a..b", "my-layers", "my_layers.py/"])
def test_a_name_that_no_module_has_is_told(tmp_path: Path, name: str) -> None:
    (problem,) = wrong_modules([name], tmp_path)
    assert problem.message == f"'{name}' cannot be the name of a module"


def test_a_source_with_an_error_is_told_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "broken.py", "x = 1\nclass Own(:\n    pass\n")
    (problem,) = wrong_modules(["broken"], tmp_path)
    assert (problem.file, problem.line) == (str(path), 2)
    assert problem.message.startswith("importing broken failed: SyntaxError: ")
    outer = written(tmp_path, "pack/__init__.py", "return 1\n")
    written(tmp_path, "pack/inner.py")
    (problem,) = wrong_modules(["pack", "pack.inner"][1:], tmp_path)
    assert (problem.file, problem.line) == (str(outer), 1)
    written(tmp_path, "nul.py", "x = '\0'\n")
    (problem,) = wrong_modules(["nul"], tmp_path)
    assert problem.file == str(tmp_path / "nul.py")
    assert "importing nul failed" in problem.message


def test_a_model_file_is_not_blamed_for_a_module_that_is_missing(tmp_path: Path) -> None:
    part = {**layer("Own", "o"), "module": "mine"}
    path = keras_file(tmp_path, model(INPUT, part))
    with pytest.raises(UserError) as caught:
        inspect(path, modules=["mine"])
    (problem,) = caught.value.problems
    assert problem.message == "there is no module 'mine'"
    written(tmp_path, "mine.py", "class Own(:\n")
    with pytest.raises(UserError, match=r"mine\.py:1: importing mine failed: SyntaxError"):
        inspect(path, modules=["mine"])
    inspect(path, modules=["mine"], trusted=True)
