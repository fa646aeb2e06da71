"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass

Sides = tuple[int | None, ...]
"""A shape without the batch, channels last; None for a side that is left open."""


@dataclass(frozen=True)
class Stage:
    """One part of the drawing: a step with its extras, branches with their join, or crossing steps.

    Attributes:
        role: as of a step (`Step`); "branches", "knot".
        what: in a few words; width: its channels or units where its layer chooses them, else None.
        extras: what is fused into it or follows it, such as "relu".
        first, last: paths of its first and its last layer.
        layers, params: how many it holds, all repetitions together.
        shape: of its output.
        times: how often it follows itself.
        group: numbers stages that repeat together, from 0; -1 for all others.
        ways: the branches; `skip` adds a way without any step.
        join: the text of the step that joins the branches, "" where nothing does.
    """

    role: str
    what: str
    width: int | None
    extras: tuple[str, ...]
    first: str
    last: str
    layers: int
    params: int
    shape: Sides
    times: int = 1
    group: int = -1
    ways: tuple[tuple[Stage, ...], ...] = ()
    skip: bool = False
    join: str = ""

    @property
    def text(self) -> str:
        """In a few words."""
        return self.what if self.width is None else f"{self.what}, {self.width}"

    @property
    def around(self) -> bool:
        """Whether a way leads around layers: not where the other ways hold inputs alone."""
        return self.skip and any(stage.layers for way in self.ways for stage in way)

    @property
    def form(self) -> tuple[object, ...]:
        """What stages have in common that differ in sizes only."""
        ways = tuple(tuple(stage.form for stage in way) for way in self.ways)
        return (self.role, self.what, self.extras, self.join, ways, self.skip, self.times > 1)

    @property
    def same(self) -> tuple[object, ...]:
        """What repetitions agree in; the channels of what concatenates may grow."""
        ways = tuple(tuple(stage.same for stage in way) for way in self.ways)
        shape = self.shape[:-1] if "concatenate" in (self.what, self.join) else self.shape
        return (self.role, self.what, self.width, self.extras, shape, ways, self.skip, self.join,
                self.times)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """The network taken apart.

    Attributes:
        stages: of the drawing, in order.
        layers: paths of all layers.
        calls: of layers and operations, each use counted.
        params: of the stages together.
        params_beside: parameters that the model holds and none of the stages has.
    """

    stages: tuple[Stage, ...]
    layers: tuple[str, ...]
    calls: int
    params: int
    params_beside: int
