"""The records that packages exchange: plain frozen data, no behaviour beyond checks.

Arrays are NumPy arrays, but this module imports no NumPy, so that reading records stays light.
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
"""The value that a spec sets for an input that receives the dataset's images."""


@dataclass(frozen=True)
class ReportWarning:
    """A doubt about a model or its data that a reader must know before any result.

    The build prints `text`, one or two sentences, and the page shows it at its top. `kind` names
    the cause for programs, in snake case, such as "not_finite".
    """

    kind: str
    text: str


# --- data --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """One property that a dataset labels, such as the class of an image or the angle of a line.

    A model's output learns the target whose `name` it has; `title` is for readers.
    """

    name: str
    title: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Preprocessing:
    """How stored pixels become model input: channel k is `x[order[k]] * scale[k] + offset[k]`.

    Attributes:
        scale, offset: one number for all channels, or one for each channel of the input.
        text: the same in words, for readers.
        order: for each channel of the input, the index of its stored channel, such as (2, 1, 0)
            for blue, green, red; () keeps the stored order.
    """

    scale: float | tuple[float, ...] = 1.0 / 255.0
    offset: float | tuple[float, ...] = 0.0
    text: str = "pixel values divided by 255"
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, shape (n, h, w, c), before any preprocessing.
        labels: for each target name, integer class indices of shape (n,).
        masks: True on the depicted object, shape (n, h, w); None where masks are unknown.
    """

    images: Array
    labels: Mapping[str, Array]
    masks: Array | None = None


@dataclass(frozen=True)
class Dataset:
    """A named dataset with splits `train`, `validation` and `test`, and one or more targets.

    `foreground` says in words what `masks` (or the threshold that stands in for them) mean.
    `targets[0]` is the primary target, which a model with a single output learns.
    `originals` are the images of the test split as their files hold them, each uint8 (h, w, c),
    where a dataset of a few images changed their size or color; otherwise ().
    `classes` names the classes of a model that is shown images without labels, in the order of the
    model's units; () where nothing names them, and beside `targets`, which have names of their own.
    `warnings` are doubts about the images or labels.
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
    classes: tuple[str, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()


# --- models ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LayerRow:
    """One row of a model's summary table, JSON-ready; shapes are written as Keras writes them."""

    name: str
    type: str
    output_shape: str
    params: int
    connected_to: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """One output of a model and the target that it predicts.

    `index` is the output's position among `model.outputs`. `kind` says how to read its values:
    "softmax" and "logits" have one unit for each class; "sigmoid" has a single unit; "maps" is an
    output that is an image or a volume itself, and `units` counts its channels. "constant" is a
    softmax over a single value, which is 1 for every image, and "groups" one over some of the units
    only; neither answers anything.
    `target` is None where no dataset has labels for the output. `names` are the names that a spec
    gives the classes of such an output.
    """

    name: str
    title: str
    index: int
    units: int
    kind: Literal["softmax", "sigmoid", "logits", "maps", "constant", "groups"]
    target: Target | None
    names: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of its classes; () where nothing names them."""
        return self.target.classes if self.target else self.names

    @property
    def answers(self) -> bool:
        """Whether the output gives one answer for an image: a value, or one for each class."""
        return self.kind not in ("maps", "constant", "groups")

    @property
    def valued(self) -> bool:
        """Whether the output's values stand for themselves, as in a regression.

        Neither labels, nor names, nor a softmax or sigmoid make them scores of classes.
        """
        return self.kind == "logits" and not self.classes


@dataclass(frozen=True)
class Answers:
    """The answers of an output that tell little of the images it is shown.

    Attributes:
        output: the output, by the name of its target where the dataset labels one.
        fault: "alike" where nearly all test images are answered alike, "chance" where the accuracy
            is no better than that of always saying one class.
        answer: the class that is answered most often.
        alike: that answer's share of the test images looked at; its baseline is the largest share
            of a class among their labels.
        accuracy: on all test images, with that of always saying one class; None without labels.
        remedy: what makes many more answers right, in words; "" where nothing does that was tried.
        repaired: the accuracy with the remedy on the images that it was tried on.
    """

    output: str
    fault: Literal["alike", "chance"]
    answer: str
    alike: Measure
    accuracy: Measure | None = None
    remedy: str = ""
    repaired: Measure | None = None


@dataclass(frozen=True)
class ModelFacts:
    """The facts that a report states about a model: its table, its training and its accuracy.

    Attributes:
        name: the model's name in the spec.
        title: the model's name for readers.
        source: the model's source as the spec writes it.
        dataset: name of the model's dataset, or "".
        layers: rows of the summary table.
        digest: digest of architecture, weights and preprocessing.
        history: for each of Keras' log names, its value after every epoch; empty if the model came
            trained.
        metrics: "<split>.<head>.accuracy" and "<split>.<head>.loss" -> value.
        counts: "<split>" -> number of images.
        warnings: doubts about the model's data, then about the model.
        doubtful: outputs whose answers tell little of the images.
        untrained: whether its weights are random, as far as is known.
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
    warnings: tuple[ReportWarning, ...] = ()
    doubtful: tuple[Answers, ...] = ()
    untrained: bool = False


