"""Graphs compiled by XLA, for what a processor has no kernels for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import config

NO_KERNEL = (tf.errors.UnimplementedError, tf.errors.InvalidArgumentError)
"""What TensorFlow raises where a machine cannot compute an operation."""


def function(body: Callable[..., Any], signature: Sequence[Any], xla: bool) -> Any:
    """A `tf.function` of a body for tensors of this signature, with XLA or without.

    Without autograph, which would wrap our errors into its own, and takes long in training.
    """
    return tf.function(
        body, input_signature=list(signature), autograph=False, jit_compile=xla or None
    )


@contextmanager
def allowed(xla: bool) -> Iterator[None]:
    """Let XLA compile what it refuses where operations must be deterministic.

    It refuses the way back through max-pooling on every device, for the sake of GPUs, where sums
    may be in any order; on a processor their order is fixed.
    """
    if not (xla and config.is_op_determinism_enabled()):
        yield
        return
    config.disable_op_determinism()
    try:
        yield
    finally:
        config.enable_op_determinism()


def cannot_run(model: Any, error: Exception) -> str:
    """One sentence on one of `NO_KERNEL`."""
    lines = [line.strip() for line in str(getattr(error, "message", error)).splitlines()]
    cause = next(filter(None, lines), type(error).__name__).rstrip(".:")
    return f"Model '{model.name}' cannot be run here: {cause}."
