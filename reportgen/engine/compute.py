"""Stage `compute`: data alone through a figure kind's `compute`.

Kinds that show a model go through `compute_model`. This module imports no code of models, so that
a change there leaves figures about data as they are.
"""

from __future__ import annotations

import importlib

from reportgen.engine import artifacts, dataset
from reportgen.engine.job import Job, Progress
from reportgen.errors import UndefinedError
from reportgen.records import Artifact, ModelFacts, Subject
from reportgen.store import Output, Store

NO_MODEL = ModelFacts("", "", "", "", (), 0, 0, 0, "", {}, {}, {}, {})


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `artifact` and `measures`; see `artifacts.save`."""
    return artifacts.save(artifact_of(job, subject(job, store)), store)


def subject(job: Job, store: Store) -> Subject:
    """The data and the parameters of a job, without a model."""
    data = dataset.obtain(job, store)
    return Subject(None, NO_MODEL, data, job.params["params"], job.params["seed"])


def artifact_of(job: Job, given: Subject) -> Artifact:
    """What the figure kind computes; an artifact that says why where its method is undefined."""
    try:
        artifact: Artifact = importlib.import_module(job.modules[-1]).compute(given)
    except UndefinedError as error:
        return Artifact(facts={"undefined": str(error)})
    return artifact
