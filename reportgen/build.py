"""The use cases: say what is stale, and make exactly that again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from reportgen import __version__, site
from reportgen.digest import of_bytes
from reportgen.engine.client import Worker
from reportgen.engine.job import Job
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.plan import Keys, Plan, Reason, Status, Task, differences, key_of, plan
from reportgen.render.paths import template_files
from reportgen.spec import Spec
from reportgen.store import (
    MANIFEST,
    Output,
    Store,
    locked,
    read_manifest,
    write_atomic,
    write_manifest,
)


class Listener(Protocol):
    """Who is told how a build goes on."""

    def started(self, task: Task) -> None:
        """A task begins to run."""

    def progress(self, done: int, total: int, text: str) -> None:
        """The running task has come this far."""

    def finished(self, task: Task, seconds: float) -> None:
        """The running task is done."""

    def remarked(self, task: Task, text: str) -> None:
        """The task that is done left something out, which a person should know."""

    def failed(self, task: Task, error: ReportgenError) -> None:
        """The running task could not be done."""

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        """A report is complete; `tasks` says how many tasks had to run or be found."""


class Failed(ReportgenError):
    """A task could not be done, or one that it needs could not; told to the listener before."""

    def __init__(self, exit_status: int) -> None:
        super().__init__("a task failed")
        self.exit_status = exit_status


@dataclass
class Resolved:
    """What is known of a task's outputs: digests always, objects once somebody asked."""

    key: str
    facts: Mapping[str, Any]
    digests: Mapping[str, str]
    outputs: Mapping[str, Output] | None = None


@dataclass(frozen=True)
class Place:
    """Where pages go and where the cache is."""

    out: Path = Path("site")
    cache: Path = Path(".reportgen")


def templates() -> dict[str, Path]:
    """The page templates, by file name."""
    return {path.name: path for path in template_files()}


def plans(specs: Sequence[Spec]) -> list[Plan]:
    """Plans of several specs. Raises UserError where two would write the same report."""
    by_slug: dict[str, Spec] = {}
    for spec in specs:
        other = by_slug.setdefault(spec.slug, spec)
        if other is not spec:
            message = f"this spec and {other.source} would both write '{spec.slug}/'"
            raise UserError(Problem(message, str(spec.source), hint="rename one of the files"))
    return [plan(spec, templates) for spec in specs]


class Session:
    """One look at a set of reports: the state shared by their tasks."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.store = Store(place.cache)
        self.stats = self.store.stat_cache()
        self.keys = Keys(self.stats)

    def facts(self, plan: Plan, task: Task, inputs: Mapping[str, str]) -> dict[str, Any]:
        """Everything that reaches a task's bytes; a page also states the libraries used."""
        if task.stage != "page":
            return self.keys.facts(task, inputs)
        params = {**task.params, "provenance": self.provenance(plan)}
        return self.keys.facts(replace(task, params=params), inputs)

    def provenance(self, plan: Plan) -> dict[str, Any]:
        """What a report says about how it was made, but for its models."""
        libraries: set[str] = set()
        for task in plan.tasks.values():
            libraries.update(self.keys.code.of(task.modules, task.folders).libraries)
        versions = self.keys.cache.versions(libraries)
        return {"reportgen": __version__, "seed": plan.spec.seed,
                "libraries": {name: v for name, v in versions.items() if v}}  # fmt: skip


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
        recorded = manifest["tasks"].get(task.key)
        if recorded is None or recorded["key"] != key_of(task, facts):
            yield Status(task, "stale", differences(recorded and recorded["facts"], facts))
            continue
        if task.stage == "page":
            wrong = tuple(changed_files(folder, manifest["files"], session))
            yield Status(task, "stale" if wrong else "fresh", wrong)
            continue
        digests[task.key] = recorded["outputs"]
        yield Status(task, "fresh")


def changed_files(folder: Path, files: Mapping[str, str], session: Session) -> Iterator[Reason]:
    """Published files that are gone or are not what was published."""
    for name, digest in files.items():
        try:
            if session.stats.of_file(folder / name) != digest:
                yield Reason("output edited", name)
        except OSError:
            yield Reason("output missing", name)


