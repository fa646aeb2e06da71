"""Builds that are stopped, that the system refuses, or that find files of others."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reportgen import scratch, store
from reportgen.digest import of_bytes
from reportgen.errors import UserError
from reportgen.publication import STAGE, publish, recover
from reportgen.store import locked, read_manifest

SPEC = "title: %s\nmodel: zoo:variation1\nfigures: [kernels: {layers: [conv2d_1]}]\n"
PLUGIN = Path(__file__).parents[1] / "support" / "torture" / "plugin"
PICTURE = "figures/kernels-1-conv2d_1.png"


class Project:
    """A folder in which commands run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, slug: str, title: str) -> None:
        path = self.root / "specs" / f"{slug}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPEC % title)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        (self.root / "tmp").mkdir(exist_ok=True)
        # Whoever runs the tests, such as `nohup`, may ignore signals, and a child inherits that.
        usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
        held = {number: signal.signal(number, handler) for number, handler in usual.items()}
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "reportgen", *command],
                cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env={**os.environ, "PYTHONPATH": str(PLUGIN), "TMPDIR": str(self.root / "tmp"),
                     "TORTURE_ROOT": str(self.root), **environment},
            )  # fmt: skip
        finally:
            for number, handler in held.items():
                signal.signal(number, handler)

    def run(self, *command: str, status: int = 0, **environment: str) -> str:
        """Run a command; returns what it prints, without tracebacks and with this exit status."""
        process = self.start(*command, **environment)
        output = "".join(process.communicate(timeout=200))
        assert "Traceback" not in output
        assert process.returncode == status, output
        return output

    def site(self) -> dict[str, bytes]:
        site = self.root / "site"
        files = (path for path in site.rglob("*") if path.is_file())
        return {str(path.relative_to(site)): path.read_bytes() for path in files}

    def messages(self, output: str) -> list[str]:
        return [line for line in output.splitlines() if line.startswith("error")]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("original"))
    project.write("one", "One")
    project.write("two", "Two")
    project.run("build")
    return project


