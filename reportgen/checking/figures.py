"""Checks the layers, channels, test images and classes that figures name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reportgen import catalog
from reportgen.class_names import classes_named, distinct, name_hint
from reportgen.errors import Problem
from reportgen.layer_names import matches, unclear
from reportgen.plan import figures_of, model_of, named_layers
from reportgen.records import Target
from reportgen.spec.types import DatasetSpec, FigureSpec, ModelSpec, Spec
from reportgen.suggestions import listed
from reportgen.types import Params

if TYPE_CHECKING:
    from reportgen.models.trust.configuration import LayerOutline, Outline

GRAY = (28, 28, 1)
"""The shape of an image of MNIST and of Fashion-MNIST."""
PUBLISHED = 10_000
"""Test images of MNIST and of Fashion-MNIST."""
CHANNEL_KEYS = {"deconvnet": "filters", "feature_maps": "channels", "channel_table": "channel"}
"""Keys that name channels of the figure's layers, by kind."""
COUNT_IS_LIMIT = ("embedding", "samples")
"""Kinds that show all images where a spec asks for more than there are."""

_Finding = tuple[str, str, str]
"""A key, what is wrong with it, and a hint."""


@dataclass(frozen=True)
class KnownData:
    """What a spec alone says of its dataset.

    Attributes:
        targets: what its images are labelled with, the primary target first; () if unknown.
        tests: the number of test images; None if unknown.
        shape: of an image, (height, width, channels); None if unknown.
    """

    targets: tuple[Target, ...] = ()
    tests: int | None = None
    shape: tuple[int, int, int] | None = None

    @property
    def classes(self) -> tuple[tuple[str, ...], ...]:
        """The names of the classes of each target."""
        return tuple(target.classes for target in self.targets)


def single_target(classes: Sequence[str]) -> tuple[Target, ...]:
    """What the images of a dataset with one kind of label are labelled with."""
    return (Target("class", "Class", tuple(classes)),)


def known_data(dataset: DatasetSpec) -> KnownData:
    """The classes and the number of test images of a dataset, without loading it."""
    params = dataset.params
    # Imported here because every build passes here.
    if dataset.source == "mnist":
        from reportgen.datasets import mnist

        tests, shape = params["test"] or PUBLISHED, formed(GRAY, params)
        return KnownData(single_target(mnist.CLASSES), tests, shape)
    if dataset.source == "fashion_mnist":
        from reportgen.datasets import fashion_mnist

        tests, shape = params["test"] or PUBLISHED, formed(GRAY, params)
        return KnownData(single_target(fashion_mnist.CLASSES), tests, shape)
    if dataset.source == "line":
        from reportgen.datasets import line

        targets = line.targets()
        tests = len(targets[0].classes) * max(1, round(0.2 * params["per_class"]))
        return KnownData(targets, tests, formed((line.SIZE, line.SIZE, 3), params))
    # The classes that a spec names, where no others can occur.
    names = params["classes"] if dataset.source in ("npz", "folder") and params["labels"] else None
    return KnownData(single_target(distinct(names)) if names and not isinstance(names, str) else ())


def formed(stored: tuple[int, int, int], params: Params) -> tuple[int, int, int]:
    """The shape of images in the size and color that a spec asks for."""
    height, width = params["size"] or stored[:2]
    return height, width, {"gray": 1, "rgb": 3}.get(params["color"], stored[2])


def data_problems(spec: Spec) -> Iterator[Problem]:
    """Test images and classes that figures name and their datasets lack."""
    for section in spec.sections:
        for figure in section.figures:
            model = model_of(spec, section, figure)
            if model is None or model.dataset is None or not _is_own(figure):
                continue
            data = known_data(model.dataset)
            for key, message, hint in (
                *_missing_samples(figure, model.dataset, data),
                *_missing_classes(figure, data),
                *_missing_targets(figure, model, data),
            ):
                yield Problem(message, str(spec.source), figure.at(key), hint)


def _is_own(figure: FigureSpec) -> bool:
    """Whether a kind is reportgen's own; an installed kind may use its keys in other ways."""
    return catalog.module("figures", figure.kind).startswith("reportgen.")


def _missing_samples(
    figure: FigureSpec, dataset: DatasetSpec, data: KnownData
) -> Iterator[_Finding]:
    """Indices and counts beyond the test images."""
    samples, tests = figure.params.get("samples"), data.tests
    # The sizes of other splits, and of some classes alone, are unknown here.
    if tests is None or samples is None or figure.params.get("split", "test") != "test":
        return
    hint = f"dataset '{dataset.source}' has no more test images"
    if isinstance(samples, list | tuple):
        beyond = listed([index for index in samples if index >= tests])
        if beyond:
            yield "samples", f"test image indices must lie in 0..{tests - 1}, got {beyond}", hint
    elif figure.kind not in COUNT_IS_LIMIT and samples > tests:
        yield "samples", f"samples must lie in 1..{tests}, got {samples}", hint


def _missing_classes(figure: FigureSpec, data: KnownData) -> Iterator[_Finding]:
    """Classes that the dataset's primary target lacks."""
    names = data.classes[0] if data.classes else ()
    for name in figure.params.get("classes") or () if names else ():
        by_index = figure.kind == "class_comparison" and name.isdecimal() and int(name) < len(names)
        if not classes_named(name, names) and not by_index:
            yield "classes", f"the dataset has no class '{name}'", name_hint(name, names)


