"""Makes one report: resolves its tasks, runs those that are stale, publishes its page."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from reportgen.digest import absolute, of_bytes
from reportgen.editing.file import NotesFile, parse, read
from reportgen.engine.client import Worker
from reportgen.engine.job import Job
from reportgen.errors import InputMovedError, Problem, ReportgenError, SystemRefusal, refused
from reportgen.keys import key_of
from reportgen.plan import Plan, Task
from reportgen.publication import publish
from reportgen.records import Report
from reportgen.session import Session, changed_files, recorded
from reportgen.store import Output, read_manifest

MOVES = 3
"""How often a report is begun again because its files change."""


class Listener(Protocol):
    """Receives the progress events of a build."""

    def started(self, task: Task) -> None:
        """A task begins to run."""

    def progress(self, done: int, total: int, text: str) -> None:
        """The running task has done `done` of `total` steps; `text` describes the current one."""

    def finished(self, task: Task, seconds: float) -> None:
        """The running task succeeded after `seconds`."""

    def remarked(self, task: Task, text: str) -> None:
        """The finished task left something out; `text` says what."""

    def warned(self, task: Task, text: str) -> None:
        """The model or data of the finished task is in doubt; `text` says why."""

    def failed(self, task: Task, error: ReportgenError) -> None:
        """The running task failed."""

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        """A report is complete; `tasks` counts the tasks that ran or came from the cache."""


class Failed(ReportgenError):
    """A task, or a task that it needs, failed; the listener has already received the error."""

    def __init__(self, exit_status: int) -> None:
        super().__init__("a task failed")
        self.exit_status = exit_status


@dataclass
class Resolved:
    """A task's key, facts and output digests; `outputs` is None until a task needs the objects."""

    key: str
    facts: Mapping[str, Any]
    digests: Mapping[str, str]
    outputs: Mapping[str, Output] | None = None


