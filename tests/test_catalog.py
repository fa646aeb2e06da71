"""The catalogue: what reportgen has itself, and what installed packages add."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from reportgen import catalog
from reportgen.catalog import Entry, Group
from reportgen.errors import UserError

GROUPS: tuple[Group, ...] = ("models", "datasets", "figures", "inferences")
Install = Callable[..., Path]


@pytest.mark.parametrize("group", GROUPS)
def test_every_entry_is_called_like_its_module_and_says_what_it_is(group: Group) -> None:
    for name, entry in catalog.entries(group).items():
        module = catalog.module(group, name)
        # The one file of several entries holds each under a name of its own.
        several = hasattr(import_module(module), f"ENTRY_{name.upper()}")
        assert entry.name == name == (name if several else module.rpartition(".")[2])
        assert several == module.endswith(".variations")
        assert entry.title
        assert entry.help
        assert "\n" not in entry.help


@pytest.mark.parametrize("group", GROUPS)
def test_parameters_are_declared_once_each_with_defaults_they_allow(group: Group) -> None:
    from reportgen.spec.keys import of_parameter
    from reportgen.spec.problems import Problems
    from reportgen.spec.values import plain
    from reportgen.spec.yaml_tree import parse

    for entry in catalog.entries(group).values():
        names = [parameter.name for parameter in entry.parameters]
        assert len(set(names)) == len(names)
        for parameter in entry.parameters:
            import json

            key, problems = of_parameter(parameter), Problems("")
            node = parse(json.dumps(plain(key.default)), problems)
            assert node is not None
            if parameter.required:
                continue
            assert key.type.read(node, parameter.name, problems) == plain(key.default)
            assert problems.found == []


def test_the_zoo_holds_architectures_and_no_loaders() -> None:
    found = set(catalog.entries("models"))
    assert {"base", "deep", "variation1", "variation2", "variation3"} <= found
    assert not found & {"application", "files", "python_function"}
    assert not [name for name in found if name.startswith("_")]
    assert set(catalog.sources()) == {"application", "python", "file"}


def test_inferences_stand_in_their_order() -> None:
    ranks = [(entry.order, name) for name, entry in catalog.entries("inferences").items()]
    assert ranks == sorted(ranks)


def test_asking_for_everything_imports_nothing_heavy() -> None:
    code = (
        "import sys; from reportgen import catalog\n"
        f"for group in {GROUPS}: catalog.entries(group)\n"
        "catalog.sources(), catalog.training_parameters()\n"
        "heavy = 'numpy tensorflow keras matplotlib PIL jinja2 importlib.metadata'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package with entry points on the import path, for one test."""

    def put(points: str, source: str = "", name: str = "fancy_plugin") -> Path:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points)
        (tmp_path / f"{name}.py").write_text(source)
        forget()
        return tmp_path

    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield put
    for name in set(sys.modules) - before:
        if name.startswith("fancy_plugin"):
            del sys.modules[name]
    forget()


def forget() -> None:
    for found in (catalog.entry, catalog.modules, catalog._offered, catalog._declared):
        found.cache_clear()


ENTRY = "from reportgen.catalog import Entry\nENTRY = Entry('{}', 'Fancy', 'a fancy thing')\n"


def test_an_installed_package_adds_what_it_offers(install: Install) -> None:
    install("[reportgen.datasets]\nfancy = fancy_plugin\n", ENTRY.format("fancy"))
    assert catalog.entries("datasets")["fancy"] == Entry("fancy", "Fancy", "a fancy thing")
    assert catalog.module("datasets", "fancy") == "fancy_plugin"
    assert "fancy" not in catalog.entries("models")


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("fancy", "import no_such_module_at_all", "failed with ModuleNotFoundError"),
        ("fancy", "1 / 0", "failed with ZeroDivisionError"),
        ("fancy", "", "fancy_plugin has no ENTRY of type Entry"),
        ("fancy", ENTRY.format("other"), "its ENTRY is named 'other'"),
        ("line", ENTRY.format("line"), "reportgen has one of that name itself"),
    ],
)
def test_a_broken_package_is_named(install: Install, name: str, source: str, said: str) -> None:
    install(f"[reportgen.datasets]\n{name} = fancy_plugin\n", source)
    with pytest.raises(UserError, match="installed package 'fancy_plugin' offers") as caught:
        catalog.entries("datasets")
    assert said in str(caught.value)


