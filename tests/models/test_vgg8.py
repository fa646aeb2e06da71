"""VGG8: the write-up's number of parameters, whatever the head, and dimensions that a spec sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.margins import ArcFace, CosFace, SphereFace
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.records import Target

Load = Callable[..., models.Loaded]
CLOTHES = (Target("class", "Class", tuple("abcdefghij")),)
GIVEN: dict[str, Any] = {"input_shape": (28, 28, 1), "targets": CLOTHES}


@pytest.mark.parametrize("head", ["softmax", "arcface", "cosface", "sphereface"])
def test_in_two_dimensions_it_has_the_write_ups_parameters(load: Load, head: str) -> None:
    model = load("zoo:vgg8", **GIVEN, params={"head": head}).model
    assert model.count_params() == 74_126
    (found,) = Network.of(model).heads_for(CLOTHES)
    assert (found.name, found.units) == ("class", 10)
    assert found.kind == ("softmax" if head == "softmax" else "logits")


def test_its_layers_in_the_order_of_the_source(load: Load) -> None:
    table = [(row.name, row.params) for row in rows(load("zoo:vgg8").model) if row.params]
    assert table == [
        ("conv1_1", 160), ("norm1_1", 64), ("conv1_2", 2320), ("norm1_2", 64),
        ("conv2_1", 4640), ("norm2_1", 128), ("conv2_2", 9248), ("norm2_2", 128),
        ("conv3_1", 18496), ("norm3_1", 256), ("conv3_2", 36928), ("norm3_2", 256),
        ("norm4", 256), ("fully_connected", 1154), ("embedding", 8), ("head", 20),
    ]  # fmt: skip


def test_dimensions_scale_and_margin_are_the_specs(load: Load) -> None:
    given = {"head": "sphereface", "embedding": 3, "scale": 9.0, "margin": 4.0, "annealing": 2.0}
    layer = load("zoo:vgg8", **GIVEN, params=given).model.layers[-1]
    assert isinstance(layer, SphereFace)
    assert layer.kernel.shape == (3, 10)
    assert (layer.scale, layer.margin, layer.annealing) == (9.0, 4, 2.0)
    for name, kind in (("arcface", ArcFace), ("cosface", CosFace)):
        layer = load("zoo:vgg8", **GIVEN, params={"head": name, "margin": 0.2}).model.layers[-1]
        assert isinstance(layer, kind)
        assert layer.margin == 0.2


def test_a_margin_of_sphereface_that_is_no_whole_number_is_the_users_mistake(load: Load) -> None:
    with pytest.raises(UserError, match=r"whole number from 1, got 1.5; write margin: 2"):
        load("zoo:vgg8", **GIVEN, params={"head": "sphereface", "margin": 1.5})
