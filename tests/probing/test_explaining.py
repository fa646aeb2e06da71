"""What is told of an image that was explained."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from reportgen.drawing.captions import sentence
from reportgen.probing.explaining import told
from reportgen.records import Dataset, Head, Preprocessing, Split


def data() -> Dataset:
    split = Split(np.zeros((2, 4, 4, 1), np.uint8), {})
    return Dataset("d", "D", (), {"train": split, "test": split}, Preprocessing(), "", "")


@pytest.mark.parametrize(
    ("kind", "units", "added"),
    [("softmax", 3, ""), ("sigmoid", 1, ""), ("logits", 3, "softmax"), ("logits", 1, "sigmoid")],
)
def test_probabilities_that_the_model_does_not_give_are_told(
    kind: Literal["softmax", "sigmoid", "logits"], units: int, added: str
) -> None:
    head = Head("h", "H", 0, units, kind, None)
    logits = np.full((1, units), 0.5, np.float32)
    (sample,) = told(head, logits, np.array([0]), data(), np.array([1]))
    words = f"(by a {added} of the model's output, which has none of its own)"
    assert (words in sentence(sample)) == bool(added)
    assert "by a" in sentence(sample) or not added
