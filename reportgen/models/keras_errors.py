"""Keras' errors about files and layers, as one line for whoever saved the file."""

from __future__ import annotations

import re

from reportgen.library_errors import LONGEST, cause, plain

_SHAPE = r"(\([^)]*\))"
_SHAPES = (
    rf"object <\w+ name=([^,>]+).*?variable\.shape={_SHAPE}, Received: value\.shape={_SHAPE}",
    rf"\(named ([^)]+)\).*?expects shape {_SHAPE}.*?with shape {_SHAPE}",
)
"""A layer's weights have another shape, in the words of the `.keras` and of the legacy reader."""
_COUNT = r"Layer '([^']+)' expected (\d+) variables, but received (\d+) variables"
_MISSING = r"Skipping nested container at '([^']+)'"
"""Keras only warns where it leaves weights at random; `trust.reading` makes an error of it."""
_EXAMPLE = r"Example error message for object <\w+ name=([^,>]+)[^>]*>: (.*)"
_CLASS = r".*deserializing class '\w+' using config=\{'name': '([^']+)'"
_CAUSE = "Exception encountered: "
"""Comes last in an error about a layer that cannot be made, after the layer's configuration."""


def reason(error: Exception) -> str:
    """What an error says, as one line without a final full stop."""
    return cause(error)


def explain(error: Exception) -> str:
    """What is wrong with a file, as one line that names the layer where Keras does."""
    text = plain(str(error))
    for pattern in _SHAPES:
        if match := re.search(pattern, text):
            layer, expected, received = match.groups()
            return f"its layer '{layer}' takes the shape {expected}, the file has {received}"
    if match := re.search(_COUNT, text):
        layer, expected, received = match.groups()
        return f"its layer '{layer}' takes {expected} arrays of weights, the file has {received}"
    if match := re.search(_EXAMPLE, text):
        return f"its layer '{match[1]}': {_first_sentence(match[2]) or 'ValueError'}"
    if match := re.search(_MISSING, text):
        return (
            f"it holds no weights for layers at '{match[1].removeprefix('layers/')}': models "
            "inside it share them, or a Keras before 3.15 left them out (an .h5 file holds them)"
        )
    configuration, marker, cause = text.rpartition(_CAUSE)
    if marker:
        layer_name = re.match(_CLASS, configuration)
        prefix = f"its layer '{layer_name[1]}': " if layer_name else ""
        return prefix + (_first_sentence(cause) or "ValueError")
    if isinstance(error, RecursionError):
        return "its layers form a longer chain than Keras can follow, about 990 layers"
    if isinstance(error, KeyError):
        return f"Keras finds no {error} where it looks for it"
    kind, said = type(error).__name__, _first_sentence(text)
    if not said or type(error) in (ValueError, TypeError):
        return said or kind
    return f"{kind}: {said}"


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].rstrip(".")[:LONGEST]
