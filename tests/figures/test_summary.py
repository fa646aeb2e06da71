import keras
import pytest
import zoo
from keras import layers
from subjects import check_house_rules, model_facts, notes_of, subject, values

from reportgen.figures.summary.compute import compute, described
from reportgen.figures.summary.draw import draw
from reportgen.network.graph import require_graph


@pytest.fixture(scope="module")
def base():
    """The first table of the write-up."""
    from reportgen.models.zoo.base import build

    return build((28, 28, 3), ())


def test_table_is_the_write_ups(base):
    told = model_facts(
        base, total_params=4069216, trainable_params=4069152, non_trainable_params=64
    )
    made = subject("summary", base, facts=told)
    (table,) = check_house_rules("summary", compute(made), made.params)
    assert table.columns == ("Layer (type)", "Output Shape", "Param #")
    assert table.rows == (
        ("conv2d_2 (Conv2D)", "(None, 22, 22, 32)", 4736),
        ("batch_normalization_2 (BatchNormalization)", "(None, 22, 22, 32)", 128),
        ("max_pooling2d_2 (MaxPooling2D)", "(None, 11, 11, 32)", 0),
        ("flatten_2 (Flatten)", "(None, 3872)", 0),
        ("dense_3 (Dense)", "(None, 1024)", 3965952),
        ("dense_4 (Dense)", "(None, 96)", 98400),
    )
    assert table.footer == (
        "Total params: 4,069,216",
        "Trainable params: 4,069,152",
        "Non-trainable params: 64",
    )


def test_measures(base):
    found = values(compute(subject("summary", base, facts=model_facts(base, total_params=4069216))))
    assert found == {
        "layers": 6, "conv_layers": 1, "pool_layers": 1, "params": 4069216, "input_size": 28,
        "input_channels": 3, "receptive_field@conv2d_2": 7,
    }  # fmt: skip


def test_graphs_say_what_each_layer_is_connected_to():
    start = keras.Input((8, 6, 1), name="Input_Image")
    a, b = (layers.Conv2D(2, 3, padding="same", name=name)(start) for name in ("a", "b"))
    model = keras.Model(start, layers.Add(name="sum")([a, b]))
    made = subject("summary", model)
    artifact = compute(made)
    (table,) = draw(artifact, made.params)
    assert table.columns[-1] == "Connected to"
    assert table.rows[0] == ("Input_Image (InputLayer)", "(None, 8, 6, 1)", 0, "")
    assert table.rows[-1][-1] == "a[0][0], b[0][0]"
    assert values(artifact)["input_size"] == 8


def test_receptive_fields_grow_and_nested_layers_count():
    inner = keras.Sequential(
        [keras.Input((32, 32, 1)), layers.Conv2D(2, 5, name="deep")], name="in"
    )
    model = keras.Sequential([keras.Input((32, 32, 1)), inner, layers.MaxPooling2D(2, name="p"),
                              layers.Conv2D(2, 3, name="last")])  # fmt: skip
    artifact = compute(subject("summary", model))
    found = values(artifact)
    # 5, then pooling adds 1 and doubles the step, then 3 adds 2 steps of 2.
    assert found["receptive_field@in/deep"] == 5
    assert found["receptive_field@last"] == 5 + 1 + 2 * 2
    assert (found["conv_layers"], found["pool_layers"], found["layers"]) == (2, 1, 3)
    notes, _ = notes_of("summary", artifact)
    assert "`last`, spans 10 of 32 px" in notes[0].text


def test_a_model_without_convolutions_has_a_table_and_no_note():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    made = subject("summary", model)
    artifact = compute(made)
    assert len(check_house_rules("summary", artifact, made.params)) == 1
    assert notes_of("summary", artifact)[0] == ()
    assert "input_size" not in values(artifact)


def test_what_each_layer_does_and_gives(base):
    made = subject("summary", base, table="outputs")
    (table,) = check_house_rules("summary", compute(made), made.params)
    assert table.rows == (
        ("0", "conv2d_2", "32 filters of 7 x 7, relu", "(1, 22, 22, 32)"),
        ("1", "batch_normalization_2", "BatchNormalization", "(1, 22, 22, 32)"),
        ("2", "max_pooling2d_2", "largest value of each 2 x 2", "(1, 11, 11, 32)"),
        ("3", "flatten_2", "all values in one row", "(1, 3872)"),
        ("4", "dense_3", "1024 units, relu", "(1, 1024)"),
        ("5", "dense_4", "96 units, softmax", "(1, 96)"),
    )


@pytest.mark.parametrize("table", ["layers", "outputs"])
@pytest.mark.parametrize("stands_in", [False, True])
def test_a_layer_for_training_alone_is_listed_and_said(table, stands_in):
    model = zoo.augmenting()
    shown = require_graph(model) if stands_in else model
    made = subject("summary", shown, table=table)
    (drawn,) = check_house_rules("summary", compute(made), made.params)
    assert any("aug" in " ".join(map(str, row)) for row in drawn.rows)
    assert "No prediction passes through aug, so no other figure shows this layer." in drawn.caption
    made = subject("summary", zoo.subclassed(), table=table)
    assert "No prediction" not in draw(compute(made), made.params)[0].caption


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (layers.Conv2D(1, (3, 5), strides=2), "one filter of 3 x 5, 2 x 2 apart"),
        (layers.DepthwiseConv2D(3), "a filter for each channel of 3 x 3"),
        (layers.AveragePooling2D(3, strides=2), "mean of each 3 x 3, 2 x 2 apart"),
        (layers.Dense(1, "sigmoid"), "1 unit, sigmoid"),
        (layers.Dropout(0.5), "Dropout"),
    ],
)
def test_layers_in_words(layer, words):
    assert described(layer) == words
