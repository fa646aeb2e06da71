"""What a page leaves out because it has been said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen import checking
from reportgen.codec import encode
from reportgen.engine.drawn import DrawnPart
from reportgen.page import (
    _model,
    _provenance,
    _section,
    merged_notes,
    with_encoding,
    with_explanations,
    with_quotes,
)
from reportgen.records import (
    Block,
    Evidence,
    Figure,
    Finding,
    Measure,
    ModelFacts,
    Note,
    Quote,
    Section,
)


def block(number: int, text: str, model: str = "a", kind: str = "grad_cam") -> Block:
    name = f"{kind}-{number}"
    item = Evidence(f"{name}.zero_maps", 3, "images", 96, None, None, "counted", name)
    note = Note(f"{name}.zero", "grad_cam.zero", text, "info", (item.id,))
    return Block(name, kind, "", "", model, (), (item,), (note,))


def kept(*blocks: Block) -> list[str]:
    """Ids of the blocks that keep their note, the blocks standing in sections of their own."""
    sections = [Section(f"s{i}", "", "", "", (one,)) for i, one in enumerate(blocks)]
    found = [one for section in merged_notes(sections) for one in section.blocks]
    assert [one.evidence for one in found] == [one.evidence for one in blocks]
    return [one.id for one in found if one.notes]


def test_the_same_sentence_of_one_model_and_kind_is_said_once() -> None:
    said = [block(1, "Three are zero."), block(2, "Three are zero."), block(3, "Four are zero.")]
    assert kept(*said) == ["grad_cam-1", "grad_cam-3"]


def test_the_same_sentence_of_another_kind_stays() -> None:
    assert kept(block(1, "Same."), block(3, "Same.", kind="samples")) == ["grad_cam-1", "samples-3"]


def test_the_same_sentence_of_another_model_is_said_once_and_cites_both() -> None:
    blocks = [block(1, "Same."), block(2, "Same."), block(3, "Same.", model="b")]
    [note] = [n for s in merged_notes([Section("s", "", "", "", tuple(blocks))])
              for one in s.blocks for n in one.notes]  # fmt: skip
    assert note.cites == ("grad_cam-1.zero_maps", "grad_cam-3.zero_maps")


CAM = """\
model: {source: zoo:base, dataset: line}
sections:
  - title: A
    figures: [grad_cam, grad_cam: {method: layer_cam}, occlusion]
  - title: B
    figures: [grad_cam, deconvnet]
"""


def explanations(
    text: str,
    undefined: Mapping[str, str] | None = None,
    relus: Mapping[str, float | None] | None = None,
) -> dict[str, list[str]]:
    """For each figure's id the first words of what is explained there.

    By figure, `undefined` says why it is not shown, `relus` what share of ReLUs follow a rule.
    """
    read = checking.load_text(text, Path("x.yaml"))
    blocks = [
        [
            replace(
                Block(f.id, f.kind, "", "", "", (), counted(f.id, relus or {}), ()),
                undefined=(undefined or {}).get(f.id, ""),
            )
            for f in s.figures
        ]
        for s in read.sections
    ]
    sections = [Section(f"s{i}", "", "", "", tuple(one)) for i, one in enumerate(blocks)]
    found = [block for section in with_explanations(read, sections) for block in section.blocks]
    return {b.id: [text.split()[0] for text in b.explanation] for b in found}


def counted(figure: str, relus: Mapping[str, float | None]) -> tuple[Evidence, ...]:
    if figure not in relus:
        return ()
    name = f"{figure}.relus_replaced"
    return (Evidence(name, relus[figure], "", 4, None, None, "counted", figure),)


def test_a_method_is_explained_where_it_comes_first() -> None:
    assert explanations("explain: true\n" + CAM) == {
        "grad_cam-1": ["Grad-CAM"],
        "grad_cam-2": ["LayerCAM"],
        "occlusion-1": ["Occlusion"],
        "grad_cam-3": [],
        "deconvnet-1": ["A"],
    }


def test_nothing_is_explained_unless_asked() -> None:
    assert not any(explanations(CAM).values())


GUIDED = """\
explain: true
model: {source: zoo:base, dataset: line}
sections:
  - title: A
    figures: [deconvnet: {beside: guided}, deconvnet: {beside: guided, top: 2}]
