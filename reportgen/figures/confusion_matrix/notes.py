"""A note on the worst class and the most frequent mistake of each output."""

from __future__ import annotations

from reportgen.drafting import by_measure, few, note, side
from reportgen.figures.parts import class_of
from reportgen.records import Evidence, Finding, Note


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each output one note on its worst class and its most frequent mistake."""
    single = len(by_measure(finding, "accuracy")) == 1
    recalls = by_measure(finding, "lowest_recall")
    shares = by_measure(finding, "confused_pair_share")
    rates = by_measure(finding, "confused_pair_rate")
    drafted = []
    for head, accuracy in by_measure(finding, "accuracy").items():
        recall = _of(head, recalls)
        share, rate = _of(head, shares), _of(head, rates)
        if recall is None:
            continue
        if share is None or rate is None:
            drafted.append(_perfect(finding, head, accuracy, single))
        else:
            drafted.append(_mistakes(finding, head, single, recall, share, rate))
            drafted += _tied(finding, head, single)
    return tuple(drafted)


def _tied(finding: Finding, head: str, single: bool) -> list[Note]:
    """A note on the other classes that are answered as badly as the worst."""
    tied = by_measure(finding, "tied_classes").get(head)
    recalls = by_measure(finding, "tied_recall")
    own = [name for name in recalls if name.startswith(f"{head}.")]
    if tied is None or not own:
        return []
    named = [class_of(name.removeprefix(f"{head}.")) for name in own]
    return [
        note(
            f"{finding.block}.tied.{head}",
            "confusion_matrix.tied",
            "info",
            ("" if single else "{head}: ")
            + "{tied} classes share the lowest recall, {recall:%}: {classes}"
            + (", …" if len(own) < (tied.value or 0) else "")
            + ".",
            {"head": head, "classes": named},
            [recalls[name] for name in own],
            tied=tied,
            recall=recalls[own[0]],
        )
    ]


def _of(head: str, evidence: dict[str, Evidence]) -> tuple[str, Evidence] | None:
    """The evidence of a head, with the rest of its qualifier: a class or a pair of classes."""
    own = [
        (name.removeprefix(f"{head}."), item)
        for name, item in evidence.items()
        if name.startswith(f"{head}.") and item.value is not None
    ]
    return own[0] if own else None


def _perfect(finding: Finding, head: str, accuracy: Evidence, single: bool) -> Note:
    return note(
        f"{finding.block}.mistakes.{head}",
        "confusion_matrix.mistakes",
        "info",
        ("All" if single else "{head}: all")
        + " of {accuracy.n:image is|images are} classified correctly, so no classes are confused.",
        words={"head": head},
        accuracy=accuracy,
    )


def _mistakes(
    finding: Finding,
    head: str,
    single: bool,
    worst: tuple[str, Evidence],
    most: tuple[str, Evidence],
    rate: tuple[str, Evidence],
) -> Note:
    true, said = map(class_of, most[0].split(">"))
    if few(most[1]):
        judged = "too few mistakes to compare with an even spread over all pairs"
    elif side(most[1]) == "above":
        judged = "more than {share.baseline:%}, which every pair would have if all were alike"
    else:
        judged = "too little to tell it from an even spread over all pairs"
    judged += ", {share.baseline:%} each" if judged.startswith("too") else ""
    return note(
        f"{finding.block}.mistakes.{head}",
        "confusion_matrix.mistakes",
        "info",
        ("The" if single else "{head}: the")
        + " most frequent mistake is to answer {said} for {true}: {share:%} of "
        "{share.n:mistake|mistakes} (interval {share.interval:%}), " + judged + ". It is made for "
        "{rate:%} of {rate.n:image|images} of {true}. {worst} has the lowest recall: {recall:%} "
        "of {recall.n:image|images} (interval {recall.interval:%}).",
        words={"head": head, "true": true, "said": said, "worst": class_of(worst[0])},
        share=most[1],
        rate=rate[1],
        recall=worst[1],
    )
