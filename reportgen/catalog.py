"""What a spec may name: figure kinds, inferences, models and datasets.

Each has a folder or file of its own and describes itself with an `ENTRY`. The catalogue lists
folders and reads entries; it never imports compute or draw code.
Installed packages add entries through the entry-point groups `reportgen.visualizations`,
`reportgen.inferences`, `reportgen.models` and `reportgen.datasets`. The entry point's name is the
name that a spec writes; its value is the dotted name of a module like reportgen's own.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

from reportgen.errors import Problem, UserError

Kind = Literal[
    "int", "float", "bool", "str", "layers", "samples", "names", "numbers", "size", "path", "paths",
    "classes", "range",
]  # fmt: skip
"""Types of a parameter. "layers" is "all" or a list of layer names; "samples" is a count or a
list of test-image indices; "names" and "numbers" are lists of strings and of floats. "size" is
[height, width] in pixels; a spec may write one number for both. "path" is the path of a file or
folder relative to the spec's folder, and "paths" is a list of them: their contents are part of the
task's key, and the loader receives each as a `pathlib.Path`. "classes" is a list of names, which
may repeat, or the path of a text file with one name a line, whose contents are part of the task's
key; the loader receives the names. "range" is [low, high], two numbers with the lower first."""


@dataclass(frozen=True)
class Parameter:
    """One key that a spec may set.

    Attributes:
        name: the key.
        kind: its type.
        default: the value where the spec sets none; part of the task's key like any other value.
        help: one line for `reportgen list`, the JSON Schema and the documentation.
        choices: the allowed values, or () for any.
        minimum, maximum: bounds of a number (or of a count of samples), inclusive.
        optional: whether `null` is allowed, meaning "decide for me".
        required: whether the spec must set it; `default` is then unused.
        only: maps another parameter to those of its values with which this parameter has an
            effect; None among them stands for "not set". With any other value, a spec that sets
            this parameter to anything but its default is refused.
        input: an input that the figure kind receives besides `Entry.inputs` where the parameter is
            true: "times" for `Subject.times`, "model" for `Subject.model`; "" for none.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = False
    required: bool = False
    only: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict, hash=False)
    input: Literal["", "model", "times"] = ""


@dataclass(frozen=True)
class Entry:
    """How a figure kind, inference, model or dataset describes itself.

    `evidence` maps the measures (without qualifier) that a figure kind yields to one line on
    what each means. `needs_data` says whether a figure kind is undefined without a dataset.
    `inputs` says what a figure kind reads: "model" for `Subject.model` and `Subject.facts`,
    "dataset" for `Subject.data`. A kind about data alone names no model, and no edit to the code
    of models makes its figures stale.
    `order` is the place of an inference among the others; ties are listed by name.
    `explanation` maps "" to one or two sentences, with their source, on what the figure kind does,
    and a parameter's value, such as a method's name, to sentences on that value. Pages show the
    explanation where a spec asks for it.
    """

    name: str
    title: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    needs_data: bool = False
    needs_model: bool = True
    order: int = 1000
    explanation: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ("model", "dataset")


Described = tuple[tuple[str, str], ...]


def with_fresh(names: Collection[str], evidence: Described) -> Described:
    """Evidence of a figure kind, with a companion for each of the measures named.

    The companion is the same measure with newly drawn weights (`figures.fresh`).
    """
    companions = tuple(
        (f"{name}_fresh", f"{text}; with fresh weights") for name, text in evidence if name in names
    )
    return (*evidence, *companions)


Group = Literal["models", "datasets", "figures", "inferences"]
_ROOMS = {
    "models": "models.zoo",
    "datasets": "datasets",
    "figures": "figures",
    "inferences": "inferences",
}
_GROUPS = {**_ROOMS, "models": "models", "figures": "visualizations"}
"""Last parts of the entry-point groups, which keep the names that installed packages use."""
_POINTS = "entry_points.txt"
_LOADERS = {
    "models": {"application": "application", "python": "python_function", "file": "files"},
    "datasets": {"python": "python"},
}
"""Modules that load the user's own models and datasets, by the kind of source."""
_TRAINING = "reportgen.training"
"""The package whose `PARAMETERS` a model's `training` may set, imported by name like an entry."""


