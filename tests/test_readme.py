"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import reportgen
from reportgen.cli import main
from reportgen.spec.loading import load_text

README = Path("README.md").read_text()
MAKEFILE = Path("Makefile").read_text()


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
    "target", sorted(set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", README, flags=re.MULTILINE)))
)
def test_its_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "link", sorted(set(re.findall(r"\]\(([^)]+)\)", README, flags=re.MULTILINE)))
)
def test_its_links_lead_somewhere(link: str) -> None:
    assert Path(link).exists()


def test_its_library_functions_exist() -> None:
    library = README.partition("## As a library")[2].partition("## Extending")[0]
    named = set(re.findall(r"`(?:reportgen\.)?([a-z_]+)`", library)) | {"grad_cam"}
    assert all(callable(getattr(reportgen, name)) for name in named)
