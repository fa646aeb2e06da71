"""Models between tasks: in memory while there is room, and in the store as checkpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reportgen.codec import decode
from reportgen.engine.job import Job
from reportgen.errors import InputMovedError, UserError
from reportgen.models import Loaded, checkpoints
from reportgen.models.checkpoints import Recipe, Surroundings
from reportgen.network.keras_internals import settle
from reportgen.network.layer_selection import find
from reportgen.network.layers import numbered_uses
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing
from reportgen.store import Output, Store
from reportgen.types import Json, Model, Params

_KEPT = 2
_HUGE = 2**28
"""Bytes of weights above which a model replaces all other models in memory."""

_built: dict[str, Loaded] = {}


@dataclass(frozen=True)
class ModelParams:
    """Parameters of the stages `train` and `model`, as in the spec; see `plan`.

    `settle` says that the spec leaves the scaling of images to the model.
    """

    source: str
    params: Params
    seed: int
    dataset: str | None = None
    training: Params = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    classes: str | tuple[str, ...] | None = None
    settle: bool = False

    def recipe(self, data: Dataset | None) -> Recipe:
        """The recipe that builds the model for a dataset."""
        apart = self.settle or data is None
        recipe = Recipe(self.source, self.params, self.inputs, self.seed, apart=apart)
        if data is None:
            return recipe
        shape = tuple(data.splits["train"].images.shape[1:])
        return replace(recipe, input_shape=shape, targets=data.targets)


@dataclass(frozen=True)
class Training:
    """The result of the stage `train`.

    Attributes:
        digest: digest of the model.
        weights: digest of the trained weights in the store; "" for a model that came trained.
        history: for each of Keras' log names, its value after every epoch; {} for a model that came
            trained.
        params: the training parameters of the spec; {} for a model that came trained.
        device: the device of the training, "CPU" or "GPU".
        preprocessing: that of the images for this model; None without a dataset.
        machine: what the weights were made on (`checkpoints.machine`); no part of any digest.
    """

    digest: str
    weights: str
    history: Mapping[str, tuple[float, ...]]
    params: Params
    device: str
    preprocessing: Preprocessing | None
    machine: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A model in the store.

    Attributes:
        recipe: the recipe that builds the model.
        weights: digest of the stored weights; "" where the recipe itself loads the weights.
        preprocessing: that of the images for this model, or None without a dataset.
        classes: names for outputs that answer no labels; () where nothing names them.
        digest: that of the model, without the names.
    """

    recipe: Recipe
    weights: str
    preprocessing: Preprocessing | None
    classes: tuple[str, ...] = ()
    digest: str = ""


def obtain(output: Output, job: Job, store: Store) -> Network:
    """The network of an output that holds a checkpoint. Raises the errors of `load`."""
    kept = decode(Checkpoint, json.loads(store.get(output.object)))
    return Network.of(load(kept.digest, kept, job, store).model).named(kept.classes)


def uses(network: Network) -> dict[str, tuple[int, int]]:
    """The uses of the layers that a model uses several times, as `artifacts.Uses`."""
    return numbered_uses(network.uses)


def load(digest: str, checkpoint: Checkpoint, job: Job, store: Store) -> Loaded:
    """A model by its digest, from memory or built again with its weights.

    Raises:
        InputMovedError: the model has changed since the output was made.
    """
    if digest in _built:
        return _built[digest]
    loaded = build(checkpoint.recipe, job, store)
    if checkpoint.weights:
        weights = checkpoints.unpack(store.get(checkpoint.weights), loaded.model)
        loaded.model.set_weights(weights)
        settle(loaded.model)
    if checkpoints.digest(loaded.model, checkpoint.preprocessing) != digest:
        raise InputMovedError("the model changed while the report was built")
    remember(digest, loaded)
    return loaded


def build(recipe: Recipe, job: Job, store: Store) -> Loaded:
    """The model of a recipe, before any training.

    `build` also looks up the layers that figures name, so that a misspelt name fails before an hour
    of training.

    Raises:
        UserError: `models.load` raises it, or the model lacks layers that figures name.
    """
    around = Surroundings(Path(job.base), store.root, job.trust)
    loaded = checkpoints.build(recipe, around)
    _check_layers(loaded.model, job.checks)
    return loaded


def remember(digest: str, loaded: Loaded) -> None:
    """Keep a model in memory by its digest; a huge model replaces all others."""
    if loaded.model.count_params() * 4 > _HUGE:
        _built.clear()
    while len(_built) >= _KEPT:
        _built.pop(next(iter(_built)))
    _built[digest] = loaded


def _check_layers(model: Model, checks: Sequence[tuple[str, int | None]]) -> None:
    problems, network = [], Network.of(model)
    for name, line in checks:
        try:
            find(network, name)
        except UserError as error:
            problems += [replace(problem, line=line) for problem in error.problems]
    if problems:
        raise UserError(*problems)
