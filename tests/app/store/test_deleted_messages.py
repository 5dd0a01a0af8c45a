"""Deleting messages: what is shown instead, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.records import CompactionPoint
from app.store.store import Store
from engine.errors import UserError


def talk(store: Store, *words: str) -> tuple[int, list[int]]:
    """A conversation with these messages in a row."""
    id = store.conversations.create().id
    ids: list[int] = []
    for number, text in enumerate(words):
        above = ids[-1] if ids else None
        ids.append(store.messages.add(id, above, "assistant" if number % 2 else "user", text).id)
    return id, ids


def test_a_deleted_message_takes_what_follows_along_and_comes_back_with_it(store: Store) -> None:
    id, ids = talk(store, "one", "two", "three", "four")
    assert store.messages.delete(ids[2]).leaf == ids[1]
    assert store.messages.path(id) == ids[:2]
    assert store.conversations.search("three") == []
    assert store.messages.restore(ids[2]).leaf == ids[3]
    assert store.messages.path(id) == ids
    assert [hit.message for hit in store.conversations.search("three")] == [ids[2]]


def test_the_variant_shown_last_takes_the_place_of_a_deleted_one(store: Store) -> None:
    id, ids = talk(store, "question", "first")
    second = store.messages.add(id, ids[0], "assistant", "second").id
    third = store.messages.add(id, ids[0], "assistant", "third").id
    store.messages.show(ids[1])
    store.messages.show(third)
    assert store.messages.delete(third).leaf == ids[1]
    shown = store.messages.get(ids[1])
    assert (shown.sibling, shown.siblings) == (1, 2)
    assert store.messages.siblings(ids[1]) == [ids[1], second]


def test_without_a_variant_the_branch_ends_where_it_was_and_can_go_on(store: Store) -> None:
    id, ids = talk(store, "question", "answer")
    store.messages.delete(ids[1])
    again = store.messages.add(id, ids[0], "assistant", "better")
    assert (again.sibling, again.siblings) == (1, 1)
    store.messages.restore(ids[1])
    assert store.messages.path(id) == [ids[0], ids[1]]
    assert store.messages.get(again.id).siblings == 2


def test_an_emptied_conversation_is_still_there(store: Store) -> None:
    id, ids = talk(store, "one", "two")
    assert store.messages.delete(ids[0]).leaf is None
    assert store.messages.path(id) == []
    assert store.messages.add(id, None, "user", "anew").sibling == 1
    store.messages.restore(ids[0])
    assert store.messages.path(id) == ids


def test_nothing_is_added_to_a_deleted_message_nor_brought_back_beneath_one(store: Store) -> None:
    id, ids = talk(store, "one", "two", "three")
    store.messages.delete(ids[2])
    store.messages.delete(ids[1])
    for attempt in (
        lambda: store.messages.add(id, ids[1], "user", "x"),
        lambda: store.messages.restore(ids[2]),
        lambda: store.messages.show(ids[2]),
    ):
        with pytest.raises(UserError) as caught:
            attempt()
        assert caught.value.code == "store.no_message"
    store.messages.restore(ids[1])
    store.messages.restore(ids[2])
    assert store.messages.path(id) == ids


def test_after_its_time_a_deleted_message_is_gone_with_its_compaction_point(store: Store) -> None:
    id, ids = talk(store, "one", "two", "three", "four")
    store.compaction_points.add(CompactionPoint(0, id, ids[2], summary="short"))
    store.messages.delete(ids[3])
    store.messages.delete(ids[2])
    assert store.messages.empty_trash(0.0) == 0
    assert store.messages.empty_trash(store.database.clock() + 1) == 2
    assert store.messages.path(id) == ids[:2]
    assert store.compaction_points.active(id) == []
    with pytest.raises(UserError):
        store.messages.get(ids[2])


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_is_deleted_comes_back_in_the_reverse_order(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("store")
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        id = store.conversations.create().id
        ids: list[int] = []
        for _ in range(data.draw(st.integers(1, 8))):
            parent = data.draw(st.sampled_from([None, *ids]))
            ids.append(store.messages.add(id, parent, "user", "x").id)
        before = store.messages.get_all(ids)
        deleted = []
        for _ in range(data.draw(st.integers(1, 4))):
            left = [m for m in ids if m in store.messages.siblings(m)]
            if not left:
                break
            deleted.append(data.draw(st.sampled_from(left)))
            leaf = store.messages.delete(deleted[-1]).leaf
            assert leaf is None or leaf in store.messages.siblings(leaf)
            assert leaf is not None or not [m for m in ids if m in store.messages.siblings(m)]
            assert not any(
                store.messages.get(m).parent == leaf for m in ids if m in store.messages.siblings(m) and leaf
            )
        for message in reversed(deleted):
            store.messages.restore(message)
        assert store.messages.get_all(ids) == before
