"""Functions of the user's own: found beside the spec and called; mistakes in them are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.suggestions import did_you_mean


def call(source: str, base: Path, offered: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    """What a function of the user's own returns.

    Args:
        source: "PACKAGE.MODULE:FUNCTION"; the module is looked for in `base` too.
        base: the spec's folder.
        offered: passed by name where the function has a parameter of that name.
        params: of the spec; all are passed.

    Raises:
        UserError: the module or function cannot be found, does not take `params`, or fails.
    """
    module_name, colon, function_name = source.partition(":")
    if not (module_name and colon and function_name):
        message = f"'python:{source}' names no function"
        raise UserError(Problem(message, hint="write python:PACKAGE.MODULE:FUNCTION"))
    with importable(base):
        function = _function(module_name, function_name, base)
        arguments = _arguments(function, source, offered, params)
        try:
            return function(**arguments)
        except UserError:
            raise
        except (Exception, SystemExit) as error:
            raise UserError(_raised(f"python:{source}", base, error)) from error


def imported(module_name: str, base: Path) -> Any:
    """A module of the user's own; to be called inside `importable(base)`.

    Raises:
        UserError: there is no such module, or running it fails.
    """
    from importlib import import_module

    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        raise UserError(_not_found(module_name, base, error)) from error
    except (Exception, SystemExit) as error:
        raise UserError(_raised(f"importing {module_name}", base, error)) from error


def no_module(module: str, base: Path) -> Problem:
    """The problem of a module that is neither installed nor in the spec's folder."""
    hint = f"it must be installed, or lie in the spec's folder {base}"
    return Problem(f"there is no module '{module}'", hint=hint)


def no_function(module: str, function: str, others: Sequence[str]) -> Problem:
    """The problem of a function that its module lacks; `others` are those that it has."""
    hint = did_you_mean(function, others) if others else "define it there"
    return Problem(f"module {module} has no function '{function}'", hint=hint)


def _function(module_name: str, function_name: str, base: Path) -> Any:
    module = imported(module_name, base)
    function = getattr(module, function_name, None)
    if callable(function):
        return function
    callables = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
    raise UserError(no_function(module_name, function_name, callables))


def _arguments(
    function: Any, source: str, offered: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    """What to call the function with: all that the spec gives, and what is offered and taken."""
    from inspect import Parameter, signature

    taken = signature(function).parameters
    takes_all = any(item.kind is Parameter.VAR_KEYWORD for item in taken.values())
    given = {name: value for name, value in offered.items() if takes_all or name in taken}
    given.update(params)
    required = [n for n, p in taken.items() if p.default is p.empty and p.kind not in
                (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)]  # fmt: skip
    missing = [name for name in required if name not in given]
    unknown = [name for name in given if name not in taken and not takes_all]
    if missing or unknown:
        what = f"needs {', '.join(missing)}" if missing else f"does not take {', '.join(unknown)}"
        hint = f"it may take {', '.join(offered)}, and the 'params' that the spec gives"
        raise UserError(Problem(f"python:{source} {what}", hint=hint))
    return given


def _not_found(module_name: str, base: Path, error: ModuleNotFoundError) -> Problem:
    if error.name and not (module_name + ".").startswith(error.name + "."):
        return Problem(
            f"module {module_name} imports {error.name}, which is not installed",
            hint=f"install it beside reportgen, or put it into {base}",
        )
    return no_module(module_name, base)


def _raised(what: str, base: Path, error: BaseException) -> Problem:
    """Names the file and line of the user's code that failed, since no traceback is shown."""
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(base.absolute())]
    file, line = (own or frames)[-1].filename, (own or frames)[-1].lineno
    if isinstance(error, SyntaxError):  # The module itself has no frame: it did not run.
        file, line = error.filename or file, error.lineno
    return Problem(f"{what} failed: {type(error).__name__}: {_line(error)}", file, line)


def _line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(text.split())


@contextmanager
def importable(base: Path) -> Iterator[None]:
    """Let modules in `base` be imported, and forget them afterwards.

    Two specs in two folders may each have a module `models`, and one of them may be edited
    between two builds of the same process.
    """
    import importlib
    import sys

    before = set(sys.modules)
    folder = base.absolute()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in sorted(set(sys.modules) - before):
            top = name.partition(".")[0]
            if top not in before and _lies_in(sys.modules[name], folder, top):
                del sys.modules[name]


def _lies_in(module: Any, folder: Path, top: str) -> bool:
    """Whether a module was found in `folder` itself, not in an environment somewhere below it."""
    file = getattr(module, "__file__", None)
    if file is None or not Path(file).is_relative_to(folder):
        return False
    return Path(file).relative_to(folder).parts[0] in (top, f"{top}.py")
