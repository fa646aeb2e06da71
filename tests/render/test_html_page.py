"""The HTML page: complete, closed to the network, and safe whatever it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast
from urllib.parse import unquote

import pytest
from jinja2 import UndefinedError

from reportgen.digest import of_bytes
from reportgen.drafting import unbacked_numbers
from reportgen.records import Report
from reportgen.render import html_page, index, markdown_page, pages
from reportgen.render.context import report_page
from reportgen.render.outline import outline
from reportgen.render.prose import in_quotes, plain, steady
from reportgen.render.views import IndexEntry
from tests.html import Page


@pytest.fixture(scope="module")
def made(report: Report, files: dict[str, bytes]) -> dict[str, bytes]:
    return pages(report, files)


@pytest.fixture(scope="module")
def html(made: dict[str, bytes]) -> str:
    return made["index.html"].decode()


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def facts(made: dict[str, bytes]) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(made["report.json"]))


def test_nothing_is_fetched_and_nothing_runs(page: Page, html: str) -> None:
    tags = {tag for tag, *_ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "base", "form", "video", "audio"}
    for tag, attributes, _ in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not attributes.keys() & {"srcset", "background", "poster", "ping", "action"}
        if "src" in attributes:
            assert attributes["src"].startswith("data:image/"), tag
        if tag == "link":
            assert attributes["href"].startswith("data:")
    styles = [text for _, text in page.all("style")]
    assert len(styles) == 1
    assert not re.search(r"url\(|@import", styles[0])


def test_the_policy_allows_this_style_sheet_and_no_other(page: Page) -> None:
    policy = page.all("meta", http_equiv="Content-Security-Policy")[0][0]["content"]
    style = page.all("style")[0][1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_ids_are_unique_and_links_resolve(page: Page) -> None:
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    links = [attributes["href"] for attributes, _ in page.all("a") if "href" in attributes]
    inner = [unquote(link[1:]) for link in links if link.startswith("#")]
    assert len(inner) > 40
    assert set(inner) <= set(ids)
    outer = [link for link in links if not link.startswith("#")]
    assert {link.partition(":")[0] for link in outer} <= {"http", "https"}
    for _, attributes, _ in page.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids


def test_the_contents_lead_to_every_section_block_and_inference(page: Page, html: str) -> None:
    nav = Page(html[html.index("<nav") : html.index("</nav>") + len("</nav>")])
    links = [attributes["href"] for attributes, _ in nav.all("a")]
    assert links[:5] == [
        "#section-base", "#block-summary-base", "#block-evaluation-base",
        "#block-feature_maps-base", "#block-grad_cam-base",
    ]  # fmt: skip
    assert "#inferences" in links
    assert "#note-inferences.shallow" in links


def test_every_picture_has_alternative_text_and_half_its_pixels(page: Page, report: Report) -> None:
    images = [attributes for attributes, _ in page.all("img")]
    shown = [f for s in report.sections for b in s.blocks for f in b.figures if f.table is None]
    assert [image["alt"] for image in images] == [steady(plain(f.alt)) for f in shown]
    assert all(image["alt"] for image in images)
    sizes = [(int(image["width"]), int(image["height"])) for image in images]
    assert sizes == [(f.width // 2, f.height // 2) for f in shown]


def test_wide_pictures_scroll_on_a_phone(page: Page, report: Report) -> None:
    shown = [f for s in report.sections for b in s.blocks for f in b.figures if f.table is None]
    cards = [a["class"] for a, _ in page.all("div") if a.get("class", "").startswith("card")]
    assert cards == ["card wide" if f.width > 2 * 412 else "card" for f in shown]
    assert {"card", "card wide"} == set(cards)
    style = page.all("style")[0][1]
    phone = style[style.index("@media screen and (max-width: 30rem)") :].partition("\n}")[0]
    assert "overflow-x: auto" in phone.partition(".card.wide img")[0]
    assert ".card.wide img { max-width: none; zoom: .85;" in phone


def test_on_paper_tall_pictures_leave_room_and_headings_keep_what_follows(page: Page) -> None:
    style = page.all("style")[0][1]
    paper = style[style.index("@media print") :]
    assert re.search(r"\.card img \{[^}]*max-height: 150mm; object-fit: contain;", paper)
    kept = re.search(r"\n  (h1[^{]*)\{ break-after: avoid; \}", paper)
    assert kept is not None
    assert {"h1", "h2", "h3", "h4", ".figure-title"} <= {one.strip() for one in kept[1].split(",")}
    whole = re.search(r"\n  (figure\.picture, [^{]*)\{ break-inside: avoid; \}", paper)
    assert whole is not None
    assert {"table", "tr"} <= {one.strip() for one in whole[1].split(",")}


def test_pictures_are_embedded_whole(page: Page, report: Report, files: dict[str, bytes]) -> None:
    found = [attributes["src"].partition(",")[2] for attributes, _ in page.all("img")]
    shown = [f for s in report.sections for b in s.blocks for f in b.figures if f.table is None]
    assert [base64.b64decode(data) for data in found] == [files[f.file] for f in shown]


def test_figures_and_tables_are_numbered_in_order(page: Page) -> None:
    labels = [text for attributes, text in page.all("b") if attributes.get("class") == "label"]
    assert [x for x in labels if x.startswith("F")] == [f"Figure {i}." for i in range(1, 13)]
    assert [x for x in labels if x.startswith("T")] == [f"Table {i}." for i in range(1, 5)]


def test_tables_have_captions_and_scopes(page: Page) -> None:
    captions = [text for _, text in page.all("caption")]
    assert captions[0] == "Table 1. Layers of vari_3, in order."
    assert captions[1] == "Table 2. In my words: it works."
    heads = page.all("th", scope="col")
    assert "Connected to" in [text for _, text in heads]
    assert ({"scope": "row"}, "dense_1 (Dense)") in page.all("th")


def test_marked_cells_stand_out_by_more_than_color(page: Page, report: Report) -> None:
    blocks = [b for s in report.sections for b in s.blocks if b.kind == "evaluation"]
    assert [text for _, text in page.all("mark")] == ["0.999"] * len(blocks) != []
    assert page.all("td", **{"class": "marked number"}) == [
        ({"class": "marked number"}, "0.999") for _ in blocks
    ]
    style = " ".join(text for _, text in page.all("style"))
    assert (
        "td mark { background: none; color: inherit; font-weight: 700; text-decoration: under"
        in style
    )
    assert ({"class": "number"}, "3,965,952") in page.all("td")


def test_headings_make_an_outline(page: Page) -> None:
    levels = [int(tag[1]) for tag, *_ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_the_page_is_a_document_for_people(page: Page) -> None:
    assert page.all("html")[0][0] == {"lang": "en"}
    assert page.all("title")[0][1] == "Network Visualization"
    assert page.all("meta", name="viewport")
    description = page.all("meta", name="description")[0][0]["content"]
    assert "12 figures and 4 tables" in description
    first = page.all("a")[0][0]
    assert first == {"class": "skip", "href": "#main"}
    assert page.all(id="main")


def test_hostile_text_is_text(page: Page, report: Report, html: str) -> None:
    title = steady(plain(report.sections[1].title))
    assert title in [text for _, text in page.all("h2")]
    assert "<script" not in html
    assert "A. Student, B. <b>old</b>" in [text for _, text in page.all("p")]
    assert "\u202e" not in html
    assert "\x07" not in html


def test_claims_say_what_report_json_says(page: Page, facts: dict[str, Any]) -> None:
    found = page.all("span", "div")
    claims = {a["data-claim"]: (a, text.strip()) for a, text in found if "data-claim" in a}
    assert claims.keys() == {note["id"] for note in facts["notes"]}
    for note in facts["notes"]:
        attributes, text = claims[note["id"]]
        assert text == steady(plain(note["text"]))
        assert attributes["data-verdict"] == note["verdict"]
        assert attributes["data-cites"].split() == note["cites"]
        assert attributes.get("data-origin", "drafted") == note["origin"]


def test_every_number_of_a_claim_is_measured(report: Report) -> None:
    blocks = [block for section in report.sections for block in section.blocks]
    evidence = [*(item for block in blocks for item in block.evidence), *report.derived]
    notes = [*(note for block in blocks for note in block.notes), *report.inferences]
    assert {note.id: unbacked_numbers(note, evidence) for note in notes if note.text} == {
        note.id: [] for note in notes
    }


def test_evidence_values_equal_report_json(html: str, facts: dict[str, Any]) -> None:
    """What stands in `<data value>` is the number of report.json, digit for digit."""
    known = {item["id"]: item for item in facts["evidence"]}
    items = re.findall(r'<li data-evidence="([^"]*)">(.*?)</li>', html, re.DOTALL)
    assert len(items) == sum(len(note["cites"]) for note in facts["notes"])
    for name, body in items:
        item = known[name]
        wanted = [item["value"], *(item["interval"] or ()), item["n"], item["baseline"]]
        stated = [json.loads(value) for value in re.findall(r'<data value="([^"]*)">', body)]
        assert stated == [value for value in wanted if value is not None]


def test_verdicts_are_words_and_icons(page: Page) -> None:
    words = [text for attributes, text in page.all("span", **{"class": "badge contradicted"})]
    assert words == ["1 contradicted", "Contradicted"]
    assert all(a.get("aria-hidden") == "true" for a, _ in page.all("svg"))
    assert "edited by the author" in [text for _, text in page.all("span")]


def test_many_citations_are_short(report: Report, files: dict[str, bytes]) -> None:
    blocks = [block for section in report.sections[:2] for block in section.blocks]
    cites = tuple(item.id for block in reversed(blocks) for item in block.evidence)
    long = replace(report, inferences=(replace(report.inferences[0], cites=cites),))
    page = Page(pages(long, files)["index.html"].decode())
    links = [(a, t) for a, t in page.all("span", **{"class": "cites"})][-1]
    assert links[1] == "(Figures 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, Tables 1, 2, 3, 4)"
    assert page.all("a", aria_label="Figure 12")[0][0]["href"] == "#grad_cam-vari_3-angle"


def test_derived_evidence_links_all_that_it_combines(html: str, report: Report) -> None:
    (item, *_) = re.findall(
        r'<li data-evidence="inferences.count.models">(.*?)</li>', html, re.DOTALL
    )
    assert "(from 2 measures: energy_in_foreground)" in item
    assert re.findall(r'href="#([^"]*)"', item) == ["grad_cam-base-length", "grad_cam-vari_3-width"]
    assert not any(source in item for source in report.derived[0].sources)


def test_what_has_no_meaning_is_said(page: Page) -> None:
    assert ("Not shown. vari_3 has no convolution layer to draw.") in [
        text for _, text in page.all("p")
    ]


def test_provenance_is_told(page: Page) -> None:
    told = dict(zip([t for _, t in page.all("dt")], [t for _, t in page.all("dd")], strict=True))
    assert told["seed"] == "7"
    assert told["tensorflow"] == "2.21"
    assert told["deterministic"] == "yes"
    assert told["notes"] == "none"


def test_the_same_report_gives_the_same_bytes(
    report: Report, files: dict[str, bytes], made: dict[str, bytes]
) -> None:
    assert pages(report, dict(reversed(files.items()))) == made


def test_a_bare_report_is_a_page(report: Report) -> None:
    bare = Report("bare", "Bare", (), "", (), (), (), {})
    page = Page(pages(bare, {})["index.html"].decode())
    assert [text for _, text in page.all("h1")] == ["Bare"]
    assert not page.all(id="inferences")


@pytest.mark.parametrize("key", ["weights", "inputs"])
def test_where_weights_are_from_and_what_inputs_are_given_stands_with_the_model(
    key: str, report: Report, files: dict[str, bytes]
) -> None:
    told = "They were drawn at random & never trained."
    models = [replace(m, training={**m.training, key: told}) for m in report.models]
    made = pages(replace(report, models=tuple(models)), files)
    lines = [words for _, words in Page(made["index.html"].decode()).all("p", **{"class": "model"})]
    assert lines
    assert all(words.endswith(told) for words in lines)
    assert made["report.md"].decode().count("never trained.") == len(lines)


def test_a_title_cannot_leave_the_head(report: Report, files: dict[str, bytes]) -> None:
    title = "</title><script>alert(1)</script>"
    page = Page(pages(replace(report, title=title), files)["index.html"].decode())
    assert page.all("title")[0][1] == title
    assert not page.all("script")


@pytest.mark.parametrize("fact", ["authors", "sections", "provenance"])
def test_a_missing_fact_is_an_error_not_a_blank(fact: str) -> None:
    bare = Report("bare", "Bare", (), "", (), (), (), {})
    page: dict[str, Any] = dict(vars(report_page(bare, outline(bare), {})))
    del page[fact]
    with pytest.raises(UndefinedError, match=fact):
        html_page.render(page)  # type: ignore[arg-type]
    with pytest.raises(UndefinedError, match=fact):
        markdown_page.render(page)  # type: ignore[arg-type]


def test_the_index_lists_reports() -> None:
    entry = IndexEntry(
        slug="a b", title="<i>A</i>", authors="", models="M", counts="1 figure",
        picture="data:image/png;base64,AA==", alt='A "dot"',
    )  # fmt: skip
    page = Page(index([entry]).decode())
    assert [text for _, text in page.all("h2")] == ["<i>A</i>"]
    assert page.all("a")[1][0]["href"] == "a%20b/index.html"
    assert page.all("img")[0][0]["alt"] == 'A "dot"'


def test_an_empty_index_says_what_to_do() -> None:
    assert "reportgen new" in Page(index([]).decode()).all("main")[0][1]


VECTOR = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><text fill='#111' y='9'>"
    '100%&#38;&lt;script&gt;"?a+b" é🙂</text></svg>'
).encode()


def test_a_picture_is_shown_as_its_vector_where_there_is_one(
    report: Report, files: dict[str, bytes], made: dict[str, bytes], page: Page
) -> None:
    name = next(name for name in files if name.endswith("-maps.png"))
    vectored = pages(report, files, {name: VECTOR})
    images = [attributes for attributes, _ in Page(vectored["index.html"].decode()).all("img")]
    sources = [image["src"] for image in images if image["src"].startswith("data:image/svg+xml,")]
    # What a browser makes of the address is the document, to the byte.
    assert [unquote(one.partition(",")[2]).encode() for one in sources] == [VECTOR]
    assert not re.search('[#"\\s]', sources[0].replace(" ", ""))
    plain_images = [attributes for attributes, _ in page.all("img")]
    for image, other in zip(images, plain_images, strict=True):
        assert {**image, "src": ""} == {**other, "src": ""}
    assert {key for key in made if vectored[key] != made[key]} == {"index.html", "report.json"}
    told, told_before = json.loads(vectored["report.json"]), json.loads(made["report.json"])
    figure = next(one for one in told["figures"] if one["file"] == name)
    assert figure.pop("vector") == of_bytes(VECTOR)
    assert told == told_before


def test_text_in_double_quotes_cannot_leave_them() -> None:
    text = "a\"b'c&d<e>f&quot;"
    found = Page(f'<i title="{in_quotes(text)}"></i>').all("i")[0][0]
    assert found == {"title": text}
