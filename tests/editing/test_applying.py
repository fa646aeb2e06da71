"""The notes of a page: drafts, edited drafts and the author's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from notes_project import SPEC, Made, read, reworded, state

from reportgen.editing.applying import file_problems
from reportgen.editing.file import parse
from reportgen.errors import UserError
from reportgen.records import Change

MADE = Made(read())
FIRST = MADE.rewritten(None)
KERNELS = "### kernels <!-- figure kernels-1 -->\n"


def test_without_a_file_all_drafts_are_shown() -> None:
    shown = MADE.shown(None)
    assert list(shown) == [*(f"{id}.focus" for id in
                             ("summary-1", "kernels-1", "grad_cam-1", "occlusion-1")),
                           "inferences.shallow_network"]  # fmt: skip
    assert MADE.shown(FIRST) == shown


def test_a_draft_that_nobody_touched_shows_its_present_text() -> None:
    later = Made(read(), {"kernels-1": 0.9})
    assert later.shown(FIRST) == later.shown(None)
    rewrapped = FIRST.replace("`kernels` holds 0.5", "`kernels`\nholds 0.5")
    assert later.shown(rewrapped) == later.shown(None)


def test_an_edited_note_keeps_verdict_and_citations() -> None:
    text = reworded(FIRST, "kernels-1.focus", 'Mine: {{ value("grad_cam-1.share", "%") }}.')
    note = MADE.shown(text)["kernels-1.focus"]
    assert (note.origin, note.verdict, note.rule) == ("edited", "supported", "kernels.focus")
    assert note.cites == ("kernels-1.share", "grad_cam-1.share")
    assert (note.changed, note.verdict_was) == ((), "")


def test_an_edited_note_says_what_has_changed_before_the_file_is_written_anew() -> None:
    text = reworded(FIRST, "kernels-1.focus", "Mine.")
    later = Made(read(), {"kernels-1": 0.75}, {"kernels-1.focus": "contradicted"})
    note = later.shown(text)["kernels-1.focus"]
    assert note.changed == (Change("kernels-1.share", 0.5, 0.75),)
    assert (note.verdict, note.verdict_was) == ("contradicted", "supported")
    assert later.shown(later.rewritten(text))["kernels-1.focus"] == note
    approved = state(later.rewritten(text), "kernels-1.focus", "approved")
    assert later.shown(approved)["kernels-1.focus"].changed == ()
    assert later.shown(approved)["kernels-1.focus"].verdict_was == ""


def test_an_edited_note_stays_where_its_draft_is_no_more() -> None:
    text = reworded(FIRST, "kernels-1.focus", "Mine.")
    note = Made(read(), skip=["kernels-1.focus"]).shown(text)["kernels-1.focus"]
    assert (note.text, note.origin, note.cites) == ("Mine.", "edited", ("kernels-1.share",))


def test_own_notes_stand_where_they_were_written() -> None:
    text = FIRST.replace(
        "## Second <!-- section second -->\n", "## Second <!-- section second -->\n\nS\n"
    )
    text = text.replace(KERNELS, f"{KERNELS}\nK\n").replace(
        "<!-- record", "<!-- note own -->\nI\n\n<!-- record"
    )
    found = MADE.applied(text)
    assert [n.text for n in found.sections[1].notes] == ["S"]
    assert [n.text for n in found.sections[0].blocks[1].notes] == [
        "K",
        "`kernels` holds 0.5 of *it*.",
    ]
    assert [n.id for n in found.inferences] == ["inferences.shallow_network", "inferences.own-1"]
    assert found.inferences[1].origin == "own"
    assert found.inferences[1].cites == ()


def test_notes_follow_the_order_of_the_file() -> None:
    text = FIRST.replace("## First <!-- section first -->\n", "## First <!-- section first -->\n\n"
                         "<!-- note occlusion-1.focus draft -->\n")  # fmt: skip
    moved = text.replace(
        "<!-- note occlusion-1.focus draft: supported -->\n`occlusion` holds 0.5 of \\*it\\*.\n",
        "",
        1,
    )
    full = moved.replace(
        "focus draft -->\n", "focus draft -->\n`occlusion` holds 0.5 of \\*it\\*.\n"
    )
    assert [n.id for n in MADE.applied(full).sections[0].notes] == ["occlusion-1.focus"]


@pytest.mark.parametrize("hidden", ["kernels.focus", "kernels"])
def test_a_hidden_rule_drafts_nothing(hidden: str) -> None:
    made = Made(replace(read(), hidden=(hidden, "shallow_network")))
    left = {"summary-1.focus", "grad_cam-1.focus", "occlusion-1.focus"}
    assert made.shown(None).keys() == left
    assert made.shown(FIRST).keys() == left
    assert made.shown(reworded(FIRST, "kernels-1.focus", "Mine.")).keys() == left
    assert "kernels-1.focus" not in made.rewritten(None)
    assert "Mine." in made.rewritten(reworded(FIRST, "kernels-1.focus", "Mine."))


def test_reasons_of_rejected_drafts_are_known() -> None:
    text = state(FIRST, "kernels-1.focus", "rejected: trivial")
    assert MADE.applied(text).rejected == {"kernels-1.focus": "trivial"}


def test_an_unknown_value_is_refused_with_its_line() -> None:
    text = reworded(FIRST, "kernels-1.focus", 'One\ntwo {{ value("kernels-1.shar") }}')
    line = text.split("\n").index('two {{ value("kernels-1.shar") }}') + 1
    with pytest.raises(UserError) as caught:
        MADE.applied(text)
    assert str(caught.value) == (
        f"tiny.notes.md:{line}: the text cites 'kernels-1.shar', and the report measures nothing "
        "of this id; did you mean 'kernels-1.share'?"
    )


def test_a_check_knows_the_figures() -> None:
    text = reworded(FIRST, "kernels-1.focus", 'Mine {{ value("kernel-1.x") }} {{ value(3) }}')
    text = text.replace(KERNELS, f'{KERNELS}\n{{{{ value("inferences.shallow.x") }}}}\n')
    line = text.split("\n").index(KERNELS.strip()) + 1
    found = [str(p) for p in file_problems(parse(text, "f"), read())]
    assert found == [
        f"f:{line + 2}: the text cites 'inferences.shallow.x', and the report has no inference "
        "'shallow'; did you mean 'shallow_network'?",
        f"f:{line + 5}: the text cites 'kernel-1.x', and no figure has the id 'kernel-1'; "
        "did you mean 'kernels-1'?",
        f"f:{line + 5}: the text cites a value in no known way; "
        'write {{ value("ID") }}, or {{ value("ID", "%") }} for a percentage',
    ]
    assert not list(file_problems(parse(FIRST, "f"), read()))


def test_values_of_a_figure_that_is_gone_are_refused_and_never_taken_from_another() -> None:
    text = reworded(FIRST, "grad_cam-1.focus", 'Mine {{ value("kernels-1.share") }}')
    other = Made(read(SPEC.replace("[conv2d_1]", "[conv2d_2]")))
    with pytest.raises(UserError, match=r"cites 'kernels-1~\.share'"):
        other.applied(text)
