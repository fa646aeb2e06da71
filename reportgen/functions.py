"""Calls the user's own Python functions, imported from the spec's folder or the environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from reportgen.code import CodeDigests
from reportgen.digest import StatCache
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.input_digests import importing
from reportgen.libraries import installed_twin, is_library
from reportgen.library_errors import cause, own_place
from reportgen.suggestions import did_you_mean
from reportgen.types import Params


def call(source: str, base: Path, offered: Params, params: Params) -> object:
    """The result of calling the user's own function.

    Args:
        source: "PACKAGE.MODULE:FUNCTION"; `base` is the last folder of the import path.
        base: the spec's folder.
        offered: arguments that are passed by name if the function has a parameter of that name.
        params: arguments that the spec sets; all of them are passed.

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
        except ReportgenError:
            raise
        except (Exception, SystemExit) as error:
            raise UserError(_failure(f"python:{source}", base, error)) from error


def imported(module_name: str, base: Path) -> ModuleType:
    """The user's own module, imported; call this inside `importable(base)`.

    Raises:
        UserError: the module does not exist, importing it fails, or an installed module has the
            name of one in `base` that it consists of or imports.
    """
    from importlib import import_module

    own = CodeDigests(StatCache()).reached([module_name], [base])
    for name in [module_name, *own]:
        # Its `import yaml` means the library, whatever lies beside it.
        if (name == module_name or not is_library(name)) and (wrong := shadowed(name, base)):
            raise UserError(wrong)
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        raise UserError(_missing_module(module_name, base, error)) from error
    except ReportgenError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(_failure(f"importing {module_name}", base, error)) from error


def no_module(module: str, base: Path) -> Problem:
    """The problem that a module is neither installed nor in the spec's folder."""
    hint = f"it must be installed, or lie in the spec's folder {base}"
    return Problem(f"there is no module '{module}'", hint=hint)


def shadowed(module: str, base: Path) -> Problem | None:
    """The problem that an installed module has the name of one in the spec's folder."""
    twin = installed_twin(module, base)
    if not twin:
        return None
    top = module.partition(".")[0]
    where = twin if Path(twin).is_absolute() else "part of Python"
    return Problem(
        f"there are two modules '{top}': one in the spec's folder {base}, and an installed one "
        f"({where}), which Python takes first",
        hint="rename yours",
    )


def no_function(module: str, function: str, others: Sequence[str]) -> Problem:
    """The problem that a module lacks a function; `others` are the functions that it has."""
    hint = did_you_mean(function, others) if others else "define it there"
    return Problem(f"module {module} has no function '{function}'", hint=hint)


@contextmanager
def importable(base: Path) -> Iterator[None]:
    """Put `base` at the end of the import path, and forget its modules afterwards.

    At the end, because no file there shall stand in for an installed package. Two specs in two
    folders may each have a module `models`, and the user may edit a module between two builds of
    the same process.
    """
    import importlib
    import sys

    before = set(sys.modules)
    folder = base.absolute()
    added = str(folder) not in sys.path
    if added:
        sys.path.append(str(folder))
    importlib.invalidate_caches()
    try:
        with importing(folder):
            yield
    finally:
        if added:
            sys.path.remove(str(folder))
        for name in sorted(set(sys.modules) - before):
            top = name.partition(".")[0]
            if top not in before and _lies_in(sys.modules[name], folder, top):
                del sys.modules[name]


def _lies_in(module: ModuleType, folder: Path, top: str) -> bool:
    """Whether a module lies in `folder` itself, not in a virtual environment below it."""
    file = getattr(module, "__file__", None)
    # A package without `__init__.py` has no file, and perhaps several folders.
    places = [file] if file else list(getattr(module, "__path__", ()))
    own = [Path(place) for place in places if Path(place).is_relative_to(folder)]
    return any(place.relative_to(folder).parts[0] in (top, f"{top}.py") for place in own)


def _function(module_name: str, function_name: str, base: Path) -> Callable[..., object]:
    module = imported(module_name, base)
    function: object = getattr(module, function_name, None)
    if callable(function):
        return function
    callables = [key for key, value in vars(module).items() if callable(value) and key[0] != "_"]
    raise UserError(no_function(module_name, function_name, callables))


def _arguments(
    function: Callable[..., object], source: str, offered: Params, params: Params
) -> Params:
    """The arguments of a call: all of `params`, and those of `offered` that have a parameter."""
    from inspect import Parameter, signature

    parameters = signature(function).parameters
    takes_all = any(item.kind is Parameter.VAR_KEYWORD for item in parameters.values())
    arguments = {n: value for n, value in offered.items() if takes_all or n in parameters}
    arguments.update(params)
    required = [n for n, p in parameters.items() if p.default is p.empty and p.kind not in
                (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)]  # fmt: skip
    missing = [name for name in required if name not in arguments]
    unknown = [name for name in arguments if name not in parameters and not takes_all]
    if missing or unknown:
        what = f"needs {', '.join(missing)}" if missing else f"does not take {', '.join(unknown)}"
        hint = f"it may take {', '.join(offered)}, and the 'params' that the spec gives"
        raise UserError(Problem(f"python:{source} {what}", hint=hint))
    return arguments


def _missing_module(module_name: str, base: Path, error: ModuleNotFoundError) -> Problem:
    if error.name and not (module_name + ".").startswith(error.name + "."):
        return Problem(
            f"module {module_name} imports {error.name}, which is not installed",
            hint=f"install it beside reportgen, or put it into {base}",
        )
    return no_module(module_name, base)


def _failure(what: str, base: Path, error: BaseException) -> Problem:
    """A failure of the user's code, with its file and line, since no traceback is shown."""
    if isinstance(error, SyntaxError):  # The module itself has no frame: it did not run.
        message = f"{what} failed: {type(error).__name__}: {error.msg}"
        return Problem(message, error.filename, error.lineno, "correct it there")
    file, line = own_place(error, base) or (None, None)
    message = f"{what} failed: {type(error).__name__}: {cause(error)}"
    hint = "correct it there" if line else "call the function by itself, and correct what fails"
    return Problem(message, file, line, hint)
