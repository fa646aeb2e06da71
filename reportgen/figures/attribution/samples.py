"""One explained test image, as `compute` passes it to captions."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import Likely, ShownImage


@dataclass(frozen=True)
class ExplainedImage(ShownImage):
    """A test image with its index and label, the model's answer, and what is explained of it.

    An output that answers has `predicted` and `probability`; one of plain values has `value`.

    Attributes:
        explained: name of the class, or of the unit, that is explained.
        predicted: name of the predicted class; "" for plain values.
        probability: of the predicted class.
        by: "softmax" or "sigmoid", the function that makes probabilities of the model's logits;
            "" where the model gives probabilities itself.
        value: of the explained unit; None for classes.
        largest: the unit with the largest value, and that value; None where there is one unit.
        likeliest: the classes of highest probability, where a spec asks for them.
        truth: the true class; "" where it is not known.
    """

    explained: str
    predicted: str = ""
    probability: float = 0.0
    by: str = ""
    value: float | None = None
    largest: tuple[str, float] | None = None
    likeliest: tuple[Likely, ...] = ()
    truth: str = ""
