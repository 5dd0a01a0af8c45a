"""The folder of states: its limit, its age, and what is deleted from it."""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.local.prompt_cache import folder as folder_module
from engine.local.prompt_cache.folder import StatesFolder, conversation_digest, key_digest


def filled(path: Path, *names: str) -> StatesFolder:
    """A folder with one file of 10 bytes for each conversation, each used later than the one before."""
    folder = StatesFolder(path)
    for age, name in enumerate(names):
        place = folder.new_place(key_digest("model"), conversation_digest(name))
        place.write_bytes(bytes(10))
        os.utime(place, (1000 + age, 1000 + age))
    return folder


def conversations(folder: StatesFolder) -> list[str]:
    return [file.conversation for file in folder.files()]


def test_states_used_longest_ago_make_room(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a", "b", "c")
    assert folder.make_room(10, limit=30, reserve=0)
    assert conversations(folder) == [conversation_digest("b"), conversation_digest("c")]
    assert folder.make_room(25, limit=30, reserve=0)
    assert folder.files() == []


def test_nothing_goes_for_what_has_no_place_anyway(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a", "b")
    assert not folder.make_room(31, limit=30, reserve=0)
    assert len(folder.files()) == 2


def test_a_lower_limit_removes_the_oldest(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a", "b", "c")
    folder.trim(30)
    assert len(folder.files()) == 3
    folder.trim(15)
    assert conversations(folder) == [conversation_digest("c")]
    folder.trim(0)
    assert folder.files() == []


@pytest.mark.parametrize(("free", "left"), [(100, 3), (95, 2), (71, 0)])
def test_a_disk_that_gets_full_is_left_its_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, left: int
) -> None:
    folder = filled(tmp_path / "states", "a", "b", "c")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert folder.make_room(10, limit=1000, reserve=90)
    assert len(folder.files()) == left


def test_a_full_disk_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(tmp_path / "states", "a", "b", "c")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert not folder.make_room(10, limit=1000, reserve=90)
    assert len(folder.files()) == 3


def test_a_conversation_is_forgotten_for_all_models(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a", "b", "a")
    folder.new_place(key_digest("other model"), conversation_digest("a")).write_bytes(b"state")
    folder.forget("a", "c")
    assert conversations(folder) == [conversation_digest("b")]
    folder.forget()
    assert len(folder.files()) == 1


def test_what_is_not_a_state_is_neither_counted_nor_removed(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a")
    strange = folder.path / "notes.txt"
    strange.write_text("mine")
    (folder.path / f"{'0' * 16}-{'0' * 16}-{'0' * 16}.state").mkdir()
    assert folder.bytes() == 10
    folder.clear()
    folder.evict_idle()
    assert folder.files() == []
    assert strange.read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a")
    (tmp_path / "elsewhere").write_bytes(bytes(100))
    link = folder.path / f"{'0' * 16}-{'0' * 16}-{'0' * 16}.state"
    link.symlink_to(tmp_path / "elsewhere")
    assert folder.bytes() == 10


def test_what_a_dead_process_left_unfinished_goes(tmp_path: Path) -> None:
    folder = filled(tmp_path / "states", "a")
    old, fresh = folder.path / ".writing-old", folder.path / ".writing-new"
    for path in (old, fresh):
        path.write_bytes(b"half")
    before = time.time() - 2 * folder_module._ABANDONED_S
    os.utime(old, (before, before))
    folder.evict_idle()
    assert not old.exists()
    assert fresh.exists()
    folder.clear()
    assert not fresh.exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    folder = StatesFolder(tmp_path / "states")
    folder.forget("a")
    folder.clear()
    assert (folder.files(), folder.bytes(), folder.stamp()) == ([], 0, 0)
    assert not folder.path.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    folder = filled(tmp_path / "cache" / "states", "a")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
