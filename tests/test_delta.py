"""An edit makes stale what it changes, and nothing else: the exact tasks of the shipped specs.

Nothing is built. Every task is recorded as fresh with outputs that are made up; then a copy of the
package or the templates is edited, and the keys and `statuses` tell what that changes.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import Any

import pytest

from reportgen import catalog, checking, reports
from reportgen import code as code_room
from reportgen.code import CodeDigests
from reportgen.digest import StatCache, of_value
from reportgen.keys import key_of
from reportgen.plan import Plan, Task
from reportgen.session import Place, Session
from reportgen.store import write_manifest

FILES = {
    "command line": "reportgen/cli.py",
    "public functions": "reportgen/__init__.py",
    "wording of a spec mistake": "reportgen/spec/problems.py",
    "wording of an input's mistake": "reportgen/checking/input_mistakes.py",
    "description of a kind": "reportgen/figures/grad_cam/__init__.py",
    "sentence of a note": "reportgen/figures/grad_cam/notes.py",
    "rule of an inference": "reportgen/inferences/pooling_effect.py",
    "caption": "reportgen/figures/grad_cam/draw.py",
    "drawing of a kind": "reportgen/figures/kernels/draw.py",
    "drawing of scatter plots": "reportgen/drawing/scatter.py",
    "drawing of mosaics": "reportgen/drawing/mosaic.py",
    "computation of a kind": "reportgen/figures/channel_table/compute.py",
    "computation about data": "reportgen/figures/data_shapes/compute.py",
    "attribution method": "reportgen/attribution/occlusion.py",
    "network method": "reportgen/network/embeddings.py",
    "training loop": "reportgen/training/loop.py",
    "evaluation of models": "reportgen/training/evaluation.py",
    "doubts about models": "reportgen/engine/doubts.py",
    "builder of a model": "reportgen/models/zoo/base.py",
    "code of a dataset": "reportgen/datasets/line.py",
    "writer of pages": "reportgen/render/html_page.py",
    "template": "templates/report.html",
    "template of the front page": "templates/index.html",
    "style sheet": "templates/style.css",
}
"""The file that stands for each kind of edit, by its path from the repository's top."""

SCATTERED = ("class_weights", "embedding")
TILED = ("activation_maximization", "feature_maps", "grad_cam", "kernels", "samples")
TABLES = ("channel_table", "class_table", "data_shapes", "evaluation", "layer_metrics", "summary")
DATA = ("class_table", "data_shapes", "samples")
"""Kinds by what they draw (with Matplotlib all but the tables), and those about data alone."""

WITHOUT_KERAS = {"dataset line", "dataset python:bands:fields", "dataset folder"}
REPORTS = ("chapter3", "deconvnet", "fashion_mnist_cnn", "fully_connected", "quickstart", "vgg16")


