"""Notes on test accuracy, and on the outputs whose accuracy falls without color."""

from __future__ import annotations

from reportgen.drafting import by_measure, no_better, note, side
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """A note on each output's test accuracy, and one on the outputs that need color."""
    accuracies = _of_test(finding, "accuracy")
    single = len(accuracies) == 1
    drafted = [_accuracy(finding, head, item, single) for head, item in accuracies.items()]
    in_gray = _of_test(finding, "gray_accuracy")
    worse = {head: item for head, item in in_gray.items() if side(item) == "below"}
    return (*drafted, *([_color(finding, worse, single)] if worse else []))


def _of_test(finding: Finding, measure: str) -> dict[str, Evidence]:
    """A measure on the test split by output."""
    return {
        name.removeprefix("test."): item
        for name, item in by_measure(finding, measure).items()
        if name.startswith("test.") and item.value is not None
    }


def _accuracy(finding: Finding, head: str, accuracy: Evidence, single: bool) -> Note:
    return note(
        f"{finding.block}.accuracy.{head}",
        "evaluation.accuracy",
        "info",
        ("" if single else "{head}: ")
        + "{accuracy:%} of {accuracy.n:test image is|test images are} classified correctly "
        "(interval {accuracy.interval:%}); always saying the most frequent class would reach "
        "{accuracy.baseline:%}"
        + (", so these answers are no better." if no_better(accuracy) else "."),
        words={"head": head},
        accuracy=accuracy,
    )


def _color(finding: Finding, worse: dict[str, Evidence], single: bool) -> Note:
    """A note on outputs whose accuracy without color is clearly worse (`worse`, by output)."""
    falls = [
        ("" if single else f"for {{head{i}}} ") + f"from {{gray{i}.baseline:%}} to {{gray{i}:%}}"
        for i in range(len(worse))
    ]
    return note(
        f"{finding.block}.color",
        "evaluation.color",
        "info",
        "Without color (the channels of each pixel replaced by their root mean square, which "
        f"keeps its energy) accuracy falls {', '.join(falls)}. Such images are also unlike any "
        "that the network was trained on.",
        {f"head{i}": head for i, head in enumerate(worse)},
        (),
        **{f"gray{i}": item for i, item in enumerate(worse.values())},
    )
