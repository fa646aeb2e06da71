"""Stage `compute`: runs a figure kind's `compute` on a model and its data.

The modules that `INPUTS` names load models and datasets. A figure about data alone, which has no
input `model`, therefore depends on no code of models.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

from reportgen.codec import decode
from reportgen.engine import INPUTS, artifacts
from reportgen.engine.job import Job, Progress
from reportgen.errors import UndefinedError
from reportgen.records import Artifact, ModelFacts, Preprocessing, Subject
from reportgen.store import Output, Store

NO_MODEL = ModelFacts("", "", "", "", (), 0, 0, 0, "", {}, {}, {}, {})


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `artifact` and `measures`; see `artifacts.save`.

    A method that is undefined for the model results in an artifact that states the reason.
    """
    try:
        of_job = subject(job, store)
        artifact: Artifact = importlib.import_module(job.modules[-1]).compute(of_job)
    except UndefinedError as error:
        return artifacts.save(Artifact(undefined=str(error)), store)
    if of_job.model is None:
        return artifacts.save(artifact, store)
    uses = importlib.import_module(INPUTS["model"]).uses(of_job.network)
    return artifacts.save(artifact, store, uses)


def subject(job: Job, store: Store) -> Subject:
    """The argument of `compute`, from a job's inputs and parameters."""
    obtained = {
        name: importlib.import_module(INPUTS[name]).obtain(output, job, store)
        for name, output in job.inputs.items()
        if name in INPUTS
    }
    facts, times = job.inputs.get("facts"), job.inputs.get("times")
    network, data = obtained.get("model"), obtained.get("dataset")
    settled = job.inputs.get("preprocessing")
    if data is not None and settled is not None:
        preprocessing = decode(Preprocessing, json.loads(store.get(settled.object)))
        data = replace(data, preprocessing=preprocessing)
    if network and data:
        network = network.named(data.classes)
    return Subject(
        model=network.model if network else None,
        facts=decode(ModelFacts, json.loads(store.get(facts.object))) if facts else NO_MODEL,
        data=data,
        params=job.params["params"],
        seed=job.params["seed"],
        times=tuple(json.loads(store.get(times.object))) if times else (),
        **({"network": network} if network else {}),
    )
