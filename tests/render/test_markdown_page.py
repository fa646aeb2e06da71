"""The Markdown twin: it says the same, and nobody's text breaks out of its place."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from jinja2 import Environment

from reportgen.records import Report
from reportgen.render import markdown_page, pages
from reportgen.render.markdown_page import author, inline

HOSTILE_TEXTS = [
    "<b>x</b>", "*a* _b_ **c**", "[t](u)", "![i](u)", "# head", "- item", "+ item", "1. item",
    "1) item", "a | b", "\\", "&amp;", "a\n\n# b", "~~s~~", "$x$", "tail #", "===", "`open", "_",
    "snake_case_name", "<!-- c", "[ref]: http://e.test", "> quote", "http://e.test/a_b_",
]  # fmt: skip


@pytest.fixture(scope="module")
def made(report: Report, files: dict[str, bytes]) -> dict[str, bytes]:
    return pages(report, files)


@pytest.fixture(scope="module")
def text(made: dict[str, bytes]) -> str:
    return made["report.md"].decode()


def parsed(text: str) -> list[Any]:
    """The tokens that a CommonMark reader with GitHub's tables finds."""
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark")
    return list(reader.enable(["table", "strikethrough"]).parse(text))


def shown(tokens: list[Any]) -> str:
    """The text that inline tokens come to."""
    inner = [child for token in tokens for child in token.children or ()]
    return "".join("\n" if t.type in ("softbreak", "hardbreak") else t.content for t in inner)


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_plain_text_reads_as_it_is(hostile: str) -> None:
    tokens = parsed(inline(hostile))
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {t.type for t in tokens[1].children} == {"text"} or tokens[1].content == ""
    assert shown(tokens) == " ".join(hostile.split())


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_plain_text_stays_in_its_cell(hostile: str) -> None:
    cell = inline(f"{hostile} `a|b`", cell=True)
    tokens = parsed(f"| h | i |\n| --- | --- |\n| {cell} | 1 |\n")
    cells = [t.content for t in tokens if t.type == "inline"]
    assert len(cells) == 4
    assert cells[3] == "1"


def test_backticks_are_code() -> None:
    assert inline("Layer `conv2d_1` *here*") == r"Layer `conv2d_1` \*here\*"


def test_headings_follow_the_report(text: str, report: Report) -> None:
    tokens = parsed(text)
    heads = [
        (token.tag, shown([after]))
        for token, after in pairwise(tokens)
        if token.type == "heading_open"
    ]
    assert [name for tag, name in heads if tag == "h1"] == ["Network Visualization"]
    assert [name for tag, name in heads if tag == "h2"][0::2] == [
        "Base model over line data", "Deep model over line data", "How this report was made",
    ]  # fmt: skip


def test_pictures_lie_beside_it(text: str, made: dict[str, bytes]) -> None:
    tokens = [child for token in parsed(text) for child in token.children or ()]
    images = [token for token in tokens if token.type == "image"]
    assert len(images) == 12
    assert all(image.attrs["src"] in made and image.content for image in images)


def test_links_lead_to_anchors(text: str) -> None:
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(anchors) == len(set(anchors))
    links = re.findall(r"\]\(#([^)]*)\)", text)
    assert len(links) > 15
    assert set(links) - {"x"} <= set(anchors)


def test_tables_keep_their_columns(text: str, made: dict[str, bytes]) -> None:
    facts = json.loads(made["report.json"])
    kinds = ("table_open", "tr_open", "td_open", "th_open")
    opened = [token.type for token in parsed(text) if token.type in kinds]
    tables = " ".join(opened).split("table_open")[1:]
    sizes = [(t.count("tr_open") - 1, t.count("td_open")) for t in tables]
    heights = [f["height"] for f in facts["figures"] if f["id"] in facts["tables"]]
    stated = [(rows, rows * 4) for rows in heights]
    # The author's own text has a table, before all others and in the first section.
    assert sizes == [(2, 4), (2, 4), *stated, (2, 10)]


def test_marked_cells_are_bold(text: str, made: dict[str, bytes]) -> None:
    tables = json.loads(made["report.json"])["tables"].values()
    assert [t["marks"] for t in tables if "marks" in t] == [[[0, 1]]] * text.count("| **0.999** |")
    assert "| **0.999** |" in text


def test_inferences_come_with_verdict_and_figures(text: str) -> None:
    line = next(line for line in text.splitlines() if line.startswith("2. <a"))
    assert "**Contradicted.** Heads were expected to differ" in line
    assert line.endswith("([Figure 4](#grad_cam-base-width))")
    assert "**Measured (edited by the author).**" in text


def test_tame_text_stays_as_written() -> None:
    given = "# Why\n\n* `<b>` stays\n\n```html\n# no heading\n<p>\n```\n\n## Then <https://e.test>"
    assert author(given) == given.replace("# Why", "### Why").replace("## Then", "#### Then")


@pytest.mark.parametrize(
    "wild", ["<details>", "<!-- open", "![spy](http://e.test/p.png)", "```\nopen", "Raised\n===",
             "<script>alert(1)</script>", "- a\n  ```\n  <b>\n"],
)  # fmt: skip
def test_wild_text_ends_where_it_should(wild: str) -> None:
    tokens = parsed(f"before\n\n{author(wild)}\n\n## after\n")
    assert [t.type for t in tokens][-3:] == ["heading_open", "inline", "heading_close"]
    assert not [child for t in tokens for child in t.children or () if child.type == "image"]
    made = author(wild)
    assert made.count("<div>") == made.count("</div>") == bool(made)
    assert "<script" not in made
    assert "<!--" not in made
    assert "\n\n" not in made


def test_a_template_cannot_write_bare_text() -> None:
    environment: Environment = markdown_page._environment()
    with pytest.raises(TypeError, match="without a filter"):
        environment.from_string("{{ name }}").render(name="<b>")
