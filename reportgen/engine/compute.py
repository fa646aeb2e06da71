"""Stage `compute`: a model and its data through a figure kind's `compute`."""

from __future__ import annotations

import importlib
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.engine import dataset, train
from reportgen.engine.job import Job, Progress
from reportgen.engine.repeated import REPEATED
from reportgen.errors import UndefinedError
from reportgen.network.layers import turns
from reportgen.records import Artifact, Dataset, ModelFacts, Subject
from reportgen.store import Output, Store


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `artifact` (for drawing) and `measures` (for evidence).

    A method that is undefined for the model gives an artifact that says why.
    """
    try:
        given = subject(job, store)
        artifact = importlib.import_module(job.modules[-1]).compute(given)
    except UndefinedError as error:
        return _outputs(store, Artifact(facts={"undefined": str(error)}))
    uses = turns(given.model) if given.model is not None else {}
    told = {REPEATED: uses} if uses else {}
    return _outputs(store, replace(artifact, facts={**artifact.facts, **told}))


def subject(job: Job, store: Store) -> Subject:
    """What the job's inputs and parameters describe."""
    has_model = "model" in job.inputs
    facts = json.loads(store.get(job.inputs["facts"].object)) if has_model else None
    return Subject(
        model=train.obtain(job.inputs["model"], job, store) if has_model else None,
        facts=decode(ModelFacts, facts) if facts else NO_MODEL,
        data=_data(job, store),
        params=job.params["params"],
        seed=job.params["seed"],
        times=_times(job, store),
    )


def _times(job: Job, store: Store) -> tuple[float, ...]:
    output = job.inputs.get("times")
    return tuple(json.loads(store.get(output.object))) if output else ()


def _data(job: Job, store: Store) -> Dataset | None:
    output = job.inputs.get("dataset")
    return dataset.obtain(output, store, job.base) if output else None


NO_MODEL = ModelFacts("", "", "", "", (), 0, 0, 0, "", {}, {}, {}, {})


def _outputs(store: Store, artifact: Artifact) -> dict[str, Output]:
    buffer = io.BytesIO()
    # A seeded build gives the same arrays, and an npz of equal arrays has equal bytes.
    named: dict[str, Any] = {name: np.asarray(array) for name, array in artifact.arrays.items()}
    np.savez_compressed(buffer, **named)
    arrays = store.put(buffer.getvalue())
    facts: dict[str, Any] = {"facts": encode(artifact.facts), "arrays": arrays}
    measures = {"measures": encode(artifact.measures)}
    return {
        "artifact": store.put_output(canonical({**facts, **measures}), needs=(arrays,)),
        "measures": store.put_output(canonical(measures)),
    }
