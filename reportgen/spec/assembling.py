"""What the keys of a spec say together: which goes with which, names, ids, and the models shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.spec.fields import Filled
from reportgen.spec.files import check_dataset, check_file, check_function, check_weights
from reportgen.spec.layout import BESIDE, FIGURES, figure, section
from reportgen.spec.naming import Ids, in_words, model_name, slugified
from reportgen.spec.parts import training
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.sources import scheme
from reportgen.spec.types import FigureSpec, ModelSpec, SectionSpec, Spec

RESERVED = ("inferences",)
"""Ids that pages and tasks use themselves."""


class Assembly:
    """Resolves what a spec's keys say together: names, ids, and which key goes with which."""

    def __init__(self, given: Filled, source: Path, problems: Problems) -> None:
        self.given = given
        self.source = source
        self.problems = problems
        self.models: dict[str, ModelSpec] = {}

    def spec(self) -> Spec:
        """The spec, as far as it can be made out."""
        given = self.given
        self._together()
        self.models = {model.name: model for model in self._models()}
        inferences = given["inferences"]
        if inferences is None:
            inferences = tuple(catalog.entries("inferences"))
        return Spec(
            slug=self.source.stem,
            title=given["title"] or in_words(self.source.stem),
            authors=tuple(given["authors"]),
            seed=given["seed"],
            intro=given["intro"],
            models=tuple(self.models.values()),
            sections=tuple(self._sections()),
            inferences=inferences,
            source=self.source,
            explain=given["explain"],
        )

    def _together(self) -> None:
        """Keys that exclude each other, and keys that need each other."""
        lines = self.given.lines
        for one, many in (("model", "models"), ("figures", "sections")):
            if one in lines and many in lines:
                line = max(lines[one], lines[many])
                message = f"a spec has '{one}' or '{many}', not both"
                self.problems.add(line, message, f"move '{one}' into '{many}'")
        if "model" not in lines and "models" not in lines:
            hint = "write for example: 'model: zoo:base', or the path of a .keras file"
            self.problems.add(self.given.line, "the spec names no model", hint)
        for key in BESIDE:
            if key in lines and "model" not in lines:
                message = f"'{key}' at the top goes with 'model', which is not there"
                self.problems.add(lines[key], message, f"write '{key}' inside a model of 'models'")

    def _models(self) -> list[ModelSpec]:
        given = self.given
        found = [self._model(name, one) for name, one in (given["models"] or {}).items()]
        if given["model"] is not None:
            found.append(self._model(model_name(given["model"]["source"]), self._single()))
        return found

    def _single(self) -> Filled:
        """The model of the short form, with the keys that stand beside it."""
        whole, model = self.given, self.given["model"]
        values, lines = dict(model.values), dict(model.lines)
        for key in BESIDE:
            if key in whole.lines and key in model.lines:
                message = f"'{key}' stands inside 'model' and beside it"
                self.problems.add(whole.lines[key], message, "remove one of them")
            elif key in whole.lines:
                values[key] = whole[key]
                lines[key] = whole.lines[key]
        return Filled(whole.lines["model"], values, lines)

    def _model(self, name: str, given: Filled) -> ModelSpec:
        kind = scheme(given["source"])
        if kind == "file":
            line = given.at("source")
            check_file(given["source"], self.source.parent, line, self.problems)
        if kind == "python":
            line = given.at("source")
            check_function(given["source"], self.source.parent, line, self.problems)
        if kind == "application":
            check_weights(given["params"], self.source.parent, given.at("weights"), self.problems)
        if given["dataset"] is not None:
            check_dataset(given["dataset"], self.source.parent, self.problems)
        if "training" in given.lines and kind == "file":
            message = "'training' has no effect on a model file, which counts as trained"
            self.problems.add(given.at("training"), message, "remove it")
        elif "training" in given.lines and "dataset" not in given.lines:
            message = "'training' needs a 'dataset' to train on"
            hint = f"add one of: {', '.join(catalog.modules('datasets'))}"
            self.problems.add(given.at("training"), message, hint)
        inputs = given["inputs"]
        return ModelSpec(
            name=name,
            title=given["title"] or in_words(name),
            source=given["source"],
            dataset=given["dataset"],
            training=given["training"] or training().defaults(),
            params=given["params"],
            line=given.line,
            lines=given.lines,
            inputs=inputs.values if inputs else {},
            input_lines={"": given.at("inputs"), **inputs.lines} if inputs else {},
        )

    def _sections(self) -> list[SectionSpec]:
        sections = self.given["sections"]
        if sections is None:
            sections = [self._unnamed()]
        figures = [keys for one in sections for _, keys in filter(None, one["figures"] or ())]
        ids = Ids("section", sections, self.problems, RESERVED)
        names = Ids("figure", figures, self.problems, RESERVED)
        found = [self._section(one, ids, names) for one in sections]
        names.check_prefixes()
        return found

    def _unnamed(self) -> Filled:
        """The section of a spec without sections."""
        models = list(self.models.values())
        title = models[0].title if len(models) == 1 else "Figures"
        values = section().defaults() | {"title": title, "figures": self._plain()}
        return Filled(self.given.at("figures"), values, {"figures": self.given.at("figures")})

    def _plain(self) -> list[Any]:
        """The figures of a spec without sections."""
        if "figures" in self.given.lines:
            return list(self.given["figures"] or ())
        data = any(model.dataset for model in self.models.values())
        kinds = [kind for kind in FIGURES if kind in catalog.modules("figures")]
        chosen = [k for k in kinds if data or not catalog.entry("figures", k).needs_data]
        return [(kind, Filled(self.given.line, figure(kind).defaults(), {})) for kind in chosen]

    def _section(self, given: Filled, ids: Ids, names: Ids) -> SectionSpec:
        if "figures" not in given.lines and not given["text"]:
            message = "a section needs 'figures' or 'text', and has neither"
            self.problems.add(given.line, message, "write for example: figures: [summary]")
        model = self._known(given) or self._only()
        figures = [self._figure(pair, model, names) for pair in given["figures"] or () if pair]
        name = ids.of(given, slugified(given["title"]) or "section", 0)
        return SectionSpec(name, given["title"], given["text"], model, tuple(figures), given.line)

    def _figure(self, pair: tuple[str, Filled], model: str | None, names: Ids) -> FigureSpec:
        kind, given = pair
        entry = catalog.entry("figures", kind)
        shown = self._known(given) or model or self._only()
        if shown is None and entry.needs_model and self.models and "model" not in given.lines:
            message = f"'{kind}' needs a model, and neither it nor its section names one"
            hint = f"add 'model:' with one of: {', '.join(self.models)}"
            self.problems.add(given.line, message, hint)
        own = {parameter.name for parameter in entry.parameters}
        return FigureSpec(
            id=names.of(given, kind, 1),
            kind=kind,
            params={key: value for key, value in given.values.items() if key in own},
            title=given["title"],
            caption=given["caption"],
            model=shown,
            line=given.line,
            lines=given.lines,
        )

    def _known(self, given: Filled) -> str | None:
        """The model that a section or figure names, if there is one of that name."""
        name = given["model"]
        if not name or name in self.models:
            return name or None
        if self.models:
            message = f"there is no model {quoted(name)} in this spec"
            self.problems.unknown(given.at("model"), message, name, list(self.models))
        return None

    def _only(self) -> str | None:
        return next(iter(self.models)) if len(self.models) == 1 else None
