"""Conversations, the trash, and text that goes in and comes out."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.records import ChatOptions
from app.store.store import Store
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text
from engine.values import Sampling, Timings, Usage

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    """The clock goes one second on each time it is read."""
    ticks = itertools.count(1000.0)
    return opened(clock=lambda: next(ticks))


def test_a_new_conversation_is_empty_and_keeps_its_options(store: Store) -> None:
    options = ChatOptions(system_prompt="Be brief", sampling=Sampling(temperature=0.5, seed=7), reasoning=512)
    made = store.conversations.create(options)
    assert store.conversations.get(made.id) == made
    assert made.options == options
    assert (made.title, made.title_source, made.leaf, made.draft, made.pinned) == (
        "",
        "none",
        None,
        "",
        False,
    )
    assert store.messages.path(made.id) == []


def test_pinned_come_first_then_the_latest_message(store: Store) -> None:
    a, b, c = (store.conversations.create().id for _ in range(3))
    store.messages.add(a, None, "user", "hello")
    assert [found.id for found in store.conversations.all()] == [a, c, b]
    store.conversations.set(b, pinned=True)
    assert [found.id for found in store.conversations.all()] == [b, a, c]


def test_drafts_names_and_options_do_not_move_a_conversation(store: Store) -> None:
    conversation = store.conversations.create()
    store.conversations.set(conversation.id, draft="half a sent")
    store.conversations.rename(conversation.id, "Trip", "user")
    store.conversations.set(conversation.id, options=ChatOptions(max_tokens=5))
    after = store.conversations.get(conversation.id)
    assert after.updated == conversation.updated
    assert (after.draft, after.title, after.options.max_tokens) == ("half a sent", "Trip", 5)


def test_an_automatic_title_never_replaces_a_written_one(store: Store) -> None:
    id = store.conversations.create().id
    assert store.conversations.rename(id, "자동", "auto").title == "자동"
    assert store.conversations.rename(id, "Mine", "user").title == "Mine"
    assert store.conversations.rename(id, "Again", "auto").title == "Mine"
    assert store.conversations.get(id).title_source == "user"


def test_a_deleted_conversation_waits_whole_in_the_trash(store: Store) -> None:
    id = store.conversations.create().id
    message = store.messages.add(id, None, "user", "keep me")
    deleted = store.conversations.delete(id)
    assert deleted.deleted is not None
    assert store.conversations.all() == []
    assert store.conversations.trash() == [deleted]
    assert store.conversations.delete(id).deleted == deleted.deleted
    assert store.conversations.restore(id).deleted is None
    assert store.messages.get(message.id).content == "keep me"
    assert store.conversations.trash() == []


def test_emptying_the_trash_removes_only_what_is_old_enough(store: Store) -> None:
    old, young, kept = (store.conversations.create().id for _ in range(3))
    messages = [store.messages.add(id, None, "user", f"penguin {id}") for id in (old, young, kept)]
    first = store.conversations.delete(old)
    second = store.conversations.delete(young)
    assert first.deleted is not None and second.deleted is not None
    assert store.conversations.empty_trash(second.deleted) == 1
    assert [found.id for found in store.conversations.trash()] == [young]
    with pytest.raises(UserError, match=r"store\.no_conversation"):
        store.conversations.get(old)
    with pytest.raises(UserError, match=r"store\.no_message"):
        store.messages.get(messages[0].id)
    assert [hit.conversation.id for hit in store.conversations.search("penguin")] == [kept]
    assert store.conversations.empty_trash(second.deleted) == 0


def test_a_removed_conversation_does_not_give_its_id_away(store: Store) -> None:
    id = store.conversations.create().id
    store.messages.add(id, None, "user", "x")
    store.conversations.delete(id)
    store.conversations.empty_trash(float("inf"))
    assert store.conversations.create().id > id


def test_a_long_branch_is_removed_whole(store: Store) -> None:
    id = store.conversations.create().id
    parent = None
    for number in range(1200):  # a cascade along the tree would end at a depth of 1,000
        parent = store.messages.add(id, parent, "user", str(number)).id
    store.conversations.delete(id)
    assert store.conversations.empty_trash(float("inf")) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.conversations.get(99),
        lambda store: store.conversations.rename(99, "x", "user"),
        lambda store: store.conversations.set(99, pinned=True),
        lambda store: store.conversations.set(99, options=ChatOptions()),
        lambda store: store.conversations.set(99, draft="x"),
        lambda store: store.conversations.delete(99),
        lambda store: store.conversations.restore(99),
        lambda store: store.messages.path(99),
        lambda store: store.messages.add(99, None, "user", "x"),
    ],
)
def test_an_unknown_conversation_is_told(store: Store, call: Callable[[Store], object]) -> None:
    with pytest.raises(UserError, match=r"store\.no_conversation"):
        call(store)
    assert store.conversations.all() == []


@pytest.mark.parametrize(
    "text",
    ["שלום עולם ‏مرحبا", "👩‍👩‍👧‍👦𝔘𠮷", "한" * 250_000, "a\r\n\tb\x01\x7f\ufeff\u2028", " \n ", "", "e\u0301"],
)
def test_text_is_kept_to_the_character(store: Store, text: str) -> None:
    id = store.conversations.create().id
    message = store.messages.add(id, None, "user", text, reasoning=text)
    assert store.conversations.set(id, draft=text).draft == text
    read = store.messages.get(message.id)
    assert (read.content, read.reasoning) == (text, text)


def test_what_sqlite_cannot_hold_is_replaced_everywhere(store: Store) -> None:
    bad, good = "a\ud800b\0c", "a\ufffdbc"
    id = store.conversations.create(ChatOptions(system_prompt=bad)).id
    assert store.conversations.get(id).options.system_prompt == good
    assert store.conversations.rename(id, bad, "user").title == good
    message = store.messages.add(id, None, "assistant", bad, state="streaming", model=bad)
    assert (message.content, message.model) == (good, good)
    store.messages.save(message.id, bad, bad)
    assert store.messages.get(message.id).reasoning == good
    error = ErrorInfo("engine.lost", {"path": bad, "code": -6})
    ended = store.messages.finish(message.id, bad, bad, "failed", error=error)
    assert ended.error == ErrorInfo("engine.lost", {"path": good, "code": -6})
    assert store.conversations.search(bad) != []


@given(st.text(st.characters(codec=None)))
def test_storable_text_is_utf8_and_changes_nothing_else(text: str) -> None:
    result = clean_text(text)
    result.encode()
    assert "\0" not in result
    kept = text.replace("\0", "")
    if any("\ud800" <= character <= "\udfff" for character in text):
        assert result == kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert len(result) <= len(kept)
    else:
        assert result == kept


def test_two_halves_of_a_character_become_it() -> None:
    assert clean_text("\ud83d\ude00!") == "😀!"
    assert clean_text("\ude00\ud83d!") == "\ufffd\ufffd!"


def test_counts_times_and_errors_come_back_as_they_went_in(store: Store) -> None:
    id = store.conversations.create().id
    message = store.messages.add(id, None, "assistant", "", state="streaming", model="a.gguf")
    usage, timings = Usage(10, 4, 3, 1), Timings(1.5, 0.25, 100.0, 20.0, 0.5)
    store.messages.finish(message.id, "text", "why", "length", usage=usage, timings=timings)
    read = store.messages.get(message.id)
    assert (read.usage, read.timings, read.error, read.state) == (usage, timings, None, "length")
    assert read.model == "a.gguf"


def test_records_need_no_sqlalchemy() -> None:
    code = "import app.store, app.store.records, app.services.events, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_up_to_date_file_opens_without_alembic(store: Store, process: Callable[..., object]) -> None:
    child = process("print('alembic' in sys.modules)")
    assert child.communicate(timeout=300)[0].strip() == "False"  # type: ignore[attr-defined]


def test_a_closed_store_is_not_used_by_mistake(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(RuntimeError):
        store.conversations.all()
    with pytest.raises(RuntimeError):
        store.conversations.create()
