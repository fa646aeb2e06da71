"""Generated images of one straight line, labeled by length, width, color and angle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.catalog import Entry, Parameter
from reportgen.datasets.parameters import FORM
from reportgen.datasets.preprocessing import PARAMETERS as PREPROCESSING
from reportgen.records import Dataset, Split, Target
from reportgen.types import Params

if TYPE_CHECKING:
    import numpy as np

    from reportgen.types import Array, Booleans, Floats, Pixels

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
        *FORM,
        *PREPROCESSING,
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
    centers: Floats, lengths: Floats, widths: Floats, degrees: Floats
) -> tuple[Floats, Booleans]:
    """Draw lines: how much of each pixel they cover (0 to 1), and their foreground masks.

    Args:
        centers: x (to the right) and y (downward) in px, shape (n, 2); pixel centers lie at
            whole numbers.
        lengths, widths: of the lines in px, shape (n,).
        degrees: angles against the x axis, counterclockwise as one looks at the image (that is,
            with y upward, as in mathematics), shape (n,).

    Returns:
        Coverage and foreground masks, both of shape (n, SIZE, SIZE). Coverage falls off linearly
        over one pixel, along the line and across it: for an upright line it is the area that a
        pixel shares with the line; at other angles the sum stays within a seventh of that area.
    """
    import numpy as np

    grid = np.arange(SIZE, dtype=np.float32)
    right = (grid - centers[:, :1])[:, None, :]
    up = (centers[:, 1:] - grid)[:, :, None]
    angles = np.deg2rad(degrees)[:, None, None]
    cos, sin = np.cos(angles), np.sin(angles)
    half, one = np.float32(0.5), np.float32(1)
    # Signed distance from each pixel's center to the line's ends and sides, positive inside.
    ends = half * lengths[:, None, None] - np.abs(right * cos + up * sin)
    sides = half * widths[:, None, None] - np.abs(up * cos - right * sin)
    covered = np.clip(ends + half, 0, one) * np.clip(sides + half, 0, one)
    return covered, np.minimum(ends, sides) >= 0


def load(params: Params, seed: int) -> Dataset:
    """Draw `per_class` images of every class at random places and split them by class."""
    import numpy as np

    from reportgen.datasets.splits import built_in, rank_in_class

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
        name: Split(pixels[part], _target_labels(labels[part]), masks[part])
        for name, part in parts.items()
    }
    facts = {"per_class": each, "seed": seed}
    return built_in("line", "Lines", targets(), splits, FOREGROUND, params, facts)


def _target_labels(labels: Array) -> dict[str, Array]:
    """Class indices as indices of each target, in the order in which `targets` nests them."""
    import numpy as np

    shape = (len(LENGTHS), len(WIDTHS), len(ANGLES), len(COLORS))
    length, width, angle, color = np.unravel_index(labels, shape)
    return {"class": labels, "length": length, "width": width, "color": color, "angle": angle}


def _draw(labels: Array, rng: np.random.Generator) -> tuple[Pixels, Booleans]:
    """Images (n, SIZE, SIZE, 3) and masks (n, SIZE, SIZE), with each line entirely inside."""
    import numpy as np

    index = _target_labels(labels)
    lengths = np.array(LENGTHS, np.float32)[index["length"]]
    widths = np.array(WIDTHS, np.float32)[index["width"]]
    degrees = np.array(ANGLES, np.float32)[index["angle"]]
    colors = np.array(list(COLORS.values()), np.float32)[index["color"]]
    centers = _centers(lengths, widths, degrees, rng)
    pixels = np.empty((len(labels), SIZE, SIZE, 3), np.uint8)
    masks = np.empty((len(labels), SIZE, SIZE), np.bool_)
    for start in range(0, len(labels), CHUNK):
        part = slice(start, start + CHUNK)
        covered, masks[part] = render(centers[part], lengths[part], widths[part], degrees[part])
        pixels[part] = np.rint(covered[..., None] * colors[part, None, None])
    return pixels, masks


def _centers(lengths: Floats, widths: Floats, degrees: Floats, rng: np.random.Generator) -> Floats:
    """Random centers that keep even the faintest edge of each line inside the image."""
    import numpy as np

    angles = np.deg2rad(degrees)
    cos, sin = np.abs(np.cos(angles)), np.abs(np.sin(angles))
    half_length, half_width = (lengths + 1) / 2, (widths + 1) / 2
    reach = np.stack(
        [cos * half_length + sin * half_width, sin * half_length + cos * half_width], axis=1
    )
    room = (SIZE - 1) - 2 * reach
    return (reach + rng.random(reach.shape, np.float32) * room).astype(np.float32)
