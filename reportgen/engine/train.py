"""Stage `train`: builds a model and trains it, unless it comes trained."""

from __future__ import annotations

from dataclasses import replace

from reportgen.codec import decode, encode
from reportgen.digest import canonical, of_value
from reportgen.engine import checkpoint, dataset, preparation
from reportgen.engine.checkpoint import ModelParams, Training
from reportgen.engine.job import Job, Progress
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.models import checkpoints
from reportgen.network.inputs import require_one_input
from reportgen.network.network import Network
from reportgen.records import Dataset
from reportgen.store import Output, Store
from reportgen.training.loop import History, train
from reportgen.training.trainable import check_trainable
from reportgen.types import Model, Params


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Outputs `training` (a `Training`) and `times`.

    `times` lists the seconds of each epoch; it is [] for a model that came trained. Times differ
    from run to run, so the digest of `times` is that of the training: an equal training then leaves
    the tasks that use it fresh.
    """
    params = decode(ModelParams, job.params)
    data = dataset.obtain(job.inputs["dataset"], job, store)
    loaded = checkpoint.build(params.recipe(data), job, store)
    data = preparation.settled(data, loaded.model, params)
    weights, history = "", History({}, ())
    settings: Params = {}
    if not loaded.trained:
        history = _train(loaded.model, data, params, progress)
        weights = store.put(checkpoints.pack(loaded.model.get_weights()))
        settings = params.training
    digest = checkpoints.digest(loaded.model, data.preprocessing)
    checkpoint.remember(digest, loaded)
    training = Training(
        digest, weights, history.logs, settings, checkpoints.device(), data.preprocessing
    )
    needs = (weights,) if weights else ()
    made = encode(replace(training, machine=checkpoints.machine()))
    output = store.put_output(canonical(made), digest=of_value(encode(training)), needs=needs)
    times = store.put_output(canonical(list(history.seconds)), digest=output.digest)
    return {"training": output, "times": times}


def _train(model: Model, data: Dataset, params: ModelParams, progress: Progress) -> History:
    """Train a model in place."""
    if data.targets:
        check_trainable(data)
    try:
        network = Network.of(model)
        require_one_input(network)
        trained = network.heads_for(data.targets, strict=True)
    except UndefinedError as error:
        hint = "a model that is trained already is shown as far as it can be: for a function, "
        hint += "return (model, True)"
        raise UserError(Problem(str(error).rstrip("."), hint=hint)) from error
    return train(model, data, trained, params.training, params.seed, progress)
