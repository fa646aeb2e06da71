"""Exact tests of models on the same images, against binomial sums worked out by hand."""

from __future__ import annotations

import itertools

import pytest

from reportgen.drafting.paired import packed, paired, sign_test
from reportgen.records import Evidence


def accuracy(right: list[bool]) -> Evidence:
    share = sum(right) / len(right)
    return Evidence("", share, "", len(right), None, None, "", "", outcomes=packed(right))


def test_signs_by_hand() -> None:
    # 10 against 2: 2 (1 + 12 + 66) / 2^12; 1 against 0 is a coin; none is nothing.
    assert sign_test({1: 10, -1: 2}) == pytest.approx(158 / 4096)
    assert sign_test({1: 1}) == 1
    assert sign_test({}) == sign_test({0: 7}) == sign_test({1: 4, -1: 4}) == 1
    assert sign_test({1: 40, -1: 10}) == pytest.approx(2.3861e-5, rel=1e-4)
    assert sign_test({1: 200}) == pytest.approx(2**-199, rel=1e-6)


def test_differences_of_several_sizes_against_all_signs() -> None:
    sizes = [1, 1, 1, 1, 2, 2, 3]
    total = 1 + 1 + 1 - 1 + 2 + 2 - 3
    sums = [
        sum(sign * size for sign, size in zip(signs, sizes, strict=True))
        for signs in itertools.product((1, -1), repeat=len(sizes))
    ]
    expected = sum(abs(each) >= total for each in sums) / len(sums)
    assert sign_test({1: 3, -1: 1, 2: 2, -3: 1}) == pytest.approx(expected)


def test_one_image_in_1152_is_no_sign_of_anything() -> None:
    first = [True] * 1100 + [False] * 52
    second = first.copy()
    second[0] = False
    result = paired({"a": accuracy(first)}, {"a": accuracy(second)})
    assert result is not None
    assert (result.better, result.worse, result.p, result.side()) == (1, 0, 1, "open")


def test_many_images_are_a_sign_for_one_comparison_or_several() -> None:
    first = [True] * 30 + [False] * 10 + [True] * 60
    second = [False] * 30 + [True] * 10 + [True] * 60
    result = paired({"a": accuracy(first)}, {"a": accuracy(second)})
    assert result is not None
    # P of 30 or more of 40 heads, twice.
    assert result.p == pytest.approx(0.002221, rel=1e-3)
    assert (result.side(), result.side(20), result.side(30)) == ("above", "above", "open")
    back = paired({"a": accuracy(second)}, {"a": accuracy(first)})
    assert back is not None
    assert back.side() == "below"


def test_outputs_of_one_image_are_no_images_of_their_own() -> None:
    """Three outputs that are right together are one image, not three."""
    first, second = [True] * 5 + [False] * 20, [False] * 25
    outputs = ("a", "b", "c")
    result = paired(
        dict.fromkeys(outputs, accuracy(first)), dict.fromkeys(outputs, accuracy(second))
    )
    assert result is not None
    assert (result.better, result.p) == (5, 2 * 0.5**5)


def test_what_cannot_be_paired() -> None:
    known = accuracy([True, False])
    assert paired({"a": known}, {"b": known}) is None
    assert paired({"a": known}, {"a": accuracy([True] * 3)}) is None
    assert paired({"a": known}, {"a": Evidence("", 1, "", 2, None, None, "", "")}) is None
    assert paired({}, {}) is None
