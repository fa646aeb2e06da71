"""What the vectors alone show: which classes lie closest, and whether they point to the images."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note
from reportgen.records import Finding, Note
from reportgen.visualizations.embedding.notes import length_counts, toward_centers


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on angles between weights, one on centers, one on lengths and bias."""
    written = [_closest(finding), toward_centers(finding), length_counts(finding), _bias(finding)]
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
