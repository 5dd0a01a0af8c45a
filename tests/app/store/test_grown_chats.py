"""A chat that is imported again brings what it has more: nothing twice, nothing of the person's own lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store.records import ChatOptions, Conversation, Message, WholeChat
from app.store.store import Store

ROLES = ("user", "assistant")


def message(id: int, parent: int | None, content: str, created: float = 0.0, role: Any = "") -> Message:
    role = role or ("user" if parent is None else "assistant")
    return Message(id, 0, parent, role, content, "", "done", created or 1000.0 + id)


def chat(*messages: Message, leaf: int | None = None) -> WholeChat:
    leaf = leaf or (messages[-1].id if messages else None)
    conversation = Conversation(
        0, "Tea", "user", False, 1.0, 2000.0, None, leaf, "", ChatOptions(), source="x:1"
    )
    return WholeChat(conversation, messages, () if leaf is None else (leaf,))


def ways(store: Store, id: int) -> Counter[tuple[str, ...]]:
    """Each message as what was said on the way to it, and how often it is there."""
    found: dict[int, tuple[str, ...]] = {}
    for each in store.whole_chats.get(id).messages:
        found[each.id] = (
            *(() if each.parent is None else found[each.parent]),
            f"{each.role}: {each.content}",
        )
    return Counter(found.values())


def shown(store: Store, id: int) -> list[str]:
    return [each.content for each in store.messages.get_all(store.messages.path(id))]


ASKED, ANSWERED = message(1, None, "q"), message(2, 1, "a")
MORE = message(3, 2, "q2", role="user"), message(4, 3, "a2")


def test_what_is_new_is_added_and_shown(store: Store) -> None:
    id = store.whole_chats.add(chat(ASKED, ANSWERED)).id
    whole = chat(ASKED, ANSWERED, *MORE)
    assert store.whole_chats.has_grown(id, whole)
    assert store.whole_chats.grow(id, whole) is not None
    assert shown(store, id) == ["q", "a", "q2", "a2"]
    assert not store.whole_chats.has_grown(id, whole) and store.whole_chats.grow(id, whole) is None
    assert ways(store, id).total() == 4


def test_what_the_person_wrote_behind_it_stays_shown_and_the_rest_stands_beside_it(store: Store) -> None:
    id = store.whole_chats.add(chat(ASKED, ANSWERED)).id
    own = store.messages.add(id, store.conversations.get(id).leaf, "user", "mine").id
    store.messages.add(id, own, "assistant", "for me")
    store.whole_chats.grow(id, chat(ASKED, ANSWERED, *MORE))
    assert shown(store, id) == ["q", "a", "mine", "for me"]
    assert ways(store, id)["user: q", "assistant: a", "user: q2", "assistant: a2"] == 1
    assert store.messages.get(own).siblings == 2


def test_what_was_deleted_here_stays_deleted(store: Store) -> None:
    id = store.whole_chats.add(chat(ASKED, ANSWERED, *MORE)).id
    store.messages.delete(store.messages.path(id)[2])
    after = message(5, 4, "q3", role="user")
    assert store.whole_chats.grow(id, chat(ASKED, ANSWERED, *MORE, after)) is None
    assert shown(store, id) == ["q", "a"]


@pytest.mark.parametrize("follows", [False, True])
def test_an_answer_that_goes_on_grows_where_nothing_follows_it_here(store: Store, follows: bool) -> None:
    id = store.whole_chats.add(chat(ASKED, ANSWERED)).id
    if follows:
        store.messages.add(id, store.conversations.get(id).leaf, "user", "mine")
    grown = store.whole_chats.grow(id, chat(ASKED, msgspec.structs.replace(ANSWERED, content="a and more")))
    assert (grown is None) == follows
    assert shown(store, id) == (["q", "a", "mine"] if follows else ["q", "a and more"])
    assert bool(store.conversations.search("and more")) != follows


def test_a_text_that_was_changed_there_is_not_a_second_message(store: Store) -> None:
    id = store.whole_chats.add(chat(ASKED, ANSWERED, *MORE)).id
    changed = msgspec.structs.replace(ASKED, content="put otherwise")
    more = message(5, 4, "q3", role="user")
    store.whole_chats.grow(id, chat(changed, ANSWERED, *MORE, more))
    assert shown(store, id) == ["q", "a", "q2", "a2", "q3"] and ways(store, id).total() == 5


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Message], int]:
    """A tree and how much of it there was before. Words are few, so that many say the same."""
    size, timed = draw(st.integers(1, 14)), draw(st.booleans())
    messages: list[Message] = []
    for id in range(1, size + 1):
        parent = draw(st.sampled_from([None, *(each.id for each in messages)]))
        content, role = draw(st.sampled_from(["a", "b", "ab", ""])), draw(st.sampled_from(ROLES))
        messages.append(message(id, parent, content, 0.0 if timed else 5.0, role))
    return messages, draw(st.integers(1, size))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(), st.data())
def test_whatever_grows_comes_once_and_nothing_here_is_lost(
    store: Store, tree: tuple[list[Message], int], data: st.DataObject
) -> None:
    messages, before = tree
    id = store.whole_chats.add(chat(*messages[:before])).id
    for number in range(data.draw(st.integers(0, 4))):
        below = data.draw(st.sampled_from([None, *(each.id for each in store.whole_chats.get(id).messages)]))
        store.messages.add(id, below, data.draw(st.sampled_from(ROLES)), f"own {number}")
    here, leaf = ways(store, id), store.conversations.get(id).leaf
    whole = chat(*messages)
    had = store.whole_chats.has_grown(id, whole)
    grown = store.whole_chats.grow(id, whole)
    assert had == (grown is not None) == (before < len(messages))
    theirs = chat(*messages)
    other = store.whole_chats.add(theirs).id
    assert ways(store, id) == ways(store, other) + (here - ways(store, other))
    own = leaf is not None and store.messages.get(leaf).content.startswith("own")
    assert not own or store.conversations.get(id).leaf == leaf
    assert store.whole_chats.grow(id, whole) is None
