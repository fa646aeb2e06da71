"""Notes on test accuracy, and on the outputs whose accuracy falls without color."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, no_better, percent, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """A note on test accuracy, and one on the outputs that need color."""
    accuracies = _of_test(finding, "accuracy")
    gray = {h: item for h, item in _of_test(finding, "gray_accuracy").items() if _worse(item)}
    drafted = [_accuracy(finding, accuracies)] if accuracies else []
    return (*drafted, *([_color(finding, gray, len(accuracies) < 2)] if gray else []))


def _of_test(finding: Finding, measure: str) -> dict[str, Evidence]:
    """A measure on the test split by output."""
    return {
        name.removeprefix("test."): item
        for name, item in by_measure(finding, measure).items()
        if name.startswith("test.") and item.value is not None
    }


def _worse(gray: Evidence) -> bool:
    return side(gray) == "below"


def _accuracy(finding: Finding, accuracies: dict[str, Evidence]) -> Note:
    least, *_, most = sorted([*accuracies.items()] * 2, key=lambda item: item[1].value or 0)
    id, rule = f"{finding.block}.accuracy", "evaluation.accuracy"
    if len(accuracies) == 1:
        judged = "useless" if no_better(most[1]) else "useful"
        return draft(id, rule, "info", SENTENCES("accuracy", judged=judged, accuracy=most[1]))
    alike = "yes" if least[1].value == most[1].value else "no"
    sentence = SENTENCES(
        "accuracies", {"worst": least[0]}, alike=alike, least=least[1], most=most[1]
    )
    rows = [(h, percent(item.value), percent(item.baseline)) for h, item in accuracies.items()]
    table = SENTENCES.table("accuracies", rows)
    return draft(id, rule, "info", sentence, accuracies.values(), table)


def _color(finding: Finding, worse: dict[str, Evidence], single: bool) -> Note:
    """A note on outputs whose accuracy without color is clearly worse (`worse`, by output)."""
    output, gray = min(worse.items(), key=lambda item: (item[1].value or 0) - _with_color(item[1]))
    sentence = SENTENCES(
        "color", {"output": output}, outputs="one" if single else "many", gray=gray
    )
    rows = [(h, percent(item.baseline), percent(item.value)) for h, item in worse.items()]
    table = SENTENCES.table("color", rows) if len(rows) > 1 else None
    return draft(
        f"{finding.block}.color", "evaluation.color", "info", sentence, worse.values(), table
    )


def _with_color(gray: Evidence) -> float:
    return gray.baseline or 0
