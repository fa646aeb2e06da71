"""`Network`: one object for a Keras model, which all of the engine passes on.

It reads the model's graph once and keeps what it found out (layers, uses, heads, compiled graphs)
until the model changes.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from reportgen.network import graph as graphs
from reportgen.network import heads as heads_module
from reportgen.network import layers as layers_module
from reportgen.network.keras_internals import flat_layers
from reportgen.network.layers import OutputShape, Use
from reportgen.records import Head, Target
from reportgen.types import Json, Layer, Model

Kept = TypeVar("Kept")


class Network:
    """A Keras model, looked at once.

    `Network.of(model)` is the way to have one. What it finds out is kept beside the model, and
    forgotten together with it.
    """

    def __init__(
        self, model: Model, kept: dict[Hashable, Json], classes: tuple[str, ...] = ()
    ) -> None:
        self.model = model
        self.classes = classes
        self._kept = kept

    @classmethod
    def of(cls, model: Model | Network) -> Network:
        """The network of a model, with all that is known of the model unless it has changed.

        A model changes with its layers, their names and activations, and its weight variables:
        `pop` and `add` exchange layers, `quantize` and `enable_lora` weights, and an activation is
        often replaced by hand. Other values of the same weights are no change.
        """
        if isinstance(model, Network):
            return model
        now = _parts(model)
        before, kept = _known.get(model, ([], {}))
        if len(before) != len(now) or not all(map(operator.is_, before, now)):
            kept = {}
            _known[model] = now, kept
        return cls(model, kept)

    def named(self, classes: Sequence[str]) -> Network:
        """The same network, with names for the classes of outputs that answer no labels."""
        return Network(self.model, self._kept, tuple(classes)) if classes else self

    def keep(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """The value that `make` computes, once for each key as long as the model stays the same.

        Args:
            key: everything besides the model that the value depends on.
            make: computes the value, which must not hold the model, or the model would stay alive.
        """
        if key not in self._kept:
            self._kept[key] = make()
        value: Kept = self._kept[key]
        return value

    def has_kept(self, key: Hashable) -> bool:
        """Whether there is a value for this key."""
        return key in self._kept

    def kept(self, kind: type[Kept]) -> dict[Hashable, Kept]:
        """All kept values of a type, by their keys."""
        return {key: value for key, value in self._kept.items() if isinstance(value, kind)}

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.model.name)

    # --- graph ---------------------------------------------------------------------------------

    @property
    def has_graph(self) -> bool:
        """Whether the model's inside can be walked."""
        return graphs.is_graph(self.model)

    @property
    def graph(self) -> Model:
        """The Functional graph of the model: its own, or the one that its `call` draws.

        Raises:
            UndefinedError: there is none.
        """
        return graphs.require_graph(self.model)

    def require_graph(self) -> None:
        """Raises UndefinedError where the model's inside cannot be walked."""
        graphs.require_graph(self.model)

    def walk(self, inputs: Json, call: graphs.Call, done: graphs.Done | None = None) -> Json:
        """Run through the graph, letting `call` compute every layer (`graph.walk`)."""
        return graphs.walk(self.model, inputs, call, done)

    # --- layers --------------------------------------------------------------------------------

    @property
    def layers(self) -> dict[str, Layer]:
        """Every layer by its path, in the order of the model, nested ones included."""
        return self.keep("layers", lambda: layers_module.layers_by_path(self.model))

    @property
    def uses(self) -> dict[str, Use]:
        """Every use of every layer by path; {} where the inside is out of reach."""
        return self.keep("uses", lambda: layers_module.uses_by_path(self.model))

    def layer(self, path: str) -> Layer:
        """The layer at a path, which may be that of a later use.

        Raises:
            KeyError: there is none.
        """
        return self.layers[path] if path in self.layers else self.uses[path].layer

    def shapes_at(self, path: str) -> list[OutputShape]:
        """The shape of each output of a layer, or of the use of it that the path names."""
        if path in self.layers:
            return layers_module.output_shapes(self.layers[path])
        return self.uses[path].shapes

    # --- outputs -------------------------------------------------------------------------------

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads in the order of the outputs, without the targets that they answer.

        Raises:
            UndefinedError: the model is not a graph.
        """
        return self.keep("heads", lambda: heads_module.heads(self.model))

    def heads_for(self, targets: Sequence[Target], strict: bool = False) -> tuple[Head, ...]:
        """The heads with the targets that they answer (`heads.answering`), and with names.

        Raises:
            UserError: an output's units do not fit the classes that it answers, or no output has
                as many units as there are names.
        """
        answering = heads_module.answering(self.heads, targets, self.graph.outputs, strict)
        return heads_module.named(answering, self.classes)

    @property
    def output_names(self) -> list[str]:
        """The name of each output."""
        return [head.name for head in self.heads]

    def closing(self, index: int) -> tuple[str, Layer]:
        """Path and layer of the call that decides an output's values (`heads.closing`)."""
        return self.keep(("closing", index), lambda: heads_module.closing(self.model, index))


_known: weakref.WeakKeyDictionary[Model, tuple[list[Json], dict[Hashable, Json]]]
_known = weakref.WeakKeyDictionary()
"""By model: its parts when it was last looked at, and the values kept since."""


def _parts(model: Model) -> list[Json]:
    """What a model is made of, to be compared by identity."""
    layers = flat_layers(model, itself=False)
    described = [(layer, layer.name, getattr(layer, "activation", None)) for layer in layers]
    return [*model.weights, *(part for parts in described for part in parts)]
