"""A notes file written anew: new drafts come, and no word of its author goes."""

from __future__ import annotations

import re

from budgets import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from notes_project import SPEC, Made, read, reworded, state

from reportgen.editing.file import STATES, parse, written
from reportgen.errors import UserError

MADE = Made(read())
FIRST = MADE.rewritten(None)
IDS = ("summary-1.focus", "kernels-1.focus", "grad_cam-1.focus", "occlusion-1.focus")


def test_the_first_file_has_every_draft_below_its_heading() -> None:
    notes = parse(FIRST, "x")
    ids = {place.id: [e.id for e in place.entries] for place in notes.places if place.id}
    assert ids == {
        "first": [],
        "summary-1": ["summary-1.focus"],
        "kernels-1": ["kernels-1.focus"],
        "grad_cam-1": ["grad_cam-1.focus"],
        "second": [],
        "occlusion-1": ["occlusion-1.focus"],
    }
    assert MADE.merged(None).new == (*IDS, "inferences.shallow_network")
    assert "## First <!-- section first -->\n\n### summary <!-- figure summary-1 -->" in FIRST
    assert "supported -->\n`summary` holds 0.5 of \\*it\\*.\n" in FIRST


def test_again_nothing_changes() -> None:
    assert MADE.rewritten(FIRST) == FIRST
    assert written(parse(FIRST, "x")) == FIRST


def test_a_draft_that_nobody_touched_is_brought_up_to_date() -> None:
    other = Made(read(), {"kernels-1": 0.9}).rewritten(FIRST)
    assert "`kernels` holds 0.9" in other
    assert "holds 0.5 of \\*it\\*.\n\n### grad_cam" not in other


def test_an_edited_note_stays_and_is_marked_when_its_numbers_leave_their_interval() -> None:
    text = MADE.rewritten(reworded(FIRST, IDS[1], "Half of it, I say."))
    assert f"<!-- note {IDS[1]} edited -->\nHalf of it, I say." in text
    within = Made(read(), {"kernels-1": 0.55}).merged(text)
    assert within.changed == {}
    beyond = Made(read(), {"kernels-1": 0.7})
    assert beyond.merged(text).changed == {IDS[1]: "kernels-1.share was 0.500, is 0.700"}
    said = beyond.rewritten(text)
    assert f"{IDS[1]} changed: kernels-1.share was 0.500, is 0.700 -->\nHalf of it, I say." in said
    assert beyond.merged(said).changed  # Until it is approved.
    approved = beyond.rewritten(state(said, IDS[1], "approved"))
    assert f"<!-- note {IDS[1]} approved -->\nHalf of it, I say." in approved
    assert beyond.merged(approved).changed == {}
    assert MADE.merged(approved).changed == {IDS[1]: "kernels-1.share was 0.700, is 0.500"}


def test_a_note_can_be_approved_by_its_id() -> None:
    text = MADE.rewritten(reworded(FIRST, IDS[1], "Half."))
    beyond = Made(read(), {"kernels-1": 0.7})
    approved = beyond.rewritten(beyond.rewritten(text), IDS[1])
    assert f"<!-- note {IDS[1]} approved -->\nHalf." in approved
    assert beyond.merged(approved).changed == {}


def test_an_inference_is_edited_like_any_note() -> None:
    text = MADE.rewritten(reworded(FIRST, "inferences.shallow_network", "Not so."))
    assert "<!-- note inferences.shallow_network edited -->\nNot so." in text
    made = Made(read(), verdicts={"inferences.shallow_network": "supported"})
    shown = made.shown(text)["inferences.shallow_network"]
    assert (shown.text, shown.verdict, shown.verdict_was) == (
        "Not so.",
        "supported",
        "contradicted",
    )
    said = "the verdict was contradicted, is supported"
    assert made.merged(text).changed == {"inferences.shallow_network": said}
    assert made.merged(text).new == ()


def test_approval_lapses_when_the_numbers_move() -> None:
    text = MADE.rewritten(state(FIRST, IDS[1], "approved"))
    assert f"{IDS[1]} approved" in text
    moved = Made(read(), {"kernels-1": 0.7}).merged(text)
    assert moved.changed == {IDS[1]: "kernels-1.share was 0.500, is 0.700"}
    assert "`kernels` holds 0.7" in written(moved.notes)


def test_a_rejected_draft_stays_away_until_its_verdict_changes() -> None:
    text = MADE.rewritten(state(FIRST, IDS[2], "rejected: too trivial"))
    assert f"<!-- note {IDS[2]} rejected: too trivial -->" in text
    other = Made(read(), verdicts={IDS[2]: "contradicted"})
    assert other.merged(text).returned == (IDS[2],)
    back = other.rewritten(text)
    assert f"<!-- note {IDS[2]} returned: too trivial -->" in back
    assert IDS[2] in other.shown(back)
    again = other.rewritten(state(back, IDS[2], "rejected: still"))
    assert f"{IDS[2]} rejected: still" in again
    assert other.merged(again).returned == ()
    assert IDS[2] not in other.shown(again)


