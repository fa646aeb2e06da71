"""The layers whose weights are drawn anew together, from an output down to the images."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.network.dependencies import dependencies_of
from reportgen.network.network import Network
from reportgen.network.randomization import randomizable


def weight_levels(network: Network, ends: Sequence[int | str]) -> list[tuple[str, ...]]:
    """Paths of layers by their distance from the ends, the closest first.

    A level is one layer with a matrix of weights (several, where ends have branches of their own)
    with the normalizations that follow it. Layers whose weights cannot be drawn are left out.

    Args:
        network: with a graph.
        ends: indices of outputs, or paths of layers.
    """
    drawable, level = set(randomizable(network)), dict[str, int]()
    for end in ends:
        paths = [network.uses[path].of for path in dependencies_of(network, end).layers]
        rank, waiting = 0, list[str]()
        for path in dict.fromkeys(path for path in reversed(paths) if path in drawable):
            waiting.append(path)
            if any(len(variable.shape) > 1 for variable in network.layer(path).weights):
                level |= {each: min(rank, level.get(each, rank)) for each in waiting}
                rank, waiting = rank + 1, []
        last = max(rank - 1, 0)
        level |= {each: min(last, level.get(each, last)) for each in waiting}
    levels = sorted(set(level.values()))
    return [tuple(path for path, at in level.items() if at == each) for each in levels]


def label(network: Network, groups: Sequence[tuple[str, ...]]) -> str:
    """The layers of some levels in words: "conv2d_1", or "block5_conv3 ... block5_conv1"."""
    paths = [
        path
        for group in groups
        for path in group
        if any(len(variable.shape) > 1 for variable in network.layer(path).weights)
    ] or [path for group in groups for path in group]
    return (
        ", ".join(paths) if len(paths) <= 2 else f"{paths[0]} \N{HORIZONTAL ELLIPSIS} {paths[-1]}"
    )


def before(network: Network, layers: Sequence[str]) -> list[str]:
    """Paths of the layers that any of some layers depends on, these included, each once."""
    uses = network.uses
    paths = (path for layer in layers for path in dependencies_of(network, layer).layers)
    return list(dict.fromkeys(uses[path].of for path in paths if path in uses))
