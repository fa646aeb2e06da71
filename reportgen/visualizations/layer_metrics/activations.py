"""Statistics of activations, image by image, so that no map is kept. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from reportgen.types import Doubles, Floats


@dataclass
class Seen:
    """What one layer showed so far: for each image its mean and its share above zero; for each
    channel its largest activation."""

    means: list[Doubles] = field(default_factory=list)
    positive: list[Doubles] = field(default_factory=list)
    peaks: Floats | None = None

    def add(self, maps: Floats) -> None:
        """Count a batch of maps (n, ..., channels)."""
        flat = maps.reshape(len(maps), -1)
        self.means.append(np.asarray(flat.mean(axis=1, dtype=np.float64)))
        self.positive.append(np.asarray((flat > 0).mean(axis=1)))
        peaks = maps.reshape(-1, maps.shape[-1]).max(axis=0)
        self.peaks = peaks if self.peaks is None else np.maximum(self.peaks, peaks)

    def dead(self) -> int:
        """Channels that were never above zero."""
        return 0 if self.peaks is None else int((self.peaks <= 0).sum())
