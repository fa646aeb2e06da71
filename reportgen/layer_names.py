"""Names of layers in specs and in calls: the layer paths that a name matches."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.errors import Problem
from reportgen.suggestions import did_you_mean, listed


def matches(name: str, paths: Sequence[str]) -> list[str]:
    """The paths that a name matches: the equal path, else all paths whose last part is equal."""
    return [path for path in paths if path == name] or [
        path for path in paths if path.rsplit("/", 1)[-1] == name
    ]


def unclear(name: str, paths: Sequence[str]) -> Problem:
    """The problem that a name matches none of `paths`, or several of them."""
    found = matches(name, paths)
    if not found:
        message = f"no layer to show here is called '{name}'"
        if not paths:
            hint = "leave this figure out, or show another model"
            return Problem(f"{message}, and the model has none that could be shown", hint=hint)
        near = did_you_mean(name, paths)
        known = near.startswith("did you mean")
        return Problem(
            f"{message} (the layers to choose from are {listed(paths, 12)})",
            hint=near if known else "write its path as the model's summary shows it",
        )
    return Problem(
        f"{len(found)} layers are called '{name}': {listed(found)}",
        hint=f"write the whole path of the one that is meant, such as '{found[0]}'",
    )
