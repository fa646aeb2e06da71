"""Notes on how closely classes gather by angle, on the closest centers, and on lengths."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, few, get, percent, side
from reportgen.figures.parts import class_of
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)
ONLY_ANGLE = 0.01
"""Effect of an embedding's length below which only its angle counts."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on angles, one on centers, one on lengths."""
    drafted = [_gathered(finding), _closest(finding), _length(finding)]
    return tuple(item for item in drafted if item is not None)


def _gathered(finding: Finding) -> Note | None:
    """The last split, which is the test split where there is one, speaks for all."""
    splits = [
        (split, within, other, right)
        for split, within in by_measure(finding, "within_angle").items()
        if within.value is not None
        and (other := get(finding, "nearest_other_angle", split))
        and (right := get(finding, "nearest_center", split))
    ]
    if not splits:
        return None
    split, _, _, right = splits[-1]
    judged = "few" if few(right) else side(right)
    rows = [(name, within, other, percent(r.value)) for name, within, other, r in splits]
    return draft(
        f"{finding.block}.angles",
        "embedding.angles",
        "info",
        SENTENCES("angles", {"split": split}, judged=judged, right=right),
        [item for row in splits for item in row[1:]],
        SENTENCES.table("angles", rows),
    )


def _closest(finding: Finding) -> Note | None:
    mean = get(finding, "center_angle")
    pair, least = next(iter(by_measure(finding, "closest_centers").items()), ("", None))
    if least is None or least.value is None or mean is None:
        return None
    first, second = map(class_of, pair.split(">"))
    which = "closest" if least.baseline is None else "closest-bound"
    sentence = SENTENCES(which, {"first": first, "second": second}, least=least)
    return draft(f"{finding.block}.closest", "embedding.closest", "info", sentence, [mean])


def _length(finding: Finding) -> Note | None:
    """Whether the length of an embedding counts for the answer, or its angle alone."""
    effect = get(finding, "length_effect")
    if effect is None:
        return None
    counts = "no" if (effect.value or 0) < ONLY_ANGLE else "yes"
    spreads = by_measure(finding, "length_spread").values()
    sentence = SENTENCES("length", counts=counts, effect=effect)
    return draft(f"{finding.block}.length", "embedding.length", "info", sentence, spreads)
