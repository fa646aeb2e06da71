"""Tables, paths and receptive fields of the models that people have."""

from __future__ import annotations

import keras
import pytest
import tensorflow as tf
from small_models import images, nested, sequential, two_heads

from reportgen.errors import UndefinedError, UserError
from reportgen.network.graph import Counts, parameter_counts, require_graph
from reportgen.network.layer_selection import choose, find
from reportgen.network.layers import is_conv, is_pool, rows, unused
from reportgen.network.network import Network
from reportgen.network.receptive_field import receptive_field

layers = keras.layers


def test_rows_of_a_stack_are_those_of_keras_summary() -> None:
    table = rows(sequential())
    assert [(row.name, row.type, row.output_shape, row.params) for row in table] == [
        ("conv", "Conv2D", "(None, 4, 4, 2)", 20),
        ("pool", "MaxPooling2D", "(None, 2, 2, 2)", 0),
        ("flat", "Flatten", "(None, 8)", 0),
        ("out", "Dense", "(None, 3)", 27),
    ]
    assert not any(row.connected_to for row in table)


def test_rows_of_a_graph_say_what_they_are_connected_to() -> None:
    table = {row.name: row for row in rows(two_heads())}
    assert table["image"].connected_to == ()
    assert table["conv"].connected_to == ("image[0][0]",)
    assert table["angle"].connected_to == ("hidden[0][0]",)
    assert table["hidden"].connected_to == table["width"].connected_to == ("flat[0][0]",)


def test_a_layer_used_twice_is_connected_to_both() -> None:
    x = keras.Input((4,), name="in")
    shared = layers.Dense(4, name="shared")
    model = keras.Model(x, shared(shared(x)))
    assert rows(model)[1].connected_to == ("in[0][0]", "shared[0][0]")


def test_a_nested_model_is_one_row() -> None:
    row = {row.name: row for row in rows(nested())}["backbone"]
    assert (row.type, row.output_shape, row.params) == ("Functional", "(None, 4, 4, 2)", 58)


def test_layers_of_nested_models_have_paths() -> None:
    paths = list(Network.of(nested()).layers)
    assert "backbone/stem/conv" in paths
    assert "backbone/conv" in paths
    assert choose(Network.of(nested()), "all", is_conv) == ["backbone/stem/conv", "backbone/conv"]


def test_a_unique_last_part_will_do() -> None:
    assert find(Network.of(sequential()), "conv") == "conv"
    assert find(Network.of(nested()), "flat") == "flat"


def test_a_name_of_several_layers_is_told_with_their_paths() -> None:
    several = (
        "2 layers are called 'conv': a/conv, b/conv; write the whole path .*, such as 'a/conv'"
    )
    with pytest.raises(UserError, match=several):
        find(Network.of(nested()), "conv", ["a/conv", "flat", "b/conv"])
    ten = [f"block{i}/conv" for i in range(10)]
    with pytest.raises(UserError, match=r"10 layers are called 'conv': .*block7/conv and 2 more;"):
        find(Network.of(nested()), "conv", ten)
    assert find(Network.of(nested()), "conv", ["a/conv", "flat"]) == "a/conv"


def test_an_unknown_layer_names_those_there_are() -> None:
    with pytest.raises(UserError, match=r"called 'con' \(.*are conv\); did you mean 'conv'\?"):
        choose(Network.of(sequential()), ["con"], is_conv)


def test_a_layer_of_another_kind_is_no_choice() -> None:
    with pytest.raises(UserError, match="no layer to show here is called 'flat'"):
        choose(Network.of(sequential()), ["flat"], is_conv)


def test_kinds() -> None:
    assert is_conv(layers.DepthwiseConv2D(3))
    assert is_conv(layers.Conv1D(1, 1))
    assert is_conv(layers.SeparableConv2D(1, 1))
    assert is_pool(layers.AveragePooling2D(2))
    assert not is_pool(layers.GlobalMaxPooling2D())


def test_receptive_fields_by_hand() -> None:
    model = keras.Sequential(
        [
            keras.Input((64, 64, 1)),
            layers.Conv2D(1, 3, strides=2, name="a"),  # 3, jump 2
            layers.Conv2D(1, 3, dilation_rate=2, name="b"),  # 3 + 4 * 2 = 11
            layers.BatchNormalization(name="n"),
            layers.MaxPooling2D(2, name="p"),  # 11 + 1 * 2 = 13, jump 4
            layers.Conv2D(1, (1, 5), name="c"),  # 13 + 4 * 4 = 29 across
            layers.Conv2DTranspose(1, 4, strides=2, name="t"),  # 29 + 1 * 4 = 33, jump 2
            layers.Conv2D(1, 3, name="d"),  # 33 + 2 * 2 = 37
            layers.Flatten(name="f"),
        ]
    )
    found = {path: receptive_field(Network.of(model), path) for path in Network.of(model).layers}
    assert found == {"a": 3, "b": 11, "n": 11, "p": 13, "c": 29, "t": 33, "d": 37, "f": None}


