"""Imports: nothing twice, nothing by halves, and every chat that cannot be read is named."""

from __future__ import annotations

import copy
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.chat.events import BranchShown, ConversationsImported, ProjectsChanged
from app.services.chat.exchange.coterie_json import write_coterie
from app.services.chat.exchange.reading import chat_files, files, importing
from app.services.chat.exchange.reading.importing import ChatImports
from app.services.chat.exchange.values import Imported
from app.services.events import EventBus, ServiceEvent
from app.store.records import ProjectOptions
from app.store.store import Store
from app.store.whole_chats import WholeChats
from engine.errors import UserError
from tests.support.chats import foreign_chats
from tests.support.chats.whole_chats import talk, told


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "coterie.db", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def events() -> EventBus:
    return EventBus()


@pytest.fixture
def imports(store: Store, events: EventBus) -> ChatImports:
    return ChatImports(store, events)


def done(imports: ChatImports, *paths: Path, dry_run: bool = False) -> Imported:
    *_, last = imports.run(paths, dry_run=dry_run)
    return last


def counts(imported: Imported) -> tuple[int, int, int, list[tuple[str, str]]]:
    failed = [(each.title, each.reason.code) for each in imported.failed]
    return imported.found, imported.imported, imported.already, failed


def saved(path: Path, value: Any) -> Path:
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return path


def test_chats_are_imported_once_also_those_in_the_trash(
    tmp_path: Path, store: Store, imports: ChatImports
) -> None:
    one, two = foreign_chats.chatgpt(), foreign_chats.chatgpt_2026()
    path = saved(tmp_path / "conversations.json", [one, two, one])
    assert counts(done(imports, path, dry_run=True)) == (3, 2, 1, [])
    assert store.conversations.all() == []
    assert counts(done(imports, path)) == (3, 2, 1, [])
    store.conversations.delete(store.conversations.all()[0].id)
    assert counts(done(imports, path, path)) == (6, 0, 6, [])
    assert [c.title for c in store.conversations.all()] == ["Tea"]


def grown(chat: dict[str, Any]) -> dict[str, Any]:
    """A conversation of ChatGPT as it is exported later: with another question, and its answer."""
    later = copy.deepcopy(chat)
    leaf, time = later["current_node"], later["update_time"]
    later["mapping"][leaf]["children"] = ["more"]
    for id, parent, children, role, words in (
        ("more", leaf, ["end"], "user", "And then?"),
        ("end", "more", [], "assistant", "Then drink."),
    ):
        content = {"content_type": "text", "parts": [words]}
        said = {"id": id, "author": {"role": role}, "content": content, "create_time": (time := time + 1)}
        later["mapping"][id] = {"id": id, "parent": parent, "children": children, "message": said}
    return later | {"current_node": "end", "update_time": time}


def test_a_chat_that_went_on_in_the_other_app_brings_what_is_new(
    tmp_path: Path, store: Store, imports: ChatImports, events: EventBus
) -> None:
    first, other = foreign_chats.chatgpt(), foreign_chats.chatgpt_2026()
    done(imports, saved(tmp_path / "1.json", [first, other]))
    (chat,) = [each for each in store.conversations.all() if each.source == "chatgpt:c1"]
    before = store.messages.path(chat.id)
    heard: list[ServiceEvent] = []
    events.subscribe(ServiceEvent, heard.append)
    path = saved(tmp_path / "2.json", [grown(first), other])
    assert counts(done(imports, path, dry_run=True)) == (2, 1, 1, []) and heard == []
    assert store.messages.path(chat.id) == before
    assert counts(done(imports, path)) == (2, 1, 1, [])
    after = store.messages.path(chat.id)
    assert after[: len(before)] == before
    assert [each.content for each in store.messages.get_all(after[len(before) :])] == [
        "And then?",
        "Then drink.",
    ]
    assert [type(event) for event in heard] == [ProjectsChanged, ConversationsImported, BranchShown]
    assert heard[-1] == BranchShown(chat.id)
    for again in ("1.json", "2.json"):
        assert counts(done(imports, tmp_path / again)) == (2, 0, 2, [])
    assert store.messages.path(chat.id) == after


