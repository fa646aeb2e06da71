"""Kinds of model file, part by part: `.keras` archives, legacy HDF5 files, SavedModels."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reportgen.inspection import archive, hdf5
from reportgen.inspection.findings import FUNCTION, TRUST, Findings
from reportgen.inspection.jsontext import parsed
from reportgen.inspection.limits import CONFIG, said
from reportgen.inspection.outputs import check_outputs
from reportgen.inspection.owned import Owned
from reportgen.inspection.references import References
from reportgen.inspection.shapes import Stored, check_shapes, stored
from reportgen.inspection.sizes import check_sizes
from reportgen.inspection.unpacking import unpacked

COMPILED = "compile_config"
SUFFIXES = (".keras", ".h5", ".hdf5")
SAVED_MODEL = "saved_model.pb"
"""The file that stands for the folder of a SavedModel."""


def check_keras(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a `.keras` file; `owned` is None where the file is trusted."""
    with _sound(path, findings, assets=owned is None) as opened:
        if opened is None:
            return
        config = _json(opened, archive.CONFIG, findings)
        if archive.METADATA in opened.namelist():
            _json(opened, archive.METADATA, findings)
        size, shapes = _stored(opened, path, findings)
    if owned is not None and not findings.found:
        _check_config(config, size, owned, findings)
    if not findings.found:
        check_shapes(config, shapes, findings)


def check_weights(path: Path, findings: Findings) -> None:
    """Note what is wrong with a file of which Keras reads the weights alone.

    It may be a whole model too, in either format; what else it holds is not read.
    """
    if path.suffix != ".keras":
        with path.open("rb") as file:
            size, _ = _tree(file, "it", findings)
    else:
        with _sound(path, findings, assets=True) as opened:
            size, _ = (0, []) if opened is None else _stored(opened, path, findings)
    if not size and not findings.found:
        findings.add("it holds no weights")


@contextmanager
def _sound(path: Path, findings: Findings, *, assets: bool) -> Iterator[zipfile.ZipFile | None]:
    """An archive whose members can be looked at; None where it is not, which is noted."""
    opened = archive.opened(path, findings)
    if opened is None:
        yield None
        return
    with opened:
        archive.check_members(opened, findings, assets=assets)
        yield None if findings.found else opened


def _stored(opened: zipfile.ZipFile, path: Path, findings: Findings) -> tuple[int, list[Stored]]:
    """Bytes and shapes of weights in an archive; what is wrong with them is noted."""
    with unpacked(opened, path, findings) as file:
        return (0, []) if file is None else _tree(file, f"its member '{archive.WEIGHTS}'", findings)


def _json(opened: zipfile.ZipFile, name: str, findings: Findings) -> Any:
    data = archive.content(opened, name, findings)
    return None if data is None else parsed(data, f"member '{name}'", findings)


def check_hdf5(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a legacy file; `owned` is None where the file is trusted."""
    with path.open("rb") as file, hdf5.opened(file, "it", findings) as root:
        if root is None:
            return
        stored = hdf5.check_tree(root, "it", findings)
        if not findings.found:
            hdf5.check_listed(root, findings)
        config = _attribute(root, "model_config", findings)
        training = _attribute(root, "training_config", findings)
        if config is None and not findings.found:
            findings.add("it is not a model that Keras can load, for it holds weights alone")
        if owned is not None and config is not None:
            _check_config(config, stored, owned, findings)
            References(owned, findings, unread=True).check(training, "training_config")


def check_program(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note that a SavedModel is one, where it is not trusted."""
    if owned is not None:
        text = "it is a SavedModel of TensorFlow, a program that can read and write files"
        findings.add(text, f"{FUNCTION}; {TRUST}")


def _attribute(root: Any, name: str, findings: Findings) -> Any:
    """A configuration that is stored as text beside the weights; None where there is none."""
    if name not in root.attrs:
        return None
    found = root.attrs.get_id(name)
    single = found.shape == () and found.get_storage_size() <= CONFIG
    text = root.attrs[name] if single else ""
    if not isinstance(text, str | bytes) or not 0 < len(text) <= CONFIG:
        findings.add(f"its attribute '{name}' is no text of at most {said(CONFIG)}")
        return None
    return parsed(text, f"attribute '{name}'", findings)


def _tree(file: BinaryIO, what: str, findings: Findings) -> tuple[int, list[Stored]]:
    """Bytes and shapes of weights; none where they cannot be read, which is noted."""
    size: int = 0
    shapes: list[Stored] = []
    with hdf5.opened(file, what, findings) as root:
        if root is not None:
            size = hdf5.check_tree(root, what, findings)
            shapes = [] if findings.found else stored(root)
    return size, shapes


def _check_config(config: Any, stored: int, owned: Owned, findings: Findings) -> None:
    if not isinstance(config, dict) or "class_name" not in config:
        findings.add("its configuration does not describe a model")
        return
    # Loading leaves out how the outermost model was compiled, and reads it of all others.
    read = {key: value for key, value in config.items() if key != COMPILED}
    References(owned, findings).check(read)
    References(owned, findings, unread=True).check(config.get(COMPILED), COMPILED)
    check_sizes(config, stored, findings)
    check_outputs(config, findings)
