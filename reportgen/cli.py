"""The commands. A user's mistake ends with a message and exit status 2, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import click

from reportgen import catalog
from reportgen.console import Console, show
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.spec.types import Spec
from reportgen.version import __version__

SPECS = Path("specs")

spec_argument = click.argument("specs", nargs=-1, metavar="[SPEC]...", type=click.Path())
out_option = click.option(
    "--out", default="site", metavar="DIR", show_default=True, help="Folder for the pages.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn a command's return value into an exit status, and its errors into messages."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            status = command(*args, **kwargs) or 0
        except ReportgenError as error:
            show(error)
            status = error.exit_status
        except KeyboardInterrupt:
            click.echo("\nInterrupted. Finished tasks are kept; build again to continue.", err=True)
            status = 130
        raise SystemExit(status)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reportgen")
def main() -> None:
    """Reports on what a neural network learned, from short YAML specs.

    Start with `reportgen new NAME`, then `reportgen build`.
    """


@main.command()
@click.argument("name")
@guarded
def new(name: str) -> None:
    """Write a commented starter spec to specs/NAME.yaml."""
    from reportgen import store
    from reportgen.spec.schema import schema_text
    from reportgen.spec.starter import SCHEMA_FILE, starter

    check_specs_folder()
    name = name.removesuffix(".yaml")
    text = starter(name)
    path = SPECS / f"{name}.yaml"
    if path.exists():
        raise UserError(Problem(f"{path} exists already", hint="choose another name"))
    store.write_atomic(path, text.encode())
    store.write_atomic(SPECS / SCHEMA_FILE, schema_text().encode())
    click.echo(f"{path}\nNow edit it, or build it as it is: reportgen build {path}")


@main.command()
@spec_argument
@guarded
def check(specs: Sequence[str]) -> int:
    """Report every problem of the SPECs (default: all of specs/).

    Each problem comes with its file, its line and a suggestion. Model files are inspected, not
    loaded; no dataset is loaded and no code of yours runs.
    """
    from reportgen.checking import problems_of

    loaded, problems = read(specs)
    problems += [problem for spec in loaded for problem in problems_of(spec)]
    if problems:
        raise UserError(*problems)
    click.echo(f"{len(loaded)} spec{'s' * (len(loaded) != 1)} without problems")
    return 0


@main.command()
@spec_argument
@out_option
@click.option(
    "--trust-model",
    is_flag=True,
    help="Let the specs' model files run any code as you (Lambda layers, for example). Use it only "
    "for files from people whose programs you would install.",
)
@guarded
def build(specs: Sequence[str], out: Path, trust_model: bool) -> int:
    """Make or refresh the reports of the SPECs (default: all of specs/).

    Problems of all specs are reported first. A spec with a problem is not built, and its report
    stays as it is.
    """
    from reportgen import reports as use

    console = Console(live=sys.stderr.isatty())
    sound, broken = load(specs)
    # The page of a spec with problems still has a spec, so nothing is pruned.
    prune = not specs and not broken
    made = use.build(use.plans(sound), use.Place(out), console, prune=prune, trust=trust_model)
    return max(made, remind(broken, "built"))


@main.command()
@spec_argument
@out_option
@guarded
def status(specs: Sequence[str], out: Path) -> int:
    """List the tasks that are stale, each with its reasons.

    The exit status is 1 if any task is stale.
    """
    from reportgen import reports as use

    sound, broken = load(specs)
    statuses = use.statuses(use.plans(sound), use.Place(out))
    stale = [status for status in statuses if status.state != "fresh"]
    for status in stale:
        reasons = "; ".join(str(reason) for reason in status.reasons)
        click.echo(f"{status.state:<6} {status.task.key} ({reasons})")
    click.echo(f"{len(statuses) - len(stale)} of {len(statuses)} tasks are fresh")
    return max(1 if stale else 0, remind(broken, "examined"))


GROUPS: tuple[catalog.Group, ...] = ("models", "datasets", "figures", "inferences")


@main.command("list")
@click.argument("group", required=False, metavar="[GROUP]", type=click.Choice(GROUPS))
@guarded
def list_(group: catalog.Group | None) -> None:
    """List what a spec may name, one line each.

    GROUP is one of models, datasets, figures and inferences; the default is all of them.
    """
    for shown in [group] if group else GROUPS:
        lines = {name: entry.help for name, entry in catalog.entries(shown).items()}
        if shown == "models":
            lines = {f"zoo:{name}": text for name, text in lines.items()} | other_models()
        if group is None:
            click.secho(shown, bold=True)
        width = max(map(len, lines), default=0) + 2
        for label, text in lines.items():
            click.echo(f"{'' if group else '  '}{label:<{width}}{text}")


def other_models() -> dict[str, str]:
    """Sources of models besides the zoo, as a spec writes them."""
    written = {"application": "application:NAME", "python": "python:package.module:function",
               "file": "a path to .keras or .h5"}  # fmt: skip
    return {written[kind]: entry.help for kind, entry in catalog.sources().items()}


@main.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of specs, for editors that complete and check them."""
    from reportgen.spec.schema import schema_text

    click.echo(schema_text(), nl=False)


def check_specs_folder() -> None:
    """Raise UserError where something else stands in the place of the folder of specs."""
    if SPECS.exists() and not SPECS.is_dir():
        message = f"{SPECS} is no folder, but reportgen keeps specs in a folder of this name"
        raise UserError(Problem(message, hint="rename or remove it"))


def load(names: Sequence[str]) -> tuple[list[Spec], list[Path]]:
    """Specs without problems, and the paths of the others, whose problems are printed.

    Raises:
        UserError: every spec has problems; the error holds all of them.
    """
    from reportgen.checking.figures import data_problems

    loaded, problems = read(names)
    sound = []
    for spec in loaded:
        if own := list(data_problems(spec)):
            problems += own
        else:
            sound.append(spec)
    if problems and sound:
        show(UserError(*problems))
    elif not sound:
        raise UserError(*problems)
    return sound, [path for path in paths(names) if path not in {spec.source for spec in sound}]


def remind(broken: Sequence[Path], done: str) -> int:
    """Print the specs that were left out once more; returns the exit status."""
    if broken:
        names = ", ".join(map(str, broken))
        click.echo(f"not {done}, because of the problems above: {names}", err=True)
    return UserError.exit_status if broken else 0


def read(names: Sequence[str]) -> tuple[list[Spec], list[Problem]]:
    """Specs by path, and the problems of those that could not be loaded."""
    from reportgen import checking

    loaded: list[Spec] = []
    problems: list[Problem] = []
    for path in paths(names):
        try:
            loaded.append(checking.load(path))
        except UserError as error:
            problems += error.problems
    return loaded, problems


def paths(names: Sequence[str]) -> list[Path]:
    """The spec files that the user names; without names, all in specs/."""
    if names:
        return [Path(name) for name in names]
    check_specs_folder()
    found = sorted([*SPECS.glob("*.yaml"), *SPECS.glob("*.yml")])
    if not found:
        hint = "write one with: reportgen new NAME"
        raise UserError(Problem(f"there is no spec in {SPECS}/", hint=hint))
    return found
