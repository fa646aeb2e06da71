"""The choice of test images, and their foreground masks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_models import dataset

from reportgen.errors import UserError
from reportgen.network.samples import foreground, measured, pick
from reportgen.records import Split


def test_samples_are_of_distinct_classes_and_spread() -> None:
    data = dataset({"class": 12}, n=48)
    labels = np.asarray(data.splits["test"].labels["class"])
    chosen = pick(data, 12)
    assert sorted(labels[chosen]) == list(range(12))
    assert abs(int(labels[chosen][0]) - int(labels[chosen][1])) > 2
    assert (chosen < 12).all(), "the first image of each class"


def test_fewer_samples_are_a_prefix_of_more() -> None:
    data = dataset({"class": 7}, n=21)
    for count in range(1, 21):
        assert pick(data, count).tolist() == pick(data, 21)[:count].tolist()
    assert sorted(pick(data, 21)) == list(range(21))


def test_classes_without_test_images_are_passed_over() -> None:
    data = dataset({"class": 4}, n=8)
    split = data.splits["test"]
    labels = {"class": np.array([0, 0, 0, 0, 2, 2, 2, 2])}
    changed = dataclasses.replace(data, splits={"test": dataclasses.replace(split, labels=labels)})
    assert len(set(pick(changed, 8))) == 8


def test_listed_samples_are_taken_as_they_are() -> None:
    assert pick(dataset({"class": 3}), [5, 0, 5]).tolist() == [5, 0, 5]


@pytest.mark.parametrize("samples", [0, 25, [24], [-1], []])
def test_samples_that_are_not_there(samples: int | list[int]) -> None:
    with pytest.raises(UserError, match="must lie in"):
        pick(dataset({"class": 3}, n=24), samples)


def test_measuring_takes_what_there_is() -> None:
    assert len(measured(dataset({"class": 3}, n=24), 96)) == 24
    assert len(measured(dataset({"class": 3}, n=24), 10)) == 10


def test_foreground_is_the_datasets_own_masks() -> None:
    data = dataset({"class": 3})
    assert foreground(data, "test", [1, 2]).sum(axis=(1, 2)).tolist() == [6, 6]


def test_foreground_without_masks_is_a_threshold_on_any_channel() -> None:
    pixels = np.zeros((1, 1, 3, 3), np.uint8)
    pixels[0, 0] = [[0, 0, 90], [40, 40, 40], [200, 0, 0]]
    data = dataset({"class": 1})
    split = Split(pixels, {"class": np.zeros(1)})
    plain = dataclasses.replace(data, splits={"test": split})
    low = dataclasses.replace(plain, facts={"threshold": 50})
    assert foreground(plain, "test", [0]).tolist() == [[[False, False, True]]]
    assert foreground(low, "test", [0]).tolist() == [[[True, False, True]]]
