"""Finding evidence by what it measures, and making numbers that combine several citable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reportgen.drafting.wording import listed
from reportgen.records import Evidence, Finding, Findings, ModelFacts, Number


@dataclass(frozen=True)
class Reading:
    """One measured value with where it was measured: `at` is a layer or an output, or "".

    `alone` tells that the model has this measure at no other place, so that a model with one
    output can be spoken of without naming it.
    """

    model: ModelFacts
    at: str
    evidence: Evidence
    alone: bool = False


def measure_name(evidence: Evidence) -> str:
    """The measure of an evidence id, e.g. "accuracy" of "evaluation-1.accuracy@test.length"."""
    return evidence.id.partition(".")[2].partition("@")[0]


def qualifier(evidence: Evidence) -> str:
    """What stands after the "@" of an evidence id, e.g. "test.length"; "" if nothing does."""
    return evidence.id.partition(".")[2].partition("@")[2]


def by_measure(source: Finding | Iterable[Evidence], name: str) -> dict[str, Evidence]:
    """The evidence of one measure, by its qualifier ("" for none), in the order given."""
    evidence = source.evidence if isinstance(source, Finding) else source
    return {qualifier(item): item for item in evidence if measure_name(item) == name}


def get(source: Finding | Iterable[Evidence], name: str, qualified: str = "") -> Evidence | None:
    """The evidence of one measure with this qualifier, or None where it is missing or undefined."""
    found = by_measure(source, name).get(qualified)
    return found if found is not None and found.value is not None else None


def readings(
    findings: Findings, kind: str, measure: str, *, compared: bool = False
) -> list[Reading]:
    """Every defined value of a measure that figures of one kind hold, model by model.

    Where several figures of a model measured the same thing, the first in the report counts, so
    that no model is counted twice. `compared` leaves out what has no baseline to compare with.
    """
    found: dict[tuple[str, str], Reading] = {}
    for model in findings.models:
        for block in findings.blocks:
            if block.kind == kind and block.model == model.name:
                for at, evidence in by_measure(block, measure).items():
                    lacking = compared and evidence.baseline is None
                    if evidence.value is not None and not lacking:
                        found.setdefault((model.name, at), Reading(model, at, evidence))
    places = Counter(name for name, _ in found)
    return [replace(one, alone=places[one.model.name] == 1) for one in found.values()]


def of_model(found: Iterable[Reading], model: ModelFacts) -> dict[str, Evidence]:
    """The readings of one model, by what they were measured at."""
    return {reading.at: reading.evidence for reading in found if reading.model.name == model.name}


def models_of(found: Iterable[Reading]) -> list[ModelFacts]:
    """The models that were read, each once, in the order of the report."""
    return list({reading.model.name: reading.model for reading in found}.values())


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
    """Evidence that an inference computed from other evidence, such as a count of models.

    It holds the ids of its sources, its `how` ends with their number and what they measure, and
    its figure is that of the first.

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
        how=f"{how} (from {_told(list(used.values()))})",
        figure=sources[0].figure,
        sources=tuple(used),
    )


def _told(sources: Sequence[Evidence]) -> str:
    """How many measures and which, e.g. "24 measures: imperfect_overlap and spill_within_cell"."""
    names = listed(list(dict.fromkeys(measure_name(item) for item in sources)))
    return f"{len(sources)} {'measure' if len(sources) == 1 else 'measures'}: {names}"