class House:
    """A copy of the package, the templates and the specs, with every task recorded as fresh."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = Place(root / "site", root / ".reportgen")
        specs = [checking.load(path) for path in sorted((root / "specs").glob("*.yaml"))]
        self.plans: list[Plan] = reports.plans(specs)
        self.record()

    def facts(self, session: Session) -> Iterator[tuple[Plan | None, Task, dict[str, Any]]]:
        """Every task with the facts of its key, as if each made what it is recorded with."""
        for plan in self.plans:
            for task in plan.tasks.values():
                inputs = {i.name: of_value([i.task, i.output]) for i in task.inputs}
                yield plan, task, session.facts(plan, task, inputs)
        site = reports.site_task(self.place)
        yield None, site, session.keys.facts(site, {})

    def record(self) -> None:
        """Write manifests as a build would, with made-up outputs."""
        session = Session(self.place)
        made = {
            (i.task, i.output) for p in self.plans for task in p.tasks.values() for i in task.inputs
        }
        manifests: dict[Path, dict[str, Any]] = {}
        for plan, task, facts in self.facts(session):
            outputs = {name: of_value([key, name]) for key, name in made if key == task.key}
            folder = self.place.out / plan.spec.slug if plan else self.place.out
            kept = {"key": key_of(task, facts), "facts": facts, "outputs": outputs}
            manifests.setdefault(folder, {})[task.key] = kept
        for folder, tasks in manifests.items():
            write_manifest(folder, tasks, {})
        self.recorded = {key: kept["key"] for m in manifests.values() for key, kept in m.items()}
        session.store.save_stat_cache(session.stats)

    def changed(self) -> set[str]:
        """Tasks whose own key an edit changes, as "stage name", whatever they wait for."""
        return {
            label(task)
            for _, task, facts in self.facts(Session(self.place))
            if key_of(task, facts) != self.recorded[task.key]
        }

    def status(self) -> tuple[set[str], set[str]]:
        """What is stale by `reportgen status`, and the stages of what waits for it."""
        found = reports.statuses(self.plans, self.place)
        stale = {label(one.task) for one in found if one.state == "stale"}
        return stale, {one.task.stage for one in found if one.state == "waits"}

    def every(self, *stages: str) -> set[str]:
        """All tasks of some stages, as `stale` names them."""
        tasks = [task for plan in self.plans for task in plan.tasks.values()]
        return {label(task) for task in tasks if task.stage in stages}


def label(task: Task) -> str:
    """A task by its stage and what it is about: a source, a kind, a rule or a report."""
    about = task.params.get("rule") or task.params.get("kind") or task.params.get("source")
    return f"{task.stage} {about or task.key.partition('/')[0]}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = tmp_path_factory.mktemp("house")
    for name in ("reportgen", "templates", "specs"):
        shutil.copytree(name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_room, "PACKAGE", root / "reportgen")
        patch.setattr(reports, "template_files", lambda: sorted((root / "templates").iterdir()))
        house = House(root)
        assert house.status() == (set(), set())
        yield house


Edit = Callable[..., None]


@pytest.fixture
def edit(house: House) -> Iterator[Edit]:
    """Adds text to a file of the copy; every file is as it was when the test is over."""
    kept: list[tuple[Path, bytes, os.stat_result]] = []

    def change(path: str, text: str, *, instead: bool = False) -> None:
        file = house.root / path
        data = file.read_bytes()
        kept.append((file, data, file.stat()))
        file.write_bytes(text.encode() if instead else data + text.encode())

    yield change
    for file, data, stat in reversed(kept):
        file.write_bytes(data)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def named(stage: str, *names: str) -> set[str]:
    return {f"{stage} {name}" for name in names}


PAGES = named("page", *REPORTS)
NOTHING: frozenset[str] = frozenset()

EXPECTED: dict[str, tuple[Set[str], Set[str]]] = {
    "command line": (NOTHING, NOTHING),
    "public functions": (NOTHING, NOTHING),
    "wording of a spec mistake": (NOTHING, NOTHING),
    "wording of an input's mistake": (NOTHING, NOTHING),
    "description of a kind": (NOTHING, NOTHING),
    # Inferences wait for the finding beside a note, and are fresh when it turns out the same.
    "sentence of a note": ({"note grad_cam"}, {"note", "page"}),
    "rule of an inference": ({"note pooling_effect"}, {"page"}),
    "caption": ({"draw grad_cam"}, {"page"}),
    "drawing of a kind": ({"draw kernels"}, {"page"}),
    "drawing of scatter plots": (named("draw", *SCATTERED), {"page"}),
    "drawing of mosaics": (named("draw", *TILED), {"page"}),
    "computation of a kind": ({"compute channel_table"}, {"draw", "note", "page"}),
    "computation about data": ({"compute data_shapes"}, {"draw", "note", "page"}),
    "attribution method": ({"compute occlusion"}, {"draw", "note", "page"}),
    "network method": (named("compute", *SCATTERED), {"draw", "note", "page"}),
    "builder of a model": (
        {"train zoo:base", "model zoo:base"},
        {"model", "compute", "draw", "note", "page"},
    ),
    "code of a dataset": (
        {"dataset line"},
        {"train", "model", "compute", "draw", "note", "page"},
    ),
    "template": (PAGES, NOTHING),
    "template of the front page": ({"site site"}, NOTHING),
    "style sheet": ({*PAGES, "site site"}, NOTHING),
    "writer of pages": ({*PAGES, "site site"}, NOTHING),
}
"""By kind of edit: the tasks that it changes by itself, and the stages that wait for them."""


@pytest.mark.parametrize("name", EXPECTED)
def test_an_edit_makes_stale_exactly(name: str, house: House, edit: Edit) -> None:
    edit(FILES[name], "\nEDITED = 1\n")
    changed, waiting = EXPECTED[name]
    assert house.changed() == changed
    stale, waits = house.status()
    assert waits == waiting
    assert stale <= changed
    assert bool(stale) == bool(changed)


def test_the_training_loop_retrains_every_model_and_computes_nothing_by_itself(
    house: House, edit: Edit
) -> None:
    edit(FILES["training loop"], "\nEDITED = 1\n")
    assert house.changed() == house.every("train")


@pytest.mark.parametrize("name", ["evaluation of models", "doubts about models"])
def test_the_judgment_of_models_retrains_none(name: str, house: House, edit: Edit) -> None:
    edit(FILES[name], "\nEDITED = 1\n")
    assert house.changed() == house.every("model")


def test_comments_and_docstrings_make_nothing_stale(house: House, edit: Edit) -> None:
    for path in sorted((house.root / "reportgen").rglob("*.py")):
        source = path.read_text()
        documented = re.sub(
            r'^( *)(async def|def|class) .*:\n\1    """', r"\g<0>Anew: ", source, flags=re.M
        )
        documented = re.sub(r'\A"""', '"""Anew: ', documented)
        edit(str(path.relative_to(house.root)), f"{documented}\n\n# A comment.\n", instead=True)
    assert house.changed() == set()


