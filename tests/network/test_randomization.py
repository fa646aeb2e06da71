"""Networks with fresh weights: what is drawn, what stays, and that a model is left as it was."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.randomization import (
    fresh_weights,
    kept,
    looks_untrained,
    multiply_adds,
    randomizable,
    redrawn,
    shares,
    weights,
)

layers = keras.layers


class Doubled(layers.Layer):
    """A layer of a user's own, which keeps no initializer."""

    def build(self, shape: tuple[int, ...]) -> None:
        self.matrix = self.add_weight(shape=(shape[-1], 2), name="matrix")
        self.shift = self.add_weight(shape=(2,), name="shift", initializer="zeros")

    def call(self, x: object) -> object:
        return keras.ops.matmul(x, self.matrix) + self.shift

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*shape[:-1], 2)


def network() -> Network:
    backbone = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.DepthwiseConv2D(3, name="each"),
         layers.SeparableConv2D(4, 3, name="mixed")], name="backbone",
    )  # fmt: skip
    x = keras.Input((8, 8, 3))
    y = layers.BatchNormalization(name="norm")(layers.Rescaling(0.5)(backbone(x)))
    y = Doubled(name="own")(layers.GlobalAveragePooling2D()(y))
    return Network.of(keras.Model(x, layers.Dense(2, name="end")(y)))


def values(of: Network) -> list[bytes]:
    return [variable.numpy().tobytes() for variable in of.model.weights]


def test_a_network_is_lent_fresh_weights_and_gets_its_own_back() -> None:
    net, images = network(), np.random.default_rng(0).random((4, 8, 8, 3), np.float32)
    before = values(net)
    first = observe(net, images).logits[0]
    observe(net, images)
    with redrawn(net, 1) as other:
        fresh = observe(other, images).logits[0]
        assert not np.allclose(fresh, first)
    with redrawn(net, 1):
        np.testing.assert_array_equal(observe(net, images).logits[0], fresh)
    with redrawn(net, 2):
        assert not np.allclose(observe(net, images).logits[0], fresh)
    assert values(net) == before
    np.testing.assert_array_equal(observe(net, images).logits[0], first)


def test_weights_come_back_after_an_error() -> None:
    net = network()
    before = values(net)
    with pytest.raises(RuntimeError), redrawn(net, 1):
        raise RuntimeError
    assert values(net) == before


def test_every_kernel_is_drawn_and_what_has_no_initializer_is_named() -> None:
    net = network()
    drawn = dict(zip((v.path for v in weights(net)), fresh_weights(net, 3), strict=True))
    moved = {
        v.path.partition("/")[2] if v.path.startswith("backbone") else v.path
        for v in weights(net)
        if not np.array_equal(v.numpy(), drawn[v.path])
    }
    kernels = {"each/kernel", "mixed/depthwise_kernel", "mixed/pointwise_kernel"}
    assert moved == kernels | {"own/matrix", "end/kernel"}
    assert kept(net) == ["own/shift"]


def test_layers_are_drawn_from_the_outputs_back() -> None:
    net = network()
    order = ["end", "own", "norm", "backbone/mixed", "backbone/each"]
    assert randomizable(net) == order


def test_a_layer_draws_the_same_whether_alone_or_with_others() -> None:
    net = network()
    own = [v.numpy() for v in weights(net)]
    every, end = fresh_weights(net, 5), fresh_weights(net, 5, ["end"])
    names = [v.path for v in weights(net)]
    for name, own_value, all_value, value in zip(names, own, every, end, strict=True):
        np.testing.assert_array_equal(value, all_value if name.startswith("end/") else own_value)


def test_layers_inside_layers_are_drawn_by_their_own_initializers() -> None:
    x = keras.Input((6, 4))
    y = layers.Bidirectional(layers.LSTM(3), name="both")(
        layers.MultiHeadAttention(2, 2, name="attention")(x, x)
    )
    net = Network.of(keras.Model(x, layers.Dense(2)(y)))
    assert kept(net) == []
    for variable, value in zip(weights(net), fresh_weights(net, 0), strict=True):
        assert value.shape == variable.shape
        same = np.array_equal(value, variable.numpy())
        assert same == variable.path.endswith("bias") or "lstm" in variable.path


def test_one_step_of_training_is_noticed() -> None:
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)]
    )
    assert looks_untrained(Network.of(model))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.train_on_batch(np.ones((2, 4, 4, 1)), np.array([0, 0]))
    assert not looks_untrained(Network.of(model))


def test_weights_that_someone_chose_are_not_random() -> None:
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(1, 3), layers.Flatten(),
                              layers.Dense(8)])  # fmt: skip
    assert looks_untrained(Network.of(model))
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 0.5
    model.layers[0].set_weights([kernel, np.zeros(1)])
    assert not looks_untrained(Network.of(model))


@pytest.mark.parametrize("initializer", ["he_normal", "glorot_uniform", "orthogonal"])
def test_untrained_models_are_known_whatever_the_seed(initializer: str) -> None:
    for seed in range(10):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential(
            [keras.Input((8, 8, 3)), layers.Conv2D(16, 3, kernel_initializer=initializer),
             layers.BatchNormalization(), layers.Flatten(), layers.Dense(10)]
        )  # fmt: skip
        assert looks_untrained(Network.of(model))
        kernel, bias = model.layers[0].get_weights()
        model.layers[0].set_weights([3 * kernel, bias])
        assert not looks_untrained(Network.of(model))


def test_without_a_weight_of_known_start_nothing_is_claimed() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, use_bias=False)])
    assert not looks_untrained(Network.of(model))


def test_work_is_counted_and_bounded() -> None:
    model = keras.Sequential(
        [keras.Input((10, 10, 2)), layers.Conv2D(4, 3, padding="same"), layers.Flatten(),
         layers.Dense(5)]
    )  # fmt: skip
    net = Network.of(model)
    cost = (2 * 9 * 4 + 4) * 100 + (400 * 5 + 5)
    assert multiply_adds(net) == cost
    turns = shares(net, 96)
    assert len(turns) == 10
    assert sorted(np.concatenate(turns)) == list(range(96)), "all images take their turn"
    assert [len(t) for t in shares(net, 24)] == [8, 8, 8]
    assert [len(t) for t in shares(net, 5)] == [5, 5, 5], "few images are measured by all"
    assert len(shares(net, 0)) == 10
