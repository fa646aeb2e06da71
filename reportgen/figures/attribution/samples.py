"""One explained test image, as `compute` passes it to captions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExplainedImage:
    """A test image, the model's answer, and what is explained of it.

    An output that answers has `predicted` and `probability`; one of plain values has `value`.

    Attributes:
        index: in the test split.
        label: its class, else its file's name, else "".
        explained: name of the class, or of the unit, that is explained.
        predicted: name of the predicted class; "" for plain values.
        probability: of the predicted class.
        by: "softmax" or "sigmoid", the function that makes probabilities of the model's logits;
            "" where the model gives probabilities itself.
        value: of the explained unit; None for classes.
        largest: the unit with the largest value, and that value; None where there is one unit.
    """

    index: int
    label: str
    explained: str
    predicted: str = ""
    probability: float = 0.0
    by: str = ""
    value: float | None = None
    largest: tuple[str, float] | None = None

    @property
    def name(self) -> str:
        """The image in a sentence: "test image 12 (cat)", without a label where there is none."""
        name = f"test image {self.index}"
        return f"{name} ({self.label})" if self.label else name