@pytest.fixture
def project(original: Project, tmp_path: Path) -> Project:
    shutil.copytree(original.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


# --- stopped -----------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["mkdir:4", "write:3", "replace:3", "replace:5", "unlink:2"])
def test_a_killed_first_build_does_not_lock_itself_out(
    project: Project, original: Project, operation: str
) -> None:
    """Killed between the first file and the manifest, a build left a page that the next refused."""
    shutil.rmtree(project.root / "site")
    project.run("build", status=-signal.SIGKILL, TORTURE=f"parent:{operation}:KILL")
    project.run("build")
    assert project.site() == original.site()
    assert not os.listdir(project.root / "tmp")


@pytest.mark.parametrize("move", range(1, 6))
def test_a_killed_rebuild_is_completed_by_the_next(tmp_path: Path, move: int) -> None:
    """Figures that a report lost stayed after a kill, and the report counted as fresh."""
    folder = tmp_path / "x"
    write(folder, **{"index.html": "old", "figures/a": "old", "figures/b": "old"})
    child = os.fork()
    if not child:
        kill_at_move(move)
        write(folder, **{"index.html": "new", "figures/a": "new", "figures/c": "new"})
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    recover(folder)
    new = {"index.html": b"new", "figures/a": b"new", "figures/c": b"new"}
    old = {"index.html": b"old", "figures/a": b"old", "figures/b": b"old"}
    assert contents(folder) == (old if move == 1 else new)
    assert set(read_manifest(folder)["files"]) == set(contents(folder))
    assert not (folder / STAGE).exists()


def test_what_a_killed_command_left_in_the_temporary_folder_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary folders of killed processes piled up; those of living ones and of others stay."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "reportgen-scratch-notes").mkdir(mode=0o700)
    (tmp_path / "reportgen-scratch-12345678").mkdir(mode=0o755)
    (tmp_path / "reportgen-scratch-abcdefgh").symlink_to(tmp_path / "reportgen-scratch-notes")
    kept = set(os.listdir(tmp_path))
    dead = tmp_path / "reportgen-scratch-deadbeef"
    dead.mkdir(mode=0o700)
    (dead / "model.keras").write_bytes(b"copy")
    with scratch.scratch_folder() as mine:
        scratch.sweep()
        assert set(os.listdir(tmp_path)) == {*kept, mine.name}
    assert set(os.listdir(tmp_path)) == kept


def test_unfinished_files_in_the_cache_go(tmp_path: Path) -> None:
    """A killed build left temporary files in the cache."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / ".stat.json.1-2").write_text("{")
    with locked(tmp_path):
        assert not os.listdir(tmp_path / "tmp")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_at_any_time_ends_a_build_quietly(
    project: Project, number: int, status: int
) -> None:
    """Ctrl-C during imports ended in a traceback; SIGTERM cleaned nothing up."""
    shutil.rmtree(project.root / ".reportgen")
    project.write("one", "Other")
    for seconds in (0, 0.1, 0.7):
        process = project.start("build")
        while not handles_signals(process.pid):
            time.sleep(0.001)
        time.sleep(seconds)
        process.send_signal(number)
        output = "".join(process.communicate(timeout=60))
        assert process.returncode == status
        assert output in ("", "\nInterrupted. Finished tasks are kept; build again to continue.\n")
    assert not os.listdir(project.root / "tmp")


def handles_signals(process: int) -> bool:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without locks was reported as another build."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    heard: list[str] = []
    with locked(tmp_path, heard.append) as mine:
        assert mine
    assert heard == [
        f"the file system of {tmp_path} has no locks (No locks available): run one build at a time"
    ]


# --- files that reportgen did not write ----------------------------------------------------------


@pytest.mark.parametrize("name", ["index.html", "report.md", "report.json", PICTURE])
def test_files_of_the_user_stop_only_their_report(project: Project, name: str) -> None:
    """A report.md or a figure that reportgen did not write was overwritten."""
    folder = project.root / "site" / "one"
    shutil.rmtree(folder)
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("mine")
    project.write("two", "Two again")
    output = project.run("build", status=2)
    assert project.messages(output) == [
        f"error: site/one/{name} exists and was not made by reportgen"
    ]
    assert {path.read_text() for path in folder.rglob("*") if path.is_file()} == {"mine"}
    assert b"Two again" in project.site()["two/index.html"]
    if "/" not in name:
        expected = f"build would refuse: site/one/{name} exists and was not made by reportgen"
        assert expected in project.run("status", status=1)


def test_a_manifest_of_the_user_is_not_overwritten(project: Project) -> None:
    """The manifest.json of a web application was taken for that of reportgen."""
    shutil.rmtree(project.root / "site")
    (project.root / "site").mkdir()
    (project.root / "site" / "manifest.json").write_text('{"name": "App", "icons": []}')
    output = project.run("build", status=2)
    assert project.messages(output) == [
        "error: site/manifest.json exists and was not made by reportgen"
    ]
    assert json.loads(project.site()["manifest.json"]) == {"name": "App", "icons": []}


def test_a_file_with_the_bytes_of_the_report_is_no_obstacle(project: Project) -> None:
    """A page that an interrupted build of an earlier version left locked all later builds out."""
    before = project.site()
    (project.root / "site" / "one" / "manifest.json").unlink()
    project.run("build")
    assert project.site() == before


def test_pruning_keeps_what_the_user_changed_and_says_what_goes(project: Project) -> None:
    """A report without a spec was removed in silence, with files that the user had edited."""
    (project.root / "specs" / "one.yaml").unlink()
    folder = project.root / "site" / "one"
    (folder / "report.md").write_text("edited")
    (folder / "figures" / "mine.txt").write_text("mine")
    assert "site (build would remove the report: site/one)" in project.run("status", status=1)
    output = project.run("build")
    assert "removed the report site/one (3 files), which has no spec" in output
    assert "site/one stays with figures/mine.txt, report.md of your own" in output
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == ["mine.txt", "report.md"]
    project.run("status")


def test_a_pruned_report_leaves_no_folder(project: Project) -> None:
    """The folder of a pruned report stayed, with temporary files of a killed build in it."""
    (project.root / "specs" / "one.yaml").unlink()
    (project.root / "site" / "one" / STAGE / "new").mkdir(parents=True)
    project.run("build")
    assert not (project.root / "site" / "one").exists()


# --- refused by the system ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    ["write:2+:ENOSPC", "replace:1+:EROFS", "replace:4:EIO", "mkdir:1+:EROFS", "fsync:3:ENOSPC"],
)
def test_a_refusal_of_the_system_is_one_message_a_report(project: Project, refusal: str) -> None:
    """A full disk, an I/O error and a read-only folder ended in raw errors."""
    before = project.site()
    project.write("one", "Other")
    output = project.run("build", status=1, TORTURE=f"parent:{refusal}")
    assert 1 <= len(project.messages(output)) <= 2
    after = project.site()
    same = {after[name] == data for name, data in before.items() if name.startswith("one/")}
    assert same == {True}
    assert "site/two/index.html (up to date)" in output
    project.run("build")


def test_an_error_while_files_move_brings_the_earlier_ones_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error halfway through left new and old files side by side."""
    write(tmp_path / "x", **{"index.html": "old", "figures/a": "old", "figures/b": "old"})
    before, replace, moves = contents(tmp_path / "x"), os.replace, iter(range(99))

    def failing(source: Path, target: Path) -> None:
        if next(moves) == 3:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="Input/output error"):
        write(tmp_path / "x", **{"a": "new", "figures/a": "new", "index.html": "new"})
    assert contents(tmp_path / "x") == before
    assert not (tmp_path / "x" / STAGE).exists()


