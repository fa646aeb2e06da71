"""The volumes, every kind of branching part, and a table of all that is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.codec import decode
from reportgen.drafting.wording import counted
from reportgen.figures.architecture.parts import Part
from reportgen.figures.architecture.volumes import flow, shape_text, volumes
from reportgen.records import Artifact, Drawing, Table

_COLUMNS = ("Stage", "What", "Times", "Output", "Layers", "Parameters", "Share")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """The overview, its key, then the branches."""
    facts = artifact.facts
    parts = decode(tuple[Part, ...], facts["parts"])
    return (_overview(parts, facts), *_branches(parts, params["branches"]), _key(parts, facts))


def _overview(parts: Sequence[Part], facts: Mapping[str, Any]) -> Drawing:
    caption = "The network as the volumes that its parts give, in the order of the numbers, which "
    caption += "the table explains. A box is as high as the square root of the side of its maps, "
    caption += "and as thick as the square root of its channels. "
    if any(part.times > 1 for part in parts):
        caption += "x2 and so on tell how often a part follows itself. "
    if any(None in part.shape for part in parts):
        caption += "A side that the network leaves open is written as a question mark. "
    if any(part.ways for part in parts):
        caption += "An arc over a box stands for branches. "
    if facts["count"] > len(facts["layers"]):
        caption += "A layer that the network uses several times counts at each use. "
    # Keras' summary counts an input as a layer, this does not.
    title = f"{counted(facts['count'], 'layer', 'layers')} after the input"
    return Drawing("", volumes(parts), caption.rstrip(), _alt(parts), title,
                   layers=tuple(facts["layers"]))  # fmt: skip


def _alt(parts: Sequence[Part]) -> str:
    said = [f"{i} {_what(part)} giving {_shape(part)}" for i, part in enumerate(parts, 1)]
    more = f"; and {len(said) - 40} more" if len(said) > 40 else ""
    return f"Boxes in a row, from input to output: {'; '.join(said[:40])}{more}"


def _branches(parts: Sequence[Part], most: int) -> list[Drawing]:
    """Each form of branching part once, with the stages that have it."""
    forms: dict[tuple[object, ...], list[int]] = {}
    for number, part in enumerate(parts, 1):
        if part.ways:
            forms.setdefault(part.form, []).append(number)
    found = []
    for numbers in list(forms.values())[:most]:
        part = parts[numbers[0] - 1]
        picture = flow(part)
        if picture is not None:
            words, name = _stages(numbers), f"stage-{numbers[0]}"
            alt = f"Flow chart of {words.lower()}: {_what(part)}"
            found.append(Drawing(name, picture, _branch_caption(part, numbers), alt, words))
    return found


def _branch_caption(part: Part, numbers: Sequence[int]) -> str:
    ways = len(part.ways) + part.skip
    caption = f"{_stages(numbers)} in full: {ways} ways from top to bottom"
    if part.skip:
        leads = "leads around all layers" if part.around else "hands on what comes in"
        caption += f", one of which {leads}"
    caption += f"; they meet in: {part.join}." if part.join else "; each is an output of its own."
    if len(numbers) > 1:
        caption += f" The numbers of channels are those of stage {numbers[0]}."
    return caption


def _stages(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Stage {numbers[0]}"
    return f"Stages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _key(parts: Sequence[Part], facts: Mapping[str, Any]) -> Table:
    total, beside = facts["total"], facts["beside"]
    more = (f"Parameters that the model holds beside these: {beside:,}",) if beside else ()
    return Table(
        part="stages",
        columns=_COLUMNS,
        rows=tuple(_row(number, parts, total) for number, part in enumerate(parts, 1)),
        caption="What the numbers of the drawing stand for. Layers count normalizations, "
        "activations and paddings that belong to a stage; the share is that of all parameters, "
        "repetitions included.",
        title="Stages",
        footer=(f"Parameters in all: {total:,}", *more),
        layers=tuple(facts["layers"]),
    )


def _row(number: int, parts: Sequence[Part], total: int) -> tuple[str | int | float | None, ...]:
    part = parts[number - 1]
    share = f"{part.params / total:.1%}" if total else None
    return (f"{number} {_names(part)}", _what(part), _times(number, parts), _shape(part),
            part.layers, part.params, share)  # fmt: skip


def _names(part: Part) -> str:
    return part.first if part.first == part.last else f"{part.first} ... {part.last}"


def _times(number: int, parts: Sequence[Part]) -> str | None:
    part = parts[number - 1]
    if part.times == 1:
        return None
    others = [i for i, p in enumerate(parts, 1) if p.group == part.group >= 0 and i != number]
    return f"x{part.times}" + (f" with {', '.join(map(str, others))}" if others else "")


def _what(part: Part) -> str:
    """In words, ways included."""
    if part.ways:
        ways = [" - ".join(one.text for one in way) for way in part.ways]
        ways += ["nothing" if part.around else "what comes in"] if part.skip else []
        text = f"{len(ways)} ways: {'; '.join(ways)}"
        text += f"; then {part.join}" if part.join else ""
    else:
        text = part.text
    return ", ".join([text, *part.extras])


def _shape(part: Part) -> str:
    if part.ways and not part.join:
        return " and ".join(_shape(way[-1]) for way in part.ways)
    space, channels = shape_text(part)
    return f"{space.replace('x', ' x ')} x {channels}" if space else channels
