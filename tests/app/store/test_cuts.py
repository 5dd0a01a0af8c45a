"""Cuts: from where on the model sees a branch, kept beside the messages."""

from __future__ import annotations

import pytest

from app.store.records import CompactionPoint
from app.store.store import Store
from engine.errors import UserError


def talk(store: Store, turns: int = 3) -> tuple[int, list[int]]:
    """A conversation of so many questions and answers."""
    conversation = store.conversations.create().id
    ids: list[int] = []
    for turn in range(turns):
        for role, text in (("user", f"Question {turn}"), ("assistant", f"Answer {turn}")):
            parent = ids[-1] if ids else None
            ids.append(store.messages.add(conversation, parent, role, text).id)  # type: ignore[arg-type]
    return conversation, ids


def test_a_cut_is_kept_with_its_summary_and_the_newest_comes_first(store: Store) -> None:
    conversation, ids = talk(store)
    left_out = store.compaction_points.add(CompactionPoint(0, conversation, ids[2], tokens=90))
    summed_up = store.compaction_points.add(
        CompactionPoint(0, conversation, ids[4], 0.0, 80, "starter", "They spoke of the sea.")
    )
    assert left_out.id != summed_up.id and summed_up.created > 0
    assert store.compaction_points.active(conversation) == [summed_up, left_out]
    assert store.messages.path(conversation) == ids
    assert [hit.conversation.id for hit in store.conversations.search("question 0")] == [conversation]


def test_a_cut_that_is_taken_back_is_not_in_force_and_comes_back_when_that_is_undone(store: Store) -> None:
    conversation, ids = talk(store)
    cut = store.compaction_points.add(CompactionPoint(0, conversation, ids[2]))
    store.compaction_points.set_active(cut.id, False)
    assert store.compaction_points.active(conversation) == []
    assert store.compaction_points.set_active(cut.id, True) == cut
    assert store.compaction_points.active(conversation) == [cut]


def test_a_summary_that_is_edited_stays_beside_the_new_one(store: Store) -> None:
    conversation, ids = talk(store)
    old = store.compaction_points.add(CompactionPoint(0, conversation, ids[2], summary="Wrong."))
    new = store.compaction_points.replace(old.id, CompactionPoint(0, conversation, ids[2], summary="Right."))
    assert store.compaction_points.active(conversation) == [new]
    assert store.compaction_points.set_active(old.id, True).summary == "Wrong."


def test_a_cut_begins_at_a_message_of_its_own_conversation(store: Store) -> None:
    conversation, _ = talk(store)
    _, others = talk(store)
    with pytest.raises(UserError) as caught:
        store.compaction_points.add(CompactionPoint(0, conversation, others[2]))
    assert caught.value.code == "store.no_message"
    assert store.compaction_points.active(conversation) == []


def test_cuts_go_with_their_conversation_and_what_was_begun_from_it_stays(store: Store) -> None:
    conversation, ids = talk(store)
    cut = store.compaction_points.add(CompactionPoint(0, conversation, ids[2]))
    begun = store.conversations.create(origin=conversation)
    assert store.conversations.get(begun.id).origin == conversation
    store.conversations.delete(conversation)
    assert store.compaction_points.active(conversation) == [cut]
    assert store.conversations.empty_trash(older_than=1e12) == 1
    assert store.conversations.get(begun.id).origin is None
    with pytest.raises(UserError):
        store.compaction_points.set_active(cut.id, False)
