"""The plan of a report: the tasks that its spec asks for, in the order of their dependencies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from reportgen import catalog
from reportgen.codec import encode
from reportgen.digest import of_value
from reportgen.spec.types import (
    DatasetSpec,
    FigureSpec,
    ModelSpec,
    SectionSpec,
    Spec,
    weights_of,
)
from reportgen.types import Json, Params

Stage = Literal["dataset", "train", "model", "compute", "draw", "note", "page", "site"]


@dataclass(frozen=True)
class Input:
    """An output of another task; `name` is its name inside the task that uses it."""

    name: str
    task: str
    output: str


@dataclass(frozen=True)
class Task:
    """One step of making a report.

    Attributes:
        key: the task's name, such as "chapter3/base_line/grad_cam-1/draw".
        stage: the kind of step.
        modules: dotted names of the modules that the task runs; their imports count as well.
        params: every other value that the task depends on, JSON-ready.
        inputs: outputs of earlier tasks that the task uses.
        files: files that the task reads, by a name that does not depend on the machine.
        folders: folders that may hold the user's own modules.
        where: file and line of the spec that an error names; not part of the digest.
        checks: layers that the figures ask the model for, with the lines that name them. A
            misspelt layer thus fails before any training. Not part of the digest.
        lines: the line of the spec that sets each input of a model, by input; "" stands for all
            inputs together. Not part of the digest.
    """

    key: str
    stage: Stage
    modules: tuple[str, ...]
    params: Params
    inputs: tuple[Input, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    where: tuple[str, int | None] = ("", None)
    checks: tuple[tuple[str, int | None], ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The tasks of one report, each after the tasks it needs; the last task writes the pages."""

    spec: Spec
    tasks: Mapping[str, Task]

    @property
    def page(self) -> Task:
        """The last task, which writes the pages."""
        return self.tasks[f"{self.spec.slug}/page"]

    @cached_property
    def needed(self) -> Mapping[str, set[str]]:
        """The outputs of each task that other tasks use."""
        needed: dict[str, set[str]] = {key: set() for key in self.tasks}
        for task in self.tasks.values():
            for used in task.inputs:
                needed[used.task].add(used.output)
        return needed


@dataclass(frozen=True)
class Roots:
    """Code and files outside the spec that tasks depend on.

    Attributes:
        stages: the module that runs each stage.
        inputs: the module that obtains an input, by the input's name; only for inputs that are
            more than stored values, such as models and datasets.
        templates: the page templates by file name.
    """

    stages: Mapping[Stage, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Path] = field(default_factory=dict)

    def modules(self, stage: Stage, inputs: Sequence[Input], *own: str) -> tuple[str, ...]:
        """Modules of a task: the stage's, those that obtain the inputs, and the task's `own`."""
        obtaining = dict.fromkeys(self.inputs[i.name] for i in inputs if i.name in self.inputs)
        return (self.stages[stage], *obtaining, *own)


def plan(spec: Spec, roots: Roots) -> Plan:
    """Lay out the tasks of a valid spec."""
    # Two models that share a dataset yield its task twice; the first place counts.
    tasks: dict[str, Task] = {}
    for task in _Layout(spec, roots).tasks():
        tasks.setdefault(task.key, task)
    return Plan(spec, tasks)


def model_of(spec: Spec, section: SectionSpec, figure: FigureSpec) -> ModelSpec | None:
    """The model that a figure shows: its own, else its section's, else the only one."""
    name = figure.model or section.model
    if name is None and len(spec.models) == 1:
        return spec.models[0]
    return next((model for model in spec.models if model.name == name), None)


def figures_of(spec: Spec, model: ModelSpec) -> Iterator[FigureSpec]:
    """The figures that show a model."""
    for section in spec.sections:
        yield from (f for f in section.figures if model_of(spec, section, f) is model)


