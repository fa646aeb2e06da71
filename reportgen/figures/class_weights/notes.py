"""What the vectors alone show: which classes lie closest, and whether they point to the images."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, get, note, side
from reportgen.records import Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on angles between weights, one on centers, one on the bias."""
    written = [_closest(finding), _toward(finding), _bias(finding)]
    return tuple(item for item in written if item is not None)


def _closest(finding: Finding) -> Note | None:
    found, mean = list(by_measure(finding, "closest_weights").items()), get(finding, "weight_angle")
    if not found or found[0][1].value is None or mean is None:
        return None
    first, _, second = found[0][0].partition(">")
    text = "The weight vectors of {first} and {second} lie closest, {least} degrees apart"
    if found[0][1].baseline is not None:
        text += "; as many directions can keep at most {least.baseline} degrees from each other"
    return note(
        f"{finding.block}.closest",
        "class_weights.closest",
        "info",
        text + ". The mean over pairs of classes is {mean} degrees.",
        {"first": first, "second": second},
        least=found[0][1],
        mean=mean,
    )


def _toward(finding: Finding) -> Note | None:
    """Whether weight vectors point to where the images of their classes lie."""
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
