"""Where a model may come from, as a spec writes it."""

from __future__ import annotations

import re
from pathlib import Path

from reportgen import catalog
from reportgen.errors import did_you_mean
from reportgen.spec.values import Complain

EXPECTED = (
    "expected zoo:NAME, application:NAME, python:package.module:function, or a path to a .keras "
    "or .h5 file"
)
SCHEMES = ("zoo", "application", "python")
_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def check_source(source: str, spec: Path, line: int, complain: Complain) -> None:
    """Complain of a source that names nothing."""
    scheme, colon, name = source.partition(":")
    if colon and scheme in SCHEMES:
        _SCHEMES[scheme](name, line, complain)
    elif source.endswith((".keras", ".h5", ".hdf5")):
        _file(source, spec, line, complain)
    else:
        complain(f"{EXPECTED}, got '{source}'", line, _guess(source, scheme if colon else ""))


def _guess(source: str, scheme: str) -> str:
    if source in catalog.modules("models"):
        return f"did you mean 'zoo:{source}'?"
    guess = did_you_mean(scheme, SCHEMES) if scheme else ""
    return guess if guess.startswith("did") else ""


def _zoo(name: str, line: int, complain: Complain) -> None:
    try:
        catalog.module("models", name)
    except KeyError:
        names = list(catalog.entries("models"))
        complain(f"there is no zoo model '{name}'", line, did_you_mean(name, names))


def _application(name: str, line: int, complain: Complain) -> None:
    if not name.isidentifier():
        complain(f"expected the name of a keras.applications model, got '{name}'", line,
                 "for example: application:VGG16")  # fmt: skip


def _python(name: str, line: int, complain: Complain) -> None:
    if not _FUNCTION.fullmatch(name):
        complain(f"expected python:package.module:function, got 'python:{name}'", line, "")


def _file(source: str, spec: Path, line: int, complain: Complain) -> None:
    path = spec.parent / source
    if not path.is_file():
        complain(f"there is no model file {path}", line, "paths are relative to the spec's folder")


_SCHEMES = {"zoo": _zoo, "application": _application, "python": _python}