def test_an_older_and_a_newer_export_give_one_chat(
    tmp_path: Path, store: Store, imports: ChatImports
) -> None:
    first = foreign_chats.chatgpt()
    paths = [saved(tmp_path / "1.json", [first, first]), saved(tmp_path / "2.json", [grown(first), first])]
    assert counts(done(imports, *paths, dry_run=True)) == (4, 2, 2, [])
    assert counts(done(imports, *paths)) == (4, 2, 2, [])
    (chat,) = store.conversations.all()
    assert store.messages.get_all(store.messages.path(chat.id))[-1].content == "Then drink."


def test_a_chat_in_the_trash_stays_there_though_it_went_on(
    tmp_path: Path, store: Store, imports: ChatImports
) -> None:
    first = foreign_chats.chatgpt()
    done(imports, saved(tmp_path / "1.json", [first]))
    store.conversations.delete(store.conversations.all()[0].id)
    path = saved(tmp_path / "2.json", [grown(first)])
    for dry_run in (True, False):
        assert counts(done(imports, path, dry_run=dry_run)) == (1, 0, 1, [])
    assert store.conversations.all() == []


def test_those_that_cannot_be_read_are_named_and_all_others_are_imported(
    tmp_path: Path, store: Store, imports: ChatImports
) -> None:
    empty = foreign_chats.chatgpt("c5", "Empty") | {"mapping": {}}
    good = json.dumps(foreign_chats.chatgpt())
    text = f'[{good}, {{"title": "Broken", oops}}, {json.dumps(empty)}, {{"title": "What"}}, {{"title": "Cut", "mapp'
    assert counts(done(imports, saved(tmp_path / "conversations.json", text.encode()))) == (
        5,
        1,
        0,
        [
            ("Broken", "exchange.bad_chat"),
            ("Empty", "exchange.no_messages"),
            ("What", "exchange.bad_chat"),
            ("Cut", "exchange.cut_chat"),
        ],
    )
    assert [c.source for c in store.conversations.all()] == ["chatgpt:c1"]


def test_a_file_full_of_what_cannot_be_read_is_left_early(
    tmp_path: Path, imports: ChatImports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_files, "MOST_UNREAD", 50)
    found = done(imports, saved(tmp_path / "c.json", b"[" + b"{oops}," * 5000 + b"{}]"))
    assert found.found == len(found.failed) == 51
    assert (found.failed[-1].title, found.failed[-1].reason.code) == ("c.json", "exchange.too_many_unread")


def test_lines_that_are_cut_are_not_imported_by_halves(
    tmp_path: Path, store: Store, imports: ChatImports
) -> None:
    lines = foreign_chats.llama_ui_lines(foreign_chats.llama_ui(), foreign_chats.llama_ui("s2", "Second"))
    path = saved(tmp_path / "chats.jsonl", lines.encode()[:-30])
    assert counts(done(imports, path)) == (2, 1, 0, [("Second", "exchange.cut_chat")])
    thread, messages = foreign_chats.jan()
    saved(tmp_path / "thread.json", thread)
    saved(tmp_path / "messages.jsonl", json.dumps(messages[0]).encode() + b"\n{oops}\n")
    assert counts(done(imports, tmp_path / "thread.json"))[3] == [("Tea", "exchange.bad_chat")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "not_chats"),
        (b"Dear diary", "not_chats"),
        (b"[]", "not_chats"),
        (b"[1, 2, null]", "not_chats"),
        ({"version": 9, "entries": [1]}, "not_chats"),
        ({"uuid": "p", "name": "P", "prompt_template": "", "docs": []}, "claude_project"),
        ({"data_files": [{"export_url": "https://x"}], "total_files": 1}, "claude_links"),
        (b"SQLite format 3\0 and so on", "database"),
        ({"id": "conv-1", "lastModified": 1, "currNode": 2, "name": "Tea"}, "no_messages"),
        (b"PK\x03\x04 is no zip", "bad_zip"),
        (b"PK\x05\x06" + b"\0" * 18, "not_chats"),
    ],
)
def test_a_file_without_chats_is_told_in_one_sentence(
    tmp_path: Path, imports: ChatImports, value: Any, code: str
) -> None:
    found = done(imports, saved(tmp_path / "some file.json", value))
    assert [each.reason.code for each in found.failed] == [f"exchange.{code}"]
    assert found.imported == 0


