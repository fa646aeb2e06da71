"""Notes on what the images reached, against the data, and on images that stayed blank."""

from __future__ import annotations

from reportgen.drafting import Sentence, Sentences, by_measure, draft, few, side
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """What was reached against the data; blank images where there are any.

    Of units, classes and groups that is their score, of filters their mean response.
    """
    scores = by_measure(finding, "score_ratio")
    ratios = {
        layer: item
        for layer, item in by_measure(finding, "activation_ratio").items()
        if item.value is not None
    }
    written = [_responses(finding, ratios)] if ratios else []
    for layer, item in by_measure(finding, "bound_share").items():
        sentence = SENTENCES("bound", {"layer": layer}, share=item)
        written.append(_note(finding, "activation_maximization.bound", layer, sentence))
    written += [_score(finding, name, item) for name, item in scores.items() if item.value]
    for layer, item in by_measure(finding, "still").items():
        if item.value:
            which = "still-targets" if layer in scores else "still-filters"
            sentence = SENTENCES(which, {"layer": layer}, still=item)
            written.append(_note(finding, "activation_maximization.still", layer, sentence))
    return tuple(written)


def _responses(finding: Finding, ratios: dict[str, Evidence]) -> Note:
    layer, ratio = max(ratios.items(), key=lambda item: item[1].value or 0)
    judged = "few" if few(ratio) else side(ratio)
    if len(ratios) == 1 or judged != "above":
        sentence = SENTENCES("response", {"layer": layer}, judged=judged, ratio=ratio)
    else:
        sentence = SENTENCES("responses", {"layer": layer}, ratio=ratio)
    table = SENTENCES.table("responses", ratios.items()) if len(ratios) > 1 else None
    id, rule = f"{finding.block}.response", "activation_maximization.response"
    return draft(id, rule, "info", sentence, ratios.values(), table)


def _score(finding: Finding, layer: str, ratio: Evidence) -> Note:
    judged = "few" if few(ratio) else side(ratio)
    sentence = SENTENCES("score", {"layer": layer}, judged=judged, ratio=ratio)
    return _note(finding, "activation_maximization.score", layer, sentence)


def _note(finding: Finding, rule: str, layer: str, sentence: Sentence) -> Note:
    id = f"{finding.block}.{rule.partition('.')[2]}.{layer}"
    return draft(id, rule, "info", sentence)