def entries(group: Group) -> dict[str, Entry]:
    """All entries of a group by name, sorted by their `order` and then by name.

    Raises:
        UserError: an installed package offers an entry that does not work.
    """
    found = {name: entry(group, name) for name in modules(group)}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


@cache
def entry(group: Group, name: str) -> Entry:
    """The entry of one name. Raises KeyError where the group has no such name."""
    path = module(group, name)
    package = _offered(group).get(name, ("", ""))[1]
    return _foreign(path, name, package) if package else _own(path, name)


def module(group: Group, name: str) -> str:
    """Dotted module (for figures: package) of one entry. Raises KeyError as `entry` does."""
    return modules(group)[name]


def with_model(kind: str) -> str:
    """The module of a figure kind about data that computes what a parameter asks of a model."""
    return f"{module('figures', kind)}.with_model"


@cache
def modules(group: Group) -> dict[str, str]:
    """Dotted modules of all entries of a group, by name; none of them is imported."""
    own = dict(sorted(_own_modules(group).items()))
    others = _offered(group)
    for name in own.keys() & others.keys():
        raise _broken(name, others[name][1], "reportgen has one of that name itself", "rename it")
    return {**own, **{name: path for name, (path, _) in others.items()}}


@cache
def packages() -> dict[str, str]:
    """Folders that hold the installed packages that add entries, by top module.

    Packages that are not plain files on the import path are left out.
    """
    offered = [path for group in _ROOMS for path, _ in _offered(cast(Group, group)).values()]
    tops = sorted({path.partition(".")[0] for path in offered})
    return {top: folder for top in tops if (folder := _holding(top))}


def _holding(top: str) -> str:
    """The folder of the import path that holds a top module, or ""."""
    for folder in filter(os.path.isdir, sys.path):
        place = os.path.join(folder, top)
        if os.path.isfile(os.path.join(place, "__init__.py")) or os.path.isfile(f"{place}.py"):
            return folder
    return ""


@cache
def sources(group: Literal["models", "datasets"] = "models") -> dict[str, Entry]:
    """Entries of the sources that a spec may name besides a group's own, by kind.

    Models have the kinds "application", "python" and "file"; datasets have the kind "python".
    """
    return {kind: _own(loader(kind, group)) for kind in _LOADERS[group]}


def loader(kind: str, group: Literal["models", "datasets"] = "models") -> str:
    """The module that loads a kind of source (see `sources`).

    Callers import it by this name only, so that tasks of other kinds do not depend on its code.
    """
    return f"reportgen.{group}.{_LOADERS[group][kind]}"


@cache
def rules() -> tuple[str, ...]:
    """What a spec may hide: figure kinds, the rules of their notes, and inferences.

    The rules of a kind are found in the text of its `notes` module, which is not imported: it names
    them "<kind>.<rule>", and modules that it shares with other kinds name them
    "{finding.kind}.<rule>", or by the folder that they are in. The rules of an installed kind are
    not looked for.
    """
    folder = Path(__file__).parent / _ROOMS["figures"]
    found = {*modules("figures"), *modules("inferences")}
    for kind in _own_modules("figures"):
        path = folder / kind / "notes.py"
        text = path.read_text("utf-8") if path.is_file() else ""
        found.update(re.findall(rf'"({kind}\.[a-z_]+)"', text))
        for room, name in re.findall(r"from reportgen\.figures\.(\w+)\.(\w+) import", text):
            shared = (folder / room / f"{name}.py").read_text("utf-8")
            names = re.findall(r'"\{finding\.kind\}\.([a-z_]+)"', shared)
            found.update(f"{kind}.{rule}" for rule in names)
            found.update(re.findall(rf'"({room}\.[a-z_]+)"', shared))
    return tuple(sorted(found))


