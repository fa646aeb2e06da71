"""Pictures are kept as PNG, and as SVG for pages where that is smaller."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from reportgen.engine import artifacts, draw
from reportgen.engine.job import Job
from reportgen.records import Artifact
from reportgen.store import Output, Store
from tests.engine.test_train import quiet


def drawn(store: Store, facts: dict[str, Any]) -> Output:
    maps = np.random.default_rng(0).random((1, 20, 9, 9), np.float32)
    layer = {"name": "conv", "type": "Conv2D", "shown": list(range(20)), "channels": 20,
             "size": [9, 9]}  # fmt: skip
    told = {"samples": [{"index": 3, "label": "cat"}], "layers": [layer], **facts}
    made = artifacts.save(Artifact({"maps@conv": maps}, told), store)
    job = Job("draw", ("reportgen.figures.feature_maps.draw",), {"params": {}},
              {"artifact": made["artifact"]})  # fmt: skip
    return draw.run(job, store, quiet)["drawn"]


def test_pictures_and_their_vectors_are_kept_and_needed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    output = drawn(store, {})
    picture = json.loads(store.get(output.object))["parts"][0]["picture"]
    assert set(output.needs) == {picture["object"], picture["vector"]}
    assert picture["media_type"] == "image/png"
    assert store.get(picture["object"]).startswith(b"\x89PNG")
    root = ElementTree.fromstring(store.get(picture["vector"]))
    assert root.get("viewBox") == f"0 0 {picture['width']} {picture['height']}"


def test_what_heads_a_figure_is_handed_on_where_its_artifact_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    plain, headed = (
        json.loads(store.get(drawn(store, facts).object)) for facts in ({}, {"heading": "Other"})
    )
    assert headed == {**plain, "heading": "Other"}
    assert plain["heading"] == ""
