"""Plans: which tasks a spec means, what they depend on, and how a difference is told."""

from __future__ import annotations

from pathlib import Path

from reportgen.digest import StatCache
from reportgen.keys import Keys, differences, key_of
from reportgen.plan import Plan, plan
from reportgen.reports import roots
from reportgen.spec.loading import load_text

TEXT = """\
title: T
models:
  a: {source: zoo:variation1, dataset: {source: line, per_class: 10}, training: {epochs: 1}}
  b: {source: zoo:variation2, dataset: {source: line, per_class: 10}, training: {epochs: 1}}
  c: {source: zoo:variation3, dataset: {source: line, per_class: 20}, training: {epochs: 1}}
sections:
  - title: One
    model: a
    figures: [summary, kernels: {layers: [conv2d_1, conv2d_2]}]
  - title: Two
    figures:
      - grad_cam: {model: b, layer: conv2d_2}
      - samples: {model: c}
inferences: [pooling_effect]
"""


def planned(text: str = TEXT) -> Plan:
    return plan(load_text(text.encode(), Path("x.yaml")), roots())


def test_tasks_come_after_what_they_need_and_end_with_the_page() -> None:
    tasks = list(planned().tasks.values())
    seen: set[str] = set()
    for task in tasks:
        assert {i.task for i in task.inputs} <= seen
        seen.add(task.key)
    assert tasks[-1].key == "x/page"


def test_equal_datasets_are_loaded_once_and_different_ones_apart() -> None:
    keys = [task.key for task in planned().tasks.values() if task.stage == "dataset"]
    assert len(keys) == 2
    trains = {t.key: t.inputs[0].task for t in planned().tasks.values() if t.stage == "train"}
    assert trains["x/a/train"] == trains["x/b/train"] != trains["x/c/train"]


def test_a_figure_uses_its_own_model_before_its_sections() -> None:
    tasks = planned().tasks
    assert tasks["x/one/kernels-1/compute"].inputs[0].task == "x/a/model"
    assert tasks["x/two/grad_cam-1/compute"].inputs[0].task == "x/b/model"


def test_what_always_comes_trained_is_not_trained_and_data_alone_waits_for_no_model() -> None:
    tasks = planned().tasks
    assert [i.name for i in tasks["x/a/model"].inputs] == ["training", "dataset"]
    assert [i.name for i in tasks["x/two/samples-1/compute"].inputs] == ["dataset"]
    bare = "model: {source: zoo:base}\nfigures: [summary]\ninferences: false\n"
    stages = [task.stage for task in planned(bare).tasks.values()]
    assert stages == ["model", "compute", "draw", "note", "page"]


def test_layers_that_figures_name_are_checked_before_their_model_is_trained() -> None:
    tasks = planned().tasks
    assert [name for name, _ in tasks["x/a/train"].checks] == ["conv2d_1", "conv2d_2"]
    assert [name for name, _ in tasks["x/b/train"].checks] == ["conv2d_2"]


def keyed(text: str) -> dict[str, str]:
    """Keys of all tasks, as if every input had the same digest."""
    keys = Keys(StatCache())
    one = planned(text)
    return {
        task.key: key_of(task, keys.facts(task, {i.name: "0" for i in task.inputs}))
        for task in one.tasks.values()
    }


def changed(old: str, new: str, text: str = TEXT) -> set[str]:
    assert old in text
    before, after = keyed(text), keyed(text.replace(old, new))
    return {key for key in before if before[key] != after[key]}


def test_a_models_title_reaches_pages_and_remarks_but_no_training() -> None:
    assert changed("a: {source", "a: {title: Other, source") == {
        "x/inferences/pooling_effect/note",
        "x/page",
    }


def test_an_epoch_more_trains_that_model_alone() -> None:
    edit = "variation2, dataset: {source: line, per_class: 10}, training: {epochs: "
    assert changed(edit + "1}", edit + "2}") == {"x/b/train", "x/page"}


def test_another_value_of_an_input_trains_that_model_alone() -> None:
    edit = "b: {source: zoo:variation2, inputs: {image: images, meta: "
    old, new = f"{edit}0.5}}", f"{edit}0.6}}"
    text = TEXT.replace("b: {source: zoo:variation2", old)
    assert changed(old, new, text) == {"x/b/train", "x/b/model", "x/page"}
    assert changed(old, old.replace(", inputs: {", ",\n     inputs: {"), text) == set()


def test_the_seed_reaches_all_that_is_random() -> None:
    stages = {key.rpartition("/")[2] for key in changed("title: T\n", "title: T\nseed: 5\n")}
    assert stages == {"dataset", "train", "model", "compute", "page"}


def test_differences_name_what_changed() -> None:
    facts = {"code": "1", "params": {"a": {"b": 1}}, "inputs": {}, "libraries": {"keras": "3.1"},
             "files": {}}  # fmt: skip
    newer = {**facts, "code": "2", "params": {"a": {"b": 2}}, "libraries": {"keras": "3.2"}}
    assert [str(reason) for reason in differences(facts, newer)] == [
        "code changed",
        "parameter changed: a.b 1 → 2",
        "library changed: keras 3.1 → 3.2",
    ]
    assert [reason.code for reason in differences(None, facts)] == ["never built"]
