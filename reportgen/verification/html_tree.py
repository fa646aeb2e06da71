"""A page for browsers as a tree of elements, each with the line where it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "link", "meta", "col", "wbr", "input", "path", "source", "area", "base"}


@dataclass
class Element:
    """An element with its attributes and what stands in it."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The names in its attribute `class`."""
        return self.attributes.get("class", "").split()

    def text(self) -> str:
        """All text in it, as it stands."""
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def all(self, wanted: Callable[[Element], bool]) -> Iterator[Element]:
        """The elements within it that are wanted, in their order."""
        for child in self.children:
            if isinstance(child, Element):
                if wanted(child):
                    yield child
                yield from child.all(wanted)

    def first(self, wanted: Callable[[Element], bool]) -> Element | None:
        """The first of them."""
        return next(self.all(wanted), None)


def tree(text: str) -> Element:
    """The elements of a page; one that is never closed ends with the one around it."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.root


def tagged(*tags: str) -> Callable[[Element], bool]:
    """Whether an element has one of these tags."""
    return lambda element: element.tag in tags


def classed(name: str) -> Callable[[Element], bool]:
    """Whether an element is of this class."""
    return lambda element: name in element.classes


def having(attribute: str) -> Callable[[Element], bool]:
    """Whether an element has this attribute."""
    return lambda element: attribute in element.attributes


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", 1)
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: dict[str, str] = {}
        for name, value in attrs:
            attributes.setdefault(name, value or "")
        element = Element(tag, self.getpos()[0], attributes)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)
