"""The trial: a process of its own reads a model file first, with limits.

This module runs in the child; `vetting` starts it and asks. The answer is why the file is refused,
"" where it is not.
"""

from __future__ import annotations

import gc
import importlib
import os
import resource
import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.child_process import Handler, Progress
from reportgen.errors import UserError
from reportgen.models.trust.limits import OUTPUT
from reportgen.models.trust.sizes import oversized
from reportgen.types import Json, Layer, Model, Params, Shape, Tensor

if TYPE_CHECKING:
    from reportgen.network.keras_internals import Node

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEEDS = {
    "connect to the network": (
        "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
        "urllib.Request",
    ),
    "start another program": (
        "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
        "os.forkpty", "pty.spawn",
    ),
    "change files": (
        "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod",
        "os.truncate", "shutil.rmtree", "shutil.move",
    ),
}  # fmt: skip
"""Audit events of Python by what they do; reading a model needs none of them."""
DRAWING = ("IPython", "matplotlib")
"""Packages that Keras imports to show pictures, where they are installed."""


def reading() -> Handler:
    """Import what reads models, in little more than half the usual time, before a file is named.

    Nothing that importing makes is garbage, so none is looked for; and Keras draws nothing here.
    """
    gc.disable()
    drawing = [name for name in DRAWING if name not in sys.modules]
    sys.modules |= dict.fromkeys(drawing)  # type: ignore[arg-type]  # None refuses an import
    try:
        importlib.import_module("keras")
        importlib.import_module("reportgen.models.trust.reading")
    finally:
        for name in drawing:
            del sys.modules[name]
        gc.freeze()
        gc.enable()
    return _refusal


def _refusal(request: Json, progress: Progress) -> str:
    """Why a file is refused. Raises UserError where Keras or the owner's modules fail."""
    watch = Watch(Path(request["path"]).parent)
    sys.addaudithook(watch.hook)
    try:
        refusal = _read(request, watch)
    except UserError:
        if not watch.attempt:
            raise
    return f"reading it tries to {watch.attempt}" if watch.attempt else refusal


def _read(request: Params, watch: Watch) -> str:
    import keras

    from reportgen.models.trust.reading import read_model, unreadable

    path, base = Path(request["path"]), Path(request["base"])
    try:
        model = read_model(path, request["modules"], base, name=request["name"], watch=watch)
        refusal = too_large(model)
    except UserError:
        raise
    except MemoryError:
        return "reading it takes more memory than is allowed"
    except Exception as error:  # Whatever a broken file raises, it is the file that is wrong.
        raise UserError(unreadable(request["name"], error)) from error
    if not refusal and not isinstance(model, keras.Model):
        raise UserError(unreadable(request["name"]))
    return refusal


class Watch:
    """Stops what reading a model has no business with, and remembers it; a context manager.

    No file can grow meanwhile, whoever writes it. Otherwise this is a watch, not a wall: Python
    reports what Python does, not what libraries do by themselves.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.on = False
        self.attempt = ""
        self.events = {event: deed for deed, events in DEEDS.items() for event in events}

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        self.on = True

    def __exit__(self, *_: object) -> None:
        self.on = False
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """Called by Python for every audit event."""
        if not self.on:
            return
        deed = self.events.get(event, "")
        if event == "open" and self._writes(*arguments):
            deed = "write a file"
        if deed:
            # Keras swallows some errors, so the attempt is remembered too.
            self.attempt = self.attempt or deed
            raise PermissionError(f"a model file may not {deed}")

    def _writes(self, path: object, mode: object, flags: object) -> bool:
        inside = isinstance(path, str) and path.startswith((self.folder, "/dev/null"))
        return isinstance(flags, int) and bool(flags & WRITING) and not inside


def too_large(model: Model) -> str:
    """Why a model that has been read is refused for the size of its layers' outputs, or "".

    Nothing is computed: shapes are enough.

    Args:
        model: is only read. Of a model without a graph nothing is known.
    """
    from reportgen.network import graph

    if not graph.is_graph(model):
        return ""
    inputs = graph.require_graph(model).inputs
    images = next((tensor.shape[0] for tensor in inputs), None) or 1
    path, shape = max(_outputs(model), key=lambda output: _size(output[1]), default=("", ()))
    if _size(shape) // images <= OUTPUT:
        return ""
    return oversized(f"its layer '{path}'", shape[1:] if shape[0] in (None, images) else shape)


def _size(shape: Shape) -> int:
    """Values of a tensor; sides that are left open count as 1."""
    return prod(side for side in shape if side is not None)


def _outputs(model: Model, prefix: str = "") -> Iterator[tuple[str, Shape]]:
    """Path and shape of each layer's outputs, those of nested models at the size of their use."""
    from reportgen.network import graph

    for name, node in graph.calls(graph.require_graph(model)):
        path = prefix + name
        yield from ((path, tuple(tensor.shape)) for tensor in node.outputs)
        if not graph.is_graph(node.operation):
            yield from _wrapped_outputs(node, path + "/")
            continue
        own = graph.require_graph(node.operation).inputs
        if [tensor.shape for tensor in own] == [tensor.shape for tensor in node.input_tensors]:
            yield from _outputs(node.operation, path + "/")
        else:
            yield from _called_outputs(node, path + "/")


def _wrapped_outputs(node: Node, prefix: str) -> Iterator[tuple[str, Shape]]:
    """Outputs inside a layer that holds others: a pipeline, or a wrapper around a model."""
    import keras

    from reportgen.network import graph
    from reportgen.network.keras_internals import flat_layers

    holder = node.operation
    if isinstance(holder, keras.layers.Pipeline):
        value = node.input_tensors[0]
        for layer in holder.layers:
            value = layer.compute_output_spec(value)
            yield from _shapes(prefix + layer.name, value)
    if isinstance(holder, keras.Layer):
        for layer in flat_layers(holder, itself=False):
            if graph.is_graph(layer):
                yield from _outputs(layer, f"{prefix}{layer.name}/")


def _called_outputs(node: Node, prefix: str) -> list[tuple[str, Shape]]:
    """Outputs of a nested model's layers for other shapes than it was built with."""
    from reportgen.network import graph

    outputs: list[tuple[str, Shape]] = []

    def call(path: str, layer: Layer, args: tuple[Tensor, ...], kwargs: Params) -> Tensor:
        output = layer.compute_output_spec(*args, **kwargs)
        outputs.extend(_shapes(prefix + path, output))
        return output

    values = node.arguments.args[0] if node.arguments.args else node.arguments.kwargs["inputs"]
    graph.walk(node.operation, values, call)
    return outputs


def _shapes(path: str, output: Tensor) -> Iterator[tuple[str, Shape]]:
    import keras

    return ((path, tuple(tensor.shape)) for tensor in keras.tree.flatten(output))
