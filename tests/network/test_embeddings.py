"""Which layer compares an embedding with classes, and what it is given, against plain Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import reportgen
from reportgen.errors import UndefinedError, UserError
from reportgen.network import embeddings
from reportgen.network.network import Network

ROWS = np.array([[1.0, 0, 2], [0, 3, 1]], np.float32)


class Cosine(layers.Layer):
    """A head whose logits are cosines, times a scale."""

    margin = 0.5

    def build(self, shape: Any) -> None:
        self.vectors = self.add_weight(shape=(shape[-1], 3), name="vectors")

    def call(self, x: Any) -> Any:
        units = keras.ops.normalize(self.vectors, axis=0)
        return 8 * keras.ops.matmul(keras.ops.normalize(x, axis=-1), units)


def model(*end: Any) -> Any:
    """Two numbers of each 2 x 1 image, then what is given."""
    body = [keras.Input((2, 1, 1)), layers.Flatten(name="embedding"), *end]
    made = keras.Sequential(body)
    for layer in made.layers:
        if len(layer.weights):
            kernel = [ROWS] + [w.numpy() for w in layer.weights[1:]]
            layer.set_weights(kernel)
    return made


def images(n: int = 5) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(n, 2, 1, 1)).astype(np.float32)


@pytest.mark.parametrize(
    "end",
    [
        lambda: [layers.Dense(3, "softmax", name="out")],
        lambda: [layers.Dense(3, name="out"), layers.Softmax()],
        lambda: [layers.Dropout(0.5), layers.Dense(3, name="out"), layers.Activation("softmax")],
        lambda: [Cosine(name="out"), layers.Softmax()],
    ],
)
def test_the_embedding_is_what_the_last_matrix_is_given(end: Any) -> None:
    made = model(*end())
    before = [w.tobytes() for w in made.get_weights()]
    found = reportgen.embedding(made, images())
    np.testing.assert_array_equal(found, images().reshape(5, 2))
    last = embeddings.classifier(Network.of(made), Network.of(made).heads[0])
    assert last.path == "out"
    np.testing.assert_array_equal(last.weights, ROWS.T)
    assert [w.tobytes() for w in made.get_weights()] == before


def test_bias_and_settings_are_told() -> None:
    dense = model(layers.Dense(3, name="out"))
    assert embeddings.classifier(Network.of(dense), Network.of(dense).heads[0]).bias.shape == (3,)
    head = model(Cosine(name="out"))
    last = embeddings.classifier(Network.of(head), Network.of(head).heads[0])
    assert (last.kind, last.bias, last.settings) == ("Cosine", None, {"margin": 0.5})


def test_only_a_head_of_cosines_leaves_the_length_out() -> None:
    for end, effect in [
        (layers.Dense(3, "softmax", use_bias=False, name="out"), 1),
        (Cosine(name="out"), 0),
    ]:
        made = model(end)
        last = embeddings.classifier(Network.of(made), Network.of(made).heads[0])
        values = images().reshape(5, 2)
        assert embeddings.length_effect(Network.of(made), last, values) == pytest.approx(
            effect, abs=1e-5
        )


def test_a_named_layer_of_maps_is_averaged_over_space() -> None:
    start = keras.Input((4, 4, 1))
    x = layers.Conv2D(5, 3, name="conv")(start)
    made = keras.Model(start, layers.Dense(2, name="out")(layers.GlobalMaxPooling2D()(x)))
    pixels = np.random.default_rng(1).normal(size=(3, 4, 4, 1)).astype(np.float32)
    maps = np.asarray(keras.Model(start, x)(pixels))
    found = reportgen.embedding(made, pixels, layer="conv")
    np.testing.assert_allclose(found, maps.mean(axis=(1, 2)), atol=1e-5)


def test_of_several_outputs_the_one_named() -> None:
    start = keras.Input((2, 1, 1))
    x = layers.Flatten()(start)
    y = layers.Dense(4, name="wide")(x)
    ends = [layers.Dense(3, name="a")(x), layers.Dense(2, name="b")(y)]
    made = keras.Model(start, ends)
    assert reportgen.embedding(made, images(), output="a").shape == (5, 2)
    assert reportgen.embedding(made, images(), output="b").shape == (5, 4)
    with pytest.raises(UserError, match="output must be one of a, b"):
        reportgen.embedding(made, images())


def test_batches_change_nothing(monkeypatch: Any) -> None:
    made = model(layers.Dense(3, name="out"))
    whole = reportgen.embedding(made, images(11))
    monkeypatch.setattr(embeddings, "CHUNK", 4)
    np.testing.assert_array_equal(reportgen.embedding(made, images(11)), whole)


def test_without_a_matrix_for_classes_there_is_no_embedding() -> None:
    start = keras.Input((4, 4, 1))
    maps = layers.Conv2D(3, 3, name="conv")(start)
    made = keras.Model(start, layers.GlobalAveragePooling2D()(maps))
    pixels = np.zeros((1, 4, 4, 1), np.float32)
    with pytest.raises(UndefinedError, match=r"no layer before .* matrix with 3 columns; an embed"):
        reportgen.embedding(made, pixels)
    assert reportgen.embedding(made, pixels, layer="conv").shape == (1, 3)
    with pytest.raises(UserError, match="conv"):
        reportgen.embedding(made, pixels, layer="cnov")


@pytest.mark.parametrize(("size", "most"), [(10, 3), (3, 10), (7, 7), (1, 1)])
def test_images_are_taken_evenly(size: int, most: int) -> None:
    found = embeddings.evenly_spaced(size, most)
    assert len(found) == min(size, most)
    assert found[0] == 0
    assert np.ptp(np.diff(found)) <= 1 if len(found) > 1 else True


def test_class_vectors_of_a_head_with_lora_or_in_eight_bits() -> None:
    keras.utils.set_random_seed(2)
    x = keras.Input((5,))
    plain = keras.Model(x, keras.layers.Dense(3, name="out")(x))
    before = plain.get_layer("out").kernel.numpy()
    plain.get_layer("out").quantize("int8")
    found = embeddings.classifier(Network.of(plain), Network.of(plain).heads[0])
    np.testing.assert_allclose(found.weights, before.T, atol=np.abs(before).max() / 127)
    y = keras.Input((5,))
    tuned = keras.Model(y, keras.layers.Dense(3, name="out")(y))
    dense = tuned.get_layer("out")
    dense.enable_lora(1)
    dense.lora_kernel_b.assign(np.ones(dense.lora_kernel_b.shape))
    answer = tuned.predict(np.eye(5, dtype=np.float32), verbose=0)
    np.testing.assert_allclose(
        embeddings.classifier(Network.of(tuned), Network.of(tuned).heads[0]).weights,
        answer.T,
        atol=1e-6,
    )
