"""An HTML page as its elements, for tests of what it holds."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import cast

VOID = {"br", "hr", "img", "link", "meta", "col", "wbr", "input", "path"}


class Page(HTMLParser):
    """A page as its elements, with the text of each; complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self.stack: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        self.close()
        assert not self.stack, f"left open: {[tag for tag, *_ in self.stack]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute"
        element = (tag, {name: value or "" for name, value in attrs}, cast(list[str], []))
        self.elements.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack, f"</{tag}> closes nothing"
            assert self.stack.pop()[0] == tag, f"</{tag}> does not match"

    def handle_data(self, data: str) -> None:
        for _, _, text in self.stack:
            text.append(data)

    def all(self, *tags: str, **having: str) -> list[tuple[dict[str, str], str]]:
        """Attributes and text of the elements of these tags (any, if none) and attributes."""
        found = [item for item in self.elements if not tags or item[0] in tags]
        for name, value in having.items():
            key = name.replace("_", "-")
            found = [item for item in found if item[1].get(key) == value]
        return [(attributes, "".join(text)) for _, attributes, text in found]
