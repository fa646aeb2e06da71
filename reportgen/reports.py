"""The use cases: list the stale tasks of reports, and run exactly those."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from reportgen import engine, scratch, site
from reportgen.builder import Builder, Failed, Listener
from reportgen.checking import clash_problems
from reportgen.editing.file import load, parse, read, written
from reportgen.editing.merging import Merged, merge
from reportgen.editing.states import NoteState, published, states
from reportgen.engine.client import Worker
from reportgen.errors import (
    Problem,
    ReportgenError,
    SystemRefusal,
    UserError,
    did_you_mean,
    refused,
)
from reportgen.files import in_place_of_folder
from reportgen.keys import Reason, Status, differences, key_of
from reportgen.plan import Plan, Roots, Stage, Task, plan
from reportgen.publication import obstacles, recover
from reportgen.records import Report
from reportgen.render import template_files
from reportgen.session import Place, Session, changed_files, recorded
from reportgen.spec.types import Spec
from reportgen.store import locked, read_manifest, write_atomic

__all__ = ["Listener", "Place", "build", "plans", "rewrite_notes", "roots", "statuses"]

T = TypeVar("T")

PAGES = ("index.html", "report.md", "report.json")
"""Files that every report has, besides its figures."""


def roots() -> Roots:
    """Code and files that tasks depend on and that no spec names."""
    stages: dict[Stage, str] = {
        **engine.STAGES,
        "page": "reportgen.page",
        "site": "reportgen.site",
    }
    return Roots(stages, engine.INPUTS, templates(lambda name: name != "index.html"))


def templates(wanted: Callable[[str], bool]) -> dict[str, Path]:
    """Templates whose file name is `wanted`, by file name. Report and front page share some."""
    return {path.name: path for path in template_files() if wanted(path.name)}


def plans(specs: Sequence[Spec]) -> list[Plan]:
    """Plans of several specs. Raises UserError where two would write the same report."""
    if clashes := clash_problems(specs):
        raise UserError(*clashes)
    common = roots()
    return [plan(spec, common) for spec in specs]


def statuses(plans: Sequence[Plan], place: Place, *, prune: bool = False) -> list[Status]:
    """The state of every task of every report, with reasons.

    Args:
        plans: the reports.
        place: where pages and cache are.
        prune: whether a build would remove the pages of any other spec.
    """
    require_folder(place.out)
    session = Session(place)
    found = [status for one in plans for status in _statuses(session, one)]
    slugs = {one.spec.slug for one in plans}
    found.append(site_status(session, site.unclaimed(place.out, slugs) if prune else ()))
    session.store.save_stat_cache(session.stats)
    return found


def _statuses(session: Session, plan: Plan) -> Iterator[Status]:
    folder = session.place.out / plan.spec.slug
    manifest = read_manifest(folder)
    digests: dict[str, Mapping[str, str]] = {}
    never = () if manifest["tasks"] else (Reason("never built"),)
    for task in plan.tasks.values():
        late = sorted({i.task for i in task.inputs if i.task not in digests})
        blocked = _blocked(folder, PAGES) if task.stage == "page" else ()
        if late:
            waits = Reason("waits for", ", ".join(late[:3]))
            yield Status(task, "waits", (*never, waits, *blocked))
            continue
        inputs = {i.name: digests[i.task][i.output] for i in task.inputs}
        facts = session.facts(plan, task, inputs)
        found = recorded(plan, task, manifest)
        if found is None or found["key"] != key_of(task, facts):
            reasons = differences(found and found["facts"], facts)
            yield Status(task, "stale", (*reasons, *blocked))
            continue
        if task.stage == "page":
            wrong = (*changed_files(folder, manifest["files"], session), *blocked)
            yield Status(task, "stale" if wrong else "fresh", wrong)
            continue
        digests[task.key] = found["outputs"]
        yield Status(task, "fresh")


def _blocked(folder: Path, names: Iterable[str]) -> tuple[Reason, ...]:
    """A reason for each obstacle to the files of a folder, which a build would refuse."""
    found = obstacles(folder, dict.fromkeys(names, ""))
    return tuple(Reason("build would refuse", problem.message) for problem in found)


def site_task(place: Place) -> Task:
    """The front page: it depends on every report.json below the output folder."""
    reports = {f"{path.parent.name}/{path.name}": path for path in place.out.glob("*/report.json")}
    used = templates(lambda name: not name.startswith("report."))
    return Task(site.TASK, "site", roots().modules("site", ()), {}, files={**used, **reports})


def site_status(session: Session, unclaimed: Iterable[Path] = ()) -> Status:
    """Whether the front page is fresh, with reasons where it is stale.

    Args:
        session: the state of this command.
        unclaimed: folders of reports that a build would remove.
    """
    task, out = site_task(session.place), session.place.out
    manifest, facts = read_manifest(out), session.keys.facts(task, {})
    found = manifest["tasks"].get(task.key)
    if found is None or found["key"] != key_of(task, facts):
        wrong = (*differences(found and found["facts"], facts), *_blocked(out, PAGES[:1]))
    else:
        wrong = tuple(changed_files(out, manifest["files"], session))
    wrong += tuple(Reason("build would remove the report", str(folder)) for folder in unclaimed)
    return Status(task, "stale" if wrong else "fresh", wrong)


def refresh_site(session: Session, remark: Callable[[str], None]) -> None:
    """Write the front page if it is stale."""
    found = site_status(session)
    if found.state != "fresh":
        facts = session.keys.facts(found.task, {})
        site.refresh(session.place.out, remark, key=key_of(found.task, facts), facts=facts)


def build(
    plans: Sequence[Plan], place: Place, listener: Listener, *, prune: bool, trust: bool = False
) -> int:
    """Bring reports and the site's index up to date; returns the exit status.

    Args:
        plans: the reports.
        place: where pages and cache are.
        listener: receives progress and errors.
        prune: whether `plans` cover all specs, so that the pages of any other spec are removed.
        trust: whether code in model files may run.

    Raises:
        UserError: a report, or the front page, cannot be written to its folder. All other reports
            are still made.
        SystemRefusal: the system refused to write the front page, or to remove a report.
    """
    require_folder(place.out)
    remark = partial(listener.remarked, site_task(place))
    with locked(place.cache, remark) as mine:
        if not mine:
            raise ReportgenError(f"another build is using {place.cache}; wait until it is done")
        clear_up(place)
        session = Session(place)
        errors: list[ReportgenError] = []
        try:
            with Worker(meanwhile=_prepare_page) as worker:
                builders = [Builder(session, plan, worker, listener, trust) for plan in plans]
                # A report that was never made almost surely needs the worker, which can start
                # while the first task is resolved.
                if not all(builder.manifest["tasks"] for builder in builders):
                    worker.start()
                for builder in builders:
                    _tried(builder.build, errors)
            gone: list[str] | None = []
            if prune:
                slugs = {one.spec.slug for one in plans}
                gone = _tried(partial(site.prune, place.out, slugs, remark), errors)
            # Where every report was refused, nothing is written.
            if gone or any(builder.published for builder in builders):
                _tried(partial(refresh_site, session, remark), errors)
        finally:
            session.store.save_stat_cache(session.stats)
    status = max((builder.exit_status for builder in builders), default=0)
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        worst = max(status, *(error.exit_status for error in errors))
        raise (UserError if worst == UserError.exit_status else SystemRefusal)(*problems)
    return status


def rewrite_notes(
    plan: Plan,
    place: Place,
    listener: Listener,
    *,
    approve: Sequence[str] = (),
    trust: bool = False,
) -> Merged:
    """Write the notes file of a report anew, with all its drafts; compute first what is stale.

    Args:
        plan: the report.
        place: where pages and cache are.
        listener: receives progress and errors.
        approve: ids of notes to approve as they are.
        trust: whether code in model files may run.

    Raises:
        UserError: the file cannot be read, or a note to approve does not exist.
        ReportgenError: a task failed, or another build is running.
    """
    remark = partial(listener.remarked, site_task(place))
    with locked(place.cache, remark) as mine:
        if not mine:
            raise ReportgenError(f"another build is using {place.cache}; wait until it is done")
        clear_up(place)
        session = Session(place)
        try:
            with Worker() as worker:
                drafts = Builder(session, plan, worker, listener, trust).drafts()
        except Failed as error:
            message = f"{plan.spec.notes} was not written, because of the problems above"
            raise (UserError if error.exit_status == 2 else ReportgenError)(message) from None
        finally:
            session.store.save_stat_cache(session.stats)
    return _rewritten(plan.spec, drafts, approve)


def note_states(spec: Spec, place: Place) -> list[NoteState]:
    """What is to be said of the author's notes, given the report as it was published last."""
    file = load(spec.notes)
    if file is None:
        return []
    return list(states(file, spec, published(place.out / spec.slug / "report.json")))


