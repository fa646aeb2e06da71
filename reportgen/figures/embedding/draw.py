"""Points of each split, maps of directions, histograms of angles, and a table of classes."""

from __future__ import annotations

import numpy as np

from reportgen.drafting import Sentences, listed
from reportgen.drafting.quotes import Quotes
from reportgen.drafting.sentences import prose
from reportgen.drafting.wording import number
from reportgen.drawing.charts import histograms
from reportgen.drawing.scatter import COLORS, NAMED, Cloud, limits, outside, scatter
from reportgen.drawing.scatter_3d import globes, views
from reportgen.figures.class_neighbors import ROWS, listed_classes, nearest_classes
from reportgen.figures.embedding.facts import Facts
from reportgen.records import Artifact, Cell, Drawing, Table
from reportgen.types import Array, Booleans, Doubles, Params

FACTS = Facts
SENTENCES = Sentences(__file__)

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
    said = [_dimensions(artifact, facts, quotes)]
    said += [SENTENCES("arrows", classifier=facts.classifier).text] if arrows is not None else []
    said += _beyond(beyond, quotes)
    alt, encoding = _alt(artifact, facts, anchors), _encoding(facts)
    return Drawing(
        "points", picture, " ".join(said), alt, "", (facts.layer,), tuple(quotes), encoding
    )


def _clouds(artifact: Artifact, facts: Facts) -> list[Cloud]:
    clouds = []
    for split in facts.splits:
        points = artifact.arrays[f"points@{split.name}"]
        labels = artifact.arrays.get(f"labels@{split.name}", np.full(len(points), -1))
        name = SENTENCES(
            "cloud",
            split=split.name,
            all="yes" if split.shown >= split.images else "no",
            shown=split.shown,
            images=split.images,
            single="yes" if split.images == 1 else "no",
        ).text
        clouds.append(Cloud(name, points, labels))
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
    which = "projected" if facts.projected else "points"
    said = SENTENCES(
        which, place=facts.place, dimensions=facts.dimensions, split=facts.names[0]
    ).text
    if not facts.projected:
        return said
    measures = [m for m in artifact.measures if m.name.startswith("variance_shown")]
    shares = [
        SENTENCES(
            "share", share=quotes.quoted(f"{m.value:.0%}", m), split=m.name.partition("@")[2]
        ).text
        for m in measures
        if m.value
    ]
    if not shares:
        return said
    return prose(said, SENTENCES("variance", shares=listed(shares)))


def _encoding(facts: Facts) -> str:
    """What the origin, the colors, the numbers and the lines of the picture are."""
    space = "sphere" if facts.dimensions == SPATIAL else "plane"
    numbers = "many" if len(facts.classes) > NAMED else "medians" if facts.projected else "lines"
    colors = "repeat" if len(facts.classes) > len(COLORS) else "each"
    return SENTENCES(
        "encoding",
        space="projected" if facts.projected else space,
        colors=colors if facts.classes else "none",
        numbers=numbers if facts.classes else "none",
        split=facts.names[0],
    ).text


def _beyond(count: int, quotes: Quotes) -> list[str]:
    if not count:
        return []
    how = "points far beyond the others, which the frame leaves out"
    quotes.number(number(count), "beyond_frame", count, how, "points")
    return [SENTENCES("beyond", count=count).text]


def _alt(artifact: Artifact, facts: Facts, anchors: Doubles | None) -> str:
    splits = " and ".join(facts.names)
    if anchors is None:
        return SENTENCES("alt", splits=splits, classes=0).text
    if "centers" not in artifact.arrays or artifact.arrays["origin"].shape != (2,):
        return SENTENCES("alt", splits=splits, classes=len(facts.classes)).text
    turned = np.degrees(np.arctan2(anchors[:, 1], anchors[:, 0])) % 360
    placed = np.flatnonzero(np.isfinite(turned))
    order = placed[np.argsort(turned[placed])]
    around = ", ".join(facts.classes[place] for place in order[:NAMED])
    return SENTENCES("alt-around", splits=splits, around=around).text


# --- directions and angles -----------------------------------------------------------------------


def _directions(artifact: Artifact, facts: Facts) -> Drawing:
    centers, weights = artifact.arrays.get("centers"), artifact.arrays.get("weights")
    picture = globes(_clouds(artifact, facts), facts.classes, anchors=centers, marks=weights)
    said = [SENTENCES("sphere")]
    said += [] if weights is None else [SENTENCES("diamonds", classifier=facts.classifier)]
    numbers = "yes" if facts.classes else "no"
    return Drawing(
        "sphere",
        picture,
        " ".join(sentence.text for sentence in said),
        SENTENCES("sphere-alt", splits=" and ".join(facts.names)).text,
        layers=(facts.layer,),
        encoding=SENTENCES("sphere-encoding", numbers=numbers, split=facts.names[0]).text,
    )


def _angles(artifact: Artifact, facts: Facts) -> Drawing:
    panels: list[tuple[str, dict[str, Array]]] = []
    for split in facts.names:
        named = {"own class": f"own@{split}", "nearest other": f"nearest@{split}"}
        groups = {name: artifact.arrays[array] for name, array in named.items()}
        groups = {name: angles for name, angles in groups.items() if np.isfinite(angles).any()}
        if groups:
            panels.append((split, groups))
    splits = " and ".join(split for split, _ in panels)
    return Drawing(
        "angles",
        histograms(panels, x_title=SENTENCES("angles-axis").text),
        SENTENCES("angles").text,
        SENTENCES("angles-alt", splits=splits).text,
        layers=(facts.layer,),
        encoding=SENTENCES("angles-encoding", split=facts.names[0]).text,
    )


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
    said = [SENTENCES("classes")]
    if len(shown) < len(least):
        said.append(SENTENCES("listed", classes=len(least), rows=ROWS))
    return Table(
        "classes", columns, tuple(rows), " ".join(sentence.text for sentence in said),
        layers=(facts.layer,), decimals=1,
        encoding=SENTENCES("classes-encoding", split=facts.names[0]).text,
    )  # fmt: skip


def _mean(angles: Array, chosen: Booleans) -> float | None:
    """The mean of the chosen angles that are defined; None if there are none."""
    own = np.asarray(angles, np.float64)[chosen]
    own = own[~np.isnan(own)]
    return float(own.mean()) if len(own) else None
