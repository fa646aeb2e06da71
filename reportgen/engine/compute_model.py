"""Stage `compute` for figure kinds that show a model."""

from __future__ import annotations

import json
from dataclasses import replace

from reportgen.codec import decode
from reportgen.engine import artifacts, checkpoint, compute
from reportgen.engine.job import Job, Progress
from reportgen.network.layers import turns
from reportgen.records import ModelFacts, Subject
from reportgen.store import Output, Store


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `artifact` and `measures`; see `artifacts.save`."""
    given = subject(job, store)
    artifact = compute.artifact_of(job, given)
    return artifacts.save(artifact, store, uses=turns(given.model))


def subject(job: Job, store: Store) -> Subject:
    """The model, the data and the parameters of a job."""
    times = job.inputs.get("times")
    return replace(
        compute.subject(job, store),
        model=checkpoint.restore(job.inputs["model"], job, store),
        facts=decode(ModelFacts, json.loads(store.get(job.inputs["facts"].object))),
        times=tuple(json.loads(store.get(times.object))) if times else (),
    )