@dataclass
class Builder:
    """Makes one report: resolves its tasks, running those that are stale."""

    session: Session
    plan: Plan
    worker: Worker
    listener: Listener
    trust: bool = False
    ran: int = 0
    exit_status: int = 0
    resolved: dict[str, Resolved] = field(default_factory=dict)
    failures: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder = self.session.place.out / self.plan.spec.slug
        self.manifest = read_manifest(self.folder)

    def build(self) -> bool:
        """Bring the report up to date; returns whether that was possible."""
        for task in list(self.plan.tasks.values()):
            try:
                self.page(task) if task.stage == "page" else self.resolve(task)
            except Failed as failure:
                self.exit_status = max(self.exit_status, failure.exit_status)
        return self.exit_status == 0

    def resolve(self, task: Task) -> Resolved:
        """Digests of a task's outputs, after running it if it is stale."""
        if task.key in self.resolved:
            return self.resolved[task.key]
        facts = self.facts(task)
        key = key_of(task, facts)
        recorded = self.manifest["tasks"].get(task.key)
        if recorded is not None and recorded["key"] == key:
            found = Resolved(key, facts, recorded["outputs"])
        else:
            found = self.run(task)
        self.resolved[task.key] = found
        return found

    def facts(self, task: Task) -> dict[str, Any]:
        """Facts of a task, after resolving all that it needs."""
        digests = [self.resolve_input(i.task).digests[i.output] for i in task.inputs]
        named = {i.name: digest for i, digest in zip(task.inputs, digests, strict=True)}
        return self.session.facts(self.plan, task, named)

    def resolve_input(self, key: str) -> Resolved:
        """A task that another one needs; Failed where it could not be done."""
        if key in self.failures:
            raise Failed(0)
        return self.resolve(self.plan.tasks[key])

    def outputs(self, task: Task) -> Mapping[str, Output]:
        """Outputs of a task with their objects in the store, made again if they are gone."""
        found = self.resolve(task)
        if found.outputs is None:
            outputs = self.session.store.recall(found.key)
            found = replace(found, outputs=outputs) if outputs else self.run(task)
            self.resolved[task.key] = found
        assert found.outputs is not None
        return found.outputs

    def run(self, task: Task) -> Resolved:
        """Find a stale task's outputs in the cache, or make them."""
        inputs = {i.name: self.outputs(self.plan.tasks[i.task])[i.output] for i in task.inputs}
        # Making an input again can change its digest, so the key is settled only now.
        facts = self.facts(task)
        key = key_of(task, facts)
        outputs = self.session.store.recall(key)
        if outputs is None:
            outputs = self.perform(task, inputs)
            self.session.store.remember(key, outputs)
        self.ran += 1
        return Resolved(key, facts, {n: o.digest for n, o in outputs.items()}, outputs)

    def perform(self, task: Task, inputs: Mapping[str, Output]) -> dict[str, Output]:
        """Have the worker do a task, telling the listener."""
        base = str(self.plan.spec.source.parent.absolute())
        cache = str(self.session.place.cache.absolute())
        job = Job(
            task.stage, task.modules, task.params, inputs, base, cache, task.checks, self.trust
        )
        begin = time.monotonic()
        self.listener.started(task)
        try:
            outputs = self.worker.run(job, self.listener.progress)
        except ReportgenError as error:
            raise self.fail(task, error) from None
        self.listener.finished(task, time.monotonic() - begin)
        if task.stage == "dataset":
            made = json.loads(self.session.store.get(outputs["dataset"].object))
            for text in made["facts"].get("remarks", ()):
                self.listener.remarked(task, text)
        return outputs

    def fail(self, task: Task, error: ReportgenError) -> Failed:
        """Tell of a failure, with the place in the spec where its cause was written."""
        file, line = task.where
        problems = [replace(p, file=p.file or file, line=p.line or (None if p.file else line))
                    for p in error.problems]  # fmt: skip
        self.failures.add(task.key)
        self.listener.failed(task, type(error)(*problems))
        return Failed(error.exit_status)

    def page(self, task: Task) -> None:
        """Write the report's files if they are stale, the manifest last."""
        if self.failures:
            raise Failed(0)
        facts = self.facts(task)
        key = key_of(task, facts)
        recorded = self.manifest["tasks"].get(task.key, {})
        good = recorded.get("key") == key
        if good and not any(changed_files(self.folder, self.manifest["files"], self.session)):
            self.keep_manifest()
        else:
            self.write_page(task)
        self.listener.reported(self.plan.spec.slug, self.folder / "index.html", self.ran)

    def write_page(self, task: Task) -> None:
        """Render and publish."""
        from reportgen import page

        refuse_foreign(self.folder, bool(self.manifest["tasks"]))
        inputs = {i.name: self.outputs(self.plan.tasks[i.task])[i.output] for i in task.inputs}
        facts = self.facts(task)
        provenance = self.session.provenance(self.plan)
        files = page.make(self.plan.spec, inputs, provenance, self.session.store)
        for name, data in files.items():
            write_atomic(self.folder / name, data)
        digests = page.digests(files)
        self.resolved[task.key] = Resolved(key_of(task, facts), facts, digests)
        self.write_manifest(digests)
        for name in set(self.manifest["files"]) - set(digests):
            (self.folder / name).unlink(missing_ok=True)
        self.ran += 1

    def keep_manifest(self) -> None:
        """Record tasks that were made again without changing the page."""
        if self.ran:
            task = self.plan.page
            recorded = self.manifest["tasks"][task.key]
            self.resolved[task.key] = Resolved(
                recorded["key"], recorded["facts"], recorded["outputs"]
            )
            self.write_manifest(self.manifest["files"])

    def write_manifest(self, files: Mapping[str, str]) -> None:
        """Record every task of the report and every published file."""
        tasks = {
            key: {"key": r.key, "facts": r.facts, "outputs": r.digests}
            for key, r in self.resolved.items()
        }
        write_manifest(self.folder, tasks, files)