def test_a_read_only_site_and_cache_do_where_nothing_is_to_be_done(project: Project) -> None:
    """A build with nothing to do failed where it could not write."""
    (project.root / ".reportgen" / "lock").unlink()
    for operation in ("write", "mkdir", "replace"):
        output = project.run("build", TORTURE=f"parent:{operation}:1+:EROFS")
        assert output.count("up to date") == 2


@pytest.mark.parametrize("name", ["index.html", "manifest.json", "report.json", PICTURE])
def test_a_folder_in_place_of_a_file_is_one_message(project: Project, name: str) -> None:
    """A folder where a file belongs ended in a raw error."""
    path = project.root / "site" / "one" / name
    path.unlink()
    path.mkdir()
    output = project.run("build", status=2)
    assert project.messages(output) == [
        f"error: site/one/{name} is a folder, but reportgen writes a file there"
    ]
    assert "site/two/index.html (up to date)" in output


def test_a_link_in_place_of_a_folder_is_not_followed(project: Project) -> None:
    """Figures were written through a link into another folder."""
    shutil.rmtree(project.root / "site" / "one" / "figures")
    (project.root / "elsewhere").mkdir()
    (project.root / "site" / "one" / "figures").symlink_to(project.root / "elsewhere")
    project.run("build", status=2)
    assert not os.listdir(project.root / "elsewhere")


def test_pages_and_cache_need_folders(project: Project) -> None:
    """`--out /dev/null` and a file called .reportgen ended in tracebacks."""
    output = project.run("build", "--out", "/dev/null", status=2)
    assert project.messages(output) == [
        "error: the pages go to /dev/null, but /dev/null is a device"
    ]
    project.run("status", "--out", "specs/one.yaml/site", status=2)
    shutil.rmtree(project.root / ".reportgen")
    (project.root / ".reportgen").write_text("mine")
    output = project.run("build", status=2)
    assert project.messages(output) == [
        "error: .reportgen is a file, but reportgen keeps its cache in a folder of this name"
    ]
    assert (project.root / ".reportgen").read_text() == "mine"


SPACE = "       send it to a terminal, or to a file where there is space\n"


@pytest.mark.parametrize(
    ("end", "status", "message"),
    [
        ("2>&-", 0, ""),
        ("2>/dev/full", 0, ""),
        (
            ">/dev/full",
            1,
            "error: cannot write to standard output: no space left on device\n" + SPACE,
        ),
        (">&-", 1, "error: cannot write to standard output: bad file descriptor\n" + SPACE),
        ("| head -c 1", 0, ""),
        (">&- 2>&- <&-", 1, ""),
    ],
)
def test_output_that_is_closed_or_full(
    project: Project, end: str, status: int, message: str
) -> None:
    """Output that is closed or full ended in a traceback, and the build with it."""
    command = f"{sys.executable} -m reportgen build {end}"
    done = subprocess.run(
        command, shell=True, cwd=project.root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, message)


def write(folder: Path, **files: str) -> None:
    """Publish a report with these files."""
    data = {name: text.encode() for name, text in files.items()}
    publish(folder, {name: of_bytes(content) for name, content in data.items()}, {}, data)


def contents(folder: Path) -> dict[str, bytes]:
    """Published files by name, without the manifest."""
    paths = (path for path in folder.rglob("*") if path.is_file() and STAGE not in str(path))
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    found.pop(store.MANIFEST)
    return found


def kill_at_move(number: int) -> None:
    """Have this process killed at its so many-th `os.replace`."""
    replace, moves = os.replace, iter(range(1, 99))

    def killing(source: Path, target: Path) -> None:
        if next(moves) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    os.replace = killing  # type: ignore[assignment]


def test_a_publication_is_refused_before_any_file_is_written(tmp_path: Path) -> None:
    """The first files of a report were written before one of the user's was met."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "z").write_text("mine")
    with pytest.raises(UserError, match="was not made by reportgen"):
        write(tmp_path, **{"index.html": "new", "figures/z": "new"})
    assert os.listdir(tmp_path) == ["figures"]
