"""The layers of a Keras model: their table, paths and uses, and which can be drawn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.layer_names import matches, unclear
from reportgen.layer_names import matches as paths_of
from reportgen.network.convolutions import acting, convolution, over_time
from reportgen.network.graph import calls, inner_layers, is_graph, require_graph, unreached
from reportgen.records import LayerRow

_FIRST = re.compile(r"\[0\](?=/|$)")
_TURN = re.compile(r"\[\d+\](?=/|$)")
_MOST = 8
"""Uses that a message lists."""


@dataclass(frozen=True)
class Use:
    """One use of a layer or other operation.

    Attributes:
        of: the path of the layer, which is that of its first use.
        layer: the layer or operation.
        outputs: symbolic tensors, in the graph that the call stands in.
    """

    of: str
    layer: Any
    outputs: tuple[Any, ...]

    @property
    def shapes(self) -> list[tuple[int | None, ...]]:
        """Of each output, with the batch."""
        return [tuple(tensor.shape) for tensor in self.outputs]


def uses(model: Any) -> dict[str, Use]:
    """All uses by path, those of one layer in their order; {} where the inside is out of reach."""
    return dict(_uses(model, "", "")) if is_graph(model) else {}


def _uses(model: Any, prefix: str, of: str) -> Iterator[tuple[str, Use]]:
    for name, node in calls(require_graph(model)):
        layer = node.operation
        yield prefix + name, Use(of + layer.name, layer, tuple(node.outputs))
        if is_graph(layer):
            yield from _uses(layer, f"{prefix}{name}/", f"{of}{layer.name}/")


def repeated(model: Any) -> dict[str, int]:
    """How often layers are used, by path, for those that are used more than once.

    A layer inside a nested model counts once for every use of that model. Empty for a model whose
    inside cannot be reached.
    """
    counts = Counter(use.of for use in uses(model).values())
    return {path: count for path, count in counts.items() if count > 1}


def turns(model: Any) -> dict[str, tuple[int, int]]:
    """Of layers that are used several times, by path of the use: the how manieth it is of how many.

    Both count from one: (2, 3) is the second of three.
    """
    counts, seen = repeated(model), Counter[str]()
    found = {}
    for path, use in uses(model).items():
        if use.of in counts:
            seen[use.of] += 1
            found[path] = seen[use.of], counts[use.of]
    return found


def find_use(model: Any, name: str, allowed: Sequence[str]) -> str | None:
    """The path of the use called `name`; None where it does not look like a use of a layer.

    Args:
        model: any Keras model.
        name: such as "conv[1]" or "backbone[1]/conv"; without the way to it where that is unique.
        allowed: paths of the layers that may be meant.

    Raises:
        UserError: there is such a layer, but it is not used that often.
    """
    known = {path: use for path, use in uses(model).items() if use.of in set(allowed)}
    wanted = _FIRST.sub("", name)
    matches = [path for path in known if path == wanted] or [
        path for path, use in known.items() if _last(path, use) == wanted
    ]
    if len(matches) == 1:
        return matches[0]
    bare = _TURN.sub("", name)
    layers = paths_of(bare, allowed)
    own = [path for path, use in known.items() if [use.of] == layers]
    if bare == name or not own:
        return None
    raise UserError(_too_few(name, layers[0], own))


def _last(path: str, use: Use) -> str:
    """The last part of a path that leads through first uses only; "" for others."""
    way, _, last = path.rpartition("/")
    return last if way == use.of.rpartition("/")[0] else ""


def _too_few(name: str, layer: str, own: list[str]) -> Problem:
    listed = ", ".join(own[:_MOST]) + (" and so on" if len(own) > _MOST else "")
    times = "only once" if len(own) == 1 else f"{len(own)} times"
    return Problem(
        f"there is no use '{name}' of a layer, as the model uses '{layer}' {times}",
        hint=f"name {'it' if len(own) == 1 else 'one of them'}: {listed}",
    )


_POOLS = tuple(
    getattr(keras.layers, f"{kind}Pooling{rank}D") for kind in ("Max", "Average") for rank in "123"
)


def is_conv(layer: Any) -> bool:
    """Whether it is a convolution of any rank: plain, transposed, depthwise or separable.

    A wrapper around one counts where its maps are those of a convolution.
    """
    return convolution(layer) is not None


def is_pool(layer: Any) -> bool:
    """Whether it is a local (max or average) pooling layer; global pooling leaves no map."""
    return isinstance(layer, _POOLS)


def rows(model: Any) -> tuple[LayerRow, ...]:
    """The rows of Keras' summary table: one for each layer of the model itself (`listed`).

    Nested models are one row each, as in Keras. `connected_to` ("conv2d_1[0][0]") is filled for
    models with a graph of their own, not for Sequential ones, which are a plain stack.
    """
    sequential = isinstance(model, keras.Sequential)
    graph = require_graph(model) if is_graph(model) else model
    return tuple(
        LayerRow(
            name=layer.name,
            type=type(layer).__name__,
            output_shape=_shape_text(layer),
            params=int(layer.count_params()) if layer.built else 0,
            connected_to=() if sequential else _connections(graph, layer),
        )
        for layer in listed(model)
    )


def listed(model: Any) -> list[Any]:
    """The model's own layers, and last those that a graph which stands in for it leaves out."""
    own = {id(layer) for layer in model.layers}
    return [*model.layers, *(layer for layer in unreached(model) if id(layer) not in own)]


