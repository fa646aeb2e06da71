"""Building end to end on a tiny spec: what is made, what is made again, and what survives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen import checking, reports
from reportgen.engine.client import Worker
from reportgen.errors import ReportgenError, UserError
from reportgen.plan import Task
from reportgen.store import read_manifest

TINY = """\
title: Tiny
seed: 3
models:
  small:
    source: zoo:variation1
    dataset: {source: line, per_class: 10}
    training: {epochs: 1, batch_size: 32}
sections:
  - title: All of it
    text: Some *words*.
    figures:
      - summary
      - samples: {samples: 2}
      - kernels: {layers: [conv2d_1]}
      - feature_maps: {samples: [0], measure_on: 8}
inferences: [pooling_effect, shallow_network]
"""


class Silent:
    """A listener that remembers what ran and what failed."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.errors: list[str] = []
        self.remarks: list[str] = []

    def started(self, task: Task) -> None:
        self.ran.append(task.key)

    def progress(self, done: int, total: int, text: str) -> None:
        assert 0 <= done <= total

    def finished(self, task: Task, seconds: float) -> None:
        assert seconds >= 0

    def remarked(self, task: Task, text: str) -> None:
        self.remarks.append(text)

    def warned(self, task: Task, text: str) -> None: ...

    def failed(self, task: Task, error: ReportgenError) -> None:
        self.errors += [str(problem) for problem in error.problems]

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        assert page.is_file()


