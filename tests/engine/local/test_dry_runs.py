"""Dry runs that are kept, for as long as they hold."""

import os
from pathlib import Path

import msgspec
import pytest

from engine.gguf.gguf_index import GgufIndex
from engine.gguf.reading import read_index
from engine.local.dry_runs import DryRuns
from engine.placement.plan import DISK, RAM, CachedLayer, DeviceBytes, ExpertCache, Machine, Placement
from tests.support.models.gguf_bytes import Row, gguf, key_string
from tests.support.placement.machines import GB, gpu, machine

BUILD = ("0.3.36", "AVX2")
FOUND = {RAM: DeviceBytes(model=10, context=20, compute=30)}


@pytest.fixture
def index(tmp_path: Path) -> GgufIndex:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf([key_string("general.architecture", "llama")], [Row("a", (32, 4), 8)], 136))
    return read_index(path)


def runs(folder: Path, index: GgufIndex, host: Machine, build: tuple[str, ...] = BUILD) -> DryRuns:
    return DryRuns(str(folder), index, host, build)


def test_what_one_process_found_another_knows(tmp_path: Path, index: GgufIndex) -> None:
    host = machine(8 * GB)
    first = runs(tmp_path, index, host)
    assert first.of(Placement(1024)) is None
    first.keep(Placement(1024), FOUND)
    assert first.of(Placement(1024)) == FOUND
    second = runs(tmp_path, index, host)
    assert second.of(Placement(1024)) == FOUND
    assert second.of(Placement(2048)) is None
    # How much is free decides nothing that is counted.
    assert runs(tmp_path, index, machine(4 * GB)).of(Placement(1024)) == FOUND


def test_the_sizes_of_a_cache_which_follow_what_is_free_decide_nothing(
    tmp_path: Path, index: GgufIndex
) -> None:
    def cached(sizes: tuple[int, ...], without: tuple[int, ...], source: str = RAM) -> Placement:
        layers = tuple(CachedLayer(number, 4, size) for number, size in enumerate(sizes))
        return Placement(1024, expert_cache=ExpertCache("CUDA0", layers, 64, source=source, without=without))

    kept = runs(tmp_path, index, machine(8 * GB, gpu(GB)))
    kept.keep(cached((100, 100), (2,)), FOUND)
    again = runs(tmp_path, index, machine(8 * GB, gpu(GB)))
    assert again.of(cached((90, 80, 70), ())) == FOUND
    for other in (cached((90, 80), ()), cached((100, 100), (2,), DISK), Placement(1024)):
        assert again.of(other) is None


def test_another_build_device_or_smallest_batch_finds_nothing(
    tmp_path: Path, index: GgufIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = machine(8 * GB)
    runs(tmp_path, index, host).keep(Placement(1024), FOUND)
    assert runs(tmp_path, index, host, (*BUILD, "AMX_INT8")).of(Placement(1024)) is None
    assert runs(tmp_path, index, machine(8 * GB, gpu(GB))).of(Placement(1024)) is None
    monkeypatch.setenv("GGML_OP_OFFLOAD_MIN_BATCH", "64")
    assert runs(tmp_path, index, host).of(Placement(1024)) is None


def test_a_file_that_changed_is_run_anew(tmp_path: Path, index: GgufIndex) -> None:
    runs(tmp_path, index, machine(8 * GB)).keep(Placement(1024), FOUND)
    os.utime(index.path, ns=(1, 1))
    assert runs(tmp_path, read_index(index.path), machine(8 * GB)).of(Placement(1024)) is None


def test_what_other_machines_hold_is_not_kept(tmp_path: Path, index: GgufIndex) -> None:
    runs(tmp_path, index, machine(8 * GB)).keep(Placement(1024, workers=("10.0.0.2:50052",)), FOUND)
    assert not list(tmp_path.glob("dry-runs-*"))


def test_the_newest_are_kept(tmp_path: Path, index: GgufIndex) -> None:
    kept = runs(tmp_path, index, machine(8 * GB))
    for context in range(1, 21):
        kept.keep(Placement(context), FOUND)
    again = runs(tmp_path, index, machine(8 * GB))
    assert [context for context in range(1, 21) if again.of(Placement(context))] == list(range(5, 21))


def test_a_damaged_file_and_a_folder_that_cannot_be_written_cost_a_dry_run(
    tmp_path: Path, index: GgufIndex
) -> None:
    runs(tmp_path, index, machine(8 * GB)).keep(Placement(1024), FOUND)
    (file,) = tmp_path.glob("dry-runs-*")
    for data in (b"", b"{", msgspec.json.encode({"key": 3}), b"[]"):
        file.write_bytes(data)
        assert runs(tmp_path, index, machine(8 * GB)).of(Placement(1024)) is None
    (tmp_path / "file").touch()
    runs(tmp_path / "file", index, machine(8 * GB)).keep(Placement(1024), FOUND)


def test_without_a_folder_nothing_is_kept(tmp_path: Path, index: GgufIndex) -> None:
    nowhere = DryRuns("", index, machine(8 * GB), BUILD)
    nowhere.keep(Placement(1024), FOUND)
    assert [file.name for file in tmp_path.iterdir()] == ["model.gguf"]


@pytest.mark.model
def test_the_second_plan_of_a_model_needs_no_dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.gguf.tensor_index import tensor_index
    from engine.local import native
    from engine.local.planning import find_machine, make_plan
    from engine.placement.plan import PlacementOptions
    from tests.support.models.starter import starter_model

    native.start()
    starter = read_index(starter_model())
    given = (starter, tensor_index(starter), find_machine(()), PlacementOptions(512))
    first = make_plan(*given, calibrations=str(tmp_path))
    monkeypatch.setattr(native, "dry_run", lambda *_: pytest.fail("it is known"))
    assert make_plan(*given, calibrations=str(tmp_path)) == first
    assert first.measured
