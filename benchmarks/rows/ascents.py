"""Rows on the way back to the pixels: activation maximization and SmoothGrad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import reportgen
from benchmarks import bare, peers, subjects
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate, first_calls, once, warm

STEPS = 30
RECIPE = "30 steps, jitter, total variation and L2; of the limit: normalized ascent alone"


DIALS = {"parameterization": "pixels", "jitter": 2, "l2": 3.0, "total_variation": 0.3}
"""The peer's recipe at any size; ours would write images of 128 pixels as waves."""


def maximization_small() -> Work:
    goals = (
        Goal("tf-keras-vis, one filter at a time", 60),
        Goal("tf-keras-vis, batched", 9),
        Goal("bare passes", 2.5, limit=True),
    )
    title = "activation maximization, small CNN, 32 filters, 30 steps"
    return _maximization(subjects.small_cnn, "conv_2", 32, goals, title, share=1 / 8, rounds=9)


def maximization_vgg16() -> Work:
    def make() -> Any:
        return subjects.vgg16(128, top=False)

    goals = (
        Goal("tf-keras-vis, one filter at a time", 3),
        Goal("tf-keras-vis, batched", 2),
        Goal("bare passes", 1.05, limit=True),
    )
    title = "activation maximization, VGG16, 16 filters of block3_conv1, 128 px, 30 steps"
    return _maximization(make, "block3_conv1", 16, goals, title, share=1 / 16, rounds=3)


def _maximization(
    make: Callable[[], Any],
    layer: str,
    count: int,
    goals: Any,
    title: str,
    share: float,
    rounds: int,
) -> Work:
    model = make()
    side, depth = model.input_shape[1], model.input_shape[3]
    picks = np.arange(count)
    rng = np.random.default_rng(subjects.SEED)
    start = (0.5 + 0.01 * rng.standard_normal((count, side, side, depth))).astype(np.float32)

    def ours(some: Any, model: Any = model) -> Any:
        return reportgen.activation_maximization(model, layer, some, steps=STEPS, **DIALS)

    first = once(lambda: ours(picks[:1]))
    before = subjects.traces(model)
    peer = peers.ascent(model, layer, STEPS)
    one = int(count * share)

    def singly() -> None:
        for i in range(one):
            peer(picks[i : i + 1], start[i : i + 1])

    def traced() -> tuple[int, int]:
        ours(picks[3:5])
        return before, subjects.traces(model)

    def cold() -> tuple[float, float, float]:
        single = warm(lambda: peer(picks[:1], start[:1]))
        return first, first_calls(make, lambda other: ours(picks[:1], other)), single

    candidates = {
        OURS: Candidate(lambda: ours(picks), rounds=rounds),
        "tf-keras-vis, one filter at a time": Candidate(singly, share, rounds=min(3, rounds)),
        "tf-keras-vis, batched": Candidate(lambda: peer(picks, start), rounds=min(5, rounds)),
        "bare passes": Candidate(_limit(model, layer, picks, start), rounds=rounds),
    }
    return Work(title, candidates, goals, cold, traced, notes=RECIPE)


def _limit(model: Any, layer: str, picks: Any, start: Any) -> Any:
    """The faster of a plain graph and XLA, which one depends on the network.

    A few steps tell which: all of them take minutes where XLA is the wrong one.
    """
    ways = {bare.ascent(model, layer, 3, 0.05, xla): xla for xla in (False, True)}
    xla = ways[bare.quickest(list(ways), picks, start)]
    best = bare.ascent(model, layer, STEPS, 0.05, xla)
    return lambda: best(picks, start)


def smoothgrad() -> Work:
    def make() -> Any:
        return subjects.vgg16(128, top=False)

    model, images = make(), subjects.images(8, 128, 3)
    samples = 20

    def ours(some: Any, model: Any = model, **more: Any) -> Any:
        return reportgen.saliency(model, some, method="smoothgrad", samples=samples, **more)

    first = once(lambda: ours(images[:1]))
    ours(images[:1])
    before = subjects.traces(model)
    targets = np.asarray(model(images)).argmax(axis=1)
    peer, single = (peers.smoothgrad(model, some, samples) for some in (targets, targets[:1]))
    rng = np.random.default_rng(subjects.SEED)
    noise = 0.15 * rng.standard_normal((samples, *images.shape[1:]), np.float32)
    ways = [bare.smoothgrad(model, batch) for batch in (8, 20, 40)]
    limit = bare.quickest(ways, images[:2], noise)

    def cold() -> tuple[float, float, float]:
        peers_time = warm(lambda: single(images[:1]), 1)
        return first, first_calls(make, lambda other: ours(images[:1], other), 3), peers_time

    def traced() -> tuple[int, int]:
        ours(images[:2], targets=1)
        return before, subjects.traces(model)

    return Work(
        "SmoothGrad, 20 samples x 8 images, 128 px VGG16",
        {
            OURS: Candidate(lambda: ours(images), rounds=3),
            "tf-keras-vis": Candidate(lambda: peer(images), rounds=3),
            "bare passes": Candidate(lambda: limit(images, noise), rounds=3),
        },
        (Goal("tf-keras-vis", 1.9), Goal("bare passes", 1.05, limit=True)),
        cold,
        traced,
        notes="the bare passes in the best of three batch sizes, found on two images",
    )
