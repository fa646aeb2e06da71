"""The list of contents: entries of one title say what they differ in."""

from __future__ import annotations

from dataclasses import replace

from reportgen.records import Block, Report
from reportgen.render import pages
from reportgen.render.context import entries, facts
from reportgen.render.outline import Outline, outline


def twins(report: Report, *, layers: tuple[str, ...] = (), model: str = "") -> tuple[str, ...]:
    """Details of two entries of one title; the second shows these layers, of that model."""
    first = next(b for b in report.sections[0].blocks if b.kind == "feature_maps")
    shown = tuple(replace(f, layers=layers or f.layers) for f in first.figures)
    second = replace(first, id="again", figures=shown, model=model or first.model)
    models = {first.model: "Base", "deep": "Deep"}
    found = entries((first, second), told(first, second), models)
    return tuple(entry.detail for entry in found)


def told(*blocks: Block) -> Outline:
    labels = {f.id: f"Figure {i}" for i, b in enumerate(blocks, 1) for f in b.figures[:1]}
    anchors = {("block", block.id): block.id for block in blocks}
    return Outline((), labels, anchors, {}, ())


def test_a_title_of_its_own_needs_no_detail(report: Report) -> None:
    blocks = report.sections[0].blocks
    assert len({block.title for block in blocks}) == len(blocks)
    assert {entry.detail for entry in entries(blocks, outline(report), {})} == {""}


def test_models_tell_first_then_layers_then_figures(report: Report) -> None:
    assert twins(report, model="deep", layers=("other",)) == ("Base", "Deep")
    assert twins(report, layers=("other",))[1] == "other"
    assert all(detail.startswith("Figure ") for detail in twins(report))


def test_the_page_says_the_detail(report: Report, files: dict[str, bytes]) -> None:
    section = report.sections[0]
    blocks = tuple(replace(block, title="Alike") for block in section.blocks)
    changed = replace(report, sections=(replace(section, blocks=blocks), *report.sections[1:]))
    page = pages(changed, files)["index.html"].decode()
    assert page.count("Alike <small>(") == len(blocks)


def test_what_several_models_share_is_said_once() -> None:
    made_on = {"a": "CPU, 2 threads, oneDNN on, x86", "b": "CPU, 2 threads, oneDNN on, x86"}
    (machine,) = facts({"machine": made_on | {"c": "GPU, 2 threads, oneDNN on, x86"}})
    assert [(fact.key, fact.value[:3]) for fact in machine.facts] == [("a, b", "CPU"), ("c", "GPU")]
