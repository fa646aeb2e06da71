"""Networks of the zoo and of Keras, built to learn their layers, with no weights that count.

`Sketches` runs in the parent and imports nothing heavy; `sketching` builds the networks in a child.
Models of installed packages and of the user's own are never built here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from reportgen.child_process import ChildProcess, Handler, NoAnswer, Progress
from reportgen.codec import decode, encode
from reportgen.models.trust.configuration import Outline, outline
from reportgen.records import Target
from reportgen.types import Json, Params


@dataclass(frozen=True)
class Sketch:
    """What decides a network.

    Attributes:
        source: "zoo:NAME" or "application:NAME".
        params: the spec's parameters of the source.
        shape: of the images, (height, width, channels); None where it is unknown.
        targets: what the images are labelled with; () where it is unknown.
    """

    source: str
    params: Params
    shape: tuple[int, int, int] | None
    targets: tuple[Target, ...]


class Sketches:
    """Outlines of networks, from one child process that starts with the first of them."""

    def __init__(self) -> None:
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        self._child = ChildProcess(f"{__name__}:sketching", environment=environment, log=False)
        self._known: dict[str, Outline] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()

    def outline(self, sketch: Sketch) -> Outline:
        """The layers of a network; nothing is known of one that could not be built in time.

        Raises:
            UserError: the network cannot be built for these images and labels.
        """
        request = encode(sketch)
        key = repr(request)
        if key not in self._known:
            try:
                self._known[key] = decode(Outline, self._child.ask(request))
            except NoAnswer:
                self._known[key] = Outline()
        return self._known[key]


def sketching() -> Handler:
    """Runs in the child of `Sketches`."""

    def answer(request: Json, progress: Progress) -> Json:
        return encode(_outline(decode(Sketch, request)))

    return answer


def _outline(sketch: Sketch) -> Outline:
    """The outline of a network that is built. Raises UserError as the build of a report does."""
    import keras

    from reportgen import models
    from reportgen.models.adapting import check_input, reshape_images

    shape = sketch.shape
    params = dict(sketch.params)
    # ImageNet's networks have sizes and classes of their own; their weights are not fetched here.
    final = sketch.source.startswith("application:") and params.get("weights") == "imagenet"
    if sketch.source.startswith("application:"):
        params["weights"] = None
    loaded = models.load(
        sketch.source,
        base=Path(),
        input_shape=None if final else shape,
        targets=() if final else sketch.targets,
        seed=0,
        params=params,
    )
    if final and shape is not None:
        adapted, _ = reshape_images(loaded.model, shape)
        check_input(adapted, sketch.source, shape)
    return outline(keras.saving.serialize_keras_object(loaded.model))
