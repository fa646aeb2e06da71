"""An edit makes stale what it changes, and nothing else: the exact tasks of the shipped specs.

Nothing is built. Every task is recorded as fresh with outputs that are made up; then a copy of the
package, the templates or the specs is edited, and `statuses` tells what is stale.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reportgen import code as code_room
from reportgen import reports, spec
from reportgen.digest import of_value
from reportgen.keys import key_of
from reportgen.plan import Plan, Task
from reportgen.session import Place, Session
from reportgen.store import write_manifest

FILES = {
    "comment": "",
    "docstring": "",
    "wording of a spec mistake": "reportgen/spec/problems.py",
    "wording of a figure's mistake": "reportgen/probing/misgiven.py",
    "sentence of a note": "reportgen/visualizations/grad_cam/notes.py",
    "caption": "reportgen/visualizations/grad_cam/draw.py",
    "drawing of a kind": "reportgen/visualizations/kernels/draw.py",
    "shared drawing helper": "reportgen/drawing/matrix.py",
    "computation of a kind": "reportgen/visualizations/kernels/compute.py",
    "attribution method": "reportgen/probing/occluding.py",
    "network method": "reportgen/probing/embeddings.py",
    "training loop": "reportgen/training/loop.py",
    "a dataset's code": "reportgen/datasets/line.py",
    "builder of a model": "reportgen/models/base.py",
    "rule of an inference": "reportgen/inferences/pooling_effect.py",
    "description of a kind": "reportgen/visualizations/grad_cam/__init__.py",
    "public functions": "reportgen/__init__.py",
    "catalogue": "reportgen/catalog.py",
    "template": "templates/report.html",
    "template of the front page": "templates/index.html",
    "style sheet": "templates/style.css",
}
"""The file that stands for each kind of edit, by its path from the repository's top."""

STAGES = ("dataset", "train", "model", "compute", "draw", "note", "page", "site")
MATRIX = {"confusion_matrix", "class_comparison", "embedding"}
"""Kinds that draw with the shared helper above."""


class House:
    """A copy of the package, the templates and the specs, with every task recorded as fresh."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = Place(root / "site", root / ".reportgen")
        specs = [spec.load(path) for path in sorted((root / "specs").glob("*.yaml"))]
        self.plans: list[Plan] = reports.plans(specs)
        self.record()

    def record(self) -> None:
        """Write manifests as a build would, but for the outputs."""
        session = Session(self.place)
        every = [task for plan in self.plans for task in plan.tasks.values()]
        used = {(i.task, i.output) for task in every for i in task.inputs}
        for plan in self.plans:
            tasks = {}
            for task in plan.tasks.values():
                inputs = {i.name: of_value([i.task, i.output]) for i in task.inputs}
                facts = session.facts(plan, task, inputs)
                outputs = {name: of_value([key, name]) for key, name in used if key == task.key}
                tasks[task.key] = {
                    "key": key_of(task, facts), "facts": facts, "outputs": outputs
                }  # fmt: skip
            write_manifest(self.place.out / plan.spec.slug, tasks, {})
        site = reports.site_task(self.place)
        facts = session.keys.facts(site, {})
        kept = {"key": key_of(site, facts), "facts": facts, "outputs": {}}
        write_manifest(self.place.out, {site.key: kept}, {})
        session.store.save_stat_cache(session.stats)

    def stale(self) -> set[str]:
        """What an edit changes by itself, as "stage name"; what waits for it is left out."""
        found = reports.statuses(self.plans, self.place)
        return {label(one.task) for one in found if one.state == "stale"}

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
        assert house.stale() == set()
        yield house


@pytest.fixture
def edit(house: House) -> Iterator[Callable[[str, str], None]]:
    """Adds text to a file of the copy; every file is as it was when the test is over."""
    kept: list[tuple[Path, bytes, os.stat_result]] = []

    def add(path: str, text: str, *, above: bool = False) -> None:
        file = house.root / path
        data = file.read_bytes()
        kept.append((file, data, file.stat()))
        file.write_bytes(text.encode() + data if above else data + text.encode())

    yield add
    for file, data, stat in reversed(kept):
        file.write_bytes(data)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def kinds(stage: str, *names: str) -> set[str]:
    return {f"{stage} {name}" for name in names}


PAGES = {"page chapter3", "page deconvnet", "page fashion_mnist_cnn", "page fully_connected",
         "page quickstart", "page vgg16"}  # fmt: skip

EXPECTED: dict[str, set[str]] = {
    "wording of a spec mistake": set(),
    "wording of a figure's mistake": set(),
    "sentence of a note": {"note grad_cam"},
    "caption": {"draw grad_cam"},
    "drawing of a kind": {"draw kernels"},
    "shared drawing helper": kinds("draw", *MATRIX),
    "computation of a kind": {"compute kernels"},
    "attribution method": {"compute occlusion"},
    "network method": {"compute embedding"},
    "a dataset's code": {"dataset line"},
    "rule of an inference": {"note pooling_effect"},
    "public functions": set(),
    "template": PAGES,
    "template of the front page": {"site site"},
    "style sheet": {*PAGES, "site site"},
}
"""Tasks whose own key an added statement (or line of a template) changes."""


@pytest.mark.parametrize("name", EXPECTED)
def test_an_edit_makes_stale_exactly(name: str, house: House, edit: Callable[..., None]) -> None:
    edit(FILES[name], "\nEDITED = 1\n")
    assert house.stale() == EXPECTED[name]


def test_comments_and_docstrings_make_nothing_stale(
    house: House, edit: Callable[..., None]
) -> None:
    for path in sorted((house.root / "reportgen").rglob("*.py")):
        name = str(path.relative_to(house.root))
        edit(name, "\n\n# A comment.\n")
        if path.read_text().startswith('"""'):
            edit(name, '"""Another docstring."""\n', above=False)
    assert house.stale() == set()
