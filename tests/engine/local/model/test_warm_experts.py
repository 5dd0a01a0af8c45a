"""The file of what was resident: kept whole, of one model, and nothing in it can do harm."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from engine.local.model.warm_experts import WarmExpertsFile, model_key

SLOTS = {0: 4, 3: 2}
EXPERTS = 8
RESIDENT = {0: (7, 1, 2, 3), 3: (5, 0)}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def file(tmp_path: Path, model: Path) -> WarmExpertsFile:
    return WarmExpertsFile(tmp_path / "kept", str(model))


def place(tmp_path: Path, model: Path) -> Path:
    return tmp_path / "kept" / f"experts-{model_key(str(model))}.json"


def test_what_was_written_is_read_again(file: WarmExpertsFile, tmp_path: Path, model: Path) -> None:
    assert file.read(SLOTS, EXPERTS) == {}
    file.write(RESIDENT)
    file.write(RESIDENT)
    assert file.read(SLOTS, EXPERTS) == RESIDENT
    assert list((tmp_path / "kept").iterdir()) == [place(tmp_path, model)], "nothing half written stays"


def test_fewer_slots_and_experts_take_what_fits_them(file: WarmExpertsFile) -> None:
    file.write(RESIDENT)
    assert file.read({0: 2, 1: 2}, EXPERTS) == {0: (7, 1)}
    assert file.read(SLOTS, 4) == {0: (1, 2, 3), 3: (0,)}


def test_another_state_of_the_model_file_has_no_residents(
    file: WarmExpertsFile, tmp_path: Path, model: Path
) -> None:
    file.write(RESIDENT)
    model.write_bytes(b"other weights")
    assert WarmExpertsFile(tmp_path / "kept", str(model)).read(SLOTS, EXPERTS) == {}


def _text(model: Path, layers: object, **changed: object) -> bytes:
    return msgspec.json.encode({"format": 1, "key": model_key(str(model)), "layers": layers} | changed)


@pytest.mark.parametrize(
    "layers",
    [
        {"0": [1, 1, -1, 8, 2**31, 2**63, 1, 2]},
        {"0": [1, 2], "3": [99], "-1": [1], "7": [1], "zero": [1]},
        {"0": [1, 2], "3": [-(2**63), 8]},
    ],
)
def test_numbers_that_no_expert_or_layer_has_are_left_out(
    file: WarmExpertsFile, tmp_path: Path, model: Path, layers: object
) -> None:
    file.write({})
    place(tmp_path, model).write_bytes(_text(model, layers))
    assert file.read(SLOTS, EXPERTS) == {0: (1, 2)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"null",
        b"[" * 100_000,
        b'{"format": 1, "key": "KEY", "layers": ' + b'{"0": ' * 50_000,
        b'{"format": 1, "key": "KEY", "layers": {"0": [1e400]}}',
        b'{"format": 1, "key": "KEY", "layers": {"0": [' + b"9" * 5000 + b"]}}",
        b'{"format": 1, "key": "KEY", "layers": {"0": ["1"]}}',
        b'{"format": 1, "key": "KEY", "layers": [1]}',
        b'{"format": 2, "key": "KEY", "layers": {"0": [1]}}',
        b'{"format": 1, "key": "another", "layers": {"0": [1]}}',
        b'{"format": 1, "key": "KEY", "layers": {"0": [1]}, "more": 1}',
        b'{"format": 1, "key": "KEY", "layers": {"0": [1]}}' + b" " * 2**22,
    ],
)
def test_what_is_no_such_file_is_as_none(
    file: WarmExpertsFile, tmp_path: Path, model: Path, content: bytes
) -> None:
    file.write({})
    place(tmp_path, model).write_bytes(content.replace(b"KEY", model_key(str(model)).encode()))
    assert file.read(SLOTS, EXPERTS) == {}


def test_a_pipe_or_a_folder_in_its_place_is_not_waited_for(
    file: WarmExpertsFile, tmp_path: Path, model: Path
) -> None:
    (tmp_path / "kept").mkdir()
    path = place(tmp_path, model)
    path.mkdir()
    assert file.read(SLOTS, EXPERTS) == {}
    file.write(RESIDENT)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    path.rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        assert file.read(SLOTS, EXPERTS) == {}


def test_where_nothing_can_be_written_nothing_happens(tmp_path: Path, model: Path) -> None:
    (tmp_path / "kept").write_bytes(b"a file")
    file = WarmExpertsFile(tmp_path / "kept", str(model))
    file.write(RESIDENT)
    assert file.read(SLOTS, EXPERTS) == {}


def test_files_of_models_that_were_used_long_ago_go(tmp_path: Path, model: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for number in range(70):
        old = folder / f"experts-{number:016x}.json"
        old.write_bytes(b"{}")
        os.utime(old, (number, number))
    WarmExpertsFile(folder, str(model)).write(RESIDENT)
    names = {path.name for path in folder.iterdir()}
    assert len(names) == 64 and place(tmp_path, model).name in names
    assert "experts-0000000000000000.json" not in names
