"""Stage `model`: stores a trained model for the figures, and the facts about it."""

from __future__ import annotations

import json
from pathlib import Path

from reportgen.class_names import distinct, given_names
from reportgen.codec import decode, encode
from reportgen.digest import canonical, of_value
from reportgen.engine import checkpoint, dataset
from reportgen.engine.checkpoint import Checkpoint, ModelParams, Training
from reportgen.engine.job import Job, Progress
from reportgen.errors import UndefinedError
from reportgen.models import Loaded, checkpoints
from reportgen.network.graph import parameter_counts
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.network.warnings import model_warnings
from reportgen.records import Dataset, ModelFacts
from reportgen.store import Output, Store
from reportgen.training.evaluation import evaluate, image_counts


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `model` and `facts`.

    `model` is a `Checkpoint` under the model's digest; `facts` is a `ModelFacts` without the name.
    """
    params, given = decode(ModelParams, job.params), job.inputs.get("dataset")
    data = dataset.obtain(given, job, store) if given else None
    recipe, preprocessing = params.recipe(data), data.preprocessing if data else None
    classes = distinct(given_names(params.classes, Path(job.base)) or ())
    if "training" in job.inputs:
        training = decode(Training, json.loads(store.get(job.inputs["training"].object)))
        kept = Checkpoint(recipe, training.weights, preprocessing, classes, training.digest)
        loaded = checkpoint.load(training.digest, kept, job, store)
    else:
        loaded = checkpoint.build(recipe, job, store)
        classes = classes or distinct(loaded.classes)
        digest = checkpoints.digest(loaded.model, preprocessing)
        kept = Checkpoint(recipe, "", preprocessing, classes, digest)
        checkpoint.remember(digest, loaded)
        training = Training(digest, "", {}, {}, checkpoints.device())
    # Names that a spec gives to the dataset replace those that come with the model.
    network = Network.of(loaded.model).named((data.classes if data else ()) or classes)
    facts = _facts(params, loaded, network, data, training)
    needs = (kept.weights,) if kept.weights else ()
    # Names change nothing about a model, and yet everything that shows them.
    digest = of_value([training.digest, classes]) if classes else training.digest
    return {
        "model": store.put_output(canonical(encode(kept)), digest=digest, needs=needs),
        "facts": store.put_output(canonical(encode(facts))),
    }


def _facts(
    params: ModelParams,
    loaded: Loaded,
    network: Network,
    data: Dataset | None,
    training: Training,
) -> ModelFacts:
    parameters = parameter_counts(loaded.model)
    metrics, images = _evaluated(network, data)
    about_data = data.warnings if data else ()
    return ModelFacts(
        name="", title="", source=params.source, dataset=params.dataset or "",
        layers=rows(loaded.model), total_params=parameters.total,
        trainable_params=parameters.trainable, non_trainable_params=parameters.fixed,
        digest=training.digest, history=training.history, metrics=metrics, counts=images,
        training={**training.params, "device": training.device,
                  "trained_here": bool(training.history),
                  **({"weights": loaded.weights} if loaded.weights else {})},
        warnings=(*about_data, *model_warnings(network)),
    )  # fmt: skip


def _evaluated(network: Network, data: Dataset | None) -> tuple[dict[str, float], dict[str, int]]:
    """The result of `evaluate`; no metrics for a model that takes more than images.

    The figures of such a model state why they cannot run it.

    Raises:
        UserError: labels or names do not fit the outputs.
    """
    counts = image_counts(data) if data else {}
    try:
        heads = network.heads_for(data.targets if data else ())
        return evaluate(network.model, data, heads) if data else ({}, counts)
    except UndefinedError:
        return {}, counts
