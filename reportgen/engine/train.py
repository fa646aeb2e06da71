"""Stage `train`: build or load a model, train it if it is not, evaluate it, keep it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from reportgen import models, training
from reportgen.codec import encode
from reportgen.digest import canonical, of_value
from reportgen.engine import dataset
from reportgen.engine.job import Job, Progress
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.graph import counts
from reportgen.network.heads import heads
from reportgen.network.inputs import require_one_input
from reportgen.network.layers import find, rows
from reportgen.records import Dataset, ModelFacts
from reportgen.store import Output, Store

_KEPT = 2
_built: dict[str, Any] = {}


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `model` (how to have it again), `facts` (a `ModelFacts` without its name), `times`.

    `times` lists the seconds of each epoch, [] for a model that came trained. Its digest is the
    model's: they differ from run to run, and equal trainings are to stop a rebuild early.
    """
    given = job.inputs.get("dataset")
    data = dataset.obtain(given, store, job.base) if given else None
    recipe = {"source": job.params["source"], "params": job.params["params"],
              "inputs": job.params.get("inputs", {}), "seed": job.params["seed"],
              "input_shape": _input_shape(data),
              "targets": encode(data.targets) if data else []}  # fmt: skip
    loaded = _load(recipe, job, store, data)
    _check_layers(loaded.model, job.checks)
    log = training.Log({}, ())
    needs: tuple[str, ...] = ()
    if data is not None and not loaded.trained:
        log = _trained(loaded.model, data, job, progress)
        needs = (store.put(_packed(loaded.model.get_weights())),)
    facts = _facts(loaded, data, log.history, job)
    _keep(facts.digest, loaded.model)
    kept = {"recipe": recipe, "weights": list(needs), "preprocessing": _preprocessing(data)}
    model = canonical(kept)
    return {
        "model": store.put_output(model, digest=facts.digest, needs=needs),
        "facts": store.put_output(canonical(encode(facts))),
        "times": store.put_output(canonical(list(log.seconds)), digest=facts.digest),
    }


def _trained(model: Any, data: Dataset, job: Job, progress: Progress) -> training.Log:
    """Train a model in place."""
    try:
        require_one_input(model)
        found = heads(model, data.targets, strict=True)
    except UndefinedError as error:
        hint = "a model that is trained already is shown as far as it can be: for a function, "
        hint += "return (model, True)"
        raise UserError(Problem(str(error).rstrip("."), hint=hint)) from error
    return training.train(model, data, found, job.params["training"], job.params["seed"], progress)


def obtain(output: Output, job: Job, store: Store) -> Any:
    """The model that an output describes, from memory or built again with its weights.

    Of the job it takes where files lie, and whether code in them may run.

    Raises:
        UserError: a model that came trained is not what it was when the output was made.
    """
    if output.digest in _built:
        return _built[output.digest]
    kept = json.loads(store.get(output.object))
    model = _load(kept["recipe"], job, store, None).model
    for weights in kept["weights"]:
        model.set_weights(_unpacked(store.get(weights), model.get_weights()))
    if not kept["weights"] and of_model(model, kept["preprocessing"]) != output.digest:
        raise UserError("the model changed while the report was built; build again")
    _keep(output.digest, model)
    return model


def _load(recipe: Mapping[str, Any], job: Job, store: Store, data: Dataset | None) -> models.Loaded:
    import keras

    from reportgen.codec import decode
    from reportgen.records import Target

    # Names that Keras counts up (dense_7) must not depend on what this process built before.
    keras.backend.clear_session()
    keras.utils.set_random_seed(recipe["seed"])
    shape = recipe["input_shape"]
    return models.load(
        recipe["source"],
        base=Path(job.base),
        input_shape=tuple(shape) if shape else None,
        targets=data.targets if data else decode(tuple[Target, ...], recipe["targets"]),
        seed=recipe["seed"],
        params=recipe["params"],
        inputs=recipe["inputs"],
        lines=job.lines,
        trusted=job.trust,
        cache=store.root,
    )


def _check_layers(model: Any, checks: Sequence[tuple[str, int | None]]) -> None:
    """Tell of layers that the model lacks before an hour of training, not after."""
    problems = []
    for name, line in checks:
        try:
            find(model, name)
        except UserError as error:
            problems += [replace(problem, line=line) for problem in error.problems]
    if problems:
        raise UserError(*problems)


def _input_shape(data: Dataset | None) -> list[int] | None:
    return None if data is None else list(data.splits["train"].images.shape[1:])


def _facts(
    loaded: models.Loaded, data: Dataset | None, history: Mapping[str, Sequence[float]], job: Job
) -> ModelFacts:
    model, params = loaded.model, counts(loaded.model)
    facts = ModelFacts(
        name="", title="", source=job.params["source"], dataset=job.params["dataset"] or "",
        layers=rows(model), total_params=params.total, trainable_params=params.trainable,
        non_trainable_params=params.fixed,
        digest=of_model(model, _preprocessing(data)),
        history={k: tuple(v) for k, v in history.items()}, metrics={}, counts={},
        training=_training(job, history, loaded.weights),
    )  # fmt: skip
    if data is None:
        return facts
    metrics, images = _measured(model, data)
    return replace(facts, metrics=metrics, counts=images)


def _measured(model: Any, data: Dataset) -> tuple[dict[str, float], dict[str, int]]:
    """What `training.evaluate` gives; nothing of a model that images alone cannot be run through.

    The figures that would run it say why they cannot.
    """
    try:
        return training.evaluate(model, data, heads(model, data.targets))
    except UndefinedError:
        return {}, training.counted(data)


def _training(job: Job, history: Mapping[str, Sequence[float]], weights: str) -> dict[str, Any]:
    import tensorflow as tf

    device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    return {**(job.params["training"] if history else {}), "device": device,
            "trained_here": bool(history), **({"weights": weights} if weights else {})}  # fmt: skip


def _preprocessing(data: Dataset | None) -> Any:
    return encode(data.preprocessing) if data else None


def of_model(model: Any, preprocessing: Any) -> str:
    """Digest of a model: architecture, weight bytes, preprocessing as plain values."""
    weights = hashlib.sha256()
    for array in model.get_weights():
        weights.update(str((array.shape, array.dtype)).encode())
        # As bytes: there are numbers, such as bfloat16, that Python has no name for.
        weights.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    try:
        architecture = model.to_json()
    except (NotImplementedError, TypeError, ValueError):
        # A subclassed model without get_config: its layers stand for it.
        architecture = encode(rows(model))
    return of_value([architecture, weights.hexdigest(), preprocessing])


def _packed(weights: Sequence[np.ndarray[Any, Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, *weights)
    return buffer.getvalue()


def _unpacked(data: bytes, like: Sequence[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]]:
    """Weights of the types that a model has now: NumPy stores bfloat16 without its name."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        found = [arrays[f"arr_{i}"] for i in range(len(arrays.files))]
    return [
        one.view(own.dtype) if one.dtype.kind == "V" else one
        for one, own in zip(found, like, strict=True)
    ]


def _keep(digest: str, model: Any) -> None:
    if model.count_params() * 4 > 2**28:
        _built.clear()
    while len(_built) >= _KEPT:
        _built.pop(next(iter(_built)))
    _built[digest] = model
