"""The loop over epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Head
from reportgen.training.helping import helper_of, weight_of
from reportgen.training.keeping import Best, Log, Progress, Ticks
from reportgen.training.margins import margins_of, strength_of
from reportgen.training.parameters import PARAMETERS
from reportgen.training.passes import arrays_of, logs_of, means, measure_on
from reportgen.training.reading import as_read
from reportgen.training.starting import spread_classes
from reportgen.training.steps import Aids, measure_of, step_of


def train(
    model: Any,
    dataset: Dataset,
    heads: Sequence[Head],
    params: Mapping[str, Any],
    seed: int,
    progress: Progress,
) -> Log:
    """Fit `model` in place to the dataset's training split.

    Args:
        model: a built `keras.Model`.
        dataset: with splits `train` and `validation`.
        heads: the model's heads, each with a target.
        params: a value for each of `PARAMETERS`, defaults where it has none.
        seed: of the order of images and of all that is random in the model.
        progress: called after every step as `progress(steps done, steps in all, text)`.

    Returns:
        Losses and accuracies after every epoch, and how long each took. The training loss is
        that which is descended, with a head's margin if it has one (see `margins`); everything
        else, accuracy in training included, is scored without.

    Raises:
        UserError: the loss is no longer a number.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    heads = as_read(model, heads, dataset)
    settings = {**{parameter.name: parameter.default for parameter in PARAMETERS}, **params}
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    images, labels = arrays_of(dataset.splits["train"], heads)
    if settings["spread_classes"]:
        spread_classes(model, heads, dataset)
    steps = -(-len(images) // settings["batch_size"])
    ticks = Ticks(progress, settings["epochs"], steps)
    helper = helper_of(model, heads, settings)
    optimizer = optimizer_of(model, settings, steps)
    strength = strength_of(settings, optimizer.iterations, steps)
    weight = weight_of(settings, optimizer.iterations, steps)
    aids = Aids(margins_of(model, heads, strength), helper, weight)
    optimizer.build(aids.variables(model))
    step = step_of(model, heads, dataset, optimizer, aids)
    check = measure_of(model, heads, dataset)
    best = Best(model, settings["patience"])
    rng = np.random.default_rng(seed)
    logs: list[dict[str, float]] = []
    seconds: list[float] = []
    while len(logs) < settings["epochs"] and not best.over:
        begin = perf_counter()
        order = rng.permutation(len(images))
        found = means(step, images, labels, settings["batch_size"], order, ticks.tell)
        held_out = measure_on(model, check, dataset.splits["validation"], heads)
        validation = {f"val_{name}": value for name, value in logs_of(held_out, heads).items()}
        logs.append({**logs_of(found, heads), **validation})
        seconds.append(perf_counter() - begin)
        best.note(logs[-1]["val_loss"])
    best.restore()
    return Log({name: tuple(log[name] for log in logs) for name in logs[0]}, tuple(seconds))


def optimizer_of(model: Any, settings: Mapping[str, Any], steps: int) -> Any:
    """The optimizer that `settings` describe for the model; an epoch has `steps`."""
    import keras

    if not model.trainable_variables:
        raise UserError(
            Problem(
                f"the model '{model.name}' has no trainable weights",
                hint="make some layers trainable, or return (model, True) if it is trained",
            )
        )
    rate: Any = float(settings["learning_rate"])
    if settings["schedule"] == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * settings["epochs"])
    optimizer = keras.optimizers.get({"class_name": settings["optimizer"], "config": {}})
    optimizer.learning_rate = rate
    return optimizer
