"""What the maximizing images alone show: whether the filters answer to them more than to data."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, note, side
from reportgen.records import Evidence, Finding, Note

_RATIO = {
    "above": ": most filters answer to these images more than to any of the test images",
    "below": ": some test image raises most filters more than these images do",
    "open": ", so whether these images or the best test images raise the filters more is open",
}
_SCORE = {
    "above": ": most score higher with these images than with any of the test images",
    "below": ": with some test image most score higher than with these",
    "open": ", so whether these images or the best test images score higher is open",
}
_FEW = "; with so few {} this is an indication only"


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each layer or head: what was reached against the data; blank images where there are any.

    Of units, classes and groups that is their score, of filters their mean response.
    """
    ratios, stills = by_measure(finding, "activation_ratio"), by_measure(finding, "still")
    scores = by_measure(finding, "score_ratio")
    bounds = by_measure(finding, "bound_share")
    written = [_ratio(finding, layer, item) for layer, item in ratios.items()]
    written += [_bound(finding, layer, item) for layer, item in bounds.items()]
    written += [_score(finding, name, item) for name, item in scores.items()]
    for layer, item in stills.items():
        written.append(_still(finding, layer, item, "target" if layer in scores else "filter"))
    return tuple(item for item in written if item is not None)


def _ratio(finding: Finding, layer: str, ratio: Evidence) -> Note | None:
    if ratio.value is None:
        return None
    return note(
        f"{finding.block}.response.{layer}",
        "activation_maximization.response",
        "info",
        "The images found for {layer} bring a filter's mean response to {ratio} times the largest "
        "among the test images (median of {ratio.n:filter|filters} that some test image excites, "
        "interval {ratio.interval})"
        f"{_FEW.format('filters') if few(ratio) else _RATIO[side(ratio)]}.",
        words={"layer": layer},
        ratio=ratio,
    )


def _bound(finding: Finding, layer: str, share: Evidence) -> Note:
    return note(
        f"{finding.block}.bound.{layer}",
        "activation_maximization.bound",
        "info",
        "Filters of {layer} reach {share:%} of the largest mean response that any image in range "
        "can give them (median of {share.n:filter|filters}).",
        words={"layer": layer},
        share=share,
    )


def _score(finding: Finding, name: str, ratio: Evidence) -> Note | None:
    if ratio.value is None:
        return None
    return note(
        f"{finding.block}.score.{name}",
        "activation_maximization.score",
        "info",
        "The images found for {name} bring a target's score to {ratio} times the highest among the "
        "test images (median of {ratio.n:target that scores|targets that score} above zero on "
        "some of them, interval {ratio.interval})"
        f"{_FEW.format('targets') if few(ratio) else _SCORE[side(ratio)]}.",
        words={"name": name},
        ratio=ratio,
    )


def _still(finding: Finding, layer: str, still: Evidence, what: str) -> Note | None:
    if not still.value:
        return None
    return note(
        f"{finding.block}.still.{layer}",
        "activation_maximization.still",
        "info",
        f"In {{layer}}, {{still}} of {{still.n:{what}|{what}s}} had no gradient anywhere, so "
        f"{'its image' if still.value == 1 else 'their images'} stayed blank.",
        words={"layer": layer},
        still=still,
    )
