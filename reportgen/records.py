"""The records that travel from room to room: plain frozen data, no behaviour beyond checks.

Arrays are NumPy arrays, but nothing here imports NumPy: a reader of records stays light.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reportgen.types import Model, Params

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reportgen.network.network import Network

    Array = NDArray[np.generic]

Number = int | float
Verdict = Literal["supported", "contradicted", "inconclusive", "info"]
VERDICTS: tuple[str, ...] = ("supported", "contradicted", "inconclusive", "info")
IMAGES = "images"
"""What a spec gives to an input of a model that takes the dataset's images."""


# --- data --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """One thing that a dataset labels, such as its class or a line's angle.

    `name` is what a model's output must be called to learn it; `title` is for people.
    """

    name: str
    title: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Preprocessing:
    """How stored pixels become model input: channel k is `x[order[k]] * scale[k] + offset[k]`.

    Attributes:
        scale, offset: one number for all channels, or one for each channel of the input.
        text: says it to a reader.
        order: the stored channel that each channel of the input is taken from, such as (2, 1, 0)
            for blue, green, red; () leaves them in their places.
    """

    scale: float | tuple[float, ...] = 1.0 / 255.0
    offset: float | tuple[float, ...] = 0.0
    text: str = "pixel values divided by 255"
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, shape (n, h, w, c), as a person would look at them.
        labels: for each target name, integer class indices of shape (n,).
        masks: True where the depicted thing is, shape (n, h, w), or None when not known.
    """

    images: Array
    labels: Mapping[str, Array]
    masks: Array | None = None


@dataclass(frozen=True)
class Dataset:
    """A named dataset with splits `train`, `validation` and `test`, and one or more targets.

    `foreground` says in words what `masks` (or the threshold that stands in for them) mean.
    `targets[0]` is the primary one: what a model with a single output learns.
    `originals` are the images of the test split as their files hold them, each uint8 (h, w, c),
    where a dataset of a few images changed their size or color; else ().
    """

    name: str
    title: str
    targets: tuple[Target, ...]
    splits: Mapping[str, Split]
    preprocessing: Preprocessing
    foreground: str
    digest: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    originals: tuple[Array, ...] = ()


# --- models ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LayerRow:
    """One row of a model's summary table, JSON-ready; shapes are written as Keras does."""

    name: str
    type: str
    output_shape: str
    params: int
    connected_to: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """One output of a model and the target that it answers.

    `index` is its position among `model.outputs`; `kind` tells how its values are read:
    "softmax" and "logits" have one unit for each class, "sigmoid" has one unit in all, and "maps"
    are no single answer for an image, but an image or a volume themselves (`units`: its channels).
    `target` is None where the dataset (if any) has no labels for this output.
    """

    name: str
    title: str
    index: int
    units: int
    kind: Literal["softmax", "sigmoid", "logits", "maps"]
    target: Target | None

    @property
    def valued(self) -> bool:
        """Whether its values stand for themselves, as in a regression: no label, softmax or
        sigmoid makes them scores of classes."""
        return self.kind == "logits" and self.target is None


@dataclass(frozen=True)
class ModelFacts:
    """All that is told of a model: its table, how it was trained, how well it does.

    Attributes:
        name: its name in the spec; title: for people; source: as the spec writes it.
        dataset: name of its dataset, or "".
        layers: summary rows; totals of parameters follow.
        digest: of architecture, weights and preprocessing.
        history: for each measure (Keras' log names) its value after every epoch; empty if the
            model came trained.
        metrics: "<split>.<head>.accuracy" and "<split>.<head>.loss" -> value.
        counts: "<split>" -> number of images.
    """

    name: str
    title: str
    source: str
    dataset: str
    layers: tuple[LayerRow, ...]
    total_params: int
    trainable_params: int
    non_trainable_params: int
    digest: str
    history: Mapping[str, tuple[float, ...]]
    metrics: Mapping[str, float]
    counts: Mapping[str, int]
    training: Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What a figure's `compute` is given: one model, its data and the figure's parameters.

    `model` is a `keras.Model` and `network` the same as the engine sees it; both are None for a
    kind that needs no model. `data` is None where the spec names no dataset; `params` holds
    every parameter of the kind, defaults filled in. `times` holds the seconds of each epoch of
    training for a figure whose parameter `times` is true, and is () for all others and for a model
    that came trained: whatever shows them differs from run to run.
    """

    model: Model
    facts: ModelFacts
    data: Dataset | None
    params: Params
    seed: int
    times: tuple[float, ...] = ()
    network: Network = None  # type: ignore[assignment]


# --- what figures are made of ------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A number that `compute` measured, before it belongs to a figure.

    Attributes:
        name: "energy_in_foreground", or with a qualifier "energy_in_foreground@length".
        value: the number; None where it is undefined (and `how` says why).
        unit: "" for a plain ratio, else e.g. "px", "images", "filters".
        n: how many things it was measured on (images, filters, ...).
        interval: a 95 % confidence interval, or None.
        baseline: what chance or a trivial method would give, or None.
        how: one sentence that says how it was measured, in words a reader can check.
        part: the part of the figure that shows it ("" for the whole).
    """

    name: str
    value: Number | None
    unit: str = ""
    n: int | None = None
    interval: tuple[float, float] | None = None
    baseline: Number | None = None
    how: str = ""
    part: str = ""


