"""The text of a notes file: what it holds, and one message with its line for what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from notes_project import Made, read

from reportgen.editing.file import load, parse, written
from reportgen.errors import UserError

FIRST = Made(read()).rewritten(None)


def refused(text: str | bytes) -> str:
    with pytest.raises(UserError) as caught:
        parse(text, "x.notes.md")
    assert len(caught.value.problems) == 1
    return str(caught.value.problems[0])


def test_notes_know_their_lines() -> None:
    marker = "<!-- note k.x\nrejected: too\nlong -->"
    text = f"# T\n\n## A <!-- section a -->\n\nown\n\n{marker} \n\n b\nc\n"
    (_, place) = parse(text, "x").places
    own, entry = place.entries
    assert (own.id, own.state, own.text, own.text_line) == ("", "own", "own", 5)
    assert (entry.state, entry.remark, entry.text) == ("rejected", "too long", " b\nc")
    assert (entry.line, entry.text_line) == (7, 11)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## A <!-- section a -->\n<!-- note k.x aproved -->\n",
         "x.notes.md:2: the note 'k.x' has no state 'aproved'; did you mean 'approved'?"),
        ("## A <!-- section a -->\n\n<!-- note k.x -->\n",
         "x.notes.md:3: the note 'k.x' has no state; choose from: draft, edited, approved, "
         "changed, rejected, returned, own"),
        ("## A <!-- section a -->\n<!-- note k.x draft\ntext\n",
         "x.notes.md:2: the comment '<!-- note' that begins here does not end; end it with '-->'"),
        ("## A <!-- section a -->\ntext <!-- note k.x draft -->\n",
         "x.notes.md:2: a comment of reportgen's stands behind other text; "
         "begin a line of its own with it"),
        ("## A <!-- section a -->\n\n<!-- note k.x draft -->\n```\ncode\n",
         "x.notes.md:4: the block of code that begins here does not end; "
         "end it with a line of ```"),
        ("## A <!-- section -->\n", "x.notes.md:1: the comment '<!-- section' needs one id; "
         "write for example: <!-- section intro -->"),
        ("## A <!-- section a -->\n## A <!-- section a -->\n",
         "x.notes.md:2: 'section a' stands on line 1 too; remove one"),
        ("<!-- note own -->\ntext\n", "x.notes.md:1: a note stands outside of all sections and "
         "figures; move it under the heading of a figure or section"),
        ("## A <!-- section a -->\n<!-- record\n{}\n-->\nmore\n",
         "x.notes.md:3: this line of the record cannot be read; "
         "restore the line, or remove it: its note then counts as new"),
        ("## A <!-- section a -->\n<!-- record\n-->\nmore\n",
         "x.notes.md:4: text stands behind the record at the end of the file; "
         "move it under the heading of a figure or section"),
        (b"## A <!-- section a -->\n\xff\n",
         "x.notes.md:2: expected text in UTF-8, got the byte 0xff; save the file as UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_one_message(text: str | bytes, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize("value", ["NaN", "[1]", '{"note": 1}', '{"note": "a", "draft": 3}', "{"])
def test_a_damaged_record_is_refused(value: str) -> None:
    assert "this line of the record" in refused(
        f"## A <!-- section a -->\n<!-- record\n{value}\n-->"
    )


def test_comments_in_code_and_of_the_author_are_text() -> None:
    text = "## A <!-- section a -->\n```\n<!-- note x y -->\n```\n<!-- mine -->\n`<!-- note -->`\n"
    (place,) = parse(text, "x").places
    assert place.entries[0].text == text.partition("\n")[2].rstrip()


def test_line_ends_and_byte_order_marks_of_other_systems_do_not_matter() -> None:
    other = b"\xef\xbb\xbf" + FIRST.replace("\n", "\r\n").encode()
    assert written(parse(other, "x")) == FIRST


@pytest.mark.parametrize("id", ["a b.c", "a-->b", "k.--x", "k.100%", "k.é漢\n<x>", "k.a\u2003b"])
def test_any_id_survives(id: str) -> None:
    notes = parse(FIRST, "x")
    places = list(notes.places)
    index = next(i for i, place in enumerate(places) if place.entries and place.id)
    entry = replace(places[index].entries[0], id=id)
    places[index] = replace(places[index], entries=(entry,))
    text = written(replace(notes, places=tuple(places), records={}))
    assert parse(text, "x").places[index].entries[0].id == id


def test_something_else_in_its_place(tmp_path: Path) -> None:
    assert load(tmp_path / "x.notes.md") is None
    (tmp_path / "x.notes.md").mkdir()
    with pytest.raises(UserError, match="is a folder, not a file"):
        load(tmp_path / "x.notes.md")
