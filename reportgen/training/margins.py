"""Margins: a layer may make the right answer harder while it is learned, and only then.

A layer that ends a model takes part through a method

    margin_logits(logits, labels, strength) -> logits

It takes the layer's answers, shape (n, classes), and the right classes, shape (n,), and returns
the logits that the loss sees. `strength` goes from 0 (no margin) to 1 (all of it) as the training
goes on. Predictions need no label, and reported scores have no margin.
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
"""From a head, its values and its labels to the values that the loss sees."""


def margins_of(model: Model, heads: Sequence[Head], strength: Callable[[], Tensor]) -> Margins:
    """The margins of a model's heads; a head without one passes its values on.

    Raises:
        UserError: a layer has a margin, but something comes after it.
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
    """How strong margins are: 0 up to the share `margin_start`, 1 from `margin_full`, evenly
    growing between them.

    Args:
        settings: of the training.
        share_done: the share of the training's steps that are done, as a tensor.

    Raises:
        UserError: margins are to be full before they begin.
    """
    start, full = settings.margin_start, settings.margin_full
    if full < start:
        raise UserError(
            Problem(
                f"margin_full ({full:g}) is less than margin_start ({start:g})",
                hint="both are shares of the training, of which the margin grows in between",
            )
        )
    # Where both are one, the margin appears at once.
    return lambda: tf.clip_by_value((share_done() - start) / max(full - start, 1e-6), 0.0, 1.0)
