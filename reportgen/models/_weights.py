"""Weights files, which are read into a network that is built already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.models._vetting import vetted_weights
from reportgen.models._words import why


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
    if not (base / weights).is_file():
        hint = "write its path from the spec's folder, 'imagenet', or null for random weights"
        raise UserError(Problem(f"there is no weights file {base / weights}", hint=hint))
    with vetted_weights(base / weights) as copy:
        try:
            model.load_weights(copy.path)
        except Exception as error:  # Whatever Keras raises, it is the file that does not fit.
            raise UserError(
                Problem(
                    f"the weights of {copy.name} do not fit {network}: {why(error)}",
                    hint="they must be of the same network with as many classes "
                    f"({model.output_shape[-1]} here)",
                )
            ) from error
