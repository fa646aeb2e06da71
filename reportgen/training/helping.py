"""A helper: a second classifier, on an earlier layer, that trains along and is then thrown away.

An embedding of two dimensions lets little of the loss through to the layers before it, and they
learn slowly. A classifier on what they give teaches them at once (deep supervision: Lee et al.
2015, arXiv:1409.5185). Its loss counts fully at first, evenly less, and at the end nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.records import Head


class Helper:
    """The second classifier of a model in training.

    Attributes:
        model: the model with the helped layer's output as a last output besides its own.
        variables: weights of the classifier.
    """

    def __init__(self, model: Any, heads: Sequence[Head], layer: str) -> None:
        import keras

        from reportgen.network.graph import require_graph
        from reportgen.network.layers import find, uses

        graph, path = require_graph(model), find(model, layer)
        if "/" in path:
            raise UserError(
                Problem(f"helper must name a layer of the model itself, got '{path}'",
                        hint="name one that is not inside another model")
            )  # fmt: skip
        output = uses(model)[path].outputs[0]
        inputs = graph.inputs[0] if len(graph.inputs) == 1 else graph.inputs
        self.model = keras.Model(inputs, [*graph.outputs, output])
        self.flat = keras.layers.Flatten()
        self.layers = [keras.layers.Dense(max(2, head.units)) for head in heads]
        for dense in self.layers:
            dense.build(self.flat.compute_output_shape(output.shape))
        self.variables = [v for dense in self.layers for v in dense.trainable_variables]

    def loss(self, features: Any, labels: Any) -> Any:
        """Cross-entropy of the classifier, added over heads; mean over images."""
        import tensorflow as tf

        flat = tf.cast(self.flat(features), "float32")
        losses = [
            tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels[:, column], dense(flat))
            )
            for column, dense in enumerate(self.layers)
        ]
        return tf.add_n(losses)


def helper_of(model: Any, heads: Sequence[Head], settings: Mapping[str, Any]) -> Helper | None:
    """The helper that settings ask for by a layer's name, if they do.

    Raises:
        UserError: there is no such layer, or it lies inside another model.
    """
    return Helper(model, heads, settings["helper"]) if settings["helper"] else None


def weight_of(settings: Mapping[str, Any], iterations: Any, steps: int) -> Callable[[], Any]:
    """How much the helper's loss counts, as a tensor: from 1 to 0 over all steps."""

    def weight() -> Any:
        import tensorflow as tf

        return tf.maximum(1.0 - tf.cast(iterations, "float32") / (steps * settings["epochs"]), 0.0)

    return weight
