"""A spec's text as a `Spec`, or all of its problems at once.

The keys are read first, each by its own rule. Then `_Assembly` resolves what they say together:
which keys exclude or need each other, names, ids, and the model of each figure.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from reportgen import catalog, cited_values, links
from reportgen.citing import place_problems
from reportgen.errors import Problem, UserError
from reportgen.files import kind
from reportgen.spec import project
from reportgen.spec.layout import BESIDE_MODEL, SECTION_KEYS, SPEC_KEYS, figure_keys
from reportgen.spec.models import source_kind, training_keys
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.types import DatasetSpec, FigureSpec, ModelSpec, Names, SectionSpec, Spec
from reportgen.spec.values import Values
from reportgen.spec.yaml_tree import Mapping, Scalar, parse
from reportgen.suggestions import did_you_mean

LARGEST = 1_000_000
"""Bytes of a spec file."""
SLUG = "[a-z0-9][a-z0-9_-]{0,79}"
SLUG_IN_WORDS = "small letters, digits, '_' and '-', 80 at most"
FIGURES = ("summary", "kernels", "feature_maps", "activation_maximization", "grad_cam")
"""The figures of a spec that names none; those that need data only where there is a dataset."""
RESERVED = ("inferences",)
"""Ids that pages and tasks use themselves."""
DEVICES = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that no file and no folder can have on Windows."""


def load(path: Path) -> Spec:
    """Read a spec file; the files that it names are not looked at.

    Raises:
        UserError: with every problem of the file, sorted by line.
    """
    return load_text(read_file(Path(path)), path)


def load_text(text: str | bytes, file: Path | str) -> Spec:
    """Read a spec's text; `file` names it, and paths in it begin at the file's folder.

    Raises:
        UserError: with every problem of the text, sorted by line.
    """
    problems = Problems(str(file))
    spec = read_spec(text, Path(file), problems)
    problems.finish()
    return spec


def read_spec(text: str | bytes, file: Path, problems: Problems) -> Spec:
    """The spec of a text; where problems are added, other values stand in for wrong ones.

    Raises:
        UserError: with every problem, where the text has no keys and values to begin with.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    root = parse(_decoded(data, file), problems)
    check_slug(file.stem, problems)
    if isinstance(root, Mapping):
        return _Assembly(SPEC_KEYS.read_mapping(root, problems), file, problems).spec()
    if root is None or (isinstance(root, Scalar) and root.value is None):
        hint = "write at least a model, such as: 'model: zoo:base'"
        problems.add(1, "expected a spec, but the file is empty", hint)
    else:
        hint = "a spec begins with a line such as: 'title: My report'"
        problems.add(root.line, "expected keys and values at the top of the spec", hint)
    raise problems.error()


def read_file(path: Path) -> bytes:
    """The bytes of a spec file, at most one more than allowed.

    Raises:
        UserError: the file does not exist or cannot be read.
    """
    try:
        if what := kind(path):
            hint = "name a spec, such as specs/report.yaml, or none for all in specs/"
            raise _unreadable(path, f"is not a file but {what}", hint)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        if path.is_symlink():
            reason = f"is a symbolic link to {os.readlink(path)}, which does not exist"
            raise _unreadable(path, reason, "make the link anew, or remove it") from None
        near = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near) if near else "write one with: reportgen new NAME"
        own = did_you_mean(path.name, project.names())
        bare = path.name == str(path) and not near  # May stand for any spec of the project.
        if own and (own.startswith("did you mean") or bare):
            hint = hint if hint.startswith("did you mean") else own
        raise UserError(Problem("there is no such file", str(path), None, hint)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "check that it is a text file that you may read"
        raise _unreadable(path, f"cannot be read ({reason.lower()})", hint) from error


def _decoded(data: bytes, path: Path) -> str:
    """The text of a file. Raises UserError where it is too large or not UTF-8."""
    if len(data) > LARGEST:
        reason = f"is larger than {LARGEST // 1_000_000} MB"
        raise _unreadable(path, reason, "a spec is a page or two of YAML")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"expected text in UTF-8, got the byte 0x{data[error.start]:02x}"
        problem = Problem(message, str(path), line, "save the file as UTF-8")
        raise UserError(problem) from error


def _unreadable(path: Path, reason: str, hint: str = "") -> UserError:
    return UserError(Problem(f"the spec {reason}", str(path), None, hint))


def check_slug(slug: str, problems: Problems) -> None:
    """Add a file name that cannot name a report's folder."""
    name, better = f"'{slug[:60]}{'…' * (len(slug) > 60)}'", better_slug(slug)
    if not re.fullmatch(SLUG, slug):
        message = f"the file's name {name} names the report, so it must be of {SLUG_IN_WORDS}"
        problems.add(1, message, f"rename the file to {better}.yaml")
    elif better != slug:
        message = f"the file's name {name} names the report, but Windows allows no folder"
        problems.add(1, f"{message} of this name", f"rename the file, as {better}.yaml")


