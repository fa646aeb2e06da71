"""HDF5 files, in which weights are: links that lead elsewhere, and sizes that are not stored."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from reportgen.models.trust import limits
from reportgen.models.trust.findings import Findings, shown
from reportgen.models.trust.limits import readable_size

if TYPE_CHECKING:
    import h5py

MODEL = "model_weights"
"""The group of a legacy file that holds the layers' weights."""
NUMBERS = "biufV"
"""Kinds of NumPy types that weights have; bfloat16 is stored as V."""


@dataclass(frozen=True)
class Stored:
    """Arrays that a file holds for one layer: its name, the group that they lie in, their shapes.

    Groups are named after the class, such as "conv2d_1"; arrays are named "0", "1" and so on.
    """

    name: str
    group: str
    shapes: Mapping[str, tuple[int, ...]]


@contextmanager
def open_hdf5(file: BinaryIO, what: str, findings: Findings) -> Iterator[h5py.File | None]:
    """An open HDF5 file; None where the file is not one, which is noted.

    Whatever HDF5 says of a damaged file while it is open is noted too.
    """
    import h5py

    try:
        root = h5py.File(file, "r")
    except (OSError, RuntimeError, ValueError):
        file.seek(0)
        is_zip = file.read(4) == b"PK\x03\x04"
        findings.add(
            f"{what} is not an HDF5 file but a zip archive, as .keras files are"
            if is_zip
            else f"{what} is not an HDF5 file, or is torn or damaged"
        )
        yield None
        return
    try:
        yield root
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError) as error:
        findings.add(f"{what} is a damaged HDF5 file ({type(error).__name__})")
    finally:
        root.close()


def check_tree(root: h5py.File, what: str, findings: Findings) -> tuple[int, list[Stored]]:
    """Note what no file of Keras holds; the bytes of all values, and the arrays of each layer.

    Links must be plain ones: an external link, an external or virtual dataset reads another file
    of this machine, and a filter may load a library.
    """
    import h5py

    size = 0
    layers: list[tuple[str, h5py.Group]] = []
    seen: set[int] = set()
    waiting: list[tuple[str, h5py.Group]] = [("", root)]
    while waiting:
        path, group = waiting.pop()
        for name in group:
            inner = f"{path}/{name}"
            item = _linked(group, name, inner, what, findings)
            if item is None or (address := int(h5py.h5o.get_info(item.id).addr)) in seen:
                continue
            seen.add(address)
            if len(seen) > limits.OBJECTS:
                findings.add(f"{what} holds more than {limits.OBJECTS} groups and datasets")
                return size, []
            if isinstance(item, h5py.Dataset):
                size += _check_dataset(item, f"{what} has a dataset {shown(inner)}", findings)
                continue
            waiting.append((inner, item))
            if name == "vars":
                layers.append((path, item))
    if size > limits.FILE:
        most = readable_size(limits.FILE)
        findings.add(f"{what} holds {readable_size(size)}, and {most} is the most")
    # Reading an array follows its link, so all links must have passed.
    return size, [] if findings.problems else list(_stored(layers))


def _stored(layers: list[tuple[str, h5py.Group]]) -> Iterator[Stored]:
    for path, arrays in layers:
        name = arrays.attrs.get("name")
        if isinstance(name, str):
            shapes = {key: tuple(arrays[key].shape) for key in arrays if key.isdecimal()}
            yield Stored(name, path.rpartition("/")[2], shapes)


def _linked(
    group: h5py.Group, name: str, path: str, what: str, findings: Findings
) -> h5py.Group | h5py.Dataset | None:
    """The group or dataset that a plain link leads to; None where it is something else."""
    import h5py

    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        into = shown(link.filename)
        findings.add(f"{what} has a link {shown(path)} into another file, {into}")
    elif not isinstance(link, h5py.HardLink):
        findings.add(f"{what} has a link {shown(path)} that only names its target")
    else:
        item = group[name]
        if isinstance(item, h5py.Group | h5py.Dataset):
            return item
        findings.add(f"{what} has an entry {shown(path)} that is neither group nor dataset")
    return None


def _check_dataset(dataset: h5py.Dataset, what: str, findings: Findings) -> int:
    """Note a dataset whose values are not in the file as they are; returns their bytes."""
    import h5py

    plan = dataset.id.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL:
        findings.add(f"{what} that is put together from other files")
    elif plan.get_external_count():
        into = shown(os.fsdecode(plan.get_external(0)[0]))
        findings.add(f"{what} whose values lie in another file, {into}")
    elif plan.get_nfilters():
        findings.add(f"{what} that is compressed, which Keras never does")
    elif plan.get_layout() == h5py.h5d.CHUNKED:
        findings.add(f"{what} that is stored in chunks, which Keras never does")
    elif dataset.dtype.kind not in NUMBERS:
        findings.add(f"{what} that holds something else than numbers")
    else:
        declared, stored = int(dataset.nbytes), int(dataset.id.get_storage_size())
        if declared > stored:
            sizes = f"{readable_size(declared)}, but {readable_size(stored)} are stored"
            findings.add(f"{what} that declares {sizes}")
        return min(declared, stored)
    return 0


def check_listed(root: h5py.File, findings: Findings) -> None:
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


def _listed(group: h5py.Group, key: str) -> Iterator[str]:
    """Names of a list in a group's attributes, which is in parts where it is long."""
    for name in group.attrs:
        if name.rstrip("0123456789") == key:
            for text in group.attrs[name]:
                yield text.decode() if isinstance(text, bytes) else str(text)
