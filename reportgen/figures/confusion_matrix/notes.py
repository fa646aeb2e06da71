"""Notes on the most frequent mistake and the worst class of each output."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.drafting import Sentence, Sentences, by_measure, draft, few, side
from reportgen.figures.parts import class_of
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each output a note on its most frequent mistake, and one on its worst classes."""
    accuracies = by_measure(finding, "accuracy")
    outputs = "one" if len(accuracies) == 1 else "many"
    drafted: list[Note] = []
    for head, accuracy in accuracies.items():
        worst = _of(finding, "lowest_recall", head)
        if worst is None:
            continue
        pair = _of(finding, "confused_pair_share", head)
        rate = _of(finding, "confused_pair_rate", head)
        if pair is None or rate is None:
            sentence = SENTENCES("perfect", {"output": head}, outputs=outputs, accuracy=accuracy)
            drafted.append(_note(finding, "confusion_matrix.mistakes", head, sentence))
            continue
        drafted.append(_mistakes(finding, head, outputs, pair, rate[1]))
        drafted.append(_worst(finding, head, outputs, worst))
    return tuple(drafted)


def _of(finding: Finding, measure: str, head: str) -> tuple[str, Evidence] | None:
    """The evidence of a head, with the rest of its qualifier: a class or a pair of classes."""
    return next(_all_of(finding, measure, head), None)


def _all_of(finding: Finding, measure: str, head: str) -> Iterator[tuple[str, Evidence]]:
    for name, item in by_measure(finding, measure).items():
        if name.startswith(f"{head}.") and item.value is not None:
            yield name.removeprefix(f"{head}."), item


def _mistakes(
    finding: Finding, head: str, outputs: str, pair: tuple[str, Evidence], rate: Evidence
) -> Note:
    true, said = map(class_of, pair[0].split(">"))
    sentence = SENTENCES(
        "mistakes",
        {"output": head, "true": true, "said": said},
        outputs=outputs,
        judged="few" if few(pair[1]) else side(pair[1]),
        share=pair[1],
    )
    return _note(finding, "confusion_matrix.mistakes", head, sentence, rate)


def _worst(finding: Finding, head: str, outputs: str, worst: tuple[str, Evidence]) -> Note:
    """The class with the lowest recall, or those that share it."""
    count = by_measure(finding, "tied_classes").get(head)
    tied = list(_all_of(finding, "tied_recall", head))
    if count is None or not tied:
        names = {"output": head, "class": class_of(worst[0])}
        sentence = SENTENCES("worst", names, outputs=outputs, recall=worst[1])
        return _note(finding, "confusion_matrix.worst", head, sentence)
    listed = {"output": head, "classes": [class_of(name) for name, _ in tied]}
    more = "yes" if len(tied) < (count.value or 0) else "no"
    sentence = SENTENCES("tied", listed, outputs=outputs, more=more, recall=tied[0][1])
    return _note(
        finding,
        "confusion_matrix.worst",
        head,
        sentence,
        count,
        worst[1],
        *(item for _, item in tied),
    )


def _note(finding: Finding, rule: str, head: str, sentence: Sentence, *also: Evidence) -> Note:
    id = f"{finding.block}.{rule.partition('.')[2]}.{head}"
    return draft(id, rule, "info", sentence, also)
