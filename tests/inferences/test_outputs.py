"""Every sentence of the rules that judge output by output, each drawn out by its own evidence."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from fluent.runtime import FluentResource
from fluent.syntax import ast
from output_sentences import PERFECT, SAID, Said, doubtful, share, trained
from report_builder import block_of, model, only, report

import reportgen.inferences
from reportgen.drafting import Sentences
from reportgen.records import ModelFacts

FOLDER = Path(reportgen.inferences.__file__).parent
RULES = sorted({each.rule for each in SAID})
sentences = pytest.mark.parametrize("said", SAID, ids=lambda each: f"{each.rule}-{each.id}")


def rule(name: str) -> ModuleType:
    return importlib.import_module(f"reportgen.inferences.{name}")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ids of the messages that are filled in."""
    ids: set[str] = set()
    filled: Callable[..., str] = Sentences._filled

    def remembered(self: Sentences, id: str, values: Mapping[str, object]) -> str:
        ids.add(id)
        return filled(self, id, values)

    monkeypatch.setattr(Sentences, "_filled", remembered)
    return ids


@sentences
def test_a_sentence_says_what_was_measured(said: Said, rendered: set[str]) -> None:
    findings = said.findings()
    note = only(rule(said.rule).infer(findings), findings)
    assert (note.text, note.verdict, note.table) == (said.text, said.verdict, None)
    assert note.claim.endswith(".")
    assert said.id in rendered


@sentences
@pytest.mark.parametrize(("outputs", "models"), [(1, 2), (2, 1), (2, 2)])
def test_of_several_outputs_one_is_named_and_all_are_in_the_table(
    said: Said, outputs: int, models: int
) -> None:
    findings = said.findings(outputs, models)
    note = only(rule(said.rule).infer(findings), findings)
    assert note.verdict == said.verdict
    assert note.table is not None
    assert len(note.table.rows) == outputs * models
    named = ("output `h`" * (outputs > 1), "`Model a`" * (models > 1))
    everyone = re.search(r"[Ee](very|ach) output", note.text)
    assert everyone or all(name in note.text.replace("Output", "output") for name in named)
    assert {"Model": models > 1, "Output": outputs > 1} == {
        title: title in note.table.columns for title in ("Model", "Output")
    }


@sentences
def test_a_sentence_is_short(said: Said) -> None:
    """At most thirty words, and four more for an output of several models."""
    findings = said.findings(2, 2)
    text = only(rule(said.rule).infer(findings), findings).text
    plain = re.sub(r"`[^`]*`", "name", text)
    assert len(said.text.split()) <= 30
    assert len(plain.split()) <= 34
    assert len(re.findall(r"\d[\d,.]*", plain)) <= 2


@pytest.mark.parametrize("name", RULES)
def test_every_sentence_of_a_catalog_is_tested(name: str) -> None:
    resource = FluentResource((FOLDER / f"{name}.ftl").read_text("utf-8"))
    entries = [entry for entry in resource.body if isinstance(entry, ast.Message)]
    ids = {entry.id.name for entry in entries if not entry.attributes} - {"claim", "maps"}
    assert ids == {said.id for said in SAID if said.rule == name}


def test_the_sentence_is_that_of_the_worst_output_and_the_table_tells_which_hold() -> None:
    values = {**trained(0.01), "gap_to_test@train.x": share(0.2), "accuracy@train.x": PERFECT}
    values["accuracy@test.x"] = share(0.77)
    findings = report([model("a")], block_of("evaluation", "a", values))
    note = only(rule("new_images").infer(findings), findings)
    assert note.text.startswith("Output `x` over-fits: 97% of training images and 77%")
    assert note.table is not None
    assert note.table.columns == ("Output", "Claim", "Training accuracy", "Test accuracy")
    assert note.table.rows == (("h", "holds", "97%", "96%"), ("x", "fails", "97%", "77%"))


def test_a_model_that_answers_by_chance_earns_nothing() -> None:
    facts: ModelFacts = replace(model("a"), metrics={"test.h.accuracy": 0.25},
                                **doubtful("chance"))  # type: ignore[arg-type]  # fmt: skip
    findings = report([facts], block_of("evaluation", "a", trained(0.0)))
    note = only(rule("new_images").infer(findings), findings)
    assert note.verdict == "inconclusive"
    assert note.text.endswith("its answers are no better than one constant answer.")
