"""Datasets of TensorFlow Datasets, an optional extra: `pip install "reportgen[tfds]"`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets._common import SHARED
from reportgen.datasets._progress import Progress, quiet
from reportgen.datasets._shaping import SHAPING
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset

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
        *SHAPING,
        Parameter(
            name="limit",
            kind="int",
            default=10_000,
            help="use only the first so many images of each split",
            minimum=1,
            maximum=1_000_000,
        ),
        *SHARED,
    ),
)
PACKAGE = "tensorflow_datasets"
"""What Python calls it."""
SPLITS = {"train": "train", "validation": "validation", "valid": "validation",
          "val": "validation", "test": "test"}  # fmt: skip


def load(params: Mapping[str, Any], seed: int, progress: Progress = quiet) -> Dataset:
    """Read a dataset that was prepared before; nothing is downloaded.

    Splits that it lacks are taken out of the training images.

    Raises:
        UserError: the package or the dataset is not there, it does not pair images with classes,
            or its images differ in shape and the spec does not say what they shall become.
    """
    from reportgen.datasets._arrays import from_arrays

    builder = _builder(params["name"], params["data_dir"])
    keys = builder.info.supervised_keys
    feature = builder.info.features[keys[1]] if keys else None
    if feature is None or not hasattr(feature, "names"):
        message = f"'{params['name']}' does not pair images with classes"
        raise UserError(Problem(message, hint="choose a dataset for image classification"))
    arrays: dict[str, Any] = {}
    origin = []
    for name in filter(SPLITS.get, builder.info.splits):
        split = SPLITS[name]
        arrays[f"x_{split}"], arrays[f"y_{split}"], row = _read(builder, name, params, progress)
        origin.append(row)
    classes = params["classes"] or list(map(str, feature.names))
    title = params["title"] or builder.info.name
    return from_arrays(arrays, classes, title, params, seed, origin)


def missing(params: Mapping[str, Any]) -> Problem | None:
    """What is wrong where the package is not installed, which is looked up and not imported."""
    return _needed(params["name"], "not installed") if find_spec(PACKAGE) is None else None


def _needed(name: str, why: str) -> Problem:
    message = f"the dataset '{name}' needs the package tensorflow-datasets ({why})"
    return Problem(message, hint='install it with: pip install "reportgen[tfds]"')


def _builder(name: str, folder: str | None) -> Any:
    """The dataset's builder, with its data there."""
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise UserError(_needed(name, str(error))) from error
    try:
        builder = tfds.builder(name, data_dir=folder)
        there = builder.data_path.exists()
    # Registries, versions and folders fail each in a way of their own.
    except Exception as error:
        reason = " ".join(str(error).split()).partition(". ")[0][:200]
        raise UserError(_absent(name, f"cannot be had ({reason})")) from error
    if not there:
        raise UserError(_absent(name, f"is not prepared in {builder.data_dir}"))
    return builder


def _absent(name: str, why: str) -> Problem:
    hint = f"prepare it once with: tfds build {name}, or name the folder it is in with data_dir"
    return Problem(f"the dataset '{name}' of TensorFlow Datasets {why}", hint=hint)


def _read(
    builder: Any, split: str, params: Mapping[str, Any], progress: Progress
) -> tuple[Any, Any, list[str]]:
    """Images (n, h, w, c) uint8 and labels (n,) of one split, in the order that they are kept.

    Also a row of the table that tells how the images came to be what they are.
    """
    import numpy as np

    from reportgen.datasets._reading import extent, stacked
    from reportgen.datasets._reshaping import steps

    count = min(builder.info.splits[split].num_examples, params["limit"])
    pairs = builder.as_dataset(
        split=f"{split}[:{count}]", as_supervised=True, shuffle_files=False
    ).as_numpy_iterator()
    labels: list[int] = []
    sizes: set[tuple[int, int]] = set()

    def images() -> Iterator[tuple[str, Any]]:
        for number, (image, label) in enumerate(pairs):
            labels.append(int(label))
            sizes.add(image.shape[:2])
            progress(number + 1, count, f"images of {split}")
            yield f"image {number} of {split}", image

    stack = stacked(images(), count, params)
    ends = (min(sizes), max(sizes)) if sizes else ((0, 0), (0, 0))
    row = [f"images of {split}", extent(ends), "0 to 255", steps(params, ends) or "as they are"]
    return stack, np.asarray(labels, np.int64), row
