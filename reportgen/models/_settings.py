"""Settings of the whole process that reading a model may change, put back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def kept() -> Iterator[None]:
    """Restore the settings of Keras and TensorFlow, and what is registered with Keras."""
    before = [(put, get()) for get, put in _settings()]
    registries = [(registry, dict(registry)) for registry in _registries()]
    try:
        yield
    finally:
        for put, value in before:
            put(value)
        for registry, found in registries:
            registry.clear()
            registry.update(found)


def _settings() -> list[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """How to read and how to set each of them."""
    import keras
    import tensorflow as tf
    from keras.src.backend.common import global_state

    config, options = keras.config, tf.config
    return [
        (config.floatx, config.set_floatx),
        (config.epsilon, config.set_epsilon),
        (config.image_data_format, config.set_image_data_format),
        (config.dtype_policy, config.set_dtype_policy),
        (config.max_epochs, config.set_max_epochs),
        (config.max_steps_per_epoch, config.set_max_steps_per_epoch),
        (config.is_interactive_logging_enabled, _switch("interactive_logging")),
        (config.is_traceback_filtering_enabled, _switch("traceback_filtering")),
        *[
            (lambda name=name: global_state.get_global_attribute(name),
             lambda value, name=name: global_state.set_global_attribute(name, value))
            for name in ("safe_mode_saving", "custom_objects_scope_dict")
        ],
        (options.functions_run_eagerly, options.run_functions_eagerly),
        (options.experimental.tensor_float_32_execution_enabled,
         options.experimental.enable_tensor_float_32_execution),
        (options.optimizer.get_jit, options.optimizer.set_jit),
    ]  # fmt: skip


def _switch(name: str) -> Callable[[bool], None]:
    import keras

    def put(on: bool) -> None:
        getattr(keras.config, f"{'enable' if on else 'disable'}_{name}")()

    return put


def _registries() -> list[dict[Any, Any]]:
    from keras.src.saving import object_registration

    return [object_registration.GLOBAL_CUSTOM_OBJECTS, object_registration.GLOBAL_CUSTOM_NAMES]