@dataclass(frozen=True)
class Subject:
    """The argument of a figure's `compute`: one model, its data and the figure's parameters.

    `model` is a `keras.Model`, and `network` is the same model as a `Network`; both are None for a
    kind that needs no model. `data` is None where the spec names no dataset. `params` holds every
    parameter of the kind, defaults filled in. `times` holds the seconds of each training epoch for
    a figure whose parameter `times` is true; it is () for all other figures and for a model that
    came trained. A figure that shows `times` differs from run to run.
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
    """A number that `compute` measured, before a report assigns it to a figure.

    Attributes:
        name: "energy_in_foreground", or with a qualifier "energy_in_foreground@length".
        value: the number; None where it is undefined (and `how` says why).
        unit: "" for a plain ratio, else e.g. "px", "images", "filters".
        n: the number of items measured (images, filters, ...).
        interval: a 95 % confidence interval, or None.
        baseline: the value of chance or of a trivial method, or None.
        how: one sentence on the method of measurement, in words that a reader can check.
        part: the part of the figure that shows it ("" for the whole).
        outcomes: of a share of test images, which of them count: a hexadecimal number whose last
            bit stands for the first image, so that two models can be compared image by image; ""
            where nothing is to be compared.
    """

    name: str
    value: Number | None
    unit: str = ""
    n: int | None = None
    interval: tuple[float, float] | None = None
    baseline: Number | None = None
    how: str = ""
    part: str = ""
    outcomes: str = ""


@dataclass(frozen=True)
class Artifact:
    """The return value of `compute`.

    Attributes:
        arrays: the arrays that `draw` draws, by name.
        facts: other values that `draw` needs: a frozen dataclass, which the kind's `draw` module
            names as `FACTS`, or a JSON-ready dictionary.
        measures: the numbers that become evidence.
        undefined: one sentence on why the method is undefined for the model, which the report
            shows in place of the figures; "" otherwise.
        heading: the heading of the figures; "" for the kind's title.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    facts: Any = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    undefined: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Picture:
    """An encoded image; `width` and `height` count its pixels.

    `vector` is the same picture as SVG, which pages embed instead; b"" where the SVG is no smaller.
    `keys` are words that no font could draw: numbers in brackets, from [1], stand for them.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    vector: bytes = b""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    """A measured number in a caption or an alternative text: as text, and the measure itself."""

    shown: str
    measure: Measure


@dataclass(frozen=True)
class Drawing:
    """One picture of a figure, with its texts.

    `part` distinguishes the pictures of one figure and ends the picture's id. `title` is its
    heading ("" for none). `caption` and `alt` are plain text, made from the artifact. `quotes`
    holds the measured numbers that they show. `encoding` says how to read the picture, such as what
    its colors mean; a page shows each such text once, after the first caption that has it.
    """

    part: str
    picture: Picture
    caption: str
    alt: str
    title: str = ""
    layers: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    encoding: str = ""


Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table of a figure. Pages format the numbers and align them right.

    `footer` holds lines below the table. `marks` holds the (row, column) of each highlighted cell;
    the caption must explain the highlight. `decimals` is the number of decimals of all fractions;
    None chooses it for each column. `quotes` holds the measured numbers of caption and footer.
    `encoding` says how to read the table, as that of a `Drawing`.
    """

    part: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    title: str = ""
    footer: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    decimals: int | None = None
    quotes: tuple[Quote, ...] = ()
    encoding: str = ""