def left_out(model: Any) -> list[str]:
    """Paths of the layers that the model holds and no prediction comes by, at any depth."""
    inner = [one for one in inner_layers(model) if is_graph(one)]
    deeper = [f"{one.name}/{path}" for one in inner for path in left_out(one)]
    return [*(layer.name for layer in unreached(model)), *deeper]


class Layers(dict[str, Any]):
    """Layers by their paths; the path of a later use gives its layer too, and is not listed."""

    def __init__(self, model: Any) -> None:
        super().__init__(_named(model, ""))
        self.model = model

    def __missing__(self, path: str) -> Any:
        return uses(self.model)[path].layer


def named(model: Any) -> Layers:
    """Every layer by its path, in the order of the model; nested models and all inside them."""
    return Layers(model)


def choose(model: Any, wanted: str | Sequence[str], kinds: Callable[[Any], bool]) -> list[str]:
    """Layer paths that a `layers` parameter means: "all" of these kinds, or the ones listed.

    Args:
        model: any Keras model.
        wanted: "all" or a list of paths; the last part of a path will do where it is unique.
        kinds: what "all" takes, e.g. `is_conv`. A listed layer must be of these kinds too.

    Raises:
        UserError: there is no such layer, or it is of another kind; names those there are.
    """
    fitting = [path for path, layer in named(model).items() if kinds(layer)]
    if wanted == "all":
        return fitting
    return [
        find(model, name, fitting) for name in ([wanted] if isinstance(wanted, str) else wanted)
    ]


def find(model: Any, name: str, among: Sequence[str] | None = None) -> str:
    """The path of the layer called `name`: its path, or its last part where that is unique.

    "conv[1]" is the second use of a layer `conv` that the model uses several times.

    Raises:
        UserError: no such layer among those allowed, several, or no such use; the message names
            those there are. One that no prediction comes by is told as what it is.
    """
    allowed = list(named(model)) if among is None else list(among)
    meant = matches(name, allowed)
    if len(meant) == 1:
        return meant[0]
    use = None if meant else find_use(model, name, allowed)
    if use is not None:
        return use
    aside = [] if meant else matches(name, left_out(model))
    if aside:
        message = f"no prediction passes through layer '{aside[0]}', which may take part in "
        message += "training only, so there is nothing of it to show"
        listed = ", ".join(allowed) or "none"
        raise UserError(Problem(message, hint=f"the layers to choose from are {listed}"))
    raise UserError(unclear(name, allowed))


