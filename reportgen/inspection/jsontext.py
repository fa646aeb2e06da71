"""A configuration as JSON, read more strictly than Keras does: each key once, no deep nesting."""

from __future__ import annotations

import json
from typing import Any

from reportgen.inspection import limits
from reportgen.inspection.findings import Findings, shown


class _Twice(Exception):
    """A key that stands twice in one mapping."""


def parsed(data: bytes | str, what: str, findings: Findings) -> Any:
    """The value of a JSON text, or None where it is refused (which is noted).

    Two readers of a text in which a key stands twice may each take another one of the two, so
    what was inspected would not be what is loaded.
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=_unique)
    except _Twice as twice:
        findings.add(f"its {what} has the key {twice} twice in one mapping")
    except RecursionError:
        findings.add(f"its {what} is nested more than {limits.DEPTH} deep")
    except ValueError as error:  # Also text that is not UTF-8, and numbers of many thousand digits.
        findings.add(f"its {what} is not JSON ({type(error).__name__})")
    else:
        if not _deeper(value, limits.DEPTH):
            return value
        findings.add(f"its {what} is nested more than {limits.DEPTH} deep")
    return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(shown(key))
        found[key] = value
    return found


def _deeper(value: Any, depth: int) -> bool:
    """Whether a value is nested more than `depth` deep."""
    if not isinstance(value, dict | list):
        return False
    items = value.values() if isinstance(value, dict) else value
    return depth == 0 or any(_deeper(item, depth - 1) for item in items)