def _missing_targets(figure: FigureSpec, model: ModelSpec, data: KnownData) -> Iterator[_Finding]:
    """Classes to explain, or to maximize, that no head can have."""
    names = [name for target in data.classes for name in target]
    for key, target in _targets(figure, names) if names else ():
        # Only a model of the zoo surely has no more units than the dataset has classes. Units
        # without a class of the dataset are "class 3", or "unit 3" of a regression.
        number = re.fullmatch(r"(class |unit )?(\d+)", target)
        beyond = number is not None and int(number[2]) >= max(map(len, data.classes))
        missing = number is None or (beyond and model.kind == "zoo")
        if missing and not classes_named(target, names):
            message = f"the dataset has no class '{target}' to explain"
            yield key, message, name_hint(target, names)


def _targets(figure: FigureSpec, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Classes that a figure names one by one, each with its key."""
    target = figure.params.get("target")
    if isinstance(target, str) and target != "label":
        yield "target", target
    if figure.params.get("objective") == "class":
        for text in figure.params["targets"] or ():
            parts = [text] if classes_named(text, names) else text.split("+")
            yield from (("targets", part.strip()) for part in parts)


def layer_problems(spec: Spec, outlines: Mapping[str, Outline] | None = None) -> Iterator[Problem]:
    """Layers that figures name and models lack, and channels beyond those of a layer.

    Args:
        spec: the spec.
        outlines: what is known of models besides those of files, by the model's name.
    """
    from reportgen.models.adapting import RESHAPE
    from reportgen.models.trust.inspection import outline_of

    for model in spec.models:
        figures = [figure for figure in figures_of(spec, model) if any(named_layers(figure))]
        # Modules of the spec may define layers that no configuration shows.
        if not figures or model.params.get("modules"):
            continue
        outline = (outlines or {}).get(model.name)
        if model.kind == "file":
            outline = outline_of(spec.source.parent / model.source)
        if outline is None or outline.layers is None:
            continue
        layers = outline.layers
        # Layers that a model of other images may get before its own.
        added = (RESHAPE, "images") if model.dataset is not None else ()
        for figure in figures:
            for name, line in named_layers(figure):
                if name in added:
                    continue
                problem = missing_layer(name, list(layers))
                if problem is not None:
                    yield replace(problem, file=str(spec.source), line=line)
                elif _is_own(figure):
                    found = {path: layers[path] for path in matches(name, list(layers))}
                    yield from _missing_channels(spec, figure, found)
                    details = {path: outline.details[path] for path in found}
                    yield from _unfit_kinds(spec, figure, details, line)


_USE = re.compile(r"\[\d+\](?=/|$)")


def missing_layer(name: str, paths: Sequence[str]) -> Problem | None:
    """Why a name is the name of no layer, in the words of the build; None where it is one.

    How often a layer is used, and with it whether `conv[1]` is a use, is left to the build.
    """
    found = matches(name, paths)
    if len(found) == 1 or (not found and matches(_USE.sub("", name), paths)):
        return None
    return unclear(name, paths)


def _missing_channels(
    spec: Spec, figure: FigureSpec, layers: Mapping[str, int | None]
) -> Iterator[Problem]:
    """Channels beyond the last of a layer."""
    key = CHANNEL_KEYS.get(figure.kind, "")
    wanted = figure.params.get(key)
    if key == "channel" and wanted is not None:
        wanted = [wanted]
    if not isinstance(wanted, list | tuple):
        return
    for path, count in layers.items():
        beyond = [str(channel) for channel in wanted if count is not None and channel >= count]
        if beyond and count is not None:
            message = f"'{key}' must lie in 0..{count - 1}, got {listed(beyond)}"
            hint = f"layer '{path}' has {count} channels"
            yield Problem(message, str(spec.source), figure.at(key), hint)


_CONVOLUTION = re.compile(r"(Separable|Depthwise)?Conv(olution)?[123]D(Transpose)?")
_POOLING = re.compile(r"(Adaptive)?(Max|Average|Avg)Pool(ing)?[123]D")
_WRAPPERS = ("TimeDistributed", "Bidirectional", "SpectralNormalization", "Pipeline", "RNN")
"""Layers that may act as the layer inside them does."""
FLAT = re.compile("Flatten|Global(Max|Average|Avg)Pool(ing)?[123]D")
_KEEPS_AXES = ("Dense", "Activation", "Dropout", "BatchNormalization", "ReLU", "Softmax")
_CONVOLUTIONS_ONLY = ("kernels", "layer_metrics", "edge_filters", "activation_maximization")
_MAPS_ONLY = ("grad_cam", "channel_table")


def _unfit_kinds(
    spec: Spec, figure: FigureSpec, layers: Mapping[str, LayerOutline], line: int
) -> Iterator[Problem]:
    """Layers of a kind that a figure cannot show, as far as configurations tell."""
    for path, layer in layers.items():
        wanted = _wanted(figure, layer)
        if wanted:
            message = f"'{figure.kind}' takes {wanted}, and layer '{path}' is a {layer.kind}"
            yield Problem(message, str(spec.source), line, "name another layer, or none")


def _wanted(figure: FigureSpec, layer: LayerOutline) -> str:
    """What a figure takes where it surely cannot take this layer, else ""."""
    from reportgen.models.trust import allowlist

    # Layers of a kind that is not Keras' own may be anything.
    if layer.kind in _WRAPPERS or layer.kind not in allowlist.LAYERS:
        return ""
    convolution = _CONVOLUTION.fullmatch(layer.kind)
    local = convolution or _POOLING.fullmatch(layer.kind)
    by_filter = figure.params.get("objective", "filter") == "filter"
    if figure.kind in _CONVOLUTIONS_ONLY and by_filter and not convolution:
        return "convolutions"
    if figure.kind == "feature_maps" and not local:
        return "convolution and pooling layers"
    flat = FLAT.fullmatch(layer.kind) or (layer.kind in _KEEPS_AXES and layer.axes == 2)
    return "layers with feature maps" if figure.kind in _MAPS_ONLY and flat else ""
