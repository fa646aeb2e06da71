from __future__ import annotations

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from reportgen.errors import UndefinedError, UserError
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training import PARAMETERS
from reportgen.training.evaluation import evaluate
from reportgen.training.loop import optimizer_of, train
from reportgen.training.parameters import settings_of

COLOR = Target("color", "Color", ("red", "blue"))
SIZE = Target("size", "Size", ("small", "medium", "large"))
DEFAULTS = {parameter.name: parameter.default for parameter in PARAMETERS}


def quiet(done: int, total: int, text: str) -> None:
    """Progress that nobody watches."""


def dataset(*targets: Target, count: int = 50) -> Dataset:
    """2x2 gray images; the first pixel tells the color, the others the size."""
    rng = np.random.default_rng(0)
    splits = {}
    for name, n in (("train", count), ("validation", 10), ("test", 20)):
        color, size = rng.integers(0, 2, n), rng.integers(0, 3, n)
        images = rng.integers(0, 40, (n, 2, 2, 1)).astype(np.uint8)
        images[:, 0, 0, 0] += (200 * color).astype(np.uint8)
        images[:, 1, :, 0] += (100 * size[:, None]).astype(np.uint8)
        labels = {"color": color, "size": size}
        splits[name] = Split(images, {target.name: labels[target.name] for target in targets})
    return Dataset("tiny", "Tiny", targets, splits, Preprocessing(), "", "")


def single(units: int, activation: str | None = None, seed: int = 1) -> Any:
    keras.utils.set_random_seed(seed)
    dense = keras.layers.Dense(units, activation, name="out")
    return keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), dense])


def double() -> Any:
    keras.utils.set_random_seed(1)
    start = keras.Input((2, 2, 1))
    flat = keras.layers.Flatten()(start)
    color = keras.layers.Dense(1, "sigmoid", name="color")(flat)
    size = keras.layers.Dense(3, "softmax", name="size")(flat)
    return keras.Model(start, [size, color])


def run(model: Any, data: Dataset, seed: int = 1, **params: Any) -> dict[str, tuple[float, ...]]:
    return train(model, data, Network.of(model).heads_for(data.targets), params, seed, quiet).logs


def logits_of(model: Any, split: Split) -> np.ndarray:
    kernel, bias = model.get_layer("out").get_weights()
    return (split.images.reshape(len(split.images), -1) / 255) @ kernel + bias


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return float(-logs[np.arange(len(labels)), labels].mean())


@pytest.mark.parametrize("activation", [None, "softmax"])
def test_loss_and_accuracy_of_a_softmax_are_those_of_their_formulas(activation: str | None) -> None:
    data, model = dataset(SIZE), single(3, activation)
    metrics, counts = evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert counts == {"train": 50, "validation": 10, "test": 20}
    assert len(metrics) == 6
    for name, split in data.splits.items():
        logits, labels = logits_of(model, split), split.labels["size"]
        hits = (logits.argmax(1) == labels).mean()
        assert metrics[f"{name}.size.accuracy"] == pytest.approx(hits)
        assert metrics[f"{name}.size.loss"] == pytest.approx(
            cross_entropy(logits, labels), rel=1e-5
        )


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_loss_and_accuracy_of_one_unit_are_those_of_their_formulas(activation: str | None) -> None:
    data, model = dataset(COLOR), single(1, activation)
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    split = data.splits["test"]
    logit, label = logits_of(model, split)[:, 0], split.labels["color"]
    loss = np.log1p(np.exp(-logit * (2 * label - 1))).mean()
    assert metrics["test.color.loss"] == pytest.approx(loss, rel=1e-5)
    assert metrics["test.color.accuracy"] == pytest.approx(((logit > 0) == label).mean())


def test_several_heads_are_matched_to_their_outputs_by_name() -> None:
    data, model = dataset(COLOR, SIZE), double()
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    images = data.splits["test"].images / np.float32(255)
    size, color = (np.array(output) for output in model(images))
    labels = data.splits["test"].labels
    assert metrics["test.size.accuracy"] == pytest.approx((size.argmax(1) == labels["size"]).mean())
    expected = ((color[:, 0] > 0.5) == labels["color"]).mean()
    assert metrics["test.color.accuracy"] == pytest.approx(expected)


