"""Over-fitting, label noise and calibration, planted as labels that images do not deserve."""

from __future__ import annotations

import numpy as np
import planted
import pytest
from planted import answering, code_image, examine, seeds

from reportgen.records import Dataset


def flipped(data: Dataset, share: float, seed: int, *splits: str) -> Dataset:
    """The dataset with this share of the labels of some splits replaced by another class."""
    rng = np.random.default_rng([seed, 7])
    classes = len(data.targets[0].classes)
    labels = {}
    for name in splits:
        own = data.splits[name].labels["class"].copy()
        chosen = rng.permutation(len(own))[: round(share * len(own))]
        own[chosen] = (own[chosen] + rng.integers(1, classes, len(chosen))) % classes
        labels[name] = own
    return planted.relabeled(data, labels)


@seeds
def test_over_fitting(seed: int) -> None:
    """Training images are all right, and 30 % of test labels are others."""
    data = planted.data(code_image, seed, (60,) * 4)
    seen = examine(answering(np.eye(4)), flipped(data, 0.3, seed, "test"), "evaluation")
    gap = seen.evidence("gap_to_test@train.class")
    assert gap.value == pytest.approx(0.3)
    assert gap.interval[0] > 0.2
    assert seen.verdict("new_images") == "contradicted"
    twin = examine(answering(np.eye(4)), data, "evaluation")
    assert twin.evidence("gap_to_test@train.class").value == 0
    assert twin.verdict("new_images") == "supported"


def hesitant(rng: np.random.Generator, label: int) -> np.ndarray:
    """As `code_image`, but dimmer the harder it is: some images are hardly told apart."""
    image = code_image(rng, label)
    image[0] = rng.integers(0, 80, (8, 1))
    image[0, label] = rng.integers(10, 200)
    return image


@seeds
def test_label_noise(seed: int) -> None:
    data = planted.data(code_image, seed, (150,) * 4, noise=0.2)
    seen = examine(answering(np.eye(4), scale=3), data, "evaluation")
    for split in ("train", "test"):
        suspects = seen.evidence(f"suspect_labels@{split}.class")
        assert suspects.interval[0] <= 0.2 <= suspects.interval[1]
    assert seen.verdict("clean_labels") == "contradicted"
    assert seen.says("labels are in doubt")
    twin = examine(answering(np.eye(4), scale=3), planted.data(code_image, seed, (250,) * 4),
                   "evaluation")  # fmt: skip
    assert twin.evidence("suspect_labels@test.class").value == 0
    assert twin.verdict("clean_labels") == "supported"


@seeds
def test_hard_images_are_no_label_noise(seed: int) -> None:
    """Errors lie where the model hesitates, as many as the noise above makes."""
    data = planted.data(hesitant, seed, (150,) * 4)
    seen = examine(answering(np.eye(4), scale=20), data, "evaluation")
    assert seen.evidence("accuracy@test.class").value < 0.9
    assert seen.verdict("clean_labels") != "contradicted"


@seeds
def test_logits_times_a_thousand_saturate(seed: int) -> None:
    data = planted.data(hesitant, seed, (60,) * 4)
    seen = examine(answering(np.eye(4), scale=20_000), data, "evaluation")
    assert seen.evidence("certain_answers@test.class").value > 0.97
    assert seen.verdict("saturated_answers") == "contradicted"
    assert seen.evidence("temperature@test.class").value > 100
    assert seen.verdict("confidence_fits") == "contradicted"
    twin = examine(answering(np.eye(4), scale=20), data, "evaluation")
    assert twin.evidence("certain_answers@test.class").value < 0.1
    assert twin.verdict("saturated_answers") == ""
    ratio = (
        seen.evidence("temperature@test.class").value
        / twin.evidence("temperature@test.class").value
    )
    assert ratio == pytest.approx(1000, rel=1e-3)


@seeds
def test_confidence_that_fits(seed: int) -> None:
    """A fifth of the labels is noise, and the answers' probability is four fifths."""
    data = planted.data(code_image, seed, (250,) * 4, noise=0.2)
    fitting = float(np.log(0.8 / (0.2 / 3)))
    twin = examine(answering(np.eye(4), scale=fitting), data, "evaluation")
    assert abs(twin.evidence("overconfidence@test.class").value) < 1e-6
    assert twin.evidence("temperature@test.class").value == pytest.approx(1, rel=0.01)
    assert twin.verdict("confidence_fits") in ("supported", "inconclusive")
    seen = examine(answering(np.eye(4), scale=3 * fitting), data, "evaluation")
    assert seen.evidence("overconfidence@test.class").value == pytest.approx(0.2, abs=0.01)
    assert seen.evidence("temperature@test.class").value == pytest.approx(3, rel=0.01)
    assert seen.verdict("confidence_fits") == "contradicted"
    modest = examine(answering(np.eye(4), scale=fitting / 4), data, "evaluation")
    assert modest.evidence("overconfidence@test.class").value < -0.3
    assert modest.verdict("confidence_fits") == "contradicted"


@seeds
def test_splits_cut_from_what_a_loaded_model_may_have_trained_on(seed: int) -> None:
    data = planted.data(code_image, seed, (60,) * 4, cut=["validation", "test"])
    seen = examine(answering(np.eye(4)), data, "evaluation")
    kinds = {warning.kind for warning in seen.findings.models[0].warnings}
    assert kinds == {"validation_from_training", "test_from_training"}
    assert seen.verdict("new_images") == "inconclusive"
    assert seen.says("its test images may be among those", "new_images")
    log = {"loss": (1.0,), "accuracy": (1.0,)}
    here = examine(answering(np.eye(4)), data, "evaluation", history=log)
    assert not here.findings.models[0].warnings
    twin = examine(answering(np.eye(4)), planted.data(code_image, seed, (60,) * 4), "evaluation")
    assert not twin.findings.models[0].warnings
    assert twin.verdict("new_images") == "supported"
