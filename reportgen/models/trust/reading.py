"""Keras reads a model file: the same way in the trial and in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.functions import importable, imported
from reportgen.models.keras_errors import explain
from reportgen.models.trust.allowlist import APPLICATION_LAYERS
from reportgen.models.trust.owned import is_module_name, misnamed
from reportgen.types import Model, Params


def read_model(
    path: Path,
    modules: Sequence[str],
    base: Path,
    *,
    trusted: bool = False,
    watch: AbstractContextManager[None] | None = None,
) -> Model:
    """The model of a file, not compiled; the process' settings are as before.

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

    with settings_kept():
        # Keras finds these by itself for `.keras` files only.
        known = {
            name: getattr(import_module(module), name)
            for module, names in APPLICATION_LAYERS.items()
            for name in sorted(names)
        }
        with importable(base):
            for module in modules:
                known |= _definitions(module, base)
        with watch or nullcontext():
            return keras.saving.load_model(
                path, custom_objects=known, compile=False, safe_mode=not trusted
            )


def unreadable(name: str, error: Exception | None = None) -> Problem:
    """That Keras cannot read the model file `name`, and why."""
    why = "it holds something else" if error is None else explain(error)
    return Problem(
        f"the model file {name} is not a model that Keras can load: {why}",
        hint="save it with model.save('NAME.keras')",
    )


def _definitions(module: str, base: Path) -> Params:
    """The owner's classes and functions in a module, by name; importing also registers some."""
    if not is_module_name(module):
        raise UserError(misnamed(module))
    package = module.partition(".")[0]
    # What a module imports from elsewhere, such as `os`, is not the owner's to offer.
    return {
        name: value
        for name, value in vars(imported(module, base)).items()
        if callable(value) and str(getattr(value, "__module__", "")).partition(".")[0] == package
    }


@contextmanager
def settings_kept() -> Iterator[None]:
    """Restore the settings of Keras and TensorFlow, and what is registered with Keras."""
    from reportgen.network.keras_internals import registries

    before = [(put, get()) for get, put in _settings()]
    registered = [(registry, dict(registry)) for registry in registries()]
    try:
        yield
    finally:
        for put, value in before:
            put(value)
        for registry, entries in registered:
            registry.clear()
            registry.update(entries)


def _settings() -> list[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """How to read and how to set each setting."""
    import keras
    import tensorflow as tf

    from reportgen.network.keras_internals import global_attribute, set_global_attribute

    config, options = keras.config, tf.config

    def switch(name: str) -> Callable[[bool], None]:
        return lambda on: getattr(config, f"{'enable' if on else 'disable'}_{name}")()

    return [
        (config.floatx, config.set_floatx),
        (config.epsilon, config.set_epsilon),
        (config.image_data_format, config.set_image_data_format),
        (config.dtype_policy, config.set_dtype_policy),
        (config.max_epochs, config.set_max_epochs),
        (config.max_steps_per_epoch, config.set_max_steps_per_epoch),
        (config.is_interactive_logging_enabled, switch("interactive_logging")),
        (config.is_traceback_filtering_enabled, switch("traceback_filtering")),
        *[
            (lambda name=name: global_attribute(name),
             lambda value, name=name: set_global_attribute(name, value))
            for name in ("safe_mode_saving", "custom_objects_scope_dict")
        ],
        (options.functions_run_eagerly, options.run_functions_eagerly),
        (options.experimental.tensor_float_32_execution_enabled,
         options.experimental.enable_tensor_float_32_execution),
        (options.optimizer.get_jit, options.optimizer.set_jit),
    ]  # fmt: skip
