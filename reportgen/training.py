"""Fitting a model to a dataset, and measuring how well it does.

Training is a loop of its own rather than `model.fit`: the model keeps no compiled state, losses
follow from what each head answers, and the same seed gives the same weights on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Parameter
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Head, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARAMETERS = (
    Parameter("epochs", "int", 10, "passes over the training images", minimum=1, maximum=10000),
    Parameter("batch_size", "int", 128, "images in one step", minimum=1, maximum=65536),
    Parameter(
        "optimizer",
        "str",
        "adam",
        "what turns gradients into steps",
        choices=("adam", "adamw", "rmsprop", "sgd"),
    ),
    Parameter(
        "learning_rate", "float", 0.001, "largest size of a step", minimum=1e-9, maximum=100.0
    ),
    Parameter(
        "schedule",
        "str",
        "cosine",
        "how the learning rate goes on: 'cosine' falls to zero over all steps",
        choices=("constant", "cosine"),
    ),
    Parameter(
        "patience",
        "int",
        None,
        "stop after so many epochs without a smaller validation loss, and take the best weights",
        minimum=1,
        maximum=10000,
        optional=True,
    ),
)
EVALUATION_BATCH = 512

Progress = Callable[[int, int, str], None]
History = dict[str, tuple[float, ...]]


def train(
    model: Any,
    dataset: Dataset,
    heads: Sequence[Head],
    params: Mapping[str, Any],
    seed: int,
    progress: Progress,
) -> History:
    """Fit `model` in place to the dataset's training split.

    Args:
        model: a built `keras.Model`.
        dataset: with splits `train` and `validation`.
        heads: the model's heads, each with a target.
        params: a value for each of `PARAMETERS`, defaults where it has none.
        seed: of the order of images and of all that is random in the model.
        progress: called after every step as `progress(steps done, steps in all, text)`.

    Returns:
        For each of Keras' log names ("loss", "val_loss", "accuracy", with several heads
        "length_loss", "val_length_accuracy", ...) its value after every epoch. As in Keras,
        training values are means over the epoch while the weights still changed.

    Raises:
        UserError: the loss is no longer a number.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    settings = {**{parameter.name: parameter.default for parameter in PARAMETERS}, **params}
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    images, labels = _arrays(dataset.splits["train"], heads)
    steps = -(-len(images) // settings["batch_size"])
    ticks = _Ticks(progress, settings["epochs"], steps)
    step = _step_of(model, heads, dataset, _optimizer(model, settings, steps))
    check = _measure_of(model, heads, dataset)
    best = _Best(model, settings["patience"])
    rng = np.random.default_rng(seed)
    logs: list[dict[str, float]] = []
    while len(logs) < settings["epochs"] and not best.over:
        order = rng.permutation(len(images))
        means = _means(step, images, labels, settings["batch_size"], order, ticks.tell)
        held_out = _means(check, *_arrays(dataset.splits["validation"], heads), EVALUATION_BATCH)
        validation = {f"val_{name}": value for name, value in _logs(held_out, heads).items()}
        logs.append({**_logs(means, heads), **validation})
        best.note(logs[-1]["val_loss"])
    best.restore()
    return {name: tuple(log[name] for log in logs) for name in logs[0]}


def evaluate(
    model: Any, dataset: Dataset, heads: Sequence[Head]
) -> tuple[dict[str, float], dict[str, int]]:
    """Accuracy and loss of every head on every split, in one pass over each split.

    Accuracy is the share of images whose likeliest class is the right one; loss is the mean
    cross-entropy in nats.

    Returns:
        Metrics "<split>.<head>.accuracy" and "<split>.<head>.loss", and for each split its number
        of images. There are no metrics where the dataset has no labels at all.
    """
    metrics: dict[str, float] = {}
    counts = {name: len(split.images) for name, split in dataset.splits.items()}
    if not dataset.targets:
        return metrics, counts
    check = _measure_of(model, heads, dataset)
    for name, split in dataset.splits.items():
        means = _means(check, *_arrays(split, heads), EVALUATION_BATCH)
        for head, loss, accuracy in zip(heads, *_by_head(means), strict=True):
            if not isfinite(loss):
                raise UserError(
                    Problem(
                        f"output '{head.name}' of the model gives values that are not numbers "
                        f"for images of the {name} split",
                        hint="look for weights that are not finite",
                    )
                )
            metrics[f"{name}.{head.name}.accuracy"] = accuracy
            metrics[f"{name}.{head.name}.loss"] = loss
    return metrics, counts


# --- one pass over a split ----------------------------------------------------------------------


def _arrays(split: Split, heads: Sequence[Head]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Images as stored, and the labels of all heads, shape (n, heads)."""
    import numpy as np

    missing = [h.name for h in heads if h.target is None or h.target.name not in split.labels]
    if missing:
        message = f"the dataset has no labels for the outputs {', '.join(missing)}"
        raise UserError(Problem(message, hint="use one with labels, or a model that is trained"))
    columns = [split.labels[head.target.name] for head in heads if head.target]
    return np.asarray(split.images), np.stack(columns, axis=1).astype(np.int32)


def _means(
    pass_batch: Callable[..., Any],
    images: NDArray[Any],
    labels: NDArray[np.int32],
    size: int,
    order: NDArray[np.int64] | None = None,
    tell: Callable[[NDArray[np.float64]], None] | None = None,
) -> NDArray[np.float64]:
    """Mean over all images of what `pass_batch` sums up for each batch; see `_sums`."""
    import numpy as np

    total, seen = np.zeros(1 + 2 * labels.shape[1]), 0
    for start in range(0, len(images), size):
        part = slice(start, start + size) if order is None else order[start : start + size]
        batch = images[part]
        total += pass_batch(batch, labels[part]).numpy()
        seen += len(batch)
        if tell:
            tell(total / seen)
    return total / seen


def _by_head(means: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    heads = len(means) // 2
    return means[1 : 1 + heads].tolist(), means[1 + heads :].tolist()


def _logs(means: NDArray[np.float64], heads: Sequence[Head]) -> dict[str, float]:
    """Means under the names that Keras gives them."""
    losses, accuracies = _by_head(means)
    logs = {"loss": float(means[0])}
    if len(heads) == 1:
        return {**logs, "accuracy": accuracies[0]}
    for head, loss, accuracy in zip(heads, losses, accuracies, strict=True):
        logs |= {f"{head.name}_loss": loss, f"{head.name}_accuracy": accuracy}
    return logs


# --- graphs -------------------------------------------------------------------------------------


def _sums(
    model: Any, heads: Sequence[Head], dataset: Dataset, training: bool
) -> Callable[[Any, Any], tuple[Any, Any]]:
    """A function of a batch that gives the loss to descend, and sums over the batch's images.

    The sums are a vector: loss in all, then for each head its loss, then its right answers.
    """
    import keras
    import tensorflow as tf

    from reportgen.probing.inputs import coefficients

    scale, offset = coefficients(dataset.preprocessing)
    order = dataset.preprocessing.order

    def sums(images: Any, labels: Any) -> tuple[Any, Any]:
        stored = tf.gather(images, order, axis=-1) if order else images
        inputs = tf.cast(stored, "float32") * scale + offset
        outputs = keras.tree.flatten(model(inputs, training=training))
        losses, hits = [], []
        for column, head in enumerate(heads):
            values = tf.cast(outputs[head.index], "float32")
            losses.append(tf.reduce_sum(_loss(head, values, labels[:, column])))
            hits.append(tf.reduce_sum(tf.cast(_hits(head, values, labels[:, column]), "float32")))
        count = tf.cast(tf.shape(images)[0], "float32")
        loss = tf.add_n(losses) / count + tf.add_n(
            [tf.cast(x, "float32") for x in model.losses] or [0.0]
        )
        return loss, tf.cast(tf.stack([loss * count, *losses, *hits]), "float64")

    return sums


def _loss(head: Head, values: Any, labels: Any) -> Any:
    """Cross-entropy of each image, shape (n,)."""
    import keras
    import tensorflow as tf

    logits = head.kind == "logits"
    if head.units == 1:
        return keras.losses.binary_crossentropy(labels[:, None], values, from_logits=logits)
    if head.kind == "sigmoid":
        answers = tf.one_hot(labels, head.units)
        return keras.losses.binary_crossentropy(answers, values)
    return keras.losses.sparse_categorical_crossentropy(labels, values, from_logits=logits)


def _hits(head: Head, values: Any, labels: Any) -> Any:
    """Whether the likeliest class is the right one, for each image, shape (n,)."""
    import tensorflow as tf

    if head.units == 1:
        middle = 0.0 if head.kind == "logits" else 0.5
        return (values[:, 0] > middle) == (labels > 0)
    return tf.argmax(values, axis=-1, output_type="int32") == labels


def _measure_of(model: Any, heads: Sequence[Head], dataset: Dataset) -> Callable[..., Any]:
    import tensorflow as tf

    sums = _sums(model, heads, dataset, training=False)
    compiled: Callable[..., Any] = tf.function(
        lambda images, labels: sums(images, labels)[1], input_signature=_signature(dataset, heads)
    )
    return compiled


def _step_of(
    model: Any, heads: Sequence[Head], dataset: Dataset, optimizer: Any
) -> Callable[..., Any]:
    import tensorflow as tf

    sums = _sums(model, heads, dataset, training=True)
    variables = model.trainable_variables

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            loss, total = sums(images, labels)
        optimizer.apply(tape.gradient(loss, variables), variables)
        return total

    compiled: Callable[..., Any] = tf.function(step, input_signature=_signature(dataset, heads))
    return compiled


def _signature(dataset: Dataset, heads: Sequence[Head]) -> list[Any]:
    """Any number of images of one shape, so that the last, smaller batch is not traced anew."""
    import tensorflow as tf

    images = dataset.splits["train"].images
    return [
        tf.TensorSpec((None, *images.shape[1:]), images.dtype),
        tf.TensorSpec((None, len(heads)), "int32"),
    ]


def _optimizer(model: Any, settings: Mapping[str, Any], steps: int) -> Any:
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
    optimizer.build(model.trainable_variables)
    return optimizer


# --- across epochs ------------------------------------------------------------------------------


class _Ticks:
    """Tells progress after every step, and refuses to go on when the loss is not a number."""

    def __init__(self, progress: Progress, epochs: int, steps: int) -> None:
        self.progress, self.epochs, self.steps, self.done = progress, epochs, steps, 0

    def tell(self, means: NDArray[np.float64]) -> None:
        epoch = self.done // self.steps + 1
        self.done += 1
        loss, accuracy = means[0], sum(_by_head(means)[1]) / (len(means) // 2)
        if not isfinite(loss):
            raise UserError(
                Problem(
                    f"the loss became {loss} in epoch {epoch}, step {self.done} of training",
                    hint="choose a smaller learning_rate, or look for values in the model's "
                    "weights that are not finite",
                )
            )
        text = f"epoch {epoch}/{self.epochs}, loss {loss:.4f}, accuracy {accuracy:.3f}"
        self.progress(self.done, self.epochs * self.steps, text)


class _Best:
    """The weights of the epoch with the smallest validation loss, kept where `patience` is set."""

    def __init__(self, model: Any, patience: int | None) -> None:
        self.model, self.patience = model, patience
        self.loss, self.waited, self.weights = float("inf"), 0, None

    @property
    def over(self) -> bool:
        return self.patience is not None and self.waited >= self.patience

    def note(self, loss: float) -> None:
        self.waited += 1
        if self.patience is not None and loss < self.loss:
            self.loss, self.waited, self.weights = loss, 0, self.model.get_weights()

    def restore(self) -> None:
        if self.weights is not None:
            self.model.set_weights(self.weights)
