"""Files of a given age: what was written a moment ago is never believed to be unchanged."""

from __future__ import annotations

import json
import os
from pathlib import Path

from reportgen import digest
from reportgen.digest import StatCache


def write(path: Path, text: str, *, age_s: float = 10) -> Path:
    """A file that was last changed `age_s` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    then = digest.now_ns() - int(age_s * 1e9)
    os.utime(path, ns=(then, then))
    return path


def saved(cache: StatCache) -> StatCache:
    """The cache as the next process would load it."""
    return StatCache(json.loads(json.dumps(cache.entries)))
