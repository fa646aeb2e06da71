"""The write-up's tables, row for row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reportgen import models
from reportgen.datasets import line
from reportgen.errors import UserError
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.records import Target

Load = Callable[..., models.Loaded]
DIGITS = (Target("class", "Class", tuple("0123456789")),)
LINE = line.targets()


BASE = """
conv2d_2 Conv2D (None, 22, 22, 32) 4736
batch_normalization_2 BatchNormalization (None, 22, 22, 32) 128
max_pooling2d_2 MaxPooling2D (None, 11, 11, 32) 0
flatten_2 Flatten (None, 3872) 0
dense_3 Dense (None, 1024) 3965952
dense_4 Dense (None, 96) 98400
"""
DEEP = """
conv2d_8 Conv2D (None, 26, 26, 32) 896
max_pooling2d_6 MaxPooling2D (None, 13, 13, 32) 0
conv2d_9 Conv2D (None, 13, 13, 64) 18496
max_pooling2d_7 MaxPooling2D (None, 6, 6, 64) 0
conv2d_10 Conv2D (None, 6, 6, 128) 73856
batch_normalization_4 BatchNormalization (None, 6, 6, 128) 512
flatten_4 Flatten (None, 4608) 0
dense_7 Dense (None, 1024) 4719616
dense_8 Dense (None, 96) 98400
"""
FASHION_CNN = """
conv_layer_1 Conv2D (None, 26, 26, 64) 640
pool_layer_2 MaxPooling2D (None, 13, 13, 64) 0
conv_layer_3 Conv2D (None, 11, 11, 64) 36928
pool_layer_4 MaxPooling2D (None, 5, 5, 64) 0
flatten_layer_5 Flatten (None, 1600) 0
dense_layer_6 Dense (None, 128) 204928
dense_layer_7 Dense (None, 10) 1290
"""
VARIATION1 = """
Input_Image InputLayer (None, 28, 28, 3) 0
conv2d_1 Conv2D (None, 26, 26, 4) 112 Input_Image[0][0]
conv2d_2 Conv2D (None, 22, 22, 4) 404 conv2d_1[0][0]
flatten_1 Flatten (None, 1936) 0 conv2d_2[0][0]
dense_1 Dense (None, 64) 123968 flatten_1[0][0]
dense_2 Dense (None, 64) 123968 flatten_1[0][0]
dense_3 Dense (None, 64) 123968 flatten_1[0][0]
dense_4 Dense (None, 64) 123968 flatten_1[0][0]
length Dense (None, 1) 65 dense_1[0][0]
width Dense (None, 1) 65 dense_2[0][0]
color Dense (None, 1) 65 dense_3[0][0]
angle Dense (None, 12) 780 dense_4[0][0]
"""
VARIATION2 = """
Input_Image InputLayer (None, 28, 28, 3) 0
conv2d_1 Conv2D (None, 28, 28, 8) 1184 Input_Image[0][0]
max_pooling2d_1 MaxPooling2D (None, 14, 14, 8) 0 conv2d_1[0][0]
conv2d_2 Conv2D (None, 10, 10, 6) 1206 max_pooling2d_1[0][0]
max_pooling2d_2 MaxPooling2D (None, 9, 9, 6) 0 conv2d_2[0][0]
flatten_1 Flatten (None, 486) 0 max_pooling2d_2[0][0]
dense_1 Dense (None, 128) 62336 flatten_1[0][0]
dense_5 Dense (None, 256) 124672 flatten_1[0][0]
length Dense (None, 1) 129 dense_1[0][0]
width Dense (None, 1) 129 dense_1[0][0]
color Dense (None, 1) 129 dense_1[0][0]
angle Dense (None, 12) 3084 dense_5[0][0]
"""
VARIATION3 = """
Input_Image InputLayer (None, 28, 28, 3) 0
conv2d_1 Conv2D (None, 28, 28, 10) 760 Input_Image[0][0]
max_pooling2d_1 MaxPooling2D (None, 14, 14, 10) 0 conv2d_1[0][0]
conv2d_2 Conv2D (None, 12, 12, 8) 728 max_pooling2d_1[0][0]
max_pooling2d_2 MaxPooling2D (None, 6, 6, 8) 0 conv2d_2[0][0]
flatten_1 Flatten (None, 288) 0 max_pooling2d_2[0][0]
dense_1 Dense (None, 128) 36992 flatten_1[0][0]
dense_3 Dense (None, 64) 18496 flatten_1[0][0]
length Dense (None, 1) 129 dense_1[0][0]
width Dense (None, 1) 65 dense_3[0][0]
color Dense (None, 1) 65 dense_3[0][0]
angle Dense (None, 12) 1548 dense_1[0][0]
"""


def table(model: Any) -> str:
    lines = (
        " ".join([row.name, row.type, row.output_shape, str(row.params), *row.connected_to])
        for row in rows(model)
    )
    return "\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("base", BASE),
        ("deep", DEEP),
        ("variation1", VARIATION1),
        ("variation2", VARIATION2),
        ("variation3", VARIATION3),
    ],
)
@pytest.mark.parametrize("given", [{}, {"input_shape": (28, 28, 3), "targets": LINE}])
def test_tables_equal_the_write_up(
    load: Load, name: str, expected: str, given: dict[str, Any]
) -> None:
    loaded = load(f"zoo:{name}", **given)
    assert table(loaded.model) == expected
    assert not loaded.trained


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"input_shape": (28, 28, 3), "targets": LINE}, (4_069_216, 4_069_152)),
        ({"input_shape": (28, 28, 1), "targets": DIGITS}, (3_977_930, 3_977_866)),
    ],
)
def test_base_has_the_write_ups_totals(
    load: Load, given: dict[str, Any], counts: tuple[int, int]
) -> None:
    model = load("zoo:base", **given).model
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (model.count_params(), trainable) == counts


@pytest.mark.parametrize("given", [{}, {"input_shape": (28, 28, 1), "targets": DIGITS}])
def test_the_seven_layers_of_the_fashion_network(load: Load, given: dict[str, Any]) -> None:
    model = load("zoo:fashion_cnn", **given).model
    assert table(model) == FASHION_CNN
    assert model.count_params() == 243_786


@pytest.mark.parametrize("name", ["variation1", "variation2", "variation3"])
def test_variations_answer_the_lines_attributes(load: Load, name: str) -> None:
    model = load(f"zoo:{name}", input_shape=(28, 28, 3), targets=LINE).model
    found = Network.of(model).heads_for(LINE)
    assert [(head.name, head.title, head.units, head.kind) for head in found] == [
        ("length", "Length", 1, "sigmoid"),
        ("width", "Width", 1, "sigmoid"),
        ("color", "Color", 1, "sigmoid"),
        ("angle", "Angle", 12, "softmax"),
    ]


def test_the_same_seed_gives_the_same_initial_weights(load: Load) -> None:
    first, second, other = (
        load("zoo:variation3", seed=seed).model.get_weights() for seed in (3, 3, 4)
    )
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_random_weights_that_nothing_trains_are_said(load: Load) -> None:
    assert load("zoo:variation3").weights == models.UNTRAINED
    assert load("zoo:variation3", input_shape=(28, 28, 3), targets=LINE).weights == ""


def test_an_unknown_model_is_named_with_its_neighbor(load: Load) -> None:
    with pytest.raises(UserError, match="no model named 'bas'; did you mean 'base'"):
        load("zoo:bas")


def test_images_that_are_too_small_are_the_users_mistake(load: Load) -> None:
    with pytest.raises(UserError, match=r"images of shape \(4, 4, 3\) do not fit .* 28 x 28 x 3"):
        load("zoo:base", input_shape=(4, 4, 3), targets=LINE)


def test_a_variation_over_data_without_its_labels_is_the_users_mistake(load: Load) -> None:
    with pytest.raises(UserError, match=r"answers length, width, color, angle, but .* class only"):
        load("zoo:variation1", input_shape=(28, 28, 1), targets=DIGITS)


def test_two_classes_need_one_unit_in_a_variation_and_three_need_three(load: Load) -> None:
    targets = [Target(t.name, t.title, t.classes) for t in LINE[1:]]
    targets[2] = Target("color", "Color", ("red", "green", "blue"))
    model = load("zoo:variation3", input_shape=(28, 28, 3), targets=targets).model
    assert [head.units for head in Network.of(model).heads_for(targets)] == [1, 1, 3, 12]


def test_looking_up_names_and_entries_stays_light() -> None:
    code = (
        "import sys\n"
        "from importlib import import_module\n"
        "import reportgen.models\n"
        "from reportgen import catalog\n"
        "for name in ('base', 'deep', 'fashion_cnn', 'small_resnet', 'small_vgg', 'vgg8',\n"
        "             'variation1', 'variation2', 'variation3'):\n"
        "    assert catalog.entry('models', name).name == name\n"
        "for name in ('application', 'files', 'python_function'):\n"
        "    assert import_module(f'reportgen.models.{name}').ENTRY.name == name\n"
        "print([m for m in ('numpy', 'keras', 'tensorflow') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("given", [{}, {"input_shape": (28, 28, 1), "targets": DIGITS}])
def test_small_vgg_is_pairs_of_convolutions_and_nothing_a_deconvnet_does_not_know(
    load: Load, given: dict[str, Any]
) -> None:
    from reportgen.network.dependencies import dependencies_of
    from reportgen.network.receptive_field import receptive_field

    model = load("zoo:small_vgg", **given).model
    # Weights and biases: 9 * (16 + 16*16 + 16*32 + 32*32 + 32*64 + 64*64) + 2 * (16 + 32 + 64),
    # then 576 values of three by three maps to 64 units to ten classes.
    assert model.count_params() == 71_568 + 224 + 577 * 64 + 65 * 10
    assert receptive_field(Network.of(model), "block3_conv2") == 32
    way = dependencies_of(Network.of(model), "block3_conv2")
    assert (way.normalizations, way.merges, way.average_pools, way.nonlinearities) == (
        (),
        (),
        (),
        (),
    )
    assert [head.units for head in Network.of(model).heads_for(DIGITS if given else ())] == [10]


@pytest.mark.parametrize("given", [{}, {"input_shape": (28, 28, 1), "targets": DIGITS}])
def test_small_resnet_adds_what_skips_its_convolutions(load: Load, given: dict[str, Any]) -> None:
    from reportgen.network.dependencies import dependencies_of

    model = load("zoo:small_resnet", **given).model
    shapes = {row.name: row.output_shape for row in rows(model)}
    assert [shapes[f"stage{stage}_add"] for stage in (1, 2, 3)] == [
        "(None, 28, 28, 16)",
        "(None, 14, 14, 32)",
        "(None, 7, 7, 64)",
    ]
    way = dependencies_of(Network.of(model), "stage3_out_relu")
    assert list(way.merges) == ["stage1_add", "stage2_add", "stage3_add"]
    assert len(way.normalizations) == 9
