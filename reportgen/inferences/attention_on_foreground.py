"""Do networks look at the foreground: does the evidence for their answers lie there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    Side,
    at_same_place,
    beyond,
    earned,
    every,
    is_pool,
    listed,
    models_of,
    most,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="attention_on_foreground",
    title="Attention on the foreground",
    help="whether the evidence for answers lies in and around the foreground",
    order=1,
)

FLOOR = 0.05
"""Share of a heatmap's energy by which the foreground must hold more than an even spread, and more
than with fresh weights: a twentieth of the energy is the least that an overlay shows."""

WIDEST = 0.5
"""Share of the area that a foreground may cover together with what lies near it: of what covers
more, hardly any map lies elsewhere, and the foreground alone is asked for."""

METHODS = {
    "grad_cam": ("energy_near_foreground", "Grad-CAM"),
    "saliency": ("energy_in_foreground", "saliency"),
    "occlusion": ("energy_near_foreground", "occlusion"),
}
"""Kinds of figures that show what decides an answer, with the measure and the name of each."""

EXACT = ("saliency", "occlusion")
"""Methods that say of every pixel itself whether the answer depends on it. Grad-CAM weighs whole
feature maps, so that it can show what no later layer looks at."""

CONCLUSIONS: dict[Side, str] = {
    "above": "So the evidence for the answers lies on the foreground, as training put it there.",
    "below": "So what decides the answers lies elsewhere.",
    "open": "So it is undecided whether training turned the network to the foreground.",
}
NOT_ENOUGH = (
    "Activations show where a layer responds, and not what decides an answer: that takes Grad-CAM, "
    "saliency or occlusion."
)


@dataclass(frozen=True)
class _Vote:
    """What one method says of one model.

    `side` is the answer against the area and fresh weights, `area` that against the area alone.
    """

    method: str
    side: Side
    area: Side
    sources: tuple[Evidence, ...]


def infer(findings: Findings) -> Inference:
    """One note: in how many models the evidence for answers lies on the foreground.

    Grad-CAM, saliency and occlusion have a vote each. A method finds the foreground attended where,
    for most outputs, the share of its energy there lies above the foreground's share of the area
    and above that of the same network with fresh weights, with intervals apart, and above both by
    `FLOOR`. It rules that out where the share lies below that of the area. Of Grad-CAM, a map that
    averages over no position (HiResCAM) must beat the area as well. Activations only count where
    they avoid the foreground, as where a layer responds is not what decides.

    A model counts where at least half of the methods find it attended, and the foreground beats the
    area by all of them. It contradicts the claim where saliency or occlusion rules it out, or any
    method does and none finds the contrary. Models that have learned nothing never count. The claim
    holds where most models count.
    """
    votes = _votes(findings)
    if not votes:
        return Inference()
    models = [model for model in findings.models if model.name in votes]
    answers = {model.name: earned(_answer(votes[model.name]), model) for model in models}
    cases = [
        Case(answers[name], tuple(item for vote in of_one for item in vote.sources))
        for name, of_one in votes.items()
    ]
    claim = "most methods find the evidence for answers on the foreground, and none elsewhere"
    counts = tally(ENTRY.name, "attentive", "model|models", claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        f"The evidence for answers lies on the foreground in {counts.phrase}.", **counts.evidence
    )
    for method in METHODS:
        _say(paragraph, findings, method)
    _disagree(paragraph, models, votes)
    if all(vote.method not in METHODS for of_one in votes.values() for vote in of_one):
        paragraph.say(NOT_ENOUGH)
    paragraph.warn(models)
    paragraph.explain(counts)
    paragraph.say(CONCLUSIONS[counts.answer])
    return paragraph.conclude(counts.answer)


# --- votes -------------------------------------------------------------------------------------


def _votes(findings: Findings) -> dict[str, list[_Vote]]:
    """By model the vote of each method that the report holds."""
    votes: dict[str, list[_Vote]] = {}
    for method in METHODS:
        shares, fresh = _shares(findings, method)
        exact, _ = _companions(findings, "grad_cam", "evidence_near_foreground")
        for model in models_of(shares):
            sides, areas, sources = [], [], []
            for at, share in of_model(shares, model).items():
                beside = of_model(fresh, model).get(at)
                judged, plain = [_side(share, beside)], [_beside_area(share)]
                sources += [share] if beside is None else [share, beside]
                located = of_model(exact, model).get(at) if method == "grad_cam" else None
                if located is not None:
                    judged.append(_beside_area(located))
                    plain.append(_beside_area(located))
                    sources.append(located)
                sides.append(every(judged))
                areas.append(every(plain))
            vote = _Vote(method, most(sides), most(areas), tuple(sources))
            votes.setdefault(model.name, []).append(vote)
    lifts = _lifts(findings)
    for model in models_of(lifts):
        evidence = tuple(of_model(lifts, model).values())
        avoided = most([side(item) for item in evidence]) == "below"
        vote = _Vote("activations", "below" if avoided else "open", "open", evidence)
        votes.setdefault(model.name, []).append(vote)
    return votes


def _side(share: Evidence, fresh: Evidence | None) -> Side:
    """Whether a share beats the area and fresh weights; "below" where it lies below the area."""
    beside_area = _beside_area(share)
    if beside_area == "above" and beyond(share, fresh, FLOOR) != "above":
        return "open"
    return beside_area


def _beside_area(share: Evidence) -> Side:
    """Whether a share beats that of the area by `FLOOR`; "below" where it lies below the area."""
    if side(share) == "below":
        return "below"
    return "above" if side(share, (share.baseline or 0) + FLOOR) == "above" else "open"


def _answer(votes: Sequence[_Vote]) -> Side:
    """What the methods say together of one model."""
    below = [vote.method for vote in votes if vote.side == "below"]
    above = [vote.method for vote in votes if vote.side == "above"]
    if below:
        return "below" if set(below) & set(EXACT) or not above else "open"
    voting = [vote for vote in votes if vote.method in METHODS]
    if not above or any(vote.area != "above" for vote in voting):
        return "open"
    return "above" if 2 * len(above) >= len(voting) else "open"


def _shares(findings: Findings, method: str) -> tuple[list[Reading], list[Reading]]:
    """Shares of the energy on the foreground by one method, and those with fresh weights."""
    measured = _companions(findings, method, METHODS[method][0])
    tells = all((r.evidence.baseline or 0) <= WIDEST for r in measured[0])
    if measured[0] and tells:
        return measured
    return _companions(findings, method, "energy_in_foreground")


def _companions(findings: Findings, kind: str, measure: str) -> tuple[list[Reading], list[Reading]]:
    own = [r for r in readings(findings, kind, measure) if (r.evidence.baseline or 0) > 0]
    return own, readings(findings, kind, f"{measure}_fresh")


def _lifts(findings: Findings) -> list[Reading]:
    """How much more activations depart from the ground on the foreground, without pooling."""
    lifts = readings(findings, "feature_maps", "foreground_lift", compared=True)
    return [r for r in lifts if not is_pool(r.model, r.at)]


# --- sentences ---------------------------------------------------------------------------------


def _say(paragraph: Paragraph, findings: Findings, method: str) -> None:
    """The least share that a method finds on the foreground, beside the two that it must beat."""
    shares, fresh = _shares(findings, method)
    if not shares:
        return
    least = min(shares, key=_gain)
    beside = at_same_place(fresh, least)
    name = METHODS[method][1]
    lead = f"{name[0].upper()}{name[1:]} puts"
    at_least = "" if len(shares) == 1 else "at least "
    against = "{least.baseline:%} of the area"
    if beside is not None and beside.value is not None:
        against = "{least.baseline:%} by area and {fresh:%} with fresh weights"
    where = "" if len(shares) == 1 else " ({least.output})"
    missing = "" if "fresh" in against else " Fresh weights were not measured."
    near = "on or near" if "near" in least.evidence.id else "on"
    paragraph.say(
        f"{lead} {at_least}{{least:%}} {near} the foreground, against {against}{where}.{missing}",
        least=least,
        **({"fresh": beside} if beside is not None and beside.value is not None else {}),
    )


def _disagree(
    paragraph: Paragraph, models: Sequence[ModelFacts], votes: Mapping[str, Sequence[_Vote]]
) -> None:
    """A sentence on each model of which the methods say contrary things."""
    for model in models:
        names = {
            answer: [METHODS.get(v.method, ("", v.method))[1] for v in votes[model.name]
                     if v.side == answer]
            for answer in ("above", "below")
        }  # fmt: skip
        if names["above"] and names["below"]:
            paragraph.say(
                f"Methods disagree on {{model}}: {listed(names['below'])} finds the evidence off "
                f"the foreground, {listed(names['above'])} on it.",
                {"model": model.title},
            )


def _gain(reading: Reading) -> float:
    return (reading.evidence.value or 0) - (reading.evidence.baseline or 0)
