"""What `compute` hands to `draw` besides arrays."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.figures.images import Likely


@dataclass(frozen=True)
class Answers:
    """The likeliest classes of each image at one output.

    Attributes:
        title: of the output where there are several, else "".
        truths: true class of each image, "" where it is not known.
        likeliest: classes of each image, the likeliest first.
        by: "softmax" or "sigmoid" where the model leaves that to a reader of its output.
    """

    title: str
    truths: tuple[str, ...]
    likeliest: tuple[tuple[Likely, ...], ...]
    by: str


@dataclass(frozen=True)
class Facts:
    """The images of the figure, in the order of the array `images`.

    Attributes:
        titles: class of each image, or its file name where the dataset has no labels.
        labels: label of each image where the titles must show it, else ().
        indices: of the images in the split.
        split: the split that they come from.
        dataset: title of the dataset.
        preprocessing: how pixels become model input, in words.
        labeled: whether the dataset has labels.
        steps: rows (what, shape, values, how) from the user's own files or arrays to model input;
            () for a built-in dataset.
        remarks: sentences about these steps, without their full stops.
        channels: names of the model input's channels where the figure shows them, else ().
        answers: of each output with probabilities, where a spec asks for the likeliest classes.
        unanswered: a sentence on outputs that have none; "" otherwise.
    """

    titles: tuple[str, ...]
    labels: tuple[int, ...]
    indices: tuple[int, ...]
    split: str
    dataset: str
    preprocessing: str
    labeled: bool
    steps: tuple[tuple[str, str, str, str], ...]
    remarks: tuple[str, ...]
    channels: tuple[str, ...]
    answers: tuple[Answers, ...] = ()
    unanswered: str = ""
