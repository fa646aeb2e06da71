"""Hints that messages of specs and of the library share."""

from __future__ import annotations

from collections.abc import Sequence

FEW = 8
"""Names that a message lists where it would be too long with all of them."""
MOST = 40
"""The most names to choose from that a hint lists in full."""


def listed(names: Sequence[object], most: int = FEW) -> str:
    """Names in a row; where there are more than `most`, a few of them and a count.

    >>> listed(["a", "b"])
    'a, b'
    >>> listed(range(1000))
    '0, 1, 2, 3, 4, 5, 6, 7 and 992 more'
    """
    shown = ", ".join(map(str, names if len(names) <= most else names[:FEW]))
    return shown if len(names) <= most else f"{shown} and {len(names) - FEW} more"


def did_you_mean(name: str, choices: Sequence[str]) -> str:
    """A hint that names the closest valid name, or lists names to choose from where none is close.

    Without any valid name there is no hint.

    >>> did_you_mean("gradcam", ["grad_cam", "saliency"])
    "did you mean 'grad_cam'?"
    """
    from difflib import get_close_matches

    close = get_close_matches(name, choices, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"choose from: {listed(choices, MOST)}" if choices else ""


def no_effect(key: str, other: str, value: object, values: Sequence[str | None]) -> tuple[str, str]:
    """Message and hint for a key that another key makes ineffective.

    Args:
        key: the key without effect.
        other: the key that disables `key`.
        value: the present value of `other`.
        values: the values of `other` with which `key` has an effect; None stands for "not set".
    """
    if tuple(values) == (None,):
        return f"'{key}' has no effect beside '{other}'", "leave one of them out"
    allowed = " or ".join(map(str, values))
    hint = f"it is for {allowed}; leave it out, or change '{other}'"
    return f"'{key}' has no effect with {other} '{value}'", hint


def never_built(name: str) -> tuple[str, str]:
    """Message and hint for a model file without weights."""
    message = f"the model {name} was never built, so the file holds no weights of it"
    return message, "begin it with keras.Input, or call it on images, then train and save it"


def units_misfit(
    output: str, units: int, kind: str, target: str, classes: Sequence[str]
) -> tuple[str, str]:
    """Message and hint for an output that cannot answer the labels of a dataset.

    Args:
        output: its name.
        units: the number of its values.
        kind: "softmax", "sigmoid" or "logits".
        target: the name of the labels.
        classes: the names of their classes.
    """
    unlabeled = "images without labels ('labels: false' for a folder or .npz file)"
    if len(classes) < units and units > 1:
        unlabeled += f"; or name all {units} classes of the model under 'classes' in the dataset"
    if len(classes) == 1:
        return (
            f"the labels '{target}' have a single class, '{classes[0]}', and output '{output}' of "
            f"the model has {units} unit{'s' * (units != 1)} ({kind})",
            f"use images of more classes, or {unlabeled}",
        )
    wanted = f"{len(classes)} units, one for each class of '{target}'"
    if len(classes) == 2:
        wanted += ", or a single sigmoid unit"
    return (
        f"output '{output}' of the model should have {wanted}, but it has {units} ({kind})",
        "use a model with that many outputs, a dataset with that many classes, or " + unlabeled,
    )
