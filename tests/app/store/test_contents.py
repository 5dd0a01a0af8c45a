"""What attachments hold: kept once by its hash, while a message or a draft names it, never of temporary chats."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from app.store.records import Attachment, ChatOptions
from app.store.store import Store
from engine.errors import UserError
from tests.app.store.conftest import files
from tests.support.library.small_disk import small_disk

SECRET = b"the boat is called Mowe"


def attachment(store: Store, conversation: int, content: bytes, text: bytes = b"") -> Attachment:
    put = store.contents.put
    return Attachment(
        "a.txt", "text", len(content), put(conversation, content), put(conversation, text) if text else ""
    )


def held(folder: Path) -> set[str]:
    return {path.name for path in (folder / "attachments").iterdir()}


def aged(folder: Path) -> None:
    """As if all were written a day ago."""
    for path in (folder / "attachments").iterdir():
        os.utime(path, (time.time() - 86_400,) * 2)


def test_a_content_is_kept_once_and_read_back(store: Store, folder: Path) -> None:
    chat = store.conversations.create().id
    name = store.contents.put(chat, SECRET)
    assert store.contents.put(chat, SECRET) == name
    assert store.contents.get(chat, name) == SECRET
    assert held(folder) == {name} and store.contents.bytes() == len(SECRET)
    assert store.contents.get(chat, "0" * 64) is None and store.contents.get(chat, "../coterie.db") is None
    (folder / "attachments" / name).write_bytes(b"another")
    assert store.contents.get(chat, name) is None


def test_what_a_message_a_draft_or_a_deleted_chat_names_stays_and_the_rest_goes(
    store: Store, folder: Path
) -> None:
    chat, other, gone = (store.conversations.create().id for _ in range(3))
    of_message = attachment(store, chat, b"m", b"text of m")
    of_draft = attachment(store, other, b"d")
    of_deleted = attachment(store, gone, b"x", b"text of m")
    first = store.messages.add(chat, None, "user", "look", attachments=(of_message,))
    store.conversations.set(other, attachments=(of_draft,))
    store.messages.add(gone, None, "user", "look", attachments=(of_deleted,))
    store.contents.put(chat, b"nobody names this")
    store.conversations.delete(gone)
    store.messages.delete(first.id)
    assert store.contents.sweep() == 0  # all of them are young
    aged(folder)
    assert store.contents.sweep() == 1
    named = {name for each in (of_message, of_draft, of_deleted) for name in each.contents}
    assert held(folder) == named
    store.conversations.purge([gone])
    assert store.contents.sweep() == 1 and held(folder) == named - {of_deleted.sha256}
    store.messages.empty_trash(time.time() + 1)
    store.conversations.set(other, attachments=())
    assert store.contents.sweep() == 3 and held(folder) == set()


def test_sending_takes_attachments_out_of_the_draft(store: Store) -> None:
    chat = store.conversations.create().id
    attached = attachment(store, chat, b"m")
    store.conversations.set(chat, attachments=(attached,))
    assert not store.conversations.get(chat).is_blank
    message = store.messages.add(chat, None, "user", "look", attachments=(attached,))
    assert message.attachments == (attached,) and store.conversations.get(chat).attachments == ()
    assert store.messages.get(message.id).attachments == (attached,)


def test_what_a_killed_process_was_writing_goes(store: Store, folder: Path) -> None:
    chat = store.conversations.create().id
    store.contents.put(chat, b"x")
    (folder / "attachments" / f".{'a' * 64}.left").write_bytes(b"half")
    aged(folder)
    assert store.contents.sweep() == 2 and held(folder) == set()


def test_a_temporary_chat_leaves_nothing_on_the_disk_until_it_is_kept(store: Store, folder: Path) -> None:
    chat = store.create_temporary(ChatOptions()).id
    attached = attachment(store, chat, SECRET, b"what it says: " + SECRET)
    store.messages.add(chat, None, "user", "look", attachments=(attached,))
    assert store.contents.get(chat, attached.text) == b"what it says: " + SECRET
    assert SECRET not in b"".join(files(folder).values())
    kept = store.whole_chats.add(store.whole_chats.get(chat))
    assert store.contents.get(kept.id, attached.sha256) == SECRET
    assert held(folder) == set(attached.contents)


def test_a_file_that_cannot_be_written_is_told(store: Store, folder: Path) -> None:
    chat = store.conversations.create().id
    (folder / "attachments").write_bytes(b"a file where the folder should be")
    with pytest.raises(UserError) as told:
        store.contents.put(chat, b"x")
    assert told.value.code == "store.disk_error"


def test_two_stores_share_contents(opened: Callable[..., Store]) -> None:
    one, two = opened(), opened()
    chat = one.conversations.create().id
    assert two.contents.get(chat, one.contents.put(chat, b"x")) == b"x"


def test_a_chat_that_is_imported_again_brings_the_files_of_what_is_new(store: Store) -> None:
    chat = store.conversations.create().id
    first = store.messages.add(chat, None, "user", "look")
    store.messages.add(chat, first.id, "assistant", "yes")
    before = store.whole_chats.get(chat)
    here = store.whole_chats.add(before)
    elsewhere = store.create_temporary(ChatOptions()).id
    attached = attachment(store, elsewhere, b"m", b"text of m")
    more = msgspec.structs.replace(
        before.messages[0], id=99, parent=before.messages[1].id, content="more", attachments=(attached,)
    )
    contents = store.contents.of(elsewhere, (attached,))
    grown = msgspec.structs.replace(before, messages=(*before.messages, more), contents=contents)
    assert store.contents.get(here.id, attached.text) is None
    assert store.whole_chats.grow(here.id, grown) is not None
    assert store.contents.text(here.id, attached) == "text of m"


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk, Store.open(disk / "coterie.db", disk / "backups") as store:
        chat = store.conversations.create().id
        kept = store.contents.put(chat, b"small")
        with pytest.raises(UserError) as told:
            store.contents.put(chat, os.urandom(16_000_000))
        assert told.value.code == "store.disk_full"
        assert held(disk) == {kept} and store.contents.get(chat, kept) == b"small"
