"""Notes on the depth of the network, on its parameters, and on its branches."""

from __future__ import annotations

from reportgen.drafting import Sentences, by_measure, draft, get
from reportgen.records import Finding, Note

SENTENCES = Sentences(__file__)


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on depth and parameters, one on branches where there are any."""
    depth, layers = get(finding, "depth"), get(finding, "layers")
    shares = by_measure(finding, "parameter_share")
    if depth is None or layers is None or not shares:
        return ()
    kind, most = max(shares.items(), key=lambda item: item[1].value or 0)
    sentence = SENTENCES("size", kind=kind, depth=depth, most=most)
    size = draft(f"{finding.block}.size", "architecture.size", "info", sentence, [layers])
    return (size, *_branches(finding))


def _branches(finding: Finding) -> tuple[Note, ...]:
    places, skips = get(finding, "branchings"), get(finding, "skips")
    if places is None or skips is None or not places.value:
        return ()
    sentence = SENTENCES("branches", places=places, skips=skips)
    return (draft(f"{finding.block}.branches", "architecture.branches", "info", sentence),)
