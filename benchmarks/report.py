"""The report that two rows build: what such a notebook shows today, as a spec and as a notebook."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks import subjects

REPORT = "network"
SPEC = f"{REPORT}.yaml"

TEXT = """title: A small network
models:
  small:
    source: model.keras
    dataset: {source: npz, path: data.npz}
sections:
  - title: The network
    figures:
      - summary
      - kernels: {layers: [conv_1], max_filters: 32}
      - feature_maps: {samples: [0, 1, 2], layers: [conv_1, conv_2, conv_3]}
      - grad_cam: {samples: [0, 1, 2]}
      - activation_maximization: {layers: [conv_2], filters: 24, steps: 30}
inferences: false
"""

CELLS = (
    """import numpy as np, keras, tensorflow as tf
import matplotlib.pyplot as plt
model = keras.models.load_model("model.keras")
images = np.load("data.npz")["x_test"][:3].astype("float32") / 255
model.summary()""",
    """filters = model.get_layer("conv_1").get_weights()[0]
fig, axes = plt.subplots(4, 8, figsize=(8, 4))
for i, ax in enumerate(axes.flat):
    ax.imshow(filters[:, :, 0, i], cmap="viridis"); ax.axis("off")
plt.show()""",
    """for name in ("conv_1", "conv_2", "conv_3"):
    part = keras.Model(model.inputs, model.get_layer(name).output)
    for image in images:
        maps = part.predict(image[None], verbose=0)[0]
        fig, axes = plt.subplots(maps.shape[-1] // 8, 8, figsize=(8, maps.shape[-1] // 8))
        for i, ax in enumerate(axes.flat):
            ax.imshow(maps[:, :, i], cmap="viridis"); ax.axis("off")
        plt.show()""",
    """both = keras.Model(model.inputs, [model.get_layer("conv_3").output, model.output])
for image in images:
    with tf.GradientTape() as tape:
        maps, answer = both(image[None])
        score = tf.reduce_max(answer, axis=1)
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    heat = np.maximum((maps[0] @ weights[0][:, None])[..., 0], 0)
    plt.imshow(image[..., 0], cmap="gray")
    plt.imshow(heat, alpha=0.5, extent=(0, 28, 28, 0)); plt.axis("off"); plt.show()""",
    """part = keras.Model(model.inputs, model.get_layer("conv_2").output)
fig, axes = plt.subplots(4, 6, figsize=(9, 6))
for i, ax in enumerate(axes.flat):
    image = tf.Variable(np.random.default_rng(i).random((1, 28, 28, 1), "float32") * 0.1 + 0.45)
    for _ in range(30):
        with tf.GradientTape() as tape:
            goal = tf.reduce_mean(part(image)[..., i])
        step = tape.gradient(goal, image)
        image.assign_add(step / (tf.sqrt(tf.reduce_mean(step ** 2)) + 1e-5) * 0.05)
    ax.imshow(np.clip(image[0, ..., 0], 0, 1), cmap="gray"); ax.axis("off")
plt.show()""",
)


def prepared(folder: Path) -> Path:
    """A folder with the model, its data, the spec, and the notebook."""
    subjects.small_cnn().save(folder / "model.keras")
    pixels = np.rint(subjects.images(96, 28, 1) * 255).astype(np.uint8)
    labels = np.arange(len(pixels)) % 10
    half = len(pixels) // 4
    np.savez(folder / "data.npz", x_train=pixels[:half], y_train=labels[:half],
             x_test=pixels[half:], y_test=labels[half:])  # fmt: skip
    (folder / SPEC).write_text(TEXT, encoding="utf-8")
    (folder / "notebook.ipynb").write_text(json.dumps(_notebook()), encoding="utf-8")
    return folder


def _notebook() -> dict[str, object]:
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
         "id": f"cell-{number}", "source": text}
        for number, text in enumerate(CELLS)
    ]  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