@dataclass(frozen=True)
class Artifact:
    """What `compute` returns.

    Attributes:
        arrays: to draw.
        facts: to draw with; a frozen dataclass, which the kind's `draw` module names as `FACTS`,
            or a JSON-ready dictionary.
        measures: for evidence.
        undefined: a sentence on why the method is undefined for the model, which then stands in
            the figures' place; "" otherwise.
        heading: what heads the figures instead of the kind's title; "" for the title.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    facts: Any = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    undefined: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Picture:
    """An encoded image; `width` and `height` are its pixels.

    `vector` is the same as SVG, which pages embed instead; b"" where that would not be smaller.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    vector: bytes = b""


@dataclass(frozen=True)
class Drawing:
    """One picture of a figure, with its words.

    `part` tells several pictures of one figure apart and becomes the end of its id;
    `title` heads it ("" for none); `caption` and `alt` are plain text, made from the artifact.
    """

    part: str
    picture: Picture
    caption: str
    alt: str
    title: str = ""
    layers: tuple[str, ...] = ()


Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table of a figure. Numbers are right-aligned, formatted by the pages; `footer` lines
    stand below the table. `marks` are (row, column) places of cells to set off from the others,
    which the caption must explain; `decimals` fixes those of all fractions (None: by column)."""

    part: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    title: str = ""
    footer: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    decimals: int | None = None


# --- what pages are made of --------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """One measure made citable: `id` is "<figure id>.<measure name>", `figure` where to look.

    `sources` holds the ids of the evidence that it was computed from, where an inference made it.
    """

    id: str
    value: Number | None
    unit: str
    n: int | None
    interval: tuple[float, float] | None
    baseline: Number | None
    how: str
    figure: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A drafted sentence or two, its verdict, and the evidence that it rests on."""

    id: str
    rule: str
    text: str
    verdict: Verdict
    cites: tuple[str, ...]
    origin: Literal["drafted", "edited"] = "drafted"

    def __post_init__(self) -> None:
        if not self.cites:
            raise ValueError(f"note {self.id!r} cites no evidence")
        if self.verdict not in VERDICTS:
            raise ValueError(f"note {self.id!r} has verdict {self.verdict!r}, not of {VERDICTS}")


@dataclass(frozen=True)
class Finding:
    """The evidence of one block (one entry of a section's `figures`), for rules to read."""

    block: str
    kind: str
    model: str
    section: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Findings:
    """The evidence of a whole report, with the models that it speaks of."""

    models: tuple[ModelFacts, ...]
    blocks: tuple[Finding, ...]


@dataclass(frozen=True)
class Inference:
    """What a rule says of a whole report: its notes, and the evidence that it derived for them.

    Derived evidence combines other evidence (a count of models, a mean over heads); its id is
    "inferences.<rule>.<measure>" and `sources` names what it combines. Both are empty where the
    report holds nothing that the rule could judge.
    """

    notes: tuple[Note, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A picture or table as the report states it.

    `file` is relative to the report's folder. A table's file is its CSV, and its width and
    height count columns and rows; a picture's count pixels. `vector` is the digest of its SVG for
    pages, or "".
    """

    id: str
    kind: str
    section: str
    model: str
    layers: tuple[str, ...]
    file: str
    media_type: str
    width: int
    height: int
    title: str
    caption: str
    alt: str
    digest: str
    table: Table | None = None
    vector: str = ""


@dataclass(frozen=True)
class Block:
    """All that one entry of a section's `figures` came to: its figures, evidence and notes.

    `undefined` is the sentence that stands in the figures' place when the method has no meaning
    for the model; `explanation` says what its methods do, unless an earlier block has said so.
    """

    id: str
    kind: str
    title: str
    caption: str
    model: str
    figures: tuple[Figure, ...]
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    undefined: str = ""
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A titled part of the report; `text` is the author's Markdown."""

    id: str
    title: str
    text: str
    model: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report, complete before any page is rendered.

    `derived` is the evidence that inferences computed from the blocks' evidence.
    """

    slug: str
    title: str
    authors: tuple[str, ...]
    intro: str
    models: tuple[ModelFacts, ...]
    sections: tuple[Section, ...]
    inferences: tuple[Note, ...]
    provenance: Mapping[str, Any]
    derived: tuple[Evidence, ...] = ()