def test_a_deleted_draft_stays_away_until_its_verdict_changes() -> None:
    text = re.sub(rf"<!-- note {re.escape(IDS[0])} .*?\n\n", "", FIRST, flags=re.DOTALL)
    again = MADE.rewritten(text)
    assert f"note {IDS[0]} " not in again
    assert IDS[0] not in MADE.shown(text)
    assert MADE.rewritten(again) == again
    other = Made(read(), verdicts={IDS[0]: "inconclusive"})
    assert other.merged(again).returned == (IDS[0],)
    assert IDS[0] in other.shown(again)


def test_an_emptied_draft_is_rejected() -> None:
    text = FIRST.replace("-->\n`summary` holds 0.5 of \\*it\\*.", "-->")
    assert f"<!-- note {IDS[0]} rejected" in MADE.rewritten(text)
    assert IDS[0] not in MADE.shown(text)


def test_own_notes_get_ids_and_stay() -> None:
    heading = "### kernels <!-- figure kernels-1 -->\n"
    text = FIRST.replace(heading, f"{heading}\nMine *alone*.\n\n- with a list\n\n")
    text = text.replace("## Second <", "<!-- note own -->\nAnother.\n\n## Second <")
    again = MADE.rewritten(text)
    assert "<!-- note kernels-1.own-1 own -->\nMine *alone*.\n\n- with a list\n" in again
    assert "<!-- note grad_cam-1.own-1 own -->\nAnother.\n" in again
    assert MADE.rewritten(again) == again


def test_an_own_note_that_cites_a_value_is_marked_when_it_moves() -> None:
    heading = "### kernels <!-- figure kernels-1 -->\n"
    text = MADE.rewritten(
        FIRST.replace(heading, heading + '\nI {{ value("grad_cam-1.share") }}.\n')
    )
    moved = Made(read(), {"grad_cam-1": 0.9}).merged(text)
    assert moved.changed == {"kernels-1.own-1": "grad_cam-1.share was 0.500, is 0.900"}


def test_a_new_figure_before_others_moves_no_note() -> None:
    text = reworded(FIRST, IDS[1], 'Mine, {{ value("kernels-1.share") }}, [see](#kernels-1).')
    more = SPEC.replace("figures: [summary,", "figures: [summary, kernels: {layers: [conv2d_2]},")
    made = Made(read(more))
    again = made.rewritten(text)
    mine = 'Mine, {{ value("kernels-2.share") }}, [see](#kernels-2).'
    assert f"<!-- note kernels-2.focus edited -->\n{mine}" in again
    assert made.shown(text)["kernels-2.focus"].text == mine
    assert made.shown(text)["kernels-1.focus"].origin == "drafted"
    assert made.merged(text).new == ("kernels-1.focus",)


def test_a_figure_with_an_id_keeps_its_notes_whatever_changes() -> None:
    named = SPEC.replace("kernels: {layers: [conv2d_1]}", "kernels: {id: k, layers: [conv2d_1]}")
    text = reworded(Made(read(named)).rewritten(None), "k.focus", "Mine.")
    moved = named.replace("[conv2d_1]", "[conv2d_2]").replace("title: First", "title: Other")
    assert Made(read(moved)).shown(text)["k.focus"].text == "Mine."


def test_a_figure_that_gets_an_id_keeps_its_notes() -> None:
    named = SPEC.replace("kernels: {layers: [conv2d_1]}", "kernels: {id: k, layers: [conv2d_1]}")
    again = Made(read(named)).rewritten(reworded(FIRST, IDS[1], "Mine."))
    assert "<!-- note k.focus edited -->\nMine." in again


def test_a_default_written_out_changes_nothing() -> None:
    same = SPEC.replace("[occlusion]", "[occlusion: {samples: 1}]")
    assert "occlusion-1~" not in Made(read(same)).rewritten(FIRST)


def test_a_renamed_section_keeps_its_own_notes() -> None:
    heading = "## Second <!-- section second -->\n"
    text = FIRST.replace(heading, f"{heading}\nMine.\n")
    again = Made(read(SPEC.replace("title: Second", "title: Third"))).rewritten(text)
    assert "## Third <!-- section third -->\n\n<!-- note third.own-1 own -->\nMine." in again


def test_notes_of_a_removed_figure_are_kept_as_orphans_and_return_with_it() -> None:
    text = reworded(FIRST, IDS[3], "Mine about occlusion.")
    gone = Made(read(SPEC.replace("[occlusion]", "[deconvnet]")))
    merged = gone.merged(text)
    assert merged.orphans == ("occlusion-1~.focus",)
    again = written(merged.notes)
    assert "## Orphans <!-- orphans -->\n\n### occlusion <!-- figure occlusion-1~ -->" in again
    assert again.index("Mine about occlusion.") > again.index("## Inferences")
    assert "Mine about occlusion." not in str(gone.shown(again))
    assert gone.rewritten(again) == again
    back = MADE.rewritten(again)
    assert "<!-- note occlusion-1.focus edited -->\nMine about occlusion." in back
    assert "Orphans" not in back


