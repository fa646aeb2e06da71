"""Every sentence of the rules that judge output by output, with evidence that draws it out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from report_builder import block_of, model, report, value

from reportgen.records import Answers, Evidence, Findings, Measure, ReportWarning

PERFECT = value(0.97, 0.95, 0.98, 500, 0.25)
UNABLE = value(0.3, 0.2, 0.4, 500, 0.25)
RANDOM = {"untrained": True}
SEEN = {"warnings": (ReportWarning("test_from_training", "test images may be known"),)}


def share(middle: float, width: float = 0.01, n: int = 500, baseline: float = 0.0) -> Evidence:
    return value(middle, middle - width, middle + width, n, baseline)


def altered(**losses: float) -> dict[str, Evidence]:
    """The evidence of alterations that lose so much of an accuracy of 0.97."""
    evidence = {"accuracy@test.h": PERFECT}
    for name, loss in losses.items():
        evidence[f"altered_loss@{name}.h"] = share(loss)
        evidence[f"altered_accuracy@{name}.h"] = share(0.97 - loss, baseline=0.97)
    return evidence


def course(**changes: Evidence | None) -> dict[str, Evidence]:
    """The evidence of a training that has ended, with some changes; None leaves one out."""
    usual = {
        "loss_spikes@train.h": value(0, n=10),
        "loss_trend@validation.h": share(0.001, 0.005, 6),
        "loss_rise@h": value(0.01, n=12),
        "best_epoch@h": value(4, n=12),
        "explained@h": value(0.7, n=12),
        "final_accuracy@train.h": PERFECT,
    }
    names = {key.partition("@")[0]: key for key in usual}
    usual |= {names[key]: item for key, item in changes.items() if item is not None}
    gone = {names[key] for key, item in changes.items() if item is None}
    return {key: item for key, item in usual.items() if key not in gone}


def calibrated(
    over: float, error: float, chance: float, bend: float = 1.0, mended: float = 1.0
) -> dict[str, Evidence]:
    return {
        "overconfidence@test.h": share(over),
        "calibration_error@test.h": share(error, baseline=chance),
        "temperature@test.h": share(bend, baseline=1),
        "mended_calibration_error@test.h": value(mended, baseline=1),
    }


def labels(
    split: str, confident: float, overall: float, recall: Evidence = PERFECT
) -> dict[str, Evidence]:
    return {
        f"confident_disagreement@{split}.h": share(confident, baseline=overall),
        f"suspect_labels@{split}.h": share(0.2),
        "balanced_accuracy@test.h": recall,
    }


def trained(gap: float, width: float = 0.01) -> dict[str, Evidence]:
    return {
        "gap_to_test@train.h": share(gap, width),
        "accuracy@train.h": PERFECT,
        "accuracy@test.h": share(0.97 - gap, baseline=0.25),
    }


def classes(never: int, right: Evidence = PERFECT, **named: Evidence) -> dict[str, Evidence]:
    extra = {key.replace("__", "@h."): item for key, item in named.items()}
    return {"unanswered_classes@h": value(never, n=4), "accuracy@h": right, **extra}


def placed(
    place: float, there: float, inside: float, width: float = 0.02, drawn: float | None = 0.3
) -> dict[str, Evidence]:
    """A place with this share of the maps and of the foreground, of which the image has 0.2.

    `drawn` is the share of the maps on the foreground with fresh weights.
    """
    return {
        "same_place@h": share(place, width, baseline=0.1),
        "foreground_there@h": share(there, baseline=0.2),
        "energy_in_foreground@h": share(inside, baseline=0.2),
        **({} if drawn is None else {"energy_in_foreground_fresh@h": share(drawn, n=5)}),
    }


def doubtful(fault: str, right: bool = True, mended: bool = False) -> dict[str, object]:
    def measure(name: str, number: float) -> Measure:
        return Measure(name, number, "", 200, (number - 0.03, number + 0.03), 0.25, "by hand")

    answers = Answers(
        "h", fault, "7", measure("same_answer", 0.95),  # type: ignore[arg-type]
        measure("accuracy", 0.24) if right else None,
        "'scaling: 0..255'" if mended else "", measure("repaired", 0.9) if mended else None,
    )  # fmt: skip
    return {"doubtful": (answers,)}


@dataclass(frozen=True)
class Said:
    """A sentence of a rule's catalog, and the evidence of a figure that draws it out."""

    rule: str
    id: str
    verdict: str
    kind: str
    values: Mapping[str, Evidence]
    text: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def findings(self, outputs: int = 1, models: int = 1) -> Findings:
        """A report in which this holds for so many outputs of so many models."""
        shown = []
        for name in "ab"[:models]:
            doubted = tuple(
                replace(each, output=output)
                for each in self.facts.get("doubtful", ())  # type: ignore[attr-defined]
                for output in ("h", "other")[:outputs]
            )
            facts = {**self.facts, **({"doubtful": doubted} if doubted else {})}
            shown.append(replace(model(name), **facts))  # type: ignore[arg-type]
        values = dict(self.values)
        if outputs > 1:
            values |= {
                re.sub(r"(^[^@]*@(?:[^.@]*\.)?)h\b", r"\1other", key): item
                for key, item in self.values.items()
            }
        blocks = [block_of(self.kind, each.name, values) for each in shown]
        return report(shown, *blocks)


