"""Stage `draw`: a figure kind's `draw` turns an artifact into pictures and tables."""

from __future__ import annotations

import importlib
from dataclasses import replace

from reportgen.codec import encode
from reportgen.digest import canonical
from reportgen.engine import artifacts
from reportgen.engine.artifacts import Uses
from reportgen.engine.drawn import Drawn, DrawnPart, StoredPicture
from reportgen.engine.job import Job, Progress
from reportgen.records import Drawing, Table
from reportgen.store import Output, Store

MOST_NAMED = 6
"""The largest number of repeated layers that a caption names; the rest is counted."""


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Output `drawn` (a `Drawn`), which refers to the object of each picture and its vector."""
    stored = artifacts.read(job.inputs["artifact"], store)
    if stored.undefined:
        return _output(Drawn(undefined=stored.undefined), store)
    module = importlib.import_module(job.modules[-1])
    artifact = stored.load(store, getattr(module, "FACTS", None))
    parts = module.draw(artifact, job.params["params"])
    drawn = tuple(_stored(with_keys(with_uses(part, stored.uses)), store) for part in parts)
    return _output(Drawn(drawn, heading=artifact.heading), store)


def with_uses(part: Drawing | Table, uses: Uses) -> Drawing | Table:
    """A part of a figure whose caption names the uses of layers that the part shows.

    Args:
        part: the part as the figure kind drew it.
        uses: uses of the layers that the model uses several times.
    """
    shown = [path for path in dict.fromkeys(part.layers) if path in uses]
    first = [path for path in shown if uses[path][0] == 1]
    later = [path for path in shown if path not in first]
    sentences = [part.caption]
    if first:
        named = ", ".join(f"{path} {uses[path][1]} times" for path in first)
        what = named if len(first) <= MOST_NAMED else f"{len(first)} of these layers several times"
        sentences.append(f"The model uses {what}; what is computed there is that of the first use.")
    if later:
        named = ", ".join("{} is use {} of {}".format(path, *uses[path]) for path in later)
        what = f"{len(later)} of these are later uses of layers that are used several times"
        sentences.append(f"{named if len(later) <= MOST_NAMED else what}.")
    return replace(part, caption=" ".join(sentences)) if shown else part


def with_keys(part: Drawing | Table) -> Drawing | Table:
    """A part whose caption has the words that no font of this machine could draw in the picture."""
    if isinstance(part, Table) or not part.picture.keys:
        return part
    keys = part.picture.keys
    meant = "; ".join(f"[{number}] is {word}" for number, word in enumerate(keys, 1))
    verb = "a number stands" if len(keys) == 1 else "numbers stand"
    what = f"In the picture {verb} for what no installed font can draw: {meant}."
    return replace(part, caption=f"{part.caption} {what}")


def _output(drawn: Drawn, store: Store) -> dict[str, Output]:
    pictures = [part.picture for part in drawn.parts if part.picture]
    needs = tuple(d for p in pictures for d in (p.object, p.vector) if d)
    return {"drawn": store.put_output(canonical(encode(drawn)), needs=needs)}


def _stored(part: Drawing | Table, store: Store) -> DrawnPart:
    if isinstance(part, Table):
        return DrawnPart(
            part.part, part.title, part.caption, part.caption, part.layers,
            table=replace(part, quotes=(), encoding=""), quotes=part.quotes,
            encoding=part.encoding,
        )  # fmt: skip
    picture = part.picture
    stored = StoredPicture(
        store.put(picture.data), picture.media_type, picture.width, picture.height,
        store.put(picture.vector) if picture.vector else "",
    )  # fmt: skip
    return DrawnPart(
        part.part, part.title, part.caption, part.alt, tuple(part.layers), stored,
        quotes=part.quotes, encoding=part.encoding,
    )  # fmt: skip
