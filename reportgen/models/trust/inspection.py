"""Inspects model files, part by part, without running anything of them.

`inspect` looks into `.keras` archives, legacy HDF5 files, SavedModels and weights files;
`inspect_isolated` does so in a process of its own, as HDF5's library can hang or crash on a damaged
file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reportgen.child_process import ChildProcess, Handler, Limits, NoAnswer, Progress
from reportgen.codec import decode, encode
from reportgen.errors import Problem, UserError
from reportgen.models.trust import allowlist, archive, configuration, hdf5, limits, sizes
from reportgen.models.trust.findings import FUNCTION, TRUST, Findings, Kind
from reportgen.models.trust.limits import readable_size
from reportgen.models.trust.owned import Owned, owned, wrong_modules
from reportgen.models.trust.references import References
from reportgen.types import Json, JsonObject

if TYPE_CHECKING:
    import zipfile

    import h5py

SUFFIXES = (".keras", ".h5", ".hdf5")
SAVED_MODEL = "saved_model.pb"
"""The file that stands for the folder of a SavedModel."""
COMPILED = "compile_config"
SECONDS = 120
"""Time of one inspection, of computing; the largest network of `keras.applications` takes two."""
MEMORY = 4 * limits.GB
"""Bytes of address space of one inspection."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""NumPy would take address space for each core."""


def inspect_isolated(
    path: Path,
    *,
    name: str,
    modules: Sequence[str],
    folder: Path,
    trusted: bool = False,
    kind: Kind = "model",
) -> None:
    """Do what `inspect` does in a process with limits of time and memory.

    Raises:
        UserError: as `inspect`, and where the inspection does not come to an end.
    """
    request = {"path": str(path.absolute()), "name": name, "modules": list(modules),
               "folder": str(folder.absolute()), "trusted": trusted, "kind": kind}  # fmt: skip
    try:
        _ask("inspecting", request)
    except NoAnswer:
        why = "it is damaged in a way that stops the inspection"
        hint = "save it again, with model.save('NAME.keras')"
        raise UserError(Problem(f"the {kind} file {name} is refused: {why}", hint=hint)) from None


def outline_of(path: Path) -> configuration.Outline:
    """The layers and inputs of a model file that passed the inspection, read in the same way."""
    try:
        return decode(configuration.Outline, _ask("outlining", str(path.absolute())))
    except NoAnswer:
        return configuration.Outline()


def _ask(function: str, request: Json) -> Json:
    environment = {**os.environ, **ONE_THREAD}
    with ChildProcess(f"{__name__}:{function}", environment=environment, log=False) as child:
        return child.ask(request, limits=Limits(SECONDS, MEMORY))


def inspecting() -> Handler:
    """Runs in the child of `inspect_isolated`."""

    def answer(request: Json, progress: Progress) -> None:
        path, folder = Path(request.pop("path")), Path(request.pop("folder"))
        try:
            inspect(path, folder=folder, **request)
        except OSError as error:
            what = f"the {request['kind']} file {path.name}"
            message = f"{what} cannot be read: {(error.strerror or str(error)).lower()}"
            hint = "check that it is a file that you may read"
            raise UserError(Problem(message, hint=hint)) from error

    return answer


def outlining() -> Handler:
    """Runs in the child of `outline_of`."""

    def answer(request: Json, progress: Progress) -> Json:
        return encode(configuration.outline(_configuration(Path(request))))

    return answer


def require_defined(path: Path, name: str, defined: Owned) -> None:
    """Refuse a file that names what the owner's modules, now imported, do not define.

    Raises:
        UserError: with a sentence for each reason.
    """
    findings = Findings(name)
    References(defined, findings).check(_read_parts(_configuration(path)))
    findings.finish()


def named_modules(path: Path) -> frozenset[str]:
    """The modules of all classes and functions that a file names."""
    found = (part.value.get("module") for part in configuration.parts(_configuration(path)))
    return frozenset(module for module in found if isinstance(module, str))


