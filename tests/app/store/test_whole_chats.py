"""Chats that go from one store into another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.records import ChatOptions, Conversation, Message, RunRecord, WholeChat
from app.store.store import Store
from app.store.whole_chats import identity
from tests.support.chats.whole_chats import talk, told


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """A store with chats of its own, so that ids differ."""
    with Store.open(tmp_path / "other" / "coterie.db", tmp_path / "other" / "backups") as store:
        id = store.conversations.create().id
        first = store.messages.add(id, None, "user", "mine").id
        store.messages.add(id, first, "assistant", "mine too")
        yield store


def test_a_chat_is_the_same_in_another_store(store: Store, other: Store) -> None:
    whole = store.whole_chats.get(talk(store))
    added = other.whole_chats.add(whole)
    assert told(other.whole_chats.get(added.id)) == told(whole)
    assert [m.content for m in other.messages.get_all(other.messages.path(added.id))] == [
        "어디로 갈까요?",
        "To Busan 🌊",
    ]
    assert [hit.conversation.id for hit in other.conversations.search("seoul")] == [added.id]
    # The branch that was shown last beneath each variant is shown again.
    second = next(m.id for m in other.whole_chats.get(added.id).messages if m.content == "To Seoul")
    other.messages.show(second)
    assert other.messages.get(other.messages.path(added.id)[-1]).content == "less"


def test_deleted_messages_stay_behind(store: Store, other: Store) -> None:
    id = talk(store)
    gone = next(m.id for m in store.whole_chats.get(id).messages if m.content == "more")
    store.messages.delete(gone)
    whole = store.whole_chats.get(id)
    assert "more" not in [m.content for m in whole.messages]
    assert whole.cuts == ()
    assert told(other.whole_chats.get(other.whole_chats.add(whole).id)) == told(whole)


def test_what_was_under_way_is_stopped(store: Store, other: Store) -> None:
    id = store.conversations.create().id
    question = store.messages.add(id, None, "user", "q").id
    answer = store.messages.add(id, question, "assistant", "so far", state="streaming").id
    store.runs.add(
        RunRecord(0, "t", "t", "/w", "m", "ask", "running", 1.0, 2.0, writer=store.database.writer), answer
    )
    whole = other.whole_chats.get(other.whole_chats.add(store.whole_chats.get(id)).id)
    assert whole.messages[1].state == "stopped"
    assert (whole.runs[0].record.state, whole.runs[0].record.writer) == ("interrupted", "")


def test_a_chat_is_known_by_where_it_comes_from(store: Store, other: Store) -> None:
    whole = store.whole_chats.get(talk(store))
    name = identity(whole.conversation)
    assert name in store.whole_chats.sources()
    assert name not in other.whole_chats.sources()
    given = msgspec.structs.replace(whole.conversation, source=name)
    added = other.whole_chats.add(msgspec.structs.replace(whole, conversation=given))
    other.conversations.delete(added.id)
    assert name in other.whole_chats.sources()


def test_a_message_in_front_of_its_parent_is_refused_with_nothing_kept(store: Store) -> None:
    chat = Conversation(1, "x", "auto", False, 1.0, 1.0, None, 1, "", ChatOptions())
    messages = (
        Message(1, 1, 2, "user", "a", "", "done", 1.0),
        Message(2, 1, None, "user", "b", "", "done", 1.0),
    )
    with pytest.raises(ValueError, match="parent"):
        store.whole_chats.add(WholeChat(chat, messages))
    assert store.conversations.all() == []


@pytest.mark.long
@settings(max_examples=20, deadline=None)
@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=30),
    shown=st.lists(st.integers(0, 29), max_size=5),
)
def test_any_tree_is_the_same_in_another_store(
    tmp_path_factory: pytest.TempPathFactory, parents: list[int], shown: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    with (
        Store.open(folder / "a" / "coterie.db", folder / "a" / "backups") as one,
        Store.open(folder / "b" / "coterie.db", folder / "b" / "backups") as two,
    ):
        id = one.conversations.create().id
        ids: list[int] = []
        for number, parent in enumerate(parents):
            above = None if parent % (number + 1) == 0 else ids[parent % (number + 1) - 1]
            ids.append(one.messages.add(id, above, "user", str(number)).id)
        for place in shown:
            one.messages.show(ids[place % len(ids)])
        whole = one.whole_chats.get(id)
        assert told(two.whole_chats.get(two.whole_chats.add(whole).id)) == told(whole)
