"""Which convolutions of a model a method takes where a caller names none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reportgen.errors import UndefinedError
from reportgen.probing.convolutions import acting, over_time
from reportgen.probing.layers import choose, is_conv, named, output_shapes


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
