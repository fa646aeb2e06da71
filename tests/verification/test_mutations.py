"""Changes of finished pages, drawn at random, are all found; pages as built raise no alarm."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import mutations
import pytest

from reportgen.verification import verify

SITE = Path("site")
CHANGES = 200
PAGES = {"index.html": mutations.html_changes, "report.md": mutations.markdown_changes}


def changed_pages(folder: Path, count: int) -> Iterator[tuple[str, str, bytes]]:
    """What was done, the file, and its new bytes, `count` times."""
    dice = random.Random(16)
    texts = {name: (folder / name).read_text() for name in PAGES}
    made = 0
    while made < count:
        for name, ways in PAGES.items():
            for way in ways(texts[name], dice):
                change = way()
                if change and change[1] != texts[name]:
                    made += 1
                    yield f"{name}: {change[0]}", name, change[1].encode()
        what, path, data = mutations.changed_file(folder, dice)
        made += 1
        yield what, str(path.relative_to(folder)), data


def undiscovered(folder: Path, copy: Path, count: int) -> list[str]:
    """Changes of a report's page that the verification does not find."""
    shutil.copytree(folder, copy)
    assert verify([copy]).faults == []
    missed = []
    for what, name, data in changed_pages(folder, count):
        (copy / name).write_bytes(data)
        if not verify([copy]).faults:
            missed.append(what)
        shutil.copyfile(folder / name, copy / name)
    return missed


def test_changes_of_a_report_made_by_hand_are_found(original: Path, tmp_path: Path) -> None:
    assert undiscovered(original / "one", tmp_path / "one", CHANGES) == []


@pytest.mark.skipif(not SITE.is_dir(), reason="this copy holds no site/")
def test_changes_of_a_published_report_are_found(tmp_path: Path) -> None:
    folder = SITE / "quickstart"
    facts = json.loads((folder / "report.json").read_text())
    missed = undiscovered(folder, tmp_path / "quickstart", CHANGES)
    if not all("digest" in figure for figure in facts["figures"]):
        missed = [what for what in missed if "data:image/svg" not in what]
    assert missed == []


@pytest.mark.skipif(not SITE.is_dir(), reason="this copy holds no site/")
def test_published_pages_raise_no_alarm() -> None:
    found = verify([SITE])
    assert found.faults == []
    assert found.numbers > 10_000
    assert found.pictures > 100
    assert found.links > 1000
