"""Evidence by measure, and evidence derived from several measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reportgen.drafting.sanity import trusted
from reportgen.drafting.wording import listed
from reportgen.records import Evidence, Finding, Findings, ModelFacts, Number


@dataclass(frozen=True)
class Reading:
    """One measured value with its model and place; `at` is a layer, an output or "".

    `alone` is true where the model has this measure at no other place. A sentence on a model with
    one output then need not name the output. `only` is true where the report has no other model,
    so that a sentence need not name the model.
    """

    model: ModelFacts
    at: str
    evidence: Evidence
    alone: bool = False
    only: bool = False

    def number(self) -> Number:
        """The measured value, or 0 where it is undefined; the key for `min` and `max`."""
        return self.evidence.value or 0


def measure_name(evidence: Evidence) -> str:
    """The measure of an evidence id, e.g. "accuracy" of "evaluation-1.accuracy@test.length"."""
    return evidence.id.partition(".")[2].partition("@")[0]


def qualifier(evidence: Evidence) -> str:
    """The part of an evidence id after the "@", e.g. "test.length"; "" where there is none."""
    return evidence.id.partition(".")[2].partition("@")[2]


def by_measure(source: Finding | Iterable[Evidence], name: str) -> dict[str, Evidence]:
    """The evidence of one measure by qualifier ("" for none), in the order of `source`."""
    evidence = source.evidence if isinstance(source, Finding) else source
    return {qualifier(item): item for item in evidence if measure_name(item) == name}


def get(source: Finding | Iterable[Evidence], name: str, qualified: str = "") -> Evidence | None:
    """The evidence of one measure with this qualifier, or None where it is missing or undefined."""
    evidence = by_measure(source, name).get(qualified)
    return evidence if evidence is not None and evidence.value is not None else None


def picked_channel(finding: Finding, name: str, layer: str) -> tuple[str, Evidence] | None:
    """The channel of a layer that a measure picked, and its evidence; None where there is none.

    The qualifier of such a measure is "<layer>.<channel>".
    """
    for qualified, evidence in by_measure(finding, name).items():
        path, _, channel = qualified.rpartition(".")
        if path == layer and evidence.value is not None:
            return channel, evidence
    return None


def readings(
    findings: Findings, kind: str, measure: str, *, compared: bool = False
) -> list[Reading]:
    """Every defined value of a measure that figures of one kind hold, model by model.

    Where several figures of a model hold the same measure, the first in the report counts, so that
    no model counts twice. `compared` leaves out values without a baseline. A measure of maps that
    hardly follow the weights of their network is left out (see `sanity.trusted`).
    """
    first: dict[tuple[str, str], Reading] = {}
    for model in findings.models:
        for block in findings.blocks:
            if block.kind == kind and block.model == model.name:
                for at, evidence in by_measure(block, measure).items():
                    lacking = compared and evidence.baseline is None
                    usable = evidence.value is not None and trusted(block, measure, at)
                    if usable and not lacking:
                        first.setdefault((model.name, at), Reading(model, at, evidence))
    places = Counter(name for name, _ in first)
    only = len(findings.models) == 1
    return [replace(item, alone=places[item.model.name] == 1, only=only) for item in first.values()]


def of_model(items: Iterable[Reading], model: ModelFacts) -> dict[str, Evidence]:
    """The readings of one model, by their place `at`."""
    return {reading.at: reading.evidence for reading in items if reading.model.name == model.name}


def at_same_place(items: Iterable[Reading], reading: Reading) -> Evidence | None:
    """The evidence among readings of another measure with the model and place of `reading`."""
    return of_model(items, reading.model).get(reading.at)


def models_of(items: Iterable[Reading]) -> list[ModelFacts]:
    """The models of the readings, each once, in the order of the report."""
    return list({reading.model.name: reading.model for reading in items}.values())


def is_pool(model: ModelFacts, layer: str) -> bool:
    """Whether a layer of the model's table is a pooling layer."""
    return any(row.name == layer and "Pooling" in row.type for row in model.layers)


def derived(
    rule: str,
    measure: str,
    value: Number,
    sources: Sequence[Evidence],
    how: str,
    unit: str = "",
    n: int | None = None,
    interval: tuple[float, float] | None = None,
    baseline: Number | None = None,
) -> Evidence:
    """Evidence that an inference computes from other evidence, such as a count of models.

    The evidence holds the ids of its sources; its `how` ends with their number and measures; its
    figure is that of the first source.

    Raises:
        ValueError: there are no sources.
    """
    if not sources:
        raise ValueError(f"derived evidence {rule}.{measure} needs sources")
    used = {item.id: item for item in sources}
    return Evidence(
        id=f"inferences.{rule}.{measure}",
        value=value,
        unit=unit,
        n=n,
        interval=interval,
        baseline=baseline,
        how=f"{how} (from {_measures_in_words(list(used.values()))})",
        figure=sources[0].figure,
        sources=tuple(used),
    )


def _measures_in_words(sources: Sequence[Evidence]) -> str:
    """The measures in words, e.g. "24 measures: imperfect_overlap and spill_within_cell"."""
    names = listed(list(dict.fromkeys(measure_name(item) for item in sources)))
    return f"{len(sources)} {'measure' if len(sources) == 1 else 'measures'}: {names}"
