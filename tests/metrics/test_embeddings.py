"""Angles and principal components of vectors, by hand."""

import numpy as np
import pytest

from reportgen.metrics.embeddings import (
    angles,
    closest_pair,
    components,
    directions,
    mean_directions,
    own_and_nearest,
    paired_angles,
    silhouettes,
    widest_angle,
)


def test_angles_by_hand() -> None:
    found = angles([[2.0, 0], [3, 3], [-1, 0]], [[5.0, 0], [0, 0.1]])
    np.testing.assert_allclose(found, [[0, 90], [45, 45], [180, 90]], atol=1e-6)
    np.testing.assert_allclose(paired_angles([[1.0, 0], [0, 2]], [[1.0, 1], [0, -7]]), [45, 180])


def test_length_changes_no_angle_however_small_or_large() -> None:
    base = np.random.default_rng(0).normal(size=(6, 5))
    sizes = np.array([1e-300, 1e-20, 1, 7, 1e20, 1e300])[:, None]
    np.testing.assert_allclose(angles(base * sizes, base), angles(base, base), atol=1e-5)


def test_a_vector_of_length_zero_has_no_direction() -> None:
    assert np.isnan(directions([[0.0, 0.0]])).all()
    table = angles([[0.0, 0], [1, 0]], [[1.0, 0], [0, 0]])
    np.testing.assert_array_equal(np.isnan(table), [[True, True], [False, True]])


def test_mean_directions_leave_lengths_out() -> None:
    vectors = np.array([[100.0, 0], [0, 1], [3, 0], [-3, 0], [0, 0]])
    found = mean_directions(vectors, np.array([0, 0, 1, 1, 2]), 4)
    np.testing.assert_allclose(found[0], [0.5**0.5] * 2)
    # Class 1 cancels out, class 2 has only a zero, class 3 has no vectors.
    assert np.isnan(found[1:]).all()


def test_many_rows_are_as_few() -> None:
    rng = np.random.default_rng(1)
    vectors, labels = rng.normal(size=(9000, 3)), rng.integers(0, 4, 9000)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    sums = np.stack([unit[labels == k].sum(axis=0) for k in range(4)])
    centers = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(mean_directions(vectors, labels, 4), centers, atol=1e-12)
    expected = np.degrees(np.arccos(unit @ centers.T))
    np.testing.assert_allclose(angles(vectors, centers), expected, atol=1e-6)


def test_own_and_nearest_other_by_hand() -> None:
    table = np.array([[10.0, 40, 30], [20, 5, 60], [np.nan] * 3, [50, np.nan, 70]])
    own, nearest = own_and_nearest(table, np.array([0, 0, 1, 1]))
    np.testing.assert_array_equal(own, [10, 20, np.nan, np.nan])
    np.testing.assert_array_equal(nearest, [30, 5, np.nan, np.nan])
    np.testing.assert_allclose(silhouettes(own[:2], nearest[:2]), [2 / 3, -3 / 4])
    assert silhouettes(np.zeros(1), np.zeros(1)) == 0


def test_a_single_class_has_no_other() -> None:
    own, nearest = own_and_nearest(np.array([[10.0]]), np.array([0]))
    assert own == 10
    assert np.isnan(nearest)


def test_the_closest_pair() -> None:
    assert closest_pair([[1.0, 0], [0, 1], [1, 1.001], [0, 0]])[:2] == (1, 2)
    assert closest_pair([[1.0, 0], [0, 0]]) is None


@pytest.mark.parametrize(
    ("count", "dimensions", "angle"),
    [
        (10, 2, 36), (2, 2, 180), (3, 2, 120), (4, 3, 109.4712), (6, 3, 90), (12, 3, 63.4349),
        (11, 10, np.degrees(np.arccos(-0.1))), (2, 1, 180), (3, 1, 0),
    ],
)  # fmt: skip
def test_how_far_apart_directions_can_be(count: int, dimensions: int, angle: float) -> None:
    assert widest_angle(count, dimensions) == pytest.approx(angle, abs=1e-3)


def test_one_direction_has_no_bound() -> None:
    assert widest_angle(1, 3) is None


@pytest.mark.parametrize("dimensions", [2, 3, 5])
def test_no_random_directions_keep_farther_apart_than_the_bound(dimensions: int) -> None:
    rng = np.random.default_rng(2)
    for count in (3, 5, 8):
        bound = widest_angle(count, dimensions)
        for _ in range(50):
            assert closest_pair(rng.normal(size=(count, dimensions)))[2] <= bound + 1e-9


def cloud(n: int = 400, d: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    sizes = 10 * 0.8 ** np.arange(d)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return (rng.normal(size=(n, d)) * sizes @ turn + rng.normal(size=d) * 5).astype(np.float32)


@pytest.mark.parametrize("dimensions", [2, 4, 40])
def test_axes_are_those_of_the_decomposition(dimensions: int) -> None:
    vectors = cloud(d=dimensions)
    centered = vectors - vectors.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centered.astype(np.float64), full_matrices=False)
    axes = components(vectors, 2, seed=1)
    np.testing.assert_allclose(np.abs((axes.directions * rows[:2]).sum(axis=1)), 1, atol=1e-5)
    share = (sizes[:2] ** 2).sum() / (sizes**2).sum()
    assert axes.share(vectors) == pytest.approx(share, rel=1e-5)
    assert (axes.directions[[0, 1], np.abs(axes.directions).argmax(axis=1)] > 0).all()


def test_what_is_projected_keeps_its_distances_within_the_plane() -> None:
    flat = np.random.default_rng(3).normal(size=(50, 2))
    turn = np.linalg.qr(np.random.default_rng(4).normal(size=(9, 9)))[0][:2]
    vectors = (flat @ turn + 3).astype(np.float32)
    found = components(vectors, 2, seed=0).project(vectors)
    before = np.linalg.norm(flat[:, None] - flat[None], axis=-1)
    after = np.linalg.norm(found[:, None] - found[None], axis=-1)
    np.testing.assert_allclose(after, before, atol=1e-4)


def test_the_same_seed_gives_the_same_bytes_and_no_variance_no_share() -> None:
    vectors = cloud()
    first, again = components(vectors, 2, 5), components(vectors, 2, 5)
    assert first.directions.tobytes() == again.directions.tobytes()
    assert components(np.ones((5, 6), np.float32), 2, 5).share(np.ones((5, 6))) is None
