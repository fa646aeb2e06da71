"""The pages in site/ are those that the specs, the code and the templates of this commit give."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportgen import build, checking

SITE = Path("site")
SPECS = sorted(Path("specs").glob("*.yaml"))
MOST_BYTES = 12_000_000


@pytest.mark.requires_data
@pytest.mark.skipif(
    not os.environ.get("REPORTGEN_CHECK_SITE"),
    reason="pages follow the code only when a change is finished: set REPORTGEN_CHECK_SITE=1",
)
def test_they_are_fresh(tmp_path: Path) -> None:
    """By digests alone: nothing is built, and no cache is read."""
    place = build.Place(SITE, tmp_path / "cache")
    found = build.statuses(build.plans([checking.load(path) for path in SPECS]), place)
    stale = [f"{one.task.key}: {'; '.join(map(str, one.reasons))}" for one in found
             if one.state != "fresh"]  # fmt: skip
    assert not stale, "build again with `make reports` and commit site/"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_has_its_pages(path: Path) -> None:
    for name in ("index.html", "report.md", "report.json", "manifest.json"):
        assert (SITE / path.stem / name).is_file()


def test_what_a_browser_loads_stays_small() -> None:
    pages = sum(path.stat().st_size for path in SITE.glob("*/index.html"))
    assert pages <= MOST_BYTES
