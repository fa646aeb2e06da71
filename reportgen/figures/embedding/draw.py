"""Points of each split, maps of directions, histograms of angles, and a table of classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.drawing.charts import histograms
from reportgen.drawing.scatter import COLORS, NAMED, Cloud, limits, outside, scatter
from reportgen.drawing.scatter_3d import globes, views
from reportgen.records import Artifact, Drawing, Table
from reportgen.types import Array, Booleans, Doubles

Facts = Mapping[str, Any]

SPATIAL = 3
"""Dimensions that are drawn from several sides."""

ROWS = 40
"""Classes listed in the table; of more, those whose nearest center is closest."""


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """The points; in three dimensions their directions too; with labels angles and classes."""
    drawn: list[Drawing | Table] = [_points(artifact, params["weights"])]
    if artifact.arrays["origin"].shape == (3,):
        drawn.append(_directions(artifact))
    held = [key for key in artifact.arrays if key.startswith("own@")]
    if any(np.isfinite(artifact.arrays[key]).any() for key in held):
        drawn += [_angles(artifact), _table(artifact)]
    return tuple(drawn)


def anchors(artifact: Artifact) -> Doubles:
    """Where each class is in the first split, (classes, q); NaN for a class without points.

    In the space itself its mean direction at the median length of its points; in a projection,
    where directions mean nothing, the median of its points.
    """
    facts, arrays = artifact.facts, artifact.arrays
    split = facts["splits"][0]
    points = np.asarray(arrays[f"points@{split}"], np.float64)
    places = np.full((len(facts["classes"]), points.shape[1]), np.nan)
    for label in range(len(places)):
        own = points[np.asarray(arrays[f"labels@{split}"]) == label]
        if len(own) and "centers" in arrays:
            places[label] = arrays["centers"][label] * np.median(np.linalg.norm(own, axis=1))
        elif len(own):
            places[label] = np.median(own, axis=0)
    return places


def _clouds(artifact: Artifact) -> list[Cloud]:
    facts, arrays, found = artifact.facts, artifact.arrays, []
    for split, count, of in zip(facts["splits"], facts["images"], facts["of"], strict=True):
        points = arrays[f"points@{split}"]
        labels = arrays.get(f"labels@{split}", np.full(len(points), -1))
        some = f"{count:,} of {of:,}" if count < of else f"all {of:,}"
        images = "image" if of == 1 else "images"
        found.append(Cloud(f"{split}: {some} {images}", points, labels))
    return found


def _points(artifact: Artifact, weights: bool) -> Drawing:
    facts, arrays, clouds = artifact.facts, artifact.arrays, _clouds(artifact)
    origin, classes = arrays["origin"], facts["classes"]
    places = anchors(artifact) if classes else None
    arrows = _arrows(artifact, clouds) if weights and "weights" in arrays else None
    given: dict[str, Any] = {"anchors": places, "rays": not facts["projected"], "arrows": arrows}
    flat = len(origin) == 2
    picture = (
        scatter(clouds, classes, origin=origin, **given)
        if flat
        else views(clouds, classes, **given)
    )
    points = [cloud.points for cloud in clouds]
    left_out = outside(points, *limits(points, origin, even=flat))
    caption = _what(facts, artifact) + _marks(facts, arrows is not None) + _left(left_out)
    return Drawing("points", picture, caption, _alt(artifact, places), "", (facts["layer"],))


def _arrows(artifact: Artifact, clouds: list[Cloud]) -> Doubles:
    """Weight vectors at one length for all, that of most points."""
    lengths = np.concatenate([np.linalg.norm(cloud.points, axis=1) for cloud in clouds])
    return np.asarray(artifact.arrays["weights"] * np.quantile(lengths, 0.9))


def _what(facts: Facts, artifact: Artifact) -> str:
    words = f"The embedding of each image, the {facts['place']}"
    if not facts["projected"]:
        return f"{words}: its {facts['dimensions']} dimensions as they are, all at one scale."
    shares = [m for m in artifact.measures if m.name.startswith("variance_shown")]
    held = ", ".join(f"{m.value:.0%} on {m.name.partition('@')[2]}" for m in shares if m.value)
    words += f": {facts['dimensions']} dimensions, projected on the first 2 principal components "
    words += f"of the {facts['splits'][0]} images"
    return words + (f", which hold this share of the variance: {held}." if held else ".")


def _marks(facts: Facts, arrows: bool) -> str:
    spatial = facts["dimensions"] == SPATIAL
    said = " A cross marks the origin." if spatial else " The gray lines cross at the origin."
    if facts["projected"]:
        said = " The gray lines cross where the origin is projected."
    if not facts["classes"]:
        return said + " There are no labels to color points by."
    if len(facts["classes"]) > len(COLORS):
        said += " Colors repeat after ten classes."
    if len(facts["classes"]) > NAMED:
        said += " There are too many classes to number."
    elif facts["projected"]:
        said += f" Numbers stand at the median of each class in the {facts['splits'][0]} images."
    else:
        said += " Lines run along each class's mean direction in the "
        said += f"{facts['splits'][0]} images to the median length, where its number stands"
        said += ", moved aside where numbers meet."
    if arrows:
        said += f" Dashed lines are the weight vectors of layer '{facts['classifier']}', all drawn "
        said += "at one length."
    return said


def _left(count: int) -> str:
    if not count:
        return ""
    points = "point lies" if count == 1 else "points lie"
    return f" {count:,} far {points} beyond the frame."


def _alt(artifact: Artifact, places: Doubles | None) -> str:
    facts = artifact.facts
    what = f"Scatter plot of {' and '.join(facts['splits'])} embeddings"
    if places is None:
        return what + ", without classes."
    if "centers" not in artifact.arrays or artifact.arrays["origin"].shape != (2,):
        return what + f" of {counted(len(facts['classes']), 'class', 'classes')}."
    turned = np.degrees(np.arctan2(places[:, 1], places[:, 0])) % 360
    held = np.flatnonzero(np.isfinite(turned))
    order = held[np.argsort(turned[held])]
    around = ", ".join(facts["classes"][place] for place in order[:NAMED])
    return f"{what}; counterclockwise from the right the classes are {around}."


def _directions(artifact: Artifact) -> Drawing:
    facts, arrays = artifact.facts, artifact.arrays
    marks = arrays.get("weights")
    picture = globes(
        _clouds(artifact), facts["classes"], anchors=arrays.get("centers"), marks=marks
    )
    caption = "The same directions on a map of the whole sphere (Mollweide's projection, equal "
    caption += "areas), lengths left out."
    if facts["classes"]:
        caption += (
            f" Numbers stand at each class's mean direction in the {facts['splits'][0]} images"
        )
        caption += ", moved aside where they meet."
    if marks is not None:
        caption += f" Diamonds are the directions of the weight vectors of '{facts['classifier']}'."
    alt = f"Map of the sphere with the directions of {' and '.join(facts['splits'])} embeddings."
    return Drawing("sphere", picture, caption, alt, "", (facts["layer"],))


def _angles(artifact: Artifact) -> Drawing:
    facts, arrays = artifact.facts, artifact.arrays
    panels = []
    for split in facts["splits"]:
        named = {"own class": arrays[f"own@{split}"], "nearest other": arrays[f"nearest@{split}"]}
        held = {name: values for name, values in named.items() if np.isfinite(values).any()}
        if held:
            panels.append((split, held))
    picture = histograms(panels, x_title="angle to a class center (degrees)")
    caption = "How many images lie at which angle to the center of their own class and to the "
    caption += (
        f"nearest other center. Centers are mean directions of the {facts['splits'][0]} images; "
    )
    caption += (
        "dashed lines are means. The less the two overlap, the better angles tell classes apart."
    )
    alt = "Histograms of angles to the own and to the nearest other class center for "
    alt += " and ".join(title for title, _ in panels) + " images."
    return Drawing("angles", picture, caption, alt, "", (facts["layer"],))


def _table(artifact: Artifact) -> Table:
    facts, arrays = artifact.facts, artifact.arrays
    table = np.array(arrays["between"], np.float64)
    np.fill_diagonal(table, np.inf)
    table[np.isnan(table)] = np.inf
    nearest, least = table.argmin(axis=1), table.min(axis=1)
    shown = np.sort(np.argsort(least, kind="stable")[:ROWS])
    splits, rows = facts["splits"], []
    for place in map(int, shown):
        means = [
            _mean(arrays[f"own@{s}"], np.asarray(arrays[f"labels@{s}"]) == place) for s in splits
        ]
        known = bool(np.isfinite(least[place]))
        other = (
            (facts["classes"][int(nearest[place])], float(least[place])) if known else (None,) * 2
        )
        rows.append((facts["classes"][place], *means, *other))
    columns = ("Class", *(f"Angle, {split}" for split in splits))
    caption = "Mean angle of each class's images to its center, and the angle between its center "
    caption += "and the nearest other one, in degrees. Centers are mean directions of the "
    caption += f"{splits[0]} images."
    if len(shown) < len(least):
        caption += f" Of {len(least):,} classes the {ROWS} with the nearest neighbors are listed."
    columns += ("Nearest other center", "Angle between")
    return Table("classes", columns, tuple(rows), caption, layers=(facts["layer"],), decimals=1)


def _mean(values: Array, chosen: Booleans) -> float | None:
    """The mean of the chosen values that are numbers; None if there are none."""
    held = np.asarray(values, np.float64)[chosen]
    held = held[~np.isnan(held)]
    return float(held.mean()) if len(held) else None
