"""Notes on how closely classes gather by angle, on the closest centers, and on lengths."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, side
from reportgen.figures.parts import class_of
from reportgen.records import Evidence, Finding, Note

ONLY_ANGLE = 0.01
"""Effect of an embedding's length below which only its angle counts."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on angles for each split, one on centers, one on lengths."""
    drafted = [_gathered(finding, split) for split in by_measure(finding, "within_angle")]
    drafted += [_closest(finding), _length(finding)]
    return tuple(item for item in drafted if item is not None)


def _gathered(finding: Finding, split: str) -> Note | None:
    within, other = get(finding, "within_angle", split), get(finding, "nearest_other_angle", split)
    right = get(finding, "nearest_center", split)
    if within is None or other is None or right is None:
        return None
    judged = {
        "above": "more than the most frequent class alone would give",
        "below": "less than the most frequent class alone would give",
        "open": "which cannot be told from what the most frequent class alone would give",
    }[side(right)]
    judged = "too few images to judge" if few(right) else judged
    return note(
        f"{finding.block}.angles.{split}",
        "embedding.angles",
        "info",
        "On the {split} split images lie {within} degrees (interval {within.interval}) from the "
        "center of their class in the mean, and {other} degrees from the nearest other center. By "
        "angle the nearest center is their own class's for {right:%} of {right.n:image|images} "
        f"(interval {{right.interval:%}}): {judged}.",
        {"split": split},
        within=within,
        other=other,
        right=right,
    )


def _closest(finding: Finding) -> Note | None:
    mean = get(finding, "center_angle")
    pair, least = next(iter(by_measure(finding, "closest_centers").items()), ("", None))
    if least is None or least.value is None or mean is None:
        return None
    first, second = map(class_of, pair.split(">"))
    text = "The centers of {first} and {second} lie closest, {least} degrees apart"
    if least.baseline is not None:
        text += "; as many directions can keep at most {least.baseline} degrees from each other"
    return note(
        f"{finding.block}.closest",
        "embedding.closest",
        "info",
        text + ". The mean over pairs of classes is {mean} degrees.",
        {"first": first, "second": second},
        least=least,
        mean=mean,
    )


def _length(finding: Finding) -> Note | None:
    """Whether the length of an embedding counts for the answer, or its angle alone."""
    effect = get(finding, "length_effect")
    if effect is None:
        return None
    says = (
        "Only the direction of an embedding counts for the answer, not its length: doubling the "
        "length changes the logits by {effect:%} of their size"
        if _only_angle(effect)
        else "The length of an embedding counts for the answer as well: doubling it changes the "
        "logits by {effect:%} of their size"
    )
    spreads = list(by_measure(finding, "length_spread").items())
    more = ""
    if spreads:
        more = " Lengths on the {split} split have a deviation of {spread:%} of their mean."
    return note(
        f"{finding.block}.length",
        "embedding.length",
        "info",
        says + "." + more,
        {"split": spreads[0][0]} if spreads else {},
        (),
        effect=effect,
        **({"spread": spreads[0][1]} if spreads else {}),
    )


def _only_angle(effect: Evidence) -> bool:
    """Whether the answer does not depend on an embedding's length."""
    return effect.value is not None and effect.value < ONLY_ANGLE
