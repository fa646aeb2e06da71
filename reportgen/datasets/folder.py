"""A folder of images, by class or without labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.catalog import Entry, Parameter
from reportgen.datasets.parameters import FORM, OWN_DATA
from reportgen.digest import of_bytes
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset
from reportgen.types import JsonObject, Params, Progress

if TYPE_CHECKING:
    from reportgen.datasets.image_files import ImageFiles
    from reportgen.datasets.listing import Listing
    from reportgen.types import Integers, Pixels

ENTRY = Entry(
    name="folder",
    title="Folder of images",
    help="a folder of images: folders of classes, these in folders train, validation and test, or "
    "plain images without labels",
    parameters=(
        Parameter("path", "path", None, "the folder, from the spec's folder", required=True),
        *FORM,
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
        *OWN_DATA,
    ),
)
NAMED = 20
"""Skipped files that a remark names one by one."""

FEW = 8
"""Up to so many images without labels keep the pixels of their files (`Dataset.originals`)."""


def load(params: Params, seed: int, progress: Progress) -> Dataset:
    """Read the images; splits that have no folder are taken from the training images.

    Without labels all images are for test. Files are sorted by name before anything is drawn.

    Raises:
        UserError: the folder holds no images, they differ in size or color and the spec gives no
            `size` or `color`, they need too much memory, or a file cannot be read and the spec
            says `unreadable: fail`.
    """
    from reportgen.datasets.arrays import assemble
    from reportgen.datasets.image_files import read
    from reportgen.datasets.listing import list_images

    folder: Path = params["path"]
    listing = list_images(folder, params["labels"], params["classes"])
    files = _files_by_split(listing, params, seed)
    images = read(folder, files, params, progress)
    facts: JsonObject = {
        "seed": seed,
        "origin": _origin(images, params),
        "skipped": len(images.skipped),
        "listed": sum(map(len, files.values())),
        "remarks": _remarks(folder, listing, images),
    }
    title = params["title"] or folder.resolve().name.replace("_", " ").capitalize()
    if listing.classes is not None:
        labels = _labels(listing, listing.classes, images, params["limit"])
        return assemble(title, images.images, labels, listing.classes, params, facts)
    originals = _originals(folder, images, params)
    facts["names"] = [name.rpartition("/")[2] for name in images.names["test"]]
    facts["originals"] = [of_bytes(image.tobytes()) for image in originals]
    data = assemble(title, images.images, None, (), params, facts)
    return replace(data, originals=originals)


def check(params: Params) -> None:
    """Raise the errors of `load` that names of files and folders, and links, give away.

    A folder of very many files is left to `load`; where `limit` is given, so is the choice of the
    files that are read.
    """
    from reportgen.datasets.listing import check_links, is_small, list_images

    if is_small(params["path"]):
        listing = list_images(params["path"], params["labels"], params["classes"])
        names = [name for part in listing.parts.values() for name in part]
        strict = params["unreadable"] == "fail" and params["limit"] is None
        check_links(params["path"], names, strict)


def _files_by_split(listing: Listing, params: Params, seed: int) -> dict[str, list[str]]:
    """The files of each split, after `test`, `validation` and `limit`."""
    import numpy as np

    from reportgen.datasets.splits import divide, stratified_order

    def labels(names: list[str]) -> Integers:
        return np.asarray([listing.label(name) for name in names])

    parts = {split or "train": list(names) for split, names in listing.parts.items()}
    if listing.classes is None:
        every = sorted(name for names in parts.values() for name in names)
        return {"train": [], "validation": [], "test": every[: params["limit"]]}
    shares = {name: params[name] for name in ("test", "validation") if name not in parts}
    if shares:
        every = parts["train"]
        for split, indices in divide(labels(every), shares, seed).items():
            parts[split] = [every[index] for index in indices]
    if params["limit"] is not None:
        for split, names in parts.items():
            order = stratified_order(labels(names), np.random.default_rng(seed))
            parts[split] = [names[index] for index in np.sort(order[: params["limit"]])]
    return parts


def _labels(
    listing: Listing, classes: tuple[str, ...], images: ImageFiles, limit: int | None
) -> dict[str, Integers]:
    """Class indices of the images that could be read.

    Raises:
        UserError: a split is empty, or a class is missing among the training images.
    """
    import numpy as np

    labels = {
        split: np.asarray([listing.label(name) for name in names], np.int64)
        for split, names in images.names.items()
    }
    for split, values in labels.items():
        missing = sorted(set(range(len(classes))) - set(values.tolist()))
        if not len(values) or (split == "train" and missing):
            of = f" of the class '{classes[missing[0]]}'" if len(values) else ""
            message = f"no image{of} is left for the {split} split"
            less = "smaller shares for test and validation" if limit is None else "a larger limit"
            raise UserError(Problem(message, hint=f"add images there, or choose {less}"))
    return labels


def _originals(folder: Path, images: ImageFiles, params: Params) -> tuple[Pixels, ...]:
    """The images as decoded, where there are few and a size or color was asked for."""
    from reportgen.datasets.image_files import decode
    from reportgen.datasets.images import Form

    names = images.names["test"]
    if len(names) > FEW or (params["size"] is None and params["color"] is None):
        return ()
    decoded = (decode(folder / name, Form()).pixels for name in names)
    return tuple(pixels for pixels in decoded if pixels is not None)


def _origin(images: ImageFiles, params: Params) -> list[list[str]]:
    """A row of a table: what the files held, and what was done to them."""
    from reportgen.datasets.images import extent, steps

    done = steps(params, images.sizes) or "as they are"
    return [["image files", extent(images.sizes), "as decoded", done]]


def _remarks(folder: Path, listing: Listing, images: ImageFiles) -> list[str]:
    """What a reader must know of files that were left out."""
    remarks = []
    if images.skipped:
        count, named = len(images.skipped), images.skipped[:NAMED]
        files = "; ".join(f"{folder.name}/{name} ({why})" for name, why in named)
        more = f"; and {count - NAMED} more" if count > NAMED else ""
        noun = "file was" if count == 1 else "files were"
        remarks.append(f"{count} {noun} left out as unreadable: {files}{more}")
    remarks += [
        f"the folder {folder.name}/{name} holds no image, so it is no class"
        for name in listing.bare
    ]
    if listing.others:
        few = "file was passed over, whose name is not that of an image"
        many = "files were passed over, whose names are not those of images"
        remarks.append(f"{listing.others} {few if listing.others == 1 else many}")
    return remarks