def named_layers(figure: FigureSpec) -> Iterator[tuple[str, int]]:
    """Layers that a figure asks its model for, with the lines that name them."""
    listed, single = figure.params.get("layers"), figure.params.get("layer")
    if isinstance(listed, list | tuple):
        yield from ((str(name), figure.at("layers")) for name in listed)
    if single is not None:
        yield str(single), figure.at("layer")


class _Layout:
    """Lays out the tasks of one spec."""

    def __init__(self, spec: Spec, roots: Roots) -> None:
        self.spec = spec
        self.roots = roots
        self.file = str(spec.source)
        self.folder = spec.source.parent
        self.figures = [
            (section, figure, model_of(spec, section, figure))
            for section in spec.sections
            for figure in section.figures
        ]

    def tasks(self) -> Iterator[Task]:
        """All tasks, each after the tasks that it needs."""
        for model in self.spec.models:
            if model.dataset is not None:
                yield self.dataset(model.dataset)
            if self.is_trained_here(model):
                yield self.train(model)
            yield self.model(model)
        for section, figure, shown in self.figures:
            yield self.compute(section, figure, shown)
            yield self.draw(section, figure)
            yield self.note(section, figure, shown)
        yield from (self.inference(rule) for rule in self.spec.inferences)
        yield self.page()

    def dataset(self, dataset: DatasetSpec) -> Task:
        """The task that loads a dataset."""
        scheme, _, name = dataset.source.partition(":")
        python = scheme == "python"
        loader = (catalog.loader("python", "datasets"), name.partition(":")[0])
        own = loader if python else (catalog.module("datasets", dataset.source),)
        return Task(
            self.dataset_key(dataset),
            "dataset",
            self.roots.modules("dataset", (), *own),
            {"source": dataset.source, "params": dataset.params, "seed": self.spec.seed},
            files={path: self.folder / path for path in _paths(dataset)},
            folders=(self.folder.absolute(),) if python else (),
            where=(self.file, dataset.line or 1),
        )

    def dataset_key(self, dataset: DatasetSpec) -> str:
        """Name of a dataset's task; equal datasets of a spec share it."""
        same = sorted({
            of_value(encode(model.dataset.params))
            for model in self.spec.models
            if model.dataset and model.dataset.source == dataset.source
        })  # fmt: skip
        rank = same.index(of_value(encode(dataset.params))) + 1
        label = dataset.source if rank == 1 else f"{dataset.source}-{rank}"
        return f"{self.spec.slug}/{label}/dataset"

    def is_trained_here(self, model: ModelSpec) -> bool:
        """Whether a model has data to be trained on, and its source may give it untrained."""
        random = model.kind == "application" and model.params.get("weights", "imagenet") is None
        return model.dataset is not None and (model.kind in ("zoo", "python") or random)

    def train(self, model: ModelSpec) -> Task:
        """The task that builds a model and trains it."""
        params = {"training": model.training, "settle": leaves_scaling_open(model.dataset)}
        return self._of_model(model, "train", (), params)

    def model(self, model: ModelSpec) -> Task:
        """The task that stores a trained model for the figures, with the facts about it."""
        trained = self.is_trained_here(model)
        inputs = (Input("training", self.model_key(model, "train"), "training"),) if trained else ()
        params = {"settle": leaves_scaling_open(model.dataset), "classes": model.classes}
        task = self._of_model(model, "model", inputs, params)
        names = {path: self.folder / path for path in _names_file(model.classes)}
        return replace(task, files={**task.files, **names})

    def model_key(self, model: ModelSpec, stage: Stage) -> str:
        """Name of one of the tasks of a model."""
        return f"{self.spec.slug}/{model.name}/{stage}"

    def _of_model(
        self, model: ModelSpec, stage: Stage, inputs: tuple[Input, ...], params: Params
    ) -> Task:
        """A task that builds a model, with the dependencies that `train` and `model` share."""
        if model.dataset is not None:
            inputs = (*inputs, Input("dataset", self.dataset_key(model.dataset), "dataset"))
        own, files = self._origin(model)
        return Task(
            self.model_key(model, stage),
            stage,
            self.roots.modules(stage, inputs, *own),
            {
                "source": model.source,
                "params": model.params,
                "inputs": model.inputs,
                "seed": self.spec.seed,
                "dataset": model.dataset and model.dataset.source,
                **params,
            },
            inputs,
            files,
            () if model.kind in ("zoo", "application") else (self.folder.absolute(),),
            (self.file, model.line),
            tuple(n for figure in figures_of(self.spec, model) for n in named_layers(figure)),
            model.input_lines,
        )

    def _origin(self, model: ModelSpec) -> tuple[tuple[str, ...], dict[str, Path]]:
        """Modules that build or load a model, and the files that hold it."""
        name = model.source.partition(":")[2]
        if model.kind == "zoo":
            return (catalog.module("models", name),), {}
        if model.kind == "python":
            return (catalog.loader("python"), name.partition(":")[0]), {}
        if model.kind == "application":
            weights = weights_of(model.params)
            files = {weights: self.folder / weights} if weights else {}
            return (catalog.loader("application"),), files
        path = self.folder / model.source
        # A SavedModel is a folder; the spec names the file saved_model.pb inside it.
        files = {model.source: path.parent if path.name == "saved_model.pb" else path}
        return (catalog.loader("file"), *model.params["modules"]), files

    def inputs(self, figure: FigureSpec, model: ModelSpec) -> Iterator[Input]:
        """The inputs that a figure's kind reads, and those that its parameters add."""
        entry = catalog.entry("figures", figure.kind)
        asked = {p.input for p in entry.parameters if p.input and figure.params.get(p.name)}
        wanted = asked.union(entry.inputs)
        if "model" in wanted:
            key = self.model_key(model, "model")
            yield from (Input("model", key, "model"), Input("facts", key, "facts"))
        if "times" in wanted and self.is_trained_here(model):
            yield Input("times", self.model_key(model, "train"), "times")
        if "dataset" in wanted and model.dataset is not None:
            yield Input("dataset", self.dataset_key(model.dataset), "dataset")
            if leaves_scaling_open(model.dataset) and not _takes_fractions(model):
                key = self.model_key(model, "model")
                yield Input("preprocessing", key, "preprocessing")

    def figure_key(self, section: SectionSpec, figure: FigureSpec, stage: Stage) -> str:
        """Name of one of the tasks of a figure."""
        return f"{self.spec.slug}/{section.id}/{figure.id}/{stage}"

    def compute(self, section: SectionSpec, figure: FigureSpec, model: ModelSpec | None) -> Task:
        """The task that computes a figure's arrays, facts and measures."""
        inputs = () if model is None else tuple(self.inputs(figure, model))
        own = [f"{catalog.module('figures', figure.kind)}.compute"]
        added = "model" not in catalog.entry("figures", figure.kind).inputs
        if added and any(item.name == "model" for item in inputs):
            own.insert(0, catalog.with_model(figure.kind))
        return Task(
            self.figure_key(section, figure, "compute"),
            "compute",
            self.roots.modules("compute", inputs, *own),
            {"kind": figure.kind, "params": figure.params, "seed": self.spec.seed},
            inputs,
            where=(self.file, figure.line),
        )

    def draw(self, section: SectionSpec, figure: FigureSpec) -> Task:
        """The task that draws a figure's arrays."""
        return Task(
            self.figure_key(section, figure, "draw"),
            "draw",
            self.roots.modules("draw", (), f"{catalog.module('figures', figure.kind)}.draw"),
            {"kind": figure.kind, "params": figure.params},
            (Input("artifact", self.figure_key(section, figure, "compute"), "artifact"),),
            where=(self.file, figure.line),
        )

    def note(self, section: SectionSpec, figure: FigureSpec, model: ModelSpec | None) -> Task:
        """The task that turns a figure's measures into evidence and drafts its notes."""
        return Task(
            self.figure_key(section, figure, "note"),
            "note",
            self.roots.modules("note", (), f"{catalog.module('figures', figure.kind)}.notes"),
            {
                "kind": figure.kind,
                "block": figure.id,
                "section": section.title,
                "model": model.name if model else "",
            },
            (Input("measures", self.figure_key(section, figure, "compute"), "measures"),),
            where=(self.file, figure.line),
        )

    def evidence(self) -> Iterator[Input]:
        """Facts of all models and evidence of all figures, for inferences and the page."""
        for model in self.spec.models:
            yield Input(f"model:{model.name}", self.model_key(model, "model"), "facts")
        for section, figure, _ in self.figures:
            key = self.figure_key(section, figure, "note")
            yield Input(f"finding:{figure.id}", key, "finding")

    def inference(self, rule: str) -> Task:
        """The task that judges the evidence of the whole report by one rule."""
        return Task(
            f"{self.spec.slug}/inferences/{rule}/note",
            "note",
            self.roots.modules("note", (), catalog.module("inferences", rule)),
            {"rule": rule, "titles": {model.name: model.title for model in self.spec.models}},
            tuple(self.evidence()),
            where=(self.file, None),
        )

    def page(self) -> Task:
        """The task that writes the report's files."""
        inputs = list(self.evidence())
        for section, figure, _ in self.figures:
            drawn, noted = (self.figure_key(section, figure, stage) for stage in _SHOWN)
            inputs += [
                Input(f"drawn:{figure.id}", drawn, "drawn"),
                Input(f"notes:{figure.id}", noted, "notes"),
            ]
        for rule in self.spec.inferences:
            key = f"{self.spec.slug}/inferences/{rule}/note"
            inputs.append(Input(f"inference:{rule}", key, "notes"))
        params = encode(self.spec)
        params.pop("source")
        entries = {f.kind: catalog.entry("figures", f.kind) for _, f, _ in self.figures}
        params["kinds"] = {k: [e.title, *e.explanation] for k, e in sorted(entries.items())}
        return Task(
            f"{self.spec.slug}/page",
            "page",
            self.roots.modules("page", ()),
            without_lines(params),
            tuple(inputs),
            {**self.roots.templates, **_notes_file(self.spec)},
            where=(self.file, None),
        )