def test_one_step_of_gradient_descent_is_the_one_of_the_formula() -> None:
    data, model = dataset(COLOR), single(1, "sigmoid")
    split = data.splits["train"]
    x, y = split.images.reshape(50, -1) / 255, split.labels["color"]
    kernel, bias = model.get_weights()
    error = 1 / (1 + np.exp(-(x @ kernel + bias)[:, 0])) - y
    rate = 0.5
    run(model, data, epochs=1, batch_size=50, optimizer="sgd", learning_rate=rate,
        schedule="constant")  # fmt: skip
    after, bias_after = model.get_weights()
    np.testing.assert_allclose(after[:, 0], kernel[:, 0] - rate * x.T @ error / 50, rtol=1e-4)
    np.testing.assert_allclose(bias_after, bias - rate * error.mean(), rtol=1e-4)


def test_history_of_one_head_has_kerass_names() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    history = run(model, data, epochs=15, batch_size=8, learning_rate=0.1)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in history.values()} == {15}
    assert history["loss"][-1] < history["loss"][0]
    assert history["accuracy"][-1] > 0.8
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert metrics["validation.size.loss"] == history["val_loss"][-1]
    assert metrics["validation.size.accuracy"] == history["val_accuracy"][-1]


def test_history_of_several_heads_names_each_and_adds_their_losses() -> None:
    data, model = dataset(COLOR, SIZE), double()
    history = run(model, data, epochs=2, batch_size=8)
    logs = {"loss", "color_loss", "color_accuracy", "size_loss", "size_accuracy"}
    assert set(history) == logs | {f"val_{name}" for name in logs}
    for prefix in ("", "val_"):
        total = np.add(history[f"{prefix}color_loss"], history[f"{prefix}size_loss"])
        np.testing.assert_allclose(history[f"{prefix}loss"], total, rtol=1e-6)


def test_penalties_of_layers_are_part_of_the_loss() -> None:
    data = dataset(SIZE)
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense(3, "softmax", kernel_regularizer=keras.regularizers.L2(1.0))
    model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), dense])
    penalty = float((dense.kernel.numpy() ** 2).sum())
    history = run(model, data, epochs=1, learning_rate=1e-9)
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    expected = metrics["validation.size.loss"] + penalty
    assert history["val_loss"][0] == pytest.approx(expected, rel=1e-5)


def test_progress_goes_from_one_to_all_steps_and_tells_the_loss() -> None:
    told: list[tuple[int, int, str]] = []
    data, model = dataset(SIZE), single(3, "softmax")
    params = {"epochs": 2, "batch_size": 16}
    train(
        model,
        data,
        Network.of(model).heads_for(data.targets),
        params,
        1,
        lambda *tick: told.append(tick),
    )
    assert [done for done, _, _ in told] == list(range(1, 9))  # 50 images: 4 steps an epoch
    assert {total for _, total, _ in told} == {8}
    assert told[0][2].startswith("epoch 1/2, loss ")
    assert told[-1][2].startswith("epoch 2/2, loss ")


def test_the_same_seed_gives_the_same_weights_and_another_one_others() -> None:
    results = []
    for seed in (3, 3, 4):
        model = single(3, "softmax")
        history = run(model, dataset(SIZE), seed=seed, epochs=2, batch_size=8)
        results.append((history, b"".join(array.tobytes() for array in model.get_weights())))
    assert results[0] == results[1] != results[2]


FRESH = """
import hashlib, sys
from pathlib import Path
from reportgen import datasets, models
from reportgen.training.evaluation import evaluate
from reportgen.training.loop import train
from reportgen.network.network import Network
data = datasets.load("line", {"per_class": 5}, seed=3)
shape = data.splits["train"].images.shape[1:]
for name in ("variation3", "base"):
    model = models.load("zoo:" + name, base=Path("."), input_shape=shape, targets=data.targets,
                        seed=3, params={}).model
    found = Network.of(model).heads_for(data.targets)
    history = train(model, data, found, {"epochs": 2}, 3, lambda *tick: None).logs
    weights = b"".join(array.tobytes() for array in model.get_weights())
    print(hashlib.sha256(weights).hexdigest(), history, evaluate(model, data, found))
"""


def test_two_fresh_processes_train_to_the_same_bits() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout.splitlines()) == 2


def test_the_model_keeps_no_compiled_state_and_evaluating_leaves_it_alone() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    run(model, data, epochs=1)
    before = model.get_weights()
    evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert not model.compiled
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


