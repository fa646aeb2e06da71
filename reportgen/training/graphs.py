"""Graphs that take batches of images as a dataset stores them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reportgen.records import Dataset, Head


def inputs_of(model: Any, dataset: Dataset) -> Callable[[Any], Any]:
    """How a batch of images, as the dataset stores them, becomes what the model reads."""
    import tensorflow as tf

    from reportgen.network.inputs import as_taken
    from reportgen.network.preprocessing import coefficients

    shape = dataset.splits["train"].images.shape[1:]
    turned = as_taken(model, shape) != shape
    scale, offset = coefficients(dataset.preprocessing)
    order = dataset.preprocessing.order

    def prepared(images: Any) -> Any:
        stored = tf.gather(images, order, axis=-1) if order else images
        inputs = tf.cast(stored, "float32") * scale + offset
        return tf.transpose(inputs, [0, 3, 1, 2]) if turned else inputs

    return prepared


def graph_of(model: Any, body: Callable[..., Any], given: list[Any]) -> Callable[..., Any]:
    """A graph of such tensors as are `given`.

    Of a model that only a compiler can run here, a compiled one that says if that cannot either.
    """
    from reportgen.errors import Problem, UserError
    from reportgen.network.execution import NO_KERNEL, allowed, cannot_run, function, needs_xla

    xla = needs_xla(model)
    graph: Callable[..., Any] = function(body, given, xla)

    def run(images: Any, labels: Any) -> Any:
        try:
            with allowed(xla):
                return graph(images, labels)
        except NO_KERNEL as error:
            hint = "train it on a machine with a GPU and name the trained model file"
            raise UserError(Problem(cannot_run(model, error).rstrip("."), hint=hint)) from error

    return run if xla else graph


def signature(dataset: Dataset, heads: Sequence[Head]) -> list[Any]:
    """Any number of images of one shape, so that the last, smaller batch is not traced anew."""
    import tensorflow as tf

    images = dataset.splits["train"].images
    return [
        tf.TensorSpec((None, *images.shape[1:]), images.dtype),
        tf.TensorSpec((None, len(heads)), "int32"),
    ]
