"""Models that the user saved: `.keras` and `.h5` files and SavedModels, perhaps a stranger's.

A model file is copied, inspected, read by a process with limits, and only then read here;
`docs/security.md` says what each step refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from reportgen.catalog import Entry, Parameter
from reportgen.digest import StatCache
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.library_errors import cause
from reportgen.types import Model

ENTRY = Entry(
    name="files",
    title="Model file",
    help="the path of a .keras or .h5 file, from the spec's folder; it counts as trained",
    parameters=(
        Parameter(
            name="modules",
            kind="names",
            default=(),
            help="Python modules of your own that define layers, in the spec's folder or "
            "installed; a model file may name what they define, not what they import",
        ),
    ),
)
ENDPOINTS = ("serve", "serving_default")
"""Endpoints of a SavedModel, the first that exists is called: Keras' `export` writes the first."""


def load_file(
    source: str,
    base: Path,
    *,
    modules: Sequence[str] = (),
    trusted: bool = False,
    cache: Path | None = None,
) -> tuple[Model, str]:
    """Read a model from a file, not compiled.

    Args:
        source: the file's path from the folder `base`, which is the spec's.
        base: the folder; the owner's modules are looked for there too.
        modules: the modules whose classes and functions the file may name.
        trusted: whether code in the file may run: the file may then name anything.
        cache: the cache folder, in which files that passed their trial are remembered.

    Returns:
        The model, and a sentence on a loss of the file's that the report does not use, or "".

    Raises:
        UserError: there is no such file, it is refused, or it is not a model that Keras can load.
    """
    # Imported late: reading a spec imports this file for its ENTRY.
    from reportgen import input_digests
    from reportgen.models.trust.copy import copied_folder
    from reportgen.models.trust.inspection import (
        SAVED_MODEL,
        inspect_isolated,
        own_losses,
        own_metrics,
    )
    from reportgen.models.trust.reading import read_model, unreadable
    from reportgen.models.trust.vetting import Request, vetted

    path = base / source
    _check_path(path, source)
    if path.name == SAVED_MODEL:
        with copied_folder(path.parent) as copy:
            input_digests.copied(path.parent, copy)
            program = copy / SAVED_MODEL
            inspect_isolated(program, name=source, modules=modules, folder=base, trusted=trusted)
            return _read_saved_model(copy, path.parent), ""
    with vetted(Request(path, tuple(modules), base, trusted, cache)) as copy:
        try:
            model = read_model(copy.path, modules, base, name=copy.name, trusted=trusted)
            return model, _about(own_losses(copy.path), own_metrics(copy.path))
        except UserError:
            raise
        except Exception as error:  # Whatever a broken file raises, it is the file that is wrong.
            raise UserError(unreadable(copy.name, error)) from error


def _about(losses: Sequence[str], metrics: Sequence[str]) -> str:
    """Sentences on losses and metrics of the owner's that are not used."""
    told = []
    if losses:
        told.append(
            f"The file says that the model was trained with the loss {_listed(losses)}, which is "
            "none of Keras': this report does not use it, and every loss that it gives is the mean "
            "cross-entropy."
        )
    if metrics:
        plural = len(metrics) > 1
        told.append(
            f"The file names the metric{'s' * plural} {_listed(metrics)}, "
            f"{'none' if plural else 'which is none'} of Keras': this report does not use "
            f"{'them' if plural else 'it'}, and measures accuracy and cross-entropy."
        )
    return " ".join(told)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)


def vetting(
    path: Path, modules: Sequence[str], base: Path, trusted: bool, cache: Path | None
) -> AbstractContextManager[None]:
    """A context in which a file is vetted in the background; a SavedModel is not."""
    from reportgen.models.trust.inspection import SUFFIXES
    from reportgen.models.trust.vetting import Request, in_background

    if path.suffix not in SUFFIXES:
        return nullcontext()
    return in_background(Request(path, tuple(modules), base, trusted, cache))


def _check_path(path: Path, source: str) -> None:
    from reportgen.models.trust.inspection import SAVED_MODEL, SUFFIXES

    if path.suffix not in SUFFIXES and path.name != SAVED_MODEL:
        raise UserError(
            Problem(
                f"'{source}' is not a model source",
                hint="write zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, "
                "or the path of a .keras or .h5 file",
            )
        )
    if path.is_file():
        return
    near = [item.name for item in path.parent.glob("*") if item.suffix in SUFFIXES]
    hint = did_you_mean(path.name, sorted(near)) if near else f"{path.parent} holds no model file"
    raise UserError(Problem(f"there is no model file {path}", hint=hint))


def _read_saved_model(folder: Path, original: Path) -> Model:
    """A model with the SavedModel of a folder, a program of TensorFlow, as its only layer.

    What looks at inputs and outputs alone works on it; there are no layers inside to show.

    Args:
        folder: a copy that nobody else can change.
        original: the user's folder, for messages.

    Raises:
        UserError: TensorFlow cannot read it, or it does not take one array.
    """
    import keras
    import tensorflow as tf

    try:
        signatures = tf.saved_model.load(folder).signatures
        endpoint = next(name for name in ENDPOINTS if name in signatures)
        (spec,) = signatures[endpoint].structured_input_signature[1].values()
        images = keras.Input(spec.shape[1:], dtype=spec.dtype.name)
        program = keras.layers.TFSMLayer(folder, call_endpoint=endpoint, name="program")
        # The layer's configuration stands for the program, which may differ for equal weights.
        program.filepath = StatCache().of_folder(folder)
        outputs = keras.tree.flatten(program(images))
        return keras.Model(images, outputs[0] if len(outputs) == 1 else outputs)
    except (OSError, StopIteration, ValueError, TypeError, RuntimeError) as error:
        words = cause(error) if str(error) else "it offers nothing to call with one array"
        raise UserError(
            Problem(
                f"the SavedModel {original} cannot be used: {words}",
                hint="write one with model.export('FOLDER'), with one input",
            )
        ) from error
