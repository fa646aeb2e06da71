"""Loss and accuracy after each epoch of training."""

from __future__ import annotations

from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    name="training_curves",
    title="Training Curves",
    help="loss and accuracy by epoch, training and validation, for each output",
    parameters=(
        Parameter("log", "bool", False, "a table of all numbers, a row for each epoch, as well"),
        Parameter(
            "times",
            "bool",
            False,
            "the table with the seconds of each epoch, which differ from training to training",
            input="times",
        ),
    ),
    evidence=(
        ("epochs", "epochs trained"),
        ("final_accuracy", "accuracy after the last epoch, by split and output"),
        ("gap", "training minus validation accuracy after the last epoch, by output"),
        ("loss_spikes", "epochs at which the loss jumps up and back, by split and output"),
        ("loss_trend", "change of the loss by epoch over the last half, by split and output"),
        ("best_epoch", "epoch with the smallest validation loss, by output"),
        ("loss_rise", "last validation loss over the smallest, minus one, by output"),
        ("explained", "share of the labels' entropy that the validation loss saves, by output"),
    ),
    needs_data=True,
)
