"""Do heatmaps and activations concentrate in and around the foreground in most models?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    Tally,
    every,
    is_pool,
    models_of,
    most,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.inferences._map_ranks import has_other_ranks
from reportgen.records import Findings, Inference

ENTRY = Entry(
    name="attention_on_foreground",
    title="Attention on the foreground",
    help="whether heatmaps and activations concentrate in and around the foreground",
    order=1,
)


def infer(findings: Findings) -> Inference:
    """One note: the share of heatmaps' energy near the foreground, and the activations' lift there.

    A model counts where most of its outputs have an energy interval above the share of the area,
    and where most of its convolution layers have a lift interval above 1. The claim must hold for
    most models, and for both heatmaps and activations if the report measures both.
    """
    near = readings(findings, "grad_cam", "energy_near_foreground")
    heat = [r for r in near or readings(findings, "grad_cam", "energy_in_foreground") if _chance(r)]
    lifts = readings(findings, "feature_maps", "foreground_lift")
    maps = [r for r in lifts if _chance(r) and not is_pool(r.model, r.at)]
    paragraph, tallies = Paragraph(ENTRY.name), []
    if heat:
        tallies.append(_heatmaps(paragraph, heat, "in and around" if near else "inside"))
    if maps:
        tallies.append(_activations(paragraph, maps, has_other_ranks(findings, models_of(maps))))
    if not tallies:
        return Inference()
    paragraph.explain(*tallies)
    return paragraph.conclude(every([counts.answer for counts in tallies]))


def _heatmaps(paragraph: Paragraph, measured: Sequence[Reading], where: str) -> Tally:
    counts = _count("heatmaps", measured, "for most outputs the energy lies above the area's share")
    maps = "heatmaps" if len(measured) == 1 else "heatmaps of most outputs"
    more = f"more of their energy {where} the foreground than an even spread would"
    paragraph.say(
        f"{_holds(counts, maps, 'hold', more)}: {_extremes(measured)}.",
        best=max(measured, key=_lift),
        worst=min(measured, key=_lift),
        **counts.evidence,
    )
    return counts


def _extremes(measured: Sequence[Reading]) -> str:
    """The part of a sentence that quotes the least and the largest share, `worst` and `best`."""
    if len(measured) == 1:
        return "{best:%} of the energy on {best.baseline:%} of the area"
    return (
        "from {worst:%} of the energy on {worst.baseline:%} of the area ({worst.output}) to "
        "{best:%} on {best.baseline:%} ({best.output})"
    )


def _activations(paragraph: Paragraph, measured: Sequence[Reading], mixed: bool) -> Tally:
    """The sentence on activations; `mixed` says whether other layers' maps have other ranks."""
    most_layers = "most convolution layers" + (" with two-dimensional maps" if mixed else "")
    counts = _count("activations", measured, f"{most_layers} have a lift above chance")
    layers = "layer {high.at}" if len(measured) == 1 else most_layers
    more = "from their background more inside the foreground than over the whole map"
    paragraph.say(
        f"{_holds(counts, f'activations of {layers}', 'depart', more)}: {_lifts(measured)} what an "
        "even spread would put there.",
        high=max(measured, key=_lift),
        low=min(measured, key=_lift),
        **counts.evidence,
    )
    return counts


def _lifts(measured: Sequence[Reading]) -> str:
    """The part of a sentence that quotes the least and the largest lift, `low` and `high`."""
    if len(measured) == 1:
        return "{high} times"
    return "from {low} times ({low.at} of {low.model}) to {high} times ({high.at} of {high.model})"


def _holds(counts: Tally, who: str, does: str, more: str) -> str:
    """A clause: in how many models `who` `does` `more`, or whether they do in the only model."""
    if counts.evidence[counts.name].n != 1 or counts.answer == "above":
        return f"In {counts.phrase}, {who} {does} {more}"
    if counts.answer == "open":
        return f"In the only model it is undecided whether {who} {does} {more}"
    return f"In the only model, {who} do not {does} {more}"


def _count(name: str, measured: Sequence[Reading], claim: str) -> Tally:
    cases = []
    for model in models_of(measured):
        evidence = tuple(of_model(measured, model).values())
        cases.append(Case(most([side(item) for item in evidence]), evidence))
    return tally(ENTRY.name, name, "model|models", claim, cases)


def _chance(reading: Reading) -> bool:
    """Whether the reading has a chance level; the share of an empty area is not one."""
    return (reading.evidence.baseline or 0) > 0


def _lift(reading: Reading) -> float:
    return (reading.evidence.value or 0) / (reading.evidence.baseline or 1)
