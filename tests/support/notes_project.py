"""A spec and its drafts by hand, for tests of authors' notes: no model, no figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from reportgen import checking
from reportgen.editing.applying import Applied, applied
from reportgen.editing.file import NotesFile, parse, written
from reportgen.editing.merging import Merged, merge
from reportgen.records import Block, Evidence, Note, Number, Section, Verdict
from reportgen.spec.types import Spec

SPEC = """\
title: Tiny
model: {source: zoo:base, dataset: line}
sections:
  - title: First
    figures: [summary, kernels: {layers: [conv2d_1]}, grad_cam]
  - title: Second
    text: Words.
    figures: [occlusion]
inferences: [shallow_network]
"""


def read(text: str = SPEC) -> Spec:
    return checking.load_text(text, Path("nowhere/tiny.yaml"))


def measured(figure: str, value: Number | None) -> Evidence:
    """The measure `share` of a figure, with an interval of a tenth on both sides."""
    interval = None if value is None else (value - 0.1, value + 0.1)
    return Evidence(f"{figure}.share", value, "", 96, interval, 0.5, "by hand", figure)


class Made:
    """Drafts of a spec: one note for each figure, and one inference on the first."""

    def __init__(
        self,
        spec: Spec,
        values: Mapping[str, Number | None] | None = None,
        verdicts: Mapping[str, Verdict] | None = None,
        skip: Sequence[str] = (),
    ) -> None:
        self.spec = spec
        self.evidence: dict[str, Evidence] = {}
        sections = []
        for section in spec.sections:
            blocks = []
            for figure in section.figures:
                item = measured(figure.id, (values or {}).get(figure.id, 0.5))
                self.evidence[item.id] = item
                id = f"{figure.id}.focus"
                verdict = (verdicts or {}).get(id, "supported")
                text = f"`{figure.kind}` holds {item.value} of *it*."
                note = Note(id, f"{figure.kind}.focus", text, verdict, (item.id,))
                notes = () if id in skip else (note,)
                title = figure.title or figure.kind
                blocks.append(Block(figure.id, figure.kind, title, "", "", (), (item,), notes))
            sections.append(Section(section.id, section.title, section.text, "", tuple(blocks)))
        self.sections = tuple(sections)
        cites = tuple(self.evidence)[:1]
        verdict = (verdicts or {}).get("inferences.shallow_network", "contradicted")
        self.inferences = (
            Note("inferences.shallow_network", "shallow_network", "It is.", verdict, cites),
        )

    def merged(self, text: str | None, *approve: str) -> Merged:
        """The file written anew from its text."""
        file = None if text is None else parse(text, "tiny.notes.md")
        return merge(self.sections, self.inferences, self.evidence, self.spec, file, approve)

    def rewritten(self, text: str | None, *approve: str) -> str:
        return written(self.merged(text, *approve).notes)

    def applied(self, text: str | None) -> Applied:
        file: NotesFile | None = None if text is None else parse(text, "tiny.notes.md")
        return applied(self.sections, self.inferences, self.evidence, self.spec, file)

    def shown(self, text: str | None) -> dict[str, Note]:
        """Notes of the page by id."""
        found = self.applied(text)
        blocks = [block for section in found.sections for block in section.blocks]
        notes = [note for section in found.sections for note in section.notes]
        notes += [note for block in blocks for note in block.notes]
        return {note.id: note for note in [*notes, *found.inferences]}


def state(text: str, id: str, new: str) -> str:
    """The file with another state of a note."""
    start = f"<!-- note {id} "
    before, _, after = text.partition(start)
    assert after, id
    return f"{before}{start}{new} -->{after.partition('-->')[2]}"


def reworded(text: str, id: str, new: str) -> str:
    """The file with another text of a note."""
    before, start, after = text.partition(f"<!-- note {id} ")
    assert start, id
    marker, _, rest = after.partition("-->\n")
    old, stop, tail = rest.partition("\n\n")
    assert old
    return f"{before}{start}{marker}-->\n{new}{stop}{tail}"
