"""Notes on the most expensive layer, and on filters that are dead or repeat another."""

from __future__ import annotations

from reportgen.drafting import by_measure, get, note
from reportgen.records import Evidence, Finding, Note


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
    text = (
        "One image costs the {whole.n:convolution|convolutions} {whole} multiply-adds, with "
        "{parameters:parameter|parameters}; {layer} alone takes {share:%} of them."
    )
    if whole.n != parameters.n:
        # Dense layers that work at every position cost as convolutions do, and are not listed.
        text = (
            "One image costs {whole} multiply-adds in {whole.n:layer|layers} with filters or "
            "with matrices at every position; {layer} alone takes {share:%} of them. The "
            "{parameters.n:convolution has|convolutions have} {parameters:parameter|parameters}."
        )
    return note(
        f"{finding.block}.cost",
        "layer_metrics.cost",
        "info",
        text,
        words={"layer": layer},
        whole=whole,
        parameters=parameters,
        share=share,
    )


def _idle(finding: Finding) -> Note | None:
    """Dead filters, dead channels and twins: of each, the layer that has most."""
    worst: dict[str, tuple[str, Evidence]] = {}
    for name in ("dead_filters", "dead_channels", "nearly_dead_channels", "redundant_filters"):
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
    single = {name for name, (_, item) in worst.items() if item.value == 1}
    clauses = {
        "dead_filters": "{dead_filters} of {dead_filters.n:filter|filters} of {at_dead_filters} "
        f"{'has' if 'dead_filters' in single else 'have'} weights next to nothing",
        "dead_channels": "{dead_channels} of {dead_channels.n:channel|channels} of "
        f"{{at_dead_channels}} {'is' if 'dead_channels' in single else 'are'} silent, "
        f"{_where(seen, worst.get('dead_channels'))}",
        "nearly_dead_channels": "{nearly_dead_channels} of "
        "{nearly_dead_channels.n:channel|channels} of {at_nearly_dead_channels} "
        f"{'is' if 'nearly_dead_channels' in single else 'are'} hardly ever above zero",
        "redundant_filters": "{redundant_filters:%} of {redundant_filters.n:filter|filters} of "
        "{at_redundant_filters} nearly repeat another",
    }
    return note(
        f"{finding.block}.idle",
        "layer_metrics.idle",
        "info",
        "Filters and channels that add little, each kind in the layer that has most of it: "
        + "; ".join(clauses[name] for name in worst)
        + ".",
        {f"at_{name}": at for name, (at, _) in worst.items()},
        (),
        **{name: item for name, (_, item) in worst.items()},
        **({"seen": seen} if seen else {}),
    )


def _by_chance(item: Evidence) -> bool:
    """Whether filters of noise repeat one another as much, as those of few weights do."""
    if item.interval is None or item.baseline is None:
        return False
    return item.interval[0] <= item.baseline


def _where(seen: Evidence | None, dead: tuple[str, Evidence] | None) -> str:
    """On how many images the channels were silent: the `n` of the layer's share above zero."""
    one = seen is None or seen.n == 1
    if dead is not None and "one value everywhere" in dead[1].how:
        where = "the one test image" if one else "{seen.n:test image|test images}"
        return f"the same everywhere on {where}"
    if one:
        return "above zero for no position of the one test image"
    return "above zero for none of {seen.n:test image|test images}"
