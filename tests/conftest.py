"""What all tests share: quiet libraries, and real data where there is some."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


# The same examples every time where a failure would be nobody's to look into at once.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def data_is_there() -> bool:
    """Whether MNIST and Fashion-MNIST lie where Keras looks for them."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    files = ("mnist.npz", "fashion-mnist/train-images-idx3-ubyte.gz")
    return all((home / "datasets" / name).is_file() for name in files)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if data_is_there():
        return
    if os.environ.get("REPORTGEN_REQUIRE_DATA"):
        raise pytest.UsageError("REPORTGEN_REQUIRE_DATA is set, but KERAS_HOME holds no datasets")
    skip = pytest.mark.skip(reason="no MNIST and Fashion-MNIST in KERAS_HOME/datasets")
    for item in items:
        if "requires_data" in item.keywords:
            item.add_marker(skip)
