"""Parameters of a training: what a spec may set, and their values."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.catalog import Parameter
from reportgen.types import Params

PARAMETERS = (
    Parameter("epochs", "int", 10, "passes over the training images", minimum=1, maximum=10000),
    Parameter("batch_size", "int", 128, "images in one step", minimum=1, maximum=65536),
    Parameter(
        "optimizer",
        "str",
        "adam",
        "what turns gradients into steps",
        choices=("adam", "adamw", "rmsprop", "sgd"),
    ),
    Parameter(
        "learning_rate", "float", 0.001, "largest size of a step", minimum=1e-9, maximum=100.0
    ),
    Parameter(
        "schedule",
        "str",
        "cosine",
        "how the learning rate goes on: 'cosine' falls to zero over all steps",
        choices=("constant", "cosine"),
    ),
    Parameter(
        "patience",
        "int",
        None,
        "stop after so many epochs without a smaller validation loss, and take the best weights",
        minimum=1,
        maximum=10000,
        optional=True,
    ),
    Parameter(
        "spread_classes",
        "bool",
        False,
        "begin with the classes' weight vectors in the last layer spread evenly, similar classes "
        "(by their mean images) side by side; helps where few dimensions hold many classes",
    ),
    Parameter(
        "helper",
        "str",
        None,
        "layer that a second classifier is trained on, whose loss counts fully at first, evenly "
        "less, and at the end nothing; it teaches the layers below a narrow one sooner",
        optional=True,
    ),
    Parameter(
        "margin_start",
        "float",
        0.3,
        "share of the training after which the margin of a head such as ArcFace begins to grow",
        minimum=0.0,
        maximum=1.0,
    ),
    Parameter(
        "margin_full",
        "float",
        0.7,
        "share of the training after which such a margin is all there",
        minimum=0.0,
        maximum=1.0,
    ),
)


@dataclass(frozen=True)
class Settings:
    """A value for each of `PARAMETERS`."""

    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    schedule: str
    patience: int | None
    spread_classes: bool
    helper: str | None
    margin_start: float
    margin_full: float


def settings_of(params: Params) -> Settings:
    """The settings that `params` give, with defaults for what they leave out."""
    defaults = {parameter.name: parameter.default for parameter in PARAMETERS}
    return Settings(**{**defaults, **params})