def _notes_file(spec: Spec) -> dict[str, Path]:
    """The file of the author's notes, where there is one."""
    return {spec.notes.name: spec.notes} if os.path.lexists(spec.notes) else {}


_SHOWN: tuple[Stage, Stage] = ("draw", "note")


def leaves_scaling_open(dataset: DatasetSpec | None) -> bool:
    """Whether a spec says nothing on a dataset's preprocessing, so that its model settles it."""
    return dataset is not None and not any(dataset.params.get(key) for key in _PREPROCESSING)


_PREPROCESSING = ("scaling", "mean", "std", "application")


def _takes_fractions(model: ModelSpec) -> bool:
    """Whether it is a network of reportgen's own; none of them rescales its input."""
    name = model.source.partition(":")[2]
    return model.kind == "zoo" and catalog.module("models", name).startswith("reportgen.")


def _paths(dataset: DatasetSpec) -> Iterator[str]:
    """Files and folders that hold a dataset, as the spec writes them."""
    python = dataset.source.startswith("python:")
    entry = (
        catalog.sources("datasets")["python"]
        if python
        else catalog.entry("datasets", dataset.source)
    )
    for parameter in entry.parameters:
        given = dataset.params.get(parameter.name)
        if parameter.kind == "classes":
            yield from _names_file(given)
        elif parameter.kind in ("path", "paths") and given:
            yield from [given] if isinstance(given, str) else given


def _names_file(classes: str | Sequence[str] | None) -> list[str]:
    """The file of `classes`, as the spec writes it; none where it lists the names."""
    return [classes] if isinstance(classes, str) and classes else []


_LINES = ("line", "lines", "input_lines")


def without_lines(value: Json) -> Json:
    """A spec's values without line numbers, so that moving an entry makes no page stale."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in _LINES}
        return {key: without_lines(item) for key, item in kept.items()}
    return [without_lines(item) for item in value] if isinstance(value, list) else value
