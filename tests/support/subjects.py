"""Small subjects for the tests of figure kinds: models with known weights, tiny datasets."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from reportgen.network.network import Network
from reportgen.records import (
    Artifact,
    Dataset,
    Evidence,
    Finding,
    ModelFacts,
    Preprocessing,
    Split,
    Subject,
    Target,
)


def model_facts(model: Any = None, **fields: Any) -> ModelFacts:
    """Facts of a model, with these fields; by default without history and metrics."""
    from reportgen.network.layers import rows

    defaults: dict[str, Any] = {
        "name": "tiny", "title": "Tiny", "source": "zoo:tiny", "dataset": "toy",
        "layers": rows(model) if model is not None else (), "total_params": 0,
        "trainable_params": 0, "non_trainable_params": 0, "digest": "0" * 8, "history": {},
        "metrics": {}, "counts": {}, "training": {},
    }  # fmt: skip
    return ModelFacts(**(defaults | fields))


def dataset(
    images: np.ndarray,
    labels: Mapping[str, Any],
    targets: tuple[Target, ...],
    masks: np.ndarray | None = None,
) -> Dataset:
    """A dataset whose three splits are all the same."""
    split = Split(images, {name: np.asarray(values) for name, values in labels.items()}, masks)
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("toy", "Toys", targets, splits, Preprocessing(), "bright pixels", "1" * 8)


def subject(
    kind: str,
    model: Any = None,
    data: Dataset | None = None,
    *,
    facts: ModelFacts | None = None,
    **params: Any,
) -> Subject:
    """A subject of a kind; parameters that are left out have their defaults."""
    entry = import_module(f"reportgen.figures.{kind}").ENTRY
    defaults = {parameter.name: parameter.default for parameter in entry.parameters}
    unknown = set(params) - set(defaults)
    assert not unknown, f"{kind} has no parameters {unknown}"
    defaults.pop("sanity", None)  # sanity checks are only made, and missed, where a test asks
    network = {} if model is None else {"network": Network.of(model)}
    return Subject(
        model, facts or model_facts(model), data, {**defaults, **params}, seed=3, **network
    )


def values(artifact: Artifact) -> dict[str, Any]:
    """The value of each measure, by its name."""
    return {measure.name: measure.value for measure in artifact.measures}


def measures(artifact: Artifact) -> dict[str, Any]:
    """The measures by their names."""
    return {measure.name: measure for measure in artifact.measures}


def notes_of(kind: str, artifact: Artifact) -> tuple[tuple[Any, ...], tuple[Evidence, ...]]:
    """The notes of a kind on an artifact, and the evidence that they may cite."""
    evidence = tuple(
        Evidence(f"{kind}-1.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "f")
        for m in artifact.measures
    )
    finding = Finding(f"{kind}-1", kind, "tiny", "section", evidence)
    return import_module(f"reportgen.figures.{kind}.notes").notes(finding), evidence


_MANY = (
    "channels|classes|columns|copies|dimensions|epochs|feature maps|filters|heads|heatmaps|images|"
    "input channels|inputs|layers|midpoints|parameters|patches|pixels|positions|projections|ReLUs|"
    "rows|samples|steps|test images|training images|units|values|weights"
)
"""Plurals that must not follow a "1"."""


def check_house_rules(kind: str, artifact: Artifact, params: Mapping[str, Any]) -> tuple[Any, ...]:
    """Check the rules that every kind keeps, and return what it drew.

    Facts survive JSON, measures are declared and finite, parts are unique, pictures have captions
    and alternative texts, numbers of notes are backed, no text says "1 images", and a second
    drawing has the same bytes.
    """
    import json
    import re

    from reportgen.codec import decode, encode
    from reportgen.drafting import unbacked_numbers
    from reportgen.records import Drawing

    text = json.dumps(encode(artifact.facts), allow_nan=False)
    facts_type = getattr(import_module(f"reportgen.figures.{kind}.draw"), "FACTS", None)
    if facts_type is not None:
        assert decode(facts_type, json.loads(text)) == artifact.facts
    entry = import_module(f"reportgen.figures.{kind}").ENTRY
    declared = {name for name, _ in entry.evidence}
    for measure in artifact.measures:
        assert measure.name.partition("@")[0] in declared
        assert measure.how
        assert measure.value is None or np.isfinite(measure.value)
        if measure.interval and measure.value is not None:
            low, high = measure.interval
            assert low - 1e-9 <= measure.value <= high + 1e-9, measure
    drawn: tuple[Any, ...] = import_module(f"reportgen.figures.{kind}.draw").draw(artifact, params)
    parts = [item.part for item in drawn]
    assert len(set(parts)) == len(parts)
    assert all(re.fullmatch(r"[a-z0-9_-]*", part) for part in parts)
    assert {measure.part for measure in artifact.measures} <= {*parts, ""}
    again = import_module(f"reportgen.figures.{kind}.draw").draw(artifact, params)
    for item, twin in zip(drawn, again, strict=True):
        assert item == twin
        assert item.caption.endswith(".")
        if isinstance(item, Drawing):
            assert item.alt
            assert item.alt != item.caption
            assert item.picture.width <= 1440
    found, evidence = notes_of(kind, artifact)
    for note in found:
        assert unbacked_numbers(note, evidence) == []
    words = [
        text for item in drawn for text in (item.title, item.caption, getattr(item, "alt", ""))
    ]
    words += [measure.how for measure in artifact.measures] + [note.text for note in found]
    assert [text for text in words if re.search(rf"(?<![\w.,-])(?<!x )1 (?:{_MANY})\b", text)] == []
    return drawn
