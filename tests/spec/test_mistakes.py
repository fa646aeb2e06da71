"""What is said of bad specs: all of it at once, each with its line and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.checking import load
from reportgen.errors import UserError
from tests.spec.telling import TWO, problems

HEAD = "title: T\nmodel: zoo:base\ndataset: line\n"


MISTAKES = {
    "an unknown key": (
        HEAD + "authers: [Me]\n",
        "x.yaml:4: a spec has no key 'authers'; did you mean 'authors'?",
    ),
    "an unknown parameter": (
        HEAD + "figures:\n  - grad_cam: {sampels: 2}\n",
        "x.yaml:5: 'grad_cam' has no key 'sampels'; did you mean 'samples'?",
    ),
    "an unknown key of a section": (
        HEAD + "sections:\n  - {title: A, txt: x, figures: [summary]}\n",
        "x.yaml:5: a section has no key 'txt'; did you mean 'text'?",
    ),
    "an unknown key of a model": (
        "model: {source: zoo:base, datset: line}\n",
        "x.yaml:1: a model from 'zoo:base' has no key 'datset'; did you mean 'dataset'?",
    ),
    "an unknown key of a dataset": (
        "model: zoo:base\ndataset: {source: line, perclass: 9}\n",
        "x.yaml:2: the dataset 'line' has no key 'perclass'; did you mean 'per_class'?",
    ),
    "an unknown key of training": (
        HEAD + "training: {epoch: 9}\n",
        "x.yaml:4: 'training' has no key 'epoch'; did you mean 'epochs'?",
    ),
    "a folder in place of a model file": (
        "model: models/saved/\n",
        "got the text 'models/saved/'; if this folder holds a SavedModel, write "
        "models/saved/saved_model.pb",
    ),
    "a key that goes with another source": (
        "model: {source: zoo:base, weights: imagenet}\n",
        "x.yaml:1: a model from 'zoo:base' has no key 'weights'",
    ),
    "a dial of another method": (
        HEAD + "figures:\n  - saliency:\n      method: gradient\n      copies: 10\n",
        "x.yaml:7: 'copies' has no effect with method 'gradient'; it is for smoothgrad; leave it "
        "out, or change 'method'",
    ),
    "a dial of another method than the usual one": (
        HEAD + "figures:\n  - saliency: {steps: 5, baseline: white}\n",
        "x.yaml:5: 'baseline' has no effect with method 'gradient'; it is for integrated_gradients",
    ),
    "a dial for two values of a key": (
        HEAD + "figures:\n  - kernels: {show: mean, max_inputs: 4}\n",
        "x.yaml:5: 'max_inputs' has no effect with show 'mean'; it is for auto or inputs;",
    ),
    "a key that another one replaces": (
        HEAD + "figures:\n  - deconvnet: {samples: [1], top: 9}\n",
        "x.yaml:5: 'top' has no effect beside 'samples'; leave one of them out",
    ),
    "two keys that say what to show": (
        HEAD + "figures:\n  - activation_maximization: {filters: 3, targets: ['1']}\n",
        "x.yaml:5: 'filters' has no effect beside 'targets'; leave one of them out",
    ),
    "a key that another objective looks at": (
        HEAD + "figures:\n  - activation_maximization: {position: '1, 1'}\n",
        "x.yaml:5: 'position' has no effect with objective 'filter'; it is for unit;",
    ),
    "a layer for an objective that has none": (
        HEAD + "figures:\n  - activation_maximization: {objective: class, layers: [conv]}\n",
        "x.yaml:5: 'layers' has no effect with objective 'class'; it is for filter or unit;",
    ),
    "a text for a number": (
        HEAD + "seed: seven\n",
        "x.yaml:4: 'seed' must be a whole number from 0 to 4294967295, got the text 'seven'",
    ),
    "a number in quotes": (HEAD + "seed: '7'\n", "got the text '7'; remove the quotes"),
    "a boolean for a number": (
        HEAD + "seed: true\n",
        "x.yaml:4: 'seed' must be a whole number from 0 to 4294967295, got true",
    ),
    "a fraction for a whole number": (HEAD + "seed: 1.5\n", "x.yaml:4: 'seed' must be a whole"),
    "a number out of bounds": (HEAD + "seed: -1\n", "from 0 to 4294967295, got -1"),
    "a number of five thousand digits": (HEAD + f"seed: {'9' * 5000}\n", "'seed' must be a whole"),
    "not a number": (HEAD + "training: {learning_rate: .nan}\n", "'learning_rate' must be a num"),
    "infinity": (HEAD + "training: {learning_rate: -.inf}\n", "'learning_rate' must be a num"),
    "a number too large for a float": (HEAD + "training: {epochs: 1e999}\n", "got 1e999"),
    "a number for a text": (
        "title: 2024\nmodel: zoo:base\n",
        "x.yaml:1: 'title' must be text, got 2024; put it in quotes: '2024'",
    ),
    "a mapping for a text": ("title: {a: b}\nmodel: zoo:base\n", "must be text, got a mapping"),
    "a blank title": ("title: ' '\nmodel: zoo:base\n", "'title' must be text"),
    "a long title": (f"title: {'x' * 301}\nmodel: zoo:base\n", "301 characters, 300 are allowed"),
    "a control character": ('title: "a\\0b"\nmodel: zoo:base\n', "holds a control character"),
    "a word for true": (
        HEAD + "inferences: yes\n",
        "x.yaml:4: 'inferences' must be true, false or a list of inferences, got the text 'yes'",
    ),
    "an unknown figure": (
        HEAD + "figures: [gradcam]\n",
        "x.yaml:4: there is no figure kind 'gradcam'; did you mean 'grad_cam'?",
    ),
    "an unknown choice": (
        HEAD + "training: {optimizer: adm}\n",
        "x.yaml:4: 'optimizer' cannot be 'adm'; did you mean 'adam'?",
    ),
    "an unknown dataset": (
        "model: zoo:base\ndataset: minst\n",
        "x.yaml:2: there is no dataset 'minst'; did you mean 'mnist'?",
    ),
    "an unknown zoo model": (
        "model: zoo:bas\n",
        "x.yaml:1: there is no model 'zoo:bas'; did you mean 'zoo:base'?",
    ),
    "a network that keras.applications lacks": (
        "model: application:VGG_16\n",
        "x.yaml:1: keras.applications has no network named 'VGG_16'; did you mean 'VGG16'?",
    ),
    "a zoo model without its scheme": ("model: deep\n", "did you mean 'zoo:deep'?"),
    "a scheme misspelled": ("model: applicaton:VGG16\n", "did you mean 'application:…'?"),
    "a function without its name": (
        "model: python:my_module\n",
        "write python:PACKAGE.MODULE:FUNCTION",
    ),
    "inputs that are no mapping": (
        "model: {source: 'python:json:loads', inputs: [image, meta]}\n",
        "x.yaml:1: 'inputs' must be a mapping from the names of a model's inputs to what they are "
        "given, got a list; write for example: {image: images, meta: 0.5}",
    ),
    "no input with images": (
        "model:\n  source: python:json:loads\n  inputs:\n    meta: 0.5\n",
        "x.yaml:4: 'inputs' gives images to no input; write 'images' for one of them",
    ),
    "no input at all": (
        "model: {source: 'python:json:loads', inputs: {}}\n",
        "x.yaml:1: 'inputs' gives images to no input",
    ),
    "a text for an input": (
        "model:\n  source: python:json:loads\n  inputs:\n    a: images\n    b: Image\n",
        "x.yaml:5: 'b' must be images, a number, a list of numbers or a text, got the text "
        "'Image'; write images",
    ),
    "a boolean for an input": (
        "model: {source: 'python:json:loads', inputs: {a: images, b: true}}\n",
        "x.yaml:1: 'b' must be images, a number, a list of numbers or a text, got true",
    ),
    "an empty list for an input": (
        "model: {source: 'python:json:loads', inputs: {a: images, b: []}}\n",
        "x.yaml:1: 'b' needs at least 1 numbers, got 0",
    ),
    "a list in a list for an input": (
        "model: {source: 'python:json:loads', inputs: {a: images, b: [[1]]}}\n",
        "x.yaml:1: each entry of 'b' must be a number, got a list",
    ),
    "a missing model file": (
        "model: models/gone.keras\n",
        "x.yaml:1: there is no model file models/gone.keras",
    ),
    "a missing weights file": (
        "model:\n  source: application:VGG16\n  weights: models/gone.h5\n",
        "x.yaml:3: there is no weights file models/gone.h5; weights are 'imagenet', null for "
        "random weights, or the path of a weights file (from the spec's folder)",
    ),
    "imagenet misspelled": (
        "model: {source: application:VGG16, weights: imagnet}\n",
        "x.yaml:1: there is no weights file imagnet; did you mean 'imagenet'?",
    ),
    "a word for random weights": (
        "model: {source: application:VGG16, weights: none}\n",
        "x.yaml:1: 'weights' cannot be 'none'; write null for random weights",
    ),
    "a number for weights": ("model: {source: application:VGG16, weights: 3}\n", "must be text"),
    "no model": ("title: T\n", "x.yaml:1: the spec names no model"),
    "a dataset without a model": (
        TWO + "dataset: line\nfigures: [summary: {model: a}]\n",
        "x.yaml:2: 'dataset' at the top goes with 'model', which is not there",
    ),
    "inputs without a model": (
        TWO + "inputs: {a: images}\nfigures: [summary: {model: a}]\n",
        "x.yaml:2: 'inputs' at the top goes with 'model', which is not there; write 'inputs' "
        "inside a model of 'models'",
    ),
    "inputs beside a model that are no mapping": (
        "model: python:json:loads\ninputs: images\n",
        "x.yaml:2: 'inputs' must be a mapping from the names of a model's inputs",
    ),
    "inputs inside a model and beside it": (
        "model:\n  source: python:json:loads\n  inputs: {a: images}\ninputs: {a: images}\n",
        "x.yaml:4: 'inputs' stands inside 'model' and beside it; remove one of them",
    ),
    "a dataset inside a model and beside it": (
        "model: {source: zoo:base, dataset: line}\ndataset: line\n",
        "x.yaml:2: 'dataset' stands inside 'model' and beside it",
    ),
    "a key of some models beside the model": (
        "model: application:VGG16\nweights: null\n",
        "x.yaml:2: a spec has no key 'weights'; write it inside the model, as in 'model: {source: "
        "…, weights: …}'",
    ),
    "training without a dataset": (
        "model: zoo:base\ntraining: {epochs: 3}\n",
        "x.yaml:2: 'training' needs a 'dataset' to train on",
    ),
    "both model and models": (
        "model: zoo:base\n" + TWO + "figures: [summary: {model: a}]\n",
        "x.yaml:2: a spec has 'model' or 'models', not both",
    ),
    "both figures and sections": (
        HEAD + "figures: [summary]\nsections: [{title: A, text: x}]\n",
        "x.yaml:5: a spec has 'figures' or 'sections', not both",
    ),
    "a model's bad name": (
        "models: {'../x': zoo:base}\n",
        "a model's name must be a name of letters",
    ),
    "an empty figure list": (HEAD + "figures: []\n", "x.yaml:4: 'figures' needs at least 1"),
    "no figure list": (HEAD + "figures:\n", "'figures' must be a list of figures, got nothing"),
    "figures without dashes": (
        HEAD + "figures:\n  summary:\n  kernels:\n",
        "'figures' must be a list of figures, got a mapping; begin every line with '- '",
    ),
    "parameters beside their figure": (
        HEAD + "figures:\n  - kernels:\n    layers: all\n",
        "indent 'layers' further than 'kernels'",
    ),
    "a section without anything": (
        HEAD + "sections: [{title: A}]\n",
        "x.yaml:4: a section needs 'figures' or 'text', and has neither",
    ),
    "a section without a title": (
        HEAD + "sections: [{text: x}]\n",
        "x.yaml:4: a section needs the key 'title'",
    ),
    "two sections with one id": (
        HEAD + "sections:\n  - {id: a, title: A, text: x}\n  - {id: a, title: B, text: x}\n",
        "x.yaml:6: two sections with one id: 'a' stands on line 5 too",
    ),
    "two figures with one id, on one line": (
        HEAD + "figures: [summary: {id: s}, kernels: {id: s}]\n",
        "x.yaml:4: two figures with one id: 's' stands on line 4 too",
    ),
    "an id that a figure's pictures could have": (
        HEAD + "figures: [summary: {id: s}, kernels: {id: s-map}]\n",
        "the id 's-map' continues another, 's' on line 4",
    ),
    "a reserved id": (
        HEAD + "sections: [{title: A, id: inferences, text: x}]\n",
        "cannot have the id 'inferences'",
    ),
    "an id that is no address": (
        HEAD + "figures:\n  - summary: {id: ../../etc}\n",
        "x.yaml:5: 'id' must be an id of small letters, digits, '_' and '-', got the text '../../",
    ),
    "a key twice": (
        "title: T\ntitle: U\nmodel: zoo:base\n",
        "x.yaml:2: the key 'title' stands here a second time, first on line 1",
    ),
    "an unknown model of a section": (
        TWO + "sections:\n  - {title: A, model: c, text: x}\n",
        "x.yaml:3: there is no model 'c' in this spec; choose from: a, b",
    ),
    "a figure that does not say its model": (
        TWO + "figures: [summary]\n",
        "x.yaml:2: 'summary' needs a model, and neither it nor its section names one; "
        "add 'model:' with one of: a, b",
    ),
    "a wrong inference": (
        HEAD + "inferences: [pooling_efect]\n",
        "x.yaml:4: there is no inference 'pooling_efect'; did you mean 'pooling_effect'?",
    ),
    "an inference twice": (
        HEAD + "inferences: [pooling_effect, pooling_effect]\n",
        "x.yaml:4: 'inferences' holds 'pooling_effect' twice",
    ),
    "no layer": (HEAD + "figures: [kernels: {layers: []}]\n", "'layers' needs at least 1 layers"),
    "samples that are no indices": (
        HEAD + "figures: [grad_cam: {samples: [1, -2]}]\n",
        "each entry of 'samples' must be a whole number, 0 or more, got -2",
    ),
    "not YAML": ("title: [T\nfigures: x: y", "x.yaml:2: this is not YAML"),
    "a colon in a text": ("title: a: b\n", "put text that holds ': ' in quotes"),
    "a use of a layer without quotes": (
        HEAD + "figures: [feature_maps: {layers: [shared_conv[1]]}]\n",
        "in brackets or braces write a use of a layer in quotes: 'shared_conv[1]'",
    ),
    "a use of a nested layer without quotes": (
        HEAD + "figures:\n  - feature_maps: {layers: [conv, tower[1]/conv]}\n",
        "x.yaml:5: this is not YAML: did not find expected ',' or ']'; "
        "in brackets or braces write a use of a layer in quotes: 'tower[1]/conv'",
    ),
    "tabs": ("title: T\nmodels:\n\ta: zoo:base\n", "x.yaml:3: this is not YAML: the line begins"),
    "a list": ("- title\n", "x.yaml:1: expected keys and values at the top of the spec"),
    "a text": ("hello\n", "expected keys and values at the top of the spec"),
    "nothing": ("", "x.yaml:1: expected a spec, but the file is empty"),
    "only a comment": ("# hello\n", "expected a spec, but the file is empty"),
    "two documents": (HEAD + "---\ntitle: U\n", "x.yaml:4: expected one document, but '---'"),
    "a Python object": (
        "title: !!python/object/apply:os.system [id]\nmodel: zoo:base\n",
        "x.yaml:1: expected a plain value, got the tag '!!python/object/apply:os.system'",
    ),
    "a list as a key": ("? [a, b]\n: c\n", "expected a name before ':', got a list or a mapping"),
    "an alias of nothing": (HEAD + "intro: *x\n", "x.yaml:4: nothing before this line is named"),
    "an alias inside itself": (HEAD + "figures: &f [*f]\n", "x.yaml:4: '*f' stands inside what"),
    "a merge key": ("<<: {title: T}\nmodel: zoo:base\n", "a spec has no key '<<'"),
    "a zero byte": ("title: T\0\n", "expected YAML, but"),
    "a half character": ("title: \ud800\n", "expected text in UTF-8, got the byte 0xed"),
    "another encoding": (
        "title: T\nintro: ü\n".encode("latin-1"),
        "x.yaml:2: expected text in UTF-8, got the byte 0xfc; save the file as UTF-8",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_a_remedy(name: str) -> None:
    text, expected = MISTAKES[name]
    told = problems(text)
    assert any(expected in one for one in told), told
    assert len(told) <= 2


def test_a_wrong_method_says_nothing_of_its_dials() -> None:
    (told,) = problems(HEAD + "figures:\n  - saliency: {method: smoothgard, copies: 3}\n")
    assert "did you mean 'smoothgrad'" in told


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    told = problems(
        "titel: T\nmodel: zoo:bas\ndataset: minst\nseed: x\n"
        "figures: [sumary, kernels: {layer: 3}]\n"
    )
    assert [one.split(":")[1] for one in told] == ["1", "2", "3", "4", "5", "5"]


def test_a_file_name_that_is_no_address_is_refused() -> None:
    (told,) = problems(HEAD, "My Report.yaml")
    assert "rename the file to my-report.yaml" in told


def test_a_file_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "report.yaml").write_text(HEAD)
    with pytest.raises(UserError, match=r"no such file; did you mean 'report\.yaml'"):
        load(tmp_path / "repotr.yaml")
    with pytest.raises(UserError, match="reportgen new NAME"):
        load(tmp_path / "none" / "report.yaml")
    with pytest.raises(UserError, match="is not a file"):
        load(tmp_path)


def test_a_model_file_is_looked_for_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "good.keras").write_bytes(b"x")
    file = tmp_path / "x.yaml"
    file.write_text("model: god.keras\n")
    with pytest.raises(UserError, match=r"there is no model file .*god.keras; did you mean 'good"):
        load(file)
    file.write_text("model: good.keras\ndataset: line\ntraining: {epochs: 1}\n")
    with pytest.raises(UserError, match="has no effect on a model file"):
        load(file)


def test_a_weights_file_is_looked_for_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "good.weights.h5").write_bytes(b"x")
    (tmp_path / "good.npz").write_bytes(b"x")
    file = tmp_path / "x.yaml"
    text = "title: T\nmodel:\n  source: application:VGG16\n  weights: {}\n"
    file.write_text(text.format("god.weights.h5"))
    with pytest.raises(UserError, match=r"x.yaml:4: there is no .*; did you mean 'good\.weights"):
        load(file)
    file.write_text(text.format("good.npz"))
    with pytest.raises(
        UserError, match=r"x.yaml:4: .*good\.npz is of no kind .* \.weights\.h5, \.h5"
    ):
        load(file)
    file.write_text(text.format("../" + tmp_path.name))
    with pytest.raises(UserError, match=r"x.yaml:4: the weights file .* is a folder"):
        load(file)
    file.write_text(text.format("good.weights.h5"))
    assert load(file).models[0].lines["weights"] == 4
