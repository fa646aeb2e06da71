"""Margins: a layer may make the right answer harder while it is learned, and only then.

A layer that ends a model takes part by having a method

    margin_logits(logits, labels, strength) -> logits

which gets what the layer answered, shape (n, classes), and the right classes, shape (n,), and
gives what the loss is to see. `strength` goes from 0 (no margin) to 1 (all of it) as the training
goes on. Nothing else knows of margins: no label is needed to answer, and what is reported is
scored without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.records import Head

Margins = Callable[[Head, Any, Any], Any]
"""Values and labels of a head to the values that its loss sees."""


def margins_of(model: Any, heads: Sequence[Head], strength: Callable[[], Any]) -> Margins:
    """The margins of a model's heads; a head without passes its values on.

    Raises:
        UserError: a layer has a margin, but something comes after it.
    """
    from reportgen.network.heads import ending
    from reportgen.network.layers import named

    last = {head.index: ending(model, head.index)[1] for head in heads}
    for path, layer in named(model).items():
        if hasattr(layer, "margin_logits") and not any(layer is one for one in last.values()):
            raise UserError(
                Problem(
                    f"layer '{path}' has a margin, which only the last layer of an output can have",
                    hint="let it end the model; its values are logits and need no softmax",
                )
            )

    def apply(head: Head, values: Any, labels: Any) -> Any:
        layer = last[head.index]
        if not hasattr(layer, "margin_logits"):
            return values
        return layer.margin_logits(values, labels, strength())

    return apply


def strength_of(settings: Mapping[str, Any], iterations: Any, steps: int) -> Callable[[], Any]:
    """How strong margins are, as a tensor, by how many steps are done.

    Args:
        settings: `epochs`, and the shares of the training at which margins begin
            (`margin_start`) and are all there (`margin_full`); between them they grow evenly.
        iterations: the optimizer's count of steps.
        steps: those of an epoch.

    Raises:
        UserError: margins are to be there before they begin.
    """
    start, full = settings["margin_start"], settings["margin_full"]
    if full < start:
        raise UserError(
            Problem(
                f"margin_full ({full:g}) is less than margin_start ({start:g})",
                hint="both are shares of the training, of which the margin grows in between",
            )
        )

    def strength() -> Any:
        import tensorflow as tf

        done = tf.cast(iterations, "float32") / (steps * settings["epochs"])
        # Where both are one, the margin appears at once.
        return tf.clip_by_value((done - start) / max(full - start, 1e-6), 0.0, 1.0)

    return strength
