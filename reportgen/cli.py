"""The commands. A user's mistake ends with a message and exit status 2, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, wraps
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from reportgen import catalog
from reportgen.console import Console, say, say_usage, show
from reportgen.errors import Problem, ReportgenError, SystemRefusal, UserError, refused
from reportgen.signals import Interruptible
from reportgen.spec.project import root, spec_path, spec_paths
from reportgen.spec.types import Spec
from reportgen.version import __version__

if TYPE_CHECKING:
    from reportgen.keys import Status
    from reportgen.session import Place
    from reportgen.verification import Tally

MOST_NAMED = 8
"""Specs that the last line of a command names; the others are counted."""

OLD = "their report.json was written before it told their digests; build it again"

NEVER = "never built"
UNBUILT = (NEVER, "waits for")
"""Codes of the reasons that every task of a report has that was never built."""

WHY = "because of the problems above"

spec_argument = click.argument("specs", nargs=-1, metavar="[SPEC]...", type=click.Path())
out_option = click.option(
    "--out", metavar="DIR", show_default="site, beside specs/", help="Folder for the pages.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn a command's return value into an exit status, and its errors into messages."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            with Interruptible():
                status = command(*args, **kwargs) or 0
        except ReportgenError as error:
            show(error)
            status = error.exit_status
        except OSError as error:
            show(SystemRefusal(refused(error)))
            status = SystemRefusal.exit_status
        except KeyboardInterrupt as signal:
            building = command.__name__ == "build"
            kept = " Finished tasks are kept; build again to continue." if building else ""
            say(err=True)
            say(f"Interrupted.{kept}", err=True)
            status = getattr(signal, "exit_status", 130)
        raise SystemExit(status)

    return run


class Commands(click.Group):
    """The group of commands; errors about the command line itself are printed in one place too."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: object,
    ) -> NoReturn:
        """Run a command and exit with its status."""
        extra["standalone_mode"] = False
        try:
            status = super().main(args, prog_name, **extra)  # type: ignore[call-overload]
        except click.ClickException as error:
            say_usage(error)
            status = error.exit_code
        except click.Abort:
            status = 130
        raise SystemExit(status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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

    name = name.removesuffix(".yaml")
    text = starter(name)
    path = spec_path(name)
    if path.exists():
        raise UserError(Problem(f"{path} exists already", hint="choose another name"))
    store.write_atomic(path, text.encode())
    store.write_atomic(path.parent / SCHEMA_FILE, schema_text().encode())
    say(str(path))
    say(f"Now edit it, or build it as it is: reportgen build {path}")


@main.command()
@spec_argument
@guarded
def check(specs: Sequence[str]) -> int:
    """Report every problem of the SPECs (default: all of specs/).

    Each problem comes with its file, its line and a suggestion. Model files are inspected, not
    loaded; no dataset is loaded and no code of yours runs.
    """
    from reportgen.checking import problems_of
    from reportgen.models.sketches import Sketches

    with Sketches() as sketches:
        sound, broken = load(specs, partial(problems_of, sketches=sketches))
    if not broken:
        say(f"{len(sound)} spec{'s' * (len(sound) != 1)} without problems")
    return remind(broken, len(sound) + len(broken), "with problems")


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
def build(specs: Sequence[str], out: Path | None, trust_model: bool) -> int:
    """Make or refresh the reports of the SPECs (default: all of specs/).

    Problems of all specs are reported first. A spec with a problem is not built, and its report
    stays as it is.
    """
    from reportgen import reports as use
    from reportgen.checking.figures import data_problems

    console = Console(live=sys.stderr.isatty())
    sound, broken = load(specs, data_problems)
    # The page of a spec with problems still has a spec, so nothing is pruned.
    prune = not specs and not broken
    made = 0
    try:
        if sound:
            made = use.build(use.plans(sound), place(out), console, prune=prune, trust=trust_model)
    except ReportgenError as error:
        show(error)
        made = error.exit_status
    total = len(sound) + len(broken)
    broken += [spec.source for spec in sound if spec.slug not in console.made]
    remind(broken, total, f"not built, {WHY}")
    return max(made, UserError.exit_status if total > len(sound) else 0)


@main.command()
@click.argument("spec")
@out_option
@click.option(
    "--approve",
    metavar="ID",
    multiple=True,
    help="Approve this note as it is now; may be given several times.",
)
@click.option("--trust-model", is_flag=True, help="As for 'build'.")
@guarded
def notes(spec: str, out: Path | None, approve: Sequence[str], trust_model: bool) -> int:
    """Write specs/SPEC.notes.md with all drafted notes, to be edited.

    What is stale is computed first. Where the file exists, new drafts are added; everything that
    you wrote in it stays.
    """
    from reportgen import reports as use
    from reportgen.checking.figures import data_problems

    sound, _ = load([spec], data_problems)
    if not sound:
        return UserError.exit_status
    console = Console(live=sys.stderr.isatty())
    plan = use.plans(sound)[0]
    merged = use.rewrite_notes(plan, place(out), console, approve=approve, trust=trust_model)
    counts = ", ".join(f"{count} {state}" for state, count in merged.counts.items()) or "no notes"
    say(f"{sound[0].notes} ({counts})")
    for id, said in merged.changed.items():
        say(f"changed  {id} ({said})")
    for id in merged.returned:
        say(f"returned {id} (its verdict has changed since you rejected it)")
    for id in merged.orphans:
        say(f"orphan   {id} (its figure has left the spec)")
    return 0


@main.command()
@spec_argument
@out_option
@click.option("--json", "as_json", is_flag=True, help="List all tasks, the fresh too, as JSON.")
@guarded
def status(specs: Sequence[str], out: Path | None, as_json: bool) -> int:
    """List the tasks that are stale, each with its reasons.

    A report that was never built has one line. The exit status is 1 if any task is stale. Notes
    that you rejected, whose numbers have changed or whose figure is gone are listed too.
    """
    from reportgen import reports as use
    from reportgen.checking.figures import data_problems

    sound, broken = load(specs, data_problems)
    prune = not specs and not broken
    statuses = use.statuses(use.plans(sound), place(out), prune=prune) if sound else []
    stale = [status for status in statuses if status.state != "fresh"]
    for line in as_data(statuses, broken) if as_json else in_lines(statuses):
        say(line)
    if sound and not as_json:
        say(f"{len(statuses) - len(stale)} of {len(statuses)} tasks are fresh")
        for spec in sound:
            for state, id, detail in use.note_states(spec, place(out)):
                say(f"{state:<8} {spec.slug}: {id}{f' ({detail})' if detail else ''}")
    reminded = remind(
        broken, len(sound) + len(broken), "not examined, because of the problems above"
    )
    return max(1 if stale else 0, reminded)


def in_lines(statuses: Sequence[Status]) -> Iterator[str]:
    """A line for each task that is not fresh; one for a whole report that was never built."""
    for slug, group in groupby(statuses, lambda status: status.task.key.partition("/")[0]):
        tasks = list(group)
        refusals = [r for status in tasks for r in status.reasons if r.code not in UNBUILT]
        if len(tasks) > 1 and all(NEVER in {r.code for r in status.reasons} for status in tasks):
            why = "; ".join([f"{NEVER}: {len(tasks)} tasks", *map(str, refusals)])
            yield f"{'stale':<6} {slug} ({why})"
            continue
        for status in tasks:
            if status.state != "fresh":
                reasons = "; ".join(str(reason) for reason in status.reasons)
                yield f"{status.state:<6} {status.task.key} ({reasons})"


def as_data(statuses: Sequence[Status], broken: Sequence[Path]) -> Iterator[str]:
    """The lines of a JSON object: every task with its state, and the specs with problems."""
    import json

    tasks = [
        {
            "task": status.task.key,
            "stage": status.task.stage,
            "state": status.state,
            "reasons": [{"code": r.code, "detail": r.detail} for r in status.reasons],
        }
        for status in statuses
    ]
    fresh = sum(status.state == "fresh" for status in statuses)
    found = {"fresh": fresh, "total": len(tasks), "tasks": tasks,
             "not_examined": [str(path) for path in broken]}  # fmt: skip
    yield from json.dumps(found, indent=2).splitlines()


@main.command()
@click.argument("paths", nargs=-1, metavar="[SITE | REPORT]...", type=click.Path(path_type=Path))
@guarded
def verify(paths: Sequence[Path]) -> int:
    """Hold every number, picture and link of finished pages against report.json.

    SITE is a folder of reports (default: site, beside specs/), REPORT the folder of one, or one of
    its files. The pages are read as they stand. The exit status is 1 if anything differs.
    """
    from reportgen.verification import verify as hold

    def told(folder: Path, tally: Tally) -> None:
        for fault in tally.faults:
            where = f"{fault.file}:{fault.line}" if fault.line else fault.file
            say(f"{where}: {fault.place}: {fault.message}")

    tally = hold(paths or [place(None).out], told)
    if tally.unheld:
        say(f"{tally.unheld} pictures could not be held: {OLD}", err=True)
    differ = len(tally.faults)
    held = f"{tally.numbers:,} numbers, {tally.pictures:,} pictures and {tally.links:,} links held"
    say(f"{held}; {f'{differ:,} differ' if differ else 'none differs'}")
    return 1 if differ else 0


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
            say(word=shown)
        width = max(map(len, lines), default=0) + 2
        for label, text in lines.items():
            say(f"{'' if group else '  '}{label:<{width}}{text}")


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

    for line in schema_text().splitlines():
        say(line)


def place(out: Path | None) -> Place:
    """Where pages and the cache are: beside specs/, unless the user names a folder for pages."""
    from reportgen.session import Place

    project = root()
    return Place(out or project / Place.out, project / Place.cache)


def load(
    names: Sequence[str], problems_of: Callable[[Spec], Iterable[Problem]]
) -> tuple[list[Spec], list[Path]]:
    """Specs without problems, and the paths of the others, whose problems are printed.

    Args:
        names: what the user names; () for all specs of the project.
        problems_of: looks for problems of a spec that could be read.
    """
    from reportgen import checking

    sound: list[Spec] = []
    broken: list[Path] = []
    problems: list[Problem] = []
    for path in spec_paths(names):
        try:
            spec = checking.load(path)
            own = list(problems_of(spec))
        except UserError as error:
            own = list(error.problems)
        problems += own
        if own:
            broken.append(path)
        else:
            sound.append(spec)
    if clashes := checking.clash_problems(sound):
        problems += clashes
        twice = {spec.slug for spec in sound if str(spec.source) in {p.file for p in clashes}}
        broken += [spec.source for spec in sound if spec.slug in twice]
        sound = [spec for spec in sound if spec.slug not in twice]
    if problems:
        show(UserError(*problems))
    return sound, broken


def remind(broken: Sequence[Path], total: int, what: str) -> int:
    """Print how many specs were left out, and which; returns the exit status."""
    if not broken:
        return 0
    names = ", ".join(map(str, broken[:MOST_NAMED]))
    more = f" and {len(broken) - MOST_NAMED} more" * (len(broken) > MOST_NAMED)
    specs = f"{len(broken)} of {total} spec{'s' * (total != 1)}"
    say(f"{specs} {what}: {names}{more}", err=True)
    return UserError.exit_status
