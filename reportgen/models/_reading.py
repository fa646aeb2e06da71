"""Keras reads a model file: the same way in the trial and in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.functions import importable, imported
from reportgen.inspection.modules import misnamed
from reportgen.models import _settings


def read(
    path: Path,
    modules: Sequence[str],
    base: Path,
    *,
    trusted: bool = False,
    watch: AbstractContextManager[None] | None = None,
) -> Any:
    """The model of a file, not compiled; settings of the process are as before.

    Args:
        path: a copy of the file that nobody else can change.
        modules: Python modules of the spec's owner, from the folder `base` or installed.
        trusted: whether code in the file may run.
        watch: entered while Keras reads, but not while the owner's modules are imported.

    Raises:
        UserError: one of the modules cannot be imported.
        Exception: whatever Keras raises for a file that it cannot read.
    """
    import keras

    import reportgen.models.margins  # noqa: F401  registers our layers, which files may hold

    with _settings.kept():
        with importable(base):
            objects = own_objects(modules, base)
        with watch or nullcontext():
            return keras.saving.load_model(
                path,
                custom_objects={**_of_applications(), **objects},
                compile=False,
                safe_mode=not trusted,
            )


def _of_applications() -> dict[str, Any]:
    """Layers of `keras.applications` that `.h5` files name and Keras does not find by itself."""
    from importlib import import_module

    from reportgen.inspection.allowed import APPLICATION_LAYERS

    return {
        name: getattr(import_module(module), name)
        for module, names in APPLICATION_LAYERS.items()
        for name in sorted(names)
    }


def own_objects(modules: Sequence[str], base: Path) -> dict[str, Any]:
    """Classes and functions that modules define, by name; importing also registers some."""
    found: dict[str, Any] = {}
    for name in modules:
        if not all(part.isidentifier() for part in name.split(".")):
            raise UserError(misnamed(name))
        module = imported(name, base)
        found |= {key: value for key, value in vars(module).items() if _is_own(value, name)}
    return found


def _is_own(value: Any, module: str) -> bool:
    # What a module imports from elsewhere, such as `os`, is not the owner's to offer.
    home, package = str(getattr(value, "__module__", "")), module.partition(".")[0]
    return callable(value) and home.partition(".")[0] == package
