"""Class activation maps of a model over test images, and what they measure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.gradients import PREDICTED
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.inputs import foreground, measured, names, pick, prepare
from reportgen.probing.layers import named, output_shapes
from reportgen.probing.outputs import answers, confidence, probabilities
from reportgen.probing.resizing import bilinear
from reportgen.records import Artifact, Dataset, Head, Subject
from reportgen.visualizations.grad_cam.engine import Maps, cams, grad_cam, target_layer
from reportgen.visualizations.grad_cam.measures import between_heads, head_measures

__all__ = ["compute", "grad_cam"]


def compute(subject: Subject) -> Artifact:
    """Heatmaps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, mh, mw) raw and
    `large@<head>` (s, h, w), the same resized to the input.
    """
    data, params = _data(subject), subject.params
    layer = target_layer(subject.model, params["layer"])
    _check_flat(subject.model, layer)
    heads = heads_of(subject.model, data.targets)
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    images = np.asarray(data.splits["test"].images)
    both = np.concatenate([shown, counted])
    inputs = prepare(images[both], data.preprocessing)
    wanted = np.stack([_targets(head, data, both, params["target"]) for head in heads])
    order = [head.index for head in heads]
    found = cams(subject.model, inputs, order, wanted, layer, params["method"])
    size = (int(images.shape[1]), int(images.shape[2]))
    arrays: dict[str, NDArray[Any]] = {"images": images[shown]}
    for head, one in zip(heads, found, strict=True):
        arrays[f"map@{head.name}"] = one.maps[: len(shown)]
        arrays[f"large@{head.name}"] = bilinear(one.maps[: len(shown)], size)
    rest = {h.name: _tail(one, len(shown)) for h, one in zip(heads, found, strict=True)}
    masks = foreground(data, "test", counted)
    measures = [
        measure
        for name, one in rest.items()
        for measure in head_measures(name, one, masks, _part(name, heads), subject.seed)
        # Score-CAM looks at no gradient, so it cannot tell of any.
        if params["method"] != "score_cam" or not measure.name.startswith("zero_gradients@")
    ]
    if len(heads) > 1:
        measures.extend(between_heads(rest, size, subject.seed))
    facts = {
        "layer": layer,
        "layer_type": type(named(subject.model)[layer]).__name__,
        "method": params["method"],
        "target": params["target"],
        "model": subject.facts.title,
        "map_size": [int(side) for side in found[0].maps.shape[1:]],
        "foreground": data.foreground,
        "heads": [
            _told(head, one, data, shown, params["method"])
            for head, one in zip(heads, found, strict=True)
        ],
    }
    return Artifact(arrays, facts, tuple(measures))


def _data(subject: Subject) -> Dataset:
    if subject.data is None:
        raise UndefinedError("A class activation map explains an image, and there is no dataset.")
    return subject.data


def _check_flat(model: Any, layer: str) -> None:
    if not any(len(shape) == 4 for shape in output_shapes(named(model)[layer])):
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps with two dimensions, so a heatmap over an image "
            "has no meaning."
        )


def _part(name: str, heads: tuple[Head, ...]) -> str:
    return "heatmap" if len(heads) == 1 else name


def _tail(found: Maps, start: int) -> Maps:
    fields = ("maps", "targets", "flat_gradients", "flat_activations", "logits")
    return Maps(*(getattr(found, name)[start:] for name in fields))


def _targets(
    head: Head, data: Dataset, indices: NDArray[Any], target: str | None
) -> NDArray[np.int32]:
    """Class indices to explain for these test images, -1 for the predicted class."""
    if target is None:
        return np.full(len(indices), PREDICTED, np.int32)
    if target == "label" and head.target is not None:
        labels = np.asarray(data.splits["test"].labels[head.name])
        return np.asarray(labels[indices], dtype=np.int32)
    classes = _classes(head)
    index = classes.index(target) if target in classes else _index(target, len(classes))
    if index is None:
        what = "labels" if target == "label" else f"class '{target}'"
        message = f"head '{head.name}' has no {what}"
        raise UserError(Problem(message, hint='use null, "label", or a class name or index'))
    return np.full(len(indices), index, np.int32)


def _classes(head: Head) -> tuple[str, ...]:
    """Names of what a head tells apart; numbers where the dataset does not name them."""
    if head.target is not None:
        return head.target.classes
    return tuple(f"class {index}" for index in range(max(head.units, 2)))


def _index(text: str, count: int) -> int | None:
    return int(text) if text.isdecimal() and int(text) < count else None


def _told(
    head: Head, found: Maps, data: Dataset, shown: NDArray[Any], method: str
) -> dict[str, Any]:
    """What a page says of one head's samples, JSON-ready."""
    classes = _classes(head)
    logits, count = found.logits[: len(shown)], len(shown)
    predicted = answers(logits, head)
    sure = confidence(probabilities(logits, head), predicted, head)
    labels = _labels(head, data, shown)
    samples = [
        {
            "index": int(shown[i]),
            "label": labels[i],
            "predicted": classes[predicted[i]],
            "probability": float(sure[i]),
            "explained": classes[found.targets[i]],
            "zero": _zero(found, i, method),
        }
        for i in range(count)
    ]
    return {"name": head.name, "title": head.title, "samples": samples}


def _labels(head: Head, data: Dataset, shown: NDArray[Any]) -> list[str]:
    if head.target is None:
        return names(data, shown)
    labels = np.asarray(data.splits["test"].labels[head.name])
    return [head.target.classes[label] for label in labels[shown]]


def _zero(found: Maps, i: int, method: str) -> str:
    """Why a map is zero everywhere: "" where it is not."""
    if found.maps[i].any():
        return ""
    if found.flat_gradients[i]:
        return "gradient"
    dark = "constant" if method == "score_cam" else "activations"
    return dark if found.flat_activations[i] else "sum"
