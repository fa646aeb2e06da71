"""Layers and channels that figures name and a model file lacks, known without Keras."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from reportgen.checking.figures import layer_problems, missing_layer
from reportgen.errors import Problem, UserError
from reportgen.models.trust.configuration import outline
from reportgen.models.trust.inspection import outline_of
from reportgen.network.layer_selection import find
from reportgen.network.network import Network
from reportgen.spec.loading import load_text

HEAD = "model: m.keras\nfigures:\n  - "


def nested(operations: bool = True) -> keras.Model:
    """A model in a model in a model, a layer used twice, and operations that are no layers."""
    layers = keras.layers
    deep = keras.Sequential(
        [keras.Input((8, 8, 4)), layers.Conv2D(4, 3, padding="same", name="same")], name="deep"
    )
    inner = keras.Input((8, 8, 3), name="inner_input")
    conv = layers.Conv2D(4, 3, padding="same", activation="relu", name="conv")
    backbone = keras.Model(inner, deep(conv(inner)), name="backbone")
    entry = keras.Input((8, 8, 3), name="entry")
    again = layers.Conv2D(3, 1, name="again")
    maps = again(entry)
    maps = backbone(again(maps + 1.0 if operations else maps))
    maps = layers.DepthwiseConv2D(3, name="deepwise")(maps)
    maps = layers.Conv2D(5, 3, padding="same", name="same")(maps)
    pooled = layers.GlobalAveragePooling2D(name="pool")(
        keras.ops.relu(maps) if operations else maps
    )
    return keras.Model(entry, layers.Dense(10, name="out")(pooled))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models")
    nested().save(path / "m.keras")
    # The legacy format does not tell operations from layers, and names are unsure then.
    nested(operations=False).save(path / "m.h5")
    nested().save(path / "operations.h5")
    return path


def told(text: str, folder: Path) -> list[str]:
    spec = load_text(text, folder / "x.yaml")
    return [str(p).removeprefix(f"{folder}/") for p in layer_problems(spec)]


@pytest.mark.parametrize("file", ["m.keras", "m.h5"])
def test_a_file_names_its_layers_as_keras_does(file: str, folder: Path) -> None:
    found = outline_of(folder / file).layers
    assert found is not None
    assert list(found) == list(Network.of(keras.models.load_model(folder / file)).layers)
    assert found["backbone/conv"] == 4
    assert found["backbone/deep/same"] == 4
    assert found["out"] == 10
    assert found["deepwise"] is None
    assert outline_of(folder / "operations.h5").layers is None


@pytest.mark.parametrize(
    "network", ["MobileNetV2", "ConvNeXtTiny", "EfficientNetB0", "DenseNet121"]
)
def test_networks_of_keras_are_named_as_keras_does(network: str) -> None:
    model = getattr(keras.applications, network)(weights=None, input_shape=(64, 64, 3))
    config = keras.saving.serialize_keras_object(model)
    found = outline(config).layers
    assert found is not None
    assert list(found) == list(Network.of(model).layers)
    every = Network.of(model).layers
    for path, count in found.items():
        assert count in (None, every[path].output.shape[-1])


def refusal(model: keras.Model, name: str) -> Problem | None:
    """What the build says of a name."""
    try:
        find(Network.of(model), name)
    except UserError as error:
        return error.problems[0]
    return None


def test_every_name_means_what_it_means_to_the_build() -> None:
    model = nested()
    paths = list(Network.of(model).layers)
    shorts = {path.rsplit("/", 1)[-1] for path in paths}
    for name in (*paths, *shorts, "conv9", "again[1]", "backbone[0]/conv", "gone[1]", "add", "x"):
        assert missing_layer(name, paths) == refusal(model, name), name


def test_layers_and_channels_that_a_file_lacks_are_told_with_their_lines(folder: Path) -> None:
    found = told(
        HEAD + "grad_cam:\n      samples: 1\n      layer: backbone/cnv\n"
        "  - kernels: {layers: [again, agan]}\n"
        "  - deconvnet: {layer: conv, filters: [3, 4, 40]}\n"
        "  - feature_maps: {layers: [again, conv], channels: [3]}\n"
        "  - channel_table: {layer: deep/same}\n"
        "  - channel_table: {layer: backbone/deep/same, channel: 4}\n",
        folder,
    )
    assert [line.partition("; ")[0].partition(" (")[0] for line in found] == [
        "x.yaml:5: no layer to show here is called 'backbone/cnv'",
        "x.yaml:6: no layer to show here is called 'agan'",
        "x.yaml:7: 'filters' must lie in 0..3, got 4, 40",
        "x.yaml:8: 'channels' must lie in 0..2, got 3",
        "x.yaml:9: no layer to show here is called 'deep/same'",
        "x.yaml:10: 'channel' must lie in 0..3, got 4",
    ]
    assert found[0].endswith("; did you mean 'backbone/conv'?")


def test_a_short_name_of_a_convolution_and_of_another_layer_is_told_with_both_paths(
    tmp_path: Path,
) -> None:
    layers, start = keras.layers, keras.Input((8, 8, 1))
    first = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="block")], name="a")
    second = keras.Sequential([keras.Input((6, 6, 2)), layers.Flatten(name="block")], name="b")
    model = keras.Model(start, second(first(start)))
    model.save(tmp_path / "m.keras")
    problem = refusal(model, "block")
    assert str(problem) == (
        "2 layers are called 'block': a/block, b/block; "
        "write the whole path of the one that is meant, such as 'a/block'"
    )
    assert told(HEAD + "kernels: {layers: [block]}\n", tmp_path) == [f"x.yaml:3: {problem}"]
    assert told(HEAD + "kernels: {layers: [a/block]}\n", tmp_path) == []


SILENT = {
    "names that are there": "kernels: {layers: [conv, backbone/deep/same]}\n",
    "a later use": "grad_cam: {layer: 'again[1]'}\n",
    "as many channels as there are": "deconvnet: {layer: conv, filters: [3]}\n",
    "a count of channels": "deconvnet: {layer: conv, filters: 40}\n",
    "channels that no configuration tells": "deconvnet: {layer: deepwise, filters: [99]}\n",
    "the layer that the figure chooses": "deconvnet: {filters: [99]}\n",
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_of_what_may_be_there(name: str, folder: Path) -> None:
    assert told(HEAD + SILENT[name], folder) == []


def test_what_only_the_build_can_know_is_left_to_it(folder: Path) -> None:
    own = "model: {source: m.keras, modules: [mine]}\nfigures: [kernels: {layers: [gone]}]\n"
    assert told(own, folder) == []
    assert told("model: zoo:base\nfigures: [kernels: {layers: [gone]}]\n", folder) == []


def test_a_layer_that_a_dataset_may_bring_is_left_to_the_build(folder: Path) -> None:
    spec = "model: m.keras\n{}figures: [kernels: {{layers: [reshape_images]}}]\n"
    assert told(spec.format("dataset: mnist\n"), folder) == []
    assert "called 'reshape_images'" in told(spec.format(""), folder)[0]


def test_a_class_that_is_not_keras_own_makes_all_names_unsure() -> None:
    config = keras.saving.serialize_keras_object(nested())
    config["config"]["layers"][-1]["class_name"] = "Mine"
    assert outline(config).layers is None


def test_an_odd_configuration_has_no_names() -> None:
    for odd in (
        None,
        [],
        {},
        {"class_name": "Sequential", "config": []},
        {"config": {"layers": 3}},
    ):
        assert outline(odd).layers is None
