"""Evidence is found by what it measures."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, measure_name, qualifier
from reportgen.records import Evidence, Finding


def evidence(name: str, value: float | None = 1) -> Evidence:
    return Evidence(f"evaluation-1.{name}", value, "", None, None, None, "", "evaluation-1")


ITEMS = (
    evidence("accuracy@test.length"),
    evidence("accuracy@train.length", None),
    evidence("accuracy_gap@length"),
    evidence("detail@block/conv"),
    evidence("head_similarity"),
)


def test_names_and_qualifiers_are_told_apart() -> None:
    assert [(measure_name(item), qualifier(item)) for item in ITEMS] == [
        ("accuracy", "test.length"),
        ("accuracy", "train.length"),
        ("accuracy_gap", "length"),
        ("detail", "block/conv"),
        ("head_similarity", ""),
    ]


def test_a_measure_is_found_by_its_whole_name_in_a_finding_or_a_sequence() -> None:
    finding = Finding("evaluation-1", "evaluation", "base", "section", ITEMS)
    assert list(by_measure(ITEMS, "accuracy")) == ["test.length", "train.length"]
    assert by_measure(finding, "accuracy") == by_measure(ITEMS, "accuracy")


def test_what_is_undefined_is_not_got() -> None:
    assert get(ITEMS, "accuracy", "test.length") == ITEMS[0]
    assert get(ITEMS, "accuracy", "train.length") is None
    assert get(ITEMS, "head_similarity") == ITEMS[4]
    assert get(ITEMS, "nothing") is None
