"""Every method is explained in two sentences, with its source."""

from __future__ import annotations

import re

import pytest

from reportgen import catalog
from reportgen.catalog import Entry

KINDS = (
    "activation_maximization",
    "deconvnet",
    "feature_maps",
    "grad_cam",
    "kernels",
    "layer_metrics",
    "occlusion",
    "saliency",
)


def texts() -> list[tuple[str, str]]:
    found = catalog.entries("figures").items()
    return [(kind, text) for kind, entry in found for _, text in entry.explanation]


@pytest.mark.parametrize("kind", KINDS)
def test_a_method_is_explained(kind: str) -> None:
    assert catalog.entry("figures", kind).explanation


@pytest.mark.parametrize("kind", ["grad_cam", "saliency"])
def test_every_method_of_a_family_has_an_explanation_of_its_own(kind: str) -> None:
    entry = catalog.entry("figures", kind)
    methods = next(p.choices for p in entry.parameters if p.name == "method")
    assert {name for name, _ in entry.explanation} == set(methods)


@pytest.mark.parametrize(("kind", "text"), texts())
def test_an_explanation_has_about_two_sentences_and_names_its_source(kind: str, text: str) -> None:
    plain = text.replace("et al.", "et al").replace("0..1", "")
    assert 1 <= len(re.findall(r"\.(?= [A-Z]|$)", plain)) <= 2
    if kind not in KINDS:
        return  # A measure of this house has no paper.
    assert re.search(r"\((?:.*\W)?(?:19|20)\d\d\b.*\)", text), "a source with its year"


def test_names_of_explanations_are_values_that_a_parameter_can_have() -> None:
    def choices(entry: Entry) -> set[str]:
        return {choice for p in entry.parameters for choice in p.choices}

    for entry in catalog.entries("figures").values():
        assert {name for name, _ in entry.explanation} <= {"", *choices(entry)}
