"""Datasets by name: what is imported for them, how they are split, what their digest covers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from reportgen import catalog, datasets
from reportgen.code import CodeDigests
from reportgen.datasets.splits import content_digest, rank_in_class
from reportgen.digest import StatCache
from reportgen.errors import UserError
from reportgen.records import Preprocessing, Split

PLAIN = Preprocessing()
FOREIGN = {
    "attribution", "drawing", "figures", "maximization", "metrics", "models", "network", "probing",
    "training", "visualizations",
}  # fmt: skip
"""Rooms that loading a dataset has nothing to do with."""


def test_an_unknown_name_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="no dataset named 'minst'; did you mean 'mnist'"):
        datasets.load("minst", {}, seed=1)


def test_looking_up_names_and_entries_stays_light() -> None:
    code = (
        "import sys\n"
        "from importlib import import_module\n"
        "import reportgen.datasets\n"
        "for name in ('fashion_mnist', 'line', 'mnist'):\n"
        "    assert import_module(f'reportgen.datasets.{name}').ENTRY.name == name\n"
        "print([m for m in ('numpy', 'keras', 'tensorflow') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_ranks_count_each_class_from_zero() -> None:
    labels = np.array([2, 0, 0, 2, 2, 1])
    rank = rank_in_class(labels, np.random.default_rng(0))
    for label in range(3):
        assert sorted(rank[labels == label]) == list(range((labels == label).sum()))


def test_the_digest_covers_all_content() -> None:
    images = np.arange(8, dtype=np.uint8).reshape(2, 2, 2, 1)
    labels = {"class": np.array([0, 1])}
    masks = images[..., 0] > 3

    def digest(images=images, labels=labels, masks=masks, preprocessing=PLAIN) -> str:
        return content_digest({"test": Split(images, labels, masks)}, preprocessing)

    changed = images.copy()
    changed[1, 1, 1] = 9
    others = [
        digest(images=changed),
        digest(labels={"class": np.array([1, 0])}),
        digest(labels={"color": np.array([0, 1])}),
        digest(masks=~masks),
        digest(masks=None),
        digest(preprocessing=Preprocessing(scale=1.0)),
        digest(images=images.reshape(2, 1, 4, 1)),
    ]
    assert digest() == digest(images=images.copy())
    assert len({digest(), *others}) == 1 + len(others)


@pytest.mark.parametrize("name", sorted(catalog.modules("datasets")))
def test_a_dataset_runs_no_code_of_another_and_none_of_models(name: str) -> None:
    """Otherwise a change to one dataset, or to a model, would load another dataset again."""
    own = catalog.module("datasets", name)
    reached = reached_by("reportgen.engine.dataset", own)
    others = {catalog.module("datasets", other) for other in catalog.modules("datasets")} - {own}
    others.add(catalog.loader("python", "datasets"))
    assert not reached & others
    assert not {module for module in reached if module.split(".")[1] in FOREIGN}


def test_a_function_of_the_users_reaches_no_dataset_either() -> None:
    reached = reached_by(catalog.loader("python", "datasets"))
    assert not reached & {catalog.module("datasets", name) for name in catalog.modules("datasets")}
    assert not {module for module in reached if module.split(".")[1] in FOREIGN}


def reached_by(*modules: str) -> set[str]:
    """Modules of reportgen that importing some and calling what they define may import."""
    return set(CodeDigests(StatCache()).reached(modules))