def refuse_foreign(folder: Path, ours: bool) -> None:
    """Never write over an `index.html` that somebody else put there."""
    if not ours and not (folder / MANIFEST).exists() and (folder / "index.html").exists():
        message = f"{folder / 'index.html'} exists and was not made by reportgen"
        raise UserError(Problem(message, hint="choose another folder with --out, or remove it"))


def site_task(place: Place) -> Task:
    """The front page: it depends on every report.json below the output folder."""
    reports = {f"{path.parent.name}/{path.name}": path for path in place.out.glob("*/report.json")}
    return Task("site", "site", ("reportgen.site",), {}, files={**templates(), **reports})


def site_status(session: Session) -> Status:
    """Whether the front page is what the reports ask for."""
    task, manifest = site_task(session.place), read_manifest(session.place.out)
    facts = session.keys.facts(task, {})
    recorded = manifest["tasks"].get(task.key)
    if recorded is None or recorded["key"] != key_of(task, facts):
        return Status(task, "stale", differences(recorded and recorded["facts"], facts))
    wrong = tuple(changed_files(session.place.out, manifest["files"], session))
    return Status(task, "stale" if wrong else "fresh", wrong)


def refresh_site(session: Session) -> None:
    """Write the front page if it is stale."""
    found, out = site_status(session), session.place.out
    if found.state == "fresh":
        return
    refuse_foreign(out, bool(read_manifest(out)["tasks"]))
    site.refresh(out)
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
        listener: who is told.
        prune: whether `plans` are all there are, so that pages of other specs go.
        trust: whether code in model files may run.
    """
    with locked(place.cache) as mine:
        if not mine:
            raise ReportgenError(f"another build is using {place.cache}; wait until it is done")
        session = Session(place)
        try:
            with Worker() as worker:
                status = max(
                    (_build(session, p, worker, listener, trust) for p in plans), default=0
                )
            if prune:
                site.prune(place.out, {one.spec.slug for one in plans})
            refresh_site(session)
        finally:
            session.store.save_stat_cache(session.stats)
    return status


def _build(session: Session, plan: Plan, worker: Worker, listener: Listener, trust: bool) -> int:
    builder = Builder(session, plan, worker, listener, trust)
    builder.build()
    return builder.exit_status