def test_two_packages_may_not_offer_one_name(install: Install) -> None:
    install("[reportgen.models]\nfancy = fancy_plugin\n", ENTRY.format("fancy"))
    install("[reportgen.models]\nfancy = fancy_plugin2\n", ENTRY.format("fancy"), "fancy_plugin2")
    with pytest.raises(UserError, match="but so does 'fancy_plugin"):
        catalog.entries("models")


def test_a_spec_may_name_what_a_package_offers(install: Install) -> None:
    from reportgen.spec.loading import load_text
    from reportgen.spec.schema import json_schema

    source = (
        "from reportgen.catalog import Entry, Parameter\n"
        "ENTRY = Entry('fancy', 'F', 'f', (Parameter('size', 'int', 3, 's', minimum=1),))\n"
    )
    install("[reportgen.datasets]\nfancy = fancy_plugin\n", source)
    (model,) = load_text("model: zoo:base\ndataset: fancy\n", "x.yaml").models
    assert model.dataset is not None
    assert model.dataset.params == {"size": 3}
    assert "fancy" in json_schema()["$defs"]["dataset"]["anyOf"][0]["enum"]


def test_a_package_may_say_with_what_a_key_has_an_effect(install: Install) -> None:
    from reportgen.spec.loading import load_text

    source = (
        "from reportgen.catalog import Entry, Parameter\n"
        "way = Parameter('way', 'str', 'a', 'w', choices=('a', 'b'))\n"
        "ENTRY = Entry('fancy', 'F', 'f',\n"
        "    (way, Parameter('size', 'int', 3, 's', only={'way': ('b',)})))\n"
    )
    install("[reportgen.datasets]\nfancy = fancy_plugin\n", source)
    load_text("model: zoo:base\ndataset: {source: fancy, way: b, size: 4}\n", "x.yaml")
    with pytest.raises(UserError, match="'size' has no effect with way 'a'; it is for b"):
        load_text("model: zoo:base\ndataset: {source: fancy, size: 4}\n", "x.yaml")


def test_a_key_cannot_depend_on_one_that_is_not_there(install: Install) -> None:
    from reportgen.spec.loading import load_text

    source = (
        "from reportgen.catalog import Entry, Parameter\n"
        "size = Parameter('size', 'int', 3, 's', only={'w': ('b',)})\n"
        "ENTRY = Entry('fancy', 'F', 'f', (size,))\n"
    )
    install("[reportgen.datasets]\nfancy = fancy_plugin\n", source)
    with pytest.raises(UserError, match="'size' depends on 'w', which is no parameter"):
        load_text("model: zoo:base\ndataset: fancy\n", "x.yaml")


def test_a_figure_kind_may_not_take_the_keys_that_all_figures_have(install: Install) -> None:
    from reportgen.spec.loading import load_text

    source = (
        "from reportgen.catalog import Entry, Parameter\n"
        "ENTRY = Entry('fancy', 'F', 'f', (Parameter('caption', 'int', 3, 's'),))\n"
    )
    install("[reportgen.visualizations]\nfancy = fancy_plugin\n", source)
    with pytest.raises(UserError, match="kind 'fancy' declares a parameter 'caption', which all"):
        load_text("model: zoo:base\nfigures: [fancy]\n", "x.yaml")


def test_rules_of_notes_are_known_from_their_text() -> None:
    """A rule that a module composes in another way could not be hidden."""
    known = catalog.rules()
    assert {
        "kernels.color",
        "confusion_matrix.mistakes",
        "saliency.focus",
        "attribution.sanity",
    } <= {*known}
    for kind in catalog.modules("figures"):
        path = Path("reportgen/figures") / kind / "notes.py"
        text = path.read_text() if path.is_file() else ""
        assert f'f"{kind}.{{' not in text, f"{path} composes the name of a rule"
        assert (
            not text or "draft(" not in text or any(rule.startswith(f"{kind}.") for rule in known)
        )
