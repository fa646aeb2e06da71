"""Weight vectors as arrows in two and three dimensions, else as a matrix of cosines; a table."""

from __future__ import annotations

import numpy as np

from reportgen.drafting import Sentence, Sentences
from reportgen.drawing.charts import matrix
from reportgen.drawing.scatter import Cloud, arrows
from reportgen.drawing.scatter_3d import globes, views
from reportgen.figures.class_neighbors import ROWS, listed_classes, nearest_classes
from reportgen.figures.class_weights.facts import Facts
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Array, Params

FACTS = Facts
SENTENCES = Sentences(__file__)


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """The vectors themselves where they can be drawn, else their cosines; then the table."""
    facts: Facts = artifact.facts
    if facts.dimensions == 2:
        drawings = [_plane(artifact, facts)]
    elif facts.dimensions == 3:
        drawings = [_space(artifact, facts), _globe(artifact, facts)]
    else:
        drawings = [_cosines(artifact, facts)]
    return (*drawings, _table(artifact, facts))


def _plane(artifact: Artifact, facts: Facts) -> Drawing:
    weights, centers = artifact.arrays["weights"], artifact.arrays.get("centers")
    titles = ("weight vectors", "their directions")
    picture = arrows(weights, facts.classes, titles=titles, centers=centers)
    said = [SENTENCES("plane", layer=facts.layer)]
    said += [] if centers is None else [SENTENCES("plane-centers", images=_images(facts))]
    turned = np.degrees(np.arctan2(*weights.T[::-1])) % 360
    around = ", ".join(facts.classes[place] for place in np.argsort(turned)[:ROWS])
    alt = SENTENCES("plane-alt", around=around).text
    return Drawing("vectors", picture, _text(said), alt, "", (facts.layer,))


def _space(artifact: Artifact, facts: Facts) -> Drawing:
    weights, centers = artifact.arrays["weights"], artifact.arrays.get("centers")
    cloud = Cloud("weight vectors", weights, np.arange(len(weights)))
    length = float(np.median(np.linalg.norm(weights, axis=1)))
    dashes = None if centers is None else np.asarray(centers, np.float64) * length
    picture = views([cloud], facts.classes, anchors=weights, rays=True, arrows=dashes)
    said = [SENTENCES("space", layer=facts.layer)]
    said += [] if dashes is None else [SENTENCES("space-centers", images=_images(facts))]
    alt = SENTENCES("space-alt", classes=len(facts.classes)).text
    return Drawing("vectors", picture, _text(said), alt, "", (facts.layer,))


def _globe(artifact: Artifact, facts: Facts) -> Drawing:
    weights, centers = artifact.arrays["weights"], artifact.arrays.get("centers")
    points = weights[:0] if centers is None else centers
    cloud = Cloud("directions", points, np.arange(len(points)))
    picture = globes([cloud], facts.classes, anchors=weights, marks=centers)
    alt = SENTENCES("sphere-alt", classes=len(facts.classes)).text
    shown = "no" if centers is None else "yes"
    return Drawing(
        "sphere", picture, SENTENCES("sphere").text, alt, layers=(facts.layer,),
        encoding=SENTENCES("sphere-encoding", centers=shown).text,
    )  # fmt: skip


def _cosines(artifact: Artifact, facts: Facts) -> Drawing:
    angles = np.asarray(artifact.arrays["angles"], np.float64)
    cosines = np.nan_to_num(np.cos(np.radians(angles)))
    picture = matrix(cosines, facts.classes, row_title="class", column_title="class", cosines=True)
    caption = SENTENCES("cosines", layer=facts.layer, dimensions=facts.dimensions).text
    return Drawing(
        "cosines", picture, caption, _closest(angles, facts), layers=(facts.layer,),
        encoding=SENTENCES("cosines-encoding").text,
    )  # fmt: skip


def _closest(angles: Array, facts: Facts) -> str:
    """The alternative text of the cosines, which names the two closest classes."""
    nearest, least = nearest_classes(angles)
    if np.isnan(least).all():
        return SENTENCES("cosines-alt", classes=len(angles), known="no").text
    first = int(np.nanargmin(least))
    pair = facts.classes[first], facts.classes[int(nearest[first])]
    return SENTENCES(
        "cosines-alt", classes=len(angles), known="yes", first=pair[0], second=pair[1]
    ).text


def _images(facts: Facts) -> str:
    return SENTENCES("images", n=facts.images, split=facts.split).text


def _text(said: list[Sentence]) -> str:
    return " ".join(sentence.text for sentence in said)


def _table(artifact: Artifact, facts: Facts) -> Table:
    arrays = artifact.arrays
    nearest, least = nearest_classes(arrays["angles"])
    with_bias, with_centers = "bias" in arrays, "center_angles" in arrays
    columns = (
        "Class",
        "Length",
        *(["Bias"] if with_bias else []),
        "Nearest other",
        "Its angle (degrees)",
        *(["Angle to class center (degrees)"] if with_centers else []),
    )
    shown = listed_classes(least)
    rows: list[tuple[Cell, ...]] = []
    for place in shown:
        known = not np.isnan(least[place])
        row: list[Cell] = [facts.classes[place], float(arrays["lengths"][place])]
        row += [float(arrays["bias"][place])] if with_bias else []
        row += [facts.classes[int(nearest[place])] if known else None, _number(least[place])]
        row += [_number(arrays["center_angles"][place])] if with_centers else []
        rows.append(tuple(row))
    said = [
        SENTENCES(
            "classes",
            layer=facts.layer,
            centers="yes" if with_centers else "no",
            images=_images(facts),
            unmeasured=facts.unmeasured,
        )
    ]
    if len(shown) < len(least):
        said.append(SENTENCES("listed", classes=len(least), rows=ROWS))
    caption = _text(said)
    return Table("classes", columns, tuple(rows), caption, layers=(facts.layer,))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
