"""Gradients of explained scores with respect to a model's input, by any of the rules at a ReLU."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.network.batching import batches
from reportgen.network.dependencies import dependencies_of
from reportgen.network.execution import compiled, execute, input_specs
from reportgen.network.gradient_scaling import in_half_precision, run_scaled
from reportgen.network.inputs import as_inputs
from reportgen.network.logits import require_logits
from reportgen.network.network import Network
from reportgen.network.outputs import logits_of, trace
from reportgen.network.relu_rules import ReluRecord, ruled_call
from reportgen.network.scores import score_gradients
from reportgen.records import Head
from reportgen.types import Array, Floats, Images, Json, Targets, Tensor


@dataclass(frozen=True)
class InputGradients:
    """Gradients of one batch of images.

    Attributes:
        part: the place of the batch among the images.
        gradients: for each explained output, for each input of the model, that input's shape.
        logits: for each output of the model, shape (b, units).
        targets: the classes explained, shape (b, explained outputs).
    """

    part: slice
    gradients: list[list[Floats]]
    logits: list[Floats]
    targets: Targets


def input_gradients(
    network: Network,
    images: Images,
    outputs: Sequence[int],
    targets: Array,
    rule: str = "gradient",
) -> Iterator[InputGradients]:
    """How the explained scores (see `scores`) rise with each value of the input.

    One graph serves all images, targets and batch sizes.

    Args:
        network: with a graph, nested to any depth.
        images: model input, shape (n, h, w, c), or a list of arrays for several inputs.
        outputs: indices of the outputs to explain.
        targets: class indices, shape (n, len(outputs)); `PREDICTED` for the predicted class.
        rule: at a ReLU, one of `relu_rules.RULES`.

    Raises:
        UndefinedError: the model is not a graph, its input is not made of real numbers, an output
            does not depend on it, or no ReLU is there for a rule other than "gradient".
    """
    heads = tuple(network.heads[index] for index in outputs)
    key = _key(outputs, rule)
    record = relu_record(network, key)

    half = in_half_precision(network)

    def body(network: Network, *tensors: Tensor) -> tuple[list[list[Tensor]], list[Tensor], Tensor]:
        scales, tensors = (tensors[0], tensors[1:]) if half else (None, tensors)
        targets, *inputs = tensors
        record.clear()
        gradients = _differentiate(network, inputs, targets, heads, rule, record, scales)
        if rule != "gradient":
            _require_relus(network, heads, rule, record)
        return gradients

    target_spec = tf.TensorSpec((None, len(heads)), tf.int32)
    scale_specs = [tf.TensorSpec((None, len(heads)), tf.float32)] * half
    signature = [*scale_specs, target_spec, *input_specs(network)]
    # ReLUs inside a layer's own Python code are found in the graph.
    graph = compiled(network, key, body, signature, at_once=rule != "gradient")
    inputs = as_inputs(network, images)
    require_real(network, inputs)
    for part in batches(network, inputs, copies=2):
        batch = [np.asarray(targets[part], np.int32), *(array[part] for array in inputs)]

        def run(*scales: Floats, batch: list[Array] = batch) -> list[Json]:
            return execute(graph, [*scales, *batch], network)

        gradients, logits, classes = run_scaled(network, run, (len(batch[0]), len(heads)))
        require_logits(network, heads, [logits[head.index] for head in heads], inputs)
        yield InputGradients(part, gradients, logits, classes)


def require_real(network: Network, inputs: Sequence[Array]) -> None:
    """Raises UndefinedError where an input is made of whole numbers."""
    if any(array.dtype.kind in "iub" for array in inputs):
        raise UndefinedError(
            "The model takes whole numbers as its input, so there is no gradient "
            "with respect to it."
        )


def gradient_or_zeros(gradient: Tensor | None, source: Tensor) -> Tensor:
    """A gradient in 32-bit numbers; zeros for a source that the score does not depend on."""
    return tf.cast(tf.zeros_like(source) if gradient is None else gradient, tf.float32)


def _differentiate(
    network: Network,
    inputs: list[Tensor],
    targets: Tensor,
    heads: Sequence[Head],
    rule: str,
    record: ReluRecord,
    scales: Tensor | None,
) -> tuple[list[list[Tensor]], list[Tensor], Tensor]:
    """Gradients, logits and explained classes, all in 32 bits."""
    several = len(heads) > 1
    with tf.GradientTape(persistent=several, watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        traced = trace(network, inputs, run=ruled_call(rule, record))
        wanted = [head.index for head in heads]
        logits = [tf.cast(each, tf.float32) for each in logits_of(network, traced, wanted)]
    gradients, classes = score_gradients(tape, logits, heads, targets, inputs, scales)
    for head, gradient in zip(heads, gradients, strict=True):
        if all(each is None for each in gradient):
            raise UndefinedError(f"Output '{head.name}' does not depend on the model's input.")
    arranged = [
        [gradient_or_zeros(*pair) for pair in zip(gradient, inputs, strict=True)]
        for gradient in gradients
    ]
    return arranged, logits, classes


# --- the ReLUs that a rule was applied at ------------------------------------------------------


def relu_record(network: Network, key: Hashable) -> ReluRecord:
    """The ReLUs that the graph of this key met when it was traced."""
    return network.keep(("relus", key), ReluRecord)


def replaced_relus(
    network: Network, outputs: Sequence[int], rule: str
) -> dict[int, tuple[int, list[str]]]:
    """`relus_within` the layers before each output, after `input_gradients` of these outputs."""
    record = relu_record(network, _key(outputs, rule))
    return {
        index: relus_within(record, dependencies_of(network, index).layers) for index in outputs
    }


def leaky_relus(network: Network, outputs: Sequence[int], rule: str, index: int) -> int:
    """`leaky_within` the layers before one output, after `input_gradients` of these outputs."""
    record = relu_record(network, _key(outputs, rule))
    return leaky_within(record, dependencies_of(network, index).layers)


def relus_within(record: ReluRecord, layers: Sequence[str]) -> tuple[int, list[str]]:
    """In (or inside) some layers: how many ReLUs follow the rule, and the layers that hide some."""
    hidden = [path for path in record.hidden if _is_within(path, layers)]
    return sum(_is_within(path, layers) for path in record.replaced), hidden


def leaky_within(record: ReluRecord, layers: Sequence[str]) -> int:
    """How many of the ReLUs that `relus_within` counts have a slope where they are off."""
    return sum(_is_within(path, layers) for path in record.leaky)


def _key(outputs: Sequence[int], rule: str) -> Hashable:
    return "input gradients", rule, tuple(outputs)


def _is_within(path: str, layers: Sequence[str]) -> bool:
    return any(path == layer or path.startswith(layer + "/") for layer in layers)


def _require_relus(network: Network, heads: Sequence[Head], rule: str, record: ReluRecord) -> None:
    for head in heads:
        if not relus_within(record, dependencies_of(network, head.index).layers)[0]:
            raise UndefinedError(
                f"No ReLU lies between the input and output '{head.name}' of the model "
                f"where its backward rule could be replaced, so the {rule} map would be the plain "
                "gradient under another name."
            )
