"""The JSON Schema: current, and of one mind with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from budgets import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.checking import load_text
from reportgen.errors import UserError
from reportgen.spec.problems import Problems
from reportgen.spec.schema import json_schema, schema_text, tables, with_tables
from reportgen.spec.starter import starter
from reportgen.spec.yaml_tree import Mapping, Node, Sequence, parse
from tests.spec.test_loading import GOOD
from tests.spec.test_mistakes import HEAD, MISTAKES

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ACCEPTED = [
    GOOD,
    HEAD,
    starter("x"),
    "model: zoo:base\n",
    HEAD + "figures: [kernels: {layers: all}, kernels: {layers: conv2d_2}]\n",
    HEAD + "figures:\n  - summary:\n  - grad_cam: {samples: [1, 2], caption: c, target: null}\n",
    HEAD + "training: {epochs: 3.0, learning_rate: 1}\ninferences: false\nauthors: [A, B]\n",
    HEAD + "training:\nintro: ''\n",
    HEAD + "inferences: []\n",
    HEAD + "figures:\n  - saliency: {copies: 20, noise: 0.15, steps: 32.0, baseline: black}\n",
    HEAD + "figures:\n  - saliency: {method: smoothgrad, copies: 3, noise: 0.5}\n",
    HEAD + "figures:\n  - deconvnet: {samples: null, top: 9}\n",
    HEAD
    + "figures:\n  - activation_maximization: {objective: class, layers: all, filters: null}\n",
    HEAD
    + "figures:\n  - activation_maximization: {objective: unit, filters: 3, position: '1, 1'}\n",
    "model: {source: application:VGG16, weights: null, dataset: null}\n",
    "model: {source: 'python:json.decoder:JSONDecoder', params: {x: [1, {y: null}]}}\n",
    "model: {source: 'python:json:loads', inputs: {a: images, b: 1, c: [2, 0.5], d: images}}\n",
    "model: 'python:json:loads'\ninputs: {a: images, b: 1, c: [2, 0.5], d: images}\n",
    "models: {a: zoo:base, b: {source: zoo:deep, title: B}}\nfigures: [summary: {model: a}]\n",
]
BEYOND = {
    # What keys say together, what files hold, and what is wrong before there are values.
    "a missing model file",
    "a missing weights file",
    "imagenet misspelled",
    "a word for random weights",
    "two sections with one id",
    "two figures with one id, on one line",
    "an id that a figure's pictures could have",
    "a reserved id",
    "an unknown model of a section",
    "a figure that does not say its model",
    "a control character",
    "not a number",
    "a key twice",
    "not YAML",
    "a use of a layer without quotes",
    "a use of a nested layer without quotes",
    "a colon in a text",
    "tabs",
    "nothing",
    "only a comment",
    "two documents",
    "a Python object",
    "a list as a key",
    "an alias of nothing",
    "an alias inside itself",
    "a zero byte",
    "a half character",
    "another encoding",
}


def plain(node: Node | None) -> Any:
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(item) for key, item in node.items.items()}
    return None if node is None else node.value


def is_valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(plain(parse(text, Problems("x.yaml")))))


def loads(text: str) -> bool:
    try:
        load_text(text, Path("x.yaml"))
    except UserError:
        return False
    return True


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_schema_is_current() -> None:
    committed = Path("specs/spec.schema.json").read_text("utf-8")
    assert committed == schema_text(), "run: python -m reportgen.spec"


def test_the_reference_is_current() -> None:
    document = Path("docs/spec.md").read_text("utf-8")
    assert document == with_tables(document), "run: python -m reportgen.spec"
    assert all(f"<!-- table: {name} -->" in document for name in tables())


def test_the_examples_of_the_reference_are_good(tmp_path: Path) -> None:
    (tmp_path / "my_model.keras").write_bytes(b"x")
    examples = re.findall(r"```yaml\n(.*?)```", Path("docs/spec.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "two_inputs.keras").write_bytes(b"x")
    assert len(examples) == 3
    for example in examples:
        load_text(example, tmp_path / "x.yaml")
        assert is_valid(example)


@pytest.mark.parametrize("text", ACCEPTED)
def test_schema_and_loader_accept(text: str) -> None:
    assert is_valid(text)
    assert loads(text)


@pytest.mark.parametrize("name", sorted(MISTAKES.keys() - BEYOND))
def test_schema_refuses_what_the_loader_refuses(name: str) -> None:
    text = MISTAKES[name][0]
    assert isinstance(text, str)
    assert not is_valid(text)


def test_every_key_has_a_description() -> None:
    def undescribed(schema: dict[str, Any], path: str) -> list[str]:
        found = []
        for key, inner in schema.get("properties", {}).items():
            found += [] if "description" in inner else [f"{path}/{key}"]
            found += undescribed(inner, f"{path}/{key}")
        lists = [schema["items"]] if "items" in schema else []
        for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *lists):
            found += undescribed(one, path)
        return found

    definitions = SCHEMA["$defs"].values()
    assert [path for schema in (SCHEMA, *definitions) for path in undescribed(schema, "")] == []


VALUES = st.sampled_from(
    [None, True, 0, 1, 2, 3.0, 0.5, -1, 10**6, "", "all", "a", "line", "zoo:base", "adam",
     "summary", [], ["a"], ["a", "a"], [0, 1], [1, 1], [[]], {}, {"a": 1}, {"summary": None},
     ["summary"], {"source": "line"}, {"source": "zoo:base"}, {"layers": "all"}, {"samples": 2},
     {"a": "images"}, {"source": "zoo:base", "inputs": {"a": "images"}}]
)  # fmt: skip
PLACES = st.sampled_from(
    [("seed",), ("title",), ("authors",), ("model",), ("dataset",), ("inputs",), ("training",),
     ("figures",), ("inferences",), ("intro",), ("training", "epochs"),
     ("training", "learning_rate"), ("training", "optimizer"), ("training", "patience"),
     ("dataset", "per_class"),
     ("figures", 0), ("figures", 1, "kernels"), ("figures", 1, "kernels", "layers"),
     ("figures", 2, "grad_cam", "samples"), ("figures", 2, "grad_cam", "layer"),
     ("figures", 2, "grad_cam", "method"), ("figures", 2, "grad_cam", "caption"),
     ("figures", 3, "saliency", "copies"), ("figures", 3, "saliency", "steps"),
     ("figures", 4, "deconvnet", "samples"), ("figures", 4, "deconvnet", "top")]
)  # fmt: skip


@settings(max_examples=examples(500), deadline=None)
@given(PLACES, VALUES)
def test_schema_and_loader_judge_every_value_alike(place: tuple[Any, ...], value: Any) -> None:
    spec: Any = {
        "title": "T",
        "model": "zoo:base",
        "dataset": {"source": "line"},
        "inputs": {"x": "images"},
        "training": {},
        "figures": [
            "summary",
            {"kernels": {}},
            {"grad_cam": {}},
            {"saliency": {"method": "smoothgrad"}},
            {"deconvnet": {"top": 4}},
        ],
    }
    inner = spec
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    text = json.dumps(spec)
    assert is_valid(text) == loads(text), text


@pytest.mark.parametrize("path", sorted(Path("specs").glob("*.yaml")), ids=lambda p: p.stem)
def test_specs_that_ship_fit_the_schema_and_name_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert is_valid(text)
    assert text.startswith("# yaml-language-server: $schema=spec.schema.json")