def test_paths_that_cannot_be_read_are_told(tmp_path: Path, imports: ChatImports) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    paths = [tmp_path / "missing.json", tmp_path / "pipe.json", Path("/dev/zero"), tmp_path / ("x" * 300)]
    found = done(imports, *paths)
    assert [(each.title, each.reason.code) for each in found.failed] == [
        (path.name[:200], "exchange.cannot_read") for path in paths
    ]


def test_a_zip_is_not_unpacked_without_end(
    tmp_path: Path, imports: ChatImports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_UNSUSPICIOUS", 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations-0.json", json.dumps([foreign_chats.chatgpt()]))
        archive.writestr("conversations.json", b"[" + b" " * 2**24 + b"]")
    assert counts(done(imports, tmp_path / "bomb.zip")) == (
        2,
        1,
        0,
        [("conversations.json", "exchange.zip_bomb")],
    )
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    assert done(imports, tmp_path / "bomb.zip").failed[0].reason.code == "exchange.zip_bomb"


def test_names_in_a_zip_are_never_paths(tmp_path: Path, imports: ChatImports) -> None:
    chat = json.dumps(foreign_chats.lm_studio("../../evil"))
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../1760000000123.json", chat)
        archive.writestr("/etc/conversations.json", json.dumps([foreign_chats.chatgpt(title="<b>\u202e")]))
        archive.writestr("nested.zip", b"PK\x03\x04")
    before = sorted(tmp_path.parent.iterdir())
    assert counts(done(imports, tmp_path / "evil.zip")) == (2, 2, 0, [])
    assert sorted(tmp_path.parent.iterdir()) == before


def test_a_damaged_or_locked_zip_is_told(tmp_path: Path, imports: ChatImports) -> None:
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([foreign_chats.chatgpt()]))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Which tea?", b"Which sea?"))
    assert [each.reason.code for each in done(imports, path).failed] == ["exchange.bad_zip"]
    locked = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[whole.index(mark) + place] |= 1
    path.write_bytes(locked)
    assert [each.reason.code for each in done(imports, path).failed] == ["exchange.bad_zip"]


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_whose_packed_bytes_are_damaged_is_told(
    packing: int, tmp_path: Path, imports: ChatImports
) -> None:
    path = tmp_path / "chats.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("conversations.json", json.dumps([foreign_chats.chatgpt()]))
        (member,) = archive.infolist()
    data = bytearray(path.read_bytes())
    begins = 30 + len(member.filename) + 9  # behind the header of the member, and the properties of LZMA
    data[begins : begins + 60] = b"\xff" * 60
    path.write_bytes(data)
    assert [each.reason.code for each in done(imports, path).failed] == ["exchange.bad_zip"]


