"""The use cases: list the stale tasks of reports, and run exactly those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from reportgen import engine, site
from reportgen.builder import Builder, Listener
from reportgen.digest import of_bytes
from reportgen.engine.client import Worker
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.keys import Reason, Status, differences, key_of
from reportgen.plan import Plan, Roots, Stage, Task, plan
from reportgen.render import template_files
from reportgen.session import Place, Session, changed_files, recorded, refuse_foreign
from reportgen.spec.types import Spec
from reportgen.store import locked, read_manifest, write_manifest

__all__ = ["Listener", "Place", "build", "plans", "roots", "statuses"]


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
    by_slug: dict[str, Spec] = {}
    for spec in specs:
        other = by_slug.setdefault(spec.slug, spec)
        if other is not spec:
            message = f"this spec and {other.source} would both write '{spec.slug}/'"
            raise UserError(Problem(message, str(spec.source), hint="rename one of the files"))
    common = roots()
    return [plan(spec, common) for spec in specs]


def statuses(plans: Sequence[Plan], place: Place) -> list[Status]:
    """The state of every task of every report, with reasons."""
    session = Session(place)
    found = [status for one in plans for status in _statuses(session, one)]
    found.append(site_status(session))
    session.store.save_stat_cache(session.stats)
    return found


def _statuses(session: Session, plan: Plan) -> Iterator[Status]:
    folder = session.place.out / plan.spec.slug
    manifest = read_manifest(folder)
    digests: dict[str, Mapping[str, str]] = {}
    for task in plan.tasks.values():
        late = sorted({i.task for i in task.inputs if i.task not in digests})
        if late:
            yield Status(task, "waits", (Reason("waits for", ", ".join(late[:3])),))
            continue
        inputs = {i.name: digests[i.task][i.output] for i in task.inputs}
        facts = session.facts(plan, task, inputs)
        found = recorded(plan, task, manifest)
        if found is None or found["key"] != key_of(task, facts):
            yield Status(task, "stale", differences(found and found["facts"], facts))
            continue
        if task.stage == "page":
            wrong = tuple(changed_files(folder, manifest["files"], session))
            yield Status(task, "stale" if wrong else "fresh", wrong)
            continue
        digests[task.key] = found["outputs"]
        yield Status(task, "fresh")


def site_task(place: Place) -> Task:
    """The front page: it depends on every report.json below the output folder."""
    reports = {f"{path.parent.name}/{path.name}": path for path in place.out.glob("*/report.json")}
    used = templates(lambda name: not name.startswith("report."))
    return Task("site", "site", roots().modules("site", ()), {}, files={**used, **reports})


def site_status(session: Session) -> Status:
    """Whether the front page is fresh, with reasons where it is stale."""
    task, manifest = site_task(session.place), read_manifest(session.place.out)
    facts = session.keys.facts(task, {})
    found = manifest["tasks"].get(task.key)
    if found is None or found["key"] != key_of(task, facts):
        return Status(task, "stale", differences(found and found["facts"], facts))
    wrong = tuple(changed_files(session.place.out, manifest["files"], session))
    return Status(task, "stale" if wrong else "fresh", wrong)


def refresh_site(session: Session, listener: Listener) -> None:
    """Write the front page if it is stale."""
    found, out = site_status(session), session.place.out
    if found.state == "fresh":
        return
    refuse_foreign(out, bool(read_manifest(out)["tasks"]))
    site.refresh(out, lambda text: listener.remarked(found.task, text))
    facts = session.keys.facts(found.task, {})
    files = {"index.html": of_bytes((out / "index.html").read_bytes())}
    outputs = {"key": key_of(found.task, facts), "facts": facts, "outputs": files}
    write_manifest(out, {found.task.key: outputs}, files)


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
    """
    refused: list[Problem] = []
    with locked(place.cache) as mine:
        if not mine:
            raise ReportgenError(f"another build is using {place.cache}; wait until it is done")
        session = Session(place)
        try:
            with Worker(meanwhile=_prepare_page) as worker:
                builders = [Builder(session, plan, worker, listener, trust) for plan in plans]
                # A report that was never made almost surely needs the worker, which can start
                # while the first task is resolved.
                if not all(builder.manifest["tasks"] for builder in builders):
                    worker.start()
                for builder in builders:
                    refused += _refusals(builder)
            gone = site.prune(place.out, {one.spec.slug for one in plans}) if prune else []
            # Where every report was refused, nothing is written.
            if gone or any(builder.published for builder in builders):
                refresh_site(session, listener)
        finally:
            session.store.save_stat_cache(session.stats)
    if refused:
        raise UserError(*refused)
    return max((builder.exit_status for builder in builders), default=0)


def _prepare_page() -> None:
    """Import the modules that write pages, while the worker process starts."""
    from reportgen import page  # noqa: F401
    from reportgen.render import context, html_page, markdown_page  # noqa: F401

    html_page.prepare()
    markdown_page.prepare()


def _refusals(builder: Builder) -> tuple[Problem, ...]:
    """Make one report; returns the problems of a folder that must not be written to."""
    try:
        builder.build()
    except UserError as error:
        return error.problems
    return ()
