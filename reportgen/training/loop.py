"""The training loop.

It replaces `Model.fit`: the model keeps no compiled state, equal seeds give equal orders of images,
and small networks train a quarter faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from time import perf_counter

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import Problem, UserError
from reportgen.network.gradient_scaling import in_half_precision
from reportgen.network.network import Network
from reportgen.records import Dataset, Head
from reportgen.training.auxiliary import AuxiliaryClassifier, auxiliary_weight
from reportgen.training.initialization import spread_classes
from reportgen.training.margins import margin_strength, margins_of
from reportgen.training.parameters import Settings, settings_of
from reportgen.training.steps import (
    Additions,
    Scores,
    arrays_of,
    evaluate_split,
    evaluation_step,
    run,
    train_step,
    trained_variables,
    with_kinds,
)
from reportgen.types import Model, Params, Tensor

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class History:
    """The records of a training besides the weights.

    Attributes:
        logs: for each of Keras' log names ("loss", "val_loss", "accuracy", with several heads
            "length_loss", "val_length_accuracy", ...), its value after every epoch. As in Keras,
            training values are means over the epoch, during which the weights change.
        seconds: the duration of each epoch, including its pass over the validation split; the first
            epoch also traces the graphs. No other number of a training differs from run to run.
    """

    logs: dict[str, tuple[float, ...]]
    seconds: tuple[float, ...]


def train(
    model: Model,
    dataset: Dataset,
    heads: Sequence[Head],
    params: Params,
    seed: int,
    progress: Progress,
) -> History:
    """Fit `model` in place to the dataset's training split.

    Args:
        model: a built `keras.Model`.
        dataset: a dataset with splits `train` and `validation`.
        heads: the model's heads, each with a target.
        params: values for `PARAMETERS`; a missing value takes its default.
        seed: seed of the order of images and of the random layers of the model.
        progress: called after every step as `progress(steps done, all steps, text)`.

    Returns:
        Losses and accuracies after every epoch, and the duration of each epoch. The training loss
        is the loss that gradient descent minimizes, including the margins of heads (see `margins`).
        All other values, including the training accuracy, exclude margins.

    Raises:
        UserError: the loss is not finite, or the model cannot be trained as the spec asks.
    """
    heads, settings = with_kinds(model, heads, dataset), settings_of(params)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    images, labels = arrays_of(dataset.splits["train"], heads)
    if settings.spread_classes:
        spread_classes(model, heads, dataset)
    steps = -(-len(images) // settings.batch_size)
    counter = _StepCounter(progress, settings.epochs, steps)
    auxiliary = AuxiliaryClassifier(model, heads, settings.helper) if settings.helper else None
    optimizer = optimizer_of(model, settings, steps)

    def share_done() -> Tensor:
        return tf.cast(optimizer.iterations, "float32") / (steps * settings.epochs)

    additions = Additions(
        margins_of(model, heads, margin_strength(settings, share_done)),
        auxiliary,
        auxiliary_weight(share_done),
    )
    optimizer.build(trained_variables(model, additions))
    learn = train_step(model, heads, dataset, optimizer, additions)
    validate = evaluation_step(model, heads, dataset)
    best = _BestWeights(model, settings.patience)
    rng = np.random.default_rng(seed)
    logs: list[dict[str, float]] = []
    seconds: list[float] = []
    while len(logs) < settings.epochs and not best.is_stopping:
        begin = perf_counter()
        order = rng.permutation(len(images))
        scores = run(learn, images, labels, settings.batch_size, order, counter.after_batch)
        validated = evaluate_split(model, validate, dataset.splits["validation"], heads).logs(heads)
        logs.append(scores.logs(heads) | {f"val_{name}": v for name, v in validated.items()})
        seconds.append(perf_counter() - begin)
        best.after_epoch(logs[-1]["val_loss"])
    best.restore()
    return History({name: tuple(log[name] for log in logs) for name in logs[0]}, tuple(seconds))


def optimizer_of(model: Model, settings: Settings, steps: int) -> keras.optimizers.Optimizer:
    """The optimizer that `settings` describe for the model; `steps` is the steps of an epoch.

    Raises:
        UserError: the model has no trainable weights.
    """
    if not model.trainable_variables:
        raise UserError(
            Problem(
                f"the model '{model.name}' has no trainable weights",
                hint="make some layers trainable, or return (model, True) if it is trained",
            )
        )
    rate: float | keras.optimizers.schedules.LearningRateSchedule = float(settings.learning_rate)
    if settings.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * settings.epochs)
    optimizer = keras.optimizers.get({"class_name": settings.optimizer, "config": {}})
    optimizer.learning_rate = rate
    # Small gradients are zero in half precision; where none is, this would change nothing.
    half = in_half_precision(Network.of(model))
    return keras.optimizers.LossScaleOptimizer(optimizer) if half else optimizer


class _StepCounter:
    """Reports progress after every step, and stops a training whose loss is not finite."""

    def __init__(self, progress: Progress, epochs: int, steps: int) -> None:
        self.progress, self.epochs, self.steps, self.done = progress, epochs, steps, 0

    def after_batch(self, scores: Scores) -> None:
        """Count a step; `scores` are the means over the epoch so far."""
        epoch = self.done // self.steps + 1
        self.done += 1
        if not isfinite(scores.loss):
            raise UserError(
                Problem(
                    f"the loss became {scores.loss} in epoch {epoch}, step {self.done} of training",
                    hint="choose a smaller learning_rate, or look for values in the model's "
                    "weights that are not finite",
                )
            )
        accuracy = sum(scores.accuracies) / len(scores.accuracies)
        text = f"epoch {epoch}/{self.epochs}, loss {scores.loss:.4f}, accuracy {accuracy:.3f}"
        self.progress(self.done, self.epochs * self.steps, text)


class _BestWeights:
    """Early stopping: the weights of the epoch with the smallest validation loss.

    Without `patience` the training runs all epochs, and its last weights stay.
    """

    def __init__(self, model: Model, patience: int | None) -> None:
        self.model, self.patience = model, patience
        self.loss, self.waited, self.weights = float("inf"), 0, None

    @property
    def is_stopping(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    def after_epoch(self, loss: float) -> None:
        """Keep the weights if the validation loss is the smallest so far."""
        self.waited += 1
        if self.patience is not None and loss < self.loss:
            self.loss, self.waited, self.weights = loss, 0, self.model.get_weights()

    def restore(self) -> None:
        """Set the model's weights to the ones that were kept."""
        if self.weights is not None:
            self.model.set_weights(self.weights)
