"""Layers and channels that figures ask for and that a model file does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reportgen.checking.figures import is_own
from reportgen.errors import Problem
from reportgen.layer_names import matches, unclear
from reportgen.models.adapting import RESHAPE
from reportgen.models.trust.configuration import Layers
from reportgen.models.trust.inspection import outline_of
from reportgen.plan import figures_of, named_layers
from reportgen.spec import FigureSpec, ModelSpec, Spec
from reportgen.spec.sources import scheme

CHANNELS = {"deconvnet": "filters", "feature_maps": "channels", "channel_table": "channel"}
"""Keys with numbers of channels, by kind: of each layer that the figure names."""

STANDING_BEFORE = (RESHAPE, "images")
"""Layers that a model of other images may get before its own."""

_TURN = re.compile(r"\[\d+\](?=/|$)")


def layer_problems(spec: Spec) -> Iterator[Problem]:
    """Layers that figures name in vain, and channels beyond those that a layer has."""
    for model in spec.models:
        asked = [figure for figure in figures_of(spec, model) if any(named_layers(figure))]
        # The spec's own classes may hold layers that no configuration tells.
        if not asked or scheme(model.source) != "file" or model.params.get("modules"):
            continue
        found = outline_of(spec.source.parent / model.source).layers
        if found is not None:
            yield from _problems(spec, model, asked, found)


def _problems(
    spec: Spec, model: ModelSpec, asked: Sequence[FigureSpec], found: Layers
) -> Iterator[Problem]:
    for figure in asked:
        for name, line in named_layers(figure):
            if name in STANDING_BEFORE and model.dataset is not None:
                continue
            problem = missing(name, list(found))
            if problem is not None:
                yield Problem(problem.message, str(spec.source), line, problem.hint)
            elif is_own(figure):
                yield from _channels(spec, figure, matches(name, list(found)), found)


def missing(name: str, paths: Sequence[str]) -> Problem | None:
    """Why a name means no layer, in the words of `probing.layers.find`; None where it means one.

    How often a layer is used, and with it whether `conv[1]` is a use of one, is left to the build.
    """
    found = matches(name, paths)
    if len(found) == 1 or (not found and matches(_TURN.sub("", name), paths)):
        return None
    return unclear(name, paths)


def _channels(
    spec: Spec, figure: FigureSpec, paths: Sequence[str], found: Layers
) -> Iterator[Problem]:
    """Numbers of channels beyond the last one of a layer."""
    key = CHANNELS.get(figure.kind, "")
    wanted = figure.params.get(key)
    listed = [wanted] if key == "channel" and wanted is not None else wanted
    if not isinstance(listed, list | tuple):
        return
    for path in paths:
        count = found[path]
        wrong = [str(channel) for channel in listed if count is not None and channel >= count]
        if wrong and count is not None:
            message = f"'{key}' must lie in 0..{count - 1}, got {', '.join(wrong)}"
            hint = f"layer '{path}' has {count} channels"
            yield Problem(message, str(spec.source), figure.at(key), hint)
