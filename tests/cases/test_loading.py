"""A model file loads as the model that was saved, in good time, and runs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from reportgen import functions, models
from reportgen.__main__ import leave_out_working_folder
from reportgen.checking.files import check_files
from reportgen.checking.input_mistakes import mistakes
from reportgen.child_process import ChildProcess, Limits, TimedOut
from reportgen.errors import UserError
from reportgen.models.files import load_file
from reportgen.models.keras_errors import explain
from reportgen.models.trust.inspection import inspect, own_losses, own_metrics
from reportgen.models.trust.owned import wrong_modules
from reportgen.models.trust.reading import read_model
from reportgen.network.input_values import ModelInput
from reportgen.network.inputs import model_inputs
from reportgen.network.network import Network
from reportgen.network.rescaling import expected_values
from reportgen.network.warnings import model_warnings
from reportgen.spec.loading import load_text
from tests.models.trust.crafting import INPUT, h5_file, keras_file, layer, model

LIBRARIES = [
    "keras", "keras.layers", "keras.src.layers", "tensorflow.keras.layers", "tf_keras", "numpy",
    "os", "os.path", "posix", "builtins", "subprocess", "json", "sys", "__main__", "reportgen",
    "reportgen.models.margins", "h5py", "yaml", "torch", "pip", "_pickle",
]  # fmt: skip


@pytest.mark.parametrize("name", LIBRARIES)
def test_modules_of_libraries_are_nobodys_own(tmp_path: Path, name: str) -> None:
    """With `modules: [keras.layers]` a model file could run a SavedModel."""
    (problem,) = wrong_modules([name], tmp_path)
    assert problem.message == (
        f"'{name}' is a module of a library, and 'modules' takes only modules of your own"
    )
    path = keras_file(tmp_path, model(INPUT, layer("TFSMLayer", "t", filepath="/x")))
    with pytest.raises(UserError, match="a module of a library"):
        inspect(path, modules=[name])
    for trusted in (False, True):
        with pytest.raises(UserError, match="a module of a library"):
            read_model(path, [name], tmp_path, name="m.keras", trusted=trusted)


@pytest.mark.parametrize("name", ["json", "json.tool", "yaml"])
def test_an_own_module_with_the_name_of_an_installed_one_is_told(tmp_path: Path, name: str) -> None:
    """The spec's folder came first, so its `json.py` stood in for Python's; now both are named."""
    package = tmp_path / name.partition(".")[0]
    package.mkdir()
    for file in ("__init__.py", "tool.py"):
        (package / file).write_text("raise SystemExit('it ran')\n")
    (problem,) = wrong_modules([name], tmp_path)
    assert problem.message.startswith(f"there are two modules '{package.name}': one in the spec's")
    assert problem.hint == "rename yours"
    with pytest.raises(UserError, match="there are two modules"):
        functions.call(f"{name}:load", tmp_path, {}, {})
    spec = load_text(f"model: python:{name}:load\n", tmp_path / "s.yaml")
    found: Any = type("Found", (list,), {"add": lambda self, *given: self.append(given)})()
    check_files(spec, found)
    assert [text for _, text, _ in found] == [problem.message]


def test_planted_libraries_are_not_imported(tmp_path: Path) -> None:
    """A `yaml.py` or `json.py` in the spec's folder or in the working folder was imported."""
    planted = ("yaml", "json", "numpy", "keras", "click", "re", "enum", "__future__", "hashlib")
    for name in planted:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} ran')\n")
    (tmp_path / "helping.py").write_text("NAME = 'helped'\n")
    (tmp_path / "mine.py").write_text(
        "import json\nimport yaml\nfrom helping import NAME\n"
        "def make(): return NAME, json.loads('1'), yaml.__file__\n"
    )
    helped, one, file = functions.call("mine:make", tmp_path, {}, {})  # type: ignore[misc]
    assert (helped, one) == ("helped", 1)
    assert Path(file).parent.parent != tmp_path
    (tmp_path / "s.yaml").write_text("model: zoo:base\ndataset: line\nfigures: [summary]\n")
    for path in ("", ":/nowhere"):
        done = subprocess.run(
            [sys.executable, "-m", "reportgen", "check", "s.yaml"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")


def test_only_a_folder_that_is_named_stays_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty entry of PYTHONPATH means the working folder; one by its name is the user's wish."""
    monkeypatch.chdir(tmp_path)
    here = os.getcwd()
    for written, first, kept in (
        ("", True, []),
        (":/a", False, ["/a"]),
        (":", True, []),
        (f"{here}:", False, [here]),
        ("/a", False, [here, "/a"]),  # Installed for editing, for example.
    ):
        monkeypatch.setenv("PYTHONPATH", written)
        path = [here, *(["/a"] if "/a" in written else [])]
        leave_out_working_folder(path, first=first)
        assert path == kept


BORROWED = """
import keras
from keras.layers import Lambda, TFSMLayer
from os import system
Alias = keras.layers.TFSMLayer

class Own(keras.layers.Layer):
    pass
"""


@pytest.mark.parametrize("kind", ["Lambda", "TFSMLayer", "Alias", "system", "StringLookup"])
@pytest.mark.parametrize("legacy", [False, True])
def test_a_module_offers_only_what_it_defines(tmp_path: Path, kind: str, legacy: bool) -> None:
    """A legacy file got a Lambda past the list as a class of a declared module."""
    (tmp_path / "mine.py").write_text(BORROWED)
    part = {**layer(kind, "trick"), "module": "mine"}
    if kind == "system":
        part = layer("Dense", "trick", units=2, activation={
            "module": "mine", "class_name": "function", "config": "system"})  # fmt: skip
    path = (h5_file if legacy else keras_file)(tmp_path, model(INPUT, part))

    def admit() -> None:
        inspect(path, modules=["mine"])
        read_model(path, ["mine"], tmp_path, name=path.name)

    with pytest.raises(UserError, match=r"the layer 'trick' (is|has)"):
        admit()


def test_a_name_of_keras_that_a_module_defines_itself_is_its_own(tmp_path: Path) -> None:
    """A class of one's own may have the name of a class that is refused."""
    (tmp_path / "mine.py").write_text(
        "import keras\nclass Lambda(keras.layers.Layer):\n    def call(self, x): return 2 * x\n"
    )
    with functions.importable(tmp_path):
        own = functions.imported("mine", tmp_path).Lambda(name="own")
    keras.Sequential([keras.Input((4,)), own]).save(tmp_path / "own.keras")
    inspect(tmp_path / "own.keras", modules=["mine"])
    loaded = read_model(tmp_path / "own.keras", ["mine"], tmp_path, name="own.keras")
    assert float(loaded(keras.ops.ones((1, 4)))[0, 0]) == 2


def test_no_message_advises_to_declare_a_library(tmp_path: Path) -> None:
    """The hint for a class of Keras' that is refused was to name the module that defines it."""
    for module in ("keras.layers", "keras.src.layers", "os", "tensorflow"):
        part = {**layer("Unheard", "new"), "module": module}
        with pytest.raises(UserError) as caught:
            inspect(keras_file(tmp_path, model(INPUT, part)))
        assert "modules:" not in str(caught.value)
        assert "--trust-model" in str(caught.value)


# --- how long it takes --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_deep_sequential_model_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Keras called all layers again after each that it added: 275 s for a model of 400 layers."""
    layers = [keras.layers.ReLU(name=f"r{index}") for index in range(20)]
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(4)], name="inner")
    saved = keras.Sequential([keras.Input((4,)), *layers, inner], name="deep")
    path = tmp_path / f"deep{suffix}"
    saved.save(path)
    plain = keras.saving.load_model(path, compile=False)
    built: list[str] = []
    build = keras.Sequential.build

    def counted(self: Any, shape: Any = None) -> None:
        built.append(self.name)
        build(self, shape)

    monkeypatch.setattr(keras.Sequential, "build", counted)
    loaded = read_model(path, (), tmp_path, name=path.name)
    assert sorted(set(built)) == ["deep", "inner"]
    assert len(built) <= 4
    assert loaded.to_json() == plain.to_json()
    images = keras.random.normal((2, 4), seed=1)
    assert (keras.ops.convert_to_numpy(loaded(images) - saved(images)) == 0).all()
    assert keras.Sequential.from_config.__qualname__ == "Sequential.from_config"


