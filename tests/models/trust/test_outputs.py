"""How much layers give for one image, as far as a configuration tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.errors import UserError
from reportgen.models.trust import limits
from reportgen.models.trust.inspection import inspect
from tests.models.trust.crafting import INPUT, keras_file, layer, model


def taking(shape: list[int | None], kind: str, **config: Any) -> dict[str, Any]:
    return {**layer(kind, "big", **config), "build_config": {"input_shape": shape}}


IMAGE: list[int | None] = [None, 28, 30, 3]
FIRST = {"data_format": "channels_first"}
PADDED = [[0, 8000], [8, 8000]]
LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "UpSampling1D": (taking([None, 28, 3], "UpSampling1D", size=10**8), "2800000000, 3"),
    "UpSampling2D": (taking(IMAGE, "UpSampling2D", size=[900, 400]), "25200, 12000, 3"),
    "channels first": (taking(IMAGE, "UpSampling2D", size=[900, 400], **FIRST), "28, 27000, 1200"),
    "an open side": (
        taking([None, None, 30, 3], "UpSampling2D", size=[20000, 400]),
        "20000, 12000, 3",
    ),
    "UpSampling3D": (taking([None, 2, 3, 4, 1], "UpSampling3D", size=[400] * 3), "800, 1200, 1600"),
    "ZeroPadding1D": (taking([None, 28, 3], "ZeroPadding1D", padding=[1, 10**8]), "100000029, 3"),
    "ZeroPadding2D": (taking([None, 28, 30, 9], "ZeroPadding2D", padding=PADDED), "8028, 8038, 9"),
    "Resizing": (taking(IMAGE, "Resizing", height=20000, width=10000), "20000, 10000, 3"),
    "RepeatVector": (taking([None, 10**4], "RepeatVector", n=10**5), "10000, 100000"),
    "Conv2DTranspose": (
        taking(IMAGE, "Conv2DTranspose", filters=4, strides=[400, 400], kernel_size=[1, 1]),
        "11200, 12000, 4",
    ),
    "Embedding": (taking([None, 10**6], "Embedding", input_dim=2, output_dim=999), "1000000, 999"),
    "CategoryEncoding": (taking([None, 1], "CategoryEncoding", num_tokens=10**9), "1000000000"),
}


def refused(config: Any, folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        inspect(keras_file(folder, config))
    return str(caught.value)


@pytest.mark.parametrize("name", LARGE)
def test_a_layer_that_gives_gigabytes_for_one_image_is_named(tmp_path: Path, name: str) -> None:
    part, shape = LARGE[name]
    said = refused(model(INPUT, part), tmp_path)
    assert "the layer 'big' gives " in said
    assert f"(an output of shape ({shape}" in said
    assert "and 268 435 456 is the most" in said


def test_the_shapes_of_a_graph_are_looked_at(tmp_path: Path) -> None:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, 20000, 20000, 1], "keras_history": ["tiled", 0, 0]},
    }
    taker = {**layer("Flatten", "flat"), "inbound_nodes": [{"args": [tensor], "kwargs": {}}]}
    said = refused(model(INPUT, model(taker, name="part")), tmp_path)
    assert "the layer 'part/tiled' gives 400 000 000 values for one image" in said
    assert said.count("is refused") == 1


def test_as_much_as_is_allowed_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.OUTPUT == 2**28
    monkeypatch.setattr("reportgen.models.trust.limits.OUTPUT", 28 * 30 * 4 * 3)
    inspect(keras_file(tmp_path, model(INPUT, taking(IMAGE, "UpSampling2D", size=[2, 2]))))
    said = refused(model(INPUT, taking(IMAGE, "UpSampling2D", size=[2, 3])), tmp_path)
    assert "gives 15 120 values" in said


@pytest.mark.parametrize("shape", [None, [], [None], "x", [None, "x", 2.5], {"a": 1}])
@pytest.mark.parametrize("kind", ["ZeroPadding2D", "UpSampling2D", "Resizing", "Conv2DTranspose"])
def test_shapes_that_are_none_do_not_stop_the_inspection(
    tmp_path: Path, kind: str, shape: Any
) -> None:
    inspect(keras_file(tmp_path, model(INPUT, taking(shape, kind))))
