"""Networks of `keras.applications`, such as `application:VGG16`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Entry, Parameter
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.library_errors import cause
from reportgen.models import UNTRAINED
from reportgen.models.keras_errors import explain, reason
from reportgen.records import Target
from reportgen.spec.types import weights_of
from reportgen.types import Model, Params, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRY = Entry(
    name="application",
    title="Keras application",
    help="application:NAME, a network of keras.applications such as VGG16 or MobileNetV2",
    parameters=(
        Parameter(
            name="weights",
            kind="str",
            default="imagenet",
            help="'imagenet' (trained, 1000 classes), the path of a weights file (.weights.h5, "
            ".h5, .hdf5 or .keras) of the same network with as many classes as the dataset, or "
            "null for random weights and as many classes as the dataset has; these are trained if "
            "it has labels",
            optional=True,
        ),
    ),
)
TIMEOUT = 10.0
"""Seconds without an answer after which a download counts as failed."""

CLASS_INDEX = "imagenet_class_index.json"
_INDEX_FROM = "https://storage.googleapis.com/download.tensorflow.org/data/" + CLASS_INDEX
_INDEX_MD5 = "c2c37ea517e94d9795004a39431a14cb"
_INDEX_TIMEOUT = 4.0
"""Seconds; names are worth no longer wait, as numbers stand in for them."""

NAMED = "Its classes have the names of Keras' index of ImageNet."
NUMBERED = (
    "The index of ImageNet's names is neither in Keras' cache nor could it be downloaded, so "
    "classes have numbers; 'classes' gives them names."
)


def load(
    name: str,
    base: Path,
    input_shape: Shape | None,
    targets: Sequence[Target],
    params: Params,
) -> tuple[Model, bool, str]:
    """Build a network of `keras.applications`; it counts as trained if it was given weights.

    The network's own input size is used where no dataset gives one, and for ImageNet weights
    always. Its own classes are used where random weights meet no labels; nothing can train them
    then, so they are shown as they are.

    Returns:
        The model, whether it is not to be trained, and one sentence on where its weights are from.

    Raises:
        UserError: there is no such network, its weights cannot be had, or the images do not fit.
    """
    weights = params.get("weights", "imagenet")
    with _quietly():
        model = _built(name, weights == "imagenet", input_shape, targets)
        if (file := weights_of(params)) is not None:
            _read_weights(model, name, file, base)
    final = weights is not None or not targets
    return model, final, _origin(weights, final)


def class_names(model: Model, params: Params) -> tuple[tuple[str, ...], str]:
    """The names of ImageNet's classes, and a sentence on them.

    They are () for a network with other weights, and where Keras' index of them cannot be had.
    """
    shape = model.output_shape
    if params.get("weights", "imagenet") != "imagenet" or shape[-1] != 1000:
        return (), ""
    with _quietly(_INDEX_TIMEOUT):
        names = _read_index()
    return names, NAMED if names else NUMBERED


def _read_index() -> tuple[str, ...]:
    """The 1,000 names of the index in Keras' cache, or of a fresh copy; () where there is none."""
    import keras

    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    path = home / "models" / CLASS_INDEX
    try:
        if not path.is_file():
            path = Path(
                keras.utils.get_file(
                    CLASS_INDEX, _INDEX_FROM, cache_subdir="models", file_hash=_INDEX_MD5
                )
            )
        index = json.loads(path.read_text("utf-8"))
        return tuple(str(index[str(unit)][1]).replace("_", " ") for unit in range(1000))
    except Exception:  # Keras raises plain Exception; a damaged index is as good as none.
        return ()


def _built(
    name: str, imagenet: bool, input_shape: Shape | None, targets: Sequence[Target]
) -> Model:
    """The network with the weights that Keras distributes, or with random ones."""
    build = _builder(name)
    arguments: dict[str, Any] = {"weights": "imagenet"}
    if not imagenet:
        arguments = {"weights": None, "input_shape": input_shape}
        if targets:
            arguments["classes"] = len(targets[0].classes)
    try:
        return build(**arguments)
    except Exception as error:  # Keras raises plain Exception where it cannot download.
        raise UserError(_problem(name, imagenet, input_shape, error)) from error


def _builder(name: str) -> Callable[..., Model]:
    import keras

    # Networks are functions that begin with a capital letter; the rest are modules.
    networks = [item for item in dir(keras.applications) if item[0].isupper()]
    if name not in networks:
        hint = did_you_mean(name, networks)
        raise UserError(Problem(f"keras.applications has no network named '{name}'", hint=hint))
    builder: Callable[..., Model] = getattr(keras.applications, name)
    return builder


def _problem(name: str, imagenet: bool, input_shape: Shape | None, error: Exception) -> Problem:
    if imagenet and ("URL fetch" in str(error) or isinstance(error, OSError)):
        why = cause(error)
        return Problem(
            f"the ImageNet weights of {name} are not in Keras' cache "
            f"and could not be downloaded ({why})",
            hint="build once with network, or set weights to the path of a file, "
            "or to null for random weights",
        )
    images = f" for images of shape {input_shape}" if input_shape else ""
    return Problem(
        f"{name} cannot be built{images}: {reason(error)}",
        hint="choose a dataset with images that it takes",
    )


def _read_weights(model: Model, network: str, weights: str, base: Path) -> None:
    """Give a network the weights of a file.

    Args:
        model: the network, built.
        network: its name in messages.
        weights: the file's path from the folder `base`, which is the spec's.

    Raises:
        UserError: there is no such file, it is refused, or the weights are another network's.
    """
    from reportgen.models.trust.vetting import vetted_weights

    if not (base / weights).is_file():
        hint = "write its path from the spec's folder, 'imagenet', or null for random weights"
        raise UserError(Problem(f"there is no weights file {base / weights}", hint=hint))
    with vetted_weights(base / weights) as copy:
        try:
            model.load_weights(copy.path)
        except Exception as error:  # Whatever Keras raises, it is the file that does not fit.
            raise UserError(
                Problem(
                    f"the weights of {copy.name} do not fit {network}: {explain(error)}",
                    hint="they must be of the same network with as many classes "
                    f"({model.output_shape[-1]} here)",
                )
            ) from error


def _origin(weights: str | None, final: bool) -> str:
    """Where weights are from, for a reader of the report."""
    if weights == "imagenet":
        return "Its weights were trained on ImageNet and are those that Keras distributes."
    if weights is not None:
        return f"Its weights were read from the file {Path(weights).name}."
    if not final:
        return "Its weights were drawn at random and then trained for this report."
    return UNTRAINED


@contextmanager
def _quietly(timeout: float = TIMEOUT) -> Iterator[None]:
    """Let a connection that does not answer fail; keep Keras' bar and warnings off the terminal."""
    import contextlib
    import io
    import socket
    import warnings

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(timeout)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        socket.setdefaulttimeout(before)