@pytest.mark.parametrize(
    ("library", "drawn", "others"),
    [
        ("matplotlib", True, ()),
        ("keras", False, ("train", "model", "compute", "dataset")),
        ("markdown", False, ()),
    ],
)
def test_a_librarys_version_makes_stale_what_uses_it(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    drawn: bool,
    others: tuple[str, ...],
) -> None:
    told = StatCache.versions

    def newer(self: StatCache, names: Iterable[str]) -> dict[str, str]:
        versions = told(self, list(names))
        return versions | ({library: "999"} if library in versions else {})

    monkeypatch.setattr(StatCache, "versions", newer)
    # Pages state the versions of all libraries.
    expected = {*PAGES, *house.every(*others)} - named("compute", *DATA) - WITHOUT_KERAS
    expected |= house.every("draw") - named("draw", *TABLES) if drawn else set()
    assert house.changed() - {"site site"} == expected


KINDS = sorted(path.parent.name for path in Path("reportgen/figures").glob("*/compute.py"))


@pytest.mark.parametrize("kind", KINDS)
def test_stages_of_a_kind_reach_no_code_of_each_other(kind: str) -> None:
    look = CodeDigests(StatCache())
    of = {
        stage: {name.removeprefix("reportgen.") for name in look.reached([module])}
        for stage in ("compute", "draw", "notes")
        for module in [f"{catalog.module('figures', kind)}.{stage}"]
    }

    def rooms(stage: str) -> set[str]:
        return {name.partition(".")[0] for name in of[stage]}

    own = f"figures.{kind}"
    assert not rooms("compute") & {"drawing", "inferences", "render", "checking", "spec"}
    assert not of["compute"] & {f"{own}.draw", f"{own}.notes"}
    assert not rooms("draw") & {"network", "metrics", "maximization", "models", "datasets"}
    assert not of["draw"] & {f"{own}.compute", f"{own}.notes"}
    assert not rooms("notes") & {"drawing", "network", "metrics", "attribution", "maximization"}
    assert not of["notes"] & {f"{own}.compute", f"{own}.draw"}
    if kind in DATA:
        assert catalog.entry("figures", kind).inputs == ("dataset",)
        assert not rooms("compute") & {"models", "training", "attribution", "maximization"}


def test_tasks_about_data_reach_no_code_of_models(house: House) -> None:
    look = CodeDigests(StatCache())
    tasks = [task for plan in house.plans for task in plan.tasks.values()]
    about = [t for t in tasks if t.stage == "compute" and t.params["kind"] in DATA]
    assert about
    for task in about:
        rooms = {name.split(".")[1] for name in look.reached(task.modules) if "." in name}
        assert not rooms & {"models", "training"}


def test_computations_train_nothing(house: House) -> None:
    look = CodeDigests(StatCache())
    tasks = [task for plan in house.plans for task in plan.tasks.values()]
    for modules in {task.modules for task in tasks if task.stage in ("compute", "draw", "note")}:
        assert not [m for m in look.reached(modules) if m.startswith("reportgen.training")]