def output_shapes(layer: Any) -> list[tuple[int | None, ...]]:
    """The shape of each output of a layer's first call; empty when that is not known."""
    if isinstance(layer, keras.Model):
        outputs = require_graph(layer).outputs if is_graph(layer) else []
        return [tuple(tensor.shape) for tensor in outputs]
    nodes = getattr(layer, "_inbound_nodes", [])
    return [tuple(tensor.shape) for tensor in nodes[0].outputs] if nodes else []


def shapes_at(model: Any, path: str) -> list[tuple[int | None, ...]]:
    """The shape of each output of a layer, or of that use of it which the path names."""
    every = named(model)
    return output_shapes(every[path]) if path in every else uses(model)[path].shapes


def _named(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for layer in inner_layers(model):
        path = prefix + layer.name
        yield path, layer
        if is_graph(layer):
            yield from _named(layer, path + "/")


def _shape_text(layer: Any) -> str:
    shapes = [str(shape) for shape in output_shapes(layer)]
    return shapes[0] if len(shapes) == 1 else "[" + ", ".join(shapes) + "]" if shapes else "?"


def _connections(model: Any, layer: Any) -> tuple[str, ...]:
    """Where a layer's inputs come from, within this model's own graph, whose calls alone count."""
    levels = getattr(model, "_nodes_by_depth", {}).values()
    own = {id(node) for level in levels for node in level}
    found: list[str] = []
    for node in layer._inbound_nodes:
        if own and id(node) not in own:
            continue
        for tensor in node.input_tensors:
            source, turn, place = tensor._keras_history
            before = [one for one in source._inbound_nodes[:turn] if not own or id(one) in own]
            found.append(f"{source.name}[{len(before)}][{place}]")
    return tuple(found)


def last_convolution(model: Any, consequence: str | Callable[[], str]) -> str:
    """The path of a model's last convolution with a place to point at, nested models included.

    Args:
        model: any Keras model.
        consequence: of there being none, to follow "so there is"; where it takes looking at the
            model, how to find it.

    Raises:
        UndefinedError: there is none.
    """
    found = choose(model, "all", is_conv)
    if not found:
        told = consequence if isinstance(consequence, str) else consequence()
        raise UndefinedError(f"{no_convolution(model)}, so there is {told}.")
    return last_with_places(model, found)


def last_with_places(model: Any, paths: Sequence[str]) -> str:
    """The last of some convolutions whose maps have several positions; if none has, the last.

    Where the only position is all that is left, as in the gate of a squeeze-and-excitation block or
    a head of 1 x 1 convolutions behind global pooling, no place in an image can be pointed at.
    """
    every = named(model)
    return next((path for path in reversed(paths) if not _alone(every[path])), paths[-1])


def _alone(layer: Any) -> bool:
    """Whether a convolution's maps are known to have one position only."""
    first = getattr(acting(layer) or layer, "data_format", "") == "channels_first"
    shapes = output_shapes(layer)
    return bool(shapes) and set(shapes[0][2:] if first else shapes[0][1:-1]) == {1}


def no_convolution(model: Any) -> str:
    """That a model has no convolution layer, the start of a sentence.

    Layers that convolve the images of a sequence are told apart: none of them is the last layer
    whose maps lie over one image.
    """
    text = "The model has no convolution layer"
    paths = [path for path, layer in named(model).items() if over_time(layer)]
    return f"{text} but '{paths[0]}', which takes images over time" if paths else text


def with_kernels(model: Any, wanted: str | Sequence[str]) -> list[str]:
    """Paths of the convolutions whose kernels are known, or of those asked for.

    Args:
        model: any Keras model.
        wanted: "all", which leaves out the others unless there are no more, or a list of paths.

    Raises:
        UndefinedError: a wrapper makes the kernel in code of its own.
        UserError: no such layer, or it is no convolution.
    """
    every, paths = named(model), choose(model, wanted, is_conv)
    unknown = [path for path in paths if acting(every[path]) is None]
    if unknown and (wanted != "all" or len(unknown) == len(paths)):
        kind = type(every[unknown[0]]).__name__
        raise UndefinedError(
            f"The kernel of layer '{unknown[0]}' is not known, because {kind} wraps a convolution "
            "and may compute with other weights than that holds."
        )
    return [path for path in paths if path not in unknown]