def test_an_orphan_never_lands_on_another_figure_of_the_same_id() -> None:
    text = reworded(FIRST, IDS[1], "Mine about conv2d_1.")
    other = Made(read(SPEC.replace("[conv2d_1]", "[conv2d_2]")))
    assert other.shown(text)["kernels-1.focus"].origin == "drafted"
    again = other.rewritten(text)
    assert "<!-- note kernels-1~.focus edited -->\nMine about conv2d_1." in again


def test_an_edited_heading_stays() -> None:
    text = FIRST.replace("### grad_cam <!--", "### Look here! <!--")
    assert "### Look here! <!-- figure grad_cam-1 -->" in MADE.rewritten(text)
    renamed = Made(read(SPEC.replace("grad_cam]", "grad_cam: {title: Maps}]")))
    assert "### Maps <!-- figure grad_cam-1 -->" in renamed.rewritten(FIRST)


def test_without_its_record_nothing_is_lost() -> None:
    text = reworded(FIRST, IDS[1], "Mine.").partition("<!-- record")[0]
    again = MADE.rewritten(text)
    assert f"<!-- note {IDS[1]} edited -->\nMine." in again
    assert f"<!-- note {IDS[0]} draft" in again


def test_text_above_the_first_heading_stays() -> None:
    text = FIRST.replace("# Notes on Tiny", "# My notes\n\nTo do: all.")
    assert MADE.rewritten(text).startswith("# My notes\n\nTo do: all.")


WORD = st.text("abcdefghijäß漢🙂_*`#<>-!{}[]()\"'\\|~.,:;0123456789", min_size=1, max_size=8)
LINES = st.lists(WORD, max_size=6).map(" ".join)
EDIT = st.tuples(
    st.sampled_from(["insert", "replace", "delete", "state", "join"]),
    st.floats(0, 1, exclude_max=True),
    st.lists(LINES, max_size=4).map("\n".join),
    st.sampled_from(STATES),
)
SPECS = [
    SPEC,
    SPEC.replace("figures: [summary,", "figures: [summary, kernels: {layers: [conv2d_2]},"),
    SPEC.replace("[occlusion]", "[deconvnet]").replace("title: First", "title: Another"),
    SPEC.replace(", grad_cam]", "]"),
]


def edit(text: str, edits: list[tuple[str, float, str, str]]) -> str:
    """A file after edits of the kinds that a person makes."""
    for kind, where, words, new in edits:
        lines = text.partition("<!-- record")[0].split("\n")
        tail = text[len("\n".join(lines)) :]
        at = int(where * len(lines))
        if kind == "insert":
            lines[at:at] = words.split("\n")
        elif kind == "replace" and "<!--" not in lines[at]:
            lines[at] = words
        elif kind == "delete":
            del lines[at]
        elif kind == "state":
            lines[at] = re.sub(r"^(<!-- note \S+ )\w+", rf"\1{new}", lines[at])
        elif kind == "join" and at + 1 < len(lines):
            lines[at : at + 2] = [lines[at] + " " + lines[at + 1]]
        text = "\n".join(lines) + tail
    return text


def authored(text: str) -> list[str]:
    """The words of a file that its author wrote: what stands in no draft as it was offered."""
    body = re.sub(r"<!--.*?-->", " ", text.partition("<!-- record")[0], flags=re.DOTALL)
    return sorted(body.split())


def rewritten(made: Made, text: str) -> str | UserError:
    """The file written anew, or the message of one that cannot be read."""
    try:
        parse(text, "x")
    except UserError as error:
        return error
    return made.rewritten(text)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(EDIT, min_size=1, max_size=6),
    st.sampled_from(SPECS),
    st.sampled_from([0.5, 0.55, 0.9, None]),
    st.sampled_from(["supported", "contradicted"]),
)
def test_no_word_is_ever_lost(
    edits: list[tuple[str, float, str, str]], spec: str, value: float | None, verdict: str
) -> None:
    """After any edits and any change of the report, every word that is no draft's is there."""
    text = edit(FIRST, edits)
    made = Made(read(spec), {"kernels-1": value}, {IDS[1]: verdict})  # type: ignore[dict-item]
    found = rewritten(made, text)
    if isinstance(found, UserError):
        assert found.problems[0].line  # One message with its line; the file stays as it is.
        return
    again = found
    kept = authored(again)
    drafts = set(authored(FIRST)) | set(authored(made.rewritten(None)))
    for word in authored(text):
        if word not in drafts:
            assert kept.count(word) >= authored(text).count(word), word
    once = made.rewritten(again)
    assert authored(once) == kept
    assert parse(once, "x")
