"""Pictures are kept as PNG, and as SVG for pages where that is smaller."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from reportgen.engine import artifacts, draw
from reportgen.engine.job import Job
from reportgen.figures.feature_maps.facts import Facts, LayerFacts
from reportgen.figures.images import ShownImage
from reportgen.records import Artifact
from reportgen.store import Output, Store
from tests.engine.test_train import quiet


def drawn(store: Store, heading: str = "") -> Output:
    maps = np.random.default_rng(0).random((1, 20, 9, 9), np.float32)
    layer = LayerFacts("conv", "conv", "Conv2D", (9, 9), 20, tuple(range(20)))
    facts = Facts((layer,), (ShownImage(3, "cat"),))
    made = artifacts.save(Artifact({"maps@conv": maps}, facts, heading=heading), store)
    job = Job("draw", ("reportgen.figures.feature_maps.draw",), {"params": {}},
              {"artifact": made["artifact"]})  # fmt: skip
    return draw.run(job, store, quiet)["drawn"]


def test_pictures_and_their_vectors_are_kept_and_needed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    output = drawn(store)
    picture = json.loads(store.get(output.object))["parts"][0]["picture"]
    assert set(output.needs) == {picture["object"], picture["vector"]}
    assert picture["media_type"] == "image/png"
    assert store.get(picture["object"]).startswith(b"\x89PNG")
    root = ElementTree.fromstring(store.get(picture["vector"]))
    assert root.get("viewBox") == f"0 0 {picture['width']} {picture['height']}"


def test_what_heads_a_figure_is_handed_on_where_its_artifact_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    plain, headed = (
        json.loads(store.get(drawn(store, heading).object)) for heading in ("", "Other")
    )
    assert headed == {**plain, "heading": "Other"}
    assert plain["heading"] == ""


def test_dictionary_facts_may_say_what_heads_a_figure_or_why_there_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    made = artifacts.save(Artifact(facts={"heading": "Other", "undefined": "No maps."}), store)
    stored = artifacts.read(made["artifact"], store)
    assert (stored.heading, stored.undefined) == ("Other", "No maps.")
