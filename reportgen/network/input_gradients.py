"""Gradients of logits with respect to a model's input, by any of the rules at a ReLU."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.dependencies import way_to
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.gradients import climbed, target_of
from reportgen.network.inputs import as_inputs
from reportgen.network.logits import require_logits
from reportgen.network.network import Network
from reportgen.network.outputs import logits_of, trace
from reportgen.network.relu_rules import Handled, runner
from reportgen.records import Head
from reportgen.types import Array, Doubles, Floats


@dataclass(frozen=True)
class InputSlope:
    """One batch: where it lies among the images, and what was found there.

    Attributes:
        part: its place among the images.
        gradients: for each output asked for, for each input of the model, its own shape.
        logits: for each output of the model, shape (b, units).
        targets: the classes explained, shape (b, outputs asked for).
    """

    part: slice
    gradients: list[list[Floats]]
    logits: list[Floats]
    targets: NDArray[np.int32]


def input_slopes(
    network: Network, images: Any, outputs: Sequence[int], targets: Array, rule: str = "gradient"
) -> Iterator[InputSlope]:
    """How the explained logits rise with each value of the input.

    Scores are those of `gradients.slopes`. One graph serves all images, targets and batch sizes.

    Args:
        model: any model with a graph, nested to any depth; is left as it was.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (n, len(outputs)); -1 for the predicted class.
        rule: at a ReLU, see `rectifiers`.

    Raises:
        UndefinedError: the model is not a graph, its input is not made of real numbers, an output
            does not depend on it, or there is no ReLU for a rule of its own.
    """
    heads = network.heads
    chosen = tuple(heads[index] for index in outputs)
    key = ("input slopes", rule, tuple(outputs))
    note = handled_by(network, key)

    def body(network: Network, wanted: Any, *inputs: Any) -> Any:
        note.clear()
        found = _differentiate(network, list(inputs), wanted, chosen, rule, note)
        if rule != "gradient":
            _check_rule(network, chosen, rule, note)
        return found

    wanted_spec = tf.TensorSpec((None, len(chosen)), tf.int32)
    signature = [wanted_spec, *input_specs(network)]
    # ReLUs in code that is out of reach are found in the graph.
    graph = compiled(network, key, body, signature, at_once=rule != "gradient")
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    for part in batches(network, inputs, copies=2):
        given = [np.asarray(targets[part], np.int32), *(array[part] for array in inputs)]
        grads, logits, explained = execute(graph, given, network)
        require_logits(network, chosen, [logits[head.index] for head in chosen], inputs)
        yield InputSlope(part, grads, logits, explained)


def require_real(network: Network, inputs: Sequence[Array]) -> None:
    """Raises UndefinedError where an input is made of whole numbers."""
    if any(array.dtype.kind in "iub" for array in inputs):
        raise UndefinedError(
            "The model takes whole numbers as its input, so there is no gradient "
            "with respect to it."
        )


def replaced_on_the_way(
    network: Network, outputs: Sequence[int], rule: str
) -> dict[int, tuple[int, list[str]]]:
    """For each output, after `input_slopes`: ReLUs with the rule, and layers with hidden ones."""
    note = handled_by(network, ("input slopes", rule, tuple(outputs)))
    return {index: on_the_way(note, way_to(network, index).layers) for index in outputs}


def on_the_way(note: Handled, layers: Sequence[str]) -> tuple[int, list[str]]:
    """Of the ReLUs that were met, those in (or inside) these layers."""

    found = [path for path in note.hidden if _within(path, layers)]
    return sum(_within(path, layers) for path in note.replaced), found


def leaky_on_the_way(note: Handled, layers: Sequence[str]) -> int:
    """How many of the ReLUs that `on_the_way` counts have a slope where they are off."""
    return sum(_within(path, layers) for path in note.leaky)


def leaky_to(network: Network, outputs: Sequence[int], rule: str, index: int) -> int:
    """The same of the ReLUs with the rule, for one output, after `input_slopes`."""
    note = handled_by(network, ("input slopes", rule, tuple(outputs)))
    return leaky_on_the_way(note, way_to(network, index).layers)


def _within(path: str, layers: Sequence[str]) -> bool:
    return any(path == layer or path.startswith(layer + "/") for layer in layers)


def scores(logits: Floats, targets: Array, head: Head) -> Doubles:
    """The explained score of each image as `input_slopes` differentiates it, shape (n,)."""
    exact = logits.astype(np.float64)
    if head.units == 1:
        return np.where(targets == 1, exact[:, 0], -exact[:, 0])
    return np.take_along_axis(exact, targets[:, None].astype(np.int64), axis=1)[:, 0]


def handled_by(network: Network, key: Hashable) -> Handled:
    """What the graph of this key met when it was traced."""
    return network.keep(("handled", key), Handled)


def _differentiate(
    network: Network,
    inputs: list[Any],
    wanted: Any,
    chosen: Sequence[Head],
    rule: str,
    note: Handled,
) -> Any:
    several = len(chosen) > 1
    with tf.GradientTape(persistent=several, watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        seen = trace(network, inputs, run=runner(rule, note))
        asked = [head.index for head in chosen]
        logits = [tf.cast(value, tf.float32) for value in logits_of(network, seen, asked)]
    explained = [target_of(logits[h.index], wanted[:, i]) for i, h in enumerate(chosen)]
    grads = [
        climbed(tape, logits[h.index], t, inputs) for h, t in zip(chosen, explained, strict=True)
    ]
    for head, grad in zip(chosen, grads, strict=True):
        if all(one is None for one in grad):
            raise UndefinedError(f"Output '{head.name}' does not depend on the model's input.")
    arranged = [[filled(*pair) for pair in zip(grad, inputs, strict=True)] for grad in grads]
    return arranged, logits, tf.stack(explained, axis=1)


def filled(gradient: Any, value: Any) -> Any:
    """A gradient in 32-bit numbers; zeros for an input that the score does not depend on."""
    return tf.cast(tf.zeros_like(value) if gradient is None else gradient, tf.float32)


def _check_rule(network: Network, chosen: Sequence[Head], rule: str, note: Handled) -> None:
    for head in chosen:
        if not on_the_way(note, way_to(network, head.index).layers)[0]:
            raise UndefinedError(
                f"No ReLU lies between the input and output '{head.name}' of the model "
                f"where its backward rule could be replaced, so the {rule} map would be the plain "
                "gradient under another name."
            )
