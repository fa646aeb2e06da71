"""From a spec to the tasks that make its report, and why a task is stale.

A task's key covers everything that reaches its bytes (see `Facts`). A task is fresh when the
manifest recorded that very key; while a task that it needs is stale, it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from reportgen import catalog
from reportgen.code import CodeDigests
from reportgen.codec import encode
from reportgen.digest import StatCache, of_keras_file, of_value
from reportgen.spec import DatasetSpec, FigureSpec, ModelSpec, SectionSpec, Spec
from reportgen.spec.files import weights_of

Stage = Literal["dataset", "train", "model", "compute", "draw", "note", "page", "site"]
State = Literal["fresh", "stale", "waits", "failed"]


@dataclass(frozen=True)
class Input:
    """An output of another task: `name` is what the task that uses it calls it."""

    name: str
    task: str
    output: str


@dataclass(frozen=True)
class Task:
    """One step of making a report.

    Attributes:
        key: its name, such as "chapter3/base_line/grad_cam-1/draw".
        stage: what kind of step.
        modules: the code that it runs, as roots of what that code imports.
        params: all else that it depends on, JSON-ready.
        inputs: outputs of earlier tasks that it uses.
        files: files that it reads, by a name that does not depend on the machine.
        folders: where modules of the user's own may lie.
        where: file and line of the spec to name when it fails; not part of its digest.
        checks: layers that figures will ask a model for, with the lines that name them, so that
            a misspelt one is told before any training; not part of its digest either.
        lines: where the spec says what a model's inputs are given, by input, "" for the whole;
            not part of its digest either.
    """

    key: str
    stage: Stage
    modules: tuple[str, ...]
    params: Mapping[str, Any]
    inputs: tuple[Input, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    where: tuple[str, int | None] = ("", None)
    checks: tuple[tuple[str, int | None], ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why a task is stale: a code for programs and a detail for people."""

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@dataclass(frozen=True)
class Status:
    """The state of a task and the reasons for it."""

    task: Task
    state: State
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The tasks of one report, each after those it needs; the last one writes the pages."""

    spec: Spec
    tasks: Mapping[str, Task]

    @property
    def page(self) -> Task:
        """The task that everything else serves."""
        return self.tasks[f"{self.spec.slug}/page"]


def plan(spec: Spec, templates: Callable[[], Mapping[str, Path]]) -> Plan:
    """Lay out the tasks of a spec.

    Args:
        spec: a valid spec.
        templates: gives the page templates by name (a callable, since rooms above own them).
    """
    return Plan(spec, {task.key: task for task in _tasks(spec, templates())})


def _tasks(spec: Spec, templates: Mapping[str, Path]) -> Iterator[Task]:
    made: set[str] = set()
    for model in spec.models:
        dataset, train = _dataset_task(spec, model.dataset), _train_task(spec, model)
        for task in (dataset, train, _model_task(spec, model)):
            if task is not None and task.key not in made:
                made.add(task.key)
                yield task
    blocks = [(s, f, model_of(spec, s, f)) for s in spec.sections for f in s.figures]
    for section, figure, shown in blocks:
        yield from _figure_tasks(spec, section, figure, shown)
    for rule in spec.inferences:
        yield _inference_task(spec, rule, blocks)
    yield _page_task(spec, blocks, templates)


Placed = tuple[SectionSpec, FigureSpec, ModelSpec | None]


def model_of(spec: Spec, section: SectionSpec, figure: FigureSpec) -> ModelSpec | None:
    """The model that a figure shows: its own, else its section's, else the only one."""
    name = figure.model or section.model
    if name is None and len(spec.models) == 1:
        return spec.models[0]
    return next((model for model in spec.models if model.name == name), None)


def dataset_key(spec: Spec, dataset: DatasetSpec) -> str:
    """Name of a dataset's task; equal datasets of a spec share it."""
    same = sorted({of_value(encode(m.dataset.params)) for m in spec.models
                   if m.dataset and m.dataset.source == dataset.source})  # fmt: skip
    rank = same.index(of_value(encode(dataset.params))) + 1
    label = dataset.source if rank == 1 else f"{dataset.source}-{rank}"
    return f"{spec.slug}/{label}/dataset"


def _dataset_task(spec: Spec, dataset: DatasetSpec | None) -> Task | None:
    if dataset is None:
        return None
    scheme, _, name = dataset.source.partition(":")
    base, python = spec.source.parent, scheme == "python"
    own = name.partition(":")[0] if python else catalog.module("datasets", dataset.source)
    loader = (catalog.loader("python", "datasets"),) if python else ()
    params = {"source": dataset.source, "params": dataset.params, "seed": spec.seed}
    return Task(dataset_key(spec, dataset), "dataset", ("reportgen.engine.dataset", *loader, own),
                params, files={path: base / path for path in _paths(dataset)},
                folders=(base.absolute(),) if python else (),
                where=(str(spec.source), dataset.line or 1))  # fmt: skip


