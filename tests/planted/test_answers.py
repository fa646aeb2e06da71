"""Answers that tell nothing, and classes that are confused, planted as logits by true class."""

from __future__ import annotations

import numpy as np
import planted
from planted import answering, code_image, examine, seeds


@seeds
def test_a_constant_answer_is_no_better_than_the_most_frequent_class(seed: int) -> None:
    table = np.zeros((2, 2))
    table[:, 0] = 1
    data = planted.data(code_image, seed, (95, 5))
    seen = examine(answering(table), data, "evaluation", "confusion_matrix")
    assert seen.evidence("accuracy@test.class").value == 0.95
    assert seen.evidence("accuracy@test.class").baseline == 0.95
    assert seen.verdict("useful_answers") == "contradicted"
    twin = examine(answering(np.eye(2)), data, "evaluation", "confusion_matrix")
    assert twin.evidence("accuracy@test.class").value == 1
    assert twin.verdict("useful_answers") != "contradicted"
