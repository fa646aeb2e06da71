"""The volumes, every kind of branching stage, and a table of all stages."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting.wording import counted
from reportgen.figures.architecture.facts import Facts, Stage
from reportgen.figures.architecture.flow_chart import flow_chart
from reportgen.figures.architecture.volumes import shape_text, volumes
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Params

FACTS = Facts

_COLUMNS = ("Stage", "What", "Times", "Output", "Layers", "Parameters", "Share")
_MOST_IN_ALT = 40
"""Stages that the alternative text of the overview lists."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """The overview, then the branches, then the key of the numbers."""
    facts: Facts = artifact.facts
    branches = _branches(facts.stages, params["branches"])
    return (_overview(facts), *branches, _key(facts))


def _overview(facts: Facts) -> Drawing:
    stages = facts.stages
    caption = "The network as the volumes that its parts give, in the order of the numbers, which "
    caption += "the table explains. A box is as high as the square root of the side of its maps, "
    caption += "and as thick as the square root of its channels. "
    if any(stage.times > 1 for stage in stages):
        caption += "x2 and so on tell how often a part follows itself. "
    if any(None in stage.shape for stage in stages):
        caption += "A side that the network leaves open is written as a question mark. "
    if any(stage.ways for stage in stages):
        caption += "An arc over a box stands for branches. "
    if facts.calls > len(facts.layers):
        caption += "A layer that the network uses several times counts at each use. "
    # Keras' summary counts an input as a layer, this figure does not.
    title = f"{counted(facts.calls, 'layer', 'layers')} after the input"
    picture = volumes(stages)
    return Drawing("", picture, caption.rstrip(), _alt(stages), title, layers=facts.layers)


def _alt(stages: Sequence[Stage]) -> str:
    texts = [f"{i} {_what(stage)} giving {_shape(stage)}" for i, stage in enumerate(stages, 1)]
    more = f"; and {len(texts) - _MOST_IN_ALT} more" if len(texts) > _MOST_IN_ALT else ""
    return f"Boxes in a row, from input to output: {'; '.join(texts[:_MOST_IN_ALT])}{more}"


def _branches(stages: Sequence[Stage], most: int) -> list[Drawing]:
    """Each form of branching stage once, with the numbers of the stages that have it."""
    forms: dict[tuple[object, ...], list[int]] = {}
    for number, stage in enumerate(stages, 1):
        if stage.ways:
            forms.setdefault(stage.form, []).append(number)
    drawings = []
    for numbers in list(forms.values())[:most]:
        stage = stages[numbers[0] - 1]
        picture = flow_chart(stage)
        if picture is not None:
            title, part = _numbered(numbers), f"stage-{numbers[0]}"
            alt = f"Flow chart of {title.lower()}: {_what(stage)}"
            caption = _branch_caption(stage, numbers)
            drawings.append(Drawing(part, picture, caption, alt, title))
    return drawings


def _branch_caption(stage: Stage, numbers: Sequence[int]) -> str:
    ways = len(stage.ways) + stage.skip
    caption = f"{_numbered(numbers)} in full: {ways} ways from top to bottom"
    if stage.skip:
        leads = "leads around all layers" if stage.around else "hands on what comes in"
        caption += f", one of which {leads}"
    caption += f"; they meet in: {stage.join}." if stage.join else "; each is an output of its own."
    if len(numbers) > 1:
        caption += f" The numbers of channels are those of stage {numbers[0]}."
    return caption


def _numbered(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Stage {numbers[0]}"
    return f"Stages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _key(facts: Facts) -> Table:
    footer = [f"Parameters in all: {facts.params:,}"]
    if facts.params_beside:
        footer.append(f"Parameters that the model holds beside these: {facts.params_beside:,}")
    return Table(
        part="stages",
        columns=_COLUMNS,
        rows=tuple(_cells(number, facts) for number in range(1, len(facts.stages) + 1)),
        caption="What the numbers of the drawing stand for. Layers count normalizations, "
        "activations and paddings that belong to a stage; the share is that of all parameters, "
        "repetitions included.",
        title="Stages",
        footer=tuple(footer),
        layers=facts.layers,
    )


def _cells(number: int, facts: Facts) -> tuple[Cell, ...]:
    stage = facts.stages[number - 1]
    return (
        f"{number} {_layer_range(stage)}",
        _what(stage),
        _times(number, facts.stages),
        _shape(stage),
        stage.layers,
        stage.params,
        f"{stage.params / facts.params:.1%}" if facts.params else None,
    )


def _layer_range(stage: Stage) -> str:
    return stage.first if stage.first == stage.last else f"{stage.first} ... {stage.last}"


def _times(number: int, stages: Sequence[Stage]) -> str | None:
    stage = stages[number - 1]
    if stage.times == 1:
        return None
    together = [i for i, s in enumerate(stages, 1) if s.group == stage.group >= 0 and i != number]
    return f"x{stage.times}" + (f" with {', '.join(map(str, together))}" if together else "")


def _what(stage: Stage) -> str:
    """The stage in words, ways included."""
    if not stage.ways:
        return ", ".join([stage.text, *stage.extras])
    ways = [" - ".join(step.text for step in way) for way in stage.ways]
    ways += ["nothing" if stage.around else "what comes in"] if stage.skip else []
    text = f"{len(ways)} ways: {'; '.join(ways)}"
    text += f"; then {stage.join}" if stage.join else ""
    return ", ".join([text, *stage.extras])


def _shape(stage: Stage) -> str:
    if stage.ways and not stage.join:
        return " and ".join(_shape(way[-1]) for way in stage.ways)
    space, channels = shape_text(stage)
    return f"{space.replace('x', ' x ')} x {channels}" if space else channels
