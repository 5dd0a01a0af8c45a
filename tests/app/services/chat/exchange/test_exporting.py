"""Exporting chats: whole files or none, and none that was there before."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.services.chat.exchange import exporting
from app.services.chat.exchange.coterie_json import read_coterie
from app.services.chat.exchange.exporting import Export, every_chat, export_chats
from app.services.chat.exchange.reading.importing import ChatImports, Imported
from app.services.events import EventBus
from app.store.records import ProjectOptions, WholeChat
from app.store.store import Store
from engine.errors import UserError
from tests.support.chats.whole_chats import talk, told


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "coterie.db", tmp_path / "home" / "backups") as opened:
        yield opened


def error(store: Store, export: Export) -> str:
    with pytest.raises(UserError) as raised:
        export_chats(store, export)
    return raised.value.code


def test_every_chat_goes_out_with_its_project(store: Store, tmp_path: Path) -> None:
    ids = [talk(store) for _ in range(3)]
    store.conversations.create()  # without a word in it
    store.conversations.delete(talk(store))
    trips, gone = store.projects.create("Trips"), store.projects.create("Gone")
    store.conversations.set(ids[0], project=trips.id)
    store.conversations.set(ids[1], project=gone.id, archived=True)
    store.projects.delete(gone.id)
    assert every_chat(store) == tuple(ids)
    done: list[tuple[int, int]] = []
    path = tmp_path / "all.json"
    export_chats(store, Export(every_chat(store), "json", path), lambda *count: done.append(count))
    assert done == [(1, 3), (2, 3), (3, 3)]
    with path.open("rb") as file:
        found = read_coterie(file)
        assert [project.name for project in found.projects] == ["Trips"]
        chats = [one for one in found.chats if isinstance(one, WholeChat)]
    assert [one.conversation.project for one in chats] == [trips.id, None, None]
    assert chats[1].conversation.archived


def test_all_chats_are_equal_where_they_are_imported(store: Store, tmp_path: Path) -> None:
    ids = [talk(store) for _ in range(4)]
    trips = store.projects.create("Trips", ProjectOptions("Be brief", "starter", files=("/a",)))
    store.conversations.set(ids[0], project=trips.id, pinned=True, draft="unsent", queued=("next",))
    store.conversations.set(ids[1], project=trips.id, archived=True, origin=ids[3])
    path = tmp_path / "all.json"
    export_chats(store, Export(every_chat(store), "json", path))
    with Store.open(tmp_path / "new" / "coterie.db", tmp_path / "new" / "backups") as there:
        there.conversations.create()  # so that ids differ
        steps = list(ChatImports(there, EventBus()).run([path]))
        assert steps[-1] == Imported(4, 4)
        (project,) = there.projects.all()
        assert (project.name, project.options) == ("Trips", trips.options)
        new = every_chat(there)
        for old, id in zip(ids, new, strict=True):
            here, found = store.whole_chats.get(old), there.whole_chats.get(id)
            links = {"origin": None, "project": None}
            assert told(unlinked(found, **links)) == told(unlinked(here, **links))
            assert (found.conversation.project is None) == (here.conversation.project is None)
        assert there.conversations.get(new[1]).origin == new[3]
        assert list(ChatImports(there, EventBus()).run([path]))[-1] == Imported(4, 0, 4)
    assert list(ChatImports(store, EventBus()).run([path]))[-1] == Imported(4, 0, 4)


def unlinked(chat: WholeChat, **links: None) -> WholeChat:
    """The chat without what names others by their ids."""
    return msgspec.structs.replace(chat, conversation=msgspec.structs.replace(chat.conversation, **links))


def test_a_folder_has_a_file_for_each_chat(store: Store, tmp_path: Path) -> None:
    ids = [talk(store) for _ in range(3)]
    store.conversations.rename(ids[2], "../up", "user")
    export_chats(store, Export(tuple(ids), "markdown", tmp_path / "out", apart=True))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["up.md", "여행 2.md", "여행.md"]
    assert "To Busan" in (tmp_path / "out" / "up.md").read_text(encoding="utf-8")


def test_nothing_that_is_there_is_written_over_unasked(store: Store, tmp_path: Path) -> None:
    id = talk(store)
    file, folder, free = tmp_path / "mine.md", tmp_path / "mine", tmp_path / "new"
    file.write_text("mine")
    folder.mkdir()
    (folder / "여행.md").write_text("mine")
    assert error(store, Export((id,), "markdown", file)) == "exchange.exists"
    assert error(store, Export((id,), "markdown", folder)) == "exchange.is_folder"
    assert error(store, Export((id,), "markdown", file, apart=True)) == "exchange.not_folder"
    assert error(store, Export((id,), "markdown", folder, apart=True)) == "exchange.not_empty"
    assert error(store, Export((id,), "markdown", free / "a" / "b.md")) == "exchange.not_written"
    assert error(store, Export((id,), "markdown", tmp_path / ("x" * 400))) == "exchange.not_written"
    assert error(store, Export((), "json", free)) == "exchange.nothing"
    assert file.read_text() == (folder / "여행.md").read_text() == "mine" and not free.exists()
    export_chats(store, Export((id,), "markdown", file, replace=True))
    export_chats(store, Export((id,), "markdown", folder, apart=True, replace=True))
    assert "Busan" in file.read_text("utf-8") and "Busan" in (folder / "여행.md").read_text("utf-8")


def test_a_full_disk_leaves_what_was_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "write_coterie", full)
    path = tmp_path / "chats.json"
    path.write_text("before")
    assert error(store, Export((talk(store),), "json", path, replace=True)) == "exchange.no_room"
    assert path.read_text() == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"chats.json", "home"}
