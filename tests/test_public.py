"""The public functions: listed without cost, documented, and hidden by no module of their name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import reportgen
from tests.test_light import HEAVY, loaded

FUNCTIONS = sorted(set(reportgen.__all__) - {"__version__"})

CALL_EACH = """
import importlib, pkgutil
import reportgen

for module in pkgutil.walk_packages(reportgen.__path__, "reportgen."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)

import keras
import numpy as np

keras.utils.set_random_seed(0)
layers = keras.layers
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(4, 3, activation="relu", name="conv"),
    layers.Flatten(),
    layers.Dense(3, activation="softmax", name="out"),
])
images = np.random.default_rng(0).random((2, 8, 8, 1), dtype=np.float32)
arguments = {
    "activation_maximization": dict(layer="conv", steps=2),
    "kernels": {},
    "occlusion": dict(images=images, patch=4, stride=4),
}
for name in sorted(set(reportgen.__all__) - {"__version__"}):
    result = getattr(reportgen, name)(model, **arguments.get(name, dict(images=images)))
    arrays = result.values() if isinstance(result, dict) else [result]
    assert all(np.isfinite(array).all() for array in arrays), name
    print("CALLED", name)
"""


def test_no_module_hides_a_public_function() -> None:
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", CALL_EACH], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    called = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("CALLED")]
    assert called == FUNCTIONS


def test_dir_lists_the_functions_and_imports_nothing() -> None:
    assert sorted(dir(reportgen)) == sorted([*FUNCTIONS, "__version__"])
    assert sorted(reportgen._HOMES) == FUNCTIONS
    assert not loaded("import reportgen; dir(reportgen)") & HEAVY


def test_help_lists_the_functions() -> None:
    import pydoc
    import re

    text = pydoc.render_doc(reportgen, renderer=pydoc.plaintext)
    for name in FUNCTIONS:
        assert f"| `{name}`" in text
        assert re.search(rf"\n    {name}\(\s*model", text)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_name_every_parameter_and_the_result(name: str) -> None:
    import inspect

    function = getattr(reportgen, name)
    text = inspect.getdoc(function)
    assert text is not None
    arguments, _, result = text.partition("Args:")[2].partition("Returns:")
    assert result
    assert [word for word in inspect.signature(function).parameters if word not in arguments] == []