# --- what pages are made of --------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """One measure made citable; `id` is "<figure id>.<measure name>".

    `figure` is the id of the figure that shows the measure. `sources` holds the ids of the evidence
    that an inference combined; it is () for a figure's own measures. `outcomes` is the measure's.
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
    outcomes: str = ""


@dataclass(frozen=True)
class Change:
    """A measured value behind an author's words that has moved; None is undefined or missing."""

    evidence: str
    was: Number | None
    now: Number | None


@dataclass(frozen=True)
class Note:
    """One finding in a sentence or two, its verdict, and the ids of the evidence that it cites.

    Attributes:
        claim: the claim that the verdict is on, as a sentence; "" for a note that tests none.
        table: the finding in numbers, layer by layer or output by output, where it spans several.
        caveats: doubts about the models behind the finding, in a few words each.
        origin: "drafted", or "edited" by the author, or the author's "own". The text of a draft is
            plain, with code in backticks; that of the others is Markdown.
        changed: what has left its interval since the author wrote or approved the text.
        verdict_was: the verdict at that time, where it was another; else "".
    """

    id: str
    rule: str
    text: str
    verdict: Verdict
    cites: tuple[str, ...]
    origin: Literal["drafted", "edited", "own"] = "drafted"
    claim: str = ""
    table: Table | None = None
    caveats: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()
    verdict_was: str = ""

    def __post_init__(self) -> None:
        if not self.cites and self.origin == "drafted":
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
    """The evidence of a whole report, with the report's models."""

    models: tuple[ModelFacts, ...]
    blocks: tuple[Finding, ...]


@dataclass(frozen=True)
class Inference:
    """The result of one rule on a whole report: notes, and the evidence derived for them.

    Derived evidence combines other evidence (a count of models, a mean over heads); its id is
    "inferences.<rule>.<measure>" and `sources` names what it combines; it is () where the evidence
    comes from the evaluation of a model. Both are empty where the report holds nothing that the
    rule could judge.
    """

    notes: tuple[Note, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A published picture or table of a report.

    `file` is relative to the report's folder; a table's file is its CSV. `width` and `height` count
    the pixels of a picture, or the columns and rows of a table. `vector` is the digest of the SVG
    that pages embed, or "". `quotes` pairs each measured number of caption, footer and alternative
    text, as they show it, with the id of its evidence.
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
    quotes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Block:
    """The figures, evidence and notes of one entry of a section's `figures`.

    `undefined` is the sentence that replaces the figures where the method is undefined for the
    model. `explanation` says what the block's methods do, unless an earlier block explains them.
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
    """A titled part of the report; `text` is the author's Markdown, `notes` are his own."""

    id: str
    title: str
    text: str
    model: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report, complete before any page is rendered.

    `derived` is the evidence that inferences computed from the blocks' evidence.
    `warnings` are those of all models, each once. `highlights` are the ids of the notes that say
    most, the most important first.
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
    warnings: tuple[ReportWarning, ...] = ()
    highlights: tuple[str, ...] = ()
