"""A site of two reports made by hand, which bear everything that pages must."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.digest import of_bytes
from reportgen.records import Report
from reportgen.render import pages
from reportgen.site import refresh
from tests.render.conftest import files, report

__all__ = ["files", "report"]


def written(folder: Path, made: Report, pictures: dict[str, bytes]) -> Path:
    """The files of a report, with an SVG in place of every second picture."""
    names = [name for name in pictures if name.endswith(".png")]
    vectors = {
        name: f"<svg xmlns='http://www.w3.org/2000/svg'><text>{i}</text></svg>".encode()
        for i, name in enumerate(names)
        if i % 2
    }
    for name, data in pages(made, pictures, vectors).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def original(
    report: Report, files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    site = tmp_path_factory.mktemp("original") / "site"
    for slug in ("one", "two"):
        written(site / slug, replace(report, slug=slug, title=f"Report {slug}"), files)
    refresh(site)
    return site


@pytest.fixture
def site(original: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(original, tmp_path / "site")
    return tmp_path / "site"


__all__ += ["of_bytes", "written"]