def better_slug(name: str) -> str:
    """A name that a report can have: the given one where that is possible."""
    if not re.fullmatch(SLUG, name):
        name = slugified(name) or "report"
    return f"{name}-report" if DEVICES.fullmatch(name) else name


def slugified(title: str) -> str:
    """A title as an id: small ASCII letters and digits with '-' between words; may be empty."""
    import unicodedata

    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", letters))[:60].strip("-")


def in_words(name: str) -> str:
    """A name as a title: "base_line" becomes "Base line"."""
    words = re.sub("[_-]+", " ", name).strip() or name
    return words[:1].upper() + words[1:]


def model_name(source: str) -> str:
    """The name of a model that the spec gives none: the last part of its source.

    A SavedModel is named after its folder, since its file has the same name in every folder.
    """
    last = re.split("[:/]", re.sub(r"(?<=[^/.])/saved_model\.pb$", "", source))[-1]
    last = re.sub(r"\.(keras|h5|hdf5|pb)$", "", last)
    return re.sub("[^A-Za-z0-9_-]+", "_", last).strip("_-") or "model"


class _Assembly:
    """Resolves what the keys of a spec say together."""

    def __init__(self, keys: Values, source: Path, problems: Problems) -> None:
        self.keys = keys
        self.source = source
        self.problems = problems
        self.models: dict[str, ModelSpec] = {}
        self.unclear = {"model", "models"} <= keys.lines.keys()
        """Whether it is open which models the spec has; nothing is said of their names then."""

    def spec(self) -> Spec:
        """The spec; other values stand in for wrong ones."""
        keys = self.keys
        self.check_combinations()
        models = [self.model(name, given) for name, given in (keys["models"] or {}).items()]
        if keys["model"] is not None:
            models.append(self.model(model_name(keys["model"]["source"]), self.single_model()))
        self.models = {model.name: model for model in models}
        inferences = keys["inferences"]
        if inferences is None:
            inferences = tuple(catalog.entries("inferences"))
        sections = tuple(self.sections())
        self.check_links(sections)
        self.check_values(sections, inferences)
        return Spec(
            slug=self.source.stem,
            title=keys["title"] or in_words(self.source.stem),
            authors=tuple(keys["authors"]),
            seed=keys["seed"],
            intro=keys["intro"],
            models=tuple(self.models.values()),
            sections=sections,
            inferences=inferences,
            source=self.source,
            explain=keys["explain"],
            hidden=tuple(keys["notes"]["hide"]) if keys["notes"] else (),
            lines=keys.lines,
        )

    def check_combinations(self) -> None:
        """Add keys that exclude each other, and keys without the key that they need."""
        lines = self.keys.lines
        for one, many in (("model", "models"), ("figures", "sections")):
            if one in lines and many in lines:
                message = f"a spec has '{one}' or '{many}', not both"
                line = max(lines[one], lines[many])
                hint = f"move '{one}' into '{many}'"
                if one == "model" and any(key in lines for key in BESIDE_MODEL):
                    hint += ", with the keys that belong to it"
                self.problems.add(line, message, hint)
        if "model" not in lines and "models" not in lines:
            hint = "write for example: 'model: zoo:base', or the path of a .keras file"
            self.problems.add(self.keys.line, "the spec names no model", hint)
        for key in BESIDE_MODEL:
            if key in lines and "model" not in lines:
                message = f"'{key}' at the top goes with 'model', which is not there"
                self.problems.add(lines[key], message, f"write '{key}' inside a model of 'models'")

    def single_model(self) -> Values:
        """The keys of `model`, with those that stand beside it."""
        model = self.keys["model"]
        values, lines = dict(model.values), dict(model.lines)
        for key in BESIDE_MODEL:
            if key not in self.keys.lines:
                continue
            if key in model.lines:
                message = f"'{key}' stands inside 'model' and beside it"
                self.problems.add(self.keys.lines[key], message, "remove one of them")
            else:
                values[key], lines[key] = self.keys[key], self.keys.lines[key]
        return Values(self.keys.lines["model"], values, lines)

    def model(self, name: str, keys: Values) -> ModelSpec:
        """A model from its keys."""
        if "training" in keys.lines and source_kind(keys["source"]) == "file":
            message = "'training' has no effect on a model file, which counts as trained"
            self.problems.add(keys.at("training"), message, "remove it")
        elif "training" in keys.lines and "dataset" not in keys.lines:
            message = "'training' needs a 'dataset' to train on"
            hint = f"add one of: {', '.join(catalog.modules('datasets'))}"
            self.problems.add(keys.at("training"), message, hint)
        inputs = keys["inputs"]
        dataset, classes = self.named_classes(keys)
        return ModelSpec(
            name=name,
            title=keys["title"] or in_words(name),
            source=keys["source"],
            dataset=dataset,
            training=keys["training"] or training_keys().defaults(),
            params=keys["params"],
            line=keys.line,
            lines=keys.lines,
            inputs=inputs.values if inputs else {},
            input_lines={"": keys.at("inputs"), **inputs.lines} if inputs else {},
            classes=classes,
        )

    def named_classes(self, keys: Values) -> tuple[DatasetSpec | None, Names | None]:
        """A model's dataset, and the names of its classes as far as the dataset does not take them.

        Labels and names must fit each other, so a dataset that can be given names is given the
        model's.
        """
        given, dataset = keys["classes"], keys["dataset"]
        classes = tuple(given) if isinstance(given, list) else given
        if classes is None or dataset is None:
            return dataset, classes
        if "classes" not in dataset.params:
            message = f"'classes' has no effect: the dataset '{dataset.source}' names its classes"
            self.problems.add(keys.at("classes"), message, "remove it")
        elif dataset.params["classes"] is not None:
            message = "'classes' stands in the model and in its dataset"
            self.problems.add(keys.at("classes"), message, "remove one of them")
        else:
            params = {**dataset.params, "classes": given}
            lines = {**dataset.lines, "classes": keys.at("classes")}
            dataset = replace(dataset, params=params, lines=lines)
        return dataset, None

    def sections(self) -> list[SectionSpec]:
        """The sections; one, where the spec has none."""
        sections: list[Values] | None = self.keys["sections"]
        if sections is None:
            models = list(self.models.values())
            title = models[0].title if len(models) == 1 else "Figures"
            values = {**SECTION_KEYS.defaults(), "title": title, "figures": self.figures()}
            line = self.keys.at("figures")
            sections = [Values(line, values, {"figures": line})]
        figures = [pair[1] for section in sections for pair in section["figures"] or () if pair]
        section_ids = _Ids("section", sections, self.problems)
        figure_ids = _Ids("figure", figures, self.problems)
        found = [self.section(section, section_ids, figure_ids) for section in sections]
        figure_ids.check_prefixes()
        return found

    def figures(self) -> list[tuple[str, Values]]:
        """The figures of a spec without sections."""
        if "figures" in self.keys.lines:
            return list(self.keys["figures"] or ())
        data = any(model.dataset for model in self.models.values())
        known = [kind for kind in FIGURES if kind in catalog.modules("figures")]
        kinds = [kind for kind in known if data or not catalog.entry("figures", kind).needs_data]
        return [(kind, Values(self.keys.line, figure_keys(kind).defaults(), {})) for kind in kinds]

    def section(self, keys: Values, section_ids: _Ids, figure_ids: _Ids) -> SectionSpec:
        """A section from its keys."""
        if "figures" not in keys.lines and not keys["text"]:
            message = "a section needs 'figures' or 'text', and has neither"
            self.problems.add(keys.line, message, "write for example: figures: [summary]")
        model = self.named_model(keys) or self.only_model()
        figures = [self.figure(pair, model, figure_ids) for pair in keys["figures"] or () if pair]
        id_ = section_ids.of(keys, slugified(keys["title"]) or "section")
        shown = tuple(figures)
        return SectionSpec(id_, keys["title"], keys["text"], model, shown, keys.line, keys.lines)

    def figure(self, pair: tuple[str, Values], model: str | None, ids: _Ids) -> FigureSpec:
        """A figure from its kind and its keys, in a section of `model`."""
        kind, keys = pair
        entry = catalog.entry("figures", kind)
        model = self.named_model(keys) or model or self.only_model()
        unsaid = entry.needs_model and "model" not in keys.lines and not self.unclear
        if model is None and self.models and unsaid:
            message = f"'{kind}' needs a model, and neither it nor its section names one"
            hint = f"add 'model:' with one of: {', '.join(self.models)}"
            self.problems.add(keys.line, message, hint)
        params = {p.name: keys[p.name] for p in entry.parameters}
        if params.get("sanity") is True and "sanity" not in keys.lines:
            params["sanity"] = self.keys["sanity"]
        return FigureSpec(
            id=ids.of(keys, kind, number_first=True),
            kind=kind,
            params=params,
            title=keys["title"],
            caption=keys["caption"],
            model=model,
            line=keys.line,
            lines=keys.lines,
        )

    def check_links(self, sections: Sequence[SectionSpec]) -> None:
        """Add links of the author's texts to places that the report does not have."""
        figures = [figure.id for section in sections for figure in section.figures]
        ids = [*links.RESERVED, *(section.id for section in sections), *figures]
        made = tuple(f"{id_}-" for id_ in (*figures, "section", "block", "note"))
        given = self.keys["sections"] or ()
        texts = [(self.keys["intro"], self.keys.at("intro"))]
        texts += [(keys["text"], keys.at("text")) for keys in given]
        for text, line in texts:
            for target in dict.fromkeys(links.targets(text)):
                # The parts of a figure, whose ids continue its own, are known once it is drawn.
                if target not in ids and not target.startswith(made):
                    message = f"the text links to {quoted('#' + target)}, and no section or figure"
                    self.problems.unknown(line, f"{message} has this id", target, ids[5:])

    def check_values(self, sections: Sequence[SectionSpec], rules: Sequence[str]) -> None:
        """Add values that the author's texts cite of figures that the report does not have."""
        figures = [figure for section in sections for figure in section.figures]
        texts = [(self.keys["intro"], self.keys.at("intro"), cited_values.cited)]
        texts += [
            (keys["text"], keys.at("text"), cited_values.cited)
            for keys in self.keys["sections"] or ()
        ]
        texts += [(f.caption, f.at("caption"), cited_values.cited_in_line) for f in figures]
        ids = [figure.id for figure in figures]
        for text, line, citations in texts:
            for problem in place_problems(citations(text or ""), ids, rules, "", line):
                self.problems.add(line, problem.message, problem.hint)

    def named_model(self, keys: Values) -> str | None:
        """The model that a section or figure names; None where there is no such model."""
        name: str = keys["model"]
        if not name or name in self.models:
            return name or None
        if self.models and not self.unclear:
            message = f"there is no model {quoted(name)} in this spec"
            self.problems.unknown(keys.at("model"), message, name, list(self.models))
        return None

    def only_model(self) -> str | None:
        """The spec's model, where there is one alone."""
        return next(iter(self.models)) if len(self.models) == 1 else None