def test_a_folder_holds_files_zips_and_things_of_no_interest(tmp_path: Path, imports: ChatImports) -> None:
    folder = tmp_path / "exports"
    (folder / "deep").mkdir(parents=True)
    saved(folder / "package.json", {"name": "p", "version": "1"})
    saved(folder / "notes.txt", b"notes")
    saved(folder / "deep" / "chat.json", foreign_chats.open_webui())
    with zipfile.ZipFile(folder / "claude.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps([foreign_chats.claude()]))
        archive.writestr("users.json", json.dumps([{"uuid": "u", "full_name": "A"}]))
    assert counts(done(imports, folder)) == (2, 2, 0, [])
    zips = tmp_path / "zips"
    zips.mkdir()
    saved(zips / "1.zip", b"PK\x03\x04 is no zip")
    (folder / "claude.zip").rename(zips / "2.zip")
    assert counts(done(imports, zips)) == (2, 0, 1, [("1.zip", "exchange.bad_zip")])
    (tmp_path / "empty").mkdir()
    assert counts(done(imports, tmp_path / "empty"))[3] == [("empty", "exchange.not_chats")]


def test_own_chats_come_back_with_their_projects_and_origins(
    tmp_path: Path, store: Store, imports: ChatImports, events: EventBus
) -> None:
    heard: list[ServiceEvent] = []
    events.subscribe(ServiceEvent, heard.append)
    with Store.open(tmp_path / "other" / "coterie.db", tmp_path / "other" / "backups") as other:
        first, second = talk(other), talk(other)
        project = other.projects.create("Trips", ProjectOptions(instructions="Be kind"))
        other.conversations.set(first, project=project.id, origin=second)
        whole = [other.whole_chats.get(id) for id in (first, second)]
        with (tmp_path / "chats.json").open("wb") as file:
            write_coterie(file, other.projects.all(), whole)
        assert counts(done(ChatImports(other, events), tmp_path / "chats.json"))[:3] == (2, 0, 2)
    assert heard == []
    assert counts(done(imports, tmp_path / "chats.json")) == (2, 2, 0, [])
    added = sorted(store.conversations.all(), key=lambda c: c.id)
    assert store.projects.all()[0].options.instructions == "Be kind"
    assert (added[0].project, added[0].origin) == (store.projects.all()[0].id, added[1].id)
    for conversation, given in zip(added, whole, strict=True):
        bare = store.whole_chats.get(store.conversations.set(conversation.id, project=None, origin=None).id)
        shown = told(bare), told(given)
        assert repr(shown[0]).count("To Busan") == repr(shown[1]).count("To Busan")
    assert [type(event) for event in heard] == [ProjectsChanged, ConversationsImported]
    assert isinstance(heard[1], ConversationsImported)
    assert sorted(c.id for c in heard[1].conversations) == [c.id for c in added]
    with zipfile.ZipFile(tmp_path / "chats.zip", "w") as archive:
        archive.write(tmp_path / "chats.json", "inside/chats.json")
    for name in ("chats.json", "chats.zip"):
        assert counts(done(imports, tmp_path / name)) == (2, 0, 2, [])


def test_an_import_that_is_ended_keeps_whole_chats_and_tells_of_them(
    tmp_path: Path, store: Store, imports: ChatImports, events: EventBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    heard: list[ConversationsImported] = []
    events.subscribe(ConversationsImported, heard.append)
    path = saved(tmp_path / "c.json", [foreign_chats.chatgpt_2026(str(n)) for n in range(9)])
    running = imports.run([path])
    for state in running:
        if state.imported == 3:
            break
    running.close()
    assert len(store.conversations.all()) == 3
    assert [len(event.conversations) for event in heard] == [3]


@pytest.mark.parametrize(("at_once", "kept"), [(1, 2), (9, 0)])
def test_a_store_that_is_full_ends_the_import_behind_whole_chats(
    tmp_path: Path,
    store: Store,
    imports: ChatImports,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    kept: int,
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", at_once)
    path = saved(tmp_path / "c.json", [foreign_chats.chatgpt_2026(str(n)) for n in range(3)])
    add = WholeChats.add

    def full(part: WholeChats, chat: Any) -> Any:
        if len(store.conversations.all()) == 2:
            raise UserError("store.disk_full")
        return add(part, chat)

    monkeypatch.setattr(WholeChats, "add", full)
    with pytest.raises(UserError, match=r"store\.disk_full"):
        done(imports, path)
    assert len(store.conversations.all()) == kept
    monkeypatch.undo()
    assert counts(done(imports, path)) == (3, 3 - kept, kept, [])
