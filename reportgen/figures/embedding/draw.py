"""Points of each split, maps of directions, histograms of angles, and a table of classes."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.quotes import Quotes
from reportgen.drafting.wording import counted, number
from reportgen.drawing.charts import histograms
from reportgen.drawing.scatter import COLORS, NAMED, Cloud, limits, outside, scatter
from reportgen.drawing.scatter_3d import globes, views
from reportgen.figures.class_neighbors import ROWS, listed_classes, nearest_classes
from reportgen.figures.embedding.facts import Facts
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Array, Booleans, Doubles, Params

FACTS = Facts

SPATIAL = 3
"""Dimensions that are drawn from several sides."""


def draw(artifact: Artifact, params: Params) -> tuple[Drawing | Table, ...]:
    """The points; in three dimensions their directions too; with labels angles and classes."""
    facts: Facts = artifact.facts
    parts: list[Drawing | Table] = [_points(artifact, facts, params["weights"])]
    if artifact.arrays["origin"].shape == (SPATIAL,):
        parts.append(_directions(artifact, facts))
    own = [values for name, values in artifact.arrays.items() if name.startswith("own@")]
    if any(np.isfinite(values).any() for values in own):
        parts += [_angles(artifact, facts), _table(artifact, facts)]
    return tuple(parts)


# --- points --------------------------------------------------------------------------------------


def _points(artifact: Artifact, facts: Facts, with_weights: bool) -> Drawing:
    origin, clouds = artifact.arrays["origin"], _clouds(artifact, facts)
    anchors = _anchors(artifact, facts) if facts.classes else None
    arrows = None
    if with_weights and "weights" in artifact.arrays:
        # All weight vectors at one length, that of most points.
        lengths = np.concatenate([np.linalg.norm(cloud.points, axis=1) for cloud in clouds])
        arrows = np.asarray(artifact.arrays["weights"] * np.quantile(lengths, 0.9))
    flat, rays = len(origin) == 2, not facts.projected
    picture = (
        scatter(clouds, facts.classes, origin=origin, anchors=anchors, rays=rays, arrows=arrows)
        if flat
        else views(clouds, facts.classes, anchors=anchors, rays=rays, arrows=arrows)
    )
    points = [cloud.points for cloud in clouds]
    beyond = outside(points, *limits(points, origin, even=flat))
    quotes = Quotes()
    caption = _dimensions(artifact, facts, quotes) + _marks(facts, arrows is not None)
    caption += _beyond(beyond, quotes)
    alt = _alt(artifact, facts, anchors)
    return Drawing("points", picture, caption, alt, "", (facts.layer,), tuple(quotes))


def _clouds(artifact: Artifact, facts: Facts) -> list[Cloud]:
    clouds = []
    for split in facts.splits:
        points = artifact.arrays[f"points@{split.name}"]
        labels = artifact.arrays.get(f"labels@{split.name}", np.full(len(points), -1))
        all_shown = split.shown >= split.images
        some = f"all {split.images:,}" if all_shown else f"{split.shown:,} of {split.images:,}"
        images = "image" if split.images == 1 else "images"
        clouds.append(Cloud(f"{split.name}: {some} {images}", points, labels))
    return clouds


def _anchors(artifact: Artifact, facts: Facts) -> Doubles:
    """Where each class lies in the first split, (classes, q); NaN for a class without points.

    In the space itself its mean direction at the median length of its points; in a projection,
    where directions mean nothing, the median of its points.
    """
    arrays, split = artifact.arrays, facts.names[0]
    points = np.asarray(arrays[f"points@{split}"], np.float64)
    labels, centers = np.asarray(arrays[f"labels@{split}"]), arrays.get("centers")
    anchors = np.full((len(facts.classes), points.shape[1]), np.nan)
    for label in range(len(anchors)):
        own = points[labels == label]
        if len(own) and centers is not None:
            anchors[label] = centers[label] * np.median(np.linalg.norm(own, axis=1))
        elif len(own):
            anchors[label] = np.median(own, axis=0)
    return anchors


def _dimensions(artifact: Artifact, facts: Facts, quotes: Quotes) -> str:
    words = f"The embedding of each image, the {facts.place}"
    if not facts.projected:
        return f"{words}: its {facts.dimensions} dimensions as they are, all at one scale."
    measures = [m for m in artifact.measures if m.name.startswith("variance_shown")]
    shares = ", ".join(
        f"{quotes.quoted(f'{m.value:.0%}', m)} on {m.name.partition('@')[2]}"
        for m in measures
        if m.value
    )
    words += f": {facts.dimensions} dimensions, projected on the first 2 principal components "
    words += f"of the {facts.names[0]} images"
    return words + (f", which hold this share of the variance: {shares}." if shares else ".")


def _marks(facts: Facts, with_arrows: bool) -> str:
    """Sentences on the origin, the colors, the numbers and the lines of the picture."""
    spatial = facts.dimensions == SPATIAL
    words = " A cross marks the origin." if spatial else " The gray lines cross at the origin."
    if facts.projected:
        words = " The gray lines cross where the origin is projected."
    if not facts.classes:
        return words + " There are no labels to color points by."
    if len(facts.classes) > len(COLORS):
        words += " Colors repeat after ten classes."
    if len(facts.classes) > NAMED:
        words += " There are too many classes to number."
    elif facts.projected:
        words += f" Numbers stand at the median of each class in the {facts.names[0]} images."
    else:
        words += " Lines run along each class's mean direction in the "
        words += f"{facts.names[0]} images to the median length, where its number stands"
        words += ", moved aside where numbers meet."
    if with_arrows:
        words += f" Dashed lines are the weight vectors of layer '{facts.classifier}', all drawn "
        words += "at one length."
    return words


def _beyond(count: int, quotes: Quotes) -> str:
    if not count:
        return ""
    how = "points far beyond the others, which the frame leaves out"
    quotes.number(number(count), "beyond_frame", count, how, "points")
    points = "point lies" if count == 1 else "points lie"
    return f" {count:,} far {points} beyond the frame."


def _alt(artifact: Artifact, facts: Facts, anchors: Doubles | None) -> str:
    plot = f"Scatter plot of {' and '.join(facts.names)} embeddings"
    if anchors is None:
        return plot + ", without classes."
    if "centers" not in artifact.arrays or artifact.arrays["origin"].shape != (2,):
        return plot + f" of {counted(len(facts.classes), 'class', 'classes')}."
    turned = np.degrees(np.arctan2(anchors[:, 1], anchors[:, 0])) % 360
    placed = np.flatnonzero(np.isfinite(turned))
    order = placed[np.argsort(turned[placed])]
    around = ", ".join(facts.classes[place] for place in order[:NAMED])
    return f"{plot}; counterclockwise from the right the classes are {around}."


# --- directions and angles -----------------------------------------------------------------------


def _directions(artifact: Artifact, facts: Facts) -> Drawing:
    centers, weights = artifact.arrays.get("centers"), artifact.arrays.get("weights")
    picture = globes(_clouds(artifact, facts), facts.classes, anchors=centers, marks=weights)
    caption = "The same directions on a map of the whole sphere (Mollweide's projection, equal "
    caption += "areas), lengths left out."
    if facts.classes:
        caption += f" Numbers stand at each class's mean direction in the {facts.names[0]} images"
        caption += ", moved aside where they meet."
    if weights is not None:
        caption += f" Diamonds are the directions of the weight vectors of '{facts.classifier}'."
    alt = f"Map of the sphere with the directions of {' and '.join(facts.names)} embeddings."
    return Drawing("sphere", picture, caption, alt, "", (facts.layer,))


def _angles(artifact: Artifact, facts: Facts) -> Drawing:
    panels: list[tuple[str, dict[str, Array]]] = []
    for split in facts.names:
        named = {"own class": f"own@{split}", "nearest other": f"nearest@{split}"}
        groups = {name: artifact.arrays[array] for name, array in named.items()}
        groups = {name: angles for name, angles in groups.items() if np.isfinite(angles).any()}
        if groups:
            panels.append((split, groups))
    picture = histograms(panels, x_title="angle to a class center (degrees)")
    caption = (
        "How many images lie at which angle to the center of their own class and to the nearest "
        f"other center. Centers are mean directions of the {facts.names[0]} images; dashed lines "
        "are means. The less the two overlap, the better angles tell classes apart."
    )
    alt = "Histograms of angles to the own and to the nearest other class center for "
    alt += " and ".join(split for split, _ in panels) + " images."
    return Drawing("angles", picture, caption, alt, "", (facts.layer,))


def _table(artifact: Artifact, facts: Facts) -> Table:
    arrays = artifact.arrays
    nearest, least = nearest_classes(arrays["between"])
    shown, rows = listed_classes(least), []
    for place in shown:
        means = (
            _mean(arrays[f"own@{split}"], np.asarray(arrays[f"labels@{split}"]) == place)
            for split in facts.names
        )
        other: tuple[Cell, Cell] = (None, None)
        if not np.isnan(least[place]):
            other = facts.classes[int(nearest[place])], float(least[place])
        rows.append((facts.classes[place], *means, *other))
    columns = ("Class", *(f"Angle, {split}" for split in facts.names))
    columns += ("Nearest other center", "Angle between")
    caption = "Mean angle of each class's images to its center, and the angle between its center "
    caption += "and the nearest other one, in degrees. Centers are mean directions of the "
    caption += f"{facts.names[0]} images."
    if len(shown) < len(least):
        caption += f" Of {len(least):,} classes the {ROWS} with the nearest neighbors are listed."
    return Table("classes", columns, tuple(rows), caption, layers=(facts.layer,), decimals=1)


def _mean(angles: Array, chosen: Booleans) -> float | None:
    """The mean of the chosen angles that are defined; None if there are none."""
    own = np.asarray(angles, np.float64)[chosen]
    own = own[~np.isnan(own)]
    return float(own.mean()) if len(own) else None
