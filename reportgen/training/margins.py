"""Margins: a layer may lower the logit of the true class in the training loss, and only there.

The last layer of a model has a margin if it has a method

    margin_logits(logits, labels, strength) -> logits

The method takes the layer's outputs, shape (n, classes), and the true classes, shape (n,), and
returns the logits of the loss. `strength` rises from 0 (no margin) to 1 (the full margin) during
training. Predictions and reported scores have no margin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from reportgen.errors import Problem, UserError
from reportgen.network.heads import ending
from reportgen.network.layers import layers_by_path
from reportgen.records import Head
from reportgen.training.parameters import Settings
from reportgen.types import Model, Tensor

Margins = Callable[[Head, Tensor, Tensor], Tensor]
"""Takes a head, its values and its labels; returns the values from which the loss is computed."""


def margins_of(model: Model, heads: Sequence[Head], strength: Callable[[], Tensor]) -> Margins:
    """The margins of a model's heads; the values of a head without a margin stay the same.

    Args:
        model: the model in training.
        heads: the model's heads.
        strength: returns the present strength of margins, as a tensor.

    Raises:
        UserError: a layer with a margin is not the last layer of an output.
    """
    last = {head.index: ending(model, head.index)[1] for head in heads}
    for path, layer in layers_by_path(model).items():
        if hasattr(layer, "margin_logits") and not any(layer is end for end in last.values()):
            raise UserError(
                Problem(
                    f"layer '{path}' has a margin, which only the last layer of an output can have",
                    hint="let it end the model; its values are logits and need no softmax",
                )
            )

    def apply(head: Head, values: Tensor, labels: Tensor) -> Tensor:
        layer = last[head.index]
        if not hasattr(layer, "margin_logits"):
            return values
        return layer.margin_logits(values, labels, strength())

    return apply


def margin_strength(settings: Settings, share_done: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """The strength of margins: 0 up to `margin_start`, 1 from `margin_full`, linear between them.

    Args:
        settings: settings of the training; both limits are shares of its steps.
        share_done: returns the share of training steps that are done, as a tensor.

    Raises:
        UserError: `margin_full` lies before `margin_start`.
    """
    start, full = settings.margin_start, settings.margin_full
    if full < start:
        raise UserError(
            Problem(
                f"margin_full ({full:g}) is less than margin_start ({start:g})",
                hint="both are shares of the training, of which the margin grows in between",
            )
        )
    # Where both are equal, the margin appears at once.
    return lambda: tf.clip_by_value((share_done() - start) / max(full - start, 1e-6), 0.0, 1.0)
