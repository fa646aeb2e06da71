"""A folder of images, by class or without labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets._common import SHARED
from reportgen.datasets._progress import Progress, quiet
from reportgen.datasets._shaping import SHAPING
from reportgen.digest import of_bytes
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset

if TYPE_CHECKING:
    from reportgen.datasets._listing import Listing
    from reportgen.datasets._reading import Read

ENTRY = Entry(
    name="folder",
    title="Folder of images",
    help="a folder of images: folders of classes, these in folders train, validation and test, or "
    "plain images without labels",
    parameters=(
        Parameter("path", "path", None, "the folder, from the spec's folder", required=True),
        *SHAPING,
        Parameter("labels", "bool", True, "whether folders name classes"),
        Parameter(
            name="unreadable",
            kind="str",
            default="skip",
            help="leave files out that are no whole image and say so, or fail",
            choices=("skip", "fail"),
        ),
        Parameter(
            name="limit",
            kind="int",
            default=None,
            help="use only so many images of each split, of every class alike",
            minimum=1,
            optional=True,
        ),
        *SHARED,
    ),
)
NAMED = 20
"""Files left out that are named one by one."""

FEW = 8
"""Of so many images without labels, those of the files are kept beside what was made of them."""


def load(params: Mapping[str, Any], seed: int, progress: Progress = quiet) -> Dataset:
    """Read the images; splits that have no folder are taken out of the training images.

    Without labels all images are for test. Files are sorted by name before anything is drawn.

    Raises:
        UserError: the folder holds no images, they differ in size or color and the spec does not
            say what they shall become, they need too much memory, or a file cannot be read and
            the spec wants that to fail.
    """
    from reportgen.datasets._arrays import SPLITS, assembled
    from reportgen.datasets._listing import listed
    from reportgen.datasets._reading import read

    folder: Path = params["path"]
    found = listed(folder, params["labels"], params["classes"])
    names = _chosen(found, params, seed)
    result = read(folder, names, params, progress)
    labels = None
    if found.classes is not None:
        labels = _labels(found, result, params["limit"])
    facts = {
        "seed": seed,
        "origin": _origin(result, params),
        "skipped": len(result.skipped),
        "listed": sum(map(len, names.values())),
        "remarks": _remarks(folder, found, result),
    }
    originals = _originals(folder, result, params) if labels is None else ()
    if labels is None:
        facts["names"] = [name.rpartition("/")[2] for name in result.names["test"]]
        facts["originals"] = [of_bytes(image.tobytes()) for image in originals]
    title = params["title"] or folder.resolve().name.replace("_", " ").capitalize()
    images = {name: result.images[name] for name in SPLITS}
    data = assembled(title, images, labels, found.classes or (), params, facts)
    return replace(data, originals=originals)


def look(params: Mapping[str, Any]) -> None:
    """Raise what `load` would, as far as the names of files and folders, and links, tell.

    A folder of very many files is left to `load`, and so is, where a limit is given, which of its
    files are read.
    """
    from reportgen.datasets._links import check_links
    from reportgen.datasets._listing import few, listed

    if few(params["path"]):
        found = listed(params["path"], params["labels"], params["classes"])
        names = [name for part in found.parts.values() for name in part]
        strict = params["unreadable"] == "fail" and params["limit"] is None
        check_links(params["path"], names, strict)


def _originals(folder: Path, result: Read, params: Mapping[str, Any]) -> tuple[Any, ...]:
    """The images as decoded, where there are few and a size or color was asked for."""
    from reportgen.datasets._images import Wanted, decode

    names = result.names["test"]
    if len(names) > FEW or (params["size"] is None and params["color"] is None):
        return ()
    plain = Wanted(None, "stretch", "bilinear", None)
    return tuple(decode(folder / name, plain).pixels for name in names)


def _chosen(found: Listing, params: Mapping[str, Any], seed: int) -> dict[str, list[str]]:
    """The files of each split."""
    import numpy as np

    from reportgen.datasets._shared import divided, spread

    parts = {split or "train": list(names) for split, names in found.parts.items()}
    if found.classes is None:
        every = sorted(name for names in parts.values() for name in names)
        return {"train": [], "validation": [], "test": every[: params["limit"]]}
    taken = {name: params[name] for name in ("test", "validation") if name not in parts}
    if taken:
        labels = np.asarray([found.label(name) for name in parts["train"]])
        own = parts["train"]
        for split, chosen in divided(labels, taken, seed).items():
            parts[split] = [own[index] for index in chosen]
    if params["limit"] is not None:
        for split, names in parts.items():
            labels = np.asarray([found.label(name) for name in names])
            kept = np.sort(spread(labels, seed)[: params["limit"]])
            parts[split] = [names[index] for index in kept]
    return parts


def _labels(found: Listing, result: Read, limit: int | None) -> dict[str, Any]:
    """Class indices of what could be read; every class must be among the training images."""
    import numpy as np

    assert found.classes is not None
    labels = {
        split: np.asarray([found.label(name) for name in names], np.int64)
        for split, names in result.names.items()
    }
    for split, values in labels.items():
        missing = sorted(set(range(len(found.classes))) - set(values.tolist()))
        if not len(values) or (split == "train" and missing):
            of = f" of the class '{found.classes[missing[0]]}'" if len(values) else ""
            message = f"no image{of} is left for the {split} split"
            less = "smaller shares for test and validation" if limit is None else "a larger limit"
            raise UserError(Problem(message, hint=f"bring more images, or {less}"))
    return labels


def _origin(result: Read, params: Mapping[str, Any]) -> list[list[str]]:
    """What the files were, and what was done to them, as a row of a table."""
    from reportgen.datasets._reading import extent
    from reportgen.datasets._reshaping import steps

    done = steps(params, result.sizes) or "as they are"
    return [["image files", extent(result.sizes), "as decoded", done]]


def _remarks(folder: Path, found: Listing, result: Read) -> list[str]:
    """What a person must be told of files that were left out."""
    remarks = []
    if result.skipped:
        count, named = len(result.skipped), result.skipped[:NAMED]
        files = "; ".join(f"{folder.name}/{name} ({why})" for name, why in named)
        more = f"; and {count - NAMED} more" if count > NAMED else ""
        noun = "file was" if count == 1 else "files were"
        remarks.append(f"{count} {noun} left out as unreadable: {files}{more}")
    remarks += [
        f"the folder {folder.name}/{name} holds no image, so it is no class" for name in found.bare
    ]
    if found.others:
        few = "file was passed over, whose name is not that of an image"
        many = "files were passed over, whose names are not those of images"
        remarks.append(f"{found.others} {few if found.others == 1 else many}")
    return remarks
