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
    made = store.create_conversation(options)
    assert store.conversation(made.id) == made
    assert made.options == options
    assert (made.title, made.title_source, made.leaf, made.draft, made.pinned) == (
        "",
        "none",
        None,
        "",
        False,
    )
    assert store.path(made.id) == []


def test_pinned_come_first_then_the_latest_message(store: Store) -> None:
    a, b, c = (store.create_conversation().id for _ in range(3))
    store.add_message(a, None, "user", "hello")
    assert [found.id for found in store.conversations()] == [a, c, b]
    store.set_pinned(b, True)
    assert [found.id for found in store.conversations()] == [b, a, c]


def test_drafts_names_and_options_do_not_move_a_conversation(store: Store) -> None:
    conversation = store.create_conversation()
    store.set_draft(conversation.id, "half a sent")
    store.rename(conversation.id, "Trip", "user")
    store.set_options(conversation.id, ChatOptions(max_tokens=5))
    after = store.conversation(conversation.id)
    assert after.updated == conversation.updated
    assert (after.draft, after.title, after.options.max_tokens) == ("half a sent", "Trip", 5)


def test_an_automatic_title_never_replaces_a_written_one(store: Store) -> None:
    id = store.create_conversation().id
    assert store.rename(id, "자동", "auto").title == "자동"
    assert store.rename(id, "Mine", "user").title == "Mine"
    assert store.rename(id, "Again", "auto").title == "Mine"
    assert store.conversation(id).title_source == "user"


def test_a_deleted_conversation_waits_whole_in_the_trash(store: Store) -> None:
    id = store.create_conversation().id
    message = store.add_message(id, None, "user", "keep me")
    deleted = store.delete_conversation(id)
    assert deleted.deleted is not None
    assert store.conversations() == []
    assert store.trash() == [deleted]
    assert store.delete_conversation(id).deleted == deleted.deleted
    assert store.restore_conversation(id).deleted is None
    assert store.message(message.id).content == "keep me"
    assert store.trash() == []


def test_emptying_the_trash_removes_only_what_is_old_enough(store: Store) -> None:
    old, young, kept = (store.create_conversation().id for _ in range(3))
    messages = [store.add_message(id, None, "user", f"penguin {id}") for id in (old, young, kept)]
    first = store.delete_conversation(old)
    second = store.delete_conversation(young)
    assert first.deleted is not None and second.deleted is not None
    assert store.empty_trash(second.deleted) == 1
    assert [found.id for found in store.trash()] == [young]
    with pytest.raises(UserError, match=r"store\.no_conversation"):
        store.conversation(old)
    with pytest.raises(UserError, match=r"store\.no_message"):
        store.message(messages[0].id)
    assert [hit.conversation.id for hit in store.search("penguin")] == [kept]
    assert store.empty_trash(second.deleted) == 0


def test_a_removed_conversation_does_not_give_its_id_away(store: Store) -> None:
    id = store.create_conversation().id
    store.add_message(id, None, "user", "x")
    store.delete_conversation(id)
    store.empty_trash(float("inf"))
    assert store.create_conversation().id > id


def test_a_long_branch_is_removed_whole(store: Store) -> None:
    id = store.create_conversation().id
    parent = None
    for number in range(1200):  # a cascade along the tree would end at a depth of 1,000
        parent = store.add_message(id, parent, "user", str(number)).id
    store.delete_conversation(id)
    assert store.empty_trash(float("inf")) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.conversation(99),
        lambda store: store.rename(99, "x", "user"),
        lambda store: store.set_pinned(99, True),
        lambda store: store.set_options(99, ChatOptions()),
        lambda store: store.set_draft(99, "x"),
        lambda store: store.delete_conversation(99),
        lambda store: store.restore_conversation(99),
        lambda store: store.path(99),
        lambda store: store.add_message(99, None, "user", "x"),
    ],
)
def test_an_unknown_conversation_is_told(store: Store, call: Callable[[Store], object]) -> None:
    with pytest.raises(UserError, match=r"store\.no_conversation"):
        call(store)
    assert store.conversations() == []


@pytest.mark.parametrize(
    "text",
    ["שלום עולם ‏مرحبا", "👩‍👩‍👧‍👦𝔘𠮷", "한" * 250_000, "a\r\n\tb\x01\x7f\ufeff\u2028", " \n ", "", "e\u0301"],
)
def test_text_is_kept_to_the_character(store: Store, text: str) -> None:
    id = store.create_conversation().id
    message = store.add_message(id, None, "user", text, reasoning=text)
    assert store.set_draft(id, text).draft == text
    read = store.message(message.id)
    assert (read.content, read.reasoning) == (text, text)


def test_what_sqlite_cannot_hold_is_replaced_everywhere(store: Store) -> None:
    bad, good = "a\ud800b\0c", "a\ufffdbc"
    id = store.create_conversation(ChatOptions(system_prompt=bad)).id
    assert store.conversation(id).options.system_prompt == good
    assert store.rename(id, bad, "user").title == good
    message = store.add_message(id, None, "assistant", bad, state="streaming", model=bad)
    assert (message.content, message.model) == (good, good)
    store.save_answer(message.id, bad, bad)
    assert store.message(message.id).reasoning == good
    error = ErrorInfo("engine.lost", {"path": bad, "code": -6})
    ended = store.finish_answer(message.id, bad, bad, "failed", error=error)
    assert ended.error == ErrorInfo("engine.lost", {"path": good, "code": -6})
    assert store.search(bad) != []


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
    id = store.create_conversation().id
    message = store.add_message(id, None, "assistant", "", state="streaming", model="a.gguf")
    usage, timings = Usage(10, 4, 3, 1), Timings(1.5, 0.25, 100.0, 20.0, 0.5)
    store.finish_answer(message.id, "text", "why", "length", usage=usage, timings=timings)
    read = store.message(message.id)
    assert (read.usage, read.timings, read.error, read.state) == (usage, timings, None, "length")
    assert read.model == "a.gguf"


def test_records_need_no_sqlalchemy() -> None:
    code = "import app.store, app.store.records, app.services.events, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_up_to_date_file_opens_without_alembic(store: Store, process: Callable[..., object]) -> None:
    child = process("print('alembic' in sys.modules)")
    assert child.communicate(timeout=30)[0].strip() == "False"  # type: ignore[attr-defined]


def test_a_closed_store_is_not_used_by_mistake(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(RuntimeError):
        store.conversations()
    with pytest.raises(RuntimeError):
        store.create_conversation()
