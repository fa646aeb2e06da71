"""What a spec may name: figure kinds, inferences, models and datasets.

Each lives in a folder or file of its own and describes itself with an `ENTRY`; the catalogue
lists folders and reads entries, and never imports compute or draw code.
Installed packages add their own through the entry-point groups `reportgen.visualizations`,
`reportgen.inferences`, `reportgen.models` and `reportgen.datasets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["int", "float", "bool", "str", "layers", "samples", "names"]
"""Types of a parameter. "layers" is "all" or a list of layer names; "samples" is a count or a
list of test-image indices; "names" is a list of strings."""


@dataclass(frozen=True)
class Parameter:
    """One key that a spec may set.

    Attributes:
        name: the key.
        kind: its type.
        default: used when the spec is silent; part of the task's key like any other value.
        help: one line for `reportgen list`, the JSON Schema and the documentation.
        choices: the allowed values, or () for any.
        minimum, maximum: bounds of a number (or of a count of samples), inclusive.
        optional: whether `null` is allowed, meaning "decide for me".
    """

    name: str
    kind: Kind
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False


@dataclass(frozen=True)
class Entry:
    """How a figure kind, inference, model or dataset describes itself.

    `evidence` maps the measures (without qualifier) that a figure kind yields to one line on
    what each means. `needs_data` says whether a figure kind is undefined without a dataset.
    `order` is the place of an inference among the others; ties are listed by name.
    """

    name: str
    title: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    needs_data: bool = False
    needs_model: bool = True
    order: int = 1000
