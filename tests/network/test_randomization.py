"""Networks with fresh weights: what is drawn, what stays, and that a model is left as it was."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from scipy.stats import ks_2samp

from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.randomization import (
    _initial_value,
    drawn,
    fresh_weights,
    kept,
    lent,
    looks_untrained,
    multiply_adds,
    randomizable,
    redrawn,
    shares,
    weights,
)
from reportgen.network.weight_groups import before

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
    fresh = dict(zip((v.path for v in weights(net)), fresh_weights(net, 3), strict=True))
    moved = {
        v.path.partition("/")[2] if v.path.startswith("backbone") else v.path
        for v in weights(net)
        if not np.array_equal(v.numpy(), fresh[v.path])
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
    assert len(turns) == 6
    assert sorted(np.concatenate(turns)) == list(range(96)), "all images take their turn"
    assert [len(t) for t in shares(net, 24)] == [8, 8, 8]
    assert [len(t) for t in shares(net, 5)] == [5, 5, 5], "few images are measured by all"
    assert len(shares(net, 0)) == 10


KERAS = [
    *("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform"),
    *("lecun_normal", "random_normal", "random_uniform", "truncated_normal", "orthogonal"),
    keras.initializers.RandomNormal(0.4, 0.2),
    keras.initializers.TruncatedNormal(-0.3, 0.1),
    keras.initializers.RandomUniform(-0.1, 0.4),
    keras.initializers.VarianceScaling(3.0, "fan_out", "uniform"),
    keras.initializers.VarianceScaling(0.5, "fan_avg", "untruncated_normal"),
    keras.initializers.VarianceScaling(2.0, "fan_in", "truncated_normal"),
    *("zeros", "ones", keras.initializers.Constant(0.3)),
]


@pytest.mark.parametrize("initializer", KERAS, ids=range(len(KERAS)))
@pytest.mark.parametrize("shape", [(5, 5, 16, 40), (120, 100), (3000,)], ids=str)
def test_draws_are_distributed_as_those_of_keras(initializer: Any, shape: tuple[int, ...]) -> None:
    initializer = keras.initializers.get(initializer)
    if isinstance(initializer, keras.initializers.Orthogonal) and len(shape) == 1:
        return
    layer = layers.Layer()
    layer.kernel_initializer = initializer
    variable = layer.add_weight(shape=shape, initializer=initializer, name="kernel")
    fresh, again, other = (_initial_value(layer, variable, seed) for seed in (1, 1, 2))
    own = variable.numpy()
    assert (fresh.shape, fresh.dtype) == (own.shape, own.dtype)
    np.testing.assert_array_equal(fresh, again)
    if not np.ptp(own):
        np.testing.assert_array_equal(fresh, own)
        return
    assert not np.array_equal(fresh, other)
    spread = float(own.std())
    assert fresh.mean() == pytest.approx(own.mean(), abs=6 * spread / np.sqrt(own.size))
    assert fresh.std() == pytest.approx(spread, rel=0.06)
    normal = own.max() - own.mean() > 2.9 * spread  # without an end
    for ours, theirs in ((fresh.max(), own.max()), (fresh.min(), own.min())):
        assert ours == pytest.approx(theirs, abs=(1.2 if normal else 0.06) * spread)
    # Two samples of one distribution: the Kolmogorov-Smirnov distance of one in a million pairs.
    distance = ks_2samp(fresh.ravel(), own.ravel()).statistic
    assert distance * np.sqrt(own.size / 2) < 2.7


def test_half_precision_and_an_initializer_of_a_users_own() -> None:
    class Twice(keras.initializers.VarianceScaling):
        def __call__(self, shape: Any, dtype: Any = None) -> Any:
            return 2 * super().__call__(shape, dtype)

    layer = layers.Layer(dtype="float16")
    for initializer, factor in (Twice(), 2), (keras.initializers.VarianceScaling(), 1):
        layer.kernel_initializer = initializer
        variable = layer.add_weight(shape=(300, 100), dtype="float16", name="kernel")
        value = _initial_value(layer, variable, 4)
        assert value.dtype == np.float16
        assert value.astype(float).std() == pytest.approx(factor / np.sqrt(300), rel=0.02)


def test_values_are_lent_one_set_over_another() -> None:
    net = network()
    before = values(net)
    end, every = drawn(net, 5, ["end"]), drawn(net, 6)
    with lent(net, every):
        all_fresh = values(net)
        with lent(net, end):
            assert values(net) != all_fresh
            assert sum(a != b for a, b in zip(values(net), all_fresh, strict=True)) == 1
        assert values(net) == all_fresh
    assert values(net) == before


def test_operations_before_a_layer_have_no_weights_to_draw() -> None:
    x = keras.Input((6, 6, 1))
    y = layers.Conv2D(2, 3, name="conv")((x - 0.5) * 2)
    net = Network.of(keras.Model(x, layers.Dense(2)(layers.Flatten()(y))))
    places = before(net, ["conv"])
    assert len(places) == 3  # the difference, the product, the convolution
    assert "conv" in places
    assert sorted(drawn(net, 1, places)) == [0, 1]
    assert len(shares(net, 100, places)) == len(shares(net, 100, ["conv"]))
