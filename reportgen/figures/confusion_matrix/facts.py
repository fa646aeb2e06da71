"""How the parts of this figure and the classes in its measures are called."""

from __future__ import annotations

import re
from collections.abc import Sequence


def parts(heads: Sequence[str]) -> list[str]:
    """What the parts of each output start with: nothing where there is only one.

    >>> parts(["class"]), parts(["length", "Line Width"])
    ([''], ['length-', 'line-width-'])
    """
    if len(heads) == 1:
        return [""]
    plain = [re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-") or "output" for name in heads]
    return [
        f"{name}-" if plain.count(name) == 1 else f"{name}-{place}-"
        for place, name in enumerate(plain)
    ]


def pointer(name: str) -> str:
    """A class's name as a piece of a measure's name, which holds no space.

    Nor does it hold what stands between two classes there; a sign that looks alike takes its place.

    >>> pointer("Ankle boot")
    'Ankle_boot'
    """
    return "_".join(name.replace(">", "\u203a").split()) or "unnamed"
