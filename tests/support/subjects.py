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


def facts(model: Any = None, **given: Any) -> ModelFacts:
    """Facts of a model without history and metrics, unless given."""
    from reportgen.network.layers import rows

    plain: dict[str, Any] = {
        "name": "tiny", "title": "Tiny", "source": "zoo:tiny", "dataset": "toy",
        "layers": rows(model) if model is not None else (), "total_params": 0,
        "trainable_params": 0, "non_trainable_params": 0, "digest": "0" * 8, "history": {},
        "metrics": {}, "counts": {}, "training": {},
    }  # fmt: skip
    return ModelFacts(**(plain | given))


def dataset(
    images: np.ndarray,
    labels: Mapping[str, Any],
    targets: tuple[Target, ...],
    masks: np.ndarray | None = None,
) -> Dataset:
    """A dataset whose three splits are all the same."""
    split = Split(images, {name: np.asarray(given) for name, given in labels.items()}, masks)
    splits = {"train": split, "validation": split, "test": split}
    return Dataset("toy", "Toys", targets, splits, Preprocessing(), "bright pixels", "1" * 8)


def subject(kind: str, model: Any = None, data: Dataset | None = None, **given: Any) -> Subject:
    """A subject with the default parameters of a kind; `facts` and parameters may be given."""
    entry = import_module(f"reportgen.figures.{kind}").ENTRY
    told = given.pop("facts", None) or facts(model)
    params = {parameter.name: parameter.default for parameter in entry.parameters}
    unknown = set(given) - set(params)
    assert not unknown, f"{kind} has no parameters {unknown}"
    network = {} if model is None else {"network": Network.of(model)}
    return Subject(model, told, data, {**params, **given}, seed=3, **network)


def values(artifact: Artifact) -> dict[str, Any]:
    return {measure.name: measure.value for measure in artifact.measures}


def measures(artifact: Artifact) -> dict[str, Any]:
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
"""What "1" must not stand before."""


def check_house_rules(kind: str, artifact: Artifact, params: Mapping[str, Any]) -> tuple[Any, ...]:
    """What holds for every kind; gives back what it drew.

    Facts are JSON, measures are declared and finite, parts are unique, pictures have words,
    numbers of notes are backed, nothing is told as "1 images", and a second drawing has the same
    bytes.
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
