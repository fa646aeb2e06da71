"""What saliency maps alone show: where they lie, and what they hardly differ from."""

from __future__ import annotations

from reportgen.drafting import beside_area, by_measure, get, note, of_output
from reportgen.drafting.sanity import trusted
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Evidence, Finding, Note

_AGREEMENTS = {
    "edges": "the map's rank correlation with the edges of the image is {edges.measured}.",
    "plain": "the map's rank correlation with the plain gradient is {plain.measured}.",
}


def notes(finding: Finding) -> tuple[Note, ...]:
    """For each head: focus and edges; the gap of integrated gradients; what was not guided."""
    written: list[Note | None] = []
    shares = by_measure(finding, "energy_in_foreground")
    alone = len(shares) == 1
    for head, inside in shares.items():
        written.append(_focus(finding, head, inside, alone))
        gap = get(finding, "completeness_gap", head)
        guided = get(finding, "relus_replaced", head)
        written.append(_gap(finding, head, gap, alone) if gap else None)
        written.append(_guided(finding, head, guided, alone) if guided else None)
    return (*sanity_notes(finding), *(item for item in written if item is not None))


def _focus(finding: Finding, head: str, inside: Evidence, alone: bool) -> Note | None:
    if inside.value is None or not trusted(finding, "energy_in_foreground", head):
        return None
    still = get(finding, "pixels_at_baseline", head)
    text = of_output(
        "the foreground holds {inside:%} of the map's magnitude (interval "
        "{inside.interval:%}, {inside.n:image|images})"
        + (f", {beside_area(inside)} ({{inside.baseline:%}})." if still is None else ""),
        alone,
    )
    edges = get(finding, "edge_agreement", head)
    plain = get(finding, "gradient_agreement", head)
    evidence = {"edges": edges, "plain": plain, "still": still}
    known = {key: item for key, item in evidence.items() if item is not None}
    if still is not None:
        text += _by_construction(finding, head)
    text += "".join(
        " " + of_output(words, alone=True) if still is None else f" Over the other pixels {words}"
        for key, words in _AGREEMENTS.items()
        if key in known
    )
    return note(
        f"{finding.block}.focus.{head}",
        "saliency.focus",
        "info",
        text,
        {"head": head},
        (),
        inside=inside,
        **known,
    )


def _by_construction(finding: Finding, head: str) -> str:
    """Why a map that was multiplied with the input tells little; ends the share's sentence."""
    start = "the baseline" if head in by_measure(finding, "completeness_gap") else "zero"
    return (
        f", on {{inside.baseline:%}} of the area. The method multiplies by each pixel's difference "
        f"from {start}: pixels that equal it ({{still:%}}) get nothing by construction, so neither "
        "this share nor a likeness to the image's edges says anything of the network."
    )


def _gap(finding: Finding, head: str, gap: Evidence, alone: bool) -> Note:
    return note(
        f"{finding.block}.gap.{head}",
        "saliency.completeness",
        "info",
        of_output(
            "the map's sum misses the difference of the scores by {gap:%} (interval "
            "{gap.interval:%}, median of {gap.n:image|images}).",
            alone,
        ),
        words={"head": head},
        gap=gap,
    )


def _guided(finding: Finding, head: str, share: Evidence, alone: bool) -> Note | None:
    if share.value == 1:
        return None
    return note(
        f"{finding.block}.guided.{head}",
        "saliency.guided",
        "info",
        of_output(
            "only {share:%} of {share.n:ReLU|ReLUs} on the way follow the guided rule; the others "
            "lie inside code of the model's own.",
            alone,
        ),
        words={"head": head},
        share=share,
    )
