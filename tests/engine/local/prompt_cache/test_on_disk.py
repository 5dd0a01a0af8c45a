"""States on the disk: written in the background, found by the next process, thrown away when unusable."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.local.prompt_cache.disk import Disk
from engine.local.prompt_cache.folder import StatesFolder, conversation_digest
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.prompt_cache.worth import worth_a_file
from tests.support.waiting import wait_until

LONG = list(range(1000, 1300))
DATA = bytes(range(256)) * 40
DISK = 10**6


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., PromptCache]]:
    """Opens states over one folder; all are closed at the end."""
    with contextlib.ExitStack() as closing:

        def open_states(key: str = "model", ram: int = 10**6, disk: int = DISK, **more: Any) -> PromptCache:
            states = PromptCache(tmp_path / "states", key, ram, disk, **more)
            closing.callback(states.close, 0)
            return states

        yield open_states


def left_behind(states: PromptCache, *conversations: str) -> None:
    """Each with a first token of its own, and written by closing."""
    for number, conversation in enumerate(conversations):
        states.keep(conversation, [number, *LONG], (("all", (number, *LONG)),), DATA, [(2, b"part")])
    states.close(10)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "states").glob("*.state"))


def test_the_next_process_finds_what_this_one_left(opened: Callable[..., PromptCache]) -> None:
    left_behind(opened(), "chat")
    again = opened()
    found = again.find([0, *LONG, 5])
    assert found is not None
    assert (found.length, found.on_disk, found.bytes) == (301, True, len(DATA) + 4)
    assert (again.ram_bytes, found.positions) == (0, (2,))
    taken = again.fetch(found, "chat")
    assert taken is not None
    assert bytes(taken.data) == DATA
    assert [(position, bytes(part)) for position, part in taken.partials] == [(2, b"part")]
    assert taken.said == again.texts() == (("all", (0, *LONG)),)
    assert again.find([0]) is not None  # what is on the disk stays there


def test_another_key_finds_nothing(opened: Callable[..., PromptCache]) -> None:
    left_behind(opened(), "chat")
    assert opened("another build").find([0, *LONG]) is None
    assert opened().find([0, *LONG]) is not None


def test_only_long_states_of_conversations_are_worth_a_file(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    states = opened()
    states.keep("", LONG, (), DATA)
    states.keep("chat", LONG[:20], (), DATA)
    states.close(10)
    assert files(tmp_path) == []


def test_what_is_read_fast_is_not_worth_a_file(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    states = opened()
    states.computed(1000, 0.2)
    left_behind(states, "chat")
    assert files(tmp_path) == []


def test_a_file_is_for_what_takes_long_to_read_again_and_not_to_bring_back() -> None:
    assert worth_a_file(300, reading_s=0.0, restoring_s=0.0)
    assert not worth_a_file(30, reading_s=0.0, restoring_s=0.0)
    assert worth_a_file(30, reading_s=2.0, restoring_s=1.0)
    assert not worth_a_file(300, reading_s=2.0, restoring_s=1.9)
    assert not worth_a_file(300, reading_s=0.05, restoring_s=0.0)


def test_a_state_is_written_once_it_has_rested(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    patient, quick = opened(), opened(rest_s=0.05)
    patient.keep("a", LONG, (), DATA)
    quick.keep("b", LONG, (), DATA)
    wait_until(lambda: len(files(tmp_path)) == 1)
    assert quick.ram_bytes == len(DATA)
    wait_until(lambda: quick.disk_bytes > 0)


def test_a_state_that_is_taken_back_before_is_not_written(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    states = opened()
    states.keep("chat", LONG, (), DATA)
    states.take(states.find(LONG), "chat")
    states.close(10)
    assert files(tmp_path) == []


def test_a_state_is_written_at_once_when_memory_gets_short(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    states = opened(ram=len(DATA))
    states.keep("chat", LONG, (), DATA)
    wait_until(lambda: len(files(tmp_path)) == 1)


def test_a_state_larger_than_all_the_memory_goes_to_the_disk(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    states = opened(ram=100)
    states.keep("chat", LONG, (), DATA)
    wait_until(lambda: len(files(tmp_path)) == 1 and states.ram_bytes == 0)
    found = states.find(LONG)
    assert found.on_disk
    assert bytes(states.take(found)) == DATA


def test_a_longer_state_takes_the_place_of_the_file_it_goes_on_from(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    left_behind(opened(), "chat", "other")
    states = opened()
    states.take(states.find([0, *LONG]), "chat")
    states.keep("chat", [0, *LONG, 9], (), DATA)
    assert len(files(tmp_path)) == 2  # until the new one is written
    states.close(10)
    assert len(files(tmp_path)) == 2
    assert opened().find([0, *LONG, 9]).length == 302


def test_a_state_that_comes_back_unchanged_is_not_written_again(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    left_behind(opened(), "chat")
    before = files(tmp_path)
    states = opened()
    taken = states.fetch(states.find([0, *LONG]), "chat")
    states.keep("chat", [0, *LONG], (), taken.data, taken.partials)
    states.close(10)
    assert files(tmp_path) == before


def test_two_processes_find_what_each_other_writes(opened: Callable[..., PromptCache]) -> None:
    one, other = opened(rest_s=0), opened(rest_s=0)
    assert other.find(LONG) is None
    one.keep("chat", LONG, (), DATA)
    wait_until(lambda: other.find(LONG) is not None)
    one.forget("chat")
    wait_until(lambda: other.find(LONG) is None)


def test_what_another_process_has_removed_is_not_there(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    left_behind(opened(), "chat")
    states = opened()
    found = states.find([0, *LONG])
    files(tmp_path)[0].unlink()
    assert states.take(found) is None
    assert states.find([0, *LONG]) is None


@pytest.mark.parametrize("at", [0, 60, 100, -3])
def test_a_file_with_a_flipped_bit_is_thrown_away(
    opened: Callable[..., PromptCache], tmp_path: Path, at: int
) -> None:
    left_behind(opened(), "chat")
    (file,) = files(tmp_path)
    whole = bytearray(file.read_bytes())
    whole[at] ^= 4
    file.write_bytes(whole)
    states = opened()
    found = states.find([0, *LONG])
    assert found is None or states.take(found) is None
    assert states.find([0, *LONG]) is None
    assert files(tmp_path) == []


def test_a_file_put_in_the_place_of_another_is_thrown_away(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    left_behind(opened(), "a", "b")
    states = opened()
    found = states.find([0, *LONG])
    one, other = files(tmp_path)
    data = one.read_bytes(), other.read_bytes()
    one.write_bytes(data[1])
    other.write_bytes(data[0])
    assert states.take(found) is None


def test_what_no_context_takes_is_thrown_away(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    left_behind(opened(), "chat")
    states = opened()
    found = states.find([0, *LONG])
    states.discard(found)
    assert states.find([0, *LONG]) is None
    assert files(tmp_path) == []
    states.discard(found)


def test_a_state_is_read_into_memory_beside_what_goes_on(opened: Callable[..., PromptCache]) -> None:
    left_behind(opened(), "chat")
    states = opened()
    found = states.find([0, *LONG])
    assert not states.bring_near(found)
    wait_until(lambda: states.bring_near(found))
    assert (states.ram_bytes, states.find([0, *LONG]).on_disk) == (len(DATA) + 4, False)
    taken = states.fetch(found, "chat")
    assert (bytes(taken.data), states.ram_bytes) == (DATA, 0)
    assert states.find([0, *LONG]).on_disk


def test_who_cannot_wait_gets_what_is_being_read(
    opened: Callable[..., PromptCache], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(opened(), "chat", "damaged")
    states = opened()
    found, damaged = states.find([0, *LONG]), states.find([1, *LONG])
    for file in files(tmp_path):
        if f"-{conversation_digest('damaged')}-" in file.name:
            file.write_bytes(file.read_bytes()[:-1])
    go_on = threading.Event()
    read = Disk.read

    def slow(disk: Disk, *args: Any) -> Any:
        assert go_on.wait(30)
        return read(disk, *args)

    monkeypatch.setattr(Disk, "read", slow)
    assert not states.bring_near(found)
    assert not states.bring_near(damaged)
    threading.Timer(0.05, go_on.set).start()
    assert bytes(states.take(found, "chat")) == DATA
    assert states.take(damaged, "damaged") is None


def test_what_has_no_room_in_memory_is_not_read_ahead(opened: Callable[..., PromptCache]) -> None:
    left_behind(opened(), "chat")
    states = opened(ram=100)
    found = states.find([0, *LONG])
    assert states.bring_near(found)
    assert bytes(states.take(found)) == DATA


def test_the_oldest_files_make_room_for_new_ones(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    size = len(DATA) + 3000
    states = opened(disk=3 * size)
    left_behind(states, "a", "b", "c", "d", "e")
    assert len(files(tmp_path)) <= 3
    assert sum(file.stat().st_size for file in files(tmp_path)) <= 3 * size


def test_a_disk_without_room_takes_nothing_and_nobody_is_told(
    opened: Callable[..., PromptCache], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = opened()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    left_behind(states, "chat")
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    states = PromptCache(tmp_path / "file" / "states", "model", 10**6, DISK)
    states.keep("chat", LONG, (), DATA)
    assert states.find(LONG) is not None
    states.close(10)


def test_a_forgotten_conversation_leaves_no_file(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    left_behind(opened("another model"), "chat")
    left_behind(opened(), "chat", "other")
    states = opened()
    states.forget("chat")
    assert len(files(tmp_path)) == 1
    assert states.find([0, *LONG]) is None
    assert states.find([1, *LONG]) is not None
    states.forget("")
    assert files(tmp_path) == []
    assert states.find([1, *LONG]) is None


def test_what_is_forgotten_while_it_is_written_is_not_there_afterwards(
    opened: Callable[..., PromptCache], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = opened(rest_s=0)
    looking, go_on = threading.Event(), threading.Event()
    make_room = StatesFolder.make_room

    def slow(folder: StatesFolder, *args: int) -> bool:
        looking.set()
        assert go_on.wait(30)
        return make_room(folder, *args)

    monkeypatch.setattr(StatesFolder, "make_room", slow)
    states.keep("chat", LONG, (), DATA)
    assert looking.wait(30)
    states.forget("chat")
    go_on.set()
    states.close(10)
    assert list((tmp_path / "states").iterdir()) == []


def test_reading_from_the_disk_is_predicted_once_it_was_measured(opened: Callable[..., PromptCache]) -> None:
    states = opened()
    data = bytes(2**18)
    for number in range(2):
        states.keep(str(number), [number, *LONG], (), data)
    states.close(10)
    states = opened()
    found = states.find([0, *LONG])
    assert found.seconds == 0.0
    states.take(found)
    reading = states.find([1, *LONG]).seconds
    assert 0 < reading < 10
    states.restored(found, 2.0)
    assert states.find([1, *LONG]).seconds == pytest.approx(reading + 2.0)


def test_closing_writes_the_latest_first_and_ends_in_time(
    opened: Callable[..., PromptCache], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = opened(ram=10**6)
    for number in range(3):
        states.keep(str(number), [number, *LONG], (), DATA)
    make_room = StatesFolder.make_room
    calls: list[int] = []

    def slow(folder: StatesFolder, *args: int) -> bool:
        calls.append(1)
        if len(calls) == 2:
            states._background._until = time.monotonic()
        return make_room(folder, *args)

    monkeypatch.setattr(StatesFolder, "make_room", slow)
    states.close(60)
    assert len(calls) == 2
    assert opened().find([2, *LONG]) is not None
    assert len(files(tmp_path)) == 1


def test_nothing_is_written_where_nothing_may_be_kept(
    opened: Callable[..., PromptCache], tmp_path: Path
) -> None:
    states = opened(disk=0)
    left_behind(states, "chat")
    assert not (tmp_path / "states").exists()


def test_a_new_limit_counts_from_then_on(opened: Callable[..., PromptCache], tmp_path: Path) -> None:
    states = opened(disk=0)
    states.limit_disk(DISK)
    states.keep("a", LONG, (), DATA)
    states.limit_disk(len(DATA))
    left_behind(states, "b")
    assert files(tmp_path) == []
    states = opened(disk=0)
    states.limit_disk(DISK)
    left_behind(states, "a")
    assert len(files(tmp_path)) == 1
