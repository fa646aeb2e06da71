"""Do networks look at the foreground: does the evidence for their answers lie there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentence,
    Sentences,
    Side,
    at_same_place,
    beyond,
    conclude,
    earned,
    every,
    few,
    is_pool,
    listed,
    measure_name,
    models_of,
    most,
    of_model,
    percent,
    readings,
    side,
    tally,
    unlearned,
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

SENTENCES = Sentences(__file__)


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
    counts = tally(ENTRY.name, "attentive", "models", claim, cases)
    if counts.case == "only":
        why = _single(findings, votes[models[0].name], models[0], counts.answer)
    else:
        opened = "yes" if counts.open else "no"
        attentive = counts.evidence["attentive"]
        why = SENTENCES("models", case=counts.case, open=opened, attentive=attentive)
    rows = _rows(findings)
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [item for row in rows for item in row if isinstance(item, Evidence)]
    table = SENTENCES.table("each", [_shown(row) for row in rows]) if len(rows) > 1 else None
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models)


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

_Row = tuple[str, str, str, Evidence, Evidence | None]
"""A model, a method, an output, the share on the foreground, and that with fresh weights."""


def _rows(findings: Findings) -> list[_Row]:
    """What each method finds on the foreground, by model and output."""
    rows: list[_Row] = []
    for method, (_, name) in METHODS.items():
        shares, fresh = _shares(findings, method)
        rows += [(r.model.title, name, r.at, r.evidence, at_same_place(fresh, r)) for r in shares]
    titles = [model.title for model in findings.models]
    return sorted(rows, key=lambda row: titles.index(row[0]))


def _shown(row: _Row) -> tuple[str | None, ...]:
    model, method, output, share, fresh = row
    beside = None if fresh is None else percent(fresh.value)
    method = method[0].upper() + method[1:]
    return (model, method, output, percent(share.value), percent(share.baseline), beside)


def _single(
    findings: Findings, votes: Sequence[_Vote], model: ModelFacts, judged: Side
) -> Sentence:
    """The sentence on the only model."""
    names = {
        side: [
            METHODS.get(vote.method, ("", vote.method))[1] for vote in votes if vote.side == side
        ]
        for side in ("above", "below")
    }
    if names["above"] and names["below"]:
        return SENTENCES("disagree", off=listed(names["below"]), on=listed(names["above"]))
    rows = _rows(findings)
    if not rows or (judged == "below" and names["below"] == ["activations"]):
        return SENTENCES("activations", judged=judged)
    answers = [_side(share, fresh) for *_, share, fresh in rows]
    telling = [row for row, side in zip(rows, answers, strict=True) if side == judged] or rows
    _, name, _, share, fresh = min(telling, key=lambda row: _gain(row[3]))
    case: str = judged
    if judged == "open":
        reasons = {
            "few": few(share), "unlearned": bool(unlearned(model)), "unmeasured": fresh is None,
        }  # fmt: skip
        case = next((reason for reason, holds in reasons.items() if holds), judged)
    known = {} if fresh is None else {"fresh": fresh}
    near = "yes" if measure_name(share).startswith("energy_near") else "no"
    return SENTENCES("only", judged=case, method=name, near=near, share=share, **known)


def _gain(share: Evidence) -> float:
    return (share.value or 0) - (share.baseline or 0)
