"""Stage `model`: stores a trained model for the figures, and the facts about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from reportgen.class_names import distinct, given_names
from reportgen.codec import decode, encode
from reportgen.digest import canonical, of_value
from reportgen.engine import checkpoint, dataset, doubts, preparation
from reportgen.engine.checkpoint import Checkpoint, ModelParams, Training
from reportgen.engine.job import Job, Progress
from reportgen.errors import UndefinedError
from reportgen.models import LOOKS_UNTRAINED, UNTRAINED, Loaded, checkpoints
from reportgen.network.graph import parameter_counts
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.network.randomization import looks_untrained
from reportgen.network.warnings import model_warnings
from reportgen.records import Answers, Dataset, ModelFacts, ReportWarning
from reportgen.store import Output, Store
from reportgen.training.answers import doubtful
from reportgen.training.evaluation import evaluate, image_counts


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `model`, `facts` and `preprocessing`.

    `model` is a `Checkpoint` under the model's digest; `facts` is a `ModelFacts` without the name;
    `preprocessing` is that of the dataset's images for this model, null without a dataset.
    """
    params, given = decode(ModelParams, job.params), job.inputs.get("dataset")
    data = dataset.obtain(given, job, store) if given else None
    recipe = params.recipe(data)
    classes = distinct(given_names(params.classes, Path(job.base)) or ())
    if "training" in job.inputs:
        training = decode(Training, json.loads(store.get(job.inputs["training"].object)))
        settled = training.preprocessing
        kept = Checkpoint(recipe, training.weights, settled, classes, training.digest)
        loaded = checkpoint.load(training.digest, kept, job, store)
    else:
        loaded = checkpoint.build(recipe, job, store)
        classes = classes or distinct(loaded.classes)
        settled = preparation.settled(data, loaded.model, params).preprocessing if data else None
        digest = checkpoints.digest(loaded.model, settled)
        kept = Checkpoint(recipe, "", settled, classes, digest)
        checkpoint.remember(digest, loaded)
        training = Training(
            digest, "", {}, {}, checkpoints.device(), settled, checkpoints.machine()
        )
    # Names that a spec gives to the dataset replace those that come with the model.
    network = Network.of(loaded.model).named((data.classes if data else ()) or classes)
    if network.classes:
        with suppress(UndefinedError):
            network.heads_for(data.targets if data else ())
    facts = _facts(params, loaded, network, data, training)
    # Recorded beside the facts and no part of their digest: the same numbers are the same facts.
    made = encode(replace(facts, training={**facts.training, "machine": dict(training.machine)}))
    needs = (kept.weights,) if kept.weights else ()
    # Names change nothing about a model, and yet everything that shows them.
    digest = of_value([training.digest, classes]) if classes else training.digest
    return {
        "model": store.put_output(canonical(encode(kept)), digest=digest, needs=needs),
        "facts": store.put_output(canonical(made), digest=of_value(encode(facts))),
        "preprocessing": store.put_output(canonical(encode(kept.preprocessing))),
    }


def _facts(
    params: ModelParams,
    loaded: Loaded,
    network: Network,
    data: Dataset | None,
    training: Training,
) -> ModelFacts:
    parameters = parameter_counts(loaded.model)
    metrics: dict[str, float] = {}
    images: dict[str, int] = {}
    about_data: tuple[ReportWarning, ...] = ()
    unclear: tuple[Answers, ...] = ()
    remarks = {"weights": loaded.weights} if loaded.weights else {}
    trained_here = bool(training.history)
    untrained = not trained_here and (UNTRAINED in loaded.weights or looks_untrained(network))
    doubts_of_weights = (
        (ReportWarning("random_weights", LOOKS_UNTRAINED),)
        if untrained and UNTRAINED not in loaded.weights
        else ()
    )
    if data is not None:
        doubt = [ReportWarning("scaling", loaded.unlike)] if loaded.unlike else None
        about_data = (*data.warnings, *(doubt or doubts.of_scaling(data, loaded.model, params)))
        about_data += tuple(doubts.of_labels(data, network))
        settled = training.preprocessing or data.preprocessing
        if settled != data.preprocessing:
            remarks["scaling"] = f"Its images are prepared as it expects them: {settled.text}."
        given = replace(data, preprocessing=settled)
        metrics, images = _evaluated(network, given)
        if not trained_here and not untrained:
            about_data += tuple(doubts.of_splits(data, metrics))
        if UNTRAINED not in loaded.weights:
            unclear = _doubtful(network, given, metrics, trained_here)
    return ModelFacts(
        name="", title="", source=params.source, dataset=params.dataset or "",
        layers=rows(loaded.model), total_params=parameters.total,
        trainable_params=parameters.trainable, non_trainable_params=parameters.fixed,
        digest=training.digest, history=training.history, metrics=metrics, counts=images,
        training={**training.params, "device": training.device, "trained_here": trained_here,
                  **remarks},
        warnings=(*about_data, *doubts_of_weights, *model_warnings(network),
                  *(doubts.of_answers(each, trained_here) for each in unclear)),
        doubtful=unclear, untrained=untrained,
    )  # fmt: skip


def _doubtful(
    network: Network, data: Dataset, metrics: Mapping[str, float], trained_here: bool
) -> tuple[Answers, ...]:
    """Outputs whose answers tell little of the images; () where the model cannot be run on them."""
    others = {}
    if not trained_here:
        others = doubts.others(data.preprocessing, data.splits["test"].images.shape[-1])
    try:
        heads = network.heads_for(data.targets)
        return tuple(doubtful(network, data, heads, metrics, others))
    except UndefinedError:
        return ()


def _evaluated(network: Network, data: Dataset) -> tuple[dict[str, float], dict[str, int]]:
    """The result of `evaluate`; no metrics for a model that takes more than images.

    The figures of such a model state why they cannot run it.

    Raises:
        UserError: labels or names do not fit the outputs.
    """
    try:
        return evaluate(network.model, data, network.heads_for(data.targets))
    except UndefinedError:
        return {}, image_counts(data)
