"""A folder of images, by class or without labels."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.catalog import Entry, Parameter
from reportgen.class_names import readable
from reportgen.datasets.parameters import FORM, OWN_DATA, RANGE
from reportgen.digest import of_bytes
from reportgen.records import Dataset
from reportgen.types import JsonObject, Params, Progress

if TYPE_CHECKING:
    from reportgen.datasets.listing import Listing
    from reportgen.datasets.values import Extent
    from reportgen.types import Booleans, Integers, Pixels

ENTRY = Entry(
    name="folder",
    title="Folder of images",
    help="a folder of images: folders of classes, these in folders train, validation and test, or "
    "plain images without labels",
    parameters=(
        Parameter("path", "path", None, "the folder, from the spec's folder", required=True),
        *FORM,
        RANGE,
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
    import numpy as np

    from reportgen.datasets.arrays import assemble
    from reportgen.datasets.image_files import ImageFiles
    from reportgen.datasets.listing import list_images

    folder: Path = params["path"]
    listing = list_images(folder, params["labels"], params["classes"])
    parts = _files_by_split(listing, params, seed, ())
    files = ImageFiles(folder, sum(map(len, parts.values())), params, progress)
    # Files that cannot be read must not count in any choice, and are known once they were tried.
    while not files.read([name for names in parts.values() for name in names]):
        parts = _files_by_split(listing, params, seed, files.reasons)
    images = files.arranged(parts)
    names = [name for part in parts.values() for name in part]
    used = files.used(names)
    facts: JsonObject = {
        "seed": seed,
        "origin": _origin(files.sizes(names), used, params),
        "skipped": len(files.reasons),
        "listed": len(names) + len(files.reasons),
        "remarks": _remarks(folder, listing, files.reasons, names),
        "cut": _cut(listing, parts),
    }
    title = params["title"] or folder.resolve().name.replace("_", " ").capitalize()
    if listing.classes is not None:
        labels = {
            split: np.asarray([listing.label(name) for name in part], np.int64)
            for split, part in parts.items()
        }
        return assemble(title, images, labels, listing.classes, params, facts, used, parts)
    originals = _originals(folder, parts["test"], params)
    facts["names"] = [readable(name.rpartition("/")[2]) for name in parts["test"]]
    facts["originals"] = [of_bytes(image.tobytes()) for image in originals]
    classes = params["classes"] or ()
    data = assemble(title, images, None, classes, params, facts, used, parts)
    return replace(data, originals=originals)


def check(params: Params) -> None:
    """Raise the errors of `load` that names and kinds of files give away.

    A folder of very many files is left to `load`; where `limit` is given, so is the choice of the
    files that are read.
    """
    from reportgen.datasets.listing import check_readable, is_small, list_images

    if is_small(params["path"]):
        listing = list_images(params["path"], params["labels"], params["classes"])
        names = [name for part in listing.parts.values() for name in part]
        strict = params["unreadable"] == "fail" and params["limit"] is None
        check_readable(params["path"], names, strict)


def check_training(params: Params) -> None:
    """Raise the errors of `check`, and those of training on the folder."""
    from reportgen.datasets.checking import no_training
    from reportgen.datasets.listing import is_small, list_images

    check(params)
    if is_small(params["path"]):
        listing = list_images(params["path"], params["labels"], params["classes"])
        if listing.classes is None:
            raise no_training(params["path"].name, "images without labels", "folders of classes")
        if not {"", "train"} & set(listing.parts):
            held = " and ".join(f"'{split}'" for split in listing.parts)
            raise no_training(params["path"].name, f"images for {held} alone", "a folder 'train'")


def _files_by_split(
    listing: Listing, params: Params, seed: int, unreadable: Container[str]
) -> dict[str, list[str]]:
    """The files of each split, after `test`, `validation` and `limit`, among readable ones."""
    import numpy as np

    from reportgen.datasets.checking import SPLITS
    from reportgen.datasets.splits import divide, stratified_order

    def labels(names: Sequence[str]) -> Integers:
        return np.asarray([listing.label(name) for name in names], np.int64)

    def present(names: Sequence[str]) -> Booleans:
        return np.asarray([name not in unreadable for name in names], bool)

    parts = {split or "train": list(names) for split, names in listing.parts.items()}
    limit = params["limit"]
    if listing.classes is None:
        every = sorted(name for names in parts.values() for name in names)
        every = [name for name in every if name not in unreadable]
        return {"train": [], "validation": [], "test": every[:limit]}
    shares = {name: params[name] for name in ("test", "validation") if name not in parts}
    every = parts.get("train", [])
    if every and shares:
        drawn = divide(labels(every), shares, seed, present(every))
        parts |= {split: [every[index] for index in indices] for split, indices in drawn.items()}
    if "train" not in parts and "test" not in parts:
        parts = {"test": parts["validation"]}
    for split, names in parts.items():
        if limit is not None and names:
            rng = np.random.default_rng(seed)
            order = stratified_order(labels(names), rng, present(names))
            parts[split] = [names[index] for index in np.sort(order[:limit])]
    return {
        split: [name for name in parts.get(split, ()) if name not in unreadable] for split in SPLITS
    }


def _cut(listing: Listing, parts: Mapping[str, Sequence[str]]) -> list[str]:
    """The splits whose images were drawn from those for training."""
    if listing.classes is None or not parts["train"]:
        return []
    named = ("validation", "test")
    return [split for split in named if split not in listing.parts and parts[split]]


def _originals(folder: Path, names: Sequence[str], params: Params) -> tuple[Pixels, ...]:
    """The images as decoded, where there are few and a size or color was asked for."""
    from reportgen.datasets.image_files import decode
    from reportgen.datasets.images import Form

    if len(names) > FEW or (params["size"] is None and params["color"] is None):
        return ()
    return tuple(decode(folder / name, Form(), params["range"]).pixels for name in names)


def _origin(
    sizes: tuple[tuple[int, int], tuple[int, int]], used: Extent, params: Params
) -> list[list[str]]:
    """A row of a table: what the files held, and what was done to them."""
    from reportgen.datasets.images import extent, steps

    rounded = "rounded to 256 levels" if used.nominal != (0, 255) else ""
    done = "; ".join(filter(None, [rounded, steps(params, sizes)])) or "as they are"
    return [["image files", extent(sizes), used.words, done]]


def _remarks(
    folder: Path, listing: Listing, reasons: Mapping[str, str], names: Sequence[str]
) -> list[str]:
    """What a reader must know of files that were left out, and of classes without any."""
    remarks = []
    if reasons:
        count, named = len(reasons), sorted(reasons.items())[:NAMED]
        files = "; ".join(f"{folder.name}/{name} ({why})" for name, why in named)
        more = f"; and {count - NAMED} more" if count > NAMED else ""
        noun = "file was" if count == 1 else "files were"
        remarks.append(f"{count} {noun} left out as unreadable: {files}{more}")
    remarks += [
        f"the folder {folder.name}/{name} holds no image, so it is no class"
        for name in listing.bare
    ]
    remarks += [
        f"the folder {folder.name}/{name} is hidden, as its name begins with a dot, so "
        "its images were left out"
        for name in listing.hidden
    ]
    classes = listing.classes or ()
    held = {listing.label(name) for name in names} if classes else set()
    if missing := [name for index, name in enumerate(classes) if index not in held]:
        listed = ", ".join(missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
        has = "class has" if len(missing) == 1 else f"of the {len(classes)} classes have"
        remarks.append(f"{len(missing)} {has} no images: {listed}")
    remarks += [
        f"{folder.name}/{name} has the name of an image, and is a folder without any"
        for name in listing.disguised
    ]
    if listing.others:
        few = "file was passed over, whose name is not that of an image"
        many = "files were passed over, whose names are not those of images"
        remarks.append(f"{listing.others} {few if listing.others == 1 else many}")
    return [readable(remark) for remark in remarks]
