"""The private members of Keras that the package uses: a release that moves one fails here."""

from __future__ import annotations

import ast
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import reportgen
from reportgen.network import keras_internals

layers = keras.layers


def pair() -> keras.Model:
    """image - conv - flat - out, the convolution called twice."""
    image = keras.Input((5, 5, 1), name="image")
    conv = layers.Conv2D(1, 3, padding="same", name="conv")
    flat = layers.Flatten(name="flat")(conv(conv(image)))
    return keras.Model(image, layers.Dense(2, activation="softmax", name="out")(flat))


def names(nodes: list[keras_internals.Node]) -> list[str]:
    return [node.operation.name for node in nodes]


def test_functional() -> None:
    assert isinstance(pair(), keras_internals.Functional)
    assert issubclass(keras_internals.Functional, keras.Model)
    assert not isinstance(keras.Sequential([layers.Dense(2)]), keras_internals.Functional)


def test_graph_nodes() -> None:
    nodes = keras_internals.graph_nodes(pair())
    assert names(nodes) == ["image", "conv", "conv", "flat", "out"]
    assert [node.is_input for node in nodes] == [True, False, False, False, False]
    assert list(nodes[1].parent_nodes) == [nodes[0]]
    assert nodes[1].input_tensors[0] is nodes[0].outputs[0]
    args, kwargs = nodes[1].arguments.fill_in({id(nodes[0].outputs[0]): "value"})
    assert (args, kwargs) == (("value",), {})
    assert keras_internals.graph_nodes(keras.Sequential()) == []


def test_layer_nodes() -> None:
    model = pair()
    conv = model.get_layer("conv")
    first, second = keras_internals.layer_nodes(conv)
    assert first.outputs[0] is second.input_tensors[0]
    assert keras_internals.layer_nodes(layers.Dense(1)) == []


def test_node_of() -> None:
    model = pair()
    assert keras_internals.node_of(model.outputs[0]).operation is model.get_layer("out")


def test_origin() -> None:
    model = pair()
    flat = keras_internals.layer_nodes(model.get_layer("flat"))[0]
    assert keras_internals.origin(flat.input_tensors[0]) == (model.get_layer("conv"), 1, 0)


def test_flat_layers() -> None:
    inner, outer = pair(), keras.Sequential([keras.Input((5, 5, 1)), pair()])
    own = [layer.name for layer in inner.layers]
    flat = keras_internals.flat_layers
    assert sorted(each.name for each in flat(inner, itself=False)) == sorted(own)
    assert flat(inner)[0] is inner
    assert {"conv", "out"} <= {each.name for each in flat(outer, itself=False)}
    assert "conv" not in {each.name for each in flat(outer, itself=False, recursive=False)}


def test_sequential_graph() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="out")])
    graph = keras_internals.sequential_graph(model)
    assert isinstance(graph, keras_internals.Functional)
    assert "out" in names(keras_internals.graph_nodes(graph))


def test_run_graph() -> None:
    visited = []

    def visit(operation: keras.Operation) -> keras.Operation:
        visited.append(operation.name)
        return lambda *args, **kwargs: f"{operation.name}({args[0]})"

    result = keras_internals.run_graph(pair(), "x", visit)
    assert keras.tree.flatten(result) == ["out(flat(conv(conv(x))))"]
    assert visited == ["conv", "conv", "flat", "out"]


def test_ordered_inputs() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model([b, a], layers.Add()([a, b]))
    assert keras_internals.ordered_inputs(model, {"a": 1, "b": 2}) == [2, 1]
    with pytest.warns(UserWarning, match="must match the names"):
        by_key = keras.Model({"second": b, "first": a}, layers.Add()([a, b]))
    values = keras_internals.ordered_inputs(by_key, {"first": 1, "second": 2})
    assert dict(zip((t.name for t in by_key.inputs), values, strict=True)) == {"a": 1, "b": 2}


def test_input_names() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model([b, a], layers.Add()([a, b]))
    assert keras_internals.input_names(model) == ["b", "a"]
    with pytest.warns(UserWarning, match="must match the names"):
        by_key = keras.Model({"second": b, "first": a}, layers.Add()([a, b]))
    names_by_tensor = {t.name: keras_internals.input_names(by_key)[i]
                       for i, t in enumerate(by_key.inputs)}  # fmt: skip
    assert names_by_tensor == {"a": "first", "b": "second"}


def test_output_structure() -> None:
    x = keras.Input((2,))
    outputs = {"one": layers.Dense(1)(x), "two": layers.Dense(2)(x)}
    structure = keras_internals.output_structure(keras.Model(x, outputs))
    assert {key: tuple(each.shape) for key, each in structure.items()} == {
        "one": (None, 1),
        "two": (None, 2),
    }
    assert keras_internals.output_structure(layers.Dense(1)) is None


def test_takes_training() -> None:
    assert keras_internals.takes_training(layers.Dropout(0.5))
    assert not keras_internals.takes_training(layers.Flatten())


def test_built_shapes() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, x: tf.Tensor) -> tf.Tensor:
            return self.dense(x)

    model = Own()
    assert keras_internals.built_shapes(model) == []
    model(np.zeros((3, 4), np.float32))
    assert [tuple(shape) for shape in keras_internals.built_shapes(model)] == [(3, 4)]


@pytest.mark.parametrize("function", ["softmax", "sigmoid"])
def test_kept_logits(function: str) -> None:
    logits = tf.constant([[1.0, 2.0]])
    output = keras.activations.get(function)(logits)
    np.testing.assert_array_equal(keras_internals.kept_logits(output), logits)
    assert keras_internals.kept_logits(logits) is None