def own_losses(path: Path) -> list[str]:
    """Losses that a model of a file was trained with and that are none of Keras', by name."""
    if path.suffix == ".keras":
        compiled = (_configuration(path) or {}).get(COMPILED) or {}
    else:
        compiled = _configuration(path, "training_config") or {}
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    named = [part.value for part in configuration.parts(loss, "loss")]
    functions = [value.get("config") for value in named if value["class_name"] == "function"]
    classes = [value["class_name"] for value in named if value["class_name"] != "function"]
    texts = loss.values() if isinstance(loss, dict) and not named else loss
    texts = [texts] if isinstance(texts, str) else texts or ()
    plain = [text for text in texts if isinstance(text, str)] if not named else []
    known = allowlist.LOSSES | allowlist.FUNCTIONS | allowlist.SHORT_LOSSES
    own = [str(name).rpartition(">")[2] for name in (*functions, *classes, *plain)]
    return [name for name in dict.fromkeys(own) if name not in known]


def own_metrics(path: Path) -> list[str]:
    """Metrics that a model of a file was compiled with and that are none of Keras', by name."""
    if path.suffix == ".keras":
        compiled = (_configuration(path) or {}).get(COMPILED) or {}
    else:
        compiled = _configuration(path, "training_config") or {}
    given = compiled if isinstance(compiled, dict) else {}
    names = _names_of([given.get("metrics"), given.get("weighted_metrics")])
    known = allowlist.METRICS | allowlist.LOSSES | allowlist.FUNCTIONS | allowlist.SHORT_LOSSES
    plain = {name.replace("_", "").lower() for name in known} | {"acc", "crossentropy", "ce"}
    own = [name.rpartition(">")[2] for name in names]
    return [name for name in dict.fromkeys(own) if name.replace("_", "").lower() not in plain]


def _names_of(value: Json) -> Iterator[str]:
    """The names of functions and classes in a structure of them, as Keras writes it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _names_of(item)
    elif isinstance(value, dict) and "class_name" not in value:
        yield from _names_of(list(value.values()))
    elif isinstance(value, dict):
        config, kind = value.get("config"), str(value["class_name"])
        if kind == "MeanMetricWrapper" and isinstance(config, dict):
            yield from _names_of(config.get("fn"))
        else:
            yield from _names_of(config if kind == "function" else kind)


def _configuration(path: Path, attribute: str = "model_config") -> Json:
    """The configuration of a model file that passed the inspection.

    `attribute` is the name of the text in a legacy file.
    """
    findings = Findings(path.name)
    if path.suffix == ".keras":
        with archive.open_archive(path, findings) as members:
            return None if members is None else _json(members, archive.CONFIG, findings)
    with path.open("rb") as file, hdf5.open_hdf5(file, "it", findings) as root:
        return None if root is None else _attribute(root, attribute, findings)


def inspect(
    path: Path,
    *,
    name: str = "",
    modules: Sequence[str] = (),
    folder: Path | None = None,
    trusted: bool = False,
    kind: Kind = "model",
) -> None:
    """Refuse a model file that asks for anything but a model, or weights that are more than that.

    Args:
        path: a `.keras`, `.h5` or `.hdf5` file, or the `saved_model.pb` of a SavedModel.
        name: the file's name in messages; its own where "".
        modules: Python modules of the spec's owner, whose classes and functions it may name.
        folder: where these modules are looked for; the spec's folder.
        trusted: whether the user vouches for the file, which may then name anything. The archive
            must be sound all the same.
        kind: what is read from the file. Keras reads no configuration of a weights file, so none
            is inspected, and trust makes no difference.

    Raises:
        UserError: with a sentence for each reason, naming the layer or member, or a module that
            is not there.
    """
    findings = Findings(name or path.name, kind)
    folder = folder or path.parent
    if kind == "weights":
        _inspect_weights(path, findings)
    else:
        if not trusted and (wrong := wrong_modules(modules, folder)):
            # What they define is not known, so what the file may name is not known either.
            raise UserError(*wrong)
        vouched = None if trusted else owned(modules, folder)
        if path.name == SAVED_MODEL:
            _inspect_saved_model(vouched, findings)
        elif path.suffix == ".keras":
            _inspect_keras(path, vouched, findings)
        else:
            _inspect_hdf5(path, vouched, findings)
    findings.finish()


def _inspect_weights(path: Path, findings: Findings) -> None:
    """Note what is wrong with a file of which Keras reads the weights alone.

    It may be a whole model too, in either format; what else it holds is not read.
    """
    size = 0
    if path.suffix != ".keras":
        with path.open("rb") as file:
            size, _ = _tree(file, "it", findings)
    else:
        with archive.open_archive(path, findings, assets=True) as members:
            if members is not None:
                size, _ = _archived_tree(members, findings)
    if not size and not findings.problems:
        findings.add("it holds no weights")


def _inspect_saved_model(vouched: Owned | None, findings: Findings) -> None:
    if vouched is not None:
        text = "it is a SavedModel of TensorFlow, a program that can read and write files"
        findings.add(text, f"{FUNCTION}; {TRUST}")


def _inspect_keras(path: Path, vouched: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a `.keras` file; `vouched` is None where the file is trusted."""
    with archive.open_archive(path, findings, assets=vouched is None) as members:
        if members is None:
            return
        config = _json(members, archive.CONFIG, findings)
        if archive.METADATA in members.namelist():
            _json(members, archive.METADATA, findings)
        size, stored = _archived_tree(members, findings)
    if vouched is not None and not findings.problems:
        _check_config(config, size, vouched, findings)
    if not findings.problems:
        sizes.check_shapes(config, stored, findings)