class _Ids:
    """The ids of all sections, or of all figures, of a spec.

    Args:
        noun: "section" or "figure".
        given: the keys of all of them; each may hold an `id`.
    """

    def __init__(self, noun: str, given: Iterable[Values], problems: Problems) -> None:
        self.problems = problems
        self.lines: dict[str, int] = dict.fromkeys(RESERVED, 0)
        self.counts: dict[str, int] = {}
        for keys in given:
            id_, line = keys["id"], keys.at("id")
            if not id_:
                continue
            if id_ in RESERVED:
                message = f"a {noun} cannot have the id {quoted(id_)}, which pages use themselves"
                problems.add(line, message, "choose another id")
            elif DEVICES.fullmatch(id_):
                message = f"the {noun} id {quoted(id_)} is a name that Windows allows no file"
                problems.add(line, message, f"choose another id, such as '{id_}-{noun}'")
            elif id_ in self.lines:
                first = self.lines[id_]
                message = f"two {noun}s with one id: {quoted(id_)} stands on line {first} too"
                problems.add(line, message, "give each an id of its own")
            else:
                self.lines[id_] = line

    def of(self, keys: Values, stem: str, *, number_first: bool = False) -> str:
        """The id that the spec gives, else the stem with a number: "kernels-2".

        Args:
            keys: of a section or figure.
            stem: the beginning of an id that is made here.
            number_first: whether the first of a stem has a number too ("kernels-1").
        """
        if keys["id"]:
            return str(keys["id"])
        number = self.counts.get(stem, 0)
        while True:
            number += 1
            id_ = f"{stem}-{number}" if number_first or number > 1 else stem
            if id_ not in self.lines:
                self.counts[stem] = number
                self.lines[id_] = keys.line
                return id_

    def check_prefixes(self) -> None:
        """Add ids that continue another with '-', as the names of a figure's pictures do."""
        for id_, line in self.lines.items():
            parts = id_.split("-")
            for start in ("-".join(parts[:end]) for end in range(1, len(parts))):
                if self.lines.get(start):
                    message = (
                        f"the id {quoted(id_)} continues another, {quoted(start)} on line "
                        f"{self.lines[start]}, as the names of that figure's pictures do"
                    )
                    self.problems.add(line, message, "give one of them an id that begins otherwise")