def test_receptive_field_takes_the_largest_branch_and_goes_into_nested_models() -> None:
    x = keras.Input((9, 9, 1))
    wide, narrow = layers.Conv2D(1, 5, padding="same")(x), layers.Conv2D(1, 3, padding="same")(x)
    joined = layers.Add(name="sum")([wide, narrow])
    assert receptive_field(Network.of(keras.Model(x, joined)), "sum") == 5
    assert receptive_field(Network.of(nested()), "backbone/conv") == 5


def test_a_subclassed_model_says_that_it_cannot_be_walked() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="own")
            self.conv = layers.Conv2D(1, 3, name="conv")

        def call(self, x: object) -> object:
            return tf.nn.relu(self.conv(x))

    model = Own()
    with pytest.raises(UndefinedError, match="'own' cannot be reached, because it has not been"):
        receptive_field(Network.of(model), "conv")
    told = Own()
    told(images())
    assert [row.name for row in rows(told)] == ["conv"]
    with pytest.raises(UndefinedError, match="'own' cannot be reached, because it is subclassed"):
        receptive_field(Network.of(told), "conv")


def test_a_subclassed_model_of_layers_is_followed() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="own")
            self.conv = layers.Conv2D(1, 3, name="conv")
            self.pool = layers.MaxPooling2D(name="pool")

        def call(self, x: object) -> object:
            return self.pool(keras.ops.relu(self.conv(x)))

    model = Own()
    model(images())
    conv, pool = rows(model)
    assert (conv.output_shape, conv.connected_to) == ("(None, 4, 4, 1)", ("input[0][0]",))
    assert pool.output_shape == "(None, 2, 2, 1)"
    assert pool.connected_to[0].startswith("relu")
    assert receptive_field(Network.of(model), "pool") == 4


class Augmenting(keras.Model):
    """Uses a layer in training only, has a weight in no layer, and builds all of it."""

    def __init__(self) -> None:
        super().__init__(name="own")
        self.aug = layers.Conv2D(1, 3, padding="same", name="aug")
        self.conv = layers.Conv2D(2, 3, name="conv")
        self.scale = self.add_weight(shape=(5,), trainable=False, name="scale")

    def call(self, x: object, training: bool = False) -> object:
        return keras.ops.relu(self.conv(self.aug(x) if training else x))


def test_what_training_alone_uses_is_counted_and_not_shown() -> None:
    model = Augmenting()
    model(images(), training=True)
    model(images())
    graph = require_graph(model)
    for shown in (model, graph):
        # The weights of both convolutions, and five that belong to no layer.
        assert parameter_counts(shown) == Counts(10 + 20 + 5, 10 + 20, 5)
        assert parameter_counts(shown).total == model.count_params()
        table = {row.name: row for row in rows(shown)}
        assert (table["aug"].params, table["aug"].output_shape) == (10, "?")
        assert unused(shown) == ["aug"]
        assert choose(Network.of(shown), "all", is_conv) == ["conv"]
        with pytest.raises(UserError, match=r"no prediction .* layer 'aug', .* conv"):
            find(Network.of(shown), "aug")
    nest = keras.Model(start := keras.Input((6, 6, 1)), layers.Flatten()(model(start)))
    with pytest.raises(UserError, match="no prediction passes through layer 'own/aug'"):
        choose(Network.of(nest), ["aug"], is_conv)
    assert (unused(nest), parameter_counts(nest).total) == (["own/aug"], model.count_params())


def test_a_layer_used_in_parts_is_not_left_out() -> None:
    class Block(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__(name="block")
            self.conv = layers.Conv2D(1, 3, name="conv")

        def build(self, shape: tuple[int | None, ...]) -> None:
            self.conv.build(shape)

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="own")
            self.block = Block()

        def build(self, shape: tuple[int | None, ...]) -> None:
            self.block.build(shape)
            super().build(shape)

        def call(self, x: object) -> object:
            return self.block.conv(x)

    model = Own()
    model(images())
    assert unused(model) == []
    assert unused(sequential()) == unused(nested()) == []
