"""Planted facts: models and data whose truth is known, and what a report says about them.

A test plants one fact, with its number, and its twin: the same model or data without the fact. It
asks `examine` what figures measure and what notes and inferences say, in this process and without
drawing, and asserts the fact in the one and its absence in the other, for every seed of `SEEDS`.

    @seeds
    def test_a_class_that_is_never_answered(seed: int) -> None:
        data = planted.data(...)
        seen = planted.examine(planted.answering(table), data, "confusion_matrix")
        assert seen.evidence("never_answered@class.two").n == 20
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from budgets import LONG

from reportgen.engine import model as stage
from reportgen.engine.checkpoint import ModelParams, Training
from reportgen.engine.note import as_evidence
from reportgen.errors import UndefinedError
from reportgen.models import Loaded
from reportgen.network.network import Network
from reportgen.records import (
    Artifact,
    Dataset,
    Evidence,
    Finding,
    Findings,
    ModelFacts,
    Note,
    Preprocessing,
    Split,
    Subject,
    Target,
)

SEEDS = range(10 if LONG else 3)
"""Seeds of every planted fact: ten in a long run."""
seeds = pytest.mark.parametrize("seed", SEEDS)

Pixels = np.ndarray
Draw = Callable[[np.random.Generator, int], Pixels]
"""Draws the uint8 image (h, w, c) of a class."""


# --- data --------------------------------------------------------------------------------------


def labels_of(counts: Sequence[int]) -> np.ndarray:
    """Labels with so many images of each class."""
    return np.repeat(np.arange(len(counts)), counts)


def data(
    draw: Draw,
    seed: int,
    counts: Sequence[int] = (40, 40),
    *,
    train: Sequence[int] | None = None,
    mask: Callable[[Pixels], np.ndarray] | None = None,
    noise: float = 0.0,
    classes: Sequence[str] = (),
    **facts: Any,
) -> Dataset:
    """A dataset of one target, `class`, with its own images in each split.

    Args:
        draw: draws an image of a class.
        seed: of the images.
        counts: images of each class in the test and the validation split.
        train: the same of the training split; as many again by default.
        mask: the foreground of all images (n, h, w, c), as booleans (n, h, w).
        noise: share of the labels of all splits that is replaced by another class.
        classes: names; "zero", "one", ... by default.
        facts: of the dataset.
    """
    names = tuple(classes or WORDS[: len(counts)])
    splits = {
        name: _split(draw, sizes, np.random.default_rng([seed, place]), mask, noise)
        for place, (name, sizes) in enumerate(
            {"train": train or counts, "validation": counts, "test": counts}.items()
        )
    }
    target = Target("class", "Class", names)
    return Dataset(
        "planted", "Planted", (target,), splits, Preprocessing(), "the object", f"{seed}" * 8, facts
    )


WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _split(
    draw: Draw,
    counts: Sequence[int],
    rng: np.random.Generator,
    mask: Callable[[Pixels], np.ndarray] | None,
    noise: float,
) -> Split:
    labels = labels_of(counts)
    images = np.stack([draw(rng, int(label)) for label in labels])
    flipped = rng.permutation(len(labels))[: round(noise * len(labels))]
    labels[flipped] = (labels[flipped] + rng.integers(1, len(counts), len(flipped))) % len(counts)
    return Split(images, {"class": labels}, mask(images) if mask else None)


def relabeled(dataset: Dataset, labels: Mapping[str, np.ndarray]) -> Dataset:
    """The same images with these labels for the splits named."""
    splits = {
        name: replace(split, labels={"class": labels[name]}) if name in labels else split
        for name, split in dataset.splits.items()
    }
    return replace(dataset, splits=splits)


def code_image(rng: np.random.Generator, label: int, size: int = 8) -> Pixels:
    """A gray image whose class stands in its first row: the pixel in column `label` is white."""
    image = rng.integers(0, 128, (size, size, 1), dtype=np.uint8)
    image[0] = 0
    image[0, label] = 255
    return image


# --- models ------------------------------------------------------------------------------------


def answering(
    table: np.ndarray, scale: float = 8.0, size: int = 8, bias: Sequence[float] | None = None
) -> Any:
    """A model for `code_image` with the logits `scale * table[label]` for an image of a class.

    Args:
        table: a row of logits for each true class, shape (classes, classes).
        scale: of the logits.
        size: of the images.
        bias: added to the logits.
    """
    classes = table.shape[1]
    inputs = keras.Input((size, size, 1))
    end = keras.layers.Dense(classes, "softmax", name="class")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, end)
    kernel = np.zeros((size * size, classes), np.float32)
    kernel[: len(table)] = scale * table
    model.set_weights([kernel, np.asarray(bias if bias is not None else np.zeros(classes))])
    return model


def fitted(features: Any, dataset: Dataset, ridge: float = 1e-2, scale: float = 8.0) -> Any:
    """A classifier: a softmax over a linear map of `features`, fitted by least squares.

    Args:
        features: a model from an image to a vector, with its weights.
        dataset: whose training split it learns.
        ridge: penalty of the least squares.
        scale: of the logits.
    """
    train = dataset.splits["train"]
    x = features.predict(train.images.astype(np.float32) / 255, verbose=0).astype(np.float64)
    x = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    classes = len(dataset.targets[0].classes)
    y = np.eye(classes)[np.asarray(train.labels["class"])]
    weights = np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y) * scale
    end = keras.layers.Dense(classes, "softmax", name="class")
    model = keras.Model(features.input, end(features.output))
    end.set_weights([weights[:-1], weights[-1]])
    return model


# --- what a report says ------------------------------------------------------------------------


@dataclass(frozen=True)
class Examined:
    """What a report holds of one model: evidence, notes of figures, and inferences."""

    findings: Findings
    notes: tuple[Note, ...]
    artifacts: Mapping[str, Artifact]
    inferred: Mapping[str, tuple[Note, ...]]
    derived: tuple[Evidence, ...]

    def all_evidence(self, kind: str = "") -> dict[str, Evidence]:
        """All evidence by its measure, with the qualifier: "accuracy@test.class"."""
        blocks = [block for block in self.findings.blocks if kind in ("", block.kind)]
        measured = [item for block in blocks for item in block.evidence]
        return {item.id.partition(".")[2]: item for item in (*measured, *self.derived)}

    def evidence(self, name: str, kind: str = "") -> Evidence:
        """The evidence of a measure, such as "accuracy@test.class" (of a kind of figure)."""
        found = self.all_evidence(kind)
        assert name in found, f"no {name} among {sorted(found)}"
        return found[name]

    def has(self, name: str) -> bool:
        """Whether there is evidence of a measure."""
        return name in self.all_evidence()

    def verdict(self, rule: str) -> str:
        """The verdict of an inference; "" where it says nothing."""
        notes = self.inferred.get(rule, ())
        return notes[0].verdict if notes else ""

    def text(self, rule: str = "") -> str:
        """The notes of a rule, or of all rules, of figures and inferences, one a line."""
        every = (*self.notes, *(note for notes in self.inferred.values() for note in notes))
        return "\n".join(note.text for note in every if not rule or note.rule == rule)

    def says(self, pattern: str, rule: str = "") -> bool:
        """Whether a note (of a rule) matches a regular expression."""
        return bool(re.search(pattern, self.text(rule), re.IGNORECASE))


def examine(
    model: Any,
    dataset: Dataset | None,
    *kinds: str | tuple[str, Mapping[str, Any]],
    history: Mapping[str, Sequence[float]] | None = None,
    weights: str = "",
    seed: int = 3,
    rules: Sequence[str] = (),
) -> Examined:
    """What a report on a model says.

    Args:
        model: with its weights.
        dataset: or None.
        kinds: figures, each with its parameters where it has other than defaults.
        history: a training log; a model with one counts as trained here, others as loaded.
        weights: what the report says about the weights (`models.UNTRAINED` for random ones).
        seed: of the figures.
        rules: inferences; all of them by default.
    """
    network = Network.of(model)
    facts = facts_of(network, dataset, history or {}, weights)
    blocks, notes, artifacts = [], [], {}
    for number, kind in enumerate(kinds, 1):
        name, params = (kind, {}) if isinstance(kind, str) else kind
        block = f"{name}-{number}"
        artifact = artifacts[block] = computed(name, network, facts, dataset, params, seed)
        evidence = tuple(as_evidence(measure, block) for measure in artifact.measures)
        finding = Finding(block, name, "planted", "section", evidence)
        blocks.append(finding)
        if evidence:
            notes += import_module(f"reportgen.figures.{name}.notes").notes(finding)
    findings = Findings((facts,), tuple(blocks))
    inferred = {rule: _rule(rule).infer(findings) for rule in rules or rule_names()}
    return Examined(
        findings,
        tuple(notes),
        artifacts,
        {rule: inference.notes for rule, inference in inferred.items()},
        tuple(item for inference in inferred.values() for item in inference.evidence),
    )


def facts_of(
    network: Network,
    dataset: Dataset | None,
    history: Mapping[str, Sequence[float]],
    weights: str = "",
) -> ModelFacts:
    """The facts of a model, from the stage that makes them in a build."""
    name = "planted" if dataset else None
    preprocessing = dataset.preprocessing if dataset else None
    logs = {key: tuple(values) for key, values in history.items()}
    training = Training("0" * 8, "", logs, {}, "CPU", preprocessing)
    params = ModelParams("planted.keras", {}, 3, name)
    facts = stage._facts(params, Loaded(network.model, True, weights), network, dataset, training)
    return replace(facts, name="planted", title="Planted")


def computed(
    kind: str,
    network: Network,
    facts: ModelFacts,
    dataset: Dataset | None,
    params: Mapping[str, Any],
    seed: int,
) -> Artifact:
    """The artifact of a figure; one without measures where its method is undefined."""
    entry = import_module(f"reportgen.figures.{kind}").ENTRY
    defaults = {parameter.name: parameter.default for parameter in entry.parameters}
    unknown = set(params) - set(defaults)
    assert not unknown, f"{kind} has no parameters {unknown}"
    subject = Subject(
        network.model, facts, dataset, {**defaults, **params}, seed=seed, network=network
    )
    try:
        artifact: Artifact = import_module(f"reportgen.figures.{kind}.compute").compute(subject)
    except UndefinedError as error:
        return Artifact(undefined=str(error))
    return artifact


def rule_names() -> list[str]:
    """The names of all inferences."""
    folder = Path(import_module("reportgen.inferences").__path__[0])
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def _rule(name: str) -> Any:
    return import_module(f"reportgen.inferences.{name}")
