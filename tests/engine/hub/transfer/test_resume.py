"""A download that ends before it is done goes on later where it was."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from engine.hub.transfer import Limits, Stopped, StopToken, discard
from engine.hub.transfer.journal import Header, Journal
from tests.engine.hub.transfer.pulling import (
    FILE,
    PART,
    QUICK,
    REPO,
    Pull,
    error_of,
    pull_of,
    split_pull,
    stop_when,
)
from tests.support.hub import Fault, Hub, MemoryContent
from tests.support.hub.models import tiny

SLOW = Fault("slow", rate=2_000_000, times=0)
KILLS = 10


def interrupted(pull: Pull, parts: int = 12, cancel: bool = False) -> set[int]:
    """Stops a download when so many parts are there; those that are."""
    stop = StopToken()
    pull.hub.fault(SLOW)
    watch = stop_when(pull, stop.cancel if cancel else stop.pause, parts)
    with pytest.raises(Stopped) as stopped:
        pull.run(stop)
    watch.join()
    assert stopped.value.cancelled == cancel
    pull.hub.faults.clear()
    pull.hub.log.clear()
    pull.shows_nothing()
    return pull.done()


def test_a_paused_download_asks_only_for_what_is_missing(pull: Pull) -> None:
    there = interrupted(pull)
    assert len(there) >= 12
    pull.run()
    pull.check()
    assert not there & pull.requested()


def test_pausing_does_not_wait_for_bytes_that_do_not_come(pull: Pull) -> None:
    pull.limits = msgspec.structs.replace(QUICK, stall_seconds=600)
    pull.hub.fault(Fault("stall", after=0, seconds=600, times=0))
    stop = StopToken()
    threading.Timer(0.1, stop.pause).start()
    with pytest.raises(Stopped):
        pull.run(stop)


def test_pausing_does_not_wait_as_long_as_a_busy_server_asks(pull: Pull) -> None:
    pull.limits = msgspec.structs.replace(QUICK, most_asked_wait=600)
    pull.hub.fault(Fault("too_many", seconds=600, times=0))
    stop = StopToken()
    threading.Timer(0.1, stop.pause).start()
    with pytest.raises(Stopped):
        pull.run(stop)


@pytest.mark.parametrize("cancel", [False, True])
def test_what_still_waits_for_the_disk_when_a_download_ends_changes_nothing_afterwards(
    pull: Pull, monkeypatch: pytest.MonkeyPatch, cancel: bool
) -> None:
    monkeypatch.setattr("engine.hub.transfer.run._GRACE_SECONDS", 0.1)
    flushing, on_disk, stop = threading.Event(), threading.Event(), StopToken()

    def flush(job: object) -> None:
        flushing.set()
        on_disk.wait(30)

    monkeypatch.setattr("engine.hub.transfer.job.FileJob.flush", flush)
    ending = threading.Thread(
        target=lambda: flushing.wait(30) and (stop.cancel() if cancel else stop.pause())
    )
    ending.start()
    with pytest.raises(Stopped):
        pull.run(stop)
    ending.join()
    before = sorted(pull.library.rglob("*"))
    on_disk.set()
    for thread in threading.enumerate():
        if thread.name.startswith("transfer-"):
            thread.join()
    assert sorted(pull.library.rglob("*")) == before
    monkeypatch.undo()
    pull.run()
    pull.check()


def test_a_cancelled_download_leaves_nothing(pull: Pull) -> None:
    interrupted(pull, cancel=True)
    assert not pull.work.exists()


def test_a_download_that_does_not_run_can_be_discarded(pull: Pull) -> None:
    interrupted(pull)
    discard(pull.work)
    discard(pull.work)
    assert not pull.work.exists()


def test_a_token_that_has_stopped_stops_at_once(pull: Pull) -> None:
    stop = StopToken()
    stop.pause()
    with pytest.raises(Stopped):
        pull.run(stop)
    assert not pull.work.exists()
    assert len(pull.hub.log) == 0


@pytest.mark.parametrize("offset", [0, PART // 2, PART - 1])
def test_a_part_that_is_not_what_was_written_is_fetched_again(pull: Pull, offset: int) -> None:
    there = sorted(interrupted(pull))
    torn = there[3]
    with (pull.work / "0.part").open("r+b") as file:
        file.seek(torn * PART + offset)
        file.write(b"\0\0torn"[: PART - offset])
    pull.run()
    pull.check()
    assert pull.requested() & set(there) == {torn}


def test_parts_behind_the_end_of_the_data_are_fetched_again(pull: Pull) -> None:
    there = sorted(interrupted(pull))
    with (pull.work / "0.part").open("r+b") as file:
        file.truncate(there[-1] * PART + 5)
    pull.run()
    pull.check()
    assert pull.requested() & set(there) == {there[-1]}


@pytest.mark.parametrize("cut", [1, 31, 33])
def test_a_torn_journal_loses_the_torn_parts_only(pull: Pull, cut: int) -> None:
    there = interrupted(pull)
    journal = pull.work / "0.journal"
    journal.write_bytes(journal.read_bytes()[:-cut])
    pull.run()
    pull.check()
    assert len(pull.requested() & there) == -(-cut // 32)


@pytest.mark.parametrize("junk", [b"", b"{}\n", b"\xff" * 5000, b'{"version": 99}\n'])
def test_a_journal_that_is_none_means_to_begin_anew(pull: Pull, junk: bytes) -> None:
    interrupted(pull)
    (pull.work / "0.journal").write_bytes(junk)
    pull.run()
    pull.check()


def test_a_journal_without_its_data_means_to_begin_anew(pull: Pull) -> None:
    interrupted(pull)
    (pull.work / "0.part").unlink()
    pull.run()
    pull.check()


def test_what_was_fetched_of_another_file_is_not_used(pull: Pull) -> None:
    interrupted(pull)
    other = MemoryContent(tiny(2_600_000, seed=1).read(0, 2_700_000))
    pull.hub.shelf.replace(REPO, FILE, other)
    pull.contents = {FILE: other}
    pull.run()
    pull.check()


def test_without_a_hash_the_etag_tells_another_file(pull: Pull) -> None:
    pull.hub.fault(Fault("no_hash"))
    stop = StopToken()
    pull.hub.fault(SLOW)
    watch = stop_when(pull, stop.pause, 12)
    with pytest.raises(Stopped):
        pull.run(stop, hashes=False)
    watch.join()
    pull.hub.faults.clear()
    other = MemoryContent(tiny(2_600_000, seed=1).read(0, 2_700_000))
    pull.hub.shelf.replace(REPO, FILE, other)
    pull.contents = {FILE: other}
    pull.run(hashes=False)
    pull.check()


def test_parts_of_another_size_are_gone_on_with(pull: Pull) -> None:
    there = interrupted(pull)
    pull.limits = msgspec.structs.replace(QUICK, part_bytes=8 * PART)
    pull.run()
    pull.check()
    assert not there & pull.requested()


def test_a_range_that_is_ignored_after_a_pause_costs_no_right_bytes(pull: Pull) -> None:
    interrupted(pull)
    pull.hub.fault(Fault("ignore_range", times=0))
    pull.run()
    pull.check()


def test_of_several_files_those_that_are_whole_are_left_alone(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    first, second, third = pull.contents
    pull.hub.fault(Fault("failed", f"{REPO}/{third}", times=0))
    pull.limits = msgspec.structs.replace(QUICK, patience=0.3)
    assert error_of(pull.run).code == "download.server_failed"
    pull.shows_nothing()
    pull.hub.faults.clear()
    pull.hub.log.clear()
    pull.run()
    pull.check()
    assert not pull.hub.log.of(f"{REPO}/{first}")
    assert not pull.hub.log.of(f"{REPO}/{second}")


def test_a_crash_between_showing_two_files_is_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    first = pull.wanted()[0]
    first.destination.parent.mkdir(parents=True)
    first.destination.write_bytes(pull.contents[first.path].read(0, first.bytes))
    pull.run()
    pull.check()
    assert not pull.hub.log.of(f"{REPO}/{first.path}")


def test_killed_at_any_moment_it_fetches_at_most_a_part_for_each_stream_again(
    hub: Hub, tmp_path: Path
) -> None:
    pull = pull_of(hub, tmp_path, {FILE: tiny(9_000_000)})
    hub.second_host = True
    hub.fault(Fault("slow", rate=1_200_000, times=0))
    content, chance = pull.contents[FILE], random.Random(1)
    repository = hub.shelf.get(REPO)
    assert repository is not None
    path = f"/{REPO}/resolve/{repository.commit}/{FILE}"
    arguments = [hub.address, path, str(content.bytes), content.sha256, str(tmp_path), str(PART)]
    command = [sys.executable, "-m", "tests.engine.hub.transfer.killed", *arguments]
    journal = tmp_path / "work" / "0.journal"
    again = 0
    for _ in range(KILLS):
        hub.log.clear()
        before = _hashes(journal)
        child = subprocess.Popen(command)
        while not hub.log.of(f"{REPO}/{FILE}") and child.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.12))
        child.kill()
        child.wait()
        after = _hashes(journal)
        # What the server says it sent it may still hold itself, a piece for each stream.
        lost = hub.log.sent(f"{REPO}/{FILE}") - len(after - before) * PART
        assert lost <= Limits().streams * (PART + 2**16)
        assert not before & pull.requested()
        assert before <= after
        again += lost
    hub.faults.clear()
    assert subprocess.run(command, timeout=300, check=False).returncode == 0
    assert (tmp_path / "library" / "file.gguf").read_bytes() == content.read(0, content.bytes)
    assert again > 0


def _hashes(journal: Path) -> set[int]:
    """Read without changing anything."""
    if not journal.exists():
        return set()
    copy = journal.with_suffix(".copy")
    copy.write_bytes(journal.read_bytes())
    opened = Journal.resume(copy)
    copy.unlink()
    if opened is None:
        return set()
    opened.close()
    return set(opened.hashes)


def test_a_journal_counts_the_later_of_two_records(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "j", Header(100, "", "", 10))
    journal.append(3, b"a" * 16)
    journal.append(3, b"b" * 16)
    journal.close()
    again = Journal.resume(tmp_path / "j")
    assert again is not None
    again.close()
    assert again.hashes == {3: b"b" * 16}
