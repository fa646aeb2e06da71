"""Movements of images: by hand, and gradients that go back the same way."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from reportgen.maximization.transformations import Transforms, draw_moves, moved

MIDDLE = np.float32([0.5])


def move(
    images: np.ndarray,
    shift: tuple[int, int] = (0, 0),
    turn: tuple[float, float] = (0.0, 1.0),
    pad: int = 0,
    turns: bool = False,
) -> np.ndarray:
    given = tf.constant(images, tf.float32)
    return np.asarray(moved(given, np.int32(shift), np.float32(turn), MIDDLE, pad, turns))


def picture(side: int = 5) -> np.ndarray:
    return np.random.default_rng(0).random((2, side, side, 1)).astype(np.float32)


def test_nothing_moves_nothing() -> None:
    x = picture()
    for pad in (0, 2):
        for turns in (False, True):
            np.testing.assert_allclose(move(x, pad=pad, turns=turns), x, atol=1e-6)


def test_shifts_wrap_around_or_bring_in_gray() -> None:
    x = picture()
    np.testing.assert_array_equal(move(x, (1, -2)), np.roll(x, (1, -2), axis=(1, 2)))
    framed = move(x, (1, 0), pad=1)
    np.testing.assert_allclose(framed[:, 1:], x[:, :-1], atol=1e-6)
    np.testing.assert_allclose(framed[:, 0], 0.5)


def test_a_quarter_turn_and_no_mirror_image() -> None:
    x = picture()
    turned = move(x, turn=(np.pi / 2, 1.0), turns=True)
    # In rows that go down, a positive angle turns as the clock does not.
    expected = np.rot90(x, 1, axes=(1, 2))
    clockwise = np.rot90(x, -1, axes=(1, 2))
    fits = [np.allclose(turned, one, atol=1e-4) for one in (expected, clockwise)]
    assert sum(fits) == 1


def test_half_the_size_leaves_gray_around() -> None:
    x = np.ones((1, 9, 9, 1), np.float32)
    small = move(x, turn=(0.0, 0.5), turns=True)[0, ..., 0]
    assert small[4, 4] == pytest.approx(1)
    np.testing.assert_allclose(small[0], 0.5)
    large = move(picture(9), turn=(0.0, 2.0), turns=True)
    np.testing.assert_allclose(large[:, ::2, ::2], picture(9)[:, 2:7, 2:7], atol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    x = picture(4)[:1].astype(np.float32)
    weights = np.random.default_rng(1).normal(size=x.shape).astype(np.float32)
    given = {"shift": (1, 0), "turn": (0.3, 1.1), "pad": 1, "turns": True}
    at = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(at)
        found = moved(at, np.int32((1, 0)), np.float32((0.3, 1.1)), MIDDLE, 1, True)
        total = tf.reduce_sum(found * weights)
    slope = np.asarray(tape.gradient(total, at))
    # Moving is linear but for its middle, so differences are exact.
    for place in np.ndindex(4, 4):
        other = x.copy()
        other[0, place[0], place[1], 0] += 1
        change = ((move(other, **given) - move(x, **given)) * weights).sum()
        assert slope[0, place[0], place[1], 0] == pytest.approx(change, abs=1e-4)


def test_moves_follow_the_seed_and_their_bounds() -> None:
    how = Transforms(jitter=3, rotate=10, scale=0.2)
    first, second = (draw_moves(np.random.default_rng(s), 200, how) for s in (1, 1))
    np.testing.assert_array_equal(first.shifts, second.shifts)
    np.testing.assert_array_equal(first.turns, second.turns)
    assert (first.shifts.min(), first.shifts.max()) == (-3, 3)
    assert np.abs(first.turns[:, 0]).max() <= np.deg2rad(10)
    # Sizes are never negative: that would be a mirror image.
    assert 0.8 <= first.turns[:, 1].min() < first.turns[:, 1].max() <= 1.2


def test_one_step_in_four_moves_nothing() -> None:
    moves = draw_moves(np.random.default_rng(0), 6, Transforms(jitter=3, rotate=10, scale=0.1))
    rested = moves.with_rests()
    assert (rested.shifts[[0, 4]] == 0).all()
    assert rested.turns[[0, 4]].tolist() == [[0, 1], [0, 1]]
    others = [1, 2, 3, 5]
    np.testing.assert_array_equal(rested.shifts[others], moves.shifts[others])
    np.testing.assert_array_equal(rested.turns[others], moves.turns[others])
    assert (moves.turns[0] != (0, 1)).any(), "what was drawn stays as it was"


def test_a_longer_ascent_moves_as_a_shorter_one_first() -> None:
    how = Transforms(jitter=3, rotate=10, scale=0.1)
    short, long = (draw_moves(np.random.default_rng(0), steps, how) for steps in (6, 50))
    np.testing.assert_array_equal(long.shifts[:6], short.shifts)
    np.testing.assert_array_equal(long.turns[:6], short.turns)
    assert long.shifts.min() == -3
    assert long.shifts.max() == 3
