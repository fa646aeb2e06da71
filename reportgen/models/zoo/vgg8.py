"""VGG8: six convolutions and an embedding of few dimensions, to compare last layers by it.

The architecture is that of github.com/4uiiurz1/keras-arcface, which the write-up on fully connected
layers uses. Its softmax in two dimensions has no bias, so that all heads have equally many weights.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry, Parameter
from reportgen.errors import Problem, UserError
from reportgen.records import Target
from reportgen.types import Layer, Model, Params, Shape

MARGINS = {"arcface": 0.3, "cosface": 0.1, "sphereface": 2}
"""Margins for ten classes in two dimensions, which lie at most 36 degrees apart."""

ENTRY = Entry(
    name="vgg8",
    title="VGG8",
    help="six 3x3 convolutions (16, 16, 32, 32, 64, 64 filters) and an embedding of few "
    "dimensions, under a softmax or a head with a margin",
    parameters=(
        Parameter(
            "embedding", "int", 2, "dimensions of the layer before the head", minimum=1, maximum=512
        ),
        Parameter(
            "head",
            "str",
            "softmax",
            "what classifies the embedding; all but softmax compare directions alone, and are "
            "trained with a margin",
            choices=("softmax", "arcface", "cosface", "sphereface"),
        ),
        Parameter(
            "scale",
            "float",
            8.0,
            "what the cosines are multiplied by; not for softmax",
            minimum=0.1,
            maximum=1000.0,
        ),
        Parameter(
            "margin",
            "float",
            None,
            "radians for arcface, a difference of cosines for cosface, the whole number m for "
            "sphereface; null for "
            + ", ".join(f"{value} with {name}" for name, value in MARGINS.items()),
            minimum=0.0,
            maximum=10.0,
            optional=True,
        ),
        Parameter(
            "annealing",
            "float",
            1.0,
            "lambda at the end of training with sphereface: the margin counts 1/(1 + lambda)",
            minimum=0.0,
            maximum=1000.0,
        ),
        Parameter(
            "dropout",
            "float",
            0.2,
            "share of values dropped before the embedding",
            minimum=0.0,
            maximum=0.95,
        ),
    ),
)
INPUT_SHAPE = (28, 28, 1)
MOMENTUM = 0.9
"""Momentum of the moving averages, as in `deep`, because trainings are short."""
DECAY = 1e-4
"""Factor of the L2 penalty on the weights."""


def build(
    input_shape: Shape,
    targets: Sequence[Target],
    *,
    embedding: int = 2,
    head: str = "softmax",
    scale: float = 8.0,
    margin: float | None = None,
    annealing: float = 1.0,
    dropout: float = 0.2,
) -> Model:
    """A Sequential model that classifies the dataset's first target (10 classes without one).

    Args:
        input_shape: (height, width, channels).
        targets: the dataset's targets; () without a dataset.
        embedding: dimensions of the layer before the head.
        head: "softmax", "arcface", "cosface" or "sphereface".
        scale: factor of the cosines; unused by "softmax".
        margin: the margin of the head; None for the head's default.
        annealing: lambda at the end of training with "sphereface"; the margin counts
            1 / (1 + lambda).
        dropout: share of values that dropout removes before the embedding.
    """
    from keras import Input, Sequential, layers

    classes = len(targets[0].classes) if targets else 10
    return Sequential(
        [
            Input(input_shape),
            *(layer for block in (1, 2, 3) for layer in _block(block, 8 * 2**block)),
            layers.BatchNormalization(momentum=MOMENTUM, name="norm4"),
            layers.Dropout(dropout, name="dropout"),
            layers.Flatten(name="flatten"),
            layers.Dense(embedding, **_kernel(), name="fully_connected"),
            layers.BatchNormalization(momentum=MOMENTUM, name="embedding"),
            _head(head, classes, scale, margin, annealing),
        ],
        name="vgg8",
    )


def _block(number: int, filters: int) -> list[Layer]:
    from keras import layers

    block: list[Layer] = []
    for place in (f"{number}_1", f"{number}_2"):
        block += [
            layers.Conv2D(filters, 3, padding="same", **_kernel(), name=f"conv{place}"),
            layers.BatchNormalization(momentum=MOMENTUM, name=f"norm{place}"),
            layers.ReLU(name=f"relu{place}"),
        ]
    return [*block, layers.MaxPooling2D(2, name=f"pool{number}")]


def _kernel() -> Params:
    from keras import regularizers

    return {"kernel_initializer": "he_normal", "kernel_regularizer": regularizers.L2(DECAY)}


def _head(head: str, classes: int, scale: float, margin: float | None, annealing: float) -> Layer:
    from keras import layers

    if head == "softmax":
        return layers.Dense(classes, activation="softmax", use_bias=False, name="head")
    from reportgen.models import margins

    own = MARGINS[head] if margin is None else margin
    if head == "sphereface":
        if own != int(own) or own < 1:
            message = f"the margin of sphereface must be a whole number from 1, got {own:g}"
            raise UserError(Problem(message, hint="write margin: 2, or leave it out"))
        return margins.SphereFace(classes, scale, int(own), annealing, name="head")
    kind = {"arcface": margins.ArcFace, "cosface": margins.CosFace}[head]
    return kind(classes, scale, own, name="head")
