"""Notes on the most expensive layer, and on filters that are dead or repeat another."""

from __future__ import annotations

from reportgen.drafting import Sentence, Sentences, by_measure, draft, get, number, percent
from reportgen.records import Evidence, Finding, Note

SENTENCES = Sentences(__file__)
KINDS = {
    "dead_channels": ("dead-channels", "dead-channels-name"),
    "dead_filters": ("dead-filters", "dead-filters-name"),
    "nearly_dead_channels": ("nearly-dead-channels", "nearly-dead-channels-name"),
    "redundant_filters": ("redundant-filters", "redundant-filters-name"),
}
"""By measure its sentence and its name in the catalog, the most severe kind first."""


def notes(finding: Finding) -> tuple[Note, ...]:
    """One note on cost, one on idle filters and channels, where there are any."""
    drafted = [_cost(finding), _idle(finding)]
    return tuple(item for item in drafted if item is not None)


def _cost(finding: Finding) -> Note | None:
    whole, shares = get(finding, "multiply_adds"), by_measure(finding, "cost_share")
    parameters = get(finding, "conv_parameters")
    if whole is None or parameters is None or not shares or whole.n == 1:
        return None
    layer, share = next(iter(shares.items()))
    sentence = SENTENCES("cost", {"layer": layer}, whole=whole, share=share)
    return draft(f"{finding.block}.cost", "layer_metrics.cost", "info", sentence, [parameters])


def _idle(finding: Finding) -> Note | None:
    """Dead filters, dead channels and twins: of each, the layer that has most."""
    worst: dict[str, tuple[str, Evidence]] = {}
    for name in KINDS:
        some = {
            at: item
            for at, item in by_measure(finding, name).items()
            if item.value and not _by_chance(item)
        }
        if some:
            worst[name] = max(some.items(), key=lambda pair: pair[1].value or 0)
    if not worst:
        return None
    # That a channel is silent says little without the number of images that it was silent for.
    seen = get(finding, "active_share", worst.get("dead_channels", ("",))[0])
    rows = [
        (SENTENCES(KINDS[name][1]).text, at, _count(name, item), number(item.n))
        for name, (at, item) in worst.items()
    ]
    name, (layer, item) = next(iter(worst.items()))
    also = [item for _, item in worst.values()]
    return draft(
        f"{finding.block}.idle",
        "layer_metrics.idle",
        "info",
        _sentence(name, layer, item, seen),
        also if seen is None else [*also, seen],
        SENTENCES.table("idle", rows) if len(rows) > 1 else None,
    )


def _sentence(name: str, layer: str, count: Evidence, seen: Evidence | None) -> Sentence:
    """The sentence on the most severe kind; `seen.n` counts the images behind silent channels."""
    known = {} if seen is None else {"seen": seen}
    where = "same" if "one value everywhere" in count.how else "none"
    where += "-one" if seen is None or seen.n == 1 else ""
    return SENTENCES(KINDS[name][0], {"layer": layer}, where=where, count=count, **known)


def _count(name: str, item: Evidence) -> str:
    return percent(item.value) if name == "redundant_filters" else number(item.value)


def _by_chance(item: Evidence) -> bool:
    """Whether filters of noise repeat one another as much, as those of few weights do."""
    if item.interval is None or item.baseline is None:
        return False
    return item.interval[0] <= item.baseline
