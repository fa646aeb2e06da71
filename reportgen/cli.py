"""The commands. Mistakes end with exit status 2 and a sentence, never with a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reportgen import __version__, catalog
from reportgen.console import Console, show
from reportgen.errors import Problem, ReportgenError, UserError

SPECS = Path("specs")

spec_argument = click.argument("specs", nargs=-1, metavar="[SPEC]...", type=click.Path())
out_option = click.option(
    "--out", default="site", metavar="DIR", show_default=True, help="Where the pages go.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn what a command returns or raises into text and an exit status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            status = command(*args, **kwargs) or 0
        except ReportgenError as error:
            show(error)
            status = error.exit_status
        except KeyboardInterrupt:
            click.echo("\nInterrupted. What was finished is kept; build again to go on.", err=True)
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
    from reportgen import spec, store

    name = name.removesuffix(".yaml")
    text = spec.starter(name)
    path = SPECS / f"{name}.yaml"
    if path.exists():
        raise UserError(Problem(f"{path} exists already", hint="choose another name"))
    store.write_atomic(path, text.encode())
    store.write_atomic(SPECS / "spec.schema.json", spec.schema_text().encode())
    click.echo(f"{path}\nNow edit it, or build it as it is: reportgen build {path}")


@main.command()
@spec_argument
@guarded
def check(specs: Sequence[str]) -> int:
    """Say every problem of the specs, each with file, line and a suggestion.

    Model files are looked into without loading them.
    """
    from reportgen.checking.specs import problems as problems_of

    found, problems = read(specs)
    problems += [problem for spec in found for problem in problems_of(spec)]
    if problems:
        raise UserError(*problems)
    click.echo(f"{len(found)} spec{'s' * (len(found) != 1)} without problems")
    return 0


@main.command()
@spec_argument
@out_option
@click.option(
    "--trust-model",
    is_flag=True,
    help="Let the specs' model files run any code as you: Lambda layers and the like. Only for "
    "files whose maker you trust as you trust a program that you install.",
)
@guarded
def build(specs: Sequence[str], out: Path, trust_model: bool) -> int:
    """Make or refresh the reports of SPECs (default: all of specs/).

    Every problem of every spec is told first; specs that have any are left as they are.
    """
    from reportgen import reports as use

    console = Console(live=sys.stderr.isatty())
    sound, left = load(specs)
    # Pages whose spec could not be read must not pass for pages without a spec.
    prune = not specs and not left
    made = use.build(use.plans(sound), use.Place(out), console, prune=prune, trust=trust_model)
    return max(made, remind(left, "built"))


@main.command()
@spec_argument
@out_option
@guarded
def status(specs: Sequence[str], out: Path) -> int:
    """Say what is stale, and why. Exit status 1 if anything is."""
    from reportgen import reports as use

    sound, left = load(specs)
    found = use.statuses(use.plans(sound), use.Place(out))
    stale = [one for one in found if one.state != "fresh"]
    for one in stale:
        reasons = "; ".join(str(reason) for reason in one.reasons)
        click.echo(f"{one.state:<6} {one.task.key} ({reasons})")
    click.echo(f"{len(found) - len(stale)} of {len(found)} tasks are fresh")
    return max(1 if stale else 0, remind(left, "looked at"))


GROUPS: tuple[catalog.Group, ...] = ("models", "datasets", "figures", "inferences")


@main.command("list")
@click.argument("group", required=False, type=click.Choice(GROUPS))
@guarded
def list_(group: catalog.Group | None) -> None:
    """List what a spec may name, one line each."""
    for one in [group] if group else GROUPS:
        lines = {name: entry.help for name, entry in catalog.entries(one).items()}
        if one == "models":
            lines = {f"zoo:{name}": text for name, text in lines.items()} | other_models()
        if group is None:
            click.secho(one, bold=True)
        width = max(map(len, lines), default=0) + 2
        for label, text in lines.items():
            click.echo(f"{'' if group else '  '}{label:<{width}}{text}")


def other_models() -> dict[str, str]:
    """Where models that are not in the zoo come from, as a spec writes it."""
    written = {"application": "application:NAME", "python": "python:package.module:function",
               "file": "a path to .keras or .h5"}  # fmt: skip
    return {written[kind]: entry.help for kind, entry in catalog.sources().items()}


@main.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of specs, for editors that complete and check them."""
    from reportgen import spec

    click.echo(spec.schema_text(), nl=False)


def load(names: Sequence[str]) -> tuple[list[Any], list[Path]]:
    """Specs by path (default: all of specs/) that are sound, and the paths of the others.

    The problems of the others are printed, all at once.

    Raises:
        UserError: none is sound; it has the problems.
    """
    from reportgen.checking.figures import data_problems

    loaded, problems = read(names)
    asked = [(spec, list(data_problems(spec))) for spec in loaded]
    problems += [problem for _, own in asked for problem in own]
    sound = [spec for spec, own in asked if not own]
    if not sound:
        raise UserError(*problems)
    if problems:
        show(UserError(*problems))
    return sound, [path for path in paths(names) if path not in {one.source for one in sound}]


def remind(left: Sequence[Path], done: str) -> int:
    """Say once more which specs were left out; the exit status that this means."""
    if left:
        named = ", ".join(map(str, left))
        click.echo(f"not {done}, for the problems told above: {named}", err=True)
    return UserError.exit_status if left else 0


def read(names: Sequence[str]) -> tuple[list[Any], list[Problem]]:
    """Specs by path, and the problems of those that could not be loaded."""
    from reportgen import spec

    loaded: list[Any] = []
    problems: list[Problem] = []
    for path in paths(names):
        try:
            loaded.append(spec.load(path))
        except UserError as error:
            problems += error.problems
    return loaded, problems


def paths(names: Sequence[str]) -> list[Path]:
    """Spec files that the user means: as named, or everything in specs/."""
    if names:
        return [Path(name) for name in names]
    found = sorted([*SPECS.glob("*.yaml"), *SPECS.glob("*.yml")])
    if not found:
        hint = "write one with: reportgen new NAME"
        raise UserError(Problem(f"there is no spec in {SPECS}/", hint=hint))
    return found
