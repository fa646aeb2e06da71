"""Weights files, which are read into a network that is built already."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.models._fit import reason
from reportgen.models._vetting import vetted_weights
from reportgen.spec.files import weights_problem

_SHAPE = r"(\([^)]*\))"
SHAPES = (
    rf"object <\w+ name=([^,>]+).*?variable\.shape={_SHAPE}, Received: value\.shape={_SHAPE}",
    rf"\(named ([^)]+)\).*?expects shape {_SHAPE}.*?with shape {_SHAPE}",
)
"""What Keras says where a layer's weights have another shape, in its own format and the old one."""
EXAMPLE = r"Example error message for object <\w+ name=([^,>]+)[^>]*>: (.*)"


def read_weights(model: Any, network: str, weights: str, base: Path) -> None:
    """Give a model the weights of a file.

    Args:
        model: a network that is built.
        network: what messages call it.
        weights: the file's path from the folder `base`.
        base: the folder, which is the spec's.

    Raises:
        UserError: there is no such file, it is refused, or the weights are another network's.
    """
    problem = weights_problem(weights, base)
    if problem is not None:
        raise UserError(problem)
    with vetted_weights(base / weights) as copy:
        try:
            model.load_weights(copy.path)
        except Exception as error:  # Whatever Keras raises, it is the file that does not fit.
            raise UserError(
                Problem(
                    f"the weights of {copy.name} do not fit {network}: {_why(error)}",
                    hint="they must be of the same network with as many classes "
                    f"({model.output_shape[-1]} here)",
                )
            ) from error


def _why(error: Exception) -> str:
    """What does not fit, from Keras' words, which may run over pages."""
    text = " ".join(str(error).split())
    for pattern in SHAPES:
        if found := re.search(pattern, text):
            layer, expected, received = found.groups()
            return f"its layer '{layer}' takes the shape {expected}, the file has {received}"
    if found := re.search(EXAMPLE, text):
        return f"its layer '{found[1]}': {reason(ValueError(found[2]))}"
    return reason(error)
