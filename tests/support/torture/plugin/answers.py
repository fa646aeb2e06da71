"""Answers of the worker: recorded with their objects, and given again without TensorFlow."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportgen.errors import SystemRefusal, refused
from reportgen.store import Store

FOLDER = Path(os.environ["TORTURE_ANSWERS"])
STEP_SECONDS = 0.004


def recording(handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A handler that also keeps each answer."""

    def answer(request: Any, progress: Any) -> Any:
        outputs = handler(request, progress)
        store = Store(Path(request["cache"]))
        named = {d for o in outputs.values() for d in (o["object"], *o["needs"])}
        for digest in named:
            (FOLDER / digest).write_bytes(store.get(digest))
        kept = {"outputs": outputs, "objects": sorted(named)}
        (FOLDER / f"{key(request)}.json").write_text(json.dumps(kept))
        return outputs

    return answer


def replay(request: Any, progress: Any) -> Any:
    """The recorded answer, after its objects are written as the worker writes them."""
    kept = json.loads((FOLDER / f"{key(request)}.json").read_text())
    store = Store(Path(request["cache"]))
    try:
        for number, digest in enumerate(kept["objects"]):
            progress([number, len(kept["objects"]), "step"])
            time.sleep(STEP_SECONDS)
            store.put((FOLDER / digest).read_bytes())
    except OSError as error:
        raise SystemRefusal(refused(error)) from error
    return kept["outputs"]


def key(request: Any) -> str:
    """What a request asks for, wherever its project lies."""
    wanted = {name: request[name] for name in ("stage", "modules", "params", "inputs")}
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
