"""Stage `note`: turns measures into evidence, from which rules draft notes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.engine.job import Job, Progress
from reportgen.records import Evidence, Finding, Findings, Measure, ModelFacts
from reportgen.store import Output, Store
from reportgen.types import Json


@dataclass(frozen=True)
class FigureParams:
    """Parameters of a figure's notes: its kind, block and section, and the model that it shows."""

    kind: str
    block: str
    section: str
    model: str


@dataclass(frozen=True)
class InferenceParams:
    """Parameters of an inference: its rule, and the title of each model by name."""

    rule: str
    titles: Mapping[str, str]


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """A figure's evidence and notes, or one inference over a whole report's evidence."""
    return _inference(job, store) if "rule" in job.params else _figure(job, store)


def as_evidence(measure: Measure, block: str) -> Evidence:
    """A measure as citable evidence of a block's figure."""
    return Evidence(
        id=f"{block}.{measure.name}", value=measure.value, unit=measure.unit, n=measure.n,
        interval=measure.interval, baseline=measure.baseline, how=measure.how,
        figure=f"{block}-{measure.part}" if measure.part else block, outcomes=measure.outcomes,
    )  # fmt: skip


def _figure(job: Job, store: Store) -> dict[str, Output]:
    params = decode(FigureParams, job.params)
    measures = decode(tuple[Measure, ...], json.loads(store.get(job.inputs["measures"].object)))
    evidence = tuple(as_evidence(measure, params.block) for measure in measures)
    finding = Finding(params.block, params.kind, params.model, params.section, evidence)
    notes = importlib.import_module(job.modules[-1]).notes(finding) if evidence else ()
    return {"finding": _put(store, finding), "notes": _put(store, {"notes": notes})}


def _inference(job: Job, store: Store) -> dict[str, Output]:
    titles = decode(InferenceParams, job.params).titles
    models, findings = [], []
    for name, output in job.inputs.items():
        kind, _, label = name.partition(":")
        value = json.loads(store.get(output.object))
        if kind == "model":
            facts = decode(ModelFacts, value)
            models.append(replace(facts, name=label, title=titles[label]))
        else:
            findings.append(decode(Finding, value))
    rule = importlib.import_module(job.modules[-1])
    inferred = rule.infer(Findings(tuple(models), tuple(findings)))
    return {"notes": _put(store, inferred)}


def _put(store: Store, value: Json) -> Output:
    return store.put_output(canonical(encode(value)))
