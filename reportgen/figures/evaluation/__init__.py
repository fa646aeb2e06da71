"""How well the model does on each split."""

from __future__ import annotations

from reportgen.catalog import Entry

ENTRY = Entry(
    name="evaluation",
    title="Evaluation",
    help="accuracy and loss by split and output, with intervals",
    evidence=(
        ("accuracy", "share of images classified correctly, by split and output"),
        ("loss", "loss by split and output"),
        ("mean_accuracy", "test accuracy averaged over the outputs"),
        ("gray_accuracy", "test accuracy on the same images without their color, by output"),
        ("balanced_accuracy", "test accuracy averaged over classes, by output"),
        ("gap_to_test", "accuracy on the split minus test accuracy, by split and output"),
        ("overconfidence", "mean probability of the answers minus test accuracy, by output"),
        ("calibration_error", "expected calibration error on test images, by output"),
        ("temperature", "divisor of the logits that makes the labels likeliest, by output"),
        ("mended_calibration_error", "calibration error with that temperature, by output"),
        ("certain_answers", "share of test answers with a probability of one, by output"),
        ("logit_lead", "median lead of the largest logit over the second, by output"),
        ("confident_disagreement", "share of confident answers that differ from the label"),
        ("suspect_labels", "share of labels that confident answers put into another class"),
        ("altered_accuracy", "accuracy on images without color, shape or texture, by output"),
        ("altered_loss", "accuracy that this alteration costs, by alteration and output"),
    ),
    needs_data=True,
)
