"""A report with figures of all kinds: no false alarm, and every measured number is evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen import catalog
from reportgen.cli import main
from reportgen.drafting.rounding import NUMBER
from reportgen.verification import verify

PARAMETERS = {
    "samples": "{stages: true, samples: [0]}",
    "training_curves": "{log: true}",
    "kernels": "{scaling: range}",
    "activation_maximization": "{steps: 2, filters: 2}",
    "saliency": "{method: guided_backpropagation}",
}
FACTS = re.compile(r"95% interval|a cosine beyond 0\.9 in magnitude|\(0 to 1\)|noise of \S+ %")
"""A level of confidence, a threshold, the ends of a scale, a parameter: set, not measured."""
HEAD = """\
title: All kinds in 1 report
explain: true
model: {source: "zoo:variation3", dataset: {source: line, per_class: 10}, training: {epochs: 1}}
figures:
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("kinds")
    kinds = [kind for kind in catalog.entries("figures") if kind != "embedding"]
    lines = [f"  - {kind}: {PARAMETERS.get(kind, '{}')}\n" for kind in kinds]
    (project / "specs").mkdir()
    (project / "specs" / "all.yaml").write_text(HEAD + "".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        done = CliRunner().invoke(main, ["build"])
    assert done.exit_code == 0, done.output
    return project / "site" / "all"


def test_a_report_of_all_kinds_raises_no_alarm(folder: Path) -> None:
    found = verify([folder.parent])
    assert found.faults == []
    assert (found.numbers > 1000, found.unheld) == (True, 0)


def test_no_measured_number_of_a_caption_is_without_evidence(folder: Path) -> None:
    facts = json.loads((folder / "report.json").read_text())
    evidence = {item["id"] for item in facts["evidence"]}
    uncited, cited = [], 0
    for figure in facts["figures"]:
        quotes = figure.get("quotes", [])
        assert {quote["evidence"] for quote in quotes} <= evidence
        cited += len(quotes)
        shown = {quote["shown"].lstrip("<> ") for quote in quotes}
        for text in {figure["caption"], figure["alt"]}:
            numbers = NUMBER.findall(FACTS.sub("", text))
            # Whole numbers are mostly sizes and indices; the tests of kinds count the others.
            measured = [n for n in numbers if "." in n or "%" in n or "e-" in n]
            uncited += [(figure["id"], n) for n in measured if n not in shown]
    assert uncited == []
    assert cited > 30
