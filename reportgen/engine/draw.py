"""Stage `draw`: an artifact through a figure kind's `draw`."""

from __future__ import annotations

import importlib
import io
import json
from typing import Any

import numpy as np

from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.engine.job import Job, Progress
from reportgen.engine.repeated import REPEATED, told
from reportgen.records import Artifact, Drawing, Measure, Table
from reportgen.store import Output, Store


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Output `drawn`: drawings and tables in order, pictures (and these as vectors) as objects of
    their own; and what heads them, where the artifact's fact `heading` says so."""
    facts = json.loads(store.get(job.inputs["artifact"].object))
    undefined = facts["facts"].get("undefined", "")
    if undefined:
        return {"drawn": store.put_output(canonical({"undefined": undefined, "parts": []}))}
    artifact = Artifact(
        _arrays(store.get(facts["arrays"])),
        facts["facts"],
        decode(tuple[Measure, ...], facts["measures"]),
    )
    parts = importlib.import_module(job.modules[-1]).draw(artifact, job.params["params"])
    uses = artifact.facts.get(REPEATED, {})
    kept = [_part(told(part, uses), store) for part in parts]
    pictures = [part["picture"] for part in kept if "picture" in part]
    needs = tuple(p[key] for p in pictures for key in ("object", "vector") if p[key])
    heading = artifact.facts.get("heading", "")
    drawn = canonical({"undefined": "", "parts": kept} | ({"heading": heading} if heading else {}))
    return {"drawn": store.put_output(drawn, needs=needs)}


def _arrays(data: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _part(part: Drawing | Table, store: Store) -> dict[str, Any]:
    if isinstance(part, Table):
        return {"table": encode(part)}
    picture = part.picture
    return {
        "part": part.part, "title": part.title, "caption": part.caption, "alt": part.alt,
        "layers": list(part.layers),
        "picture": {"object": store.put(picture.data), "media_type": picture.media_type,
                    "vector": store.put(picture.vector) if picture.vector else "",
                    "width": picture.width, "height": picture.height},
    }  # fmt: skip
