"""The tutorial's own files, inside a copy of the package and as an installed one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = dict(
    re.findall(
        r"^\*\*`([^`]+)`\*\*\n\n```[a-z]+\n(.*?)^```",
        (ROOT / "docs" / "extending.md").read_text("utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
)
KIND = "reportgen/figures/weight_norms"
SPEC = "specs/norms.yaml"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def python(root: Path, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python module, run in a folder with another one first on the import path."""
    environment = os.environ | {"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment)


def check_report(root: Path, path: Path) -> None:
    """The kind is listed, and its report has the figure and the note."""
    assert re.search(
        r"^weight_norms +a bar for", python(root, path, "reportgen", "list", "figures").stdout, re.M
    )
    built = python(root, path, "reportgen", "build", SPEC)
    assert built.returncode == 0, built.stderr
    page = (root / "site" / "norms" / "report.md").read_text("utf-8")
    assert "weight_norms-1.png" in page
    assert "of `conv2d_1` is near zero; the mean norm is" in page
    assert python(root, path, "reportgen", "status", SPEC).returncode == 0


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's code with the tutorial's files."""
    root = tmp_path_factory.mktemp("extended")
    kept = shutil.ignore_patterns("__pycache__")
    for folder in ("reportgen", "templates", "tests/support"):
        shutil.copytree(ROOT / folder, root / folder, ignore=kept)
    for name in ("pyproject.toml", "docs/spec.md", "specs/spec.schema.json"):
        write(root, {name: (ROOT / name).read_text("utf-8")})
    write(root, {name: text for name, text in FILES.items() if name != "pyproject.toml"})
    return root


def test_the_kind_works_inside_the_package(package: Path) -> None:
    check_report(package, package)
    tested = python(package, package, "pytest", "-p", "no:cacheprovider", "tests/figures")
    assert tested.returncode == 0, tested.stdout


def test_the_documentation_and_the_schema_find_the_kind(package: Path) -> None:
    assert python(package, package, "reportgen.spec").returncode == 0
    assert "### `weight_norms`" in (package / "docs" / "spec.md").read_text("utf-8")
    assert '"weight_norms"' in (package / "specs" / "spec.schema.json").read_text("utf-8")


def test_an_edited_caption_draws_again_and_computes_nothing(package: Path) -> None:
    draw = package / KIND / "draw.py"
    draw.write_text(draw.read_text("utf-8").replace("dashed line is", "dashed line shows"), "utf-8")
    status = python(package, package, "reportgen", "status", SPEC)
    *tasks, _ = status.stdout.splitlines()
    stale = [re.findall(r"/(\w+) \(", task)[0] for task in tasks]
    assert sorted(stale) == ["draw", "page"]


def test_its_files_follow_the_house_style(package: Path) -> None:
    for command in (["check"], ["format", "--check"]):
        checked = python(package, package, "ruff", *command, "--no-cache", KIND, "tests/figures")
        assert checked.returncode == 0, checked.stdout


def test_the_kind_works_from_an_installed_package(tmp_path: Path) -> None:
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    ((group, points),) = project["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    info = f"installed/{project['name']}-{project['version']}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    modules = {name: text for name, text in FILES.items() if name.startswith(KIND)}
    assert len(modules) == 6
    write(
        tmp_path,
        {
            SPEC: FILES[SPEC],
            f"{info}/METADATA": metadata,
            f"{info}/entry_points.txt": "\n".join(lines),
            "installed/filter_norms/__init__.py": "",
            **{
                f"installed/filter_norms/weight_norms/{Path(name).name}": text.replace(
                    "reportgen.figures.weight_norms", "filter_norms.weight_norms"
                )
                for name, text in modules.items()
            },
        },
    )
    path = os.pathsep.join([str(tmp_path / "installed"), str(ROOT)])
    check_report(tmp_path, Path(path))
