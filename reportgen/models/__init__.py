"""Models that a spec may name: the zoo's files, and loaders for models of the user's own.

A zoo file's name is the model's name (`zoo:base` is `base.py`); it holds `ENTRY`,
`build(input_shape, targets)`, which takes the parameters that `ENTRY` declares by name, and
`INPUT_SHAPE` for reports without a dataset. Installed packages
add models in the same form; files without an `ENTRY` hold shared code. The loaders `application`,
`python_function` and `files` serve the other sources. Nothing heavy is imported before a model is
loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.network.input_values import Value
from reportgen.records import Target


@dataclass(frozen=True)
class Loaded:
    """A `keras.Model`, and whether it came trained (then it is not trained again).

    `weights` is a sentence on where its weights are from, one on inputs that are held at values,
    and one on what stands between the dataset's images and the model; "" where the source says it
    all.
    """

    model: Any
    trained: bool
    weights: str = ""


def load(
    source: str,
    *,
    base: Path,
    input_shape: tuple[int, ...] | None,
    targets: Sequence[Target],
    seed: int,
    params: Mapping[str, Any],
    inputs: Mapping[str, Value] | None = None,
    lines: Mapping[str, int] | None = None,
    trusted: bool = False,
    cache: Path | None = None,
) -> Loaded:
    """Make or read the model that a spec names.

    Args:
        source: "zoo:NAME", "application:NAME", "python:PACKAGE.MODULE:FUNCTION", or the path of
            a `.keras` or `.h5` file.
        base: the folder of the spec, from which paths and modules are found.
        input_shape: (height, width, channels) of the dataset's images, or None without dataset.
        targets: what the dataset labels; () without dataset.
        seed: of the initial weights; Python's, NumPy's and TensorFlow's generators are set.
        params: what the spec says of this source, such as `weights` of an application.
        inputs: what each input of a model of several is given, see `reportgen.network.inputs`;
            None or {} where the spec does not say.
        lines: where it does, by the input, for messages; "" for the whole.
        trusted: whether code in a model file may run.
        cache: the cache folder, in which model files that were tried are remembered.

    Raises:
        UserError: there is no such model, it cannot be loaded, or the images do not fit it.
    """
    import keras

    from reportgen.models._adapting import adapted
    from reportgen.models._fit import check_input
    from reportgen.models._holding import held

    keras.utils.set_random_seed(seed)
    kind, name = _kind(source), source.partition(":")[2]
    if kind == "zoo":
        loaded = Loaded(_zoo(name, input_shape, targets, params), trained=False)
    elif kind == "file":
        modules = tuple(params.get("modules") or ())
        files = import_module(catalog.loader(kind))
        model = files.load_file(source, base, modules=modules, trusted=trusted, cache=cache)
        loaded = Loaded(model, trained=True)
    else:
        made = import_module(catalog.loader(kind)).load(name, base, input_shape, targets, params)
        loaded = Loaded(*made)
    model, told = held(loaded.model, inputs or {}, lines)
    before = ""
    if input_shape is not None:
        model, before = adapted(model, input_shape)
        check_input(model, source, input_shape)
    said = " ".join(filter(None, (loaded.weights, told, before)))
    return Loaded(model, loaded.trained, said)


def _kind(source: str) -> str:
    """The kind of a source: "zoo", or what `catalog.loader` has a module for."""
    scheme, colon, _ = source.partition(":")
    return scheme if colon and scheme in ("zoo", "application", "python") else "file"


def ahead(
    source: str, *, base: Path, params: Mapping[str, Any], trusted: bool, cache: Path | None
) -> AbstractContextManager[None]:
    """A context in which a model file is vetted in the background, for `load` to find.

    It is to be entered before TensorFlow is imported, which takes as long. Of other sources there
    is nothing to begin with.
    """
    path = base / source
    if _kind(source) != "file" or not path.is_file():
        return nullcontext()
    files = import_module(catalog.loader("file"))
    begun: AbstractContextManager[None] = files.begun(
        path, tuple(params.get("modules") or ()), base, trusted, cache
    )
    return begun


def _zoo(
    name: str,
    input_shape: tuple[int, ...] | None,
    targets: Sequence[Target],
    params: Mapping[str, Any],
) -> Any:
    modules = catalog.modules("models")
    if name not in modules:
        hint = did_you_mean(name, list(modules))
        raise UserError(Problem(f"the zoo has no model named '{name}'", hint=hint))
    module = import_module(modules[name])
    shape = input_shape or module.INPUT_SHAPE
    try:
        return module.build(shape, targets, **params)
    except ValueError as error:
        # Keras refuses a convolution or pooling whose output would have no pixels.
        smallest = " x ".join(map(str, module.INPUT_SHAPE))
        raise UserError(
            Problem(
                f"images of shape {shape} do not fit the model zoo:{name}, "
                f"which was drawn for {smallest}",
                hint="choose a dataset with larger images, or another model",
            )
        ) from error
