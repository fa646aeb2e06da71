"""HDF5 files, in which weights are: links that lead elsewhere, and sizes that are not stored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from reportgen.inspection import limits
from reportgen.inspection.findings import Findings, shown
from reportgen.inspection.limits import said

MODEL = "model_weights"
"""The group of a legacy file that holds the layers' weights."""

NUMBERS = "biufV"
"""Kinds of NumPy types that weights have; V is what bfloat16 is stored as."""


@contextmanager
def opened(file: BinaryIO, what: str, findings: Findings) -> Iterator[Any]:
    """An `h5py.File`, or None where the file is none (which is then noted).

    Whatever HDF5 says of a damaged file while it is open is noted too.
    """
    import h5py

    try:
        root = h5py.File(file, "r")
    except (OSError, RuntimeError, ValueError):
        findings.add(f"{what} is {_instead(file)}")
        yield None
        return
    try:
        yield root
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError) as error:
        findings.add(f"{what} is a damaged HDF5 file ({type(error).__name__})")
    finally:
        root.close()


def _instead(file: BinaryIO) -> str:
    """What a file is that HDF5 cannot open."""
    file.seek(0)
    if file.read(4) == b"PK\x03\x04":
        return "not an HDF5 file but a zip archive, as .keras files are"
    return "not an HDF5 file, or is torn or damaged"


def check_tree(root: Any, what: str, findings: Findings) -> int:
    """Note what no file of Keras holds; returns how many bytes of values are stored.

    Links must be plain ones: an external link, an external or virtual dataset reads another file
    of this machine, and a filter may load a library.
    """
    stored, seen, waiting = 0, set(), [("", root)]
    while waiting:
        path, group = waiting.pop()
        for name in group:
            inner = f"{path}/{name}"
            found = _linked(group, name, inner, what, findings)
            if found is None or number(found) in seen:
                continue
            seen.add(number(found))
            if len(seen) > limits.OBJECTS:
                findings.add(f"{what} holds more than {limits.OBJECTS} groups and datasets")
                return stored
            if hasattr(found, "keys"):
                waiting.append((inner, found))
            else:
                stored += _check_dataset(found, f"{what} has a dataset {shown(inner)}", findings)
    if stored > limits.FILE:
        findings.add(f"{what} holds {said(stored)}, and {said(limits.FILE)} is the most")
    return stored


def _linked(group: Any, name: str, path: str, what: str, findings: Findings) -> Any:
    """What a plain link leads to, a group or a dataset; None where it is something else."""
    import h5py

    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        into = shown(link.filename)
        findings.add(f"{what} has a link {shown(path)} into another file, {into}")
    elif not isinstance(link, h5py.HardLink):
        findings.add(f"{what} has a link {shown(path)} that only names its target")
    else:
        found = group[name]
        if isinstance(found, h5py.Group | h5py.Dataset):
            return found
        findings.add(f"{what} has an entry {shown(path)} that is neither group nor dataset")
    return None


def number(found: Any) -> int:
    """What tells an object of the file apart: two links may lead to one."""
    import h5py

    return int(h5py.h5o.get_info(found.id).addr)


def _check_dataset(found: Any, what: str, findings: Findings) -> int:
    """Note a dataset whose values are not in the file as they are; returns their bytes."""
    import h5py

    plan = found.id.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL:
        findings.add(f"{what} that is put together from other files")
    elif plan.get_external_count():
        into = shown(os.fsdecode(plan.get_external(0)[0]))
        findings.add(f"{what} whose values lie in another file, {into}")
    elif plan.get_nfilters():
        findings.add(f"{what} that is compressed, which Keras never does")
    elif plan.get_layout() == h5py.h5d.CHUNKED:
        findings.add(f"{what} that is stored in chunks, which Keras never does")
    elif found.dtype.kind not in NUMBERS:
        findings.add(f"{what} that holds something else than numbers")
    else:
        return _check_stored(found, what, findings)
    return 0


def _check_stored(found: Any, what: str, findings: Findings) -> int:
    declared, stored = int(found.nbytes), int(found.id.get_storage_size())
    if declared > stored:
        findings.add(f"{what} that declares {said(declared)}, but {said(stored)} are stored")
    return min(declared, stored)


def check_listed(root: Any, findings: Findings) -> None:
    """Note layers and weights that a legacy file lists and does not hold.

    To be called for a file with plain links only.
    """
    if MODEL not in root:
        return
    for layer in _listed(root[MODEL], "layer_names"):
        group = root[MODEL].get(layer)
        if group is None:
            findings.add(f"it holds no weights of the layer {shown(layer)}, which it lists")
            continue
        for name in _listed(group, "weight_names"):
            if name not in group:
                findings.add(f"it holds no weights {shown(name)} of the layer {shown(layer)}")


def _listed(group: Any, key: str) -> Iterator[str]:
    """Names of a list that lies beside a group, in parts where it is long."""
    for name in group.attrs:
        if name.rstrip("0123456789") == key:
            for text in group.attrs[name]:
                yield text.decode() if isinstance(text, bytes) else str(text)
