"""Weight vectors as arrows in two and three dimensions, else as a matrix of cosines; a table."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.charts import matrix
from reportgen.drawing.scatter import Cloud, arrows
from reportgen.drawing.scatter_3d import globes, views
from reportgen.figures.class_neighbors import ROWS, listed_classes, nearest_classes
from reportgen.figures.class_weights.facts import Facts
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Array, Params

FACTS = Facts


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
    caption = f"The weight vectors of the classes in layer '{facts.layer}', each from the "
    caption += "origin with its class's number. Right: their directions on a circle, lengths left "
    caption += "out"
    if centers is not None:
        caption += "; dots mark the class centers, the mean directions of " + _images(facts)
    turned = np.degrees(np.arctan2(*weights.T[::-1])) % 360
    around = ", ".join(facts.classes[place] for place in np.argsort(turned)[:ROWS])
    alt = f"Arrows of the classes; counterclockwise from the right: {around}."
    return Drawing("vectors", picture, f"{caption}.", alt, "", (facts.layer,))


def _space(artifact: Artifact, facts: Facts) -> Drawing:
    weights, centers = artifact.arrays["weights"], artifact.arrays.get("centers")
    cloud = Cloud("weight vectors", weights, np.arange(len(weights)))
    length = float(np.median(np.linalg.norm(weights, axis=1)))
    dashes = None if centers is None else np.asarray(centers, np.float64) * length
    picture = views([cloud], facts.classes, anchors=weights, rays=True, arrows=dashes)
    caption = f"The weight vectors of the classes in layer '{facts.layer}', from two sides."
    if dashes is not None:
        caption += f" Dashed lines are the class centers, the mean directions of {_images(facts)}, "
        caption += "all drawn at one length."
    alt = f"Lines from the origin to the weight vectors of {_count(facts)}, in two views."
    return Drawing("vectors", picture, caption, alt, "", (facts.layer,))


def _globe(artifact: Artifact, facts: Facts) -> Drawing:
    weights, centers = artifact.arrays["weights"], artifact.arrays.get("centers")
    points = weights[:0] if centers is None else centers
    cloud = Cloud("directions", points, np.arange(len(points)))
    picture = globes([cloud], facts.classes, anchors=weights, marks=centers)
    caption = "The same directions on a map of the whole sphere (Mollweide's projection, equal "
    caption += "areas): numbers stand at the weight vectors, moved aside where they meet"
    caption += "." if centers is None else ", diamonds at the class centers."
    alt = f"Map of the sphere with the weight vectors of {_count(facts)}."
    return Drawing("sphere", picture, caption, alt, "", (facts.layer,))


def _cosines(artifact: Artifact, facts: Facts) -> Drawing:
    angles = np.asarray(artifact.arrays["angles"], np.float64)
    cosines = np.nan_to_num(np.cos(np.radians(angles)))
    picture = matrix(cosines, facts.classes, row_title="class", column_title="class", cosines=True)
    caption = "Cosine of the angle between the weight vectors of each two classes in layer "
    caption += f"'{facts.layer}', {facts.dimensions} dimensions: 1 for one direction, 0 for a "
    caption += "right angle, -1 for opposite directions."
    alt = f"Heatmap of {len(cosines)} by {len(cosines)} cosines; {_closest(angles, facts)}"
    return Drawing("cosines", picture, caption, alt, "", (facts.layer,))


def _closest(angles: Array, facts: Facts) -> str:
    nearest, least = nearest_classes(angles)
    if np.isnan(least).all():
        return "no two classes can be compared."
    first = int(np.nanargmin(least))
    return f"the closest are {facts.classes[first]} and {facts.classes[int(nearest[first])]}."


def _images(facts: Facts) -> str:
    return counted(facts.images, f"{facts.split} image", f"{facts.split} images")


def _count(facts: Facts) -> str:
    return counted(len(facts.classes), "class", "classes")


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
    caption = f"The weight vector of each class in layer '{facts.layer}': its length, the class "
    caption += "whose vector is nearest by angle, "
    if with_centers:
        caption += f"and the angle to the mean direction of the class among {_images(facts)}."
    else:
        caption += "and the angle between the two. There are no class centers to compare with, "
        caption += f"because {facts.unmeasured}."
    if len(shown) < len(least):
        caption += f" Of {len(least):,} classes the {ROWS} with the nearest neighbors are listed."
    return Table("classes", columns, tuple(rows), caption, layers=(facts.layer,))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
