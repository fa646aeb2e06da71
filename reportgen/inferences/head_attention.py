"""Do the heatmaps of a model's outputs lie at slightly different places?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    Side,
    every,
    of_model,
    opposite,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="head_attention",
    title="Heatmaps of different outputs",
    help="whether the heatmaps of a model's outputs differ, and only slightly",
    order=7,
)

SAME = 0.95
"""Cosine similarity from which two heatmaps count as the same: their unit vectors are then less
than a third of their length apart, sqrt(2 - 2 * 0.95) = 0.32."""

SLIGHTLY = 0.5
"""Cosine similarity below which heatmaps differ more than slightly: their unit vectors are then
more than their own length apart, sqrt(2 - 2 * 0.5) = 1."""


def infer(findings: Findings) -> Inference:
    """One note on how many models with several outputs have slightly different heatmaps.

    A model counts where the interval of the mean cosine similarity between the Grad-CAM maps of
    two of its outputs lies between `SLIGHTLY` and `SAME`; it speaks against the claim where the
    interval lies wholly above or wholly below. Maps that are zero everywhere have no direction
    and are left out by the measure.
    """
    found = readings(findings, "grad_cam", "head_similarity")
    if not found:
        return Inference()
    cases = [Case(_slightly(r.evidence), (r.evidence,)) for r in found]
    claim = "heatmaps of the outputs are neither the same nor far apart"
    nouns = "model with several outputs|models with several outputs"
    counts = tally(ENTRY.name, "models", nouns, claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "The Grad-CAM heatmaps of the outputs lie at slightly different places in "
        f"{counts.phrase}{_elsewhere([r.evidence for r in found])}.",
        **counts.evidence,
    )
    shifts = readings(findings, "grad_cam", "head_peak_shift")
    least = min(found, key=_value)
    _describe(paragraph, "They differ the most", least, of_model(shifts, least.model).get(""))
    if len(found) > 1:
        most_alike = max(found, key=_value)
        shift = of_model(shifts, most_alike.model).get("")
        _describe(paragraph, "They are the most alike", most_alike, shift)
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _elsewhere(similarities: Sequence[Evidence]) -> str:
    """How the claim fails, where all models that speak against it do so in the same way."""
    same = any(side(item, SAME) == "above" for item in similarities)
    far = any(side(item, SLIGHTLY) == "below" for item in similarities)
    if same == far:
        return ""
    return "; where not, they are practically the same" if same else "; where not, they differ more"


def _describe(paragraph: Paragraph, how: str, found: Reading, shift: Evidence | None) -> None:
    sentence = how + (
        " in {model}, with a mean cosine similarity of {similarity.measured}, which would be one "
        "for equal maps"
    )
    quoted = {"similarity": found.evidence}
    if shift is not None:
        sentence += ", and peaks {shift} apart on average"
        quoted["shift"] = shift
    paragraph.say(sentence + ".", {"model": found.model.title}, **quoted)


def _slightly(similarity: Evidence) -> Side:
    return every([opposite(side(similarity, SAME)), side(similarity, SLIGHTLY)])


def _value(reading: Reading) -> float:
    return reading.evidence.value or 0
