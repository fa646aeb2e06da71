"""Artifacts in the store, which the stage `compute` writes and the stage `draw` reads."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.records import Artifact, Measure
from reportgen.store import Output, Store
from reportgen.types import Array, JsonObject

Uses = Mapping[str, tuple[int, int]]
"""Uses of the layers that a model uses several times: for the path of each use, its number among
the layer's uses, counted from one, and the number of uses."""


@dataclass(frozen=True)
class StoredArtifact:
    """An `Artifact` in the store; `arrays` is the digest of an `.npz` file."""

    arrays: str
    facts: JsonObject
    measures: tuple[Measure, ...]
    undefined: str
    heading: str
    uses: Uses

    def load(self, store: Store, facts_type: type | None) -> Artifact:
        """The artifact with its arrays, and with its facts as `facts_type` (None for JSON)."""
        with np.load(io.BytesIO(store.get(self.arrays)), allow_pickle=False) as arrays:
            loaded = {name: arrays[name] for name in arrays.files}
        facts = self.facts if facts_type is None else decode(facts_type, self.facts)
        return Artifact(loaded, facts, self.measures, self.undefined, self.heading)


def save(artifact: Artifact, store: Store, uses: Uses | None = None) -> dict[str, Output]:
    """Outputs `artifact` (a `StoredArtifact`, for drawing) and `measures` (for evidence)."""
    buffer = io.BytesIO()
    # A seeded build computes the same arrays, and an npz of equal arrays has equal bytes.
    arrays: dict[str, Array] = {name: np.asarray(a) for name, a in artifact.arrays.items()}
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    facts: JsonObject = encode(artifact.facts)
    stored = StoredArtifact(
        arrays=store.put(buffer.getvalue()),
        facts=facts,
        measures=artifact.measures,
        # Kinds of installed packages may hold these two values among their facts.
        undefined=artifact.undefined or facts.get("undefined", ""),
        heading=artifact.heading or facts.get("heading", ""),
        uses=uses or {},
    )
    return {
        "artifact": store.put_output(canonical(encode(stored)), needs=(stored.arrays,)),
        "measures": store.put_output(canonical(encode(artifact.measures))),
    }


def read(output: Output, store: Store) -> StoredArtifact:
    """The artifact of an output, without its arrays."""
    return decode(StoredArtifact, json.loads(store.get(output.object)))
