"""Fetching from a hub that behaves."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from engine.hub.transfer.job import FileJob
from tests.engine.hub.transfer.pulling import FILE, PART, QUICK, REPO, Pull, error_of, pull_of, split_pull
from tests.support.hub import Fault, Hub, MemoryContent, Request

HELD = Path("/proc/self/fd")


def test_a_file_arrives_whole_and_its_parts_are_known(pull: Pull) -> None:
    (fetched,) = pull.run()
    pull.check()
    assert fetched.path == pull.file
    assert fetched.notices == ()
    assert [path.name for path in pull.parts.iterdir()] == [f"{fetched.sha256}.parts"]


def test_what_one_slow_connection_has_not_begun_is_taken_over(
    pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.hub.transfer.shared_state._SLOW_SECONDS", 0.2)
    monkeypatch.setattr("engine.hub.transfer.run._LOOK_SECONDS", 0.05)
    pull.hub.fault(Fault("slow", rate=40_000, times=1))
    pull.run()
    pull.check()
    spans = {one.fault: one.span for one in pull.hub.log.of(f"{REPO}/{FILE}") if one.span}
    slow = spans["slow"]
    others = [one.span for one in pull.hub.log.of(f"{REPO}/{FILE}") if one.span and not one.fault]
    assert any(slow[0] < first <= slow[1] for first, _ in others), (slow, others)


def test_streams_ask_for_runs_of_parts_at_the_same_time(pull: Pull) -> None:
    pull.hub.fault(Fault("delay", seconds=0.1, times=0))
    pull.run()
    requests = pull.hub.log.of(f"{REPO}/{FILE}")
    first = sorted(one.span[0] for one in requests[: QUICK.streams] if one.span)
    assert first == [0, 4 * PART, 8 * PART, 12 * PART]
    assert max(one.started for one in requests[: QUICK.streams]) < min(one.ended for one in requests)
    assert len(requests) < 20


def test_several_files_are_fetched_at_the_same_time(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    pull.hub.fault(Fault("delay", seconds=0.1, times=0))
    pull.run()
    first, *_, last = sorted((one for one in pull.hub.log if one.method == "GET" and one.file), key=started)
    assert {first.file, last.file} <= {f"{REPO}/{path}" for path in pull.contents}
    assert len({one.file for one in pull.hub.log if one.file}) == 3


def started(request: Request) -> float:
    return request.started


def test_progress_tells_what_came_and_ends_with_everything(pull: Pull) -> None:
    pull.hub.fault(Fault("slow", rate=1_000_000, times=0))
    pull.run()
    received = [told.received for told in pull.seen]
    size = pull.contents[FILE].bytes
    assert received == sorted(received)
    assert (received[-1], pull.seen[-1].total, pull.seen[-1].hashed) == (size, size, size)
    assert any(0 < told.received < size and told.rate > 100_000 for told in pull.seen)


def test_a_file_of_no_bytes_comes_too(hub: Hub, tmp_path: Path) -> None:
    pull = pull_of(hub, tmp_path, {"empty.bin": MemoryContent(b"")})
    pull.run()
    pull.check()


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 4 * PART])
def test_files_of_every_length_come_whole(hub: Hub, tmp_path: Path, size: int) -> None:
    pull = pull_of(hub, tmp_path, {"some.bin": MemoryContent(bytes(range(256)) * (size // 256 + 1))})
    pull.contents = {"some.bin": MemoryContent(pull.contents["some.bin"].read(0, size))}
    hub.shelf.replace(REPO, "some.bin", pull.contents["some.bin"])
    pull.run()
    pull.check()


@pytest.mark.parametrize("size", [-1, 2**63])
def test_sizes_that_cannot_be_are_refused(pull: Pull, size: int) -> None:
    wanted = msgspec.structs.replace(pull.wanted()[0], bytes=size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pull, "wanted", lambda self, hashes=True: [wanted])
        assert error_of(pull.run).code == "download.wrong_length"


@pytest.mark.skipif(not HELD.is_dir(), reason="what a process has open is not told here")
def test_a_file_that_a_stream_has_open_is_named_once_it_let_go(
    pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = FileJob.seal

    def as_windows_does(job: FileJob) -> None:
        if any(os.path.realpath(held) == str(job.data) for held in HELD.iterdir()):
            raise PermissionError(13, "Sharing violation", str(job.data))
        sealed(job)

    monkeypatch.setattr("engine.hub.transfer.shared_state._RENAME_SECONDS", 60.0)
    monkeypatch.setattr(FileJob, "seal", as_windows_does)
    pull.run()
    pull.check()


def test_what_happens_to_other_files_leaves_no_less_time_to_name_one(
    pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, refusals = FileJob.seal, iter(range(200))

    def refused_for_long(job: FileJob) -> None:
        if next(refusals, None) is not None:
            raise PermissionError(13, "Sharing violation", str(job.data))
        sealed(job)

    monkeypatch.setattr("engine.hub.transfer.shared_state._RENAME_SECONDS", 60.0)
    monkeypatch.setattr("engine.hub.transfer.shared_state._RENAME_PAUSE", 0.0)  # each wait is woken at once
    monkeypatch.setattr(FileJob, "seal", refused_for_long)
    pull.run()
    pull.check()


def test_a_file_that_cannot_be_named_ends_the_transfer(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(job: FileJob) -> None:
        raise PermissionError(13, "Permission denied", str(job.data))

    monkeypatch.setattr(FileJob, "seal", refused)
    assert error_of(pull.run).code == "download.cannot_write"
