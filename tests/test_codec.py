"""Records survive the way to JSON and back."""

from __future__ import annotations

import json

import numpy as np

from reportgen.codec import decode, encode
from reportgen.records import Evidence, Finding, LayerRow, Measure, ModelFacts, Table
from reportgen.store import Output


def round_trip(kind, value):
    return decode(kind, json.loads(json.dumps(encode(value))))


def test_records_with_tuples_unions_and_mappings() -> None:
    facts = ModelFacts(
        "m", "M", "zoo:base", "line", (LayerRow("a", "Conv2D", "(None, 2)", 3, ("x[0][0]",)),),
        3, 3, 0, "d", {"loss": (1.0, 0.5)}, {"test.class.accuracy": 0.9}, {"test": 4},
        {"epochs": 2},
    )  # fmt: skip
    assert round_trip(ModelFacts, facts) == facts
    table = Table("", ("A", "B"), (("x", 1), ("y", None)), "caption")
    assert round_trip(Table, table) == table
    evidence = Evidence("f.m", 0.5, "", 3, (0.1, 0.9), None, "how", "f")
    finding = Finding("f", "kind", "m", "s", (evidence,))
    assert round_trip(Finding, finding) == finding
    derived = Evidence("i.m", 2, "", None, None, None, "how", "f", ("f.m", "g.m"))
    assert round_trip(Evidence, derived) == derived
    old = {key: item for key, item in encode(evidence).items() if key != "sources"}
    assert decode(Evidence, old) == evidence
    assert round_trip(dict[str, Output], {"a": Output("d", "o", ("n",))})["a"].needs == ("n",)


def test_numpy_numbers_become_plain_numbers() -> None:
    measure = Measure("a", np.float32(0.5), n=np.int64(3), interval=(np.float64(0.25), 1.0))
    assert round_trip(Measure, measure) == Measure("a", 0.5, n=3, interval=(0.25, 1.0))
