"""Layers that a model uses several times are named where they are shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zoo

from reportgen.catalog import entry
from reportgen.engine import compute, draw
from reportgen.engine.draw import with_uses
from reportgen.engine.job import Job
from reportgen.network.network import Network
from reportgen.records import Drawing, Picture, Subject, Table
from reportgen.store import Output, Store
from tests.engine.test_train import quiet

PICTURE = Picture(b"", "image/png", 1, 1)


def test_a_caption_says_which_use_is_shown() -> None:
    given = Drawing("", PICTURE, "Maps.", "alt", layers=("a", "b"))
    said = "Maps. The model uses a 2 times; what is computed there is that of the first use."
    assert with_uses(given, {"a": (1, 2)}).caption == said
    assert with_uses(given, {"c": (1, 2)}) is given
    many = Table("", (), (), "Layers.", layers=tuple("abcdefgh"))
    caption = with_uses(many, dict.fromkeys("abcdefgh", (1, 3))).caption
    assert caption.startswith("Layers. The model uses 8 of these layers several times;")


def test_a_caption_says_of_a_later_use_which_one_it_is() -> None:
    uses = {"a": (1, 3), "a[1]": (2, 3), "a[2]": (3, 3)}
    given = Drawing("", PICTURE, "Maps.", "alt", layers=("a[1]", "b", "a[2]"))
    assert with_uses(given, uses).caption == "Maps. a[1] is use 2 of 3, a[2] is use 3 of 3."
    first = "Maps. The model uses a 3 times; what is computed there is that of the first use."
    both = Drawing("", PICTURE, "Maps.", "alt", layers=("a", "a[2]"))
    assert with_uses(both, uses).caption == f"{first} a[2] is use 3 of 3."
    many = Table("", (), (), "Layers.", layers=tuple(f"a[{i}]" for i in range(1, 9)))
    caption = with_uses(many, {f"a[{i}]": (i + 1, 9) for i in range(9)}).caption
    assert caption == ("Layers. 8 of these are later uses of layers that are used several times.")


def test_the_page_says_it_of_a_shared_convolution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    params = {p.name: p.default for p in entry("figures", "kernels").parameters}
    model = zoo.shared()
    given = Subject(model, compute.NO_MODEL, None, params, 0, network=Network.of(model))
    monkeypatch.setattr(compute, "subject", lambda *_: given)
    job = Job("compute", ("reportgen.figures.kernels.compute",), {}, {"model": Output("", "")})
    made = compute.run(job, store, quiet)
    job = Job("draw", ("reportgen.figures.kernels.draw",), {"params": given.params},
              {"artifact": made["artifact"]})  # fmt: skip
    drawn = json.loads(store.get(draw.run(job, store, quiet)["drawn"].object))
    assert "The model uses conv 2 times; what is computed" in drawn["parts"][0]["caption"]
