"""What the README and CONTRIBUTING say is so."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest
import yaml

import reportgen
from reportgen.cli import main
from reportgen.spec.loading import load_text

README = Path("README.md").read_text()
MAKEFILE = Path("Makefile").read_text()
CONTRIBUTING = Path("CONTRIBUTING.md").read_text()


def fences(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def found(pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, README, flags=re.MULTILINE)))


def test_its_specs_are_good(tmp_path: Path) -> None:
    (tmp_path / "my_model.keras").write_bytes(b"")
    short, long = fences("yaml")
    assert load_text(short.encode(), tmp_path / "a.yaml").models[0].source == "my_model.keras"
    assert load_text(long.encode(), tmp_path / "b.yaml").models[0].training["epochs"] == 5


def test_its_commands_are_the_commands() -> None:
    named = set(found(r"^\| `reportgen (\w+)"))
    assert isinstance(main, click.Group)
    assert named == set(main.commands)


@pytest.mark.parametrize(
    "target",
    sorted(set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", README + CONTRIBUTING, flags=re.MULTILINE))),
)
def test_its_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE)


def test_make_report_builds_the_page_that_it_names_from_nothing() -> None:
    dry = ["make", "--dry-run", "report"]
    commands = subprocess.run(dry, capture_output=True, text=True, check=True).stdout
    command = next(line for line in commands.splitlines() if line.startswith("cd "))
    match = re.fullmatch(r'cd (\S+) && ".*/reportgen" build (\S+) --out "(.*)"', command)
    assert match is not None
    folder, spec, out = match.groups()
    # Its own folder, so that neither shipped pages nor the cache make it up to date.
    assert (Path(folder) / spec).resolve() == Path("specs/quickstart.yaml").resolve()
    page = Path(out).relative_to(Path.cwd()) / "quickstart" / "index.html"
    assert page.parts[0] == folder == "build"
    assert f"open `{page}`" in README
    assert "/build/" in Path(".gitignore").read_text()


@pytest.mark.parametrize(
    "link", sorted(set(re.findall(r"\]\(([^)]+)\)", README + CONTRIBUTING, flags=re.MULTILINE)))
)
def test_its_links_lead_somewhere(link: str) -> None:
    assert Path(link).exists()


def test_its_library_functions_exist() -> None:
    library = README.partition("## As a library")[2].partition("## Extending")[0]
    named = set(re.findall(r"`(?:reportgen\.)?([a-z_]+)`", library)) | {"grad_cam"}
    assert all(callable(getattr(reportgen, name)) for name in named)


def test_hooks_run_the_tools_of_the_checks() -> None:
    """No remote repositories; each command is one that the Makefile runs too."""
    (repository,) = yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        command = re.sub(r" --(force-exclude|fix)", "", hook["entry"])
        assert command.replace(".venv/bin", "$(RUN)") in MAKEFILE
