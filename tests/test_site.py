"""The front page lists what is there; pruning takes what is ours, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reportgen.digest import of_bytes
from reportgen.site import prune, refresh


def write_report(out: Path, slug: str, **more: Any) -> Path:
    """A built report of one figure, as the front page sees it."""
    folder = out / slug
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "a.png").write_bytes(b"picture")
    figure = {"file": "figures/a.png", "media_type": "image/png", "alt": f"Picture of {slug}"}
    facts = {
        "schema": 1, "slug": slug, "title": f"Title of {slug}", "authors": ["A", "B"],
        "models": [{"name": "base", "title": "Base"}], "figures": [figure], "tables": {},
    }  # fmt: skip
    (folder / "report.json").write_text(json.dumps({**facts, **more}))
    return folder


def write_manifest(
    folder: Path, files: Iterable[str] | Mapping[str, str], ours: Any = True
) -> None:
    """A manifest that lists these files."""
    facts = {"schema": 1, "reportgen": ours, "files": files}
    (folder / "manifest.json").write_text(json.dumps(facts))


def test_reports_are_listed_with_a_picture(tmp_path: Path) -> None:
    write_report(tmp_path, "two")
    write_report(tmp_path, "one")
    assert refresh(tmp_path)
    text = (tmp_path / "index.html").read_text()
    assert text.index("Title of one") < text.index("Title of two")
    assert 'href="one/index.html"' in text
    assert 'alt="Picture of one"' in text
    assert "A, B" in text
    assert "1 figure" in text


def test_the_page_is_written_only_when_it_changes(tmp_path: Path) -> None:
    write_report(tmp_path, "one")
    assert refresh(tmp_path)
    os.utime(tmp_path / "index.html", (1, 1))
    assert not refresh(tmp_path)
    assert (tmp_path / "index.html").stat().st_mtime == 1
    write_report(tmp_path, "two")
    assert refresh(tmp_path)


def test_a_large_picture_stays_out_of_the_page(tmp_path: Path) -> None:
    folder = write_report(tmp_path, "one")
    (folder / "figures" / "a.png").write_bytes(bytes(200_000))
    refresh(tmp_path)
    assert "<img" not in (tmp_path / "index.html").read_text()


def test_what_is_not_a_report_is_passed_over(tmp_path: Path) -> None:
    for name, text in (("broken", "{"), ("other", "[1]"), ("old", '{"schema": 0}'), ("part", "{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(text)
    write_report(tmp_path, "future", schema=2)
    refresh(tmp_path)
    assert "No report has been built yet" in (tmp_path / "index.html").read_text()


def test_a_folder_that_is_not_there_gets_a_page(tmp_path: Path) -> None:
    assert refresh(tmp_path / "new")
    assert prune(tmp_path / "none", set()) == []


def test_unclaimed_reports_go(tmp_path: Path) -> None:
    for slug in ("keep", "drop"):
        folder, names = write_report(tmp_path, slug), ("report.json", "figures/a.png")
        write_manifest(folder, {name: of_bytes((folder / name).read_bytes()) for name in names})
    assert prune(tmp_path, {"keep"}) == ["drop"]
    assert not (tmp_path / "drop").exists()
    assert (tmp_path / "keep" / "figures" / "a.png").is_file()


def test_files_that_are_not_ours_stay(tmp_path: Path) -> None:
    folder = write_report(tmp_path, "drop")
    (folder / "figures" / "mine.txt").write_text("mine")
    (folder / "empty").mkdir()
    write_manifest(folder, ["report.json", "figures/a.png", "gone.txt"])
    assert prune(tmp_path, set()) == ["drop"]
    left = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert left == ["empty", "figures", "figures/mine.txt"]


def test_folders_that_are_not_ours_stay(tmp_path: Path) -> None:
    write_report(tmp_path, "bare")
    write_manifest(write_report(tmp_path, "other"), ["report.json"], ours=False)
    write_manifest(write_report(tmp_path, "odd"), ["report.json"], ours="yes")
    (write_report(tmp_path, "broken") / "manifest.json").write_text("{")
    assert prune(tmp_path, set()) == []
    assert len(list(tmp_path.glob("*/report.json"))) == 4


def test_a_manifest_cannot_reach_outside(tmp_path: Path) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.txt").write_text("precious")
    folder = write_report(out, "drop")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    absolute = str(outside / "precious.txt")
    names = ["../../outside/precious.txt", absolute, "link/precious.txt", ".", "", "figures"]
    write_manifest(folder, names)
    prune(out, set())
    assert (outside / "precious.txt").read_text() == "precious"
    assert (folder / "figures" / "a.png").is_file()


def test_a_linked_folder_is_left_alone(tmp_path: Path) -> None:
    real = write_report(tmp_path / "elsewhere", "report")
    write_manifest(real, ["report.json"])
    out = tmp_path / "out"
    out.mkdir()
    (out / "linked").symlink_to(real, target_is_directory=True)
    assert prune(out, set()) == []
    assert (real / "report.json").is_file()
