"""What was given as an array, and what is said of one that is not what it must be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import Problem, UserError


def as_array(array: Any, what: str) -> NDArray[Any]:
    """What was given as an array; NumPy refuses lists whose items differ in shape."""
    try:
        return np.asarray(array)
    except ValueError as error:
        raise wrong(what, "items of one shape", "items of several shapes") from error


def wrong(what: str, expected: str, received: str, hint: str = "") -> UserError:
    """A user's mistake in one sentence: what the array must hold, and what it does."""
    return UserError(Problem(f"'{what}' must hold {expected}, got {received}", hint=hint))