def _rewritten(spec: Spec, drafts: Report, approve: Sequence[str]) -> Merged:
    """The notes file with the drafts of a report, written whole or not at all."""
    from reportgen.page import evidence_of

    before = read(spec.notes)
    file = None if before is None else parse(before, str(spec.notes))
    merged = merge(
        drafts.sections, drafts.inferences, evidence_of(drafts), spec, file, approve=approve
    )
    known = [entry.id for one in merged.notes.places for entry in one.entries if entry.id]
    if wrong := [id for id in approve if id not in known]:
        messages = [f"there is no note '{id}' in {spec.notes}" for id in wrong]
        hints = [did_you_mean(id, known) for id in wrong]
        raise UserError(*(Problem(m, hint=h) for m, h in zip(messages, hints, strict=True)))
    text = written(merged.notes).encode("utf-8", "replace")
    # What is written must be readable again, or words could be lost the next time.
    parse(text, str(spec.notes))
    if read(spec.notes) != before:
        problem = Problem("the notes file was changed meanwhile", str(spec.notes))
        raise UserError(replace(problem, hint="save it in your editor, then try again"))
    if text != before:
        write_atomic(spec.notes, text)
    return merged


def require_folder(out: Path) -> None:
    """Raise UserError where pages would go below a path that is no folder."""
    lowest = next(path for path in (out, *out.parents) if os.path.lexists(path))
    if what := in_place_of_folder(lowest):
        message = f"the pages go to {out}, but {lowest} is {what}"
        raise UserError(Problem(message, hint="choose another folder with --out"))


def clear_up(place: Place) -> None:
    """Complete or undo what a killed build was publishing, and remove its temporary folders."""
    scratch.sweep()
    for folder in (place.out, *site.folders(place.out)):
        # The next publication in the folder tries again, and says what is wrong.
        with suppress(OSError):
            recover(folder)


def _prepare_page() -> None:
    """Import the modules that write pages, while the worker process starts."""
    from reportgen import page  # noqa: F401
    from reportgen.render import context, html_page, markdown_page  # noqa: F401

    html_page.prepare()
    markdown_page.prepare()


def _tried(step: Callable[[], T], errors: list[ReportgenError]) -> T | None:
    """The result of a step, or None with its error among the errors; other steps follow."""
    try:
        return step()
    except UserError as error:
        errors.append(error)
    except OSError as error:
        errors.append(SystemRefusal(refused(error)))
    return None
