"""Numbers, anchors, and reports that contradict themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reportgen.records import Report
from reportgen.render import pages
from reportgen.render.outline import outline


def changed(report: Report, **block: Any) -> Report:
    """The report with one block of its first section changed."""
    section = report.sections[0]
    blocks = (*section.blocks[:3], replace(section.blocks[3], **block))
    return replace(report, sections=(replace(section, blocks=blocks), *report.sections[1:]))


def test_pictures_and_tables_are_counted_apart(report: Report) -> None:
    labels = outline(report).labels
    assert list(labels.items())[:4] == [
        ("summary-base", "Table 1"),
        ("evaluation-base", "Table 2"),
        ("feature_maps-base-maps", "Figure 1"),
        ("feature_maps-base-curves", "Figure 2"),
    ]


def test_a_figure_is_linked_by_its_id(report: Report) -> None:
    anchors = outline(report).anchors
    assert anchors["figure", "grad_cam-base-width"] == "grad_cam-base-width"
    assert len(set(anchors.values())) == len(anchors)


def test_ids_that_clash_get_different_anchors(report: Report) -> None:
    section = replace(report.sections[2], id="base model", blocks=())
    figure = replace(report.sections[0].blocks[3].figures[0], id="main")
    wrong = changed(report, figures=(figure,), evidence=(), notes=())
    wrong = replace(wrong, inferences=(), derived=())
    found = outline(replace(wrong, sections=(*wrong.sections[:2], section))).anchors
    assert found["figure", "main"] == "main-2"
    assert found["section", "base model"] == "section-base-model"


def test_evidence_of_a_block_points_to_its_first_figure(report: Report) -> None:
    found = outline(report).evidence["feature_maps-base.still@conv2d_1"]
    assert found.figure == "feature_maps-base-maps"


def test_a_note_must_cite_what_is_there(report: Report) -> None:
    wrong = replace(report, inferences=(replace(report.inferences[0], cites=("no.where",)),))
    with pytest.raises(ValueError, match=r"'inferences.shallow' cites 'no.where'"):
        outline(wrong)


def test_evidence_must_point_to_a_figure(report: Report) -> None:
    wrong = replace(report, derived=(replace(report.derived[0], figure="nowhere-1"),))
    with pytest.raises(ValueError, match="points to 'nowhere-1'"):
        outline(wrong)


def test_sources_must_be_there(report: Report) -> None:
    wrong = replace(report, derived=(replace(report.derived[0], sources=("no.where",)),))
    with pytest.raises(ValueError, match=r"'inferences.count.models' comes from 'no.where'"):
        outline(wrong)


@pytest.mark.parametrize(("what", "field"), [("figure", "figures"), ("evidence", "evidence")])
def test_ids_are_given_once(report: Report, what: str, field: str) -> None:
    items = getattr(report.sections[0].blocks[3], field)
    with pytest.raises(ValueError, match=f"{what} id .* is given twice"):
        outline(changed(report, **{field: (*items, items[0])}))


def test_a_picture_needs_its_bytes(report: Report, files: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match=r"has no bytes for 'figures/grad_cam-base-angle\.png'"):
        pages(report, {k: v for k, v in files.items() if k != "figures/grad_cam-base-angle.png"})
