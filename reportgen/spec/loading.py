"""A spec file to a `Spec`, or to all of its problems at once."""

from __future__ import annotations

import re
from pathlib import Path

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.spec.assembling import Assembly
from reportgen.spec.layout import top
from reportgen.spec.naming import slugified
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Scalar, parse
from reportgen.spec.types import Spec

LARGEST = 1_000_000
"""Bytes of a spec file."""
SLUG = "[a-z0-9][a-z0-9_-]{0,79}"


def load(path: Path) -> Spec:
    """Read and check a spec file.

    Raises:
        UserError: with every problem of the file, sorted by line.
    """
    return load_text(_read(Path(path)), path)


def load_text(text: str | bytes, file: Path | str) -> Spec:
    """Check a spec's text; `file` names it, and paths in it begin at the file's folder.

    Raises:
        UserError: with every problem of the text, sorted by line.
    """
    source, problems = Path(file), Problems(str(file))
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    root = parse(_decoded(data, source), problems)
    check_slug(source.stem, problems)
    if root is None or (isinstance(root, Scalar) and root.value is None):
        hint = "write at least a model, such as: 'model: zoo:base'"
        problems.add(1, "expected a spec, but the file is empty", hint)
    elif not isinstance(root, Mapping):
        hint = "a spec begins with a line such as: 'title: My report'"
        problems.add(root.line, "expected keys and values at the top of the spec", hint)
    else:
        spec = Assembly(top().filled(root, problems), source, problems).spec()
        problems.finish()
        return spec
    raise problems.error()


def check_slug(slug: str, problems: Problems) -> None:
    """Note a file name that cannot name a report's folder."""
    if not re.fullmatch(SLUG, slug):
        better = slugified(slug) or "report"
        message = f"the file's name {quoted(slug)} names the report, so it must be of small letters"
        message += ", digits, '_' and '-', 80 at most"
        problems.add(1, message, f"rename the file to {better}.yaml")


def _read(path: Path) -> bytes:
    """The bytes of a file, one more than allowed at most."""
    try:
        if path.exists() and not path.is_file():
            raise _unreadable(path, "is not a file", "name a spec, such as specs/report.yaml")
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise _unreadable(path, f"cannot be read ({why})") from error


def _decoded(data: bytes, path: Path) -> str:
    """The text of a file. Raises UserError where it is too large or not UTF-8."""
    if len(data) > LARGEST:
        text = f"is larger than {LARGEST // 1_000_000} MB"
        raise _unreadable(path, text, "a spec is a page or two of YAML")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"expected text in UTF-8, got the byte 0x{data[error.start]:02x}"
        problem = Problem(message, str(path), line, "save the file as UTF-8")
        raise UserError(problem) from error


def _unreadable(path: Path, why: str, hint: str = "") -> UserError:
    return UserError(Problem(f"the spec {why}", str(path), None, hint))


def _missing(path: Path) -> UserError:
    near = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    hint = did_you_mean(path.name, near) if near else "write one with: reportgen new NAME"
    return UserError(Problem("there is no such file", str(path), None, hint))