class Project:
    """A folder with one spec, its pages and its cache."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "specs" / "tiny.yaml"
        self.place = reports.Place(root / "site", root / ".reportgen")
        self.listener = Silent()

    def write(self, text: str) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text)

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.write(text.replace(old, new))

    def build(self) -> int:
        self.listener = Silent()
        plans = reports.plans([checking.load(self.file)])
        return reports.build(plans, self.place, self.listener, prune=True)

    def stale(self) -> dict[str, str]:
        found = reports.statuses(reports.plans([checking.load(self.file)]), self.place)
        return {s.task.key: s.state for s in found if s.state != "fresh"}

    @property
    def page(self) -> Path:
        return self.place.out / "tiny" / "index.html"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("original"))
    project.write(TINY)
    assert project.build() == 0, project.listener.errors
    return project


@pytest.fixture
def project(original: Project, tmp_path: Path) -> Project:
    shutil.copytree(original.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(Worker, "_start", refuse)


def test_all_promised_files_are_written(original: Project) -> None:
    folder = original.place.out / "tiny"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"index.html", "report.md", "report.json", "manifest.json"} <= names
    assert (original.place.out / "index.html").is_file()
    report = json.loads((folder / "report.json").read_text())
    assert {figure["kind"] for figure in report["figures"]} == {
        "summary", "samples", "kernels", "feature_maps",
    }  # fmt: skip
    assert all((folder / figure["file"]).is_file() for figure in report["figures"])
    assert report["models"][0]["name"] == "small"


@pytest.mark.usefixtures("no_worker")
def test_a_second_build_builds_nothing(project: Project) -> None:
    before = {p: p.stat().st_mtime_ns for p in project.place.out.rglob("*")}
    assert project.stale() == {}
    assert project.build() == 0
    assert {p: p.stat().st_mtime_ns for p in project.place.out.rglob("*")} == before


@pytest.mark.usefixtures("no_worker")
def test_the_worker_is_started_at_once_for_a_report_that_was_never_made(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(Worker, "start", lambda _: seen.append("started"))
    project.build()
    assert not seen
    shutil.rmtree(project.place.out)
    project.build()
    assert seen == ["started"]


def test_a_clone_without_a_cache_is_fresh(project: Project) -> None:
    shutil.rmtree(project.place.cache)
    assert project.stale() == {}
    assert project.build() == 0


DELTAS: dict[str, tuple[Callable[[Project], None], set[str]]] = {
    "a report's title": (
        lambda p: p.edit("title: Tiny", "title: Smaller"),
        {"tiny/page", "site"},
    ),
    "a caption": (
        lambda p: p.edit("samples: {samples: 2}", "samples: {samples: 2, caption: Two}"),
        {"tiny/page", "site"},
    ),
    "a section's words": (
        lambda p: p.edit("Some *words*.", "Other words."),
        {"tiny/page", "site"},
    ),
    "nothing but a line": (lambda p: p.edit("sections:", "\nsections:"), set()),
    "a figure's parameter": (
        lambda p: p.edit("samples: [0], measure_on", "samples: [1], measure_on"),
        {
            "tiny/all-of-it/feature_maps-1/compute",
            "tiny/all-of-it/feature_maps-1/draw",
            "tiny/page",
            "site",
        },
    ),
    "a figure's place": (
        lambda p: p.edit("      - summary\n", "      - summary\n      - summary: {id: again}\n"),
        {
            "tiny/all-of-it/again/note",
            "tiny/inferences/pooling_effect/note",
            "tiny/inferences/shallow_network/note",
            "tiny/page",
            "site",
        },
    ),
}


@pytest.mark.parametrize("name", DELTAS)
def test_an_edit_runs_exactly_what_depends_on_it(project: Project, name: str) -> None:
    edit, expected = DELTAS[name]
    edit(project)
    stale = set(project.stale())
    assert bool(stale) == bool(expected)
    assert project.build() == 0, project.listener.errors
    # Pages are written by the build itself; what ran in the worker is named by the listener.
    assert set(project.listener.ran) <= expected
    assert {task for task in expected if task.endswith(("/compute", "/draw"))} <= set(
        project.listener.ran
    )
    assert project.stale() == {}


def test_an_edit_and_its_undoing_cost_nothing_the_second_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.page.read_bytes()
    project.edit("samples: {samples: 2}", "samples: {samples: 1}")
    assert project.build() == 0
    assert project.page.read_bytes() != before
    project.edit("samples: {samples: 1}", "samples: {samples: 2}")
    monkeypatch.setattr(Worker, "_start", lambda *_: pytest.fail("a worker was started"))
    assert project.build() == 0
    assert project.page.read_bytes() == before


def test_a_damaged_page_is_noticed_and_made_again(project: Project) -> None:
    before = project.page.read_bytes()
    project.page.write_text("oops")
    (project.place.out / "tiny" / "report.md").unlink()
    reasons = reports.statuses(reports.plans([checking.load(project.file)]), project.place)
    told = {str(reason) for status in reasons for reason in status.reasons}
    assert {"output edited: index.html", "output missing: report.md"} <= told
    assert project.build() == 0
    assert project.listener.ran == []
    assert project.page.read_bytes() == before


def test_pages_are_the_same_bytes_from_a_fresh_cache(original: Project, tmp_path: Path) -> None:
    again = Project(tmp_path)
    again.write(TINY)
    assert again.build() == 0
    for name in ("index.html", "report.md", "report.json"):
        folder = again.place.out / "tiny"
        assert (folder / name).read_bytes() == (original.place.out / "tiny" / name).read_bytes()


def test_a_failed_figure_leaves_the_earlier_report_and_names_the_line(project: Project) -> None:
    before = project.page.read_bytes()
    project.edit("layers: [conv2d_1]", "layers: [conv2d_9]")
    assert project.build() == 2
    (error,) = project.listener.errors
    line = project.file.read_text().splitlines().index("      - kernels: {layers: [conv2d_9]}")
    assert f"tiny.yaml:{line + 1}:" in error
    assert "conv2d_9" in error
    assert "conv2d_1" in error
    assert project.page.read_bytes() == before


def test_a_misspelt_layer_is_told_before_training(project: Project) -> None:
    project.edit("layers: [conv2d_1]", "layers: [conv2d_9]")
    project.edit("epochs: 1", "epochs: 10000")
    assert project.build() == 2
    assert len(project.listener.errors) == 1


def test_a_killed_worker_is_one_failed_task(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.page.read_bytes()
    project.edit("samples: {samples: 2}", "samples: {samples: 3}")
    start = Worker._start

    def dying(self: Worker):
        process = start(self)
        process.kill()
        process.wait()
        return process

    monkeypatch.setattr(Worker, "_start", dying)
    assert project.build() == 1
    assert any("ended in the middle" in error for error in project.listener.errors)
    assert project.page.read_bytes() == before


def test_a_foreign_page_is_never_written_over(tmp_path: Path, original: Project) -> None:
    project = Project(tmp_path)
    shutil.copytree(original.place.cache, project.place.cache)
    project.write(TINY)
    project.page.parent.mkdir(parents=True)
    project.page.write_text("mine")
    with pytest.raises(UserError, match="was not made by reportgen"):
        project.build()
    assert project.page.read_text() == "mine"


def test_a_foreign_page_stops_no_other_report(tmp_path: Path, original: Project) -> None:
    project = Project(tmp_path)
    shutil.copytree(original.place.cache, project.place.cache)
    project.write(TINY)
    twin = project.file.with_name("twin.yaml")
    twin.write_text(TINY)
    project.page.parent.mkdir(parents=True)
    project.page.write_text("mine")
    plans = reports.plans([checking.load(project.file), checking.load(twin)])
    with pytest.raises(UserError, match="was not made by reportgen"):
        reports.build(plans, project.place, project.listener, prune=True)
    assert (project.place.out / "twin" / "index.html").is_file()
    assert "twin" in (project.place.out / "index.html").read_text()
    assert project.page.read_text() == "mine"


def test_a_report_without_a_spec_is_pruned(project: Project) -> None:
    project.file.rename(project.file.with_name("other.yaml"))
    other = Project(project.root)
    other.file = project.file.with_name("other.yaml")
    assert other.build() == 0
    assert other.listener.ran == []
    assert not project.page.exists()
    assert (project.place.out / "other" / "index.html").is_file()


def test_two_specs_for_one_folder_are_refused(project: Project) -> None:
    twin = project.root / "more" / "tiny.yaml"
    twin.parent.mkdir()
    twin.write_text(TINY)
    with pytest.raises(UserError, match="both write 'tiny/'"):
        reports.plans([checking.load(project.file), checking.load(twin)])


def test_the_manifest_tells_what_every_task_was_made_from(original: Project) -> None:
    tasks = read_manifest(original.place.out / "tiny")["tasks"]
    facts = tasks["tiny/small/train"]["facts"]
    assert facts["params"]["training"]["epochs"] == 1
    assert facts["libraries"]["tensorflow"]
    assert set(facts) == {"code", "params", "inputs", "libraries", "files"}
