"""Checkpoints: what builds a model again, its weights as bytes, and the digest that tells it apart.

A model that was trained for a report is kept as its weights and the recipe that builds it, not as a
file of Keras': no code is stored, and equal weights have equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.util._pywrap_util_port import IsMklEnabled

from reportgen import models
from reportgen.codec import encode
from reportgen.digest import of_value
from reportgen.network.layers import rows
from reportgen.records import Preprocessing, Target
from reportgen.types import Array, Json, Model, Params


@dataclass(frozen=True)
class Recipe:
    """What `models.load` needs to make a model, apart from where files lie.

    Attributes:
        source, params, inputs: as in the spec, see `models.load`.
        seed: of the initial weights.
        input_shape: of the dataset's images; None without a dataset.
        targets: what the dataset labels; () without a dataset.
        apart: whether inputs that expect different values of the same images are given them.
    """

    source: str
    params: Params
    inputs: Mapping[str, Json]
    seed: int
    input_shape: tuple[int, ...] | None = None
    targets: tuple[Target, ...] = ()
    apart: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What a recipe leaves to the machine and the moment: no part of any digest.

    Attributes:
        base: the folder of the spec.
        cache: the cache folder.
        trusted: whether code in model files may run.
    """

    base: Path
    cache: Path
    trusted: bool = False


def build(recipe: Recipe, around: Surroundings) -> models.Loaded:
    """The model of a recipe, before any training.

    Raises:
        UserError: as `models.load`.
    """
    # Names that Keras counts up (dense_7) must not depend on what this process built before.
    keras.backend.clear_session()
    return models.load(
        recipe.source,
        base=around.base,
        input_shape=recipe.input_shape,
        targets=recipe.targets,
        seed=recipe.seed,
        params=recipe.params,
        inputs=recipe.inputs,
        apart=recipe.apart,
        trusted=around.trusted,
        cache=around.cache,
    )


def digest(model: Model, preprocessing: Preprocessing | None) -> str:
    """Digest of a model's architecture, the bytes of its weights, and its preprocessing."""
    weights = hashlib.sha256()
    for array in model.get_weights():
        weights.update(str((array.shape, array.dtype)).encode())
        # As bytes: there are numbers, such as bfloat16, that Python has no name for.
        weights.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    try:
        architecture = model.to_json()
    except (NotImplementedError, TypeError, ValueError):
        # A subclassed model without get_config: its layers stand for it.
        architecture = encode(rows(model))
    return of_value([architecture, weights.hexdigest(), encode(preprocessing)])


def pack(weights: Sequence[Array]) -> bytes:
    """Weights as the bytes of an `.npz` file; equal weights give equal bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, *weights)
    return buffer.getvalue()


def unpack(data: bytes, model: Model) -> list[Array]:
    """The weights of `pack`, in the types of a model's: NumPy stores bfloat16 without its name."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        weights = [arrays[f"arr_{i}"] for i in range(len(arrays.files))]
    return [
        array.view(own.dtype) if array.dtype.kind == "V" else array
        for array, own in zip(weights, model.get_weights(), strict=True)
    ]


def machine() -> dict[str, str]:
    """What decides about the last digits of a result, besides code and data.

    Results are kept under keys that leave it out: a report stays fresh on every machine.
    """
    gpus = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details(gpus[0]) if gpus else {}
    return {
        "device": str(details.get("device_name") or device()),
        "threads": os.environ.get("TF_NUM_INTRAOP_THREADS") or str(os.cpu_count()),
        "onednn": "on" if IsMklEnabled() else "off",
        "processor": _processor(),
        "tensorflow": str(tf.__version__),
    }


_FEATURES = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_tile")
"""Instructions of processors that TensorFlow chooses its kernels by."""


def _processor() -> str:
    """The kind of processor, and its instructions that matter."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    features = [name for name in _FEATURES if name in flags]
    return " ".join([platform.machine(), *features])


def device() -> str:
    """The kind of device that models run on: "GPU" where TensorFlow finds one, else "CPU"."""
    return "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
