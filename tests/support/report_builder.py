"""Reports built by hand for tests of rules: models, and blocks of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reportgen.drafting import unbacked_numbers
from reportgen.records import (
    Evidence,
    Finding,
    Findings,
    Inference,
    LayerRow,
    ModelFacts,
    Note,
    Number,
)

Values = Mapping[str, Evidence]


def value(
    value: Number | None,
    low: float | None = None,
    high: float | None = None,
    n: int | None = 96,
    baseline: Number | None = None,
    unit: str = "",
) -> Evidence:
    """Evidence without an id and a figure, which `block` adds."""
    interval = None if low is None or high is None else (low, high)
    return Evidence("", value, unit, n, interval, baseline, "by hand", "")


def block(kind: str, model: str, number: int = 1, **measures: Evidence) -> Finding:
    """The evidence of one block; "__" in a keyword stands for "@" and "___" for "."."""
    return block_of(kind, model, {_measure(key): item for key, item in measures.items()}, number)


def block_of(kind: str, model: str, measures: Values, number: int = 1) -> Finding:
    """As `block`, with the measures by their names."""
    name = f"{kind}-{model}-{number}"
    evidence = tuple(
        replace(item, id=f"{name}.{measure}", figure=name) for measure, item in measures.items()
    )
    return Finding(name, kind, model, f"section-{model}", evidence)


def fresh(low: float, high: float, draws: int = 10) -> Evidence:
    """A companion with fresh weights: the interval of one further draw."""
    return value((low + high) / 2, low, high, n=draws)


def _measure(key: str) -> str:
    return key.replace("___", ".").replace("__", "@")


def model(
    name: str, *layers: tuple[str, str] | tuple[str, str, str], dataset: str = "line"
) -> ModelFacts:
    """A model titled `Model <name>` with layers (name, type) or (name, type, output shape)."""
    rows = tuple(LayerRow(row[0], row[1], row[2] if len(row) > 2 else "", 0, ()) for row in layers)
    return ModelFacts(
        name=name,
        title=f"Model {name}",
        source=f"zoo:{name}",
        dataset=dataset,
        layers=rows,
        total_params=0,
        trainable_params=0,
        non_trainable_params=0,
        digest="",
        history={},
        metrics={},
        counts={},
        training={},
    )


def report(models: Iterable[ModelFacts], *blocks: Finding) -> Findings:
    return Findings(tuple(models), blocks)


def only(inference: Inference, findings: Findings) -> Note:
    """The only note of an inference, after `check`."""
    check(inference, findings)
    assert len(inference.notes) == 1
    return inference.notes[0]


def check(inference: Inference, findings: Findings) -> None:
    """Check that citations resolve, numbers are backed, and derived evidence is cited."""
    measured = [item for block in findings.blocks for item in block.evidence]
    evidence = {item.id: item for item in (*measured, *inference.evidence)}
    figures = {item.figure for item in measured}
    for note in inference.notes:
        assert set(note.cites) <= set(evidence)
        assert unbacked_numbers(note, evidence.values()) == []
        assert "undefined" not in note.text
        assert "{" not in note.text
        assert "  " not in note.text
        assert note.text.endswith(".")
    cited = {cite for note in inference.notes for cite in note.cites}
    for item in inference.evidence:
        assert item.id.startswith("inferences.")
        assert item.id in cited
        assert item.figure in figures
        assert "(from " in item.how
        # Judgments of models come from their evaluation, which no figure need show.
        assert item.sources or item.how.endswith("(from the evaluation of the model)")
        assert set(item.sources) <= set(evidence)
