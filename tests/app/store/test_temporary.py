"""Chats in memory alone: they are used as any other, and leave nothing on the disk."""

from __future__ import annotations

import threading
from pathlib import Path

from app.store.records import FIRST_TEMPORARY, ChatOptions, CompactionPoint
from app.store.store import Store
from tests.app.store.conftest import files

SECRET = "the boat is called Möwe"


def test_a_temporary_chat_is_used_as_any_other(store: Store) -> None:
    kept = store.conversations.create()
    made = store.create_temporary(ChatOptions(system_prompt="Be kind"))
    assert made.temporary and not kept.temporary and made.id >= FIRST_TEMPORARY
    question = store.messages.add(made.id, None, "user", SECRET)
    answer = store.messages.add(made.id, question.id, "assistant", "", state="streaming")
    store.messages.save(answer.id, "so", "")
    store.messages.finish(answer.id, "so be it", "", "done")
    again = store.messages.add(made.id, question.id, "assistant", "or not")
    assert store.messages.path(made.id) == [question.id, again.id]
    assert store.messages.show(answer.id).leaf == answer.id
    assert store.messages.siblings(answer.id) == [answer.id, again.id]
    cut = store.compaction_points.add(CompactionPoint(0, made.id, question.id, summary="short"))
    assert store.compaction_points.active(made.id) == [cut]
    store.compaction_points.set_active(cut.id, False)
    assert store.compaction_points.active(made.id) == []
    store.conversations.rename(made.id, "A boat", "auto")
    store.messages.delete(answer.id)
    store.messages.restore(answer.id)
    assert store.conversations.delete(made.id).deleted is not None
    assert store.conversations.restore(made.id).title == "A boat"
    # The kept ones are as they were, and know nothing of it.
    assert store.messages.path(kept.id) == []
    assert store.conversations.all() == [kept]
    assert store.conversations.search("Möwe") == [] == store.conversations.trash()


def test_nothing_of_it_comes_to_the_disk_and_it_ends_with_the_store(folder: Path) -> None:
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        made = store.create_temporary(ChatOptions())
        store.messages.add(made.id, None, "user", SECRET * 1000)
        store.back_up()
        found = b"".join(files(folder).values())
        assert SECRET.encode() not in found
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        assert store.conversations.find(made.id) is None
        assert store.conversations.all() == []


def test_it_can_be_kept_after_all(store: Store) -> None:
    made = store.create_temporary(ChatOptions())
    question = store.messages.add(made.id, None, "user", SECRET)
    store.messages.add(made.id, question.id, "assistant", "aye")
    kept = store.whole_chats.add(store.whole_chats.get(made.id))
    assert not kept.temporary
    assert [m.content for m in store.messages.get_all(store.messages.path(kept.id))] == [SECRET, "aye"]
    assert [hit.conversation.id for hit in store.conversations.search("Möwe")] == [kept.id]


def test_many_threads_may_use_it_at_once(store: Store) -> None:
    made = store.create_temporary(ChatOptions())
    first = store.messages.add(made.id, None, "user", "q").id

    def work() -> None:
        for _ in range(20):
            store.messages.add(made.id, first, "assistant", "a")
            store.messages.path(made.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.messages.get(store.messages.path(made.id)[-1]).siblings == 80
