"""SavedModels of TensorFlow: programs that Keras can run, but not look into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError

ENDPOINTS = ("serve", "serving_default")
"""What is called, the first that there is: Keras' `export` writes the first, others the second."""


def read_program(folder: Path) -> Any:
    """A model with the SavedModel of a folder as its only layer.

    What looks at inputs and outputs alone works on it; there are no layers inside to show.

    Raises:
        UserError: TensorFlow cannot read it, or it does not take one array.
    """
    import keras
    import tensorflow as tf

    try:
        found = tf.saved_model.load(folder)
        endpoint = next(name for name in ENDPOINTS if name in found.signatures)
        (spec,) = found.signatures[endpoint].structured_input_signature[1].values()
        start = keras.Input(spec.shape[1:], dtype=spec.dtype.name)
        program = keras.layers.TFSMLayer(folder, call_endpoint=endpoint, name="program")
        outputs = keras.tree.flatten(program(start))
        return keras.Model(start, outputs[0] if len(outputs) == 1 else outputs)
    except (OSError, StopIteration, ValueError, TypeError, RuntimeError) as error:
        words = " ".join(str(error).split())[:300] or "it offers nothing to call with one array"
        raise UserError(
            Problem(
                f"the SavedModel {folder} cannot be used: {words}",
                hint="write one with model.export('FOLDER'), with one input",
            )
        ) from error