def made(key: str, facts: Mapping[str, Any], outputs: Mapping[str, Output]) -> Resolved:
    """A task whose outputs are in the store."""
    return Resolved(key, facts, {name: o.digest for name, o in outputs.items()}, outputs)


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
    published: bool = False
    resolved: dict[str, Resolved] = field(default_factory=dict)
    failures: set[str] = field(default_factory=set)
    refused: bool = False
    warned: set[str] = field(default_factory=set)
    moves: int = 0

    def __post_init__(self) -> None:
        self.folder = self.session.place.out / self.plan.spec.slug
        self.manifest = read_manifest(self.folder)

    def build(self) -> bool:
        """Bring the report up to date; returns whether every task succeeded.

        Where a file was replaced between its digest and its reading, the build goes again. Where
        the system refuses to read or write, the report ends with one error.
        """
        while True:
            try:
                self.resolve_all()
            except InputMovedError:
                self.resolved.clear()
                self.worker.stop()  # It may have imported code that has changed.
            else:
                return self.exit_status == 0

    def resolve_all(self) -> None:
        """Bring every task up to date that has not failed yet."""
        for task in list(self.plan.tasks.values()):
            if task.key in self.failures:
                continue
            try:
                self.page(task) if task.stage == "page" else self.resolve(task)
            except Failed as failure:
                self.exit_status = max(self.exit_status, failure.exit_status)
            except OSError as error:
                self.fail(task, SystemRefusal(refused(error)))
            if self.refused:
                self.exit_status = max(self.exit_status, SystemRefusal.exit_status)
                break

    def resolve(self, task: Task) -> Resolved:
        """Digests of a task's outputs, after running it if it is stale."""
        if task.key in self.resolved:
            return self.resolved[task.key]
        facts = self.facts(task)
        key = key_of(task, facts)
        known = recorded(self.plan, task, self.manifest)
        if known is not None and known["key"] == key:
            found = Resolved(key, facts, known["outputs"])
        else:
            found = self.run(task)
        self.resolved[task.key] = found
        return found

    def facts(self, task: Task) -> dict[str, Any]:
        """Facts of a task, after resolving the tasks that it needs."""
        digests = [self.resolve_input(i.task).digests[i.output] for i in task.inputs]
        named = {i.name: digest for i, digest in zip(task.inputs, digests, strict=True)}
        return self.session.facts(self.plan, task, named)

    def resolve_input(self, key: str) -> Resolved:
        """Resolve a task that another task needs. Raises Failed where it has failed before."""
        if key in self.failures:
            raise Failed(0)
        return self.resolve(self.plan.tasks[key])

    def outputs(self, task: Task) -> Mapping[str, Output]:
        """Outputs of a task whose objects are in the store; runs the task where they are gone."""
        found = self.resolve(task)
        if found.outputs is None:
            outputs = self.session.store.recall(found.key)
            found = made(found.key, found.facts, outputs) if outputs else self.run(task)
            self.resolved[task.key] = found
        assert found.outputs is not None
        return found.outputs

    def run(self, task: Task) -> Resolved:
        """Take a stale task's outputs from the cache, or have them made."""
        inputs = {i.name: self.outputs(self.plan.tasks[i.task])[i.output] for i in task.inputs}
        # Making an input again can change its digest, so the key is computed after the inputs.
        facts = self.facts(task)
        key = key_of(task, facts)
        outputs = self.session.store.recall(key)
        if outputs is None:
            outputs = self.perform(task, inputs, facts)
            self.session.store.remember(key, outputs)
        self.ran += 1
        return made(key, facts, outputs)

    def perform(
        self, task: Task, inputs: Mapping[str, Output], facts: Mapping[str, Any]
    ) -> dict[str, Output]:
        """Have the worker run a task, and report its progress to the listener.

        Raises:
            InputMovedError: it would read other files than those that its key was made of.
            Failed: it failed, perhaps because its files change all the time.
        """
        self.session.store.save_stat_cache(self.session.stats)
        files = {absolute(path): facts["files"][name] for name, path in task.files.items()}
        sources = self.session.keys.sources(task)
        base = str(self.plan.spec.source.parent.absolute())
        cache = str(self.session.place.cache.absolute())
        job = Job(task.stage, task.modules, task.params, inputs, base, cache, task.checks,
                  task.lines, self.trust, files, sources)  # fmt: skip
        begin = time.monotonic()
        self.listener.started(task)
        try:
            outputs = self.worker.run(job, self.listener.progress)
        except InputMovedError as error:
            raise self.moved(task, error) from None
        except ReportgenError as error:
            raise self.fail(task, error) from None
        self.listener.finished(task, time.monotonic() - begin)
        if task.stage == "dataset":
            made = json.loads(self.session.store.get(outputs["dataset"].object))
            for text in made["facts"].get("remarks", ()):
                self.listener.remarked(task, text)
        if task.stage == "model":
            self.warn(task, outputs["facts"])
        return outputs

    def warn(self, task: Task, facts: Output) -> None:
        """Report the warnings of a model's facts to the listener, each once in a build."""
        for warning in json.loads(self.session.store.get(facts.object))["warnings"]:
            if warning["text"] not in self.warned:
                self.warned.add(warning["text"])
                self.listener.warned(task, warning["text"])

    def moved(self, task: Task, error: InputMovedError) -> ReportgenError:
        """What to raise where a task would read other files than its key was made of."""
        (problem,) = error.problems
        self.session.keys.renew(task)
        for used in task.inputs:
            self.session.store.forget(self.resolved[used.task].key)
        self.moves += 1
        if self.moves > MOVES:
            message = f"{problem.message}, at each of {self.moves} attempts"
            hint = (
                "build again when nothing writes to it; a function must return the same every time"
            )
            return self.fail(task, InputMovedError(Problem(message, hint=hint)))
        self.listener.remarked(task, f"{problem.message}; starting again")
        return error

    def fail(self, task: Task, error: ReportgenError) -> Failed:
        """Report an error to the listener, with the file and line of the spec that caused it."""
        file, line = (None, None) if isinstance(error, SystemRefusal) else task.where
        problems = [replace(p, file=p.file or file, line=p.line or (None if p.file else line))
                    for p in error.problems]  # fmt: skip
        self.failures.add(task.key)
        self.refused |= isinstance(error, SystemRefusal)
        self.listener.failed(task, type(error)(*problems))
        return Failed(error.exit_status)

    def page(self, task: Task) -> None:
        """Write the report's files if they are stale, the manifest last."""
        if self.failures:
            raise Failed(0)
        facts = self.facts(task)
        key = key_of(task, facts)
        known = recorded(self.plan, task, self.manifest)
        good = known is not None and known["key"] == key
        if good and not any(changed_files(self.folder, self.manifest["files"], self.session)):
            self.keep_manifest(facts)
        else:
            self.write_page(task)
        self.published = True
        self.listener.reported(self.plan.spec.slug, self.folder / "index.html", self.ran)

    def write_page(self, task: Task) -> None:
        """Render the report's files, write them, and delete files that it no longer has."""
        from reportgen import page
        from reportgen.render import templates

        inputs = {i.name: self.outputs(self.plan.tasks[i.task])[i.output] for i in task.inputs}
        for name, output in inputs.items():
            if name.startswith("model:"):
                self.warn(task, output)
        facts = self.facts(task)
        provenance = self.session.provenance(self.plan)
        notes = self.notes_file(task, facts["files"])
        files = page.make(self.plan.spec, inputs, provenance, self.session.store, notes)
        for name, digest in templates.used().items():
            if facts["files"].get(name, digest) != digest:
                problem = Problem(f"the template {name} changed while it was read")
                raise self.moved(task, InputMovedError(problem))
        digests = page.digests(files)
        self.resolved[task.key] = Resolved(key_of(task, facts), facts, digests)
        self.publish(task, digests, files)
        self.ran += 1

    def drafts(self) -> Report:
        """The report with its drafts, without a page.

        Raises:
            ReportgenError: a task failed; the listener has the error.
        """
        from reportgen import page

        task = self.plan.page
        for _ in range(MOVES + 1):
            try:
                used = [
                    (i.name, self.outputs(self.plan.tasks[i.task])[i.output]) for i in task.inputs
                ]
                return page.drafted(self.plan.spec, dict(used), {}, self.session.store)
            except InputMovedError:
                self.resolved.clear()
                self.worker.stop()
        raise Failed(1)

    def notes_file(self, task: Task, digests: Mapping[str, str]) -> NotesFile | None:
        """The author's notes, as the key of the page has them.

        Raises:
            UserError: the file cannot be read.
            InputMovedError: it changed since.
        """
        path = self.plan.spec.notes
        if path.name not in task.files:
            return None
        data = read(path)
        if data is None or of_bytes(data) != digests[path.name]:
            problem = Problem(f"{path} changed while it was read")
            raise self.moved(task, InputMovedError(problem))
        return parse(data, str(path))

    def keep_manifest(self, facts: Mapping[str, Any]) -> None:
        """Record the tasks that ran, where none of them changed the page."""
        if self.ran:
            task = self.plan.page
            outputs = self.manifest["tasks"][task.key]["outputs"]
            self.resolved[task.key] = Resolved(key_of(task, facts), facts, outputs)
            self.publish(task, self.manifest["files"], {})

    def publish(self, task: Task, digests: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        """Publish the report's files with the record of every task."""
        tasks = {
            key: {"key": r.key, "facts": r.facts, "outputs": r.digests}
            for key, r in self.resolved.items()
        }
        for name in publish(self.folder, digests, tasks, files):
            text = f"{self.folder / name} has left the report, but stays, because it was changed"
            self.listener.remarked(task, text)
