"""HDF5: links into other files, values that are not there, and things that are no weights."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from reportgen.errors import UserError
from reportgen.models.trust.findings import Kind
from reportgen.models.trust.inspection import inspect, inspect_isolated
from tests.models.trust.crafting import INPUT, SOUND, h5_file, hdf5, keras_file, layer, model

KINDS: tuple[Kind, ...] = ("model", "weights")


def external_link(file: h5py.File) -> None:
    file["layers/dense/vars/2"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file: h5py.File) -> None:
    file["layers/dense/vars/2"] = h5py.SoftLink("/layers/dense/vars/0")


def external_dataset(file: h5py.File) -> None:
    file.create_dataset("x", (100,), np.uint8, external=[("/etc/passwd", 0, 100)])


def virtual_dataset(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), np.float32)
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4,))
    file.create_virtual_dataset("x", layout)


def compressed(file: h5py.File) -> None:
    file.create_dataset("x", data=np.zeros((2**20,), np.float32), compression="gzip")


def chunked(file: h5py.File) -> None:
    file.create_dataset("x", (2**40,), np.float32, chunks=(1024,))


def never_written(file: h5py.File) -> None:
    file.create_dataset("x", (2**33,), np.float32)


def texts(file: h5py.File) -> None:
    file["x"] = np.array([b"a", b"b"], h5py.string_dtype())


def named_type(file: h5py.File) -> None:
    file["x"] = np.dtype("f4")


BAD: list[tuple[Callable[[h5py.File], None], str]] = [
    (external_link, "has a link '/layers/dense/vars/2' into another file, '/etc/passwd'"),
    (soft_link, "has a link '/layers/dense/vars/2' that only names its target"),
    (external_dataset, "has a dataset '/x' whose values lie in another file, '/etc/passwd'"),
    (virtual_dataset, "has a dataset '/x' that is put together from other files"),
    (compressed, "has a dataset '/x' that is compressed"),
    (chunked, "has a dataset '/x' that is stored in chunks"),
    (never_written, "has a dataset '/x' that declares 32 GB, but 0 bytes are stored"),
    (texts, "has a dataset '/x' that holds something else than numbers"),
    (named_type, "has an entry '/x' that is neither group nor dataset"),
]


@pytest.mark.parametrize(("change", "said"), BAD, ids=lambda x: getattr(x, "__name__", ""))
def test_what_keras_never_writes_is_refused(
    tmp_path: Path, change: Callable[[h5py.File], None], said: str
) -> None:
    for path in (h5_file(tmp_path, change=change), keras_file(tmp_path, weights=hdf5(change))):
        for kind in KINDS:
            with pytest.raises(UserError) as caught:
                inspect(path, kind=kind)
            assert said in str(caught.value)
            assert all(p.message.startswith(f"the {kind} file m.") for p in caught.value.problems)


def test_weights_need_no_configuration_and_a_whole_model_holds_them_too(tmp_path: Path) -> None:
    (tmp_path / "m.weights.h5").write_bytes(hdf5())
    inspect(tmp_path / "m.weights.h5", kind="weights")
    evil = model(INPUT, layer("Lambda", "trick"))
    inspect(h5_file(tmp_path, evil), kind="weights")
    inspect(keras_file(tmp_path, evil), kind="weights")


def test_a_weights_file_without_weights_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.create_group("layers")
    with pytest.raises(UserError) as caught:
        inspect(tmp_path / "m.h5", kind="weights")
    (problem,) = caught.value.problems
    assert problem.message == "the weights file m.h5 is refused: it holds no weights"
    assert problem.hint == "save the weights again with model.save_weights('NAME.weights.h5')"


def test_more_weights_than_the_limit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.models.trust.limits.FILE", 50)
    with pytest.raises(UserError, match="it holds 60 bytes, and 50 bytes is the most"):
        inspect(h5_file(tmp_path), kind="weights")


def test_a_sound_file_passes(tmp_path: Path) -> None:
    inspect(h5_file(tmp_path))


def test_two_plain_links_to_one_dataset_and_a_circle_of_groups_end(tmp_path: Path) -> None:
    def circle(file: h5py.File) -> None:
        file["again"] = file["layers/dense/vars/0"]
        file["layers/dense/up"] = file["layers"]

    inspect(h5_file(tmp_path, change=circle))


def test_weights_that_a_legacy_file_lists_and_does_not_hold_are_named(tmp_path: Path) -> None:
    def listing(names: list[bytes], weights: list[bytes]) -> Callable[[h5py.File], None]:
        def change(file: h5py.File) -> None:
            group = file.create_group("model_weights")
            group.attrs["layer_names0"], group.attrs["layer_names1"] = names[:1], names[1:]
            group.create_group("out").attrs["weight_names"] = weights
            group["out/kernel"] = np.ones((4, 3), np.float32)

        return change

    inspect(h5_file(tmp_path, change=listing([b"out", b"out"], [b"kernel"])))
    bad = h5_file(tmp_path, change=listing([b"out", b"gone"], [b"kernel", b"bias"]))
    with pytest.raises(UserError) as caught:
        inspect(bad)
    first, second = (problem.message for problem in caught.value.problems)
    assert first.endswith("it holds no weights 'bias' of the layer 'out'")
    assert second.endswith("it holds no weights of the layer 'gone', which it lists")


def test_weights_alone_are_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "m.h5").write_bytes(hdf5())
    with pytest.raises(UserError, match="it holds weights alone"):
        inspect(tmp_path / "m.h5")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, share: float) -> None:
    path = h5_file(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(UserError, match=r"m\.h5 is refused"):
        inspect(path)


def test_the_training_configuration_is_looked_at_too(tmp_path: Path) -> None:
    evil = '{"loss": {"class_name": "function", "module": "os", "config": "system"}}'
    with pytest.raises(UserError, match=r"'loss' the function 'os\.system'"):
        inspect(h5_file(tmp_path, training_config=evil))
    with pytest.raises(UserError, match="attribute 'training_config' is not JSON"):
        inspect(h5_file(tmp_path, SOUND, training_config="{"))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_damaged_the_answer_is_a_sentence(tmp_path: Path, seed: int) -> None:
    """Flipped bits make HDF5's library raise, crash or hang; a process of its own holds that."""
    chance = np.random.default_rng(seed)
    path = h5_file(tmp_path) if seed % 2 else keras_file(tmp_path)
    data = bytearray(path.read_bytes())
    for place in chance.integers(len(data), size=8):
        data[place] ^= 1 << chance.integers(8)
    path.write_bytes(data)
    with contextlib.suppress(UserError):
        inspect_isolated(path, name="m", modules=(), folder=tmp_path)


def test_an_inspection_that_does_not_end_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.models.trust.inspection.SECONDS", 0.001)
    with pytest.raises(UserError, match="damaged in a way that stops the inspection"):
        inspect_isolated(h5_file(tmp_path), name="m", modules=(), folder=tmp_path)