def _paths(dataset: DatasetSpec) -> Iterator[str]:
    """Files and folders that a dataset is read from, as its spec names them."""
    python = dataset.source.startswith("python:")
    entry = catalog.sources("datasets")["python"] if python else \
        catalog.entry("datasets", dataset.source)  # fmt: skip
    for parameter in entry.parameters:
        given = dataset.params.get(parameter.name)
        if parameter.kind in ("path", "paths") and given:
            yield from [given] if isinstance(given, str) else given


def _train_task(spec: Spec, model: ModelSpec) -> Task | None:
    """The task that trains a model; None where it has no data, or always comes trained."""
    if model.dataset is None or not may_come_untrained(model):
        return None
    return _task_of_model(spec, model, "train", ())


def _model_task(spec: Spec, model: ModelSpec) -> Task:
    """The task that keeps a trained model for the figures, with the facts about it."""
    train = _train_task(spec, model)
    trained = () if train is None else (Input("training", train.key, "training"),)
    return _task_of_model(spec, model, "model", trained)


def may_come_untrained(model: ModelSpec) -> bool:
    """Whether a model's source may give it without trained weights."""
    scheme = model.source.partition(":")[0]
    random = scheme == "application" and model.params.get("weights", "imagenet") is None
    return scheme in ("zoo", "python") or random


def _task_of_model(
    spec: Spec, model: ModelSpec, stage: Literal["train", "model"], inputs: tuple[Input, ...]
) -> Task:
    scheme, _, name = model.source.partition(":")
    modules = [f"reportgen.engine.{stage}"]
    files: dict[str, Path] = {}
    folders: tuple[Path, ...] = ()
    if scheme == "zoo":
        modules.append(catalog.module("models", name))
    elif scheme == "python":
        modules += [catalog.loader("python"), name.partition(":")[0]]
        folders = (spec.source.parent.absolute(),)
    elif scheme == "application":
        modules.append(catalog.loader("application"))
        if weights := weights_of(model.params):
            files = {weights: spec.source.parent / weights}
    else:
        modules += [catalog.loader("file"), *model.params["modules"]]
        folders = (spec.source.parent.absolute(),)
        path = spec.source.parent / model.source
        # A SavedModel is a folder, of which its spec names one file.
        files = {model.source: path.parent if path.name == "saved_model.pb" else path}
    params = {
        "source": model.source,
        "params": model.params,
        "inputs": model.inputs,
        "seed": spec.seed,
        "dataset": model.dataset and model.dataset.source,
        **({"training": model.training} if stage == "train" else {}),
    }
    if model.dataset is not None:
        inputs = (*inputs, Input("dataset", dataset_key(spec, model.dataset), "dataset"))
    return Task(f"{spec.slug}/{model.name}/{stage}", stage, tuple(modules), params, inputs,
                files, folders, (str(spec.source), model.line),
                tuple(n for f in figures_of(spec, model) for n in named_layers(f)),
                model.input_lines)  # fmt: skip


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


def _figure_tasks(
    spec: Spec, section: SectionSpec, figure: FigureSpec, model: ModelSpec | None
) -> Iterator[Task]:
    base = f"{spec.slug}/{section.id}/{figure.id}"
    kind = catalog.module("figures", figure.kind)
    where = (str(spec.source), figure.line)
    inputs: list[Input] = []
    run = "reportgen.engine.compute"
    if model is not None and catalog.entry("figures", figure.kind).needs_model:
        run = "reportgen.engine.compute_model"
        inputs += [Input(name, f"{spec.slug}/{model.name}/model", name)
                   for name in ("model", "facts")]  # fmt: skip
        train = _train_task(spec, model)
        if train is not None and figure.params.get("times") is True:
            # Only who asks is given them (`Subject.times`).
            inputs.append(Input("times", train.key, "times"))
    if model is not None and model.dataset is not None:
        inputs.append(Input("dataset", dataset_key(spec, model.dataset), "dataset"))
    yield Task(f"{base}/compute", "compute", (run, f"{kind}.compute"),
               {"kind": figure.kind, "params": figure.params, "seed": spec.seed},
               tuple(inputs), where=where)  # fmt: skip
    yield Task(f"{base}/draw", "draw", ("reportgen.engine.draw", f"{kind}.draw"),
               {"kind": figure.kind, "params": figure.params},
               (Input("artifact", f"{base}/compute", "artifact"),), where=where)  # fmt: skip
    yield Task(f"{base}/note", "note", ("reportgen.engine.note", f"{kind}.notes"),
               {"kind": figure.kind, "block": figure.id, "section": section.title,
                "model": model.name if model else ""},
               (Input("measures", f"{base}/compute", "measures"),), where=where)  # fmt: skip


