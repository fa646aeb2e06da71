"""What the table alone shows: test accuracy, and which output needs color."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note, side
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """A note on each output's test accuracy, and one on each output that color matters to."""
    accuracies = {
        name.removeprefix("test."): item
        for name, item in by_measure(finding, "accuracy").items()
        if name.startswith("test.") and item.value is not None
    }
    plain = [_accuracy(finding, head, item) for head, item in accuracies.items()]
    colors = [_color(finding, head, item) for head, item in accuracies.items()]
    return (*plain, *(item for item in colors if item is not None))


def _accuracy(finding: Finding, head: str, accuracy: Evidence) -> Note:
    return note(
        f"{finding.block}.accuracy.{head}",
        "evaluation.accuracy",
        "info",
        "{head}: {accuracy:%} of {accuracy.n:test image is|test images are} answered rightly "
        "(interval {accuracy.interval:%}); always saying the most frequent class would reach "
        "{accuracy.baseline:%}.",
        words={"head": head},
        accuracy=accuracy,
    )


def _color(finding: Finding, head: str, accuracy: Evidence) -> Note | None:
    """Said only where the answer without color is clearly worse."""
    gray = get(finding, "gray_accuracy", f"test.{head}")
    if gray is None or side(gray) != "below":
        return None
    return note(
        f"{finding.block}.color.{head}",
        "evaluation.color",
        "info",
        "{head}: without color (each pixel's channels replaced by their mean) accuracy falls "
        "from {gray.baseline:%} to {gray:%}; images without color are also unlike any that the "
        "network was trained on.",
        words={"head": head},
        gray=gray,
        also=[accuracy],
    )
