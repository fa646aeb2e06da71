"""Weight vectors as arrows in two and three dimensions, else as a matrix of cosines; a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.charts import matrix
from reportgen.drawing.scatter import Cloud, arrows
from reportgen.drawing.scatter_3d import globes, views
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Doubles, Integers

ROWS = 40
"""Classes listed in the table; of more, those whose nearest neighbor is closest."""


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """The vectors themselves where they can be drawn, else their cosines; then the table."""
    dimensions = artifact.facts["dimensions"]
    if dimensions == 2:
        return _plane(artifact), _table(artifact)
    if dimensions == 3:
        return _space(artifact), _globe(artifact), _table(artifact)
    return _cosines(artifact), _table(artifact)


def _plane(artifact: Artifact) -> Drawing:
    facts, centers = artifact.facts, artifact.arrays.get("centers")
    picture = arrows(
        artifact.arrays["weights"],
        facts["classes"],
        titles=("weight vectors", "their directions"),
        centers=centers,
    )
    caption = f"The weight vectors of the classes in layer '{facts['layer']}', each from the "
    caption += "origin with its class's number. Right: their directions on a circle, lengths left "
    caption += "out" + (_dots(facts) if centers is not None else "") + "."
    turned = np.degrees(np.arctan2(*artifact.arrays["weights"].T[::-1])) % 360
    around = ", ".join(facts["classes"][place] for place in np.argsort(turned)[:ROWS])
    alt = f"Arrows of the classes; counterclockwise from the right: {around}."
    return Drawing("vectors", picture, caption, alt, "", (facts["layer"],))


def _dots(facts: Mapping[str, Any]) -> str:
    return f"; dots mark the class centers, the mean directions of {_images(facts)}"


def _images(facts: Mapping[str, Any]) -> str:
    split = facts["split"]
    return counted(facts["images"], f"{split} image", f"{split} images")


def _classes(vectors: Array) -> str:
    return counted(len(vectors), "class", "classes")


def _space(artifact: Artifact) -> Drawing:
    facts, vectors = artifact.facts, artifact.arrays["weights"]
    cloud = Cloud("weight vectors", vectors, np.arange(len(vectors)))
    centers = artifact.arrays.get("centers")
    length = float(np.median(np.linalg.norm(vectors, axis=1)))
    dashes = None if centers is None else np.asarray(centers, np.float64) * length
    picture = views([cloud], facts["classes"], anchors=vectors, rays=True, arrows=dashes)
    caption = f"The weight vectors of the classes in layer '{facts['layer']}', from two sides."
    if dashes is not None:
        caption += f" Dashed lines are the class centers, the mean directions of {_images(facts)}, "
        caption += "all drawn at one length."
    alt = f"Lines from the origin to the weight vectors of {_classes(vectors)}, in two views."
    return Drawing("vectors", picture, caption, alt, "", (facts["layer"],))


def _globe(artifact: Artifact) -> Drawing:
    facts, vectors = artifact.facts, artifact.arrays["weights"]
    centers = artifact.arrays.get("centers")
    points = vectors[:0] if centers is None else centers
    cloud = Cloud("directions", points, np.arange(len(points)))
    picture = globes([cloud], facts["classes"], anchors=vectors, marks=centers)
    caption = "The same directions on a map of the whole sphere (Mollweide's projection, equal "
    caption += "areas): numbers stand at the weight vectors, moved aside where they meet"
    caption += "." if centers is None else ", diamonds at the class centers."
    alt = f"Map of the sphere with the weight vectors of {_classes(vectors)}."
    return Drawing("sphere", picture, caption, alt, "", (facts["layer"],))


def _cosines(artifact: Artifact) -> Drawing:
    facts = artifact.facts
    values = np.cos(np.radians(np.asarray(artifact.arrays["angles"], np.float64)))
    values = np.nan_to_num(values)
    picture = matrix(
        values, facts["classes"], row_title="class", column_title="class", cosines=True
    )
    dimensions = facts["dimensions"]
    caption = "Cosine of the angle between the weight vectors of each two classes in layer "
    caption += f"'{facts['layer']}', {dimensions} dimensions: 1 for one direction, 0 for a right "
    caption += "angle, -1 for opposite directions."
    alt = f"Heatmap of {len(values)} by {len(values)} cosines; "
    alt += _closest(artifact)
    return Drawing("cosines", picture, caption, alt, "", (facts["layer"],))


def _neighbors(artifact: Artifact) -> tuple[Integers, Doubles]:
    """The nearest other class of each by weight vectors, and its angle; NaN for none."""
    table = np.array(artifact.arrays["angles"], np.float64)
    np.fill_diagonal(table, np.inf)
    table[np.isnan(table)] = np.inf
    nearest = table.argmin(axis=1)
    least = table.min(axis=1)
    return nearest, np.where(np.isinf(least), np.nan, least)


def _closest(artifact: Artifact) -> str:
    nearest, least = _neighbors(artifact)
    if np.isnan(least).all():
        return "no two classes can be compared."
    one = int(np.nanargmin(least))
    classes = artifact.facts["classes"]
    return f"the closest are {classes[one]} and {classes[int(nearest[one])]}."


def _table(artifact: Artifact) -> Table:
    facts, arrays = artifact.facts, artifact.arrays
    nearest, least = _neighbors(artifact)
    shown = np.sort(np.argsort(np.where(np.isnan(least), np.inf, least), kind="stable")[:ROWS])
    columns, cells = ["Class", "Length"], [arrays["lengths"]]
    if "bias" in arrays:
        columns.append("Bias")
        cells.append(arrays["bias"])
    columns += ["Nearest other", "Its angle (degrees)"]
    off = arrays.get("center_angles")
    if off is not None:
        columns.append("Angle to class center (degrees)")
    rows = []
    for place in map(int, shown):
        known = not np.isnan(least[place])
        row = [facts["classes"][place], *(float(values[place]) for values in cells)]
        row += [facts["classes"][int(nearest[place])] if known else None, _cell(least[place])]
        rows.append((*row, *([] if off is None else [_cell(off[place])])))
    caption = f"The weight vector of each class in layer '{facts['layer']}': its length, the class "
    caption += "whose vector is nearest by angle, "
    if off is not None:
        caption += f"and the angle to the mean direction of the class among {_images(facts)}."
    else:
        caption += "and the angle between the two. There are no class centers to compare with, "
        caption += f"because {facts['unmeasured']}."
    if len(shown) < len(least):
        caption += f" Of {len(least):,} classes the {ROWS} with the nearest neighbors are listed."
    return Table("classes", tuple(columns), tuple(rows), caption, layers=(facts["layer"],))


def _cell(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
