"""Settles how a dataset's images become input of a model, for each pair of the two.

A spec may leave the scaling to the model. A model that rescales bytes itself then receives them as
they are, and a network of keras.applications what its ImageNet weights demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reportgen.datasets.preprocessing import brought_to, for_network, left_open
from reportgen.engine.checkpoint import ModelParams
from reportgen.network.network import Network
from reportgen.network.rescaling import Expected, expected_values
from reportgen.records import Dataset, Preprocessing
from reportgen.types import Model


def settled(data: Dataset, model: Model, params: ModelParams) -> Dataset:
    """The dataset with the preprocessing for a model: the spec's, unless it leaves that open."""
    if not (params.settle and left_open(data.preprocessing)):
        return data
    chosen = demanded(params, data) or _as_expected(expected(data, model)) or data.preprocessing
    return replace(data, preprocessing=chosen)


def expected(data: Dataset, model: Model) -> Expected:
    """The pixel values that a model expects of a dataset's images."""
    return expected_values(Network.of(model), tuple(data.splits["test"].images.shape[1:]))


def demanded(params: ModelParams, data: Dataset) -> Preprocessing | None:
    """What the ImageNet weights of an application demand; None for any other model."""
    if params.params.get("weights", "imagenet") != "imagenet":
        return None
    return for_network(network_of(params), data.splits["test"].images.shape[-1])


def network_of(params: ModelParams) -> str:
    """The name of a network of keras.applications, or ""."""
    return params.source.partition("application:")[2]


def by(layers: Sequence[str]) -> str:
    """The layers that rescale, to end a clause with."""
    named = [f"'{path}'" for path in layers[:3]]
    return f" in layer{'s' * (len(named) > 1)} {', '.join(named)}" if named else ""


def _as_expected(found: Expected) -> Preprocessing | None:
    if found.values == "signed":
        return brought_to("-1..1", f"the model expects such values{by(found.layers)}")
    if found.values != "bytes":
        return None
    if found.whole:
        return brought_to("0..255", "the model takes whole numbers")
    return brought_to("0..255", f"the model rescales them itself{by(found.layers)}")
