"""A spec file to a `Spec`, with every problem of the file told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.catalog import Parameter
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.spec import keys
from reportgen.spec.nodes import Node, parse
from reportgen.spec.sources import check_source
from reportgen.spec.types import DatasetSpec, FigureSpec, ModelSpec, SectionSpec, Spec
from reportgen.spec.values import value

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
TOP = ("model", "dataset", "training", "figures", "models", "sections", "inferences")


def load(path: Path) -> Spec:
    """Read and check a spec file.

    Raises:
        UserError: with every problem of the file, in the order of its lines.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        hint = "write one with: reportgen new NAME"
        raise UserError(Problem("there is no such spec", str(path), hint=hint)) from None
    except OSError as error:
        message = f"cannot read this spec: {error.strerror}"
        raise UserError(Problem(message, str(path))) from None
    return load_text(data, path)


def load_text(data: bytes, path: Path) -> Spec:
    """Check a spec's text as if it were the file `path`. Raises UserError like `load`."""
    root, problems = parse(data, str(path))
    reader = _Reader(path, problems)
    spec = reader.report(root)
    if problems:
        raise UserError(*sorted(problems, key=lambda p: p.line or 0))
    return spec


class _Reader:
    """Walks a tree, collecting problems; what it returns counts only if there were none."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self.kinds: dict[str, int] = {}
        self.figure_ids: dict[str, int] = {}
        self.section_ids: dict[str, int] = {}
        self.models: list[str] = []

    def complain(self, message: str, line: int, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(message, str(self.path), line, hint))

    def mapping(self, node: Node, what: str) -> Mapping[str, Node]:
        """A node's entries, or none after a complaint."""
        if isinstance(node.value, dict):
            return node.value
        self.complain(f"expected {what} as a mapping of keys to values, got {node.said}", node.line)
        return {}

    def sequence(self, node: Node, what: str) -> Sequence[Node]:
        """A node's items, or none after a complaint; an empty list is a problem."""
        if isinstance(node.value, list):
            if not node.value:
                self.complain(f"expected {what}, got an empty list", node.line)
            return node.value
        self.complain(f"expected a list of {what}, got {node.said}", node.line)
        return []

    def known(self, node: Node, allowed: Iterable[str], what: str) -> None:
        """Complain of keys that are not allowed."""
        names = list(allowed)
        for name, line in node.keys.items():
            if name not in names:
                self.complain(f"{what} has no key '{name}'", line, did_you_mean(name, names))

    def values(
        self, node: Node, parameters: Sequence[Parameter], what: str, other: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Every declared value of a mapping, defaults filled in."""
        items = self.mapping(node, what)
        self.known(node, [*(p.name for p in parameters), *other], what)
        return {
            p.name: value(p, items[p.name], self.complain) if p.name in items else p.default
            for p in parameters
        }

    def report(self, root: Node) -> Spec:
        """The whole spec."""
        if not isinstance(root.value, dict):
            self.mapping(root, "a spec")
            root = Node({}, root.line)
        top = self.values(root, keys.REPORT, "a spec", TOP)
        slug = self.path.stem
        if not SLUG.fullmatch(slug):
            hint = f"rename it, for example to {_slug(slug)}.yaml"
            self.complain(f"a spec's file name becomes its web address, and '{slug}' has more than "
                          "lower-case letters, digits, - and _", 1, hint)  # fmt: skip
        if not top["title"]:
            self.complain(
                "a spec needs a title", root.line, "add a line such as: title: My network"
            )
        models = self.all_models(root)
        sections = self.all_sections(root, bool(models))
        return Spec(
            slug, top["title"] or "", tuple(top["authors"]), top["seed"], top["intro"],
            models, sections, self.inferences(root), self.path,
        )  # fmt: skip

    def all_models(self, root: Node) -> tuple[ModelSpec, ...]:
        """`models`, or the single `model` of the short form."""
        short = {name: root.value[name] for name in ("model", "dataset", "training")
                 if name in root.value}  # fmt: skip
        if "models" in root.value:
            for name in short:
                self.complain(f"'{name}' stands beside 'models'", root.keys[name],
                              "put it inside one of the models")  # fmt: skip
            items = self.mapping(root.value["models"], "'models'")
            if not items and isinstance(root.value["models"].value, dict):
                self.complain("expected at least one model, got none", root.value["models"].line)
            self.models = list(items)
            lines = root.value["models"].keys
            return tuple(self.model(name, node, lines[name]) for name, node in items.items())
        if "model" not in short:
            if "dataset" in short:
                node = Node(short, root.keys["dataset"], {n: root.keys[n] for n in short})
                return (self.model("data", node, node.line),)
            return ()
        self.models = ["model"]
        line = root.keys["model"]
        renamed = {"source": short.pop("model"), **short}
        lines = {name: root.keys.get(name, line) for name in renamed}
        return (self.model("model", Node(renamed, line, lines), line),)

    def model(self, name: str, node: Node, line: int) -> ModelSpec:
        """One model; a plain string is its source."""
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", name):
            self.complain(
                f"expected a model's name of letters, digits, - and _, got '{name}'", line
            )
        if isinstance(node.value, str):
            node = Node({"source": node}, node.line, {"source": node.line})
        found = self.values(node, keys.MODEL, f"model '{name}'", ("dataset", "training"))
        items = node.value if isinstance(node.value, dict) else {}
        if found["source"] is None and "source" not in items and isinstance(node.value, dict):
            self.complain(
                f"model '{name}' has no source", line, "add for example: source: zoo:base"
            )
        elif found["source"]:
            check_source(found["source"], self.path, items["source"].line, self.complain)
        if "weights" in items and not str(found["source"]).startswith("application:"):
            self.complain("'weights' is for application models only", items["weights"].line)
        dataset = self.dataset(items["dataset"]) if "dataset" in items else None
        training = self.values(items.get("training", Node({}, line)),
                               catalog.training_parameters(), "'training'")  # fmt: skip
        application = str(found["source"]).startswith("application:")
        params = {"weights": found["weights"]} if application else {}
        return ModelSpec(name, found["title"] or name.replace("_", " "), found["source"] or "",
                         dataset, training, params, line)  # fmt: skip

    def dataset(self, node: Node) -> DatasetSpec | None:
        """A dataset by name, or with parameters; null for none."""
        if node.value is None:
            return None
        if isinstance(node.value, str):
            node = Node({"source": node}, node.line, {"source": node.line})
        source = self.mapping(node, "a dataset").get("source")
        if source is None:
            if isinstance(node.value, dict):
                self.complain("a dataset needs a source", node.line, "for example: {source: line}")
            return None
        entry = self.entry("datasets", source, "dataset")
        if entry is None:
            return None
        params = self.values(node, entry.parameters, f"dataset '{source.value}'", ("source",))
        return DatasetSpec(source.value, params)

    def entry(self, group: catalog.Group, node: Node, what: str) -> catalog.Entry | None:
        """A catalogue entry by the name in a node, or None after a complaint."""
        try:
            if isinstance(node.value, str):
                return catalog.entry(group, node.value)
            self.complain(f"expected the name of a {what}, got {node.said}", node.line)
        except KeyError:
            names = list(catalog.entries(group))
            hint = did_you_mean(node.value, names)
            self.complain(f"there is no {what} '{node.value}'", node.line, hint)
        return None

    def all_sections(self, root: Node, has_model: bool) -> tuple[SectionSpec, ...]:
        """`sections`, or the single one that the short form's `figures` make."""
        if "sections" in root.value:
            if "figures" in root.value:
                self.complain("'figures' stands beside 'sections'", root.keys["figures"],
                              "put it inside one of the sections")  # fmt: skip
            nodes = self.sequence(root.value["sections"], "sections")
            return tuple(self.section(node) for node in nodes)
        if "figures" not in root.value:
            self.complain("a spec needs figures", root.line, "add for example: figures: [summary]")
            return ()
        line = root.keys["figures"]
        title = Node("What the model learned", line)
        node = Node({"title": title, "figures": root.value["figures"]}, line)
        return (self.section(node),)

    def section(self, node: Node) -> SectionSpec:
        """One section with its figures."""
        found = self.values(node, keys.SECTION, "a section", ("figures",))
        items = node.value if isinstance(node.value, dict) else {}
        if isinstance(node.value, dict) and not found["title"]:
            self.complain("a section needs a title", node.line)
        self.check_model(found["model"], items.get("model"))
        id = self.section_id(found, items.get("id", node))
        figures: Sequence[Node] = ()
        if "figures" in items:
            figures = self.sequence(items["figures"], "figures")
        elif isinstance(node.value, dict) and not found["text"]:
            self.complain(f"section '{found['title']}' has neither figures nor text", node.line)
        made = [self.figure(one, found["model"]) for one in figures]
        kept = tuple(figure for figure in made if figure is not None)
        return SectionSpec(id, found["title"] or "", found["text"], found["model"], kept, node.line)

    def section_id(self, found: Mapping[str, Any], node: Node) -> str:
        """The section's own id, or one made from its title."""
        id = found["id"] or _slug(found["title"] or "section")
        if found["id"]:
            self.unique(id, node, self.section_ids, "sections")
            return str(id)
        free = next(n for n in (id if i == 1 else f"{id}-{i}" for i in range(1, 10**6))
                    if n not in self.section_ids)  # fmt: skip
        self.section_ids[free] = node.line
        return str(free)

    def unique(self, id: str, node: Node, taken: dict[str, int], what: str) -> None:
        """Complain of an id that is taken or not fit for an address."""
        if not SLUG.fullmatch(id):
            self.complain(f"expected an id of lower-case letters, digits, - and _, got '{id}'",
                          node.line, f"for example: {_slug(id)}")  # fmt: skip
        if id in taken:
            self.complain(
                f"two {what} have the id '{id}', the first on line {taken[id]}", node.line
            )
        taken.setdefault(id, node.line)

    def check_model(self, name: Any, node: Node | None) -> None:
        """Complain of a model that the spec does not have."""
        if name is not None and node is not None and name not in self.models:
            hint = did_you_mean(name, self.models)
            self.complain(f"there is no model '{name}' in this spec", node.line, hint)

    def figure(self, node: Node, section_model: str | None) -> FigureSpec | None:
        """One figure: `kind`, or `kind: {parameters}`."""
        kind, body, line = node, Node({}, node.line), node.line
        if isinstance(node.value, dict):
            if len(node.value) != 1:
                self.complain(f"expected one figure kind, got {len(node.value)} keys", node.line,
                              "indent a figure's parameters below it")  # fmt: skip
                return None
            ((name, body),) = node.value.items()
            line = node.keys[name]
            kind = Node(name, line)
            body = Node({}, line) if body.value is None else body
        entry = self.entry("figures", kind, "figure kind")
        if entry is None:
            return None
        what = f"figure '{entry.name}'"
        other = [p.name for p in keys.FIGURE]
        params = self.values(body, entry.parameters, what, other)
        common = self.values(body, keys.FIGURE, what, [p.name for p in entry.parameters])
        if isinstance(body.value, dict):
            self.check_model(common["model"], body.value.get("model"))
        if entry.needs_model and not (common["model"] or section_model or len(self.models) == 1):
            self.needs_model(entry.name, line)
        self.kinds[entry.name] = self.kinds.get(entry.name, 0) + 1
        id = common["id"] or f"{entry.name}-{self.kinds[entry.name]}"
        self.unique(id, Node(id, line), self.figure_ids, "figures")
        return FigureSpec(id, entry.name, params, common["title"], common["caption"],
                          common["model"], line)  # fmt: skip

    def needs_model(self, kind: str, line: int) -> None:
        """Complain of a figure that cannot know what to show."""
        if self.models:
            listed = ", ".join(self.models)
            self.complain(f"figure '{kind}' does not say which model it shows", line,
                          f"add model: to it or to its section, one of: {listed}")  # fmt: skip
        else:
            self.complain(f"figure '{kind}' needs a model, and the spec has none", line,
                          "add for example: model: zoo:base")  # fmt: skip

    def inferences(self, root: Node) -> tuple[str, ...]:
        """Names of rules: all by default, none for false, or those listed."""
        node = root.value.get("inferences")
        if node is None or node.value is True:
            return tuple(catalog.entries("inferences"))
        if node.value is False:
            return ()
        if not isinstance(node.value, list):
            self.complain(f"'inferences': expected true, false or a list of names, got {node.said}",
                          node.line)  # fmt: skip
            return ()
        found = [self.entry("inferences", item, "inference") for item in node.value]
        return tuple(dict.fromkeys(entry.name for entry in found if entry is not None))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_") or "section"
