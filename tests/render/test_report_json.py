"""report.json keeps the contract that other tools rely on."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace
from typing import Any, cast

import jsonschema
import pytest

from reportgen.records import Evidence, LayerRow, ModelFacts, Note, Report
from reportgen.render import pages
from reportgen.render.report_json import SCHEMA_FILE

KEYS = {
    "models": {"name", "layers", "total_params", "trainable_params", "non_trainable_params",
               "digest", "metrics"},
    "figures": {"id", "kind", "section", "model", "layers", "file", "caption", "alt", "width",
                "height"},
    "evidence": {"id", "value", "unit", "n", "interval", "baseline", "how", "figure", "sources"},
    "notes": {"id", "rule", "text", "verdict", "cites", "origin"},
}  # fmt: skip


@pytest.fixture(scope="module")
def made(report: Report, files: dict[str, bytes]) -> dict[str, bytes]:
    return pages(report, files)


@pytest.fixture(scope="module")
def facts(made: dict[str, bytes]) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(made["report.json"]))


def test_the_contract_is_kept(facts: dict[str, Any]) -> None:
    assert facts.keys() >= {"schema", "slug", "title", "provenance", *KEYS}
    assert (facts["schema"], facts["slug"]) == (1, "chapter-3")
    for name, keys in KEYS.items():
        assert facts[name]
        assert all(item.keys() >= keys for item in facts[name])
    layer = facts["models"][0]["layers"][1]
    assert layer == {
        "name": "conv2d_1", "type": "Conv2D", "output_shape": "(None, 28, 28, 10)",
        "params": 760, "connected_to": ["Input_Image[0][0]"],
    }  # fmt: skip


def test_it_follows_its_schema_which_names_every_field(facts: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    # The sample's provenance holds more than a build states.
    stated = schema["$defs"]["provenance"]["properties"].keys() & facts["provenance"].keys()
    provenance = {name: facts["provenance"][name] for name in stated}
    jsonschema.Draft202012Validator(schema).validate({**facts, "provenance": provenance})
    records = {"model": ModelFacts, "layer": LayerRow, "evidence": Evidence, "note": Note}
    for name, record in records.items():
        definition = schema["$defs"][name]
        assert definition["additionalProperties"] is False
        assert {*definition["required"]} == {*definition["properties"]}
        assert {*definition["properties"]} == {field.name for field in fields(record)}
    assert {*schema["required"]} == {*schema["properties"]} == {*facts}


def test_every_reference_resolves(facts: dict[str, Any], made: dict[str, bytes]) -> None:
    figures = {figure["id"] for figure in facts["figures"]}
    evidence = {item["id"]: item for item in facts["evidence"]}
    assert {item["figure"] for item in facts["evidence"]} <= figures
    assert all(cited in evidence for note in facts["notes"] for cited in note["cites"])
    assert {figure["file"] for figure in facts["figures"]} <= made.keys()
    still = evidence["feature_maps-base.still@conv2d_1"]
    assert still["figure"] == "feature_maps-base-maps"
    assert still["value"] is None


def test_it_states_what_the_pages_state(facts: dict[str, Any], made: dict[str, bytes]) -> None:
    html = made["index.html"].decode()
    for figure in facts["figures"]:
        assert f'id="{figure["id"]}"' in html
        assert f"{facts['labels'][figure['id']]}.</b>" in html
    captions = {figure["id"]: figure["caption"] for figure in facts["figures"]}
    assert captions["evaluation-base"] == "In my words: it works."


def test_tables_are_there_as_values_and_as_csv(
    facts: dict[str, Any], made: dict[str, bytes]
) -> None:
    table = facts["tables"]["evaluation-base"]
    assert table["rows"][1] == ["test", 0.98, 1e-7, 19_200]
    rows = list(csv.reader(io.StringIO(made["figures/evaluation-base.csv"].decode())))
    assert rows[0] == table["columns"]
    assert rows[2] == ["test", "0.98", "1e-07", "19200"]
    assert rows[3] == ["none", "", "2.0", "0"]


def test_keys_are_sorted(made: dict[str, bytes]) -> None:
    text = made["report.json"].decode()
    again = json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False)
    assert text == again + "\n"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(
    report: Report, files: dict[str, bytes], value: float
) -> None:
    wrong = replace(report, derived=(replace(report.derived[0], value=value),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        pages(wrong, files)
