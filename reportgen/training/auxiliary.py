"""An auxiliary classifier on an earlier layer, trained with the model and then discarded.

Specs call it the helper. An embedding of two dimensions passes little of the loss's gradient to the
layers before it, which therefore learn slowly. A classifier on the output of those layers trains
them directly (deep supervision: Lee et al. 2015, arXiv:1409.5185). The weight of its loss falls
linearly from 1 to 0 during training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from reportgen.errors import Problem, UserError
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.records import Head
from reportgen.types import Model, Tensor


class AuxiliaryClassifier:
    """A Dense layer for each head, on the output of one layer of a model in training.

    Attributes:
        model: the model with that layer's output added after its own outputs.
        variables: weights of the classifier.

    Raises:
        UserError: the model has no such layer, or the layer lies inside another model.
    """

    def __init__(self, model: Model, heads: Sequence[Head], layer: str) -> None:
        network = Network.of(model)
        graph, path = network.graph, find(network, layer)
        if "/" in path:
            raise UserError(
                Problem(f"helper must name a layer of the model itself, got '{path}'",
                        hint="name one that is not inside another model")
            )  # fmt: skip
        output = network.uses[path].outputs[0]
        inputs = graph.inputs[0] if len(graph.inputs) == 1 else graph.inputs
        self.model = keras.Model(inputs, [*graph.outputs, output])
        self.flat = keras.layers.Flatten()
        self.layers = [keras.layers.Dense(max(2, head.units)) for head in heads]
        for dense in self.layers:
            dense.build(self.flat.compute_output_shape(output.shape))
        self.variables = [v for dense in self.layers for v in dense.trainable_variables]

    def loss(self, features: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of the classifier, summed over heads and averaged over images."""
        flat = tf.cast(self.flat(features), "float32")
        losses = [
            tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels[:, column], dense(flat))
            )
            for column, dense in enumerate(self.layers)
        ]
        return tf.add_n(losses)


def auxiliary_weight(share_done: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """The weight of the classifier's loss: from 1 at the start of training to 0 at its end.

    Args:
        share_done: returns the share of training steps that are done, as a tensor.

    Returns:
        A function that returns the present weight, as a tensor.
    """
    return lambda: tf.maximum(1.0 - share_done(), 0.0)
