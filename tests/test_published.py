"""The pages in site/ are whole: every file as it was written, every reference leads somewhere.

Whether they are what the code of this commit gives is what `reportgen status` tells.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from reportgen.digest import of_bytes
from reportgen.render.report_json import SCHEMA_FILE
from reportgen.store import MANIFEST, read_manifest
from tests.html import Page

SITE = Path("site")
SPECS = sorted(Path("specs").glob("*.yaml"))
REPORTS = sorted(path.parent for path in SITE.glob("*/report.json"))
MOST_BYTES = 12_000_000

pytestmark = pytest.mark.skipif(not SITE.is_dir(), reason="this copy holds no site/")
report = pytest.mark.parametrize("folder", REPORTS, ids=lambda folder: folder.name)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_has_its_pages(path: Path) -> None:
    for name in ("index.html", "report.md", "report.json", "manifest.json"):
        assert (SITE / path.stem / name).is_file()


@pytest.mark.parametrize("folder", [SITE, *REPORTS], ids=lambda folder: folder.name)
def test_every_file_is_what_its_manifest_says(folder: Path) -> None:
    files = read_manifest(folder)["files"]
    assert files
    assert {name: of_bytes((folder / name).read_bytes()) for name in files} == files


@report
def test_no_file_is_left_over(folder: Path) -> None:
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {*read_manifest(folder)["files"], MANIFEST}


@report
def test_report_json_follows_its_schema(folder: Path) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator(schema).validate(stated(folder))


@report
def test_references_in_report_json_lead_somewhere(folder: Path) -> None:
    facts = stated(folder)
    blocks = [block for section in facts["sections"] for block in section["blocks"]]
    figures, notes, evidence = (
        unique(item["id"] for item in facts[name]) for name in ("figures", "notes", "evidence")
    )
    assert {name for block in blocks for name in block["figures"]} == figures
    assert {name for block in blocks for name in block["notes"]} | {*facts["inferences"]} == notes
    assert {name for note in facts["notes"] for name in note["cites"]} <= evidence
    assert {name for item in facts["evidence"] for name in item["sources"]} <= evidence
    assert {item["figure"] for item in facts["evidence"]} <= figures
    assert facts["labels"].keys() == figures
    tables = {one["id"] for one in facts["figures"] if one["media_type"] == "text/csv"}
    assert facts["tables"].keys() == tables
    models = {model["name"] for model in facts["models"]}
    assert {figure["model"] for figure in facts["figures"]} <= {*models, ""}
    assert {figure["section"] for figure in facts["figures"]} <= {
        section["id"] for section in facts["sections"]
    }
    assert all((folder / figure["file"]).is_file() for figure in facts["figures"])


@report
def test_links_and_pictures_of_the_html_page_resolve(folder: Path) -> None:
    page, facts = Page((folder / "index.html").read_text()), stated(folder)
    ids = unique(attributes["id"] for _, attributes, _ in page.elements if "id" in attributes)
    for attributes, _ in page.all("a"):
        resolve(attributes["href"], folder, ids)
    assert {*(figure["id"] for figure in facts["figures"])} <= ids
    assert {f"note-{note['id']}" for note in facts["notes"]} <= ids
    # One file: whatever it shows it carries.
    sources = [attributes["src"] for attributes, _ in page.all("img")]
    assert all(re.match(r"data:image/(png|svg\+xml)[;,]", source) for source in sources)
    pictures = [one for one in facts["figures"] if one["media_type"].startswith("image/")]
    assert len(sources) >= len(pictures)


@report
def test_links_and_pictures_of_the_markdown_page_resolve(folder: Path) -> None:
    text, facts = (folder / "report.md").read_text(), stated(folder)
    ids = unique(re.findall(r'<a id="([^"]+)"', text))
    targets = re.findall(r"\]\(([^()\s]+)\)", text)
    for target in targets:
        resolve(target, folder, ids)
    pictures = {one["file"] for one in facts["figures"] if one["media_type"].startswith("image/")}
    assert pictures <= {unquote(target) for target in targets}


def test_the_front_page_leads_to_every_report() -> None:
    page = Page((SITE / "index.html").read_text())
    ids = {attributes["id"] for _, attributes, _ in page.elements if "id" in attributes}
    links = [attributes["href"] for attributes, _ in page.all("a")]
    for link in links:
        resolve(link, SITE, ids)
    assert {f"{folder.name}/index.html" for folder in REPORTS} <= {*links}
    assert all(a["src"].startswith("data:image/") for a, _ in page.all("img"))


def test_what_a_browser_loads_stays_small() -> None:
    pages = sum(path.stat().st_size for path in SITE.glob("*/index.html"))
    assert pages <= MOST_BYTES


def stated(folder: Path) -> dict[str, Any]:
    """What report.json states."""
    facts: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return facts


def unique(ids: Any) -> set[str]:
    """Ids as a set, none of them given twice."""
    counts = Counter(ids)
    assert [name for name, count in counts.items() if count > 1] == []
    return {*counts}


def resolve(target: str, folder: Path, ids: set[str]) -> None:
    """Follow a link within a page or to a file beside it; the network is left alone."""
    path, _, anchor = unquote(target).partition("#")
    if re.match(r"(https?|mailto):", target):
        return
    assert (folder / path).exists(), target
    assert path or anchor in ids, target
