"""What the name of a layer may mean, and what to say where it means none or several."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.errors import Problem, did_you_mean

_MOST = 8
"""Paths that a message repeats."""


def matches(name: str, paths: Sequence[str]) -> list[str]:
    """The paths that a name may mean: itself, else those that end in it."""
    return [path for path in paths if path == name] or [
        path for path in paths if path.rsplit("/", 1)[-1] == name
    ]


def unclear(name: str, paths: Sequence[str]) -> Problem:
    """Why a name does not mean exactly one of these paths, and what to write."""
    found = matches(name, paths)
    if not found:
        listed = ", ".join(paths) or "none"
        guess = did_you_mean(name, paths)
        hint = (
            guess if guess.startswith("did") else "write its path as the model's summary shows it"
        )
        message = (
            f"no layer to show here is called '{name}' (the layers to choose from are {listed})"
        )
        return Problem(message, hint=hint)
    named = found[:_MOST]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return Problem(
        f"{len(found)} layers are called '{name}': {', '.join(named)}{more}",
        hint=f"write the whole path of the one that is meant, such as '{named[0]}'",
    )
