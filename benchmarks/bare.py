"""The limit: forward and backward passes of the same arithmetic, written out and compiled once.

No options, no checks, no batches: what any implementation has to compute at least.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.timing import LONG, once
from reportgen.network.resizing import bilinear_weights


def without_softmax(model: Any) -> Any:
    """A clone of a model that ends in logits."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    clone.layers[-1].activation = keras.activations.linear
    return clone


def grad_cam(model: Any, layer: str) -> Callable[[Any], Any]:
    """Images (n, h, w, c) -> maps of the predicted classes; differentiates down to `layer`."""
    plain = without_softmax(model)
    place = [one.name for one in plain.layers].index(layer)
    front = keras.Model(plain.inputs, plain.layers[place].output)
    rest = plain.layers[place + 1 :]

    @tf.function(reduce_retracing=True)
    def maps(given: Any) -> Any:
        acts = front(given, training=False)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(acts)
            x = acts
            for one in rest:
                x = one(x, training=False)
            score = tf.reduce_max(x, axis=-1)
        weights = tf.reduce_mean(tape.gradient(score, acts), axis=[1, 2])
        return tf.nn.relu(tf.einsum("nhwk,nk->nhw", acts, weights))

    return lambda given: maps(tf.convert_to_tensor(given)).numpy()


def first_grad_cam() -> float:
    """Seconds of Grad-CAM for one image in a new process, its operations one after the other.

    Everything is imported, the model built and its logits at hand; nothing was computed before.
    """
    code = (
        "import time; import tensorflow as tf; from benchmarks import bare, subjects\n"
        "model, images = subjects.small_cnn(), subjects.images(1, 28, 1)\n"
        "plain = bare.without_softmax(model)\n"
        "tf.config.run_functions_eagerly(True)\n"
        "run = bare.grad_cam(plain, 'conv_3')\n"
        "begin = time.perf_counter(); run(images); print(time.perf_counter() - begin)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(found.stdout.splitlines()[-1])


def activations(model: Any, layers: list[str]) -> Callable[[Any], Any]:
    """Images -> activations of several layers."""
    taps = keras.Model(model.inputs, [model.get_layer(name).output for name in layers])
    run = tf.function(lambda given: taps(given, training=False), reduce_retracing=True)
    return lambda given: [one.numpy() for one in tf.nest.flatten(run(tf.convert_to_tensor(given)))]


def ascent(model: Any, layer: str, steps: int, rate: float, xla: bool) -> Callable[[Any, Any], Any]:
    """(filters, first images) -> images after plain normalized ascent: nothing but its passes."""
    front = keras.Model(model.inputs, model.get_layer(layer).input)
    last = model.get_layer(layer)

    @tf.function(jit_compile=xla, reduce_retracing=True)
    def climb(picks: Any, start: Any) -> Any:
        # No filter but those that are climbed has to be computed.
        kernel = tf.gather(tf.convert_to_tensor(last.kernel), picks, axis=-1)
        bias = tf.gather(tf.convert_to_tensor(last.bias), picks)

        def step(index: Any, x: Any) -> Any:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x)
                maps = last.convolution_op(front(x, training=False), kernel) + bias
                goal = tf.linalg.diag_part(tf.reduce_mean(last.activation(maps), axis=[1, 2]))
            g = tape.gradient(goal, x)
            size = tf.sqrt(tf.reduce_mean(g**2, axis=[1, 2, 3], keepdims=True))
            return index + 1, tf.clip_by_value(x + rate * g / (size + 1e-12), 0.0, 1.0)

        # As a graph of its own: in a loop's, max-pooling goes back by slow kernels at times.
        apart = tf.function(step, autograph=False, experimental_attributes={"_noinline": True})
        return tf.while_loop(lambda i, _: i < steps, apart, (tf.constant(0), start))[1]

    return lambda picks, start: climb(tf.constant(picks, tf.int32), tf.constant(start)).numpy()


def quickest(ways: Sequence[Callable[..., Any]], *given: Any) -> Callable[..., Any]:
    """The way, of several to the same result, that took least time for what was given.

    One whose first call took `LONG` more than another's, which compiling alone does not, is out.
    """
    first = {way: once(lambda way=way: way(*given)) for way in ways}
    fair = [way for way in ways if first[way] < min(first.values()) + LONG]
    return min(fair, key=lambda way: once(lambda: way(*given)))


def smoothgrad(model: Any, batch: int) -> Callable[[Any, Any], Any]:
    """(images, noise (s, h, w, c)) -> mean input gradients of the predicted classes."""
    plain = without_softmax(model)

    @tf.function(reduce_retracing=True)
    def gradient(given: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(given)
            score = tf.reduce_max(plain(given, training=False), axis=-1)
        return tape.gradient(score, given)

    def run(given: Any, noise: Any) -> Any:
        copies = (given[:, None] + noise[None]).reshape(-1, *given.shape[1:])
        parts = [copies[start : start + batch] for start in range(0, len(copies), batch)]
        found = np.concatenate([gradient(tf.convert_to_tensor(part)).numpy() for part in parts])
        return found.reshape(len(given), len(noise), *given.shape[1:]).mean(axis=1)

    return run


def score_cam(model: Any, layer: str, batch: int) -> Callable[[Any], Any]:
    """Images -> Score-CAM maps: the passes of all masked images, and nothing else to speak of."""
    plain = without_softmax(model)
    both = keras.Model(plain.inputs, [plain.get_layer(layer).output, plain.output])
    forward = tf.function(lambda given: both(given, training=False), reduce_retracing=True)

    sides = zip(both.outputs[0].shape[1:3], model.input_shape[1:3], strict=True)
    rows, columns = (bilinear_weights(*each).astype(np.float32) for each in sides)

    @tf.function(reduce_retracing=True)
    def masked(given: Any, maps: Any, picks: Any, owner: Any) -> Any:
        large = tf.einsum("Hh,nhw,Ww->nHW", rows, maps, columns)
        low = tf.reduce_min(large, axis=[1, 2], keepdims=True)
        high = tf.reduce_max(large, axis=[1, 2], keepdims=True)
        share = tf.math.divide_no_nan(large - low, high - low)[..., None]
        logits = plain(tf.gather(given, owner) * share, training=False)
        return tf.gather(logits, tf.gather(picks, owner), axis=1, batch_dims=1)

    def run(given: Any) -> Any:
        acts, logits = (one.numpy() for one in forward(tf.convert_to_tensor(given)))
        images, picks = tf.convert_to_tensor(given), tf.convert_to_tensor(logits.argmax(axis=1))
        # A channel that is the same everywhere is no mask.
        owner, channel = np.nonzero(np.ptp(acts, axis=(1, 2)) > 0)
        scores = np.full((len(given), acts.shape[-1]), -np.inf, np.float32)
        for start in range(0, len(owner), batch):
            which, where = owner[start : start + batch], channel[start : start + batch]
            some = (acts[which, :, :, where], which)
            maps, place = (tf.convert_to_tensor(one) for one in some)
            scores[which, where] = masked(images, maps, picks, place).numpy()
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return np.maximum(np.einsum("nhwk,nk->nhw", acts, weights), 0)

    return run
