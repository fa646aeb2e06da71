"""The stages that train and keep a model: what their outputs say, and what stands for them in
other tasks' keys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import pytest

from reportgen.code import CodeDigests
from reportgen.digest import StatCache
from reportgen.engine import checkpoint, compute, dataset, model, train
from reportgen.engine.job import Job
from reportgen.errors import UserError
from reportgen.store import Output, Store
from reportgen.training import PARAMETERS


def quiet(done: int, total: int, text: str) -> None:
    """Progress that nobody watches."""


def trained(store: Store, base: Path, epochs: int = 2, source: str = "") -> dict[str, Output]:
    recipe: dict[str, Any] = {"source": "line", "params": {"per_class": 10}, "seed": 1}
    data = dataset.run(Job("dataset", (), recipe, base=str(base)), store, quiet)
    settings = {parameter.name: parameter.default for parameter in PARAMETERS}
    params = {"source": source or "zoo:variation3", "params": {}, "seed": 1, "dataset": "line",
              "training": {**settings, "epochs": epochs}}  # fmt: skip
    made = train.run(Job("train", (), params, data, base=str(base)), store, quiet)
    del params["training"]
    given = {"training": made["training"], **data}
    return made | model.run(Job("model", (), params, given, base=str(base)), store, quiet)


def subject_of(outputs: dict[str, Output], store: Store) -> Any:
    job = Job("compute", (), {"params": {}, "seed": 1}, outputs)
    return compute.subject(job, store)


def reached(*modules: str) -> set[str]:
    return set(CodeDigests(StatCache()).reached(modules))


def rooms(modules: set[str]) -> set[str]:
    return {module.split(".")[1] for module in modules if "." in module}


def test_only_what_trains_reaches_a_training() -> None:
    found = reached("reportgen.engine.train", "reportgen.models.zoo.base")
    assert {"reportgen.training.loop", "reportgen.models.zoo.base"} <= found
    others = {"reportgen.training.evaluation", "reportgen.engine.model", "reportgen.engine.compute"}
    assert not found & others
    assert not rooms(found) & {"spec", "plan", "figures", "drawing", "drafting", "inferences"}


def test_figures_reach_no_training_and_those_of_data_no_model() -> None:
    alone = reached("reportgen.engine.compute", "reportgen.engine.dataset")
    assert not rooms(alone) & {"models", "network", "training", "spec", "plan"}
    with_model = reached("reportgen.engine.compute", "reportgen.engine.checkpoint")
    assert "reportgen.models.checkpoints" in with_model
    assert not rooms(with_model) & {"training", "spec", "plan"}


def test_seconds_of_epochs_reach_who_asks_and_no_facts_and_no_key(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    first, second = trained(store, tmp_path), trained(store, tmp_path)
    times = json.loads(store.get(first["times"].object))
    assert len(times) == 2
    assert min(times) > 0
    assert times != json.loads(store.get(second["times"].object))
    assert {name: output.digest for name, output in first.items()} == \
        {name: output.digest for name, output in second.items()}  # fmt: skip
    assert first["facts"].object == second["facts"].object
    assert subject_of(first, store).times == tuple(times)
    del first["times"]
    assert subject_of(first, store).times == ()


def test_a_model_file_that_changes_during_a_build_is_told(tmp_path: Path) -> None:
    store, file = Store(tmp_path / "cache"), tmp_path / "m.keras"

    def save(seed: int) -> None:
        keras.utils.set_random_seed(seed)
        layers = [keras.Input((28, 28, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]
        keras.Sequential(layers).save(file)

    save(1)
    params = {"source": "m.keras", "params": {"modules": ()}, "seed": 1, "dataset": None}
    job = Job("model", (), params, base=str(tmp_path), cache=str(store.root))
    output = model.run(job, store, quiet)["model"]
    checkpoint._built.clear()
    assert checkpoint.obtain(output, job, store).model.count_params() > 0
    checkpoint._built.clear()
    save(2)
    with pytest.raises(UserError, match="the model changed while the report was built"):
        checkpoint.obtain(replace(output), job, store)
