"""The tree of messages: adding, streaming, variants, branches."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.store.records import Given, Message, Source
from app.store.store import Store
from engine.errors import UserError


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        store.conversations.create()  # starts the writer thread here and not in a test
        yield store


def test_a_message_becomes_the_end_of_the_shown_branch(store: Store) -> None:
    id = store.conversations.create().id
    question = store.messages.add(id, None, "user", "Why?")
    answer = store.messages.add(id, question.id, "assistant", "Because.")
    assert store.messages.path(id) == [question.id, answer.id]
    assert store.conversations.get(id).leaf == answer.id
    assert store.conversations.get(id).updated == answer.created
    assert store.messages.get_all([answer.id, question.id, answer.id]) == [answer, question, answer]


def test_a_variant_stands_beside_and_never_replaces(store: Store) -> None:
    id = store.conversations.create().id
    first = store.messages.add(id, None, "user", "Hallo")
    answer = store.messages.add(id, first.id, "assistant", "one")
    again = store.messages.add(id, first.id, "assistant", "two")
    edited = store.messages.add(id, None, "user", "Hello")
    assert store.messages.siblings(answer.id) == store.messages.siblings(again.id) == [answer.id, again.id]
    assert store.messages.siblings(first.id) == [first.id, edited.id]
    assert [(m.sibling, m.siblings) for m in store.messages.get_all([answer.id, again.id, edited.id])] == [
        (1, 2),
        (2, 2),
        (2, 2),
    ]
    assert store.messages.path(id) == [edited.id]
    assert store.messages.get(answer.id).content == "one"


def test_first_messages_of_other_conversations_are_no_variants(store: Store) -> None:
    a, b = store.conversations.create().id, store.conversations.create().id
    first = store.messages.add(a, None, "user", "x")
    store.messages.add(b, None, "user", "y")
    assert store.messages.siblings(first.id) == [first.id]
    assert store.messages.get(first.id).siblings == 1


def test_showing_a_branch_goes_to_the_end_that_was_shown_last(store: Store) -> None:
    id = store.conversations.create().id
    top = store.messages.add(id, None, "user", "1")
    left = store.messages.add(id, top.id, "assistant", "left")
    left_1 = store.messages.add(id, left.id, "user", "left 1")
    left_2 = store.messages.add(id, left.id, "user", "left 2")
    right = store.messages.add(id, top.id, "assistant", "right")
    assert store.messages.show(left.id).leaf == left_2.id
    assert store.messages.show(left_1.id).leaf == left_1.id
    assert store.messages.show(right.id).leaf == right.id
    before = store.conversations.get(id).updated
    shown = store.messages.show(left.id)
    assert (shown.leaf, shown.updated) == (left_1.id, before)
    assert store.messages.path(id) == [top.id, left.id, left_1.id]
    assert store.messages.show(top.id).leaf == left_1.id


def test_a_parent_from_another_conversation_is_refused(store: Store) -> None:
    a, b = store.conversations.create().id, store.conversations.create().id
    remote_servers = store.messages.add(a, None, "user", "x")
    for parent in (remote_servers.id, 12345):
        with pytest.raises(UserError, match=r"store\.no_message"):
            store.messages.add(b, parent, "user", "y")
    assert store.messages.path(b) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.messages.get(99),
        lambda store: store.messages.get_all([99]),
        lambda store: store.messages.siblings(99),
        lambda store: store.messages.show(99),
        lambda store: store.messages.save(99, "x", ""),
        lambda store: store.messages.finish(99, "x", "", "done"),
        lambda store: store.messages.resume(99),
    ],
)
def test_an_unknown_message_is_told(store: Store, call: Callable[[Store], object]) -> None:
    with pytest.raises(UserError, match=r"store\.no_message") as caught:
        call(store)
    assert caught.value.params == {"message": 99}


def test_a_streaming_answer_is_saved_and_finished(store: Store) -> None:
    id = store.conversations.create().id
    answer = store.messages.add(id, None, "assistant", "", state="streaming")
    store.messages.save(answer.id, "half", "thou")
    assert store.messages.get(answer.id) == Message(
        answer.id, id, None, "assistant", "half", "thou", "streaming", answer.created
    )
    finished = store.messages.finish(answer.id, "half and half", "thought", "done", model="m")
    assert finished == store.messages.get(answer.id)
    assert (finished.content, finished.reasoning, finished.state, finished.model) == (
        "half and half",
        "thought",
        "done",
        "m",
    )


def test_a_late_save_does_not_undo_the_ending(store: Store) -> None:
    id = store.conversations.create().id
    answer = store.messages.add(id, None, "assistant", "", state="streaming")
    finished = store.messages.finish(answer.id, "all of it", "", "done")
    store.messages.save(answer.id, "all", "")
    assert store.messages.get(answer.id) == finished


def test_a_stopped_answer_can_be_written_on(store: Store) -> None:
    id = store.conversations.create().id
    answer = store.messages.add(id, None, "assistant", "one zebra", state="stopped")
    assert store.messages.resume(answer.id).state == "streaming"
    assert store.conversations.search("zebra") == []
    store.messages.save(answer.id, "one zebra, two", "")
    store.messages.finish(answer.id, "one zebra, two giraffes", "", "done")
    assert [hit.snippet for hit in store.conversations.search("giraffes")] == ["one zebra, two giraffes"]
    assert len(store.conversations.search("zebra")) == 1


def test_changes_are_made_in_order_from_many_threads(store: Store) -> None:
    id = store.conversations.create().id
    answer = store.messages.add(id, None, "assistant", "", state="streaming")
    counts: list[int] = []

    def work(name: int) -> None:
        for number in range(20):
            store.messages.add(id, answer.id, "user", f"{name} {number}")
            store.messages.save(answer.id, f"{name} {number}", "")
            counts.append(len(store.messages.siblings(store.messages.path(id)[-1])))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.messages.siblings(store.messages.path(id)[-1])) == 80 == max(counts)


def long_conversation(store: Store, folder: Path, length: int) -> tuple[int, list[int]]:
    """A conversation of so many messages in a row, and their ids."""
    id = store.conversations.create().id
    first = store.messages.add(id, None, "user", "message 0").id
    added = list(range(first, first + length))
    with closing(sqlite3.connect(folder / "coterie.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO message (id, parent_id, conversation_id, used, role, state, created, model, content,"
            " reasoning) VALUES (?, ?, ?, ?, 'user', 'done', 0, '', ?, '')",
            ((number, number - 1, id, number, f"message {number} " * 20) for number in added[1:]),
        )
    store.messages.show(first)
    return id, added


def test_twice_as_long_a_conversation_takes_twice_the_work_to_open(store: Store, folder: Path) -> None:
    steps = itertools.count()

    @event.listens_for(store.database.engine, "checkout")
    def count(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(lambda: next(steps) < 0, 10)  # each ten steps of SQLite's machine

    def work(length: int) -> tuple[int, int]:
        id, added = long_conversation(store, folder, length)
        began = next(steps)
        assert store.messages.path(id) == added
        between = next(steps)
        assert [m.id for m in store.messages.get_all(added)] == added
        return between - began, next(steps) - between

    few, many = work(2000), work(4000)
    assert few[0] > 1000 and many[0] < 2.5 * few[0], (few, many)
    assert few[1] > 1000 and many[1] < 2.5 * few[1], (few, many)


# Which message (by a number that wraps around) something is done to, and what.
_steps = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "show", "first"]), st.integers(0, 50)), max_size=25
)


@given(_steps)
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_no_message_is_lost(shared_store: Store, steps: list[tuple[str, int]]) -> None:
    store = shared_store
    id = store.conversations.create().id
    parents: dict[int, int | None] = {}
    uses: list[int] = []  # the ends in the order they were shown

    def above(message: int | None) -> list[int]:
        chain = []
        while message is not None:
            chain.append(message)
            message = parents[message]
        return chain[::-1]

    for action, number in steps:
        target = list(parents)[number % len(parents)] if parents else None
        if action == "show" and target is not None:
            shown = store.messages.show(target).leaf
            ends = [end for end in uses if target in above(end)]
            assert shown == ends[-1]
            uses.append(ends[-1])
        else:
            parent = None if action == "first" or target is None else target
            if action == "edit" and target is not None:
                parent = parents[target]
            added = store.messages.add(id, parent, "user", f"{action} {number}")
            parents[added.id] = parent
            uses.append(added.id)

    assert store.messages.path(id) == (above(uses[-1]) if uses else [])
    for message in store.messages.get_all(list(parents)):
        variants = [other for other, parent in parents.items() if parent == parents[message.id]]
        assert message.parent == parents[message.id]
        assert (message.sibling, message.siblings) == (variants.index(message.id) + 1, len(variants))
        assert store.messages.siblings(message.id) == variants


def test_what_a_person_preferred_is_counted_for_its_model(store: Store) -> None:
    id = store.conversations.create().id
    question = store.messages.add(id, None, "user", "q").id
    answers = [store.messages.add(id, question, "assistant", "x", model=name).id for name in ("a", "b", "a")]
    for answer in answers:
        assert store.messages.set_better(answer, True).better
    store.messages.set_better(answers[1], False)
    store.messages.delete(answers[2])
    assert store.messages.preferred() == {"a": 1}


def test_what_wrote_the_last_answer_of_the_shown_branch_is_told(store: Store) -> None:
    id = store.conversations.create().id
    assert store.messages.last_model(id) == ""
    question = store.messages.add(id, None, "user", "Why?")
    first = store.messages.add(id, question.id, "assistant", "Because.", model="one")
    store.messages.add(id, first.id, "assistant", "Of unknown make.")
    assert store.messages.last_model(id) == "one"
    store.messages.add(id, question.id, "assistant", "No.", model="two")
    assert store.messages.last_model(id) == "two"
    store.messages.show(first.id)
    assert store.messages.last_model(id) == "one"
    with pytest.raises(UserError) as told:
        store.messages.last_model(id + 1000)
    assert told.value.code == "store.no_conversation"


def test_the_sources_of_a_chat_are_those_of_its_questions(store: Store) -> None:
    chat, other = store.conversations.create().id, store.conversations.create().id
    source = Source(1, "lease.pdf", "The rent is 500")
    question = store.messages.add(chat, None, "user", "?", sources=[source])
    store.messages.add(chat, question.id, "assistant", "500 [1]")
    assert store.messages.given(chat) == {question.id: Given((source,))}
    assert store.messages.given(other) == {}
