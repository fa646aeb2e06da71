"""What a page leaves out because it has been said."""

from __future__ import annotations

from reportgen.page import said_once
from reportgen.records import Block, Evidence, Note, Section


def block(number: int, text: str, model: str = "a", kind: str = "grad_cam") -> Block:
    name = f"{kind}-{number}"
    item = Evidence(f"{name}.zero_maps", 3, "images", 96, None, None, "counted", name)
    note = Note(f"{name}.zero", "grad_cam.zero", text, "info", (item.id,))
    return Block(name, kind, "", "", model, (), (item,), (note,))


def kept(*blocks: Block) -> list[str]:
    """Ids of the blocks that keep their note, the blocks standing in sections of their own."""
    sections = [Section(f"s{i}", "", "", "", (one,)) for i, one in enumerate(blocks)]
    found = [one for section in said_once(sections) for one in section.blocks]
    assert [one.evidence for one in found] == [one.evidence for one in blocks]
    return [one.id for one in found if one.notes]


def test_the_same_sentence_of_one_model_and_kind_is_said_once() -> None:
    said = [block(1, "Three are zero."), block(2, "Three are zero."), block(3, "Four are zero.")]
    assert kept(*said) == ["grad_cam-1", "grad_cam-3"]


def test_the_same_sentence_of_another_model_or_kind_stays() -> None:
    other, kind = block(2, "Same.", model="b"), block(3, "Same.", kind="samples")
    assert kept(block(1, "Same."), other, kind) == ["grad_cam-1", "grad_cam-2", "samples-3"]
