"""Looks at model files from strangers before Keras does.

Plain Python, `zipfile`, `json` and (where there is HDF5) `h5py`: nothing here imports Keras or
TensorFlow, nothing of the file is run, unpacked to a chosen place or read beyond stated limits.
`docs/security.md` says what this promises, and what not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import UserError
from reportgen.inspection.copying import Copy, copied
from reportgen.inspection.files import (
    SAVED_MODEL,
    SUFFIXES,
    check_hdf5,
    check_keras,
    check_program,
    check_weights,
)
from reportgen.inspection.findings import Findings, Kind
from reportgen.inspection.modules import wrong_modules
from reportgen.inspection.owned import Owned, owned

__all__ = ["SAVED_MODEL", "SUFFIXES", "Copy", "copied", "inspect", "owned"]


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
        name: what messages call it; its file name where that is "".
        modules: Python modules of the spec's owner, whose classes and functions it may name.
        folder: where these modules are looked for; the spec's folder.
        trusted: whether the user vouches for the file, which may then name anything. The archive
            must be sound all the same.
        kind: what the file is to give. Of a weights file Keras reads no configuration, so none is
            looked at, and trust makes no difference.

    Raises:
        UserError: with a sentence for each reason, naming the layer or member, or a module that
            is not there.
    """
    findings = Findings(name or path.name, kind)
    if kind == "weights":
        check_weights(path, findings)
    else:
        folder = folder or path.parent
        if not trusted and (wrong := wrong_modules(modules, folder)):
            # What they define is not known, so what the file may name is not known either.
            raise UserError(*wrong)
        given = None if trusted else owned(modules, folder)
        _check_model(path, given, findings)
    findings.finish()


def _check_model(path: Path, given: Owned | None, findings: Findings) -> None:
    check = check_keras if path.suffix == ".keras" else check_hdf5
    if path.name == SAVED_MODEL:
        check = check_program
    check(path, given, findings)
