"""Keras reads a model file: the same way in the trial and in the worker."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.functions import importable, imported
from reportgen.models.keras_errors import explain
from reportgen.models.trust.allowlist import APPLICATION_LAYERS
from reportgen.models.trust.inspection import named_modules, require_defined
from reportgen.models.trust.owned import Owned, not_owned, owned
from reportgen.types import Model


def read_model(
    path: Path,
    modules: Sequence[str],
    base: Path,
    *,
    name: str,
    trusted: bool = False,
    watch: AbstractContextManager[None] | None = None,
) -> Model:
    """The model of a file, not compiled; the process' settings are as before.

    Args:
        path: a copy of the file that nobody else can change.
        modules: Python modules of the spec's owner, from the folder `base` or installed.
        name: the file's name in messages.
        trusted: whether code in the file may run.
        watch: entered while Keras reads, but not while the owner's modules are imported.

    Raises:
        UserError: one of the modules cannot be imported, or the file names what none defines.
        Exception: whatever Keras raises for a file that it cannot read.
    """
    import keras

    import reportgen.models.margins  # noqa: F401  registers our layers, which files may hold
    from reportgen.network.keras_internals import axes_kept, sequential_models_built_once, settle

    with settings_kept():
        # Keras finds these by itself for `.keras` files only.
        known = {
            name: getattr(import_module(module), name)
            for module, names in APPLICATION_LAYERS.items()
            for name in sorted(names)
        }
        if modules:
            known |= _definitions(path, name, modules, base, trusted=trusted)
        with ExitStack() as stack:
            stack.enter_context(watch or nullcontext())
            for repair in (sequential_models_built_once, axes_kept, warnings.catch_warnings):
                stack.enter_context(repair())
            # Keras leaves the weights of these layers at random.
            warnings.filterwarnings("error", "Skipping nested container")
            model = keras.saving.load_model(
                path, custom_objects=known, compile=False, safe_mode=not trusted
            )
            if isinstance(model, keras.Model):
                settle(model)
            return model


def unreadable(name: str, error: Exception | None = None) -> Problem:
    """That Keras cannot read the model file `name`, and why."""
    why = "it holds something else" if error is None else explain(error)
    return Problem(
        f"the model file {name} is not a model that Keras can load: {why}",
        hint="save it with model.save('NAME.keras')",
    )


def _definitions(
    path: Path, name: str, modules: Sequence[str], base: Path, *, trusted: bool
) -> dict[str, Any]:
    """The owner's classes and functions by name; importing their modules also registers some.

    Raises:
        UserError: a module is not the owner's or cannot be imported, or the file names something
            that the modules neither define nor register, such as what they import from Keras.
    """
    from reportgen.network.keras_internals import registries

    found: dict[str, Any] = {}
    registered = set(registries()[0])
    with importable(base):
        for module in [*modules, *sorted(_inner(path, modules, base))]:
            if wrong := not_owned(module, base):
                raise UserError(wrong)
            package = module.partition(".")[0]
            # What a module imports from elsewhere, such as `os`, is not the owner's to offer.
            found |= {
                key: value
                for key, value in vars(imported(module, base)).items()
                if callable(value) and _home(value).partition(".")[0] == package
            }
    if not trusted:
        new = registries()[0].keys() - registered
        names = frozenset(found) | {key.rpartition(">")[2] for key in new}
        require_defined(path, name, Owned(tuple(modules), names=names, imported=True))
    return found


def _inner(path: Path, modules: Sequence[str], base: Path) -> set[str]:
    """Modules of the owner's besides those declared that a file names."""
    known = owned(modules, base)
    return {name for name in named_modules(path) if known.declares(name)} - set(modules)


def _home(value: object) -> str:
    """The module that defines a class or function."""
    return str(getattr(value, "__module__", ""))


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
