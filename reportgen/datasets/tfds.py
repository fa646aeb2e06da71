"""Datasets of TensorFlow Datasets, an optional extra: `pip install "reportgen[tfds]"`."""

from __future__ import annotations

from functools import reduce
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets.parameters import FORM, OWN_DATA, RANGE
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset
from reportgen.types import Params, Progress

if TYPE_CHECKING:
    from reportgen.datasets.values import Extent
    from reportgen.types import Array, Integers, Pixels

    Builder = Any
    """A `tfds.core.DatasetBuilder`: the package is optional, so that no checker can follow it."""

ENTRY = Entry(
    name="tfds",
    title="TensorFlow Datasets",
    help="an image classification dataset of TensorFlow Datasets, which must be installed "
    "(reportgen[tfds]) and have prepared it (tfds build NAME)",
    parameters=(
        Parameter("name", "str", "", "such as cifar10, or cifar10:3.0.2", required=True),
        Parameter(
            name="data_dir",
            kind="str",
            default=None,
            help="the folder with prepared datasets, written in full; null takes the usual one",
            optional=True,
        ),
        RANGE,
        *FORM,
        Parameter(
            name="limit",
            kind="int",
            default=10_000,
            help="use only the first so many images of each split",
            minimum=1,
            maximum=1_000_000,
        ),
        *OWN_DATA,
    ),
)
PACKAGE = "tensorflow_datasets"
"""The import name of the package."""
SPLIT_OF = {"train": "train", "validation": "validation", "valid": "validation",
            "val": "validation", "test": "test"}  # fmt: skip


def load(params: Params, seed: int, progress: Progress) -> Dataset:
    """Read a dataset that was prepared before; nothing is downloaded.

    Splits that it lacks are taken from the training images.

    Raises:
        UserError: the package or the dataset is missing, the dataset does not pair images with
            classes, or its images differ in shape and the spec gives no `size` or `color`.
    """
    from reportgen.datasets.arrays import from_arrays
    from reportgen.datasets.values import Extent

    builder = _builder(params["name"], params["data_dir"])
    keys = builder.info.supervised_keys
    feature = builder.info.features[keys[1]] if keys else None
    if feature is None or not hasattr(feature, "names"):
        message = f"'{params['name']}' does not pair images with classes"
        raise UserError(Problem(message, hint="choose a dataset for image classification"))
    arrays: dict[str, object] = {}
    origin, read = [], []
    for name in filter(SPLIT_OF.get, builder.info.splits):
        split = SPLIT_OF[name]
        arrays[f"x_{split}"], arrays[f"y_{split}"], row, extent = _read(
            builder, name, params, progress
        )
        origin.append(row)
        read += extent
    classes = params["classes"] or list(map(str, feature.names))
    title = params["title"] or builder.info.name
    used = reduce(Extent.joined, read) if read else None
    # The images are bytes by now, which no range scales again.
    params = {**params, "range": None}
    return from_arrays(arrays, classes, title, params, seed, origin, read=used)


def missing(params: Params) -> Problem | None:
    """The problem that the package is not installed; nothing is imported to find out."""
    return _not_installed(params["name"], "not installed") if find_spec(PACKAGE) is None else None


def _not_installed(name: str, why: str) -> Problem:
    message = f"the dataset '{name}' needs the package tensorflow-datasets ({why})"
    return Problem(message, hint='install it with: pip install "reportgen[tfds]"')


def _builder(name: str, folder: str | None) -> Builder:
    """The dataset's builder. Raises UserError where its data is not prepared."""
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise UserError(_not_installed(name, str(error))) from error
    try:
        builder = tfds.builder(name, data_dir=folder)
        prepared = builder.data_path.exists()
    # Unknown names, versions and folders each raise exceptions of their own.
    except Exception as error:
        reason = " ".join(str(error).split()).partition(". ")[0][:200]
        raise _unprepared(name, f"cannot be had ({reason})") from error
    if not prepared:
        raise _unprepared(name, f"is not prepared in {builder.data_dir}")
    return builder


def _unprepared(name: str, why: str) -> UserError:
    hint = f"prepare it once with: tfds build {name}, or name the folder it is in with data_dir"
    return UserError(Problem(f"the dataset '{name}' of TensorFlow Datasets {why}", hint=hint))


def _read(
    builder: Builder, split: str, params: Params, progress: Progress
) -> tuple[Pixels, Integers, list[str], list[Extent]]:
    """Images (n, h, w, c) and labels (n,) of one split, in their stored order.

    The third item is a row of a table: how the stored images became these. The last holds the
    extent of the stored values; [] of no images.
    """
    import numpy as np

    from reportgen.datasets.images import Form, Stacker, resize, steps
    from reportgen.datasets.images import extent as in_words
    from reportgen.datasets.values import Extent, as_pixels

    count = min(builder.info.splits[split].num_examples, params["limit"])
    pairs = builder.as_dataset(
        split=f"{split}[:{count}]", as_supervised=True, shuffle_files=False
    ).as_numpy_iterator()
    form = Form.of(params)
    stacker = Stacker(params["name"].rpartition("/")[2], count, form)
    labels: list[int] = []
    sizes: set[tuple[int, int]] = set()
    read: list[Extent] = []
    for index, (image, label) in enumerate(pairs):
        labels.append(int(label))
        sizes.add(image.shape[:2])
        what = f"image {index} of {split}"
        pixels, extent = as_pixels(image, params["range"] or _range(image, what), what)
        read = [reduce(Extent.joined, [*read, extent])]
        stacker.add(what, resize(pixels, form))
        progress(index + 1, count, f"images of {split}")
    stacked = stacker.arranged(range(len(labels)))
    sizes = sizes or {(0, 0)}
    extremes = (min(sizes), max(sizes))
    done = steps(params, extremes) or "as they are"
    row = [f"images of {split}", in_words(extremes), read[0].words if read else "0 to 255", done]
    return stacked, np.asarray(labels, np.int64), row, read


def _range(image: Array, name: str) -> tuple[float, float]:
    """The values that become black and white by the type of an image.

    Raises:
        UserError: the type does not tell.
    """
    from reportgen.datasets.checking import wrong_array

    known = {"bool": (0.0, 1.0), "uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}
    if image.dtype.name in known:
        return known[image.dtype.name]
    low, high = float(image.min()), float(image.max())
    received = f"{image.dtype} from {low:g} to {high:g}"
    hint = "write 'range: [LOW, HIGH]', the values that are black and white in all images"
    raise wrong_array(name, "bytes or numbers of 16 bits", received, hint)
