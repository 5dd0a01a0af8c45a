"""Rot is found, named, and mended by fetching nothing but what is bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.hub.transfer import (
    BadPart,
    KeptFile,
    Stopped,
    StopToken,
    Verification,
    Wanted,
    part_hashes,
    repair,
    verify,
)
from tests.engine.hub.transfer.pulling import FILE, PART, QUICK, REPO, Pull, error_of, split_pull
from tests.support.hub import Fault, Hub

SLOW = Fault("slow", rate=2_000_000, times=0)


def kept(pull: Pull) -> list[KeptFile]:
    return [KeptFile(one.destination, one.bytes, one.sha256) for one in pull.wanted()]


def verified(pull: Pull) -> Verification:
    return verify(kept(pull), pull.parts)


def repaired(pull: Pull, bad: tuple[BadPart, ...], **options: Any) -> None:
    with pull.locating() as locate:
        repair(
            locate,
            pull.wanted(),
            bad,
            pull.work,
            access=pull.access(),
            parts=pull.parts,
            limits=pull.limits,
            **options,
        )


def flip(path: Path, *places: int) -> None:
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1]))


@pytest.fixture
def here(pull: Pull) -> Pull:
    """Downloaded already; and nothing is asked for twice because this machine is busy."""
    pull.limits = msgspec.structs.replace(QUICK, stall_seconds=5)
    pull.run()
    pull.hub.log.clear()
    return pull


def test_what_was_downloaded_is_as_it_was(here: Pull) -> None:
    told: list[tuple[int, int]] = []
    found = verify(kept(here), here.parts, progress=lambda *count: told.append(count))
    assert found.ok
    assert found.files == tuple(kept(here))
    assert told[-1] == (here.contents[FILE].bytes,) * 2


@pytest.mark.parametrize("parts", [(0,), (7,), (39,), (3, 4, 20)])
def test_a_flipped_byte_is_named_and_only_its_part_is_fetched(here: Pull, parts: tuple[int, ...]) -> None:
    flip(here.file, *(part * PART + 11 for part in parts))
    found = verified(here)
    size = here.contents[FILE].bytes
    assert found.bad == tuple(
        BadPart(here.file, part, part * PART, min((part + 1) * PART, size) - 1) for part in parts
    )
    repaired(here, found.bad)
    here.check()
    assert verified(here).ok
    assert here.sent() == sum(bad.last - bad.first + 1 for bad in found.bad)


@pytest.mark.parametrize("change", [-1, -PART, -3 * PART - 5, 1, PART, 3 * PART])
def test_a_file_of_another_length_is_mended(here: Pull, change: int) -> None:
    size = here.contents[FILE].bytes
    with here.file.open("r+b") as file:
        file.truncate(size + change)
    found = verified(here)
    assert not found.ok
    repaired(here, found.bad)
    here.check()
    assert here.sent() <= max(-change, 0) + 2 * PART


def test_more_than_there_was_is_cut_off_where_the_file_ends_with_a_part(here: Pull, tmp_path: Path) -> None:
    path, data = tmp_path / "even", bytes(range(256)) * 512
    path.write_bytes(data)
    (known,) = verify([KeptFile(path, len(data))], here.parts).files
    hashes = part_hashes.read(here.parts, known.sha256)
    assert hashes is not None
    part_hashes.keep(here.parts, part_hashes.PartHashes(len(data), known.sha256, len(data), hashes.digests))
    path.write_bytes(data + b"more")
    found = verify([known], here.parts)
    assert found.bad == (BadPart(path, 1, len(data), len(data) + 3),)
    with here.locating() as locate:
        wanted = [Wanted(FILE, len(data), known.sha256, path)]
        repair(locate, wanted, found.bad, here.work, access=here.access(), parts=here.parts)
    assert path.read_bytes() == data


def test_without_hashes_of_parts_the_whole_file_is_fetched(here: Pull) -> None:
    for path in here.parts.iterdir():
        path.unlink()
    flip(here.file, 5)
    found = verified(here)
    size = here.contents[FILE].bytes
    assert found.bad == (BadPart(here.file, 0, 0, size - 1),)
    repaired(here, found.bad)
    here.check()
    assert here.sent() == size
    assert verified(here).ok


@pytest.mark.parametrize("damage", [b"", b"junk\n", b"{}\n" + bytes(600)])
def test_damaged_hashes_of_parts_are_made_again(here: Pull, damage: bytes) -> None:
    (path,) = here.parts.iterdir()
    path.write_bytes(damage)
    assert verified(here).ok
    assert part_hashes.read(here.parts, here.contents[FILE].sha256) is not None
    flip(here.file, PART)
    assert len(verified(here).bad) == 1


def test_a_file_that_nobody_knows_is_taken_as_it_is(here: Pull, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    found = verify([KeptFile(here.file, here.contents[FILE].bytes)], folder)
    assert found.ok
    assert found.files[0].sha256 == here.contents[FILE].sha256
    flip(here.file, 3)
    (bad,) = verify(found.files, folder).bad
    assert bad.part == 0


def test_files_that_are_gone_or_closed_are_told(here: Pull) -> None:
    here.file.unlink()
    assert error_of(lambda: verified(here)).code == "download.missing"
    here.file.mkdir()
    assert error_of(lambda: verified(here)).code == "download.unreadable"


def test_verifying_can_be_stopped(here: Pull) -> None:
    stop = StopToken()
    with pytest.raises(Stopped):
        verify(kept(here), here.parts, stop=stop, progress=lambda done, total: stop.pause())


def test_one_file_of_several_is_mended(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    pull.run()
    pull.hub.log.clear()
    second = pull.wanted()[1]
    flip(second.destination, 100)
    found = verified(pull)
    assert [bad.path for bad in found.bad] == [second.destination]
    repaired(pull, found.bad)
    pull.check()
    assert pull.sent() == second.bytes


def test_one_file_of_several_is_fetched_whole(hub: Hub, tmp_path: Path) -> None:
    pull = split_pull(hub, tmp_path)
    pull.run()
    second = pull.wanted()[1]
    (pull.parts / f"{second.sha256}.parts").unlink()
    flip(second.destination, 100)
    repaired(pull, verified(pull).bad)
    pull.check()


def test_a_part_that_comes_wrong_is_not_written(here: Pull) -> None:
    flip(here.file, 5 * PART)
    damaged = here.file.read_bytes()
    here.hub.fault(Fault("wrong_bytes", at=5 * PART + 9, times=0))
    bad = verified(here).bad
    assert error_of(lambda: repaired(here, bad)).code == "download.wrong_bytes"
    assert here.file.read_bytes() == damaged
    here.hub.faults.clear()
    repaired(here, bad)
    here.check()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("cut", after=PART // 3, times=6),
        Fault("ignore_range", times=0),
        Fault("wrong_bytes", at=8 * PART + 1, times=1),
        Fault("unavailable", seconds=0, times=3),
        Fault("expired", uses=1),
    ],
    ids=lambda fault: fault.kind,
)
def test_what_passes_does_not_keep_a_file_from_being_mended(here: Pull, fault: Fault) -> None:
    flip(here.file, 8 * PART, 20 * PART)
    here.hub.fault(fault)
    repaired(here, verified(here).bad)
    here.check()


def test_a_repair_that_is_paused_goes_on_where_it_was(here: Pull) -> None:
    places = range(0, 40 * PART - 40_000, PART)
    flip(here.file, *places)
    bad = verified(here).bad
    stop = StopToken()
    here.hub.fault(SLOW)
    with pytest.raises(Stopped):
        repaired(here, bad, stop=stop, progress=_stopping(stop, 10 * PART))
    assert verified(here).bad == bad
    done = here.done()
    assert len(done) >= 4
    here.hub.faults.clear()
    here.hub.log.clear()
    repaired(here, bad)
    here.check()
    assert not done & here.requested()


def _stopping(stop: StopToken, received: int) -> Callable[..., None]:
    def told(progress: Any) -> None:
        if progress.received >= received:
            stop.pause()

    return told


def test_a_crash_while_a_part_is_written_leaves_what_can_be_found(
    here: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(here.file, 6 * PART - 1, 7 * PART - 1, 8 * PART - 1)
    bad = verified(here).bad
    with monkeypatch.context() as patch:
        # The process ends after the first part and half of the second.
        patch.setattr("engine.hub.transfer.repairing.FileIO", _dying(PART + PART // 2))
        with pytest.raises(KeyboardInterrupt):
            repaired(here, bad)
    assert [one.part for one in verified(here).bad] == [6, 7]
    repaired(here, verified(here).bad)
    here.check()


def _dying(after: int) -> type:
    from io import FileIO

    class Dying(FileIO):
        left = after

        def write(self, data: Any) -> int:
            taken = min(Dying.left, len(data), PART // 4)
            if not taken:
                raise KeyboardInterrupt
            Dying.left -= taken
            return super().write(memoryview(data)[:taken])

    return Dying


def test_progress_counts_what_is_fetched(here: Pull) -> None:
    flip(here.file, 5 * PART)
    told: list[Any] = []
    repaired(here, verified(here).bad, progress=told.append)
    assert (told[-1].received, told[-1].total) == (PART, PART)


def test_a_cancelled_repair_leaves_nothing_behind(here: Pull) -> None:
    flip(here.file, *range(0, 30 * PART, PART))
    stop = StopToken()
    here.hub.fault(SLOW)
    bad = verified(here).bad
    with pytest.raises(Stopped):
        repaired(here, bad, stop=stop, progress=lambda told: stop.cancel())
    assert not here.work.exists()
    assert verified(here).bad == bad
    assert not here.hub.log.of(f"{REPO}/README.md")
