"""Do the heatmaps of a model's outputs lie at slightly different places?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Reading,
    Sentence,
    Sentences,
    Side,
    at_same_place,
    conclude,
    departs,
    derived,
    earned,
    models_of,
    most,
    percent,
    readings,
    side,
)
from reportgen.drafting.wording import rounded
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="head_attention",
    title="Heatmaps of different outputs",
    help="whether the heatmaps of a model's outputs differ, and only slightly",
    order=7,
)

SENTENCES = Sentences(__file__)
SAME = 0.95
"""Cosine similarity from which two heatmaps count as the same: their unit vectors are then less
than a third of their length apart, sqrt(2 - 2 * 0.95) = 0.32."""

SLIGHTLY = 0.5
"""Cosine similarity below which heatmaps differ more than slightly: their unit vectors are then
more than their own length apart, sqrt(2 - 2 * 0.5) = 1."""

APART = 0.15
"""Mean distance of two heatmaps' hottest pixels, as a share of the image's width, above which they
lie farther apart than slightly: about one in seven."""
FLOOR = 0.05
"""Cosine similarity by which heatmaps must be more or less alike than with fresh weights: the width
of what counts as the same."""


BETWEEN = {
    "models": "at slightly different places",
    "models_far": "farther apart than slightly",
    "models_same": "at practically the same places",
}
"""Where the heatmaps of a model's outputs lie, by the name of the count of such models."""


ANSWERS: dict[str, Side] = {
    "models": "above",
    "models_far": "below",
    "models_same": "below",
    "models_open": "open",
}


def infer(findings: Findings) -> Inference:
    """One note on how many models with several outputs have slightly different heatmaps.

    A model counts where the interval of the mean cosine similarity between the heatmaps of two of
    its outputs lies between `SLIGHTLY` and `SAME`, and departs from that with fresh weights by
    `FLOOR`, since the outputs of a fresh network differ as well, and the mean distance of their
    hottest pixels does not exceed `APART`. It contradicts the claim where the similarity lies
    wholly above (the same places), or where it lies wholly below or the distance wholly above (more
    than slightly apart), and the note says which. Maps that are zero or constant mark no place and
    do not count.
    """
    similarities = readings(findings, "grad_cam", "head_similarity")
    if not similarities:
        return Inference()
    distances = readings(findings, "grad_cam", "head_peak_distance")
    apart = {r.model.name: r.evidence for r in distances}
    places = [_place(r.evidence, apart.get(r.model.name)) for r in similarities]
    counts = _counts(similarities, places)
    shifts = readings(findings, "grad_cam", "head_peak_shift")
    fresh = readings(findings, "grad_cam", "head_similarity_fresh")
    departed = [departs(r.evidence, at_same_place(fresh, r), FLOOR) for r in similarities]
    answer = most(
        [
            earned(ANSWERS[place], r.model, beaten)
            for place, r, beaten in zip(places, similarities, departed, strict=True)
        ]
    )
    shown = [(r, apart.get(r.model.name) or at_same_place(shifts, r)) for r in similarities]
    if len(similarities) == 1:
        why = _single(places[0], *shown[0], at_same_place(fresh, similarities[0]), departed[0])
    else:
        counted = [side for place, side in zip(places, departed, strict=True) if place == "models"]
        beaten = "no" if "open" in counted else "yes"
        models = counts["models"]
        why = SENTENCES("models", others=_others(places), beaten=beaten, models=models)
    rows = [(r.model.title, r.evidence, at_same_place(fresh, r), _far(far)) for r, far in shown]
    also = [*counts.values(), *(r.evidence for r in similarities), *apart.values()]
    also += [item for r in similarities if (item := at_same_place(fresh, r)) is not None]
    also += [far for _, far in shown if far is not None]
    table = SENTENCES.table("each", rows) if len(rows) > 1 else None
    judged = models_of(similarities)
    return conclude(ENTRY.name, SENTENCES("claim"), answer, why, also, table, judged)


def _single(
    place: str, alike: Reading, far: Evidence | None, fresh: Evidence | None, departed: Side
) -> Sentence:
    """The sentence on the only model.

    Args:
        place: where its heatmaps lie, as a key of `ANSWERS`.
        alike: their similarity.
        far: the distance of their peaks.
        fresh: the similarity with fresh weights.
        departed: whether the similarity is another than with fresh weights.
    """
    where = {"models": "slightly", "models_far": "far", "models_same": "same"}.get(place, "open")
    beaten = "unknown" if fresh is None else "yes" if departed == "above" else "no"
    known = {key: item for key, item in (("shift", far), ("fresh", fresh)) if item is not None}
    return SENTENCES("only", place=where, beaten=beaten, unit=_unit(far), alike=alike, **known)


def _unit(far: Evidence | None) -> str:
    return "none" if far is None else "px" if far.unit == "px" else "share"


def _far(far: Evidence | None) -> str | None:
    if far is None:
        return None
    return f"{rounded(far.value or 0)} px" if far.unit == "px" else percent(far.value)


def _others(places: Sequence[str]) -> str:
    """What is seen in models whose heatmaps do not lie at slightly different places."""
    kinds = set(places) - {"models"}
    if {"models_far", "models_same"} <= kinds:
        return "mixed"
    for kind, word in (("models_far", "far"), ("models_same", "same"), ("models_open", "open")):
        if kind in kinds:
            return word
    return "none"


def _place(similarity: Evidence, distance: Evidence | None) -> str:
    """Which count a model belongs to."""
    apart = None if distance is None else side(distance, APART)
    if side(similarity, SAME) == "above":
        return "models_same"
    if side(similarity, SLIGHTLY) == "below" or apart == "above":
        return "models_far"
    if apart == "open":
        return "models_open"
    sides = side(similarity, SLIGHTLY), side(similarity, SAME)
    return "models" if sides == ("above", "below") else "models_open"


def _counts(similarities: Sequence[Reading], places: Sequence[str]) -> dict[str, Evidence]:
    """The number of models at each place that occurs, and the number of all models as "models"."""
    sources = [r.evidence for r in similarities]
    phrases = {**BETWEEN, "models_open": "at places of which it is undecided how much they differ"}
    return {
        name: derived(
            ENTRY.name,
            name,
            places.count(name),
            sources,
            f"number of models with several outputs whose heatmaps lie {where}",
            "models",
            len(similarities),
        )
        for name, where in phrases.items()
        if name == "models" or name in places
    }
