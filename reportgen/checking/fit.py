"""Holds model files against their datasets: sizes of images, numbers of classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reportgen.checking.figures import FLAT, KnownData, formed, known_data, single_target
from reportgen.class_names import numbered
from reportgen.errors import Problem, UserError
from reportgen.models.adapting import shape_problem
from reportgen.models.trust import allowlist
from reportgen.models.trust.configuration import LayerOutline, Outline
from reportgen.models.trust.inspection import outline_of
from reportgen.records import Target
from reportgen.spec.types import DatasetSpec, ModelSpec, Spec
from reportgen.suggestions import never_built, units_misfit


def fit_problems(spec: Spec) -> Iterator[Problem]:
    """Model files without weights, and those that surely do not fit their datasets."""
    folder = spec.source.parent
    for model in spec.models:
        if model.kind == "file":
            line = model.lines.get("source", model.line)
            for message, hint in _problems(model, outline_of(folder / model.source), folder):
                yield Problem(message, str(spec.source), line, hint)


def _problems(model: ModelSpec, outline: Outline, folder: Path) -> Iterator[tuple[str, str]]:
    if outline.unbuilt:
        yield never_built(model.source)
    elif model.dataset is not None:
        data = looked_into(model.dataset, folder)
        if data.shape is not None and (problem := _shape_problem(model, outline, data.shape)):
            yield problem
        yield from _units_problems(outline, data.targets)


def looked_into(dataset: DatasetSpec, folder: Path) -> KnownData:
    """What the spec says of a dataset, and a quick look at its files."""
    known, params = known_data(dataset), dataset.params
    try:
        if dataset.source == "npz":
            from reportgen.datasets import npz

            arrays = npz.shapes({**params, "path": folder / params["path"]})
            images = next(shape for name, shape in arrays.items() if name[0] == "x")[1:]
            columns = next((shape[1:] for name, shape in arrays.items() if name[0] == "y"), ())
            stored = (images[0], images[1], images[2] if len(images) == 3 else 1)
            known = replace(known, shape=formed(stored, params))
            if columns and columns[0] > 1 and not known.classes:
                names = map(str, range(columns[0]))
                known = replace(known, targets=single_target(tuple(names)))
        elif dataset.source == "folder" and not known.classes and params["labels"]:
            from reportgen.datasets import listing

            if listing.is_small(folder / params["path"]):
                found = listing.list_images(folder / params["path"], True, None)
                targets = single_target(found.classes) if found.classes else ()
                known = replace(known, targets=targets)
    except (UserError, OSError):  # The look at datasets reports it.
        return known
    return known


def _shape_problem(
    model: ModelSpec, outline: Outline, shape: tuple[int, ...]
) -> tuple[str, str] | None:
    if model.inputs or outline.inputs is None or len(outline.inputs) != 1:
        return None
    expected = outline.inputs[0][1]
    first = [*shape[-1:], *shape[:-1]]
    turns = any(layer.channels_first for layer in outline.details.values())
    # Which layers read channels first is unknown where layers are.
    if (turns or outline.layers is None) and shape_problem("", expected, first) is None:
        return None
    problem = shape_problem(model.source, expected, shape)
    return None if problem is None else (problem.message, problem.hint)


def _units_problems(outline: Outline, targets: Sequence[Target]) -> Iterator[tuple[str, str]]:
    """What the build says of outputs that cannot answer the labels.

    A single output answers the first target, and of several each the target of its name.
    """
    outputs, names = outline.outputs or (), outline.names
    by_name = {target.name: target for target in targets}
    if len(outputs) == 1 and targets:
        pairs = [(outputs[0], (names or outputs)[0], targets[0])]
    else:
        called = zip(outputs, names or (), strict=False)
        pairs = [(path, name, by_name[name]) for path, name in called if name in by_name]
    for path, name, target in pairs:
        if problem := _units_problem(outline, path, name, target):
            yield problem


def _units_problem(
    outline: Outline, path: str, name: str, target: Target
) -> tuple[str, str] | None:
    """What the build says of an output that cannot answer a target."""
    if outline.layers is None:
        return None
    layer, units = outline.details.get(path, LayerOutline("")), outline.layers.get(path)
    before = [own.kind for own in outline.details.values()][:-1]
    alone = len(outline.outputs or ()) == 1  # Of several outputs each may follow other layers.
    unknown = layer.axes is None and alone
    flat = layer.axes == 2 or (unknown and any(map(FLAT.fullmatch, before)))
    classes = numbered(target.classes, max(2, units or 0))
    count = len(classes)
    if layer.kind not in ("Dense", *allowlist.HEADS) or units is None or not flat:
        return None
    kind = layer.activation if layer.activation in ("softmax", "sigmoid") else "logits"
    # A single unit without activation is a regression, and one with softmax says nothing: neither
    # answers labels, and the build shows the rest.
    silent = units == 1 and (kind == "softmax" or (kind == "logits" and count > 2))
    if silent or count == 1 or units == count or (units == 1 and count == 2):
        return None
    return units_misfit(name, units, kind, target.name, classes)
