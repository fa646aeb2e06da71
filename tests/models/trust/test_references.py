"""What a configuration may name, and how much it may ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import pytest

from reportgen.errors import UserError
from reportgen.models.trust.inspection import inspect
from reportgen.models.trust.owned import owned
from tests.models.trust.crafting import INPUT, h5_file, keras_file, layer, model

OS = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}


def refused(config: Any, folder: Path, **given: Any) -> str:
    with pytest.raises(UserError) as caught:
        inspect(keras_file(folder, config), **given)
    return str(caught.value)


CODE = {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None}}
NODE = {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [1]}}], "kwargs": {}}
SWITCH = {"module": "keras.src.ops.core", "class_name": "Switch", "config": {"name": "dead"},
          "registered_name": "Switch", "inbound_nodes": [NODE]}  # fmt: skip
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "Lambda": (layer("Lambda", "trick", function=CODE), "the layer 'trick' is a Lambda"),
    "TFSMLayer": (layer("TFSMLayer", "trick", filepath="/x"), "the layer 'trick' is a TFSMLayer"),
    "TorchModuleWrapper": (layer("TorchModuleWrapper", "t"), "is a TorchModuleWrapper"),
    "JaxLayer": (layer("JaxLayer", "t"), "is a JaxLayer"),
    "StringLookup": (layer("StringLookup", "t", vocabulary="/etc/passwd"), "is a StringLookup"),
    "an activation": (
        layer("Dense", "d", units=2, activation=OS),
        "'d' has as 'activation' the function 'os.system'",
    ),
    "a lambda as activation": (
        layer("Dense", "d", units=2, activation=CODE),
        "'d' has as 'activation' a lambda",
    ),
    "an initializer": (
        layer(
            "Dense",
            "d",
            units=2,
            kernel_initializer={"class_name": "Popen", "module": "subprocess", "config": {}},
        ),
        "'d' has as 'kernel_initializer' of the class 'subprocess.Popen'",
    ),
    "a layer inside a wrapper": (
        layer("TimeDistributed", "wrap", layer=layer("Lambda", "inner")),
        "the layer 'wrap/inner' is a Lambda",
    ),
    "a nested model": (
        model(layer("Lambda", "deep"), name="part"),
        "the layer 'part/deep' is a Lambda",
    ),
    "an operation that calls": (SWITCH, "the layer 'dead' is a Switch, which calls any function"),
    "a function of keras": (
        layer("Dense", "d", activation={**OS, "module": "keras.utils", "config": "get_file"}),
        "the function 'keras.utils.get_file'",
    ),
    "a class named as a function": (
        layer("Dense", "d", activation={**OS, "module": "keras.layers", "config": "TFSMLayer"}),
        "the function 'keras.layers.TFSMLayer'",
    ),
    "a function named as a class": (
        layer(
            "Dense",
            "d",
            activation={"module": "keras.config", "class_name": "set_floatx", "config": {}},
        ),
        "'keras.config.set_floatx'",
    ),
    "an argument of a call": (
        {**layer("Dense", "d"), "inbound_nodes": [{"args": [OS], "kwargs": {}}]},
        "the layer 'd' has as 'args' the function 'os.system'",
    ),
    "a module of Keras' own": (
        {
            **layer("Dense", "d"),
            "module": "keras.src.layers.core.lambda_layer",
            "class_name": "Lambda",
        },
        "is a Lambda",
    ),
    "the right name in a wrong module": (
        {**layer("Dense", "d"), "module": "evil"},
        "the class 'evil.Dense'",
    ),
    "a registered name": (
        {**layer("Dense", "d"), "registered_name": "x>Lambda"},
        "is registered as 'x>Lambda'",
    ),
    "a type specification": (
        layer("Dense", "d", s={"class_name": "__typespec__", "config": []}),
        "'__typespec__'",
    ),
    "a class without a name": (
        {**layer("Dense", "d"), "class_name": ["Lambda"]},
        "whose name is not a text",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_reference_that_is_not_harmless_is_named(tmp_path: Path, name: str) -> None:
    part, said = CASES[name]
    assert said in refused(model(INPUT, part), tmp_path)


@pytest.mark.parametrize("kind", ["Lambda", "TFSMLayer"])
def test_the_legacy_format_is_no_way_around(tmp_path: Path, kind: str) -> None:
    config = model({"class_name": kind, "config": {"name": "trick"}})
    del config["module"]
    with pytest.raises(UserError, match=f"the layer 'trick' is a {kind}"):
        inspect(h5_file(tmp_path, config))


def test_operations_in_the_legacy_format_are_told_as_what_they_are(tmp_path: Path) -> None:
    # Keras writes `keras.ops.relu` there as a layer of a class that it does not find again.
    start = keras.Input((2,))
    keras.Model(start, keras.ops.relu(start)).save(tmp_path / "m.h5")
    with pytest.raises(UserError) as caught:
        inspect(tmp_path / "m.h5")
    (problem,) = caught.value.problems
    assert "of the class 'Relu', as the operation of keras.ops is, which Keras" in problem.message
    assert problem.hint.startswith("save the model again with model.save('NAME.keras'); if it is")


def test_the_training_configuration_is_looked_at(tmp_path: Path) -> None:
    config = {**model(INPUT), "compile_config": {"optimizer": "adam", "loss": OS}}
    assert "the model has as 'loss' the function 'os.system'" in refused(config, tmp_path)


def compiled(**parts: Any) -> dict[str, Any]:
    """The configuration of a compiled model."""
    return {**model(INPUT), "compile_config": {"optimizer": "adam", **parts}}


OWN = {"module": "builtins", "class_name": "function", "config": "my_loss",
       "registered_name": "function"}  # fmt: skip


@pytest.mark.parametrize(
    "loss",
    [
        OWN,
        {**OWN, "module": "my_losses"},
        {"module": None, "class_name": "MyLoss", "config": {}, "registered_name": "Custom>MyLoss"},
        {"module": "tools.losses", "class_name": "Focal", "config": {}, "registered_name": "x>Y"},
    ],
)
def test_what_is_never_read_may_name_what_only_its_owner_has(
    tmp_path: Path, loss: dict[str, Any]
) -> None:
    inspect(keras_file(tmp_path, compiled(loss=loss, metrics=[[loss]])))
    inspect(h5_file(tmp_path, training_config=json.dumps({"loss": loss})))
    # A model inside of a model is compiled again.
    inner = {**model(layer("Dense", "d"), name="part"), "compile_config": {"loss": loss}}
    assert "none of Keras' harmless ones" in refused(model(INPUT, inner), tmp_path)


@pytest.mark.parametrize(
    "loss",
    [
        {**OWN, "config": "eval"},
        {**OWN, "module": "importlib", "config": "import_module"},
        {**OWN, "module": "keras.utils", "config": "get_file"},
        {**OWN, "module": "numpy.ctypeslib", "config": "load_library"},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {}},
    ],
)
def test_what_is_never_read_may_not_name_tools_all_the_same(
    tmp_path: Path, loss: dict[str, Any]
) -> None:
    assert "the model has as 'loss'" in refused(compiled(loss=loss), tmp_path)


def test_the_message_says_what_trust_means(tmp_path: Path) -> None:
    said = refused(model(INPUT, layer("Lambda", "trick")), tmp_path)
    assert "--trust-model, which lets the file run any code as you" in said


def test_a_trusted_file_may_name_anything(tmp_path: Path) -> None:
    inspect(keras_file(tmp_path, model(INPUT, layer("Lambda", "trick"))), trusted=True)


def test_own_classes_need_their_module(tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("raise OSError('must not run')\nclass Doubling: pass\n")
    part = {**layer("Doubling", "twice"), "module": "my_layers", "registered_name": "me>Doubling"}
    path = keras_file(tmp_path, model(INPUT, part))
    assert "name the module that defines it in the spec" in refused(model(INPUT, part), tmp_path)
    inspect(path, modules=["my_layers"])
    with pytest.raises(UserError, match=r"'my_layers\.Doubling'"):
        inspect(path, modules=["pytest"])


def test_own_classes_of_a_notebook_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("class Doubling: pass\n")
    part = {**layer("Doubling", "twice"), "module": None, "registered_name": "Custom>Doubling"}
    inspect(keras_file(tmp_path, model(INPUT, part)), modules=["my_layers"])
    other = {**part, "class_name": "Tripling", "registered_name": "Tripling"}
    assert "the class 'Tripling'" in refused(model(INPUT, other), tmp_path, modules=["my_layers"])


PACKAGE = {
    "pk/__init__.py": "from .layers import Gate\n",
    "pk/layers.py": "from .deep.more import Wave\nclass Gate: pass\n",
    "pk/deep/__init__.py": "",
    "pk/deep/more.py": """
