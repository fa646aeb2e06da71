"""Loss and accuracy by epoch as line charts, and the training log as a table."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import Sentences
from reportgen.drafting.quotes import Quotes
from reportgen.drawing.charts import Line, Panel, curves
from reportgen.figures.parts import class_qualifier
from reportgen.figures.training_curves.facts import Curve, Facts
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Params

FACTS = Facts
SENTENCES = Sentences(__file__)

_COLUMN_PREFIXES = {"train": "", "validation": "Validation "}
_SPLIT_NAMES = {"train": "training", "validation": "validation"}


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """One picture with a panel for the loss and one for the accuracy; the log on request."""
    facts: Facts = artifact.facts
    with_log = params.get("log") or params.get("times")
    return (_picture(facts), _log(facts)) if with_log else (_picture(facts),)


def _picture(facts: Facts) -> Drawing:
    panels = [_panel(metric, facts.curves) for metric in ("loss", "accuracy")]
    picture = curves([panel for panel in panels if panel.lines], x_title="epoch")
    outputs = "many" if facts.several_heads else "one"
    caption = SENTENCES("curves", epochs=facts.epochs, outputs=outputs).text
    quotes, encoding = Quotes(), SENTENCES("encoding").text
    alt = _alt(facts, quotes)
    return Drawing("", picture, caption, alt, quotes=tuple(quotes), encoding=encoding)


def _panel(metric: str, every: Sequence[Curve]) -> Panel:
    shown = [curve for curve in every if curve.metric == metric]
    several = len(shown) > 1
    lines = []
    for index, curve in enumerate(shown):
        lines.append(Line(curve.title if several else "training", curve.train, index))
        if curve.validation:
            name, color = ("", index) if several else ("validation", 1)
            lines.append(Line(name, curve.validation, color, dashed=True))
    if several:
        # Lines without points: they only explain the dashes in the legend.
        lines += [Line("training", (), 6), Line("validation", (), 6, dashed=True)]
    return Panel(metric.capitalize(), lines)


def _alt(facts: Facts, quotes: Quotes) -> str:
    courses = [
        SENTENCES(
            "course",
            metric=curve.metric,
            output=curve.title.lower(),
            split=_SPLIT_NAMES[split],
            **{"from": _at(curve, split, 0, quotes), "to": _at(curve, split, -1, quotes)},
        ).text
        for curve in facts.curves
        for split in curve.by_split
    ]
    return SENTENCES("alt", epochs=facts.epochs, courses="; ".join(courses)).text


def _at(curve: Curve, split: str, epoch: int, quotes: Quotes) -> str:
    """A curve's value after the first (0) or the last epoch (-1)."""
    value, when = curve.by_split[split][epoch], "last" if epoch else "first"
    name = f"{when}_{curve.metric}@{split}.{class_qualifier(curve.title)}"
    how = f"{curve.metric} of {curve.title.lower()} in {_SPLIT_NAMES[split]}, {when} epoch"
    return quotes.number(f"{value:.3f}", name, value, how)


def _log(facts: Facts) -> Table:
    """All numbers of the curves, a row for each epoch, and its seconds where they are known."""
    epochs = [str(epoch + 1) for epoch in range(facts.epochs)]
    columns: list[tuple[str, Sequence[Cell]]] = [("Epoch", epochs), *_times(facts)]
    for split, prefix in _COLUMN_PREFIXES.items():
        for curve in facts.curves:
            if split in curve.by_split:
                of = f" of {curve.title.lower()}" if facts.several_heads else ""
                name = f"{prefix}{curve.metric}{of}".capitalize()
                columns.append((name, curve.by_split[split]))
    names, values = zip(*columns, strict=True)
    rows = tuple(zip(*values, strict=True))
    return Table(
        "log",
        names,
        rows,
        _log_caption(facts),
        footer=_footer(facts),
        encoding=SENTENCES("log-encoding").text,
    )


def _times(facts: Facts) -> list[tuple[str, list[Cell]]]:
    if not facts.seconds:
        return []
    columns: list[tuple[str, list[Cell]]]
    columns = [("Seconds", [round(time, 2) for time in facts.seconds])]
    if facts.steps:
        milliseconds = [round(1000 * time / facts.steps) for time in facts.seconds]
        columns.append(("Milliseconds per step", [*milliseconds]))
    return columns


def _log_caption(facts: Facts) -> str:
    said = [SENTENCES("log", steps=facts.steps or 0)]
    said += [SENTENCES("times")] if facts.seconds else []
    return " ".join(sentence.text for sentence in said)


def _footer(facts: Facts) -> tuple[str, ...]:
    if not facts.seconds:
        return ()
    minutes, seconds = divmod(round(sum(facts.seconds)), 60)
    return (SENTENCES("total", minutes=minutes, seconds=seconds).text,)