def _evidence_inputs(spec: Spec, blocks: list[Placed]) -> tuple[Input, ...]:
    facts = [Input(f"model:{m.name}", f"{spec.slug}/{m.name}/model", "facts") for m in spec.models]
    notes = [Input(f"finding:{f.id}", f"{spec.slug}/{s.id}/{f.id}/note", "finding")
             for s, f, _ in blocks]  # fmt: skip
    return (*facts, *notes)


def _inference_task(spec: Spec, rule: str, blocks: list[Placed]) -> Task:
    modules = ("reportgen.engine.note", catalog.module("inferences", rule))
    params = {"rule": rule, "titles": {model.name: model.title for model in spec.models}}
    return Task(f"{spec.slug}/inferences/{rule}/note", "note", modules, params,
                _evidence_inputs(spec, blocks), where=(str(spec.source), None))  # fmt: skip


def _page_task(spec: Spec, blocks: list[Placed], templates: Mapping[str, Path]) -> Task:
    inputs = list(_evidence_inputs(spec, blocks))
    for section, figure, _ in blocks:
        base = f"{spec.slug}/{section.id}/{figure.id}"
        inputs.append(Input(f"drawn:{figure.id}", f"{base}/draw", "drawn"))
        inputs.append(Input(f"notes:{figure.id}", f"{base}/note", "notes"))
    inputs += [Input(f"inference:{rule}", f"{spec.slug}/inferences/{rule}/note", "notes")
               for rule in spec.inferences]  # fmt: skip
    facts = encode(spec)
    facts.pop("source")
    return Task(f"{spec.slug}/page", "page", ("reportgen.page",), without_lines(facts),
                tuple(inputs), templates, where=(str(spec.source), None))  # fmt: skip


_LINES = ("line", "lines", "input_lines")


def without_lines(value: Any) -> Any:
    """A spec's values without line numbers: moving an entry down a line changes no page."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in _LINES}
        return {key: without_lines(item) for key, item in kept.items()}
    return [without_lines(item) for item in value] if isinstance(value, list) else value


class Keys:
    """Facts and keys of tasks, given the digests of what they use."""

    def __init__(self, cache: StatCache) -> None:
        self.cache = cache
        self.code = CodeDigests(cache, catalog.packages())

    def facts(self, task: Task, inputs: Mapping[str, str]) -> dict[str, Any]:
        """Everything that reaches a task's bytes.

        Args:
            task: the task.
            inputs: digest of each of its inputs, by the input's name.
        """
        code = self.code.of(task.modules, task.folders)
        libraries = [*code.libraries, *(["keras"] if "tensorflow" in code.libraries else [])]
        files = {name: self._file(path) for name, path in sorted(task.files.items())}
        return {
            "code": code.digest,
            "params": encode(task.params),
            "inputs": dict(sorted(inputs.items())),
            "libraries": self.cache.versions(libraries),
            "files": files,
        }

    def _file(self, path: Path) -> str:
        try:
            if path.is_dir():
                return self.cache.of_folder(path)
            return of_keras_file(path, self.cache) if path.suffix == ".keras" \
                else self.cache.of_file(path)  # fmt: skip
        except OSError:
            return "missing"


def key_of(task: Task, facts: Mapping[str, Any]) -> str:
    """The digest that names a task's outputs in the cache."""
    return of_value({"stage": task.stage, **facts})


_WORDS = {"code": "code changed", "params": "parameter changed", "inputs": "input changed",
          "libraries": "library changed", "files": "file changed"}  # fmt: skip


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Why a task with facts `new` is not the one that was recorded with facts `old`."""
    if old is None:
        return (Reason("never built"),)
    reasons = []
    for name, word in _WORDS.items():
        if old.get(name) != new[name]:
            detail = "" if name == "code" else ", ".join(_changes(old.get(name) or {}, new[name]))
            reasons.append(Reason(word, detail))
    return tuple(reasons)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name, "absent"), new.get(name, "absent")
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changes(before, after, f"{prefix}{name}.")
        elif len(str(before)) + len(str(after)) < 40:
            yield f"{prefix}{name} {before} → {after}"
        else:
            yield f"{prefix}{name}"
