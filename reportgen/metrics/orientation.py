"""Whether filters answer to edges of one direction: circular statistics of their response to waves.

A filter is shown gratings (sine waves) of many angles. The power of its response by angle is a
tuning curve, and the length of its mean direction, over doubled angles because a wave has no front,
is the strength of its orientation: |sum P exp(2 i angle)| / sum P, which is one minus the circular
variance (K. V. Mardia and P. E. Jupp, Directional Statistics, 2000; D. L. Ringach and others, 2002,
J. Neuroscience 22 (13)). It is 0 where all angles are answered alike and 1 where only one is.
Whether a filter is even (a bar) or odd (an edge) plays no part. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.types import Array, Booleans, Doubles

FLOOR = 0.45
"""Least strength of a filter that counts as oriented. The slope of a Gaussian, the broadest
detector of an edge, has 0.5; a Sobel kernel has 0.56, a Prewitt kernel 0.62, a Gabor 0.6 to 0.9."""
WITHIN = 22.5
"""Degrees around an upright or a level edge that count as such."""
_SIDE = 32
"""Frequencies along each axis in which a kernel's response is computed."""
_NOISE = 400
"""Kernels of noise that tell how oriented a kernel can be by chance."""
_SURE = 0.95
ANGLES, WAVES, PHASES = 8, (0.08, 0.16, 0.3), (0.0, np.pi / 2)
"""Gratings for layers beyond the first: angles, waves for each pixel, phases."""


@dataclass(frozen=True)
class Tuning:
    """How oriented each of n filters is.

    Attributes:
        strength: from 0 to 1, shape (n,); 0 for a filter without any response.
        edge: the angle of the edges answered most, in degrees from 0 (level) over 90 (upright) to
            180, counterclockwise, shape (n,); NaN for a filter without any response.
        least: the least strength that counts as oriented.
    """

    strength: Doubles
    edge: Doubles
    least: float = FLOOR

    @property
    def oriented(self) -> Booleans:
        """Whether each filter is oriented."""
        return np.asarray(self.strength > self.least)

    def near(self, degrees: float) -> Booleans:
        """Whether each filter is oriented and its edge within `WITHIN` of an angle."""
        gap = np.abs((self.edge - degrees + 90) % 180 - 90)
        return np.asarray(self.oriented & (gap <= WITHIN))


def tuning(power: Doubles, angles: Doubles, least: float = FLOOR) -> Tuning:
    """The tuning of filters from the power of their responses.

    Args:
        power: of the responses to k waves, shape (k, n).
        angles: of the waves: the direction in which each changes, in radians, downward from the
            right as in images, shape (k,).
        least: strength that counts as oriented.
    """
    total = power.sum(axis=0)
    sums = np.exp(2j * angles) @ power
    usable = total > 0
    mean = np.divide(sums, total, out=np.zeros_like(sums), where=usable)
    # An edge stands across the wave's direction, and angles are counted upward.
    edge = (90 - np.degrees(np.angle(mean)) / 2) % 180
    return Tuning(np.abs(mean), np.where(usable, edge, np.nan), least)


def kernel_tuning(kernel: NDArray[np.floating], seed: int) -> Tuning:
    """The tuning of filters that read the images, (h, w, channels, n), from their weights alone.

    The power of the response to a wave is that of the kernel's Fourier transform, summed over
    channels, so that edges of color count as well. To count as oriented, a kernel must be more so
    than 95 % of kernels of noise: of nine weights some direction always stands out.
    """
    height, width, channels, _ = kernel.shape
    noise = np.random.default_rng(seed).normal(size=(height, width, channels, _NOISE))
    chance = float(np.quantile(_of_kernels(noise).strength, _SURE))
    own = _of_kernels(kernel)
    return Tuning(own.strength, own.edge, max(FLOOR, chance))


def _of_kernels(kernel: NDArray[np.floating]) -> Tuning:
    side = max(_SIDE, *kernel.shape[:2])
    down, across = np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None]
    length = np.hypot(down, across)
    used = (length > 0) & (length <= 0.5)
    power = np.zeros((int(used.sum()), kernel.shape[-1]))
    for channel in np.moveaxis(kernel.astype(np.float64), 2, 0):
        power += np.abs(np.fft.fft2(channel, s=(side, side), axes=(0, 1))[used]) ** 2
    # The transform of rounding errors is no response.
    power[:, power.max(axis=0) < 1e-20] = 0
    return tuning(power, np.arctan2(down + 0 * across, across + 0 * down)[used])


def gratings(size: tuple[int, int], channels: int) -> tuple[Array, Doubles]:
    """Gray waves as uint8 images (k, h, w, channels) after one even gray image, and their angles.

    Returns:
        k + 1 images, of which the first is even, and k angles in radians.
    """
    rows, columns = np.mgrid[: size[0], : size[1]]
    angles = np.arange(ANGLES) * np.pi / ANGLES
    waves, of_angle = [np.full(size, 128.0)], []
    for angle in angles:
        along = columns * np.cos(angle) + rows * np.sin(angle)
        for frequency in WAVES:
            for phase in PHASES:
                waves.append(128 + 100 * np.cos(2 * np.pi * frequency * along + phase))
                of_angle.append(angle)
    images = np.repeat(np.round(np.stack(waves))[..., None], channels, axis=-1)
    return images.astype(np.uint8), np.asarray(of_angle)


def response_tuning(maps: NDArray[np.floating], angles: Doubles) -> Tuning:
    """The tuning of filters from their maps of `gratings`, shape (k + 1, h, w, n).

    The response to a wave is how far the map departs from that of the even image, squared and
    averaged over positions, a margin of a quarter on each side left out where there is room.
    """
    height, width = maps.shape[1:3]
    inner = maps[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
    power = ((inner[1:].astype(np.float64) - inner[:1]) ** 2).mean(axis=(1, 2))
    return tuning(power, angles)
