"""Notes on the closest weight vectors, on class centers, and on the bias."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, few, get, side
from reportgen.figures.parts import class_of
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


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
    which = "closest" if least.baseline is None else "closest-bound"
    sentence = SENTENCES(which, {"first": first, "second": second}, least=least)
    return draft(f"{finding.block}.closest", "class_weights.closest", "info", sentence, [mean])


def _toward(finding: Finding) -> Note | None:
    """Whether weight vectors point to the images of their classes."""
    angle = get(finding, "weight_center_angle")
    if angle is None:
        return None
    sentence = SENTENCES("toward", judged="few" if few(angle) else side(angle), angle=angle)
    return draft(f"{finding.block}.weights", "class_weights.weights", "info", sentence)


def _bias(finding: Finding) -> Note | None:
    bias = get(finding, "bias_spread")
    if bias is None:
        return None
    sentence = SENTENCES("bias", bias=bias)
    return draft(f"{finding.block}.bias", "class_weights.bias", "info", sentence)
