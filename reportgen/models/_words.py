"""What Keras says of a file that it cannot read, in words for who saved the file."""

from __future__ import annotations

import re

from reportgen.models._fit import reason

_SHAPE = r"(\([^)]*\))"
SHAPES = (
    rf"object <\w+ name=([^,>]+).*?variable\.shape={_SHAPE}, Received: value\.shape={_SHAPE}",
    rf"\(named ([^)]+)\).*?expects shape {_SHAPE}.*?with shape {_SHAPE}",
)
"""What Keras says where a layer's weights have another shape, in its own format and the old one."""
NUMBER = r"Layer '([^']+)' expected (\d+) variables, but received (\d+) variables"
EXAMPLE = r"Example error message for object <\w+ name=([^,>]+)[^>]*>: (.*)"
MADE = r".*deserializing class '\w+' using config=\{'name': '([^']+)'"
CAUSE = "Exception encountered: "
"""Comes last in what Keras says of a layer that it cannot make, after all of its configuration."""


def why(error: Exception) -> str:
    """What is wrong, as one line that names the layer where Keras does; Keras may fill pages."""
    text = " ".join(str(error).split())
    for pattern in SHAPES:
        if found := re.search(pattern, text):
            layer, expected, received = found.groups()
            return f"its layer '{layer}' takes the shape {expected}, the file has {received}"
    if found := re.search(NUMBER, text):
        layer, expected, received = found.groups()
        return f"its layer '{layer}' takes {expected} arrays of weights, the file has {received}"
    if found := re.search(EXAMPLE, text):
        return f"its layer '{found[1]}': {reason(ValueError(found[2]))}"
    before, encountered, cause = text.rpartition(CAUSE)
    if encountered:
        made = re.match(MADE, before)
        return (f"its layer '{made[1]}': " if made else "") + reason(ValueError(cause))
    return _plain(error)


def _plain(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"Keras finds no {error} where it looks for it"
    kind = "" if type(error) in (ValueError, TypeError) else f"{type(error).__name__}: "
    return kind + reason(error) if str(error) else type(error).__name__
