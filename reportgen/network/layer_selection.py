"""Layers that a caller or a spec names, or leaves a method to choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.layer_names import matches, unclear
from reportgen.network.dependencies import reached_by_images
from reportgen.network.layers import Use, acting, is_conv, output_shapes, over_time, unused
from reportgen.network.network import Network
from reportgen.suggestions import listed
from reportgen.types import Layer

_FIRST_USE = re.compile(r"\[0\](?=/|$)")
_USE = re.compile(r"\[\d+\](?=/|$)")


def find(network: Network, name: str, among: Sequence[str] | None = None) -> str:
    """The path of the layer called `name`: its path, or its last part where that is unique.

    "conv[1]" is the second use of a layer `conv` that the model uses several times.

    Args:
        network: the network.
        name: of a layer or of a use.
        among: paths of the layers that may be meant; None for all.

    Raises:
        UserError: no such layer among those allowed, several, or no such use; the message names
            those there are. A layer that no output depends on is reported as unused.
    """
    allowed = list(network.layers) if among is None else list(among)
    meant = matches(name, allowed)
    if len(meant) == 1:
        return meant[0]
    use = None if meant else _find_use(network, name, allowed)
    if use is not None:
        return use
    training_only = [] if meant else matches(name, unused(network.model))
    if training_only:
        message = f"no prediction passes through layer '{training_only[0]}', which may take part "
        message += "in training only, so there is nothing of it to show"
        hint = f"the layers to choose from are {listed(allowed, 12) or 'none'}"
        raise UserError(Problem(message, hint=hint))
    if not meant and (others := matches(name, list(network.layers))):
        kind = type(network.layer(others[0])).__name__
        message = f"no layer to show here is called '{name}': layer '{others[0]}' is a {kind}"
        hint = f"name one of: {listed(allowed, 12)}" if allowed else "the model has none to show"
        raise UserError(Problem(message, hint=hint))
    raise UserError(unclear(name, allowed))


def choose(
    network: Network, layers: str | Sequence[str], kinds: Callable[[Layer], bool]
) -> list[str]:
    """Layer paths that a `layers` parameter means: "all" of these kinds, or the ones listed.

    Args:
        network: the network.
        layers: "all" or a list of paths; the last part of a path will do where it is unique.
        kinds: what "all" takes, e.g. `is_conv`. A listed layer must be of these kinds too.

    Raises:
        UserError: there is no such layer, or it is of another kind; names those there are.
    """
    fitting = [path for path, layer in network.layers.items() if kinds(layer)]
    if layers == "all":
        return fitting
    names = [layers] if isinstance(layers, str) else layers
    return [find(network, name, fitting) for name in names]


def choose_seeing(
    network: Network, layers: str | Sequence[str], kinds: Callable[[Layer], bool]
) -> list[str]:
    """`choose`, of "all" layers those that the images reach, each at the first such use.

    A branch of a model of several inputs may depend on an input that is no image, or is held at a
    value: all its activations are the same for every image. A layer that both branches use is
    shown where the images pass through it, as `conv[1]`. All layers, where the images reach none.
    """
    paths = choose(network, layers, kinds)
    if layers != "all" or not network.has_graph:
        return paths
    reached = reached_by_images(network)
    first: dict[str, str] = {}
    for use_path, use in network.uses.items():
        if use_path in reached:
            first.setdefault(use.of, use_path)
    return [first[path] for path in paths if path in first] or paths


def with_kernels(network: Network, layers: str | Sequence[str]) -> list[str]:
    """Paths of the convolutions whose kernels are known, or of those asked for.

    Args:
        network: the network.
        layers: "all", which leaves out the others unless there are no more, or a list of paths.

    Raises:
        UndefinedError: a wrapper makes the kernel in code of its own.
        UserError: no such layer, or it is no convolution.
    """
    paths = choose(network, layers, is_conv)
    unknown = [path for path in paths if acting(network.layer(path)) is None]
    if unknown and (layers != "all" or len(unknown) == len(paths)):
        kind = type(network.layer(unknown[0])).__name__
        raise UndefinedError(
            f"The kernel of layer '{unknown[0]}' is not known, because {kind} wraps a convolution "
            "and may compute with other weights than that holds."
        )
    return [path for path in paths if path not in unknown]


def last_convolution(network: Network, consequence: str | Callable[[], str]) -> str:
    """The path of a model's last convolution with a place to point at, nested models included.

    Args:
        network: the network.
        consequence: of there being none, to follow "so there is"; a function where it takes a look
            at the model.

    Raises:
        UndefinedError: there is none.
    """
    convolutions = choose_seeing(network, "all", is_conv)
    if not convolutions:
        text = consequence if isinstance(consequence, str) else consequence()
        raise UndefinedError(f"{no_convolution(network)}, so there is {text}.")
    return last_with_places(network, convolutions)


def last_with_places(network: Network, paths: Sequence[str]) -> str:
    """The last of some convolutions whose maps have several positions; if none has, the last.

    A map with one position, as in the gate of a squeeze-and-excitation block or in a head of 1 x 1
    convolutions behind global pooling, points at no place in an image.
    """
    with_places = (path for path in reversed(paths) if not _has_one_place(network.layer(path)))
    return next(with_places, paths[-1])


def no_convolution(network: Network) -> str:
    """The start of a sentence: the model has no convolution layer.

    Layers that convolve the images of a sequence are named: none of them has maps that lie over
    one image.
    """
    text = "The model has no convolution layer"
    paths = [path for path, layer in network.layers.items() if over_time(layer)]
    return f"{text} but '{paths[0]}', which takes images over time" if paths else text


def _has_one_place(layer: Layer) -> bool:
    """Whether a convolution's maps are known to have one position only."""
    first = getattr(acting(layer) or layer, "data_format", "") == "channels_first"
    shapes = output_shapes(layer)
    return bool(shapes) and set(shapes[0][2:] if first else shapes[0][1:-1]) == {1}


def _find_use(network: Network, name: str, allowed: Sequence[str]) -> str | None:
    """The path of the use called `name`; None where it does not look like a use of a layer.

    Args:
        network: the network.
        name: such as "conv[1]" or "backbone[1]/conv"; the last part will do where it is unique.
        allowed: paths of the layers that may be meant.

    Raises:
        UserError: there is such a layer, but it is not used that often.
    """
    known = {path: use for path, use in network.uses.items() if use.of in set(allowed)}
    path_or_last = _FIRST_USE.sub("", name)
    matching = [path for path in known if path == path_or_last] or [
        path for path, use in known.items() if _last_part(path, use) == path_or_last
    ]
    if len(matching) == 1:
        return matching[0]
    bare = _USE.sub("", name)
    layers = matches(bare, allowed)
    own = [path for path, use in known.items() if [use.of] == layers]
    if bare == name or not own:
        return None
    raise UserError(_too_few(name, layers[0], own))


def _last_part(path: str, use: Use) -> str:
    """The last part of a path that leads through first uses only; "" for others."""
    before, _, last = path.rpartition("/")
    return last if before == use.of.rpartition("/")[0] else ""


def _too_few(name: str, layer: str, own: list[str]) -> Problem:
    times = "only once" if len(own) == 1 else f"{len(own)} times"
    return Problem(
        f"there is no use '{name}' of a layer, as the model uses '{layer}' {times}",
        hint=f"name {'it' if len(own) == 1 else 'one of them'}: {listed(own)}",
    )
