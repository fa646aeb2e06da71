"""Principal components against a full singular value decomposition."""

import numpy as np
import pytest

from reportgen.metrics.embeddings import components


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
