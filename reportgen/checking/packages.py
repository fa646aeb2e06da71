"""Packages that a spec's datasets need and that are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reportgen.datasets import tfds
from reportgen.errors import Problem
from reportgen.spec import Spec


def package_problems(spec: Spec) -> Iterator[Problem]:
    """Datasets that cannot be read for want of a package, each once, with its line.

    Only `check` says so before a build: pages that are made already need no package.
    """
    told: set[int] = set()
    for dataset in filter(None, (model.dataset for model in spec.models)):
        line = dataset.lines.get("source", dataset.line)
        problem = tfds.missing(dataset.params) if dataset.source == tfds.ENTRY.name else None
        if problem is not None and line not in told:
            told.add(line)
            yield replace(problem, file=str(spec.source), line=line)
