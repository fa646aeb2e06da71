"""What each figure kind makes of each model of the zoo, or says of it, each worked out once."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import zoo

from reportgen import catalog
from reportgen.catalog import Parameter
from reportgen.codec import encode
from reportgen.errors import UndefinedError, UserError
from reportgen.network.layers import rows
from reportgen.network.network import Network
from reportgen.records import (
    Artifact,
    Dataset,
    ModelFacts,
    Preprocessing,
    Split,
    Subject,
    Target,
)

KINDS = [
    name
    for name, entry in catalog.entries("figures").items()
    if entry.needs_model and name != "training_curves"  # which reads no model, only its history
]
OURS = ("activation_maximization", "evaluation", "feature_maps", "grad_cam", "kernels", "summary")
"""Kinds of which it is known what they say; of others it is only held that they say it."""

FEW = {"samples": 1, "measure_on": 7, "steps": 3, "filters": 2}
COUNT = 12

NOT_2D = "no .*(two-dimensional maps|maps with two dimensions)"
TWO_INPUTS = (
    r"has 2 inputs \(image, extra\), .* so it cannot be run\. In a spec, write "
    r"'inputs: {image: images, extra: 0}' beside its source, with values of your own\.$"
)
NO_IMAGE = "does not have one image as its input"
SAID: dict[tuple[str, str], str] = {
    **{
        ("subclassed_raw", kind): "cannot be reached, because it is subclassed and its call"
        for kind in KINDS
        if kind not in ("summary", "kernels")
    },
    **{("flat", kind): "no convolution" for kind in KINDS if kind not in ("summary", "evaluation")},
    **{
        ("two_inputs", kind): TWO_INPUTS
        for kind in ("grad_cam", "feature_maps", "activation_maximization")
    },
    **{(name, "activation_maximization"): NO_IMAGE for name in ("line", "volume")},
    **{(name, "grad_cam"): NOT_2D for name in ("line", "volume")},
    **{
        (name, kind): "weights of layer 'conv' hold values that are not finite"
        for name in ("nan", "infinite")
        for kind in ("grad_cam", "feature_maps", "activation_maximization", "evaluation")
    },
    ("nan_head", "grad_cam"): "weights of layer 'out' hold values that are not finite",
    ("nan_head", "evaluation"): "weights of layer 'out' hold values that are not finite",
    ("softmax_in_code", "grad_cam"): "gives probabilities .* but what they are made of cannot",
    ("mixture", "grad_cam"): "'mean' of the model is computed from probabilities",
    ("everywhere", "grad_cam"): "gives 6 x 6 x 3 values for an image, and what can be explained is",
    ("everywhere", "evaluation"): "gives 6 x 6 x 3 values for an image, which are no answer to a",
    ("flat", "kernels"): "no layer is a convolution",
    ("flat", "feature_maps"): "no convolution or pooling layer",
}
"""What a kind says of a model that it has no meaning for; all others are drawn."""


@cache
def model_of(name: str) -> Any:
    built = zoo.MODELS[name]()
    return built if name in zoo.AS_THEY_ARE else zoo.seeded(built)


def shape_of(model: Any) -> tuple[int | None, ...]:
    """Of an image for the model, channels last."""
    if not getattr(model, "inputs", None):
        return (zoo.SIDE, zoo.SIDE, 1)
    shape = tuple(model.inputs[0].shape[1:])
    return (*shape[1:], shape[0]) if shape == (2, zoo.SIDE, zoo.SIDE) else shape


def data_of(model: Any, kind: str = "") -> Dataset:
    """Random images of the model's channels, labeled for each of its heads.

    Maps and answers need no image: for them a model of sequences or volumes gets what it takes.
    """
    *space, channels = shape_of(model)
    if len(space) != 2:
        space, channels = (space, channels) if kind in ("feature_maps", "evaluation") else ([], 1)
    space = [side or zoo.SIDE for side in space] or [zoo.SIDE, zoo.SIDE]
    rng = np.random.default_rng(5)
    classes = 2 if getattr(model, "outputs", None) and model.output_shape == (None, 1) else 3
    targets = {"class": classes, "big": 2}
    pixels = rng.integers(0, 256, (COUNT, *space, channels), dtype=np.uint8)
    labels = {name: np.arange(COUNT) % count for name, count in targets.items()}
    told = tuple(Target(n, n, tuple(f"{n} {i}" for i in range(c))) for n, c in targets.items())
    split = Split(pixels, labels, pixels.max(axis=-1) > 127)
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("noise", "Noise", told, splits, Preprocessing(), "bright pixels", "0")


def parameters(kind: str) -> tuple[Parameter, ...]:
    return import_module(f"reportgen.figures.{kind}").ENTRY.parameters


def subject(kind: str, model: Any) -> Subject:
    params = {p.name: FEW.get(p.name, p.default) for p in parameters(kind)}
    metrics = {"test.class.accuracy": 0.5, "test.big.accuracy": 0.5}
    facts = ModelFacts(
        "any", "Any", "python:any", "noise", rows(model), 0, 0, 0, "0", {}, metrics,
        {"test": COUNT}, {},
    )  # fmt: skip
    return Subject(
        model,
        facts,
        data_of(model, kind),
        params,
        seed=6,
        network=Network.of(model),
    )


@cache
def outcome(name: str, kind: str) -> Artifact | str:
    """What a kind makes of a model, or its one sentence."""
    given = subject(kind, model_of(name))
    try:
        return import_module(f"reportgen.figures.{kind}.compute").compute(given)
    except (UndefinedError, UserError) as error:
        return str(error)


def hold_that_it_is_drawn_or_says_why_not(name: str, kind: str) -> None:
    found = outcome(name, kind)
    if isinstance(found, str):
        assert kind not in OURS or re.search(SAID.get((name, kind), "(it is drawn)"), found)
        assert "\n" not in found
        return
    assert kind not in OURS or (name, kind) not in SAID
    json.dumps(encode(found.facts), allow_nan=False)
    for measure in found.measures:
        assert measure.how
        assert measure.value is None or np.isfinite(measure.value)
    draw = import_module(f"reportgen.figures.{kind}.draw").draw
    assert draw(found, subject(kind, model_of(name)).params)
