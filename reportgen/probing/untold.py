"""Outputs that stand beside others, and whose logits nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from reportgen.probing.compiled import input_specs
from reportgen.probing.endings import ACTIVATED_LAST, is_told
from reportgen.probing.heads import closing
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.outputs import trace
from reportgen.probing.remembering import remembered
from reportgen.records import Head


def untold(model: Any) -> tuple[int, ...]:
    """Indices of outputs without a logit that can be told, beside others that have one.

    The mean of what several heads answer is one. Empty where no output has a logit: then there is
    nothing that could be explained in place of it.

    Args:
        model: with a graph.
    """
    return remembered(model, "untold outputs", lambda: _found(model))


def _found(model: Any) -> tuple[int, ...]:
    heads = [head for head in heads_of(model) if head.kind != "maps"]
    # Most models end in layers that tell, and need not be traced for this.
    if len(heads) < 2 or all(type(closing(model, h.index)[1]) in ACTIVATED_LAST for h in heads):
        return ()
    missing = _traced(model, heads)
    return missing if len(missing) < len(heads) else ()


def _traced(model: Any, heads: Sequence[Head]) -> tuple[int, ...]:
    missing: list[int] = []

    def body(*inputs: Any) -> Any:
        outputs = trace(model, list(inputs)).outputs
        missing[:] = [head.index for head in heads if not is_told(head, *outputs[head.index][1:])]
        return tf.constant(0)

    tf.function(body, autograph=False).get_concrete_function(*input_specs(model))
    return tuple(missing)
