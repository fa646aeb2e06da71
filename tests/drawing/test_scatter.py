"""Scatter plots, vectors and maps of directions: what lies where, read back from the pixels."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen.drawing.charts import histograms
from reportgen.drawing.scatter import (
    BADGE,
    COLORS,
    Cloud,
    apart,
    arrows,
    color,
    limits,
    outside,
    scatter,
)
from reportgen.drawing.scatter_3d import globes, longitudes, views
from reportgen.records import Picture


def pixels(picture: Picture) -> np.ndarray:
    found = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"))
    assert found.shape == (picture.height, picture.width, 3)
    return found


def near(picture: np.ndarray, name: str) -> np.ndarray:
    """Where a picture has exactly a color."""
    wanted = [int(name[i : i + 2], 16) for i in (1, 3, 5)]
    return (picture == wanted).all(axis=-1)


def corners() -> Cloud:
    """A dense dot of class 0 at the lower left, of class 1 at the upper right."""
    spread = np.random.default_rng(0).normal(size=(600, 2)) * 0.05
    labels = np.repeat([0, 1], 300)
    return Cloud("corners", spread + np.where(labels[:, None] == 1, 1.0, -1.0), labels)


def test_points_lie_where_they_are_in_the_color_of_their_class() -> None:
    drawn = pixels(scatter([corners()], ["a", "b"], origin=np.zeros(2)))
    panel = drawn[: drawn.shape[1]]
    rows, columns = np.nonzero(near(panel, COLORS[0]))
    # The legend is below, so it is the upper part that counts.
    inside = rows < drawn.shape[1] * 0.98
    assert columns[inside].mean() < drawn.shape[1] * 0.3
    assert rows[inside].mean() > drawn.shape[1] * 0.7
    rows, columns = np.nonzero(near(panel, COLORS[1]))
    inside = rows < drawn.shape[1] * 0.5
    assert columns[inside].mean() > drawn.shape[1] * 0.7


@pytest.mark.parametrize("classes", [1, 10, 40, 41])
def test_pictures_are_small_repeatable_and_not_too_wide(classes: int) -> None:
    rng = np.random.default_rng(1)
    names = [f"class {i} $x$" for i in range(classes)]
    for size in (2, 3):
        cloud = Cloud("t", rng.normal(size=(200, size)), rng.integers(0, classes, 200))
        ends = rng.normal(size=(classes, size))
        ends[0] = np.nan
        given: dict[str, Any] = {"anchors": ends, "rays": True, "arrows": ends}
        made = [
            scatter([cloud] * 2, names, origin=np.zeros(2), **given)
            if size == 2
            else views([cloud], names, **given)
            for _ in range(2)
        ]
        assert made[0] == made[1]
        assert made[0].width == 1440
        assert len(made[0].data) < 200_000


def test_a_point_of_no_class_is_gray() -> None:
    assert color(-1) not in COLORS
    assert color(13) == COLORS[3]
    cloud = Cloud("t", np.zeros((1, 2)), np.array([-1]))
    assert scatter([cloud], [], origin=np.zeros(2)).width == 1080


def test_limits_hold_the_origin_and_leave_out_only_the_farthest() -> None:
    points = np.concatenate([np.random.default_rng(2).random((1000, 2)) + 5, [[900.0, 5]]])
    low, high = limits([points], np.zeros(2))
    assert (low < 0).all()
    assert ((high > 6) & (high < 8)).all()
    assert outside([points], low, high) == 1
    np.testing.assert_allclose(high - low, (high - low)[0])
    flat, wide = limits([points * [1, 0.01]], np.zeros(2), even=False)
    assert (wide - flat)[1] == pytest.approx(0.3 * (wide - flat)[0])
    same = limits([np.zeros((3, 2))], np.zeros(2))
    assert (same[1] > same[0]).all()


def test_badges_part_until_they_do_not_cover_each_other() -> None:
    found = apart(np.array([[0.5, 0.5]] * 4 + [[0.0, 1.0]]))
    gaps = np.linalg.norm(found[:, None] - found[None], axis=-1) + np.eye(5)
    assert gaps.min() > 0.8 * BADGE
    assert ((found >= BADGE / 2) & (found <= 1 - BADGE / 2)).all()
    alone = np.array([[0.3, 0.4], [0.8, 0.6]])
    np.testing.assert_allclose(apart(alone), alone, atol=1e-4)


def test_longitude_and_latitude_by_hand() -> None:
    found = longitudes(np.array([[2.0, 0, 0], [0, -3, 0], [0, 0, 5], [1, 1, 2**0.5], [0, 0, 0]]))
    degrees = np.degrees(found[:4])
    np.testing.assert_allclose(degrees, [[0, 0], [-90, 0], [0, 90], [45, 45]], atol=1e-9)
    assert np.isnan(found[4]).all()


def test_maps_of_the_sphere_show_a_direction_at_its_place() -> None:
    cloud = Cloud("east", np.tile([0.0, 1.0, 0.0], (50, 1)), np.zeros(50, int))
    drawn = pixels(globes([cloud], []))
    _, columns = np.nonzero(near(drawn, COLORS[0]))
    # A quarter turn east of the middle is halfway to the right end.
    assert columns.mean() / drawn.shape[1] == pytest.approx(0.75, abs=0.01)
    assert globes([cloud], ["a"], anchors=np.eye(3)[:1], marks=np.eye(3)[:1]).width == 1080


def test_arrows_point_along_their_vectors() -> None:
    vectors = np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    drawn = pixels(
        arrows(vectors, ["a", "b", "c"], titles=("x", "y"), centers=np.eye(2)[[0, 1, 1]])
    )
    left = drawn[:700, : drawn.shape[1] // 2]
    rows, columns = np.nonzero(near(left, COLORS[0]))
    assert np.ptp(columns) > 5 * np.ptp(rows)
    rows, columns = np.nonzero(near(left, COLORS[1]))
    assert np.ptp(rows) > 2 * np.ptp(columns)


def test_histograms_leave_out_what_is_no_number() -> None:
    values = np.array([1.0, 2, 2, np.nan])
    first = histograms([("t", {"own": values})], x_title="degrees")
    assert first == histograms([("t", {"own": values[:3]})], x_title="degrees")
    assert histograms([("t", {"own": np.zeros(3)})] * 2, x_title="degrees").width == 1440
