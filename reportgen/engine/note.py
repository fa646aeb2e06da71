"""Stage `note`: measures become evidence, and rules draft notes from it."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from typing import Any

from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.engine.job import Job, Progress
from reportgen.records import Evidence, Finding, Findings, Measure, ModelFacts
from reportgen.store import Output, Store


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """A figure's evidence and notes, or one inference over a whole report's evidence."""
    return _inference(job, store) if "rule" in job.params else _figure(job, store)


def _figure(job: Job, store: Store) -> dict[str, Output]:
    kept = json.loads(store.get(job.inputs["measures"].object))["measures"]
    block, params = job.params["block"], job.params
    evidence = tuple(as_evidence(m, block) for m in decode(tuple[Measure, ...], kept))
    finding = Finding(block, params["kind"], params["model"], params["section"], evidence)
    notes = importlib.import_module(job.modules[-1]).notes(finding) if evidence else ()
    return {"finding": _put(store, finding), "notes": _put(store, {"notes": notes})}


def as_evidence(measure: Measure, block: str) -> Evidence:
    """A measure as citable evidence of a block's figure."""
    return Evidence(
        id=f"{block}.{measure.name}", value=measure.value, unit=measure.unit, n=measure.n,
        interval=measure.interval, baseline=measure.baseline, how=measure.how,
        figure=f"{block}-{measure.part}" if measure.part else block,
    )  # fmt: skip


def _inference(job: Job, store: Store) -> dict[str, Output]:
    titles = job.params["titles"]
    models, blocks = [], []
    for name, output in job.inputs.items():
        kind, _, label = name.partition(":")
        value = json.loads(store.get(output.object))
        if kind == "model":
            facts = decode(ModelFacts, value)
            models.append(replace(facts, name=label, title=titles[label]))
        else:
            blocks.append(decode(Finding, value))
    rule = importlib.import_module(job.modules[-1])
    inferred = rule.infer(Findings(tuple(models), tuple(blocks)))
    return {"notes": _put(store, inferred)}


def _put(store: Store, value: Any) -> Output:
    return store.put_output(canonical(encode(value)))
