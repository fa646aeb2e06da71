"""Notes on the sanity checks of a figure's maps. Plain Python."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft
from reportgen.drafting.sanity import CLASSES, IMAGES, SAME, SIMILARITY, judged
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def sanity_notes(finding: Finding) -> tuple[Note, ...]:
    """What a reader must know of the maps: that they hardly change, or were not checked.

    A figure whose maps follow the weights, or may do so, has its table, and no note.
    """
    off = by_measure(finding, IMAGES).get("")
    if off is not None and off.value == 0:
        id = f"{finding.block}.sanity"
        return (draft(id, "attribution.sanity", "info", SENTENCES("off"), [off]),)
    alike, classes = by_measure(finding, SIMILARITY), by_measure(finding, CLASSES)
    several = "yes" if len(alike) > 1 else "no"
    written = []
    for output, item in alike.items():
        check = judged(item)
        if check in ("hardly", ""):
            shown = {} if check == "" else {"alike": item}
            sentence = SENTENCES(
                "weights", {"output": output}, check=check or "unknown", several=several, **shown
            )
            id = _id(finding, "sanity", output)
            written.append(draft(id, "attribution.sanity", "info", sentence, [item]))
    for output, item in classes.items():
        if item.interval is not None and item.interval[0] >= SAME:
            sentence = SENTENCES("classes", {"output": output}, several=several, alike=item)
            id = _id(finding, "classes", output)
            written.append(draft(id, "attribution.classes", "info", sentence))
    return tuple(written)


def _id(finding: Finding, name: str, output: str) -> str:
    return ".".join(filter(None, (finding.block, name, output)))
