"""Converts the text of authors and rules to HTML that is safe inside a page.

Rules write plain text in which backticks mark code. Authors write Markdown, which may contain HTML.
The result contains no script, picture or id, and only web and mail addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

import nh3
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

from reportgen import cited_values
from reportgen.render.views import CitedView

HEADING = 3
"""Level of an author's "#" heading: below the titles of page and section."""

CODE = re.compile(r"`([^`\n]+)`")
"""A code span of plain text."""

_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details"),
    *("dfn", "div", "dl", "dt", "em", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li"),
    *("mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary"),
    *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_FRAME = '<div class="scroll" role="region" tabindex="0" aria-label="Table, scrollable">'
SCHEMES = {"http", "https", "mailto"}
"""What an author's link may lead to, besides a place on the page."""
_TAG = re.compile(r"""<[A-Za-z/](?:"[^"]*"|[^">])*>""")
_PLACE = re.compile("\ue000(\\d+)\ue001")

_CONTROLS = dict.fromkeys(
    [
        *range(9),
        11,
        12,
        *range(14, 32),
        *range(127, 160),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    ],
    "\N{REPLACEMENT CHARACTER}",
)
"""Control characters, direction overrides, which would reverse numbers, and halves of pairs."""


def steady(page: str) -> str:
    """A whole page without control characters and direction overrides."""
    return page.translate(_CONTROLS)


def inline(text: str) -> Markup:
    """Plain text as HTML; backticks become code elements."""
    parts = CODE.split(text)
    pieces = [
        Markup("<code>{}</code>").format(part) if position % 2 else escape(part)
        for position, part in enumerate(parts)
    ]
    return Markup("").join(pieces)


def plain(text: str) -> str:
    """Plain text without its backticks, for places that allow no markup."""
    return CODE.sub(r"\1", text)


def in_quotes(text: str) -> Markup:
    """Text for an attribute in double quotes, where only "&" and the quote need escaping."""
    return Markup(text.replace("&", "&amp;").replace('"', "&quot;"))


def author(text: str, values: Mapping[str, CitedView] | None = None) -> Markup:
    """An author's Markdown as sanitized HTML.

    Args:
        text: the Markdown.
        values: what it may cite, by id of the evidence; all that it cites must be here.
    """
    shown: list[tuple[str, CitedView, str]] = []

    def kept(match: re.Match[str]) -> str:
        id, percent = cited_values.parsed(match)
        value = (values or {})[id]
        shown.append((id, value, value.percent if percent else value.text))
        return f"\ue000{len(shown) - 1}\ue001"

    converter = cited_values.converter(kept)
    converter.treeprocessors.register(_Tame(converter), "tame", 0)
    clean = nh3.clean(
        converter.convert(cited_values.spaced(cited_values.without_places(text))),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    # In sanitized HTML "<table>" is always a tag, because text is escaped.
    framed = clean.replace("<table>", f"{_FRAME}<table>").replace("</table>", "</table></div>")
    if not shown:
        return Markup(framed)
    # Only now, so that no author can write the element himself. Attributes hold plain text.
    plain = _TAG.sub(
        lambda tag: _PLACE.sub(lambda place: escape(shown[int(place[1])][2]), tag[0]), framed
    )
    return Markup(_PLACE.sub(lambda place: _data(*shown[int(place[1])]), plain))


def summary(text: str, values: Mapping[str, CitedView]) -> str:
    """The first paragraph of an author's Markdown as plain text."""
    first = re.split(r"\n[ \t]*\n", text.strip(), maxsplit=1)[0]
    return author(first, values).striptags()


def with_values(text: str, values: Mapping[str, CitedView]) -> str:
    """An author's Markdown with the values that it cites."""

    def fill(item: cited_values.Cited) -> str:
        value = values[item.id]
        return value.percent if item.percent else value.text

    return cited_values.resolved(text, cited_values.cited(text), fill)


def _data(id: str, value: CitedView, text: str) -> str:
    """A measured value in an author's text."""
    template = Markup('<data value="{}" data-evidence="{}">{}</data>')
    return template.format(value.exact, id, text)


class _Tame(Treeprocessor):
    """Demotes headings below the page's own, and turns pictures into links.

    Browsers would fetch a picture.
    """

    def run(self, root: Element) -> None:
        linked = {child for link in root.iter("a") for child in link.iter("img")}
        for element in root.iter():
            if re.fullmatch("h[1-6]", element.tag):
                element.tag = f"h{min(6, int(element.tag[1]) + HEADING - 1)}"
            elif element.tag == "img":
                self._unload(element, linked=element in linked)

    def _unload(self, image: Element, linked: bool) -> None:
        image.text = image.get("alt") or image.get("src")
        address = image.get("src", "")
        image.attrib.clear()
        image.tag = "span" if linked else "a"
        if not linked:
            image.set("href", address)
