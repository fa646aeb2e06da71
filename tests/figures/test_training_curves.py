from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from subjects import (
    check_house_rules,
    dataset,
    measures,
    model_facts,
    notes_of,
    subject,
)

from reportgen.errors import UndefinedError
from reportgen.figures.training_curves.compute import compute
from reportgen.metrics.proportions import newcombe
from reportgen.records import Target

LENGTH, COLOR = Target("length", "Length", ("7", "15")), Target("color", "Color", ("red", "blue"))
COUNTS = {"train": 100, "validation": 50, "test": 10}


def toys(*targets):
    images = np.zeros((4, 4, 4, 1), np.uint8)
    return dataset(images, {target.name: [0, 1, 0, 1] for target in targets}, targets)


@pytest.fixture(scope="module")
def single():
    return keras.Sequential(
        [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2, activation="softmax")]
    )


@pytest.fixture(scope="module")
def double():
    start = keras.Input((4, 4, 1))
    flat = layers.Flatten()(start)
    outputs = [layers.Dense(1, activation="sigmoid", name=n)(flat) for n in ("length", "color")]
    return keras.Model(start, outputs)


HISTORY = {"accuracy": (0.5, 0.9), "loss": (1.0, 0.4), "val_accuracy": (0.6, 0.7),
           "val_loss": (0.9, 0.8)}  # fmt: skip


def test_single_output(single):
    told = model_facts(history=HISTORY, counts=COUNTS)
    artifact = compute(subject("training_curves", single, toys(LENGTH), facts=told))
    found = measures(artifact)
    assert found["epochs"].value == 2
    assert found["final_accuracy@train.length"].value == 0.9
    assert found["final_accuracy@validation.length"].n == 50
    assert found["gap@length"].value == pytest.approx(0.2)
    # Newcombe's method by hand, from Wilson's 0.8256..0.9448 (90 of 100) and 0.5625..0.8090
    # (35 of 50): down sqrt(.0744^2 + .1090^2), up sqrt(.0448^2 + .1375^2).
    assert found["gap@length"].interval == pytest.approx((0.068, 0.3446), abs=2e-3)
    (drawing,) = check_house_rules("training_curves", artifact, {})
    assert "accuracy of length from 0.500 to 0.900 in training" in drawing.alt
    notes, _ = notes_of("training_curves", artifact)
    assert "above validation accuracy" in notes[0].text


def test_several_outputs(double):
    history = {
        "loss": (2.0,), "length_accuracy": (0.9,), "length_loss": (0.3,), "color_accuracy": (1.0,),
        "color_loss": (0.1,), "val_length_accuracy": (0.9,), "val_color_accuracy": (1.0,),
    }  # fmt: skip
    told = model_facts(history=history, counts=COUNTS)
    artifact = compute(subject("training_curves", double, toys(LENGTH, COLOR), facts=told))
    found = measures(artifact)
    assert found["final_accuracy@validation.color"].value == 1.0
    assert found["gap@length"].value == 0
    assert {curve.title for curve in artifact.facts.curves} == {"Length", "Color"}
    check_house_rules("training_curves", artifact, {})
    notes, _ = notes_of("training_curves", artifact)
    assert all("too close to tell apart" in note.text for note in notes)


def test_no_validation_no_gap(single):
    history = {"accuracy": (0.5,), "loss": (1.0,)}
    artifact = compute(
        subject("training_curves", single, toys(LENGTH), facts=model_facts(history=history))
    )
    spikes = "loss_spikes@train.length"
    assert set(measures(artifact)) == {"epochs", "final_accuracy@train.length", spikes}
    check_house_rules("training_curves", artifact, {})


def test_a_model_that_came_trained_has_no_curves(single):
    with pytest.raises(UndefinedError, match="already trained"):
        compute(subject("training_curves", single, toys(LENGTH)))


def test_newcombe_against_the_paper():
    # Newcombe 1998, table II, cases (a) 56/70 - 48/80 and (h) 10/10 - 0/10, method 10.
    assert newcombe(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe(1.0, 10, 0.0, 10) == pytest.approx((0.6075, 1.0), abs=1e-4)
    with pytest.raises(ValueError, match="needs cases"):
        newcombe(0.5, 0, 0.5, 10)


def test_the_log_is_a_table(single):
    told = model_facts(history=HISTORY, counts=COUNTS, training={"batch_size": 30})
    made = subject("training_curves", single, toys(LENGTH), facts=told, log=True)
    _, table = check_house_rules("training_curves", compute(made), made.params)
    assert table.columns == (
        "Epoch", "Loss", "Accuracy", "Validation loss", "Validation accuracy"
    )  # fmt: skip
    assert table.rows == (("1", 1.0, 0.5, 0.9, 0.6), ("2", 0.4, 0.9, 0.8, 0.7))
    assert "; 4 steps an epoch." in table.caption
    assert table.footer == ()


def test_times_are_told_where_they_are_asked_for(single):
    told = model_facts(history=HISTORY, counts=COUNTS, training={"batch_size": 30})
    made = subject("training_curves", single, toys(LENGTH), facts=told, times=True)
    made = replace(made, times=(50.0, 70.26))
    _, table = check_house_rules("training_curves", compute(made), made.params)
    assert table.columns[:3] == ("Epoch", "Seconds", "Milliseconds per step")
    assert table.rows[1][:3] == ("2", 70.26, 17565)
    assert "differ from run to run" in table.caption
    assert table.footer == ("All epochs: 2 min 0 s",)
    assert not [name for name in measures(compute(made)) if "second" in name]


def test_the_log_names_outputs_where_there_are_several(double):
    history = {f"{prefix}{head}_{metric}": (0.5,) for head in ("length", "color")
               for metric in ("loss", "accuracy") for prefix in ("", "val_")}  # fmt: skip
    told = model_facts(history={"loss": (1.0,), **history}, counts=COUNTS)
    made = subject("training_curves", double, toys(LENGTH, COLOR), facts=told, log=True)
    _, table = check_house_rules("training_curves", compute(made), made.params)
    assert table.columns[1:3] == ("Loss of length", "Accuracy of length")
    assert len(table.columns) == 9


def test_outputs_whose_titles_differ_in_case_alone_have_columns_of_their_own(double):
    length, color = (Target(name, title, ("a", "b")) for name, title in
                     (("length", "Side"), ("color", "side")))  # fmt: skip
    history = {"loss": (1.0,), "length_accuracy": (0.5,), "color_accuracy": (0.25,)}
    made = subject("training_curves", double, toys(length, color), log=True,
                   facts=model_facts(history=history, counts=COUNTS))  # fmt: skip
    _, table = check_house_rules("training_curves", compute(made), made.params)
    assert table.columns == ("Epoch", "Accuracy of side", "Accuracy of side")
    assert table.rows == (("1", 0.5, 0.25),)
