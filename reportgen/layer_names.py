"""Names of layers in specs and in calls: the layer paths that a name matches."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.errors import Problem
from reportgen.suggestions import did_you_mean

_MOST = 8
"""The largest number of paths that a message lists."""


def matches(name: str, paths: Sequence[str]) -> list[str]:
    """The paths that a name matches: the equal path, else all paths whose last part is equal."""
    return [path for path in paths if path == name] or [
        path for path in paths if path.rsplit("/", 1)[-1] == name
    ]


def unclear(name: str, paths: Sequence[str]) -> Problem:
    """The problem that a name matches none of `paths`, or several of them."""
    found = matches(name, paths)
    if not found:
        listed = ", ".join(paths) or "none"
        message = f"no layer to show here is called '{name}'"
        near = did_you_mean(name, paths)
        known = near.startswith("did you mean")
        return Problem(
            f"{message} (the layers to choose from are {listed})",
            hint=near if known else "write its path as the model's summary shows it",
        )
    listed = ", ".join(found[:_MOST])
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return Problem(
        f"{len(found)} layers are called '{name}': {listed}{more}",
        hint=f"write the whole path of the one that is meant, such as '{found[0]}'",
    )
