"""Questions that wait: asked in order once the answer has ended, lost by nothing, and asked of no other model."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.services.chat.asking import ReadyQuestion
from app.services.chat.events import ComparisonChanged, ConversationChanged, QueueStopped
from app.store.records import AttachedQuestion, Queued
from app.store.store import Store
from app.store.writers import _started
from tests.app.services.chat.test_chat_models import House, code_of
from tests.support.waiting import wait_until


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    house.services.queue.begin()
    yield house
    house.services.close()


@pytest.fixture
def chat(house: House) -> int:
    """A chat whose first answer is being written, and held."""
    house.use(house.one)
    id = house.services.conversations.create().id
    house.engines[0].answer = lambda request: (f"To {request.messages[-1].content}",)
    house.engines[0].hold.set()
    house.services.asking.send(id, "first")
    return id


def queued(house: House, id: int) -> tuple[Queued, ...]:
    return house.services.conversations.get(id).queued


def said(house: House, id: int) -> list[str]:
    chats = house.services.conversations
    return [message.content for message in chats.messages(chats.path(id))]


def all_answered(house: House, id: int, count: int) -> None:
    """Wait until so many messages are there, and the last of them is whole."""
    answering = house.services.answers.answering
    wait_until(lambda: len(said(house, id)) == count and bool(said(house, id)[-1]) and not answering())


def test_what_is_attached_waits_with_its_question_and_comes_back_to_the_draft_with_it(
    house: House, chat: int, tmp_path: Path, coterie_home: Path
) -> None:
    services = house.services
    (notes := tmp_path / "notes.md").write_text("The door is green.")
    attached = services.attachments.attach(chat, notes)
    services.attachments.set_draft(chat, [attached])
    services.queue.add(chat, "Which color?", [attached])
    question = AttachedQuestion("Which color?", (attached,))
    waiting = services.conversations.get(chat)
    assert (waiting.queued, waiting.attachments) == ((question,), ())
    for name in attached.contents:
        os.utime(coterie_home / "attachments" / name, (0, 0))
    assert services.store.contents.sweep() == 0
    services.conversations.set_draft(chat, "newer")
    assert services.queue.take_back(chat, 0, question)
    assert not services.queue.take_back(chat, 0, question)
    given = services.conversations.get(chat)
    assert (given.queued, given.draft, given.attachments) == ((), "Which color?\nnewer", (attached,))
    services.queue.add(chat, "Which color?", [attached])
    newer = services.attachments.attach(chat, notes)
    services.attachments.set_draft(chat, [newer])
    house.engines[0].hold.clear()
    all_answered(house, chat, 4)
    assert "The door is green." in str(house.engines[0].requests[-1].messages[-1].content)
    assert services.conversations.get(chat).attachments == (newer,)  # of the next question


def test_a_question_whose_file_does_not_fit_any_more_stays_and_says_why(
    house: House, chat: int, tmp_path: Path
) -> None:
    services, told = house.services, list[QueueStopped]()
    services.events.subscribe(QueueStopped, told.append)
    (notes := tmp_path / "long.md").write_text("The door is green. " * 30_000)
    attached = services.attachments.attach(chat, notes)
    services.queue.add(chat, "Which color?", [msgspec.structs.replace(attached, state="whole", reason=None)])
    house.engines[0].hold.clear()
    wait_until(lambda: bool(told))
    assert told[0].error.code.startswith("attachment.")
    assert len(queued(house, chat)) == 1 and len(said(house, chat)) == 2


def test_they_are_asked_one_after_the_other_in_their_order(house: House, chat: int) -> None:
    told: list[tuple[Queued, ...]] = []
    house.services.events.subscribe(ConversationChanged, lambda event: told.append(event.conversation.queued))
    for text in ("second", "third"):
        house.services.queue.add(chat, text)
    assert queued(house, chat) == ("second", "third")
    house.engines[0].hold.clear()
    all_answered(house, chat, 6)
    assert said(house, chat) == ["first", "To first", "second", "To second", "third", "To third"]
    assert queued(house, chat) == ()
    # The last change is told after the answer is begun.
    wait_until(lambda: told[-1] == ())
    waits = [now for before, now in zip([None, *told], told, strict=False) if now != before]
    assert waits == [("second",), ("second", "third"), ("third",), ()]


def test_after_an_answer_that_was_stopped_they_wait_to_be_sent(house: House, chat: int) -> None:
    house.services.queue.add(chat, "second")
    house.services.answers.stop(chat)
    wait_until(lambda: not house.services.answers.answering())
    house.engines[0].hold.clear()
    house.services.queue.hold(chat, False)  # looked at once more
    house.services.queue.add(chat, "third")
    assert queued(house, chat) == ("second", "third")
    assert len(said(house, chat)) == 2
    answer = house.services.queue.send_now(chat)
    assert answer is not None
    all_answered(house, chat, 6)
    assert said(house, chat)[2::2] == ["second", "third"]


def test_they_outlive_the_program_and_nothing_is_sent_by_a_start(
    house: House, chat: int, coterie_home: Path, tmp_path: Path
) -> None:
    house.services.queue.add(chat, "second")
    house.services.close()
    again = House(coterie_home, tmp_path)
    again.services.answers.recover()
    again.services.queue.begin()
    try:
        assert queued(again, chat) == ("second",)
        assert said(again, chat) == ["first", ""]
        assert again.engines[0].requests == []
    finally:
        again.services.close()


def test_they_are_changed_dropped_and_put_into_another_order(house: House, chat: int) -> None:
    queue = house.services.queue
    for text in ("a", "b", "c"):
        queue.add(chat, text)
    queue.move(chat, 2, "c", 0)
    assert queued(house, chat) == ("c", "a", "b")
    queue.edit(chat, 1, "a", "A")
    queue.drop(chat, 2, "b")
    assert queued(house, chat) == ("c", "A")
    queue.drop(chat, 0, "no longer there")
    queue.edit(chat, 1, "A", " ")
    assert queued(house, chat) == ("c",)
    queue.edit(chat, 0, "was sent", "changed too late")
    assert queued(house, chat) == ("changed too late", "c")
    assert code_of(lambda: queue.add(chat, " \n")) == "chat.empty"


def test_nothing_is_sent_while_one_of_them_is_being_changed(house: House, chat: int) -> None:
    queue = house.services.queue
    queue.add(chat, "secnd")
    queue.hold(chat, True)
    house.engines[0].hold.clear()
    all_answered(house, chat, 2)
    queue.edit(chat, 0, "secnd", "second")
    assert len(said(house, chat)) == 2
    queue.hold(chat, False)
    all_answered(house, chat, 4)
    assert said(house, chat)[2] == "second"


def test_one_goes_to_the_model_of_its_chat_and_to_no_other(house: House, chat: int) -> None:
    chats = house.services.conversations
    house.engines[0].hold.clear()
    all_answered(house, chat, 2)
    question = chats.path(chat)[0]
    house.engines[0].hold.set()
    house.services.comparisons.start(question, [house.two, house.one])
    house.told.next(ComparisonChanged)
    house.services.queue.add(chat, "second")
    house.engines[0].hold.clear()
    house.told.next(ComparisonChanged, lambda event: event.of == 0)
    all_answered(house, chat, 4)
    assert house.model(chat) == house.one and house.services.models.state.path == house.one
    assert chats.messages(chats.path(chat))[1].siblings == 3


def test_one_whose_model_is_gone_waits_on_and_the_reason_is_told(house: House, chat: int) -> None:
    house.services.queue.add(chat, "second")
    house.services.conversations.choose_model(chat, house.two)
    Path(house.two).unlink()
    house.engines[0].hold.clear()
    assert house.told.next(QueueStopped).error.code == "chat.model_gone"
    assert queued(house, chat) == ("second",) and len(said(house, chat)) == 2


def test_a_branch_of_the_chat_asks_none_of_them(house: House, chat: int) -> None:
    house.services.queue.add(chat, "second")
    question = house.services.conversations.path(chat)[0]
    assert house.services.conversations.branch(question).queued == ()


def test_a_chat_that_went_on_elsewhere_is_not_written_to_unseen(
    house: House, chat: int, coterie_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = house.services.conversations
    house.engines[0].hold.clear()
    all_answered(house, chat, 2)
    question, answer = chats.path(chat)
    parent = psutil.Process(os.getppid())
    living = f"{parent.pid}:{_started(parent):.2f}:00000000"
    monkeypatch.setattr("app.store.database.new_writer", lambda: living)
    other = Store.open(coterie_home / "coterie.db", coterie_home / "backups")
    try:
        theirs = other.messages.add(chat, answer, "user", "from elsewhere").id
        for call in (
            lambda: house.services.asking.send(chat, "mine", answer),
            lambda: house.services.asking.edit(question, "mine", answer),
            lambda: house.services.asking.regenerate(answer, None, answer),
        ):
            assert code_of(call) == "chat.changed_elsewhere"
        assert said(house, chat) == ["first", "To first", "from elsewhere"]
        written = other.messages.add(chat, theirs, "assistant", "half", state="streaming").id
        assert code_of(lambda: house.services.asking.send(chat, "mine", written)) == "chat.busy"
        other.messages.finish(written, "whole", "", "done")
    finally:
        other.close()
    house.told.finished(house.services.asking.send(chat, "mine", written).id)
    assert said(house, chat) == ["first", "To first", "from elsewhere", "whole", "mine", "To mine"]


def test_an_empty_chat_is_told_when_its_draft_comes_and_goes(house: House) -> None:
    chats = house.services.conversations
    id = chats.create().id
    told: list[str] = []
    house.services.events.subscribe(ConversationChanged, lambda event: told.append(event.conversation.draft))
    for draft in ("a", "ab", "", " "):
        chats.set_draft(id, draft)
    assert told == ["a", ""]
    assert [c.id for c in chats.all()] == []


def test_questions_are_changed_while_one_is_made_ready(
    house: House, chat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = house.services
    services.queue.add(chat, "second")
    services.queue.add(chat, "third")
    made, go = threading.Event(), threading.Event()
    ready = services.asking.ready_queued

    def slowly(id: int) -> ReadyQuestion:
        found = ready(id)
        made.set()
        go.wait(60)
        return found

    monkeypatch.setattr(services.asking, "ready_queued", slowly)
    house.engines[0].hold.clear()
    assert made.wait(60)
    services.queue.drop(chat, 0, "second")
    go.set()
    all_answered(house, chat, 4)
    assert said(house, chat)[2] == "third"
