"""Notes on the depth of the network, on its parameters, and on its branches."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note
from reportgen.records import Finding, Note

_KINDS = {"conv": "convolutions", "dense": "dense layers", "extra": "normalizations",
          "other": "other layers"}  # fmt: skip


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on depth and parameters, one on branches where there are any."""
    depth, layers = get(finding, "depth"), get(finding, "layers")
    shares = by_measure(finding, "parameter_share")
    if depth is None or layers is None or not shares:
        return ()
    kind, most = max(shares.items(), key=lambda item: item[1].value or 0)
    size = note(
        f"{finding.block}.size",
        "architecture.size",
        "info",
        "The longest way through the {layers:layer|layers} passes {depth} with weights of their "
        f"own to learn patterns; {{most:%}} of the {{most.n}} parameters lie in {_KINDS[kind]}.",
        layers=layers,
        depth=depth,
        most=most,
    )
    return (size, *_branches(finding))


def _branches(finding: Finding) -> tuple[Note, ...]:
    places, skips = get(finding, "branchings"), get(finding, "skips")
    if places is None or skips is None or not places.value:
        return ()
    text = (
        "Ways run side by side at {places:place|places}; at {skips} of them one way leads around "
    )
    text += "all layers and hands on what comes in." if skips.value else "all layers."
    branches = note(
        f"{finding.block}.branches", "architecture.branches", "info", text,
        places=places, skips=skips,
    )  # fmt: skip
    return (branches,)
