"""What saliency maps alone show: where they lie, and what they hardly differ from."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.drafting import Sentences, by_measure, draft, get
from reportgen.figures.attribution.focus_notes import focus_notes
from reportgen.figures.attribution.sanity_notes import sanity_notes
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """Where maps lie; for each output the gap of integrated gradients, and what was not guided.

    Maps that were multiplied with the input lie where the input is not zero, whatever the network.
    """
    multiplied = by_measure(finding, "pixels_at_baseline")
    focus = () if multiplied else focus_notes(finding, "maps")
    return (*sanity_notes(finding), *focus, *_of_outputs(finding))


def _of_outputs(finding: Finding) -> Iterator[Note]:
    outputs = by_measure(finding, "energy_in_foreground")
    several = "yes" if len(outputs) > 1 else "no"
    for output, inside in outputs.items():
        names = {"output": output}
        still = get(finding, "pixels_at_baseline", output)
        edges = get(finding, "edge_agreement", output)
        plain = get(finding, "gradient_agreement", output)
        beside = [item for item in (inside, edges, plain) if item is not None]
        if still is not None:
            sentence = SENTENCES("by-construction", names, several=several, still=still)
            id = f"{finding.block}.construction.{output}"
            yield draft(id, "saliency.construction", "info", sentence, beside)
        gap = get(finding, "completeness_gap", output)
        if gap is not None:
            sentence = SENTENCES("gap", names, several=several, gap=gap)
            yield draft(f"{finding.block}.gap.{output}", "saliency.completeness", "info", sentence)
        guided = get(finding, "relus_replaced", output)
        if guided is not None and guided.value != 1:
            sentence = SENTENCES("guided", names, several=several, share=guided)
            yield draft(f"{finding.block}.guided.{output}", "saliency.guided", "info", sentence)
