"""Test images and classes that figures ask for and that their datasets do not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reportgen import catalog
from reportgen.checking.known import Known, known
from reportgen.errors import Problem, did_you_mean
from reportgen.plan import model_of
from reportgen.spec import DatasetSpec, FigureSpec, ModelSpec, Spec
from reportgen.spec.sources import scheme

FEW = 12
"""Classes that a hint may list."""


def data_problems(spec: Spec) -> Iterator[Problem]:
    """What figures ask of datasets in vain, each with its line."""
    for section in spec.sections:
        for figure in section.figures:
            model = model_of(spec, section, figure)
            if model is None or model.dataset is None or not is_own(figure):
                continue
            found = known(model.dataset)
            for key, message, hint in (
                *_samples(figure, model.dataset, found),
                *_classes(figure, found),
                *_explained(figure, model, found),
            ):
                yield Problem(message, str(spec.source), figure.at(key), hint)


def is_own(figure: FigureSpec) -> bool:
    """Whether a kind is reportgen's own: what an installed one does with its keys is not known."""
    return catalog.module("figures", figure.kind).startswith("reportgen.")


Found = tuple[str, str, str]
"""A key, what is wrong with it, and a hint."""


def _samples(figure: FigureSpec, dataset: DatasetSpec, found: Known) -> Iterator[Found]:
    """Positions and counts beyond the test images."""
    wanted = figure.params.get("samples")
    hint = f"dataset '{dataset.source}' has no more test images"
    # What `samples` counts in other splits, or of some classes alone, is not known here.
    if found.tests is None or figure.params.get("split", "test") != "test":
        return
    if isinstance(wanted, list | tuple):
        wrong = [index for index in wanted if index >= found.tests]
        if wrong:
            got = ", ".join(map(str, wrong))
            message = f"test image indices must lie in 0..{found.tests - 1}, got {got}"
            yield "samples", message, hint
    elif figure.kind not in COUNTED_OTHERWISE and wanted is not None and wanted > found.tests:
        yield "samples", f"samples must lie in 1..{found.tests}, got {wanted}", hint


COUNTED_OTHERWISE = ("embedding", "samples")
"""Kinds that show all images there are where a spec asks for more."""


def _classes(figure: FigureSpec, found: Known) -> Iterator[Found]:
    """Names of classes that the dataset's primary target does not have."""
    if not found.classes:
        return
    names = found.classes[0]
    for name in figure.params.get("classes") or ():
        by_index = figure.kind == "class_comparison" and name.isdecimal() and int(name) < len(names)
        if name not in names and not by_index:
            yield "classes", f"the dataset has no class '{name}'", _hint(name, names)


def _explained(figure: FigureSpec, model: ModelSpec, found: Known) -> Iterator[Found]:
    """Classes to explain, or to excite, that no head can have."""
    every = [name for one in found.classes for name in one]
    for key, wanted in _wanted(figure, every) if every else ():
        # Only a model of the zoo is sure to have no more units than the dataset has classes;
        # units without a class of the dataset's are called "class 3", or "unit 3" of a regression.
        number = re.fullmatch(r"(class |unit )?(\d+)", wanted)
        beyond = number is not None and int(number[2]) >= max(map(len, found.classes))
        missing = number is None or (beyond and scheme(model.source) == "zoo")
        if missing and wanted not in every:
            yield key, f"the dataset has no class '{wanted}' to explain", _hint(wanted, every)


def _wanted(figure: FigureSpec, every: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Classes that a figure names one by one, each with the key that does."""
    target = figure.params.get("target")
    if isinstance(target, str) and target != "label":
        yield "target", target
    if figure.params.get("objective") == "class":
        for text in figure.params["targets"] or ():
            parts = [text] if text in every else text.split("+")
            yield from (("targets", part.strip()) for part in parts)


def _hint(name: str, names: Sequence[str]) -> str:
    hint = did_you_mean(name, names)
    listed = hint.startswith("did you mean") or len(names) <= FEW
    return hint if listed else "use a class's name or index"
