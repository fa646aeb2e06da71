"""Odd places, names and files that commands meet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen import checking, publication
from reportgen.console import Console
from reportgen.errors import UserError, refused
from reportgen.plan import Task
from reportgen.reports import require_folder
from reportgen.spec.project import spec_path
from reportgen.spec.starter import starter
from reportgen.store import check_cache

Use = Callable[..., object]
Put = Callable[[Path], None]

SPEC = "title: T\nmodel: zoo:variation1\nfigures: [summary]\n"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of reportgen."""
    arguments = [sys.executable, "-m", "reportgen", *command]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=60)


def spec(folder: Path, name: str = "one.yaml", text: str = SPEC) -> Path:
    path = folder / "specs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("put", [dangling, loop, os.mkfifo, Path.touch])
@pytest.mark.parametrize("use", [publication.publish, require_folder, check_cache, spec_path])
def test_what_stands_in_place_of_a_folder_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    use: Callable[..., object],
    put: Callable[[Path], None],
) -> None:
    """A dead link or a pipe in place of a folder gave "file exists" and "check the disk"."""
    monkeypatch.chdir(tmp_path)
    place = Path("specs")
    put(place)
    arguments = {publication.publish: (place, {}, {}, {}), spec_path: ("one",)}
    with pytest.raises(
        UserError, match=r"specs is (a|a file|a named pipe|a symbolic link that leads to no folder)"
    ):
        use(*arguments.get(use, (place,)))
    assert os.listdir() == ["specs"]


def test_status_foretells_a_report_whose_place_is_taken(tmp_path: Path) -> None:
    """A pipe in place of a report's folder was met only after everything was computed."""
    os.mkfifo(tmp_path / "one")
    (problem,) = publication.obstacles(tmp_path / "one", {"index.html": ""})
    assert "one is a named pipe" in problem.message


def test_a_link_to_no_spec_is_told_as_such(tmp_path: Path) -> None:
    """'there is no such file' advised the very name that was given."""
    for name, said in (
        ("lost.yaml", "link to nowhere, which does not exist"),
        ("loop.yaml", "too many"),
    ):
        (dangling if name == "lost.yaml" else loop)(tmp_path / name)
        with pytest.raises(UserError, match=said) as caught:
            checking.load(tmp_path / name)
        assert caught.value.problems[0].hint


def test_a_folder_is_no_spec_and_all_of_specs_need_no_name(tmp_path: Path) -> None:
    """`build specs` was told to name a spec, and no more."""
    with pytest.raises(UserError, match=r"but a folder; .* or none for all in specs/"):
        checking.load(tmp_path)


def test_a_new_report_with_an_impossible_name_gets_another(tmp_path: Path) -> None:
    """`new 'my report'` gave a line of a file that there was not, and advice to rename it."""
    for name, better in (
        ("my report", "my-report"),
        ("../x", "x"),
        ("CON", "con-report"),
        ("日", "report"),
    ):
        with pytest.raises(UserError, match=f"^a report's name is of .*reportgen new {better}$"):
            starter(name)


def test_outer_blanks_of_a_spec_name_are_shown(tmp_path: Path) -> None:
    """The message about 'a .yaml' complained of the name 'a', which is allowed."""
    with pytest.raises(UserError, match="the file's name 'a ' names"):
        checking.load(spec(tmp_path, "a .yaml"))


def test_check_finds_two_specs_of_one_report(tmp_path: Path) -> None:
    """Two specs of one name passed `check`, and kept `build` from all other specs."""
    for name in ("one.yaml", "one.yml", "two.yaml"):
        spec(tmp_path, name)
    done = run(tmp_path, "check")
    assert done.returncode == 2
    assert "specs/one.yml: this spec and specs/one.yaml would both write 'one/'" in done.stderr
    assert "2 of 3 specs with problems: specs/one.yaml, specs/one.yml" in done.stderr


def test_a_removed_working_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """'cannot use: no such file or directory / check the disk' of a folder that was removed."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileNotFoundError) as caught:
        Path.cwd()
    assert refused(caught.value).message == "the working folder was removed while you were in it"


def test_warnings_are_visible_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Names of classes and layers in warnings reached the terminal raw."""
    task = Task("a/b", "model", (), {}, files={})
    Console(live=False).warned(task, "class a\x1b[2J\nb")
    assert r"warning: a/b: class a\x1b[2J\nb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title: "T\nmodel: zoo:base\n', ":1: .*a quote that was opened is not closed"),
        ('title: "\\ud800"\n', ":1: .*in double quotes write"),
        ("%YAML 9.9\n---\ntitle: T\n", ":1: .*remove the line that begins with '%'"),
        ("<<: {title: T}\nmodel: zoo:base\n", ":1: .*write the keys out"),
    ],
)
def test_mistakes_of_yaml_get_the_advice_that_fits(tmp_path: Path, text: str, said: str) -> None:
    """An open quote was placed behind the last line; escapes and merges got unfit advice."""
    with pytest.raises(UserError, match=said):
        checking.load(spec(tmp_path, text=text))
