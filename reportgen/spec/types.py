"""A spec as plain frozen records: checked, every default filled in, every name resolved.

Computation imports this module alone, so that a change in reading specs makes no result stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.types import Params

Names = str | tuple[str, ...]
"""Names of classes, or the path of a text file with one name a line."""


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset with all its parameters.

    Attributes:
        source: its name in the catalogue, or "python:PACKAGE.MODULE:FUNCTION".
        params: every parameter, defaults filled in.
        line: the line that names it.
        lines: the lines of the keys that the spec gives.
    """

    source: str
    params: Params
    line: int = field(default=0, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ModelSpec:
    """A model of a report.

    Attributes:
        name: its name in the spec; title: its name for readers.
        source: "zoo:NAME", "application:NAME", "python:PACKAGE.MODULE:FUNCTION", or the path of
            a model file from the spec's folder.
        dataset: for training and evaluation, or None.
        training: every parameter of training.
        params: parameters of its source, such as the weights of an application.
        line: the line that names it.
        lines: the lines of the keys that the spec gives.
        inputs: what each input is given: "images", a number, a list of numbers, or a text; {} where
            the spec does not say.
        input_lines: the line of each input by name, "" for the whole of `inputs`.
        classes: names of the classes, or the path of a file with one a line; None where the spec
            gives none, or where the model's dataset takes them.
    """

    name: str
    title: str
    source: str
    dataset: DatasetSpec | None
    training: Params
    params: Params
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    inputs: Params = field(default_factory=dict)
    input_lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    classes: Names | None = None

    @property
    def kind(self) -> str:
        """The kind of its source: "zoo", "application", "python" or "file"."""
        kind = self.source.partition(":")[0]
        return kind if kind in ("zoo", "application", "python") else "file"


@dataclass(frozen=True)
class FigureSpec:
    """One entry of a section's `figures`.

    Attributes:
        id: from the author, or "<kind>-<number>", counted through the report.
        kind: the name of the figure kind.
        params: every parameter of the kind.
        title, caption: the author's words, or "".
        model: the name of the model that it shows; None for a kind that needs none.
        line: the line that names it.
        lines: the lines of the keys that the spec gives.
    """

    id: str
    kind: str
    params: Params
    title: str
    caption: str
    model: str | None
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def at(self, key: str) -> int:
        """The line of a key, or of the figure where the spec does not give the key."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True)
class SectionSpec:
    """A section: the author's Markdown `text`, then figures of `model` where they name no other.

    Attributes:
        lines: the lines of the keys that the spec gives.
    """

    id: str
    title: str
    text: str
    model: str | None
    figures: tuple[FigureSpec, ...]
    line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Spec:
    """A whole spec.

    Attributes:
        slug: the file's name without its suffix, which names the report's folder.
        intro: the author's Markdown.
        inferences: the names of the rules to apply, in order.
        source: the file as the user named it.
        explain: whether each method is explained where the report first uses it.
        hidden: rules, and figure kinds with all their rules, whose drafts the report leaves out.
        lines: the lines of the keys that the spec gives.
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
    hidden: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def notes(self) -> Path:
        """The file of the author's notes, which need not exist."""
        return self.source.with_name(f"{self.slug}.notes.md")


def weights_of(params: Params) -> str | None:
    """The weights file among the parameters of a network of `keras.applications`, or None."""
    weights = params.get("weights", "imagenet")
    return None if weights in (None, "imagenet") else str(weights)