"""


@pytest.mark.parametrize("share", [0, None])
def test_a_rule_is_explained_where_some_relu_follows_it(share: float | None) -> None:
    assert explanations(GUIDED, relus={"deconvnet-1": share, "deconvnet-2": 0.5}) == {
        "deconvnet-1": ["A"],
        "deconvnet-2": ["Guided"],
    }
    assert explanations(GUIDED, relus={"deconvnet-1": 1, "deconvnet-2": share}) == {
        "deconvnet-1": ["A", "Guided"],
        "deconvnet-2": [],
    }


def test_what_is_not_shown_is_explained_where_it_is() -> None:
    assert explanations("explain: true\n" + CAM, undefined={"grad_cam-1": "No map."}) == {
        "grad_cam-1": [],
        "grad_cam-2": ["LayerCAM"],
        "occlusion-1": ["Occlusion"],
        "grad_cam-3": ["Grad-CAM"],
        "deconvnet-1": ["A"],
    }


def test_an_author_heads_a_figure_else_its_artifact_else_its_kind() -> None:
    figures = "grad_cam, grad_cam, {grad_cam: {title: Mine}}, {grad_cam: {title: Mine}}"
    text = f"model: {{source: zoo:base, dataset: line}}\nfigures: [{figures}]\n"
    read = checking.load_text(text, Path("x.yaml"))
    found: dict[str, Any] = {}
    for number, headed in enumerate([{}, {"heading": "Activation Heatmap"}] * 2, start=1):
        name = f"grad_cam-{number}"
        found[f"drawn:{name}"] = {"undefined": "", "parts": [], **headed}
        found[f"finding:{name}"] = encode(Finding(name, "grad_cam", "base", "", ()))
        found[f"notes:{name}"] = {"notes": []}
    blocks = _section(read, read.sections[0], found, set()).blocks
    titles = ["Class Activation Heatmap", "Activation Heatmap", "Mine", "Mine"]
    assert [block.title for block in blocks] == titles


SOURCES = """\
models:
  net: {source: application:VGG16, weights: null}
  two: {source: python:json:loads, inputs: {a: images, b: 1}}
  row: {source: python:json:loads}
  noise: zoo:base
  held: {source: zoo:base, dataset: line}
  plain: zoo:base
figures: [architecture: {model: net}]
"""


def test_what_is_said_of_inputs_stands_under_inputs_and_of_weights_under_weights() -> None:
    read = checking.load_text(SOURCES, Path("x.yaml"))
    said = {"net": "Drawn at random.", "two": "Input 'b' is held at 1.", "row": "As one row.",
            "noise": "Never trained.", "held": "Input 'c' is held at 2."}  # fmt: skip
    models = []
    for model in read.models:
        told = {"weights": said[model.name]} if model.name in said else {}
        training = {"device": "CPU", **told}
        kept = ModelFacts("", "", "", "", (), 0, 0, 0, "d" * 20, {}, {}, {}, training)
        models.append(_model(model, kept))
    assert models[1].training == {"device": "CPU", "inputs": said["two"]}
    found = _provenance(tuple(models), {"seed": 0})
    assert found["weights"] == {"net": said["net"], "noise": said["noise"]}
    assert found["inputs"] == {"two": said["two"], "row": said["row"], "held": said["held"]}
    assert _provenance(tuple(models[5:]), {}).keys() == {"device", "models"}


def test_quoted_numbers_become_evidence_of_their_figure_unless_they_are_already() -> None:
    figure = Figure("maps-1-a", "maps", "s", "m", (), "f", "image/png", 1, 1, "", "", "", "")
    known = Evidence("maps-1.zero", 3, "maps", 9, None, None, "counted", "maps-1-a")
    quotes = (
        Quote("3", Measure("zero", 3)),
        Quote("0.41", Measure("peak", 0.4136, "px", 7, how="the largest")),
        Quote("0.4", Measure("peak", 0.4136, "px", 7, how="the largest")),
    )
    part = DrawnPart("a", "", "", "", (), quotes=quotes)
    quoting, new = with_quotes(figure, part, [known])
    assert new == (
        Evidence("maps-1-a.peak", 0.4136, "px", 7, None, None, "the largest", "maps-1-a"),
    )
    assert quoting.quotes == (
        ("3", "maps-1.zero"), ("0.41", "maps-1-a.peak"), ("0.4", "maps-1-a.peak"),
    )  # fmt: skip
    # Another number of the same name is another measure.
    other, own = with_quotes(figure, DrawnPart("a", "", "", "", (), quotes=quotes[:1]), [])
    assert other.quotes == (("3", "maps-1-a.zero"),)
    assert [item.figure for item in own] == ["maps-1-a"]


def test_how_to_read_a_figure_stands_once() -> None:
    read: set[str] = set()
    part = DrawnPart("a", "", "A map.", "", (), encoding="Bright is strong.")
    captions = [with_encoding(part, read).caption for _ in range(2)]
    assert captions == ["A map. Bright is strong.", "A map."]
