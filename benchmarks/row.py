"""What a row of the table is: its candidates, what it must reach, what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.timing import Candidate, Timing, compare

OURS = "reportgen"


@dataclass(frozen=True)
class Goal:
    """A ratio to reach.

    Attributes:
        name: candidate (or size) that ours is compared with.
        bound: at least this many times as fast (or small); or, of a limit, at most this many
            times as long.
        limit: whether `bound` is such an upper bound.
    """

    name: str
    bound: float
    limit: bool = False


@dataclass
class Work:
    """A row that is ready to be measured.

    Attributes:
        title: what is done, in words.
        candidates: ways to do it, ours under `OURS`.
        goals: what is to be reached.
        cold: seconds of our first call in a process, of our first call on another model of the
            same kind once TensorFlow is warm (median of several such models), and of the peer's
            warm one; each for a single image.
        traced: how often our graphs were traced: after the first call, and after calls with
            other batch sizes and targets.
        extra: further ratios: by what is said of them our seconds, the candidate to divide by
            them, and how many times as long it must take.
        sizes: bytes of results, by candidate; compared with goals named "bytes of ...".
        notes: how it was measured, where a reader might ask.
        floor: seconds of the same single image by bare operations, first in a process of its own:
            what TensorFlow takes for their first use, whoever asks.
    """

    title: str
    candidates: Mapping[str, Candidate]
    goals: tuple[Goal, ...]
    cold: Callable[[], tuple[float, float, float]] | None = None
    traced: Callable[[], tuple[int, int]] | None = None
    extra: Mapping[str, tuple[float, str, float]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    notes: str = ""
    floor: Callable[[], float] | None = None


@dataclass(frozen=True)
class Line:
    """One comparison of a row: a line of results.csv."""

    row: str
    work: str
    against: str
    ours_s: float
    other_s: float
    other_low_s: float
    other_high_s: float
    samples: int
    ratio: float
    target: str
    met: str
    notes: str = ""


def measure(name: str, work: Work, rounds: int) -> list[dict[str, Any]]:
    """Everything that a row found, as lines."""
    cold = _cold(name, work)
    times = compare(work.candidates, rounds)
    lines = [_own(name, work, times[OURS])]
    lines += [_reached(name, work, goal, times) for goal in work.goals]
    lines += [_further(name, work, said, times) for said in work.extra]
    return [asdict(line) for line in [*lines, *cold, *_traces(name, work)]]


def _own(name: str, work: Work, t: Timing) -> Line:
    return Line(name, work.title, "(ours)", t.seconds, t.seconds, t.low, t.high, t.samples, 1.0,
                "", "", work.notes)  # fmt: skip


def _reached(name: str, work: Work, goal: Goal, times: Mapping[str, Timing]) -> Line:
    ours = times[OURS]
    if goal.name.startswith("bytes of "):
        other, mine = work.sizes[goal.name.removeprefix("bytes of ")], work.sizes[OURS]
        ratio = other / mine
        return Line(name, work.title, goal.name, mine, other, other, other, 1, ratio,
                    f">= {goal.bound:g}", _word(ratio >= goal.bound), "bytes")  # fmt: skip
    other = times[goal.name]
    ratio = ours.seconds / other.seconds if goal.limit else other.seconds / ours.seconds
    met = ratio <= goal.bound if goal.limit else ratio >= goal.bound
    target = f"<= {goal.bound:g}" if goal.limit else f">= {goal.bound:g}"
    return Line(name, work.title, goal.name, ours.seconds, other.seconds, other.low, other.high,
                other.samples, ratio, target, _word(met))  # fmt: skip


def _further(name: str, work: Work, said: str, times: Mapping[str, Timing]) -> Line:
    ours, against, bound = work.extra[said]
    other = times[against]
    ratio = other.seconds / ours
    return Line(name, work.title, said, ours, other.seconds, other.low, other.high, other.samples,
                ratio, f">= {bound:g}", _word(ratio >= bound))  # fmt: skip


def _cold(name: str, work: Work) -> list[Line]:
    if work.cold is None:
        return []
    first, other, peer = work.cold()
    said = {
        "first call of a process, against the peer's warm single image": first,
        "first call on a model, TensorFlow being warm, against the same": other,
    }
    lines = [Line(name, work.title, words, ours, peer, peer, peer, 1, ours / peer, "<= 2",
                  _word(ours <= 2 * peer)) for words, ours in said.items()]  # fmt: skip
    if work.floor is not None:
        least = work.floor()
        lines.append(Line(name, work.title, "first call of a process, against bare operations in a "
                          "process of their own", first, least, least, least, 1, first / least,
                          "", ""))  # fmt: skip
    return lines


def _traces(name: str, work: Work) -> list[Line]:
    if work.traced is None:
        return []
    before, after = work.traced()
    return [Line(name, work.title, "graphs traced again for other batches and targets", 0, 0, 0, 0,
                 1, after - before, "<= 0", _word(after == before))]  # fmt: skip


def _word(met: bool) -> str:
    return "yes" if met else "no"
