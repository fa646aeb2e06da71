"""Mistakes in what a spec gives to a model's inputs, in words.

Nothing that computes imports this: another wording makes no task stale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportgen.errors import Problem
from reportgen.network.input_values import (
    LARGEST,
    InputsMisfitError,
    Misfit,
    ModelInput,
    Value,
    example,
    misfits,
    number_range,
    size,
)
from reportgen.records import IMAGES
from reportgen.suggestions import did_you_mean

FUNCTION = "name a Python function that returns a model of the images alone"


@dataclass(frozen=True)
class Mistake:
    """One mistake: the input that it is about, or ""; what is wrong; what to do."""

    name: str
    message: str
    hint: str


def mistakes(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> list[Mistake]:
    """What is wrong with the values that a spec gives to a model's inputs; [] where they fit."""
    return [_worded(misfit, inputs, values) for misfit in misfits(inputs, values)]


def problems(error: InputsMisfitError, lines: Mapping[str, int]) -> list[Problem]:
    """The problems behind an error, at lines of the spec by input; "" for the whole mapping."""
    return [
        Problem(mistake.message, None, lines.get(mistake.name, lines.get("")), mistake.hint)
        for mistake in mistakes(error.inputs, error.values)
    ]


def _worded(misfit: Misfit, inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> Mistake:
    names = [taken.name for taken in inputs]
    every = ", ".join(taken.text for taken in inputs)
    if misfit.kind == "unknown":
        message = f"the model has no input '{misfit.name}'; it takes {every}"
        return Mistake(misfit.name, message, did_you_mean(misfit.name, names))
    if misfit.kind == "missing":
        missing = " and ".join(f"'{name}'" for name in names if name not in values)
        message = f"'inputs' says nothing of {missing}; the model takes {every}"
        return Mistake("", message, f"write {example(inputs, values)}, with values of your own")
    if misfit.kind == "no images":
        hint = f"write {example(inputs)}, with values of your own"
        return Mistake("", "'inputs' gives images to no input", hint)
    taken = inputs[names.index(misfit.name)]
    if misfit.kind == "unlike images":
        first = inputs[names.index(misfit.other)]
        message = (
            f"inputs '{first.name}' and '{taken.name}' cannot be given the same images: they take "
            f"{size(misfit.shape)} ({first.dtype}) and {size(taken.shape)} ({taken.dtype})"
        )
        return Mistake(taken.name, message, f"give one of them a number, such as '{taken.name}: 0'")
    expected, hint = _expected(misfit, taken, values[taken.name])
    return Mistake(taken.name, f"input '{taken.name}' takes {expected}", hint)


def _expected(misfit: Misfit, taken: ModelInput, value: Value) -> tuple[str, str]:
    """What an input takes in place of a value, and what to write."""
    if misfit.kind == "list":
        return f"values of {size(taken.shape)}, got a list", "write one number for all of them"
    if misfit.kind == "length":
        count = len(value) if isinstance(value, Sequence) else 1
        text = f"{taken.shape[0]} numbers, got a list of {count}"
        return text, "write one number for all of them, or a list of as many"
    if misfit.kind == "one number":
        text = f"values of {size(taken.shape)}, and one number does not say how many"
        return text, "write a list of numbers" if len(taken.shape) == 1 else FUNCTION
    if misfit.kind == "text":
        if isinstance(value, str):
            hint = f"write {IMAGES}, or a number" if len(taken.shape) > 1 else "write a number"
            return f"numbers ({taken.dtype}), got the text '{value}'", hint
        return "text, got a number or numbers", "write one text for all of them, in quotes"
    ends = number_range(taken.dtype)
    if ends is not None:
        text = f"whole numbers from {ends[0]} to {ends[1]} ({taken.dtype})"
    else:
        text = f"numbers up to {LARGEST[taken.dtype]:g} ({taken.dtype})"
    return f"{text}, got {misfit.number:.12g}", "write such a number"