def _inspect_hdf5(path: Path, vouched: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a legacy file; `vouched` is None where the file is trusted."""
    with path.open("rb") as file, hdf5.open_hdf5(file, "it", findings) as root:
        if root is None:
            return
        size, _ = hdf5.check_tree(root, "it", findings)
        if not findings.problems:
            hdf5.check_listed(root, findings)
        config = _attribute(root, "model_config", findings)
        training = _attribute(root, "training_config", findings)
        if config is None and not findings.problems:
            findings.add("it is not a model that Keras can load, for it holds weights alone")
        if vouched is not None and config is not None:
            _check_config(config, size, vouched, findings)
            References(vouched, findings, unread=True).check(training, "training_config")


def _json(members: zipfile.ZipFile, name: str, findings: Findings) -> Json:
    data = archive.read_text(members, name, findings)
    return None if data is None else configuration.parse(data, f"member '{name}'", findings)


def _attribute(root: h5py.File, name: str, findings: Findings) -> Json:
    """A configuration that is stored as text beside the weights; None where there is none."""
    if name not in root.attrs:
        return None
    attribute = root.attrs.get_id(name)
    single = attribute.shape == () and attribute.get_storage_size() <= limits.CONFIG
    text = root.attrs[name] if single else ""
    if not isinstance(text, str | bytes) or not 0 < len(text) <= limits.CONFIG:
        most = readable_size(limits.CONFIG)
        findings.add(f"its attribute '{name}' is no text of at most {most}")
        return None
    return configuration.parse(text, f"attribute '{name}'", findings)


def _archived_tree(members: zipfile.ZipFile, findings: Findings) -> tuple[int, list[hdf5.Stored]]:
    with archive.open_weights(members, findings) as file:
        what = f"its member '{archive.WEIGHTS}'"
        return (0, []) if file is None else _tree(file, what, findings)


def _tree(file: BinaryIO, what: str, findings: Findings) -> tuple[int, list[hdf5.Stored]]:
    """Bytes and shapes of weights; none where they cannot be read, which is noted."""
    size: int = 0
    stored: list[hdf5.Stored] = []
    with hdf5.open_hdf5(file, what, findings) as root:
        if root is not None:
            size, stored = hdf5.check_tree(root, what, findings)
    return size, stored


def _check_config(config: Json, stored: int, vouched: Owned, findings: Findings) -> None:
    if not isinstance(config, dict) or "class_name" not in config:
        findings.add("its configuration does not describe a model")
        return
    References(vouched, findings).check(_read_parts(config))
    References(vouched, findings, unread=True).check(config.get(COMPILED), COMPILED)
    sizes.check_weights(config, stored, findings)
    sizes.check_outputs(config, findings)


def _read_parts(config: JsonObject) -> JsonObject:
    """What loading reads: of the outermost model not how it was compiled, but of all others."""
    return {key: value for key, value in config.items() if key != COMPILED}
