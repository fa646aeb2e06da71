"""Rows on maps: Grad-CAM, feature maps, Score-CAM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np

import reportgen
from benchmarks import bare, peers, subjects
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate, first_calls, once, warm

CAM_NOTE = "the predicted classes, maps at feature-map resolution; the peer resizes to the image"


def grad_cam_small() -> Work:
    images = subjects.images(96, 28, 1)
    title = "Grad-CAM, small CNN, 96 images"
    work = _grad_cam(subjects.small_cnn, images, "conv_3", (4, 50), 1.10, title)
    return replace(work, floor=bare.first_grad_cam)


def grad_cam_vgg16() -> Work:
    def make() -> Any:
        return subjects.vgg16(224, top=True)

    images, title = subjects.images(8, 224, 3), "Grad-CAM, VGG16, 8 images of 224 px"
    return _grad_cam(make, images, "block5_conv3", (3.5, None), 1.05, title)


def _grad_cam(
    make: Callable[[], Any],
    images: Any,
    layer: str,
    bounds: tuple[float, float | None],
    most: float,
    title: str,
) -> Work:
    model = make()
    first = once(lambda: reportgen.grad_cam(model, images[:1]))
    reportgen.grad_cam(model, images[:1])
    before = subjects.traces(model)
    targets = np.asarray(bare.without_softmax(model)(images)).argmax(axis=1)
    limit, peer = bare.grad_cam(model, layer), peers.grad_cam(model, layer, targets)
    candidates = {
        OURS: Candidate(lambda: reportgen.grad_cam(model, images)),
        "tf-keras-vis, whole batch": Candidate(lambda: peer(images)),
        "bare passes": Candidate(lambda: limit(images)),
    }
    goals = [Goal("tf-keras-vis, whole batch", bounds[0]), Goal("bare passes", most, limit=True)]
    if bounds[1]:
        some = range(0, len(images), 4)
        singly = Candidate(lambda: [peer(images[i : i + 1], i) for i in some], 1 / 4, rounds=3)
        candidates["tf-keras-vis, one image at a time"] = singly
        goals.insert(1, Goal("tf-keras-vis, one image at a time", bounds[1]))

    def cold() -> tuple[float, float, float]:
        single = warm(lambda: peer(images[:1]))
        new = first_calls(make, lambda other: reportgen.grad_cam(other, images[:1]))
        return first, new, single

    def traced() -> tuple[int, int]:
        reportgen.grad_cam(model, images[:3], targets=1)
        reportgen.grad_cam(model, images[:2], targets=targets[:2])
        return before, subjects.traces(model)

    return Work(title, candidates, tuple(goals), cold, traced, notes=CAM_NOTE)


def feature_maps() -> Work:
    model, images = subjects.small_cnn(), subjects.images(16, 28, 1)
    for _ in range(2):
        reportgen.feature_maps(model, images[:1])
    before = subjects.traces(model)
    layers = [one.name for one in model.layers if one.name[:4] in ("conv", "pool")]
    limit = bare.activations(model, layers)
    taps = keras.Model(model.inputs, [model.get_layer(name).output for name in layers])

    def apart() -> list[Any]:
        outputs = [model.get_layer(name).output for name in layers]
        subs = [keras.Model(model.inputs, output) for output in outputs]
        return [sub.predict(images, verbose=0) for sub in subs]

    def traced() -> tuple[int, int]:
        reportgen.feature_maps(model, images[:5])
        return before, subjects.traces(model)

    return Work(
        "feature maps of all layers, 16 images",
        {
            OURS: Candidate(lambda: reportgen.feature_maps(model, images)),
            "predict of a multi-output model": Candidate(lambda: taps.predict(images, verbose=0)),
            "a sub-model and predict for each layer": Candidate(apart, rounds=3),
            "bare passes": Candidate(lambda: limit(images)),
        },
        (
            Goal("predict of a multi-output model", 10),
            Goal("a sub-model and predict for each layer", 120),
            Goal("bare passes", 1.10, limit=True),
        ),
        traced=traced,
        notes="small CNN, five layers; sub-models are built where they are used, as in notebooks",
    )


def score_cam() -> Work:
    def make() -> Any:
        return subjects.small_cnn(last=128)

    model, images = make(), subjects.images(8, 28, 1)
    ours = {"layer": "conv_3", "method": "score_cam"}
    first = once(lambda: reportgen.grad_cam(model, images[:1], **ours))
    reportgen.grad_cam(model, images[:1], **ours)
    before = subjects.traces(model)
    targets = np.asarray(model(images)).argmax(axis=1)
    peer, single = (peers.score_cam(model, "conv_3", some) for some in (targets, targets[:1]))
    ways = [bare.score_cam(model, "conv_3", batch) for batch in (64, 128, 256, 512, 1024)]
    limit = bare.quickest(ways, images)

    def cold() -> tuple[float, float, float]:
        peers_time = warm(lambda: single(images[:1]))
        new = first_calls(make, lambda other: reportgen.grad_cam(other, images[:1], **ours))
        return first, new, peers_time

    def traced() -> tuple[int, int]:
        reportgen.grad_cam(model, images[:3], targets=1, **ours)
        return before, subjects.traces(model)

    return Work(
        "Score-CAM, 128 channels x 8 images",
        {
            OURS: Candidate(lambda: reportgen.grad_cam(model, images, **ours)),
            "tf-keras-vis": Candidate(lambda: peer(images)),
            "bare passes": Candidate(lambda: limit(images)),
        },
        (Goal("tf-keras-vis", 4.5), Goal("bare passes", 1.10, limit=True)),
        cold,
        traced,
        notes="small CNN; the bare passes in the best of five batch sizes; " + CAM_NOTE,
    )
