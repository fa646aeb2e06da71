"""The answers of a model to the images shown, where a spec asks for them."""

from __future__ import annotations

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.attribution.explained import ranking, true_classes
from reportgen.figures.attribution.heads import explained_heads
from reportgen.figures.samples.facts import Answers
from reportgen.network.predictions import Probabilities
from reportgen.network.preprocessing import prepare
from reportgen.records import Dataset, Subject
from reportgen.types import Integers


def answers(subject: Subject, data: Dataset, indices: Integers) -> tuple[tuple[Answers, ...], str]:
    """The likeliest classes at each output, and a sentence on outputs without probabilities."""
    network = subject.network
    inputs = prepare(np.asarray(data.splits["test"].images)[indices], data.preprocessing)
    try:
        network.require_graph()
        read = Probabilities(network, explained_heads(network, data.targets, "probability"), inputs)
        shares = read.first
    except UndefinedError as error:
        return (), f"No likeliest classes are listed. {error}"
    several = len(read.heads) > 1
    of_heads = tuple(
        Answers(
            head.title if several else "",
            tuple(true_classes(head, data, indices)),
            tuple(ranking(of_head, head, subject.params["likeliest"])),
            ("sigmoid" if head.units == 1 else "softmax") if head.kind == "logits" else "",
        )
        for head, of_head in zip(read.heads, shares, strict=True)
        if not head.valued
    )
    values = [head.name for head in read.heads if head.valued]
    if not values:
        return of_heads, ""
    names = ", ".join(f"'{name}'" for name in values)
    plural = len(values) > 1
    return of_heads, (
        f"Output{'s' * plural} {names} {'give' if plural else 'gives'} values, not probabilities "
        "of classes, so no likeliest class is listed."
    )
