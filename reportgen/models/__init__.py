"""Models that a spec may name: those of the zoo, and models of the user's own.

`zoo` holds networks that are trained for a report; `application`, `python_function` and `files`
serve the other sources, and `trust` keeps strangers' files from doing harm. Installed packages add
models in the form of the zoo's. Nothing heavy is imported before a model is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from reportgen import catalog
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.network.input_values import Value
from reportgen.records import Target
from reportgen.suggestions import never_built
from reportgen.types import Model, Params, Shape

UNTRAINED = (
    "Its weights were drawn at random and never trained: all that is shown of them is how a "
    "random network answers, not what a trained one has learned."
)
"""What a report says of a model whose weights are random and stay so."""
LOOKS_UNTRAINED = (
    "The weights look as if they had never been trained: biases are where they start, and all else "
    "is distributed as a draw of the initializers. If so, figures show what a random network does, "
    "and not what a trained one has learned."
)
"""The same of a model that came as trained."""


@dataclass(frozen=True)
class Loaded:
    """A model, and whether it came trained (then it is not trained again).

    `weights` holds sentences for the report: where the weights are from, which inputs are held at
    values, and which layer stands between the dataset's images and the model; "" where the source
    says it all. `classes` are the names that come with the model, such as ImageNet's.
    `unlike` is a warning that inputs are given the same values and expect different ones.
    """

    model: Model
    trained: bool
    weights: str = ""
    classes: tuple[str, ...] = ()
    unlike: str = ""


def load(
    source: str,
    *,
    base: Path,
    input_shape: Sequence[int] | None,
    targets: Sequence[Target],
    seed: int,
    params: Params,
    inputs: Mapping[str, Value] | None = None,
    apart: bool = True,
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
        params: the spec's parameters of this source, such as `weights` of an application.
        inputs: what each input of a model of several is given, see `network.input_values`;
            None or {} where the spec does not say.
        apart: whether inputs that expect different values of the same images are given them, by a
            layer before one of them; else there is a warning.
        trusted: whether code in a model file may run.
        cache: the cache folder, in which model files that passed their trial are remembered.

    Raises:
        UserError: there is no such model, it cannot be loaded, or the images do not fit it.
    """
    import keras

    from reportgen.models.adapting import check_input, hold_inputs, reshape_images
    from reportgen.models.unlike_inputs import unlike, wanted_scales

    keras.utils.set_random_seed(seed)
    kind, name = _kind(source), source.partition(":")[2]
    trained, origin, classes = True, "", ()
    if kind == "zoo":
        model, trained = _from_zoo(name, input_shape, targets, params), False
        origin = "" if input_shape else UNTRAINED
    elif kind == "file":
        modules = tuple(params.get("modules") or ())
        files = import_module(catalog.loader(kind))
        model, origin = files.load_file(source, base, modules=modules, trusted=trusted, cache=cache)
        if not model.built:
            message, hint = never_built(source)
            raise UserError(Problem(message, hint=hint))
    else:
        loader = import_module(catalog.loader(kind))
        model, trained, *sentence = loader.load(name, base, input_shape, targets, params)
        origin = "".join(sentence)
        if kind == "application":
            classes, told = loader.class_names(model, params)
            origin = " ".join(filter(None, (origin, told)))
    scales, told = wanted_scales(model, inputs or {}), ""
    if scales and not apart:
        scales, told = {}, unlike(scales)
    model, held = hold_inputs(model, inputs or {}, scales)
    reshaped = ""
    if input_shape is not None:
        model, reshaped = reshape_images(model, input_shape)
        check_input(model, source, input_shape)
    return Loaded(model, trained, " ".join(filter(None, (origin, held, reshaped))), classes, told)


def ahead(
    source: str, *, base: Path, params: Params, trusted: bool, cache: Path | None
) -> AbstractContextManager[None]:
    """A context in which a model file is vetted in the background, for `load` to find.

    Enter it before TensorFlow is imported, which takes as long. Other sources have nothing to vet.
    """
    path = base / source
    if _kind(source) != "file" or not path.is_file():
        return nullcontext()
    files = import_module(catalog.loader("file"))
    modules = tuple(params.get("modules") or ())
    context: AbstractContextManager[None] = files.vetting(path, modules, base, trusted, cache)
    return context


def _kind(source: str) -> str:
    """The kind of a source: "zoo", or one that `catalog.loader` has a module for."""
    scheme, colon, _ = source.partition(":")
    return scheme if colon and scheme in ("zoo", "application", "python") else "file"


def _from_zoo(
    name: str, input_shape: Shape | None, targets: Sequence[Target], params: Params
) -> Model:
    modules = catalog.modules("models")
    if name not in modules:
        hint = did_you_mean(name, list(modules))
        raise UserError(Problem(f"the zoo has no model named '{name}'", hint=hint))
    module = import_module(modules[name])
    # A file of several networks has a function for each in place of `build`.
    build = module.build if hasattr(module, "build") else getattr(module, name)
    shape = input_shape or module.INPUT_SHAPE
    try:
        return build(shape, targets, **params)
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
