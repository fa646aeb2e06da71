"""Every catalog of sentences reads as one would write it, and all of it is in use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

import reportgen
from reportgen.drafting.sentences import COMMON

PACKAGE = Path(reportgen.__file__).parent
CATALOGS = sorted(PACKAGE.rglob("*.ftl"))
ids = [str(path.relative_to(PACKAGE)) for path in CATALOGS]
catalogs = pytest.mark.parametrize("path", CATALOGS, ids=ids)


def messages(path: Path) -> list[ast.Message]:
    return [e for e in FluentResource(path.read_text()).body if isinstance(e, ast.Message)]


def references(path: Path) -> set[str]:
    """The messages that sentences of a catalog quote."""
    found = References()
    for message in messages(path):
        found.visit(message)
    return found.names


class References(Visitor):
    """The ids of messages that a sentence quotes."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_MessageReference(self, node: ast.MessageReference) -> None:
        self.names.add(node.id.name)


class Texts(Visitor):
    """Every wording of a message: one for each choice of its outermost selector."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def visit_TextElement(self, node: ast.TextElement) -> None:
        self.words.append(node.value)


@catalogs
def test_a_catalog_parses_and_stands_beside_a_module(path: Path) -> None:
    junk = [e for e in FluentResource(path.read_text()).body if isinstance(e, ast.Junk)]
    assert [e.content for e in junk] == []
    assert path.with_suffix(".py").exists()


@catalogs
def test_every_sentence_is_in_use(path: Path) -> None:
    """By its module, by one that this imports from its folder, or by other sentences."""
    source = path.with_suffix(".py").read_text()
    for shared in path.parent.glob("_*.py"):
        source += shared.read_text() if f".{shared.stem} import" in source else ""
    others = [path]
    if path == COMMON:
        others, source = CATALOGS, "".join(p.read_text() for p in PACKAGE.rglob("*.py"))
    quoted = {name for other in others for name in references(other)}
    ids = {message.id.name for message in messages(path)}
    assert [name for name in ids - quoted if f'"{name}"' not in source] == []


@catalogs
def test_every_sentence_is_explained(path: Path) -> None:
    """An editor learns from comments what the numbers of the sentences are."""
    assert any(message.comment for message in messages(path)) or not messages(path)


@catalogs
def test_notes_hold_no_numbers_of_their_own(path: Path) -> None:
    if path.name in ("draw.ftl", "captions.ftl"):
        return  # How to read a figure may say that rows are counted from 0.
    for message in messages(path):
        texts = Texts()
        if message.value is not None:
            texts.visit(message.value)
        assert [t for t in texts.words if re.search(r"\d", t.replace("95", ""))] == []