def test_the_limit_of_a_trial_counts_computing(tmp_path: Path) -> None:
    """A good model was refused where a busy machine gave the trial little of its time."""
    (tmp_path / "handlers.py").write_text(
        "import time\n"
        "def ready():\n"
        "    def answer(request, progress):\n"
        "        if request == 'wait':\n"
        "            time.sleep(0.6)\n"
        "        while request == 'compute':\n"
        "            pass\n"
        "        return request\n"
        "    return answer\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with ChildProcess("handlers:ready", environment=environment) as child:
        assert child.ask("wait", limits=Limits(0.3, 2**32)) == "wait"
        assert child.ask("at once") == "at once"
        with pytest.raises(TimedOut):
            child.ask("compute", limits=Limits(0.3, 2**32))


# --- state and arguments that Keras does not restore ----------------------------------------------

LAYERS = keras.layers
PIXELS = np.random.default_rng(0).uniform(0, 255, (6, 6, 6, 3)).astype(np.float32)
FRAMES = np.random.default_rng(1).uniform(0, 9, (6, 2, 6, 6, 3)).astype(np.float32)


def adapted(axis: Any = -1, **given: Any) -> Any:
    layer = LAYERS.Normalization(axis=axis, **given)
    layer.adapt(PIXELS)
    return layer


def binned() -> Any:
    layer = LAYERS.Discretization(num_bins=4)
    layer.adapt(PIXELS)
    return layer


def inside(layer: Any, depth: int = 1, shape: tuple[int, ...] = (6, 6, 3)) -> Any:
    """A model with a layer inside of so many nested models, each other one Sequential."""
    for level in range(depth):
        start = keras.Input(shape)
        sequential = level % 2
        model = keras.Sequential([start, layer]) if sequential else keras.Model(start, layer(start))
        layer = model
    start = keras.Input(shape)
    return keras.Model(start, LAYERS.Dense(2)(LAYERS.Flatten()(layer(start))))


def shared_by_models() -> Any:
    layer, start = adapted(), keras.Input((6, 6, 3))
    models = [keras.Model(i, layer(i)) for i in (keras.Input((6, 6, 3)), keras.Input((6, 6, 3)))]
    return keras.Model(start, LAYERS.Add()([model(start) for model in models]))


def used_twice() -> Any:
    layer, start = inside(adapted()).layers[1], keras.Input((6, 6, 3))
    return keras.Model(start, layer(layer(start)))


def with_lora() -> Any:
    model = inside(dense := LAYERS.Dense(3))
    dense.enable_lora(2)
    return model


def quantized(mode: str) -> Any:
    model = inside(keras.Sequential([LAYERS.Flatten(), LAYERS.Dense(4)]), depth=1)
    model.quantize(mode)
    return model


def spectral() -> Any:
    model = inside(LAYERS.SpectralNormalization(LAYERS.Conv2D(2, 3)), depth=2)
    model(PIXELS, training=True)
    return model


def half() -> Any:
    return inside(LAYERS.Conv2D(2, 3, dtype="mixed_float16"))


STATES: dict[str, Callable[[], Any]] = {
    "adapted": lambda: inside(adapted(), 0),
    "adapted, one deep": lambda: inside(adapted()),
    "adapted, two deep": lambda: inside(adapted(), 2),
    "adapted, three deep": lambda: inside(adapted(), 3),
    "adapted over all axes": lambda: inside(adapted(None)),
    "adapted, each place": lambda: inside(adapted((1, 2, 3))),
    "adapted, inverted": lambda: inside(adapted(invert=True)),
    "given mean": lambda: inside(LAYERS.Normalization(mean=[1.0, 2, 3], variance=[4.0, 5, 6])),
    "in a pipeline": lambda: inside(LAYERS.Pipeline([adapted(), LAYERS.Rescaling(0.5)])),
    "over time": lambda: inside(
        LAYERS.TimeDistributed(keras.Sequential([keras.Input((6, 6, 3)), adapted()])),
        0, (2, 6, 6, 3)),
    "shared by two models": shared_by_models,
    "used twice": used_twice,
    "bins": lambda: inside(binned(), 2),
    "softmax over positions": lambda: inside(LAYERS.Softmax(axis=[1, 2])),
    "unit length of maps": lambda: inside(LAYERS.UnitNormalization(axis=[1, 2]), 0),
    "layer norm": lambda: inside(LAYERS.LayerNormalization(axis=[1, 2, 3]), 2),
    "plain layer norm": lambda: inside(
        LAYERS.LayerNormalization(axis=[1, 2], center=False, scale=False)),
    "root mean square": lambda: inside(LAYERS.RMSNormalization(axis=[2, 3]), 0),
    "batch norm": lambda: inside(LAYERS.BatchNormalization(axis=1), 2),
    "random flip": lambda: inside(LAYERS.RandomFlip(seed=3), 2),
    "noise": lambda: inside(LAYERS.GaussianNoise(0.3), 2),
    "LoRA": with_lora,
    "int8": lambda: quantized("int8"),
    "int4": lambda: quantized("int4"),
    "half precision": half,
    "spectral": spectral,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", STATES)
def test_a_loaded_model_predicts_what_the_saved_one_did(
    tmp_path: Path, name: str, suffix: str
) -> None:
    """An adapted Normalization in a nested model of an .h5 file was lost (38 % for 91 %)."""
    model = STATES[name]()
    for weight in model.weights:
        if weight.path.endswith(("moving_mean", "moving_variance", "gamma", "beta")):
            weight.assign(np.random.default_rng(2).uniform(1, 2, weight.shape))
    images = FRAMES if len(model.input_shape) == 5 else PIXELS
    model.save(path := tmp_path / f"m{suffix}")
    inspect(path)
    if (name, suffix) == ("shared by two models", ".keras"):
        with pytest.raises(UserWarning) as caught:
            read_model(path, (), tmp_path, name=path.name)
        assert explain(caught.value).startswith("it holds no weights for layers at 'functional")
        return
    loaded = read_model(path, (), tmp_path, name=path.name)
    np.testing.assert_array_equal(
        loaded(images, training=False), np.asarray(model(images, training=False))
    )


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_quantized_weights_are_told(mode: str) -> None:
    """A report of a quantized model did not say that its weights are rounded."""
    model = keras.Sequential([keras.Input((4,)), LAYERS.Dense(6, name="wide")])
    assert [one.kind for one in model_warnings(Network.of(model))] == []
    model.quantize(mode)
    (warning,) = model_warnings(Network.of(model))
    assert warning.kind == "quantized"
    assert f"({mode}: 'wide')" in warning.text
    assert ("two weights" in warning.text) == (mode == "int4")


def focal(true: Any, said: Any) -> Any:
    return keras.ops.mean((true - said) ** 4)


class Strict(keras.losses.MeanSquaredError):
    pass


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(
    ("loss", "own"),
    [
        (focal, ["focal"]),
        (Strict(), ["Strict"]),
        ([focal, "mse"], ["focal"]),
        ("mse", []),
        ("sparse_categorical_crossentropy", []),
        (keras.losses.CategoricalCrossentropy(label_smoothing=0.1), []),
        (keras.losses.mean_squared_error, []),
        (None, []),
    ],
)
def test_a_loss_that_is_not_used_is_told(
    tmp_path: Path, loss: Any, own: list[str], suffix: str
) -> None:
    """A model that was trained with a loss of its own was evaluated with another without a word."""
    start = keras.Input((4,))
    outputs = [LAYERS.Dense(2)(start) for _ in range(2 if isinstance(loss, list) else 1)]
    model = keras.Model(start, outputs)
    model.compile("sgd", loss=loss)
    model.save(path := tmp_path / f"m{suffix}")
    inspect(path)
    assert own_losses(path) == own


# --- text, and state of other kinds ---------------------------------------------------------------


def text_and_image() -> Any:
    """A model of an image and a text, whose answer is the image's mean plus the text's number."""
    image, text = keras.Input((6, 6, 3), name="image"), keras.Input((), dtype="string", name="t")
    known = LAYERS.StringLookup(vocabulary=["cat", "hello"], output_mode="one_hot")(text)
    number = (dense := LAYERS.Dense(1, use_bias=False))(known)
    dense.set_weights([np.asarray([[0.0], [1], [2]])])
    mean = LAYERS.Conv2D(1, 1, kernel_initializer="ones")(LAYERS.AveragePooling2D(6)(image))
    return keras.Model([image, text], LAYERS.Add()([LAYERS.Flatten()(mean), number]))


@pytest.mark.parametrize(("text", "number"), [("hello", 2), ("cat", 1), ("other", 0), ("", 0)])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_an_input_of_text_is_held_at_one(
    tmp_path: Path, text: str, number: int, suffix: str
) -> None:
    """An input of text could be held at nothing."""
    text_and_image().save(tmp_path / f"m{suffix}")
    given = {"image": "images", "t": text}
    loaded = models.load(
        f"m{suffix}", base=tmp_path, input_shape=(6, 6, 3), targets=(), seed=0, params={},
        inputs=given, trusted=True, cache=tmp_path / "cache",
    )  # fmt: skip
    means = PIXELS.sum(axis=3).mean(axis=(1, 2))
    answers = np.asarray(loaded.model(PIXELS))[:, 0]
    np.testing.assert_allclose(answers, means + number, rtol=1e-5)
    assert f"Input 't' is held at the text '{text}'" in loaded.weights
    assert expected_values(Network.of(loaded.model)).values == ""


def test_text_for_numbers_and_numbers_for_text_are_one_message() -> None:
    """What an input takes is said with the text or number that it got."""
    inputs = model_inputs(text_and_image())
    (wrong,) = mistakes(inputs, {"image": "images", "t": 3})
    assert wrong.message == "input 't' takes text, got a number or numbers"
    (wrong,) = mistakes(
        [*inputs, ModelInput("meta", (4,), "float32")],
        {"image": "images", "t": "a", "meta": "hello"},
    )
    assert wrong.message == "input 'meta' takes numbers (float32), got the text 'hello'"
    assert wrong.hint == "write a number"


def words() -> Any:
    layer = LAYERS.TextVectorization(output_sequence_length=3, vocabulary=["red", "blue"])
    text = keras.Input((), dtype="string")
    embedded = LAYERS.Embedding(9, 2)(layer(text))
    return keras.Model(text, LAYERS.Flatten()(embedded))


def looked_up(kind: str) -> Any:
    options: Any = {"num_oov_indices": 1, "output_mode": "one_hot"}
    known = ["a", "b"] if kind == "string" else [7, 9]
    layer = (LAYERS.StringLookup if kind == "string" else LAYERS.IntegerLookup)(
        vocabulary=known, **options
    )
    start = keras.Input((), dtype="string" if kind == "string" else "int64")
    return keras.Model(start, LAYERS.Dense(2)(layer(start)))


LOOKED_UP: dict[str, tuple[Callable[[], Any], Any]] = {
    "words": (words, ["red blue", "blue green red red", ""]),
    "strings": (lambda: looked_up("string"), ["a", "b", "c"]),
    "numbers": (lambda: looked_up("integer"), [7, 9, 3]),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", LOOKED_UP)
def test_vocabularies_come_back(tmp_path: Path, name: str, suffix: str) -> None:
    """A lookup layer without its vocabulary would give every text the same number."""
    make, given = LOOKED_UP[name]
    model = make()
    model.save(path := tmp_path / f"m{suffix}")
    with pytest.raises(UserError, match="can read any file of this machine as its vocabulary"):
        inspect(path)
    loaded = read_model(path, (), tmp_path, name=path.name, trusted=True)
    texts = tf.constant(given, dtype=tf.int64 if name == "numbers" else tf.string)
    expected = np.asarray(model(texts))
    assert len(np.unique(expected, axis=0)) == 3
    np.testing.assert_array_equal(loaded(texts), expected)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_metrics_that_are_not_used_are_told(tmp_path: Path, suffix: str) -> None:
    """A report measured accuracy, and said nothing of the metric that the model was made for."""
    model = keras.Sequential([keras.Input((4,)), LAYERS.Dense(2)])
    kept = [
        "accuracy",
        "mae",
        keras.metrics.F1Score(name="f"),
        "AUC",
        "r2_score",
    ]
    for own, names in (([], []), ([focal], ["focal"]), ([focal, Counted()], ["focal", "Counted"])):
        model.compile("sgd", loss="mse", metrics=[*kept, *own], weighted_metrics=["acc"])
        model.save(path := tmp_path / f"m{suffix}")
        assert own_metrics(path) == names
        told = load_file(path.name, tmp_path, modules=(), trusted=False, cache=None)[1]
        assert ("this report does not use" in told) == bool(names)
        assert all(f"'{name}'" in told for name in names)


class Counted(keras.metrics.Mean):  # type: ignore[misc]
    pass


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_renormalization_comes_back(tmp_path: Path, suffix: str) -> None:
    """The statistics of a BatchNormalization with `renorm` are restored, nested too."""
    layer = LAYERS.BatchNormalization(renorm=True)
    model = inside(layer)
    for weight in layer.weights:
        weight.assign(np.random.default_rng(2).uniform(1, 2, weight.shape))
    model.save(path := tmp_path / f"m{suffix}")
    inspect(path)
    loaded = read_model(path, (), tmp_path, name=path.name)
    np.testing.assert_array_equal(loaded(PIXELS, training=False), model(PIXELS, training=False))
