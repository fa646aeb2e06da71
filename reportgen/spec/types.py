"""A spec as plain frozen data: checked, every default filled in, every name resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset with all its parameters.

    Attributes:
        source: its name in the catalogue, or "python:PACKAGE.MODULE:FUNCTION".
        params: every parameter, defaults filled in.
        line: where the spec names it.
        lines: where the spec gives its parameters.
    """

    source: str
    params: Mapping[str, Any]
    line: int = field(default=0, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ModelSpec:
    """A model of a report.

    Attributes:
        name: what the spec calls it; title: what people read.
        source: "zoo:NAME", "application:NAME", "python:PACKAGE.MODULE:FUNCTION", or the path of
            a model file from the spec's folder.
        dataset: what it is trained and examined on, or None.
        training: every parameter of training.
        params: parameters of its source, such as the weights of an application.
        line: where the spec names it.
        lines: where the spec gives its keys.
        inputs: what each of its inputs is given: "images", a number, or a list of numbers; {}
            where the spec does not say.
        input_lines: where it does, by the input's name, "" for the whole.
    """

    name: str
    title: str
    source: str
    dataset: DatasetSpec | None
    training: Mapping[str, Any]
    params: Mapping[str, Any]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    input_lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class FigureSpec:
    """One entry of a section's `figures`.

    Attributes:
        id: given by the author, or "<kind>-<number>", counted through the report.
        kind: name of the figure kind.
        params: every parameter of the kind.
        title, caption: the author's own words, or "".
        model: name of the model that it shows; None for a kind that needs none.
        line: where the spec names it.
        lines: where the spec gives its keys.
    """

    id: str
    kind: str
    params: Mapping[str, Any]
    title: str
    caption: str
    model: str | None
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def at(self, key: str) -> int:
        """The line of a key, or of the figure where the spec is silent."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True)
class SectionSpec:
    """A section: the author's Markdown `text`, then figures of `model` where they name no other."""

    id: str
    title: str
    text: str
    model: str | None
    figures: tuple[FigureSpec, ...]
    line: int


@dataclass(frozen=True)
class Spec:
    """A whole spec.

    Attributes:
        slug: the file's name without its ending: names the report's folder.
        intro: the author's Markdown.
        inferences: names of the rules to apply, in order.
        source: the file, as it was named.
        explain: whether each method is explained where it is first used.
    """

    slug: str
    title: str
    authors: tuple[str, ...]
    seed: int
    intro: str
    models: tuple[ModelSpec, ...]
    sections: tuple[SectionSpec, ...]
    inferences: tuple[str, ...]
    source: Path
    explain: bool = False
