"""Loading specs: what good ones mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.catalog import entries, training_parameters
from reportgen.errors import UserError
from reportgen.spec.loading import load, load_text
from reportgen.spec.starter import starter
from reportgen.spec.types import FigureSpec, Spec

GOOD = """\
title: T
authors: A. Student
models:
  a: {source: zoo:base, dataset: line, training: {epochs: 2, learning_rate: 1e-2}}
  b:
    title: The other
    source: zoo:variation1
    dataset: {source: line, per_class: 20}
sections:
  - title: One
    model: a
    figures: [summary, kernels: {layers: [conv2d_2]}]
  - title: One
    figures:
      - summary: {model: b, title: Again, caption: Mine}
      - samples:
          model: b
  - {title: Words, id: the_words, text: Only *words*.}
"""


def read(text: str, name: str = "x.yaml") -> Spec:
    return load_text(text, Path(name))


def figures(spec: Spec) -> list[FigureSpec]:
    return [figure for section in spec.sections for figure in section.figures]


def test_the_long_form() -> None:
    spec = read(GOOD)
    assert (spec.slug, spec.title, spec.authors, spec.seed) == ("x", "T", ("A. Student",), 0)
    assert [(model.name, model.title) for model in spec.models] == [("a", "A"), ("b", "The other")]
    assert [section.id for section in spec.sections] == ["one", "one-2", "the_words"]
    assert [figure.id for figure in figures(spec)] == [
        "summary-1",
        "kernels-1",
        "summary-2",
        "samples-1",
    ]
    assert [figure.model for figure in figures(spec)] == ["a", "a", "b", "b"]
    again = figures(spec)[2]
    assert (again.title, again.caption, again.line) == ("Again", "Mine", 15)
    assert spec.sections[2].text == "Only *words*."
    assert spec.inferences == tuple(entries("inferences"))


def test_a_model_has_every_training_parameter_and_its_dataset_every_parameter() -> None:
    a, b = read(GOOD).models
    defaults = {parameter.name: parameter.default for parameter in training_parameters()}
    assert a.training == defaults | {"epochs": 2, "learning_rate": 0.01}
    assert b.training == defaults
    assert b.dataset is not None
    line = entries("datasets")["line"]
    own = {parameter.name: parameter.default for parameter in line.parameters}
    assert b.dataset.params == own | {"per_class": 20}
    assert a.dataset is not None
    assert a.dataset.params == {p.name: p.default for p in line.parameters}


@pytest.mark.parametrize("kind", entries("figures"))
def test_a_figure_has_every_parameter_of_its_kind(kind: str) -> None:
    short, keyed = figures(read(f"model: zoo:base\ndataset: line\nfigures: [{kind}, {kind}: ]\n"))
    declared = {p.name: p.default for p in entries("figures")[kind].parameters}
    assert short.params == keyed.params == declared
    assert (short.id, keyed.id) == (f"{kind}-1", f"{kind}-2")


def test_sanity_checks_are_turned_off_for_a_spec_and_on_for_a_figure() -> None:
    lines = "model: zoo:base\ndataset: line\n{}figures: [grad_cam, saliency: {{sanity: {}}}]\n"
    cases = ("", "false", [True, False]), ("sanity: false\n", "true", [False, True])
    for top, own, expected in cases:
        assert [f.params["sanity"] for f in figures(read(lines.format(top, own)))] == expected
    (other,) = figures(read("model: zoo:base\nsanity: false\nfigures: [kernels]\n"))
    assert "sanity" not in other.params


def test_the_short_form_means_one_model_and_one_section(tmp_path: Path) -> None:
    (tmp_path / "my_model.keras").write_bytes(b"x")
    file = tmp_path / "short.yaml"
    file.write_text("model: my_model.keras\ndataset: mnist\nfigures: [summary, kernels]\n")
    spec = load(file)
    (model,) = spec.models
    assert (model.name, model.title, model.source) == ("my_model", "My model", "my_model.keras")
    assert model.dataset is not None
    assert model.dataset.source == "mnist"
    assert [figure.kind for figure in spec.sections[0].figures] == ["summary", "kernels"]
    assert (spec.title, spec.source, spec.sections[0].title) == ("Short", file, "My model")


def test_what_stands_beside_the_model_means_what_it_means_inside() -> None:
    keys = {
        "dataset": "{source: line, per_class: 9}",
        "inputs": "{a: images, b: [0, 1]}",
        "training": "{epochs: 2}",
    }
    source = "python:json:loads"
    beside = "".join(f"{key}: {value}\n" for key, value in keys.items())
    inside = ", ".join(f"{key}: {value}" for key, value in keys.items())
    (short,) = read(f"model: {source}\n{beside}").models
    (whole,) = read(f"model: {{source: '{source}', {inside}}}\n").models
    (listed,) = read(f"models: {{loads: {{source: '{source}', {inside}}}}}\n").models
    assert short == whole == listed
    assert short.inputs == {"a": "images", "b": [0, 1]}
    assert short.input_lines == {"": 3, "a": 3, "b": 3}


def test_a_spec_without_figures_shows_what_says_most() -> None:
    bare = {figure.kind for figure in figures(read("model: zoo:base\n"))}
    fed = {figure.kind for figure in figures(read("model: zoo:base\ndataset: line\n"))}
    assert fed == {"summary", "kernels", "feature_maps", "activation_maximization", "grad_cam"}
    assert bare == {kind for kind in fed if not entries("figures")[kind].needs_data}


def test_sources_have_parameters_of_their_own() -> None:
    spec = read(
        "models:\n"
        "  a: {source: application:VGG16, weights: null}\n"
        "  b: application:VGG16\n"
        "  c: {source: 'python:json:loads', params: {width: 3, names: [x, {y: 1.5}]}}\n"
        "figures: [summary: {model: a}]\n"
    )
    assert [model.params for model in spec.models] == [
        {"weights": None},
        {"weights": "imagenet"},
        {"width": 3, "names": ["x", {"y": 1.5}]},
    ]


def test_scalars_are_read_as_yaml_1_2() -> None:
    spec = read("title: yes\nintro: 2024-01-31\nauthors: [on, 1:30]\nseed: 0o17\nmodel: zoo:base\n")
    assert (spec.title, spec.intro, spec.authors) == ("yes", "2024-01-31", ("on", "1:30"))
    assert spec.seed == 15


def test_a_whole_number_may_be_written_as_a_float_and_a_float_as_a_whole_number() -> None:
    (model,) = read(
        "model: {source: zoo:base, dataset: line, training: {epochs: 1e1, learning_rate: 1}}\n"
    ).models
    assert (model.training["epochs"], model.training["learning_rate"]) == (10, 1.0)
    assert [type(model.training[key]) for key in ("epochs", "learning_rate")] == [int, float]


def test_aliases_may_repeat_what_was_said() -> None:
    spec = read(
        "models:\n  a: {source: zoo:base, dataset: &d {source: line, per_class: 9}}\n"
        "  b: {source: zoo:deep, dataset: *d}\nfigures: [summary: {model: b}]\n"
    )
    assert spec.models[0].dataset == spec.models[1].dataset


def test_ids_that_are_made_avoid_ids_that_are_given() -> None:
    spec = read(
        "model: zoo:base\nsections:\n  - {title: A, text: x}\n  - {title: B, id: a, text: x}\n"
        "  - {title: Inferences, figures: [summary, kernels: {id: summary-1}]}\n"
        "  - {title: 网, text: x}\n"
    )
    assert [section.id for section in spec.sections] == ["a-2", "a", "inferences-2", "section"]
    assert [figure.id for figure in figures(spec)] == ["summary-2", "summary-1"]


def test_inferences_are_all_none_or_those_named() -> None:
    first, second, *_ = entries("inferences")
    head = "model: zoo:base\nfigures: [summary]\ninferences: "
    assert read(f"{head}true").inferences == tuple(entries("inferences"))
    assert read(f"{head}false").inferences == ()
    assert read(f"{head}[{second}, {first}]").inferences == (second, first)


def test_the_starter_is_a_good_spec() -> None:
    spec = read(starter("my_first"), "my_first.yaml")
    assert spec.title == "My first"
    shown = {figure.kind for figure in figures(spec)}
    assert {"summary", "grad_cam"} < shown <= set(entries("figures"))
    with pytest.raises(UserError, match="small letters"):
        starter("../x")


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert load_text("\ufefftitle: Ü\nmodel: zoo:base\n".encode(), "x.yaml").title == "Ü"


@pytest.mark.parametrize("path", sorted(Path("specs").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_specs_that_ship_are_good(path: Path) -> None:
    assert load(path).slug == path.stem
