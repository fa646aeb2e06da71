"""Catalogs of sentences: what a module says stands beside it, in Project Fluent's syntax.

The sentences of `notes.py` are in `notes.ftl`, in the same folder. A sentence names what it
quotes: `{ $share }` is a measured number, `{ PERCENT($share) }` the same as a percentage. It
chooses between wordings by a count (`[one]` and `[other]`, by the plural rules of English) or by a
case that the module passes, such as the side of a threshold. Syntax: https://projectfluent.org
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from reportgen.drafting.evidence import Reading
from reportgen.drafting.wording import decimals, listed, number, percent, quoted, rounded
from reportgen.records import Evidence, Measure, Number, Table

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle
    from fluent.runtime.types import FluentFloat, FluentType

COMMON = Path(__file__).with_suffix(".ftl")
"""Terms that every catalog may use."""

LONG = 500
"""Characters of a value above which Fluent does not see it."""


@dataclass(frozen=True)
class Sentence:
    """One or more sentences of a catalog, filled in, and the evidence that they rest on."""

    text: str
    cites: tuple[Evidence, ...] = ()


class Sentences:
    """The catalog of a module: `SENTENCES = Sentences(__file__)`."""

    def __init__(self, module: str) -> None:
        """`module` is the module's file; the catalog has its name and ends in ".ftl"."""
        self.path = Path(module).with_suffix(".ftl")

    def __call__(
        self,
        id: str,
        names: Mapping[str, str | Sequence[str]] | None = None,
        /,
        **values: Evidence | Reading | Measure | Number | str,
    ) -> Sentence:
        """The sentence `id` of the catalog, filled in.

        A measured value `x` fills `$x`, and its other numbers fill `$x_n`, `$x_low`, `$x_high` and
        `$x_baseline`, as far as they are known. A reading also fills `$x_model` with its model's
        title, `$x_at` with its layer or output, and `$x_place` with both, as far as the report has
        others, in backticks. The functions PERCENT, SIGNED,
        SIGNED_PERCENT and ABOUT (two digits) choose how a number is written.

        Args:
            id: the identifier of a message.
            names: names that the sentence shows in backticks; a sequence becomes a list.
            values: measured values, sizes, and cases (strings) for the sentence to choose by.

        Raises:
            ValueError: the catalog has no such sentence, or a value is missing or undefined.
        """
        shown: dict[str, object] = {}
        cites: dict[str, Evidence] = {}
        for key, value in values.items():
            item = value.evidence if isinstance(value, Reading) else value
            if isinstance(value, Reading):
                shown |= _places(key, value)
            if isinstance(item, Evidence):
                cites[item.id] = item
            if isinstance(item, Evidence | Measure):
                shown |= _numbers(key, item)
            else:
                shown[key] = item if isinstance(item, str) else _numeral(item)
        for key, name in (names or {}).items():
            shown[key] = quoted(name) if isinstance(name, str) else listed([*map(quoted, name)])
        return Sentence(self._filled(id, shown), tuple(cites.values()))

    def table(self, id: str, rows: Iterable[Sequence[str | Evidence | None]]) -> Table:
        """A small table for a note; its columns are named by the attributes of message `id`.

        Evidence in a cell shows its value; a missing or undefined value leaves the cell empty. The
        columns "model" and "output" are left out where all rows agree on them.
        """
        bundle = _bundle(self.path)
        attributes = bundle.get_message(id).attributes
        titles = [str(bundle.format_pattern(pattern)[0]) for pattern in attributes.values()]
        cells = [
            [cell.value if isinstance(cell, Evidence) else cell for cell in row] for row in rows
        ]
        kept = [
            i
            for i, name in enumerate(attributes)
            if name not in ("model", "output") or len({row[i] for row in cells}) > 1
        ]
        shown = tuple(tuple(row[i] for i in kept) for row in cells)
        return Table("", tuple(titles[i] for i in kept), shown, "")

    def _filled(self, id: str, values: Mapping[str, object]) -> str:
        bundle = _bundle(self.path)
        if not bundle.has_message(id):
            raise ValueError(f"{self.path.name} has no sentence {id!r}")
        pattern = bundle.get_message(id).value
        if pattern is None:
            raise ValueError(f"{self.path.name}: {id!r} has no text")
        # Fluent refuses long texts, such as the names of a thousand classes.
        long = {k: v for k, v in values.items() if isinstance(v, str) and len(v) > LONG}
        marks = {name: f"\x1f{name}\x1e" for name in long}
        text, problems = bundle.format_pattern(pattern, {**values, **marks})
        if problems:
            raise ValueError(f"{self.path.name}: {id!r}: {'; '.join(map(str, problems))}")
        written = str(text)
        for name, mark in marks.items():
            written = written.replace(mark, long[name])
        return " ".join(written.split())


def prose(*sentences: Sentence | str) -> str:
    """Sentences as the text of a caption; empty ones are left out."""
    texts = (one.text if isinstance(one, Sentence) else one for one in sentences)
    return " ".join(filter(None, texts))


def _places(key: str, reading: Reading) -> dict[str, object]:
    """The model and the layer or output of a reading; its place leaves out what is obvious."""
    model, at = quoted(reading.model.title), quoted(reading.at)
    place = at if reading.only else f"{at} of {model}"
    return {f"{key}_model": model, f"{key}_at": at, f"{key}_place": place}


def _numbers(key: str, item: Evidence | Measure) -> dict[str, object]:
    """The numbers of a measured value under the names that a sentence quotes them by."""
    low, high = item.interval or (None, None)
    parts = {"": item.value, "_low": low, "_high": high, "_baseline": item.baseline}
    parts["_n"] = item.n
    return {f"{key}{part}": _numeral(v) for part, v in parts.items() if v is not None}


@cache
def _bundle(path: Path) -> FluentBundle:
    """The parsed catalog; parsing is strict, where Fluent would skip what it cannot read."""
    from fluent.runtime import FluentBundle, FluentResource
    from fluent.syntax.ast import Junk

    styles: dict[str, Callable[[float], str]] = {
        "PERCENT": lambda value: percent(float(value)),
        "SIGNED": lambda value: number(float(value), sign=True),
        "SIGNED_PERCENT": lambda value: percent(float(value), sign=True),
        "ABOUT": lambda value: rounded(float(value)),
    }
    bundle = FluentBundle(
        ["en"],
        functions=cast("dict[str, Callable[[object], FluentType]]", styles),
        use_isolating=False,
    )
    for catalog in (COMMON, path):
        resource = FluentResource(catalog.read_text("utf-8"))
        for entry in resource.body:
            if isinstance(entry, Junk):
                raise ValueError(f"{catalog}: {entry.annotations[0].message}: {entry.content!r}")
        bundle.add_resource(resource)
    return bundle


def _numeral(value: Number) -> FluentFloat:
    """A number that Fluent chooses plurals by, and writes as `number` does everywhere else.

    It stays exact, because PERCENT and ABOUT would round a rounded number again.
    """
    from fluent.runtime.types import FluentFloat

    digits = decimals(value)
    return FluentFloat(value, minimumFractionDigits=digits, maximumFractionDigits=digits)
