"""Notes on the closest weight vectors, on class centers, and on the bias."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, side
from reportgen.figures.parts import class_of
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on angles between weights, one on centers, one on the bias."""
    drafted = [_closest(finding), _toward(finding), _bias(finding)]
    return tuple(item for item in drafted if item is not None)


def _closest(finding: Finding) -> Note | None:
    mean = get(finding, "weight_angle")
    pair, least = next(iter(by_measure(finding, "closest_weights").items()), ("", None))
    if least is None or least.value is None or mean is None:
        return None
    first, second = map(class_of, pair.split(">"))
    text = "The weight vectors of {first} and {second} lie closest, {least} degrees apart"
    if least.baseline is not None:
        text += "; as many directions can keep at most {least.baseline} degrees from each other"
    return note(
        f"{finding.block}.closest",
        "class_weights.closest",
        "info",
        text + ". The mean over pairs of classes is {mean} degrees.",
        {"first": first, "second": second},
        least=least,
        mean=mean,
    )


def _toward(finding: Finding) -> Note | None:
    """Whether weight vectors point to the images of their classes."""
    angle = get(finding, "weight_center_angle")
    if angle is None:
        return None
    toward = {
        "above": "point away from the class centers",
        "below": "point toward the class centers",
        "open": "cannot be told from random directions",
    }[side(angle)]
    toward = "are too few to judge by" if few(angle) else toward
    return note(
        f"{finding.block}.weights",
        "class_weights.weights",
        "info",
        f"The weight vectors of the classes {toward}: the mean angle between a vector and its "
        "class's center is {angle} degrees (interval {angle.interval}), where random directions "
        "would have {angle.baseline}.",
        angle=angle,
    )


def _bias(finding: Finding) -> Note | None:
    bias = get(finding, "bias_spread")
    if bias is None:
        return None
    return note(
        f"{finding.block}.bias",
        "class_weights.bias",
        "info",
        "The layer has a bias as well, whose values differ by up to {bias} between classes: "
        "directions and lengths are not all that decides."
        if bias.value
        else "The layer has a bias as well, but its values are all alike ({bias} apart), so it "
        "decides nothing.",
        bias=bias,
    )
