"""The volumes, every kind of branching stage, and a table of all stages."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import Sentences
from reportgen.figures.architecture.facts import Facts, Stage
from reportgen.figures.architecture.flow_chart import flow_chart
from reportgen.figures.architecture.volumes import shape_text, volumes
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)

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
    more = {
        "repeats": any(stage.times > 1 for stage in stages),
        "open-sides": any(None in stage.shape for stage in stages),
        "arcs": any(stage.ways for stage in stages),
        "uses": facts.calls > len(facts.layers),
    }
    said = [SENTENCES("overview", stages=len(stages))]
    said += [SENTENCES(id) for id, holds in more.items() if holds]
    caption = " ".join(sentence.text for sentence in said)
    # Keras' summary counts an input as a layer, this figure does not.
    title = SENTENCES("title", calls=facts.calls).text
    return Drawing(
        "", volumes(stages), caption, _alt(stages), title, layers=facts.layers,
        encoding=SENTENCES("encoding").text,
    )  # fmt: skip


def _alt(stages: Sequence[Stage]) -> str:
    texts = [f"{i} {_what(stage)}, output {_shape(stage)}" for i, stage in enumerate(stages, 1)]
    more = max(0, len(texts) - _MOST_IN_ALT)
    return SENTENCES("alt", texts="; ".join(texts[:_MOST_IN_ALT]), more=more).text


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
            alt = SENTENCES("stage-alt", stage=title.lower(), what=_what(stage)).text
            caption = _branch_caption(stage, numbers)
            drawings.append(Drawing(part, picture, caption, alt, title))
    return drawings


def _branch_caption(stage: Stage, numbers: Sequence[int]) -> str:
    skip = ("around" if stage.around else "through") if stage.skip else "none"
    return SENTENCES(
        "branches",
        stage=_numbered(numbers),
        paths=len(stage.ways) + stage.skip,
        skip=skip,
        join=stage.join or "none",
        several="yes" if len(numbers) > 1 else "no",
        number=numbers[0],
    ).text


def _numbered(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Stage {numbers[0]}"
    return f"Stages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _key(facts: Facts) -> Table:
    footer = [SENTENCES("params", params=facts.params).text]
    if facts.params_beside:
        footer.append(SENTENCES("params-beside", params=facts.params_beside).text)
    return Table(
        part="stages",
        columns=_COLUMNS,
        rows=tuple(_cells(number, facts) for number in range(1, len(facts.stages) + 1)),
        caption=SENTENCES("key").text,
        encoding=SENTENCES("key-encoding").text,
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
    text = f"{len(ways)} paths: {'; '.join(ways)}"
    text += f"; then {stage.join}" if stage.join else ""
    return ", ".join([text, *stage.extras])


def _shape(stage: Stage) -> str:
    if stage.ways and not stage.join:
        return " and ".join(_shape(way[-1]) for way in stage.ways)
    space, channels = shape_text(stage)
    return f"{space.replace('x', ' x ')} x {channels}" if space else channels
