"""The vectors that a model's last weighted layer holds for its classes."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="class_weights",
    title="Class weights",
    help="the last layer's weight vector of each class, their angles, and the class centers",
    parameters=(
        Parameter(
            "output", "str", None, "output whose classes to show; null for the first", optional=True
        ),
        Parameter("split", "str", "train", "split whose images have the class centers"),
        Parameter("measure_on", "int", 10_000, "images of it to measure centers on", minimum=1),
    ),
    evidence=(
        ("weight_length", "mean length of the weight vectors"),
        ("weight_length_spread", "deviation of their lengths over the mean length"),
        ("weight_angle", "mean angle between the weight vectors of two classes"),
        ("closest_weights", "least angle between those of two classes, by their names"),
        ("weight_center_angle", "mean angle between a class's weight vector and its center"),
        ("bias_spread", "largest bias of a class minus the smallest"),
        ("length_effect", "how much doubling an embedding's length changes the answers"),
        ("margin", "margin that training applies, by the type of the layer"),
    ),
)