import os
import keras
if True:
    class Wave: pass
try:
    def swell(x): return x
except ImportError:
    pass
made = type("made", (), {})

@keras.saving.register_keras_serializable(package="sea", name="Tide")
class Other: pass

def hidden():
    class Inner: pass
""",
    "pk/danger.py": "class Danger: pass\n",
}


def test_what_an_own_package_imports_from_within_is_own(tmp_path: Path) -> None:
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = owned(["pk.layers"], tmp_path)
    for name in ("Gate", "Wave", "swell", "made", "sea>Tide", "Other"):
        assert found.has(None, name), name
    for name in ("os", "Inner", "Danger", "keras"):
        assert not found.has(None, name), name
    assert found.has("pk.layers", "Gate")
    assert found.has("pk.deep.more", "Wave")
    assert not found.has("pk.danger", "Danger")
    assert not found.blind
    assert owned(["pk"], tmp_path).has("pk.danger", "Danger")
    assert owned(["pk", "elsewhere"], tmp_path).blind


def test_a_declared_module_does_not_open_others(tmp_path: Path) -> None:
    (tmp_path / "my_layers.py").write_text("import os\n")
    said = refused(
        model(INPUT, layer("Dense", "d", activation=OS)), tmp_path, modules=["my_layers"]
    )
    assert "os.system" in said


LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "Dense": (
        layer("Dense", "big", units=10**9),
        "the layer 'big' asks for 3.7 GB of weights, but the file stores 60 bytes",
    ),
    "Dense, by its input": (
        {**layer("Dense", "big", units=10**5), "build_config": {"input_shape": [None, 10**5]}},
        "the layer 'big' asks for 37 GB",
    ),
    "Embedding": (layer("Embedding", "big", input_dim=10**6, output_dim=10**4), "the layer 'big'"),
    "Conv2D": (layer("Conv2D", "big", filters=10**6, kernel_size=[99, 99]), "the layer 'big'"),
    "LSTM": (layer("LSTM", "big", units=10**5), "the layer 'big'"),
    "nested": (model(layer("Dense", "big", units=10**9), name="part"), "the layer 'part/big'"),
    "an input": (
        layer("InputLayer", "big", batch_shape=[None, 10**5, 10**5, 3]),
        "declares an input of 30 000 000 000 values",
    ),
    "an absurd number": (layer("Dense", "big", units=10**400), "the layer 'big'"),
}


@pytest.mark.parametrize("name", LARGE)
def test_gigabytes_for_a_few_bytes_are_refused(tmp_path: Path, name: str) -> None:
    part, said = LARGE[name]
    assert said in refused(model(INPUT, part), tmp_path)


def test_strange_numbers_do_not_stop_the_inspection(tmp_path: Path) -> None:
    odd = layer("Conv2D", "odd", filters="many", kernel_size=[None], groups=0, depth_multiplier=[])
    said = refused(model(INPUT, odd), tmp_path)
    assert said.count("the layer 'odd' has as ") == 4