def test_noted_losses() -> None:
    layer = layers.Dense(2, activity_regularizer="l2", name="out")
    layer(np.ones((1, 3), np.float32))
    before = [float(loss) for loss in layer.losses]
    noted = keras_internals.NotedLosses([layer])
    layer.add_loss(tf.constant(5.0))
    assert [float(loss) for loss in layer.losses] != before
    noted.restore()
    assert [float(loss) for loss in layer.losses] == before


def test_attributes() -> None:
    wrapper = layers.SpectralNormalization(layers.Dense(2))
    assert keras_internals.attributes(wrapper)["layer"] is wrapper.layer
    others = keras_internals.attributes(wrapper).values()
    assert not any(isinstance(each, list) and wrapper.layer in each for each in others)


def test_operation_name() -> None:
    x = keras.Input((2,))
    leaky = keras_internals.origin(keras.ops.leaky_relu(x))[0]
    assert keras_internals.operation_name(leaky) == "LeakyRelu"
    assert keras_internals.operation_name(layers.LeakyReLU()) == ""


def test_is_activation_relu() -> None:
    x = keras.Input((2,))
    capped = keras_internals.origin(keras.activations.relu(x, max_value=3.0))[0]
    assert keras_internals.is_activation_relu(capped)
    assert (capped.negative_slope, capped.max_value, capped.threshold) == (0.0, 3.0, 0.0)
    assert not keras_internals.is_activation_relu(layers.ReLU())


def test_registries() -> None:
    by_name, name_of = keras_internals.registries()

    @keras.saving.register_keras_serializable("test_registries")
    def doubled(x: tf.Tensor) -> tf.Tensor:
        return x * 2

    try:
        assert by_name["test_registries>doubled"] is doubled
        assert name_of[doubled] == "test_registries>doubled"
    finally:
        del by_name["test_registries>doubled"], name_of[doubled]
    assert keras.saving.get_registered_object("test_registries>doubled") is None


def test_global_attribute() -> None:
    before = keras_internals.global_attribute("safe_mode_saving")
    keras.config.enable_unsafe_deserialization()
    try:
        assert keras_internals.global_attribute("safe_mode_saving") is False
        keras_internals.set_global_attribute("safe_mode_saving", True)
        assert keras_internals.global_attribute("safe_mode_saving") is True
    finally:
        keras_internals.set_global_attribute("safe_mode_saving", before)


def test_sequential_models_built_once(tmp_path: Path) -> None:
    stack = keras.Sequential([keras.Input((2,)), layers.ReLU(), layers.ReLU(), layers.ReLU()])
    stack.save(tmp_path / "stack.keras")
    with keras_internals.sequential_models_built_once():
        once = keras.saving.load_model(tmp_path / "stack.keras")
    plain = keras.saving.load_model(tmp_path / "stack.keras")
    calls = [len(keras_internals.layer_nodes(model.layers[0])) for model in (once, plain)]
    assert calls == [1, 3]  # if Keras gives 1 of its own, the function can go
    assert once.to_json() == plain.to_json()


def test_axes_kept(tmp_path: Path) -> None:
    start = keras.Input((4, 4, 2))
    keras.Model(start, layers.Softmax(axis=[1, 2])(start)).save(tmp_path / "places.h5")
    plain = keras.saving.load_model(tmp_path / "places.h5", compile=False)
    assert plain.layers[-1].axis == -1  # if Keras keeps the axes, the function can go
    with keras_internals.axes_kept():
        kept = keras.saving.load_model(tmp_path / "places.h5", compile=False)
    assert list(kept.layers[-1].axis) == [1, 2]


def test_settle() -> None:
    normalization = layers.Normalization()
    start = keras.Input((2,))
    model = keras.Sequential([start, keras.Model(start, normalization(start))])
    model.set_weights([np.array([1.0, 2.0]), np.array([4.0, 9.0]), np.array(5)])
    assert np.array(model(np.array([[3.0, 8.0]]))).tolist() == [[3, 8]]
    keras_internals.settle(model)
    assert np.array(model(np.array([[3.0, 8.0]]))).tolist() == [[1, 2]]


def test_every_function_has_a_test() -> None:
    tree = ast.parse(Path(keras_internals.__file__).read_text())
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert functions - tested == {"set_global_attribute"}  # tested with `global_attribute`


PRIVATE = {
    "_nodes_by_depth", "_inbound_nodes", "_keras_history", "_flatten_layers", "_functional",
    "_run_through_graph", "_inputs_struct", "_outputs_struct",
    "_call_has_training_arg", "_build_shapes_dict", "_keras_logits", "_losses", "_loss_ids",
}  # fmt: skip
"""Members of Keras' objects whose names begin with an underscore."""


def test_no_other_module_uses_private_members_of_keras() -> None:
    package = Path(reportgen.__file__).parent
    uses = [
        f"{path.relative_to(package)}:{line} {name}"
        for path in sorted(package.rglob("*.py"))
        if path != Path(keras_internals.__file__)
        for line, name in private_uses(ast.parse(path.read_text()))
    ]
    assert uses == []


def private_uses(tree: ast.Module) -> list[tuple[int, str]]:
    """Lines that import from `keras.src`, or read a private member (by `getattr` too)."""
    uses = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras.src"):
            uses.append((node.lineno, str(node.module)))
        elif isinstance(node, ast.Import):
            named = [each.name for each in node.names if each.name.startswith("keras.src")]
            uses.extend((node.lineno, name) for name in named)
        elif isinstance(node, ast.Attribute) and node.attr in PRIVATE:
            uses.append((node.lineno, node.attr))
        elif isinstance(node, ast.Constant) and node.value in PRIVATE:
            uses.append((node.lineno, str(node.value)))
    return uses
