"""Doubts about how images are prepared for a model, and about what it answers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from reportgen.datasets.preprocessing import for_network, left_open, usual
from reportgen.drafting.wording import percent
from reportgen.engine.checkpoint import ModelParams
from reportgen.engine.preparation import by, demanded, expected, network_of
from reportgen.errors import UndefinedError
from reportgen.network.network import Network
from reportgen.network.preprocessing import coefficients, value_range
from reportgen.records import Answers, Dataset, Measure, Preprocessing, ReportWarning
from reportgen.types import Model

_REMEDY = "Remove 'scaling', 'mean', 'std' and 'application' from its dataset"
BYTE = 255.0
"""The largest value of a byte."""
_WIDE = 10.0
"""Width of a range that is too wide for values of about 0 to 1."""


def of_scaling(data: Dataset, model: Model, params: ModelParams) -> Iterator[ReportWarning]:
    """A doubt where images reach a model otherwise than it expects them.

    Args:
        data: the dataset as the spec prepares it, before the model settles anything.
        model: the model, with its weights.
        params: the model's, as in the spec.
    """
    is_open = params.settle and left_open(data.preprocessing)
    if text := _beyond_bytes(data, model, params):
        yield ReportWarning("scaling", text)
        return
    text = _unsettled(data, model, params) if is_open else _misfit(data, model, params)
    if text:
        yield ReportWarning("scaling", text)


def of_labels(data: Dataset, network: Network) -> Iterator[ReportWarning]:
    """A doubt where labels with a column for each class have fewer than an output has units."""
    columns = data.facts.get("columns", 0)
    try:
        heads = network.heads_for(data.targets) if columns else ()
    except UndefinedError:
        return
    for head in heads:
        if head.target is not None and head.units > max(2, columns):
            yield ReportWarning(
                "label_columns",
                f"The labels have {columns} columns, one for each class, but output '{head.name}' "
                f"decides between {head.units} classes, so either may be that of another task. "
                f"Classes {columns} to {head.units - 1} count as classes without images.",
            )


def others(preprocessing: Preprocessing, channels: int) -> dict[str, Preprocessing]:
    """Other preprocessings than a dataset's, to be tried where a model's answers are in doubt."""
    tried = {}
    if channels == 3:
        turned = (2, 1, 0) if preprocessing.order in ((), (0, 1, 2)) else ()
        tried["the colors in reverse order"] = replace(preprocessing, order=turned)
    return {
        **tried,
        **{key: one for key, one in usual(channels).items() if not _equal(one, preprocessing)},
    }


def of_answers(answers: Answers, trained_here: bool) -> ReportWarning:
    """The warning of answers that tell little of the images."""
    said = f"the model gives {_share(answers.alike)} the same answer, '{answers.answer}'"
    if answers.accuracy is None:
        said += ". Unless the images all show the same, the answers say nothing about them"
    else:
        always = percent(answers.accuracy.baseline)
        right = f"answers {_share(answers.accuracy)} correctly, and always giving one answer "
        right += f"would reach {always}"
        said = f"{said}. It {right}" if answers.fault == "alike" else f"the model {right}"
    said = f"At output '{answers.output}' {said}."
    causes = (
        "too few epochs or images, an unsuitable learning rate, or labels that belong to other "
        "images"
        if trained_here
        else "a scaling, an order of classes or an order of colors other than in its training"
    )
    text = f"{said} Likely causes: {causes}."
    if answers.repaired is not None:
        text += f" With {answers.remedy}, it answers {_share(answers.repaired)} correctly."
    elif not trained_here and answers.accuracy is not None:
        text += " None of the usual scalings and orders makes many more answers correct."
    return ReportWarning("answers", text)


def of_splits(data: Dataset, metrics: Mapping[str, float]) -> Iterator[ReportWarning]:
    """Doubts about splits of a model that came trained, cut from images that it may have seen.

    Args:
        data: its fact `cut` names the splits that were cut from the training images.
        metrics: of the model; without any of a split there is nothing to doubt.
    """
    for split in data.facts.get("cut", ()):
        if any(name.startswith(f"{split}.") for name in metrics):
            text = f"The {split} images were cut from the training images of the dataset. "
            text += f"If the model was trained on these, its {split} accuracy is not that of new "
            yield ReportWarning(f"{split}_from_training", f"{text}images.")


def _share(measure: Measure) -> str:
    return f"{percent(measure.value)} of {measure.n} test images"


def _beyond_bytes(data: Dataset, model: Model, params: ModelParams) -> str:
    """A doubt about a model that is made for values of more than 8 bits, and gets bytes."""
    high = value_range(data.preprocessing)[1]
    if high > BYTE + 1 or demanded(params, data) is not None:
        return ""
    found = expected(data, model)
    if not found.reach:
        return ""
    return (
        f"The model rescales its images itself{by(found.layers)}, and expects values to about "
        f"{found.reach:.0f}, as of more than 8 bits, but it receives 0 to 255 at most. Write "
        f"'std: {1 / found.reach:.4g}' in its dataset, which is 1 divided by the value of white "
        "in its training, and images reach it in that range."
    )


def _unsettled(data: Dataset, model: Model, params: ModelParams) -> str:
    """A doubt about a model of which nobody knows how the images of its training were prepared."""
    if params.source.endswith("saved_model.pb") and not expected(data, model).whole:
        return (
            "Whether a SavedModel rescales images itself cannot be seen, and its dataset names no "
            f"scaling, so it receives {data.preprocessing.text}. Write 'scaling: 0..255' in the "
            "dataset if the model rescales bytes itself, else the scaling of its training."
        )
    network = network_of(params)
    usual = for_network(network, data.splits["test"].images.shape[-1])
    if usual is None or not params.params.get("weights") or demanded(params, data):
        return ""
    if expected(data, model).values == "bytes":
        return ""
    return (
        f"The weights of {network} are from a file, and its dataset names no scaling, so pixel "
        f"values are divided by 255. Write 'application: {network}' under the dataset if the "
        f"weights are of images prepared {usual.text}; write 'scaling: 0..1' if this is right."
    )


def _misfit(data: Dataset, model: Model, params: ModelParams) -> str:
    """A doubt about a preprocessing of the spec that does not fit the model."""
    low, high = value_range(data.preprocessing)
    given = f"the spec prepares its images otherwise: {data.preprocessing.text} "
    given += f"({low:.4g} to {high:.4g})"
    known = demanded(params, data)
    if known is not None:
        if _equal(data.preprocessing, known):
            return ""
        return (
            f"The model's ImageNet weights demand images prepared {known.text}; {given}. "
            f"{_REMEDY}, and they are prepared as the weights demand."
        )
    found = expected(data, model)
    if found.reach:
        return ""
    if found.values == "bytes" and max(abs(low), abs(high - 255)) > 1:
        return (
            f"The model rescales pixel values of 0 to 255 itself{by(found.layers)}, and {given}. "
            f"They are prepared twice. {_REMEDY}, and the model receives them as it expects them."
        )
    if found.values == "fractions" and high - low > _WIDE:
        return (
            f"The model expects values of about 0 to 1{by(found.layers)}, and {given}. "
            f"{_REMEDY}, and pixel values are divided by 255."
        )
    if found.values == "signed" and (high - low > _WIDE or (low >= 0 and high <= 1)):
        return (
            f"The model expects values of about -1 to 1{by(found.layers)}, and {given}. "
            f"{_REMEDY}, and pixel values are brought to that range."
        )
    return ""


def _equal(one: Preprocessing, other: Preprocessing) -> bool:
    pairs = zip(coefficients(one), coefficients(other), strict=True)
    same = all(np.allclose(a, b, rtol=1e-3, atol=1e-3) for a, b in pairs)
    return same and (one.order or (0, 1, 2)) == (other.order or (0, 1, 2))