def test_batch_normalization_learns_its_averages() -> None:
    data = dataset(SIZE)
    normal = keras.layers.BatchNormalization(momentum=0.5)
    layers = [keras.Input((2, 2, 1)), normal, keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(3, "softmax")])
    run(model, data, epochs=10)
    mean = data.splits["train"].images.mean() / 255
    assert normal.moving_mean.numpy() == pytest.approx([mean], rel=0.02)


def test_a_loss_that_is_not_a_number_stops_training_and_counts_nowhere() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    with pytest.raises(
        UserError, match=r"loss became nan in epoch 1, step 1 .*smaller learning_rate"
    ):
        run(model, data)
    metrics, counts = evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert metrics == {}
    assert counts == {name: len(split.images) for name, split in data.splits.items()}


def test_an_output_that_answers_no_label_is_left_out() -> None:
    data, x = dataset(SIZE), keras.Input(dataset(SIZE).splits["test"].images.shape[1:])
    flat = keras.layers.Flatten()(x)
    size = keras.layers.Dense(3, "softmax", name="size")(flat)
    box = keras.layers.Dense(4, name="box")(flat)
    metrics, _ = evaluate(
        keras.Model(x, [box, size]),
        data,
        Network.of(keras.Model(x, [box, size])).heads_for(data.targets),
    )
    alone, _ = evaluate(
        keras.Model(x, size), data, Network.of(keras.Model(x, size)).heads_for(data.targets)
    )
    assert metrics == alone
    assert set(metrics) == {f"{split}.size.{what}" for split in data.splits
                            for what in ("accuracy", "loss")}  # fmt: skip


def test_images_alone_are_no_measure_of_a_model_with_more_inputs() -> None:
    data, x, more = dataset(SIZE), keras.Input((4, 4, 1)), keras.Input((2,), name="more")
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(x), more])
    model = keras.Model([x, more], keras.layers.Dense(3, "softmax", name="size")(joined))
    with pytest.raises(
        UndefinedError, match=r"2 inputs \(.*more\), and a dataset gives images for"
    ):
        evaluate(model, data, Network.of(model).heads_for(data.targets))


def test_patience_stops_and_takes_the_weights_of_the_best_epoch() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    wild = {"learning_rate": 30.0, "schedule": "constant", "batch_size": 8}
    history = run(model, data, epochs=60, patience=3, **wild)
    losses = history["val_loss"]
    assert len(losses) < 60
    assert len(losses) == 1 + int(np.argmin(losses)) + 3
    metrics, _ = evaluate(model, data, Network.of(model).heads_for(data.targets))
    assert metrics["validation.size.loss"] == min(losses)


def test_every_epoch_has_its_seconds() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    log = train(model, data, Network.of(model).heads_for(data.targets), {"epochs": 3}, 1, quiet)
    assert len(log.seconds) == len(log.logs["loss"]) == 3
    assert min(log.seconds) > 0


@pytest.mark.parametrize("name", PARAMETERS[2].choices)
def test_every_optimizer_learns_and_the_cosine_ends_at_zero(name: str) -> None:
    model = single(3, "softmax")
    history = run(model, dataset(SIZE), optimizer=name, learning_rate=0.05, epochs=5, batch_size=8)
    assert history["loss"][-1] < history["loss"][0]
    optimizer = optimizer_of(model, settings_of({"optimizer": name, "epochs": 2}), steps=5)
    assert type(optimizer).__name__.lower() == name
    assert float(optimizer.learning_rate) == pytest.approx(DEFAULTS["learning_rate"])
    optimizer.iterations.assign(10)
    assert float(optimizer.learning_rate) == pytest.approx(0.0, abs=1e-9)


def test_a_model_with_nothing_to_train_is_the_users_mistake() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    model.trainable = False
    with pytest.raises(UserError, match="has no trainable weights"):
        run(model, data)


def test_outputs_without_labels_are_the_users_mistake() -> None:
    data, model = dataset(SIZE), single(3, "softmax")
    with pytest.raises(UserError, match="no labels for the outputs out; it labels size; give"):
        train(model, data, Network.of(model).heads, {}, 1, quiet)


def test_importing_training_stays_light() -> None:
    code = (
        "import sys, reportgen.training\n"
        "print([m for m in ('numpy', 'keras', 'tensorflow') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
