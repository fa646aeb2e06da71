"""Looks at networks of the zoo and of Keras: whether they take the images, and their layers."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from reportgen import catalog
from reportgen.checking.figures import GRAY, KnownData
from reportgen.checking.fit import looked_into
from reportgen.errors import Problem, UserError
from reportgen.plan import figures_of, named_layers
from reportgen.spec.types import ModelSpec, Spec

if TYPE_CHECKING:
    from reportgen.models.sketches import Sketches
    from reportgen.models.trust.configuration import Outline


def look(spec: Spec, sketches: Sketches) -> tuple[dict[str, Outline], list[Problem]]:
    """What is known of the spec's networks, by the model's name, and why some cannot be built.

    Starting TensorFlow takes seconds, so a network is built only where its layers are named or
    its images and labels are not those that it was made for.
    """
    from reportgen.models.sketches import Sketch

    outlines: dict[str, Outline] = {}
    problems: list[Problem] = []
    for model in spec.models:
        if not _is_known(model):
            continue
        given = model.dataset and looked_into(model.dataset, spec.source.parent)
        data = given or KnownData()
        named = any(any(named_layers(figure)) for figure in figures_of(spec, model))
        if not named and not _in_doubt(model, data):
            continue
        sketch = Sketch(model.source, model.params, data.shape, data.targets)
        try:
            found = sketches.outline(sketch)
        except UserError as error:
            line = model.lines.get("source", model.line)
            problems += [replace(own, file=str(spec.source), line=line) for own in error.problems]
        else:
            sure = model.dataset is None or data.targets or _has_own_classes(model)
            outlines[model.name] = found if sure else _without_units(found)
    return outlines, problems


def _is_known(model: ModelSpec) -> bool:
    """Whether it is a network of reportgen's own or of Keras, with one input."""
    name = model.source.partition(":")[2]
    own = model.kind == "zoo" and catalog.module("models", name).startswith("reportgen.")
    return (own or model.kind == "application") and not model.inputs


def _in_doubt(model: ModelSpec, data: KnownData) -> bool:
    """Whether a network may refuse the images or labels of a dataset."""
    if data.shape is None:
        return False
    if model.kind == "application":
        return True
    module = import_module(catalog.module("models", model.source.partition(":")[2]))
    wanted = set(getattr(module, "CLASSES", ()))  # Outputs, each for labels of its name.
    unlabelled = bool(data.targets) and not wanted <= {target.name for target in data.targets}
    return unlabelled or min(data.shape[:2]) < GRAY[0]


def _has_own_classes(model: ModelSpec) -> bool:
    return model.kind == "application" and model.params.get("weights", "imagenet") == "imagenet"


def _without_units(outline: Outline) -> Outline:
    """An outline that says nothing of how many units the outputs have."""
    layers, outputs = outline.layers, outline.outputs
    if layers is None or outputs is None:
        return replace(outline, layers=None)
    return replace(outline, layers={**layers, **dict.fromkeys(outputs, None)})