def _of(rule: str, kind: str, *cases: tuple) -> list[Said]:  # type: ignore[type-arg]
    return [Said(rule, case[0], case[1], kind, *case[2:]) for case in cases]


# fmt: off
SAID = [
    *_of(
        "useful_answers", "evaluation",
        ("above", "supported", {"accuracy@test.h": PERFECT},
         "The accuracy of the model beats always naming the most frequent class: 97% against "
         "25%."),
        ("below", "contradicted", {"accuracy@test.h": share(0.25, 0.05, baseline=0.25)},
         "The model is no more accurate than always naming the most frequent class: 25% against "
         "25%."),
        ("open", "inconclusive", {"accuracy@test.h": share(0.26, 0.005, baseline=0.25)},
         "The model is not clearly more accurate than always naming the most frequent class: 26%"
         " against 25%."),
        ("rare", "inconclusive",
         {"accuracy@test.h": share(0.9, 0.06, baseline=0.95),
          "balanced_accuracy@test.h": share(0.94, baseline=0.5)},
         "The model is no more accurate than always naming the most frequent class (90%), yet "
         "tells classes apart: recall averages 94%."),
        ("alike", "contradicted", {"accuracy@test.h": UNABLE},
         "The model answers 95% of the test images as `7`, so that figures explain answers that "
         "hardly depend on the image.",
         doubtful("alike")),
        ("alike-mended", "contradicted", {"accuracy@test.h": UNABLE},
         "The model answers 95% of the test images as `7`; with `scaling: 0..255`, 90% are "
         "answered correctly.",
         doubtful("alike", mended=True)),
        ("alike-unlabeled", "inconclusive", {"accuracy@test.h": UNABLE},
         "The model answers 95% of the test images as `7`; unless they all show the same, the "
         "answers hardly depend on the image.",
         doubtful("alike", right=False)),
        ("chance", "contradicted", {"accuracy@test.h": UNABLE},
         "The model answers 30% of the test images correctly, no better than one constant "
         "answer, which reaches 25%.",
         doubtful("chance")),
        ("chance-mended", "contradicted", {"accuracy@test.h": UNABLE},
         "The model is no better than one constant answer, with 30% right; with `scaling: "
         "0..255`, 90% are answered correctly.",
         doubtful("chance", mended=True)),
    ),
    *_of(
        "class_answers", "confusion_matrix",
        ("above", "supported", classes(0),
         "The model answers each of 4 classes for some image, and none mostly as another."),
        ("open", "inconclusive", classes(0, UNABLE),
         "Answers of classes cannot be judged: the accuracy of the model is not known to exceed "
         "that of one constant answer."),
        ("unlearned", "inconclusive", classes(0),
         "The model answers every class, but that is no sign of learning: its weights were never"
         " trained.",
         RANDOM),
        ("swapped", "contradicted", classes(0, **{"swapped__3>8": share(0.9, baseline=0.05)}),
         "The model swaps `3` and `8`: 90% of their images are answered as the other one, 5% "
         "correctly."),
        ("renamed", "contradicted", classes(0, **{"renamed__3>8": share(0.9, baseline=0.05)}),
         "The model answers most images of `3` as `8`: 90%, against 5% correctly."),
        ("one", "contradicted", classes(1, unanswered__3=value(0, n=20, baseline=20)),
         "The model never answers `3`, the class of 20 images."),
        ("several", "contradicted", classes(2, unanswered__3=value(0, n=20, baseline=20)),
         "The model never answers 2 of 4 classes, among them `3`."),
    ),
    *_of(
        "training_course", "training_curves",
        ("nothing", "contradicted",
         course(explained=value(0.001), final_accuracy=share(0.25, 0.02, baseline=0.25)),
         "The model never learned: 25% of its training images are answered correctly, and one "
         "constant answer reaches 25%."),
        ("unstable", "contradicted", course(loss_spikes=value(3, n=10)),
         "The training of the model was unstable: its loss jumped up and back at 3 of 10 epochs."),
        ("late", "contradicted", course(loss_trend=share(0.1, 0.01, 6), loss_rise=value(0.5)),
         "The model trained for too long: its validation loss was smallest after epoch 4 and "
         "ended 50% higher."),
        ("rising", "inconclusive", course(loss_trend=share(0.05, 0.01, 6), loss_rise=value(0.08)),
         "The model may have trained for too long: its validation loss was rising at last, but "
         "ended only 8% above its smallest value."),
        ("falling", "contradicted", course(loss_trend=share(-0.1, 0.01, 6)),
         "The model was still improving when training ended: its validation loss changed by -10%"
         " an epoch."),
        ("settled", "supported", course(),
         "The training of the model was steady and had come to its end: its validation loss at "
         "last changed by +0.10% an epoch."),
        ("exhausted", "supported", course(loss_trend=share(-0.1, 0.01, 6), explained=value(0.995)),
         "The training of the model was steady and left little to learn: its smallest validation"
         " loss is 99.5% below that of class frequencies alone."),
        ("open", "inconclusive", course(loss_trend=share(-0.01, 0.1, 6)),
         "It cannot be told whether the training of the model had come to its end: the trend of "
         "its validation loss, -1% an epoch, is uncertain."),
        ("short", "inconclusive", course(loss_trend=None),
         "It cannot be told whether the training of the model had come to its end: no trend of "
         "its validation loss is known, which takes four epochs."),
    ),
    *_of(
        "new_images", "evaluation",
        ("as-well", "supported", trained(0.01),
         "The model answers new images about as well as training images: 96% and 97% are right."),
        ("over-fits", "contradicted", trained(0.2),
         "The model over-fits: 97% of training images and 77% of test images are answered "
         "correctly."),
        ("uncertain", "inconclusive", trained(0.05),
         "It cannot be told whether the model over-fits: 97% of training and 92% of test images "
         "are answered correctly, an uncertain difference."),
        ("seen", "inconclusive", trained(0.01),
         "It cannot be told whether the model over-fits, as its test images may be among those "
         "it was trained on: 96% are answered correctly.",
         SEEN),
        ("unlearned", "inconclusive", trained(0.01),
         "The model answers training and test images about equally well, but that is no sign of "
         "learning: its weights were never trained.",
         RANDOM),
    ),
    *_of(
        "clean_labels", "evaluation",
        ("above", "supported", labels("test", 0.005, 0.03),
         "Labels look clean: of the quarter of answers that the model is most confident of, "
         "0.50% differ from the label."),
        ("train", "contradicted", labels("train", 0.2, 0.2),
         "Training labels are in doubt: the model contradicts 20% of them where it is most "
         "confident, and confident learning suspects 20%."),
        ("test", "contradicted", labels("test", 0.2, 0.2),
         "Test labels are in doubt: the model contradicts 20% of them where it is most "
         "confident, and confident learning suspects 20%."),
        ("hard", "inconclusive", labels("test", 0.1, 0.4),
         "Hard images may explain why the model contradicts labels: 10% where it is most "
         "confident, but 40% of all."),
        ("unskilled", "inconclusive", labels("test", 0.2, 0.2, UNABLE),
         "The model cannot judge labels, though it contradicts 20% where it is most confident: "
         "it is not known to find enough classes itself."),
        ("open", "inconclusive", labels("test", 0.02, 0.2),
         "It cannot be told whether labels are clean: the model contradicts 2% of them where it "
         "is most confident, not clearly more or less than one in fifty."),
        ("unlearned", "inconclusive", labels("test", 0.005, 0.03),
         "The most confident answers of the model agree with labels, but it cannot judge them: "
         "its weights were never trained.",
         RANDOM),
    ),
    *_of(
        "confidence_fits", "evaluation",
        ("above", "supported", calibrated(0.01, 0.02, 0.01),
         "The confidence of the model fits its accuracy: the calibration error is 2%, where "
         "chance alone makes 1%."),
        ("uneven", "contradicted", calibrated(0.01, 0.2, 0.03),
         "The confidence of the model does not fit its accuracy: the calibration error is 20%, "
         "where chance alone makes 3%."),
        ("open", "inconclusive", calibrated(0.01, 0.06, 0.03),
         "It cannot be told whether the confidence of the model fits its accuracy: the "
         "calibration error is 6%, where chance alone makes 3%."),
        ("unlearned", "inconclusive", calibrated(0.01, 0.02, 0.01),
         "The calibration error of the model is small, 2%, but that is no sign of learning: its "
         "weights were never trained.",
         RANDOM),
        ("over", "contradicted", calibrated(0.2, 0.2, 0.01),
         "The model is overconfident: the probability of its answers exceeds its accuracy by 20%"
         " on average."),
        ("over-mended", "contradicted", calibrated(0.2, 0.2, 0.01, 3, 0.1),
         "The model is overconfident, by 20% on average; dividing its logits by 3 more than "
         "halves the calibration error."),
        ("modest", "contradicted", calibrated(-0.2, 0.2, 0.01),
         "The model is less confident than accurate: the probability of its answers minus its "
         "accuracy is -20% on average."),
        ("modest-mended", "contradicted", calibrated(-0.2, 0.2, 0.01, 0.5, 0.1),
         "The model is less confident than accurate (-20% on average); dividing its logits by "
         "0.500 more than halves the calibration error."),
    ),
    *_of(
        "saturated_answers", "evaluation",
        ("below", "contradicted",
         {"certain_answers@test.h": share(0.98), "logit_lead@test.h": share(40)},
         "The model is saturated: for 98% of test images its probability rounds to one, where "
         "gradients vanish; its largest logit leads by 40."),
    ),
    *_of(
        "shape_or_color", "evaluation",
        ("gray-data", "supported", altered(blocks=0.5),
         "The model needs shape: with blocks of the image exchanged, 47% are answered correctly,"
         " and 97% as they are."),
        ("shape", "supported", altered(blocks=0.5, gray=0.01, turned=0),
         "Shape decides the answers of the model, not color: 96% are right with altered colors, "
         "and 47% with blocks of the image exchanged."),
        ("silhouette", "supported", altered(silhouette=0.01),
         "Shape is enough for the model: 96% of silhouettes in two colors are answered "
         "correctly, and 97% of images as they are."),
        ("colors-only", "contradicted", altered(pixels=0.01),
         "Shape does not matter to the model: with all pixels exchanged, 96% are answered "
         "correctly, and 97% as they are."),
        ("texture", "contradicted", altered(blocks=0.01, pixels=0.5),
         "The model needs no overall shape: with blocks of the image exchanged, 96% are answered"
         " correctly, and 97% as they are."),
        ("both", "contradicted", altered(blocks=0.5, gray=0.3),
         "The model needs color and shape: 67% are right with altered colors, and 47% with "
         "blocks of the image exchanged."),
        ("color", "contradicted", altered(gray=0.3),
         "The model needs color: 67% of images are answered correctly with altered colors, and "
         "97% with their own."),
        ("no-color", "inconclusive", altered(gray=0.01),
         "The model needs no color, but it cannot be told whether shape decides: 96% are right "
         "with altered colors, and 97% with their own."),
        ("open", "inconclusive", altered(blocks=0.07),
         "It cannot be told what the answers of the model need: at worst, 90% of altered images "
         "are right, and 97% as they are."),
        ("unable", "inconclusive", altered(blocks=0.07) | {"accuracy@test.h": UNABLE},
         "It cannot be told what the model needs: its accuracy leaves little to lose, 30% "
         "against 25% by one constant answer."),
        ("unlearned", "inconclusive", altered(blocks=0.5),
         "Shape seems to decide the answers of the model, but that is no sign of learning: its "
         "weights were never trained.",
         RANDOM),
    ),
    *_of(
        "fixed_place", "occlusion",
        ("moves", "supported", placed(0.3, 0.2, 0.7),
         "The evidence of the model moves with the object: 70% of its score drops under a patch "
         "lies on it, and 30% in the same tenth of all images."),
    ),
    *_of(
        "fixed_place", "saliency",
        ("fixed", "contradicted", placed(0.8, 0.02, 0.1),
         "The evidence of the model lies at one place off the object: 80% of its saliency maps "
         "lies in the same tenth of all images, with 2% object pixels."),
    ),
    *_of(
        "fixed_place", "grad_cam",
        ("shared", "inconclusive", placed(0.8, 0.7, 0.8),
         "80% of the heatmaps of the model lies in the same tenth of all images, but objects may"
         " lie there too, so nothing can be told."),
        ("off", "inconclusive", placed(0.3, 0.2, 0.2),
         "The heatmaps of the model mark no fixed place, but not clearly the object either: 20% "
         "lies on it."),
        ("open", "inconclusive", placed(0.5, 0.2, 0.7),
         "It cannot be told whether the evidence of the model moves with the object: 50% of its "
         "heatmaps lies in the same tenth of all images."),
        ("like-fresh", "inconclusive", placed(0.3, 0.2, 0.7, drawn=0.68),
         "The heatmaps of the model lie on the object, but not clearly more than with fresh "
         "weights: 70% against 68%."),
        ("no-fresh", "inconclusive", placed(0.3, 0.2, 0.7, drawn=None),
         "The heatmaps of the model lie on the object (70%), but were not measured with fresh "
         "weights, so that training cannot be credited."),
        ("unlearned", "inconclusive", placed(0.3, 0.2, 0.7),
         "The heatmaps of the model lie on the object, but that is no sign of learning: its "
         "weights were never trained.",
         RANDOM),
    ),
]
# fmt: on
"""One case for every sentence of these rules."""
