"""The entries of a section in the list of contents, told apart where their titles are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.records import Block
from reportgen.render.outline import Outline
from reportgen.render.views import EntryView

_MOST_LAYERS = 2
"""More layers than these would fill the list."""


def entries(blocks: Sequence[Block], plan: Outline, models: Mapping[str, str]) -> list[EntryView]:
    """One entry for each block that has a title; `models` are titles of models by name."""
    titled = [block for block in blocks if block.title]
    groups: dict[str, list[Block]] = {}
    for block in titled:
        groups.setdefault(block.title, []).append(block)
    details = {
        block.id: detail
        for group in groups.values()
        for block, detail in zip(group, _details(group, plan, models), strict=True)
    }
    return [
        {
            "anchor": plan.anchors["block", block.id],
            "label": block.title,
            "detail": details[block.id],
        }
        for block in titled
    ]


def _details(group: Sequence[Block], plan: Outline, models: Mapping[str, str]) -> list[str]:
    """What tells blocks of one title apart: the first of model, layers and figure that does."""
    if len(group) == 1:
        return [""]
    by_model = [models.get(block.model, "") for block in group]
    by_layers = [_layers(block) for block in group]
    by_figure = [plan.labels[block.figures[0].id] if block.figures else "" for block in group]
    # Blocks without figures say why there are none, and may stay alike.
    return next((told for told in (by_model, by_layers) if _telling(told)), by_figure)


def _telling(details: Sequence[str]) -> bool:
    return all(details) and len(set(details)) == len(details)


def _layers(block: Block) -> str:
    names = dict.fromkeys(name for figure in block.figures for name in figure.layers)
    return ", ".join(names) if len(names) <= _MOST_LAYERS else ""