def training_parameters() -> tuple[Parameter, ...]:
    """The parameters that a model's `training` may set."""
    return cast("tuple[Parameter, ...]", import_module(_TRAINING).PARAMETERS)


def _own_modules(group: Group) -> dict[str, str]:
    """Reportgen's own entries: the dotted module (for figures: package) of each, by entry name.

    Entries are found in the text of files, without importing them. A file that assigns no `ENTRY`
    holds helpers, whose imports may be heavy. A file of several models assigns one `ENTRY_…` each.
    """
    room = _ROOMS[group]
    folder = Path(__file__).parent.joinpath(*room.split("."))
    if group == "figures":
        files = {path.parent.name: path for path in folder.glob("*/__init__.py")}
    else:
        files = {path.stem: path for path in folder.glob("*.py")}
    found: dict[str, str] = {}
    for stem, file in files.items():
        text = file.read_bytes()
        names = [name.decode().lower() for name in re.findall(rb"\nENTRY_(\w+) = ", text)]
        if b"\nENTRY = " in text and stem not in _LOADERS.get(group, {}).values():
            names.append(stem)
        found |= dict.fromkeys(names, f"reportgen.{room}.{stem}")
    return found


@cache
def _offered(group: Group) -> dict[str, tuple[str, str]]:
    """Entries that installed packages add to a group: name -> (dotted module, package)."""
    points = f"reportgen.{_GROUPS[group]}"
    if points not in _declared():
        return {}
    # The import costs 25 ms, so it waits until a package declares an entry point.
    from importlib.metadata import entry_points

    found: dict[str, tuple[str, str]] = {}
    for point in sorted(entry_points(group=points), key=lambda point: point.name):
        package = point.dist.name if point.dist else point.value
        if point.name in found:
            other = found[point.name][1]
            raise _broken(point.name, package, f"so does '{other}'", "uninstall one of them")
        found[point.name] = (point.module, package)
    return found


@cache
def _declared() -> frozenset[str]:
    """Entry-point groups of reportgen that installed packages declare."""
    groups: set[str] = set()
    for folder in filter(os.path.isdir, sys.path):
        with suppress(PermissionError):
            infos = [n for n in os.listdir(folder) if n.endswith((".dist-info", ".egg-info"))]
            groups.update(*(_groups(os.path.join(folder, info, _POINTS)) for info in infos))
    return frozenset(groups)


def _groups(file: str) -> list[str]:
    with suppress(OSError), open(file, encoding="utf-8", errors="replace") as text:
        return re.findall(r"\[(reportgen\.[a-z]+)\]", text.read())
    return []


def _own(path: str, name: str = "") -> Entry:
    module = import_module(path)
    return cast(Entry, getattr(module, f"ENTRY_{name.upper()}", None) or module.ENTRY)


def _foreign(path: str, name: str, package: str) -> Entry:
    """The entry of an installed package. Raises UserError for any error of the package's code."""
    try:
        found = getattr(import_module(path), "ENTRY", None)
    except Exception as error:
        why = f"importing {path} failed with {type(error).__name__}: {error}"
        raise _broken(name, package, why, "update or uninstall it") from error
    if not isinstance(found, Entry):
        raise _broken(name, package, f"{path} has no ENTRY of type Entry", "define it there")
    if found.name != name:
        raise _broken(name, package, f"its ENTRY is named '{found.name}'", "give both one name")
    return replace(found, parameters=tuple(map(_with_input, found.parameters)))


def _with_input(parameter: Parameter) -> Parameter:
    """A parameter with its `input`, for packages written before `Parameter.input` existed.

    Then a boolean parameter named "times" asked for `Subject.times`.
    """
    asks = (parameter.name, parameter.kind, parameter.input) == ("times", "bool", "")
    return replace(parameter, input="times") if asks else parameter


def _broken(name: str, package: str, why: str, hint: str) -> UserError:
    text = f"the installed package '{package}' offers '{name}', but {why}"
    return UserError(Problem(text, hint=hint))
