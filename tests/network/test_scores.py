"""Probabilities, predicted classes and scores from logits."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from small_models import images, sequential

from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.scores import (
    PREDICTED,
    confidence,
    explained_classes,
    predicted_class,
    probabilities,
    score_gradients,
    score_tensor,
    scores,
)


def test_logits_survive_where_probabilities_saturate() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.zeros((8, 3)), np.array([300.0, 0.0, -300.0])])
    seen = observe(Network.of(model), images(1))
    np.testing.assert_allclose(seen.logits[0], [[300, 0, -300]], atol=1e-4)
    np.testing.assert_allclose(seen.probabilities[0], [[1, 0, 0]])


def test_answers_and_confidence() -> None:
    (many,), (one,) = Network.of(sequential()).heads, Network.of(sequential("sigmoid")).heads
    z = np.array([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0]], np.float32)
    assert predicted_class(z, many).tolist() == [1, 0]
    sure = confidence(probabilities(z, many), predicted_class(z, many), many)
    assert sure[0] == pytest.approx(np.exp(2) / (1 + np.exp(2) + np.exp(1)))
    z = np.array([[-1.0], [2.0], [-900.0]], np.float32)
    assert predicted_class(z, one).tolist() == [0, 1, 0]
    sure = confidence(probabilities(z, one), predicted_class(z, one), one)
    np.testing.assert_allclose(sure, [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-2)), 1], rtol=1e-6)


@pytest.mark.parametrize("ending", ["logits", "sigmoid"])
def test_graphs_explain_the_classes_and_scores_of_arrays(ending: str) -> None:
    (head,) = Network.of(sequential(ending)).heads
    logits = np.random.default_rng(2).normal(size=(6, head.units)).astype(np.float32)
    targets = np.array([PREDICTED, 0, 1, PREDICTED, 1, 0], np.int32)
    classes = explained_classes(targets, predicted_class(logits, head))
    values = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(values)
        doubled = 2 * values
    (gradient,), explained = score_gradients(
        tape, [doubled], [head], tf.constant(targets[:, None]), values
    )
    np.testing.assert_array_equal(explained[:, 0], classes)
    np.testing.assert_allclose(score_tensor(values, classes), scores(logits, classes), rtol=1e-6)
    # The score is linear in the logits, so the gradient times the logits is the score.
    products = (gradient.numpy() * logits).sum(axis=1)
    np.testing.assert_allclose(products, 2 * scores(logits, classes), rtol=1e-6)
