"""Hints that messages of specs and of the library share."""

from __future__ import annotations

from collections.abc import Sequence


def did_you_mean(name: str, choices: Sequence[str]) -> str:
    """A hint that names the closest valid name, or lists all names where none is close.

    >>> did_you_mean("gradcam", ["grad_cam", "saliency"])
    "did you mean 'grad_cam'?"
    """
    from difflib import get_close_matches

    close = get_close_matches(name, choices, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"choose from: {', '.join(choices)}" if choices else "nothing is allowed here"


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
