"""Generated images of one straight line, labeled by length, width, color and angle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets._preparing import PARAMETERS as PREPARING
from reportgen.datasets._shaping import SHAPING
from reportgen.records import Dataset, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = Entry(
    name="line",
    title="Lines",
    help="one straight line on black, 28x28x3, generated: 96 classes, or length, width, color, "
    "angle",
    parameters=(
        Parameter(
            name="per_class",
            kind="int",
            default=400,
            help="images for each of the 96 classes: 70 % train, 10 % validation, 20 % test",
            minimum=5,
            maximum=2000,
        ),
        *SHAPING,
        *PREPARING,
    ),
)

SIZE = 28
LENGTHS = (7, 15)
WIDTHS = (1, 3)
ANGLES = tuple(range(0, 180, 15))
COLORS = {"red": (255, 0, 0), "blue": (0, 0, 255)}
FOREGROUND = "pixels whose center lies on the line"
CHUNK = 1024
"""Images drawn at once: their coordinates stay in the processor's cache."""


def targets() -> tuple[Target, ...]:
    """The 96 classes, then the four attributes that they combine."""
    lengths = tuple(f"{length} px" for length in LENGTHS)
    widths = tuple(f"{width} px" for width in WIDTHS)
    angles = tuple(f"{angle}°" for angle in ANGLES)
    classes = tuple(
        f"{length} long, {width} wide, {angle}, {color}"
        for length in lengths
        for width in widths
        for angle in angles
        for color in COLORS
    )
    return (
        Target("class", "Class", classes),
        Target("length", "Length", lengths),
        Target("width", "Width", widths),
        Target("color", "Color", tuple(COLORS)),
        Target("angle", "Angle", angles),
    )


def render(
    centers: NDArray[np.float32],
    lengths: NDArray[np.float32],
    widths: NDArray[np.float32],
    degrees: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Draw lines: how much of each pixel they cover (0 to 1), and where they are.

    Args:
        centers: x (to the right) and y (downward) in px, shape (n, 2); pixel centers lie at
            whole numbers.
        lengths, widths: of the lines in px, shape (n,).
        degrees: angles against the x axis, counterclockwise as one looks at the image (that is,
            with y upward, as in mathematics), shape (n,).

    Returns:
        Coverage and foreground mask, both of shape (n, SIZE, SIZE). Coverage falls off linearly
        over one pixel, along the line and across it: for an upright line that is the area which
        a pixel shares with it; at other angles the sum stays within a seventh of the line's area.
    """
    import numpy as np

    grid = np.arange(SIZE, dtype=np.float32)
    right = (grid - centers[:, :1])[:, None, :]
    up = (centers[:, 1:] - grid)[:, :, None]
    turn = np.deg2rad(degrees)[:, None, None]
    cos, sin = np.cos(turn), np.sin(turn)
    half, one = np.float32(0.5), np.float32(1)
    # Signed distance from each pixel's center to the line's ends and sides, positive inside.
    ends = half * lengths[:, None, None] - np.abs(right * cos + up * sin)
    sides = half * widths[:, None, None] - np.abs(up * cos - right * sin)
    covered = np.clip(ends + half, 0, one) * np.clip(sides + half, 0, one)
    return covered, np.minimum(ends, sides) >= 0


def load(params: Mapping[str, Any], seed: int) -> Dataset:
    """Draw `per_class` images of every class at random places and split them by class."""
    import numpy as np

    from reportgen.datasets._shared import built_in, rank_in_class
    from reportgen.records import Split

    each = int(params["per_class"])
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(96), each))
    pixels, masks = _draw(labels, rng)
    rank = rank_in_class(labels, rng)
    test, validation = max(1, round(0.2 * each)), max(1, round(0.1 * each))
    parts = {
        "train": rank >= test + validation,
        "validation": (rank >= test) & (rank < test + validation),
        "test": rank < test,
    }
    splits = {
        name: Split(pixels[part], _answers(labels[part]), masks[part])
        for name, part in parts.items()
    }
    facts = {"per_class": each, "seed": seed}
    return built_in("line", "Lines", targets(), splits, FOREGROUND, params, facts)


def _answers(labels: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Class index -> index for each target, in the order that `targets` nests them."""
    import numpy as np

    shape = (len(LENGTHS), len(WIDTHS), len(ANGLES), len(COLORS))
    length, width, angle, color = np.unravel_index(labels, shape)
    return {"class": labels, "length": length, "width": width, "color": color, "angle": angle}


def _draw(
    labels: NDArray[Any], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Images (n, SIZE, SIZE, 3) and masks (n, SIZE, SIZE), each line entirely inside."""
    import numpy as np

    answers = _answers(labels)
    lengths = np.array(LENGTHS, np.float32)[answers["length"]]
    widths = np.array(WIDTHS, np.float32)[answers["width"]]
    degrees = np.array(ANGLES, np.float32)[answers["angle"]]
    paint = np.array(list(COLORS.values()), np.float32)[answers["color"]]
    centers = _centers(lengths, widths, degrees, rng)
    pixels = np.empty((len(labels), SIZE, SIZE, 3), np.uint8)
    masks = np.empty((len(labels), SIZE, SIZE), np.bool_)
    for start in range(0, len(labels), CHUNK):
        part = slice(start, start + CHUNK)
        covered, masks[part] = render(centers[part], lengths[part], widths[part], degrees[part])
        pixels[part] = np.rint(covered[..., None] * paint[part, None, None])
    return pixels, masks


def _centers(
    lengths: NDArray[np.float32],
    widths: NDArray[np.float32],
    degrees: NDArray[np.float32],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Random centers such that even the faintest edge of a line lies on a pixel of the image."""
    import numpy as np

    turn = np.deg2rad(degrees)
    cos, sin = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    half_length, half_width = (lengths + 1) / 2, (widths + 1) / 2
    reach = np.stack(
        [cos * half_length + sin * half_width, sin * half_length + cos * half_width], axis=1
    )
    room = (SIZE - 1) - 2 * reach
    return (reach + rng.random(reach.shape, np.float32) * room).astype(np.float32)
