"""Do the heatmaps of a model's outputs lie at slightly different places?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    UNDECIDED,
    Paragraph,
    Reading,
    Side,
    at_same_place,
    departs,
    derived,
    earned,
    listed,
    models_of,
    most,
    of_model,
    readings,
    side,
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
    paragraph = Paragraph(ENTRY.name)
    counts = _counts(similarities, places)
    paragraph.say(_sentence(counts), **counts)
    shifts = readings(findings, "grad_cam", "head_peak_shift")
    _range(paragraph, similarities, shifts, apart)
    if "models_open" in counts:
        paragraph.say(UNDECIDED)
    fresh = readings(findings, "grad_cam", "head_similarity_fresh")
    paragraph.beside_fresh(at_same_place(fresh, min(similarities, key=Reading.number)))
    paragraph.warn(models_of(similarities))
    answer = most(
        [
            earned(ANSWERS[place], r.model, departs(r.evidence, at_same_place(fresh, r), FLOOR))
            for place, r in zip(places, similarities, strict=True)
        ]
    )
    if answer == "below":
        paragraph.say(_contrary(places))
    return paragraph.conclude(answer)


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


def _sentence(counts: Mapping[str, Evidence]) -> str:
    """The sentence on all models, place by place."""
    if counts["models"].n == 1:
        name = next(name for name in counts if counts[name].value)
        if name == "models_open":
            return (
                "How much the heatmaps of different outputs differ is undecided in the "
                "only model with several outputs."
            )
        return (
            f"The heatmaps of different outputs lie {BETWEEN[name]} in the only model "
            "with several outputs."
        )
    parts = [
        f"{where} in {{{name}}}" if counts[name].value else f"{where} in none"
        for name, where in BETWEEN.items()
        if name in counts
    ]
    rest = ", and in {models_open} it is undecided how much they differ"
    return (
        "Of {models.n:model|models} with several outputs, the heatmaps of different "
        f"outputs lie {listed(parts)}{rest if 'models_open' in counts else ''}."
    )


def _range(
    paragraph: Paragraph,
    similarities: Sequence[Reading],
    shifts: Sequence[Reading],
    distances: Mapping[str, Evidence],
) -> None:
    """The least and the largest similarity, and how far apart peaks are where it is least."""
    least, largest = min(similarities, key=Reading.number), max(similarities, key=Reading.number)
    distance = distances.get(least.model.name)
    shift = distance or of_model(shifts, least.model).get("")
    sentence = "The mean cosine similarity of two of them, one for equal maps, "
    sentence += (
        "runs from {least.measured} in {least.model} to {largest.measured} in {largest.model}"
        if len(similarities) > 1
        else "is {least.measured}"
    )
    where = "in the former model " if len(similarities) > 1 else ""
    if shift is not None:
        far = "{shift:%} of the width" if distance else "{shift}"
        sentence += f"; {where}their peaks are {far} apart on average"
    quoted = {"shift": shift} if shift is not None else {}
    rest = [item for item in distances.values() if item is not shift]
    quoted |= {f"distance{i}": item for i, item in enumerate(rest)}
    paragraph.say(sentence + ".", least=least, largest=largest, **quoted)


def _contrary(places: Sequence[str]) -> str:
    """The words for how the claim fails."""
    far, same = places.count("models_far"), places.count("models_same")
    if far and same:
        return "So where they do not differ slightly, they differ more, or hardly at all."
    if far:
        return "So the places do differ, but by more than slightly."
    return "So the places hardly differ."
