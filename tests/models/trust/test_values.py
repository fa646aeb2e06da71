"""Names and sizes of layers: those that Keras takes pass, the others are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src import activations, constraints, initializers, regularizers

from reportgen.errors import UserError
from reportgen.models.trust.inspection import inspect
from tests.models.trust.crafting import INPUT, h5_file, keras_file, layer, model

LAYERS = keras.layers
BASES = {"Initializer", "initializer", "Regularizer", "regularizer", "Constraint", "constraint"}
"""What others are derived from; Keras knows them by name, and cannot use them."""
NAMES = {
    "activation": set(activations.ALL_OBJECTS_DICT),
    "kernel_initializer": set(initializers.ALL_OBJECTS_DICT) - BASES,
    "kernel_regularizer": set(regularizers.ALL_OBJECTS_DICT) - BASES,
    "kernel_constraint": set(constraints.ALL_OBJECTS_DICT) - BASES,
}


def refused(config: Any, folder: Path, **given: Any) -> str:
    with pytest.raises(UserError) as caught:
        inspect(keras_file(folder, config), **given)
    return str(caught.value)


def dense(**config: Any) -> dict[str, Any]:
    return model(INPUT, layer("Dense", "d", **{"units": 3, **config}))


@pytest.mark.parametrize("key", NAMES)
def test_every_name_that_keras_takes_passes(tmp_path: Path, key: str) -> None:
    assert len(NAMES[key]) > 5
    many = [layer("Dense", f"d{i}", units=1, **{key: n}) for i, n in enumerate([*NAMES[key], None])]
    inspect(keras_file(tmp_path, model(INPUT, *many)))
    inspect(h5_file(tmp_path, model(INPUT, *many)))


@pytest.mark.parametrize(
    ("key", "name", "what"),
    [
        ("activation", "eval", "activation"),
        ("activation", "keras.utils.get_file", "activation"),
        ("activation", "", "activation"),
        ("recurrent_activation", "mean_squared_error", "activation"),
        ("kernel_initializer", "os.system", "initializer"),
        ("bias_initializer", "Initializer", "initializer"),
        ("activity_regularizer", "l3", "regularizer"),
        ("bias_constraint", "relu", "constraint"),
    ],
)
def test_a_name_that_keras_does_not_know_is_told_with_its_key(
    tmp_path: Path, key: str, name: str, what: str
) -> None:
    said = refused(dense(**{key: name}), tmp_path)
    assert f"the layer 'd' has as '{key}' '{name}', which is no {what} of Keras" in said
    with pytest.raises(UserError, match=f"which is no {what} of Keras"):
        inspect(h5_file(tmp_path, dense(**{key: name})))


def test_names_of_the_owners_own_pass(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def halved(x): return x / 2\n")
    path = keras_file(tmp_path, dense(activation="halved", kernel_initializer="me>halved"))
    inspect(path, modules=["mine"])
    inspect(path, modules=["pytest"])
    assert "'halved', which is no activation" in refused(dense(activation="halved"), tmp_path)
    said = refused(dense(activation="doubled"), tmp_path, modules=["mine"])
    assert "'doubled', which is no activation" in said


def test_what_the_owners_own_layers_keep_is_theirs(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("class Own: pass\n")
    part = {**layer("Own", "o", activation="steps", filters="many"), "module": "mine"}
    inspect(keras_file(tmp_path, model(INPUT, part)), modules=["mine"])


SIZES: list[tuple[str, dict[str, Any], str]] = [
    ("Conv2D", {"filters": "many"}, "has as 'filters' 'many', which must be a whole number"),
    ("Conv2D", {"filters": -4}, "has as 'filters' -4, which must be a whole number above 0"),
    ("Conv2D", {"filters": 2.5}, "has as 'filters' 2.5, which must"),
    ("Conv2D", {"filters": [3]}, "has as 'filters' [3], which must be whole numbers above 0"),
    ("Dense", {"units": 0}, "has as 'units' 0, which must be a whole number above 0"),
    ("Dense", {"units": True}, "has as 'units' True, which must"),
    ("Conv2D", {"kernel_size": [3, 0]}, "has as 'kernel_size' [3, 0], which must be whole numbers"),
    ("Conv2D", {"strides": [1, "2"]}, "has as 'strides' [1, '2'], which must"),
    ("Conv2D", {"groups": 0}, "has as 'groups' 0, which must"),
    ("GroupNormalization", {"groups": -2}, "has as 'groups' -2, which must"),
    ("MaxPooling2D", {"pool_size": 0}, "has as 'pool_size' 0, which must"),
    ("DepthwiseConv2D", {"depth_multiplier": -1}, "has as 'depth_multiplier' -1, which must"),
    ("UpSampling2D", {"size": [2, -2]}, "has as 'size' [2, -2], which must"),
    ("Reshape", {"target_shape": [-1, -1]}, "or one of them -1"),
    ("Reshape", {"target_shape": 4}, "has as 'target_shape' 4, which must be whole numbers"),
    ("Embedding", {"input_dim": -1}, "has as 'input_dim' -1, which must"),
]


@pytest.mark.parametrize(("kind", "config", "said"), SIZES)
def test_a_size_that_is_none_is_told_with_its_key(
    tmp_path: Path, kind: str, config: dict[str, Any], said: str
) -> None:
    told = refused(model(INPUT, layer(kind, "x", **config)), tmp_path)
    assert "is refused: the layer 'x' has as " in told
    assert said in told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 100_000, "has a name of 100 000 characters, and 255 is the most"),
        ("../../x", "the layer '../../x' has a '/' in its name, where Keras takes none"),
        ("a\x1b[31m", "has a control character in its name"),
        ("a\nb", "has a control character in its name"),
        ("a\ud800", "has a control character in its name"),
        (5, "has as 'name' 5, which is no text"),
    ],
)
@pytest.mark.parametrize("kind", ["Dense", "Own"])
def test_a_name_that_nobody_can_use_is_told(
    tmp_path: Path, kind: str, name: Any, said: str
) -> None:
    (tmp_path / "mine.py").write_text("class Own: pass\n")
    part = {**layer(kind, name), "module": None if kind == "Own" else "keras.layers"}
    told = refused(model(INPUT, part), tmp_path, modules=["mine"])
    assert said in told
    assert len(told) < 300
    assert "\x1b" not in told


def test_unusual_names_pass(tmp_path: Path) -> None:
    for name in ("x" * 255, "größe 3.1-b_c:0", "層", None):
        inspect(keras_file(tmp_path, model(INPUT, layer("Dense", "d") | {"name": name})))


def test_layers_of_all_kinds_with_usual_and_unusual_sizes_pass(tmp_path: Path) -> None:
    start = keras.Input((16, 16, 4))
    x = LAYERS.Conv2D(8, (3, 1), strides=2, padding="same", groups=2, dilation_rate=1)(start)
    x = LAYERS.GroupNormalization(groups=-1)(LAYERS.SeparableConv2D(4, 1, depth_multiplier=2)(x))
    x = LAYERS.AveragePooling2D(2, strides=None)(LAYERS.UpSampling2D((2, 3))(x))
    x = LAYERS.Resizing(5, 6)(LAYERS.Conv2DTranspose(2, 2, strides=(2, 1))(x))
    x = LAYERS.ConvLSTM1D(2, 2)(LAYERS.Reshape((5, -1, 2))(x))
    x = LAYERS.RepeatVector(2)(LAYERS.Flatten()(x))
    x = LAYERS.Bidirectional(LAYERS.RNN([LAYERS.GRUCell(2), LAYERS.LSTMCell(3)]))(x)
    for suffix in (".keras", ".h5"):
        keras.Model(start, x).save(tmp_path / f"all{suffix}")
        inspect(tmp_path / f"all{suffix}")
    keras.Model(start, keras.ops.diff(start, n=0)).save(tmp_path / "diff.keras")
    inspect(tmp_path / "diff.keras")
