"""What a model answers for images, whether its answer can be explained or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.probing.bounded import is_bounded
from reportgen.probing.compiled import compiled, input_specs
from reportgen.probing.feeding import as_inputs
from reportgen.probing.finite import require_finite
from reportgen.probing.outputs import answers, collect, trace
from reportgen.records import Head
from reportgen.types import Integers


def answered(model: Any, images: Any, heads: Sequence[Head]) -> tuple[Integers, ...]:
    """The class that each head answers for each image: one array of shape (n,) for each head.

    It needs no logit: the likeliest class is that of the largest value, be that a logit or a
    probability. The mean of several networks has an answer too.

    Args:
        model: with a graph.
        images: model input, already preprocessed, shape (n, h, w, c).
        heads: of the model, each with one row of values for an image.

    Raises:
        UndefinedError: weights or answers are not finite numbers.
    """
    require_finite(model)

    def body(model: Any, *inputs: Any) -> Any:
        outputs = trace(model, list(inputs)).outputs
        found = [_values(h, p, *outputs[h.index]) for h, p in zip(heads, likely, strict=True)]
        return [tf.cast(one, tf.float32) for one in found]

    inputs = as_inputs(model, images)
    likely = [is_bounded(model, head, inputs) for head in heads]
    key = ("answered", tuple((head.index, head.kind) for head in heads), *likely)
    graph = compiled(model, key, body, input_specs(model))
    values = collect(model, graph, inputs)
    if not all(np.isfinite(one).all() for one in values):
        raise UndefinedError(
            "The answers of the model are not all finite numbers (NaN or infinite), so "
            "it gives no answer."
        )
    return tuple(answers(one, head) for one, head in zip(values, heads, strict=True))


def _values(head: Head, probable: bool, output: Any, before: Any, derived: bool) -> Any:
    """Values whose largest, or of one unit whose sign, is the answer."""
    if before is not None:
        return before
    single = head.units == 1 and (derived or probable or head.kind == "sigmoid")
    return output - 0.5 if single else output
