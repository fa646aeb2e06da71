"""What `compute` hands to `draw` besides arrays."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SplitFacts:
    """A split of the figure: its name, how many of its images are shown, and how many it has."""

    name: str
    shown: int
    images: int


@dataclass(frozen=True)
class Facts:
    """The embeddings of the figure.

    Attributes:
        splits: in order; the first has the class centers.
        classes: that tell points apart, () without labels.
        place: where embeddings are read, in words; layer: its path.
        dimensions: of an embedding.
        projected: whether points are projected on principal components.
        classifier: path of the layer whose weight vectors are compared with embeddings, or "".
    """

    splits: tuple[SplitFacts, ...]
    classes: tuple[str, ...]
    place: str
    layer: str
    dimensions: int
    projected: bool
    classifier: str

    @property
    def names(self) -> list[str]:
        """The names of the splits."""
        return [split.name for split in self.splits]
