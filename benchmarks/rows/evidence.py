"""The row on what fresh weights and sanity checks add to the figures of the write-up."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.row import OURS, Goal, Work
from benchmarks.subjects import SEED
from benchmarks.timing import Candidate

FIGURES: Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]] = {
    "variation3": (
        ("activation_maximization", {"layers": ["conv2d_1"]}),
        ("activation_maximization", {"layers": ["conv2d_2"]}),
        ("feature_maps", {"samples": [0]}),
        ("grad_cam", {"samples": [0]}),
        ("kernels", {}),
    ),
    "base": (
        ("activation_maximization", {"layers": ["conv2d_2"]}),
        ("feature_maps", {"samples": [0]}),
        ("grad_cam", {"samples": [0]}),
        ("feature_maps", {"samples": [1]}),
        ("grad_cam", {"samples": [1]}),
        ("kernels", {}),
    ),
}
"""What `specs/chapter3.yaml` shows of two of its models."""

BARE = "the same figures without fresh weights and sanity checks"


def evidence() -> Work:
    from reportgen import datasets

    data = datasets.load("line", {}, SEED)
    return Work(
        "figures of chapter 3 with all their evidence",
        {
            OURS: Candidate(lambda: _all(data, sanity=True)),
            BARE: Candidate(lambda: _bare(data)),
        },
        (Goal(BARE, 2, limit=True),),
        notes="zoo:variation3 and zoo:base on lines, untrained, built anew each time, so that "
        "graphs are traced as in a build; both ways measure as many images",
    )


def _bare(data: Any) -> None:
    """Figures whose measures have no companions; maximizing images are held against noise."""
    with ExitStack() as stack:
        for kind in ("feature_maps", "grad_cam", "kernels"):
            name = f"reportgen.figures.{kind}.compute.fresh_measures"
            stack.enter_context(patch(name, lambda network, seed, own, *rest, **named: list(own)))
        ascent = "reportgen.figures.activation_maximization.compute._of_fresh_weights"
        stack.enter_context(patch(ascent, _noise))
        _all(data, sanity=False)


def _noise(subject: Any, targets: Any, recipe: Any, size: Any) -> list[Any]:
    return [np.random.default_rng(SEED).random((3, 28, 28, 3), np.float32)]


def _all(data: Any, sanity: bool) -> None:
    for name, figures in FIGURES.items():
        _compute(name, data, figures, sanity)


def _compute(
    name: str, data: Any, figures: tuple[tuple[str, Mapping[str, Any]], ...], sanity: bool
) -> None:
    from reportgen import models
    from reportgen.network.network import Network
    from reportgen.records import ModelFacts, Subject

    shape, targets = data.splits["test"].images.shape[1:], data.targets
    loaded = models.load(
        f"zoo:{name}", base=Path(), input_shape=shape, targets=targets, seed=SEED, params={}
    )
    network = Network.of(loaded.model)
    facts = ModelFacts(name, name, "", "line", (), 0, 0, 0, "", {}, {}, {}, {})
    for kind, given in figures:
        entry = import_module(f"reportgen.figures.{kind}").ENTRY
        params = {p.name: p.default for p in entry.parameters} | dict(given)
        params |= {"sanity": sanity} if kind == "grad_cam" else {}
        subject = Subject(loaded.model, facts, data, params, SEED, network=network)
        import_module(f"reportgen.figures.{kind}.compute").compute(subject)
