"""Conversations from the first word to the stored answer, with the real model and the real store."""

import os
import signal
from pathlib import Path

import pytest

from app.services.chat.events import AnswerQueued, BranchShown, ConversationChanged, MessageAdded
from app.services.events import StoreFailed
from app.services.models.events import AnswerFinished
from app.services.services import Services, open_services
from app.store.records import ChatOptions
from engine.errors import UserError
from tests.support.listening import Listening

pytestmark = [pytest.mark.long, pytest.mark.model]

QUESTION = "Write one sentence about the sea."
STORY = "Tell me a very long story about the sea."


def test_a_message_and_its_answer_are_stored_with_usage_timings_and_a_title(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, QUESTION)
    assert answer.state == "streaming"
    message = told.finished(answer.id)
    assert message.state == "done" and "sea" in message.content.lower()
    assert message.usage is not None and message.usage.completion_tokens > 5
    assert message.timings is not None and message.timings.decode_tps > 0
    stored = services.conversations.get(conversation.id)
    assert (stored.title, stored.title_source) == (QUESTION, "auto")
    path = services.conversations.messages(services.conversations.path(conversation.id))
    assert [m.role for m in path] == ["user", "assistant"]
    assert path[1] == message


def test_what_happens_is_told_in_the_order_in_which_it_happens(services: Services, told: Listening) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, QUESTION)
    told.finished(answer.id)
    added = [event.message.role for event in told.seen if isinstance(event, MessageAdded)]
    assert added == ["user", "assistant"]
    kinds = [type(event) for event in told.seen]
    assert kinds.index(MessageAdded) < kinds.index(AnswerQueued)
    assert any(isinstance(e, ConversationChanged) and e.conversation.title for e in told.seen)


def test_a_title_that_a_person_gave_stays(services: Services, told: Listening) -> None:
    conversation = services.conversations.create()
    services.conversations.rename(conversation.id, "Mine")
    told.finished(services.asking.send(conversation.id, QUESTION).id)
    assert services.conversations.get(conversation.id).title == "Mine"


def test_regenerating_adds_a_variant_and_the_old_answer_can_be_shown_again(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    first = told.finished(services.asking.send(conversation.id, QUESTION).id)
    second = told.finished(services.asking.regenerate(first.id).id)
    assert (second.sibling, second.siblings) == (2, 2)
    assert services.conversations.path(conversation.id)[-1] == second.id
    services.conversations.show_sibling(second.id, -1)
    assert services.conversations.path(conversation.id)[-1] == first.id
    assert told.next(BranchShown).conversation == conversation.id


def test_editing_a_question_answers_it_anew_beside_the_old_branch(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    told.finished(services.asking.send(conversation.id, QUESTION).id)
    question = services.conversations.path(conversation.id)[0]
    edited = services.asking.edit(question, "Say hello.")
    told.finished(edited.id)
    path = services.conversations.messages(services.conversations.path(conversation.id))
    assert path[0].content == "Say hello." and path[0].siblings == 2
    assert services.conversations.messages([question])[0].content == QUESTION


def test_editing_an_answer_keeps_it_as_written_without_asking_the_model(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    answer = told.finished(services.asking.send(conversation.id, QUESTION).id)
    edited = services.asking.edit(answer.id, "The sea is blue.")
    assert (edited.content, edited.state, edited.siblings) == ("The sea is blue.", "done", 2)
    assert services.answers.answering() == set()


def test_a_stopped_answer_keeps_its_text_and_goes_on_where_it_stopped(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create(ChatOptions(max_tokens=12))
    answer = told.finished(services.asking.send(conversation.id, STORY).id)
    assert answer.state == "length"
    resumed = services.asking.continue_answer(answer.id)
    assert resumed.id == answer.id and resumed.state == "streaming"
    longer = told.finished(answer.id)
    assert longer.content.startswith(answer.content)
    assert len(longer.content) > len(answer.content)


def test_stop_ends_the_answer_with_what_was_said(services: Services, told: Listening) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, STORY)
    text = told.some_text(answer.id)
    services.answers.stop(conversation.id)
    stopped = told.finished(answer.id)
    assert stopped.state == "stopped" and stopped.content.startswith(text)


def test_a_second_message_during_an_answer_is_refused_and_nothing_is_stored(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, STORY)
    with pytest.raises(UserError) as caught:
        services.asking.send(conversation.id, "More?")
    assert caught.value.code == "chat.busy"
    services.answers.stop(conversation.id)
    told.finished(answer.id)
    assert len(services.conversations.path(conversation.id)) == 2


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_message_is_refused(services: Services, text: str) -> None:
    conversation = services.conversations.create()
    with pytest.raises(UserError) as caught:
        services.asking.send(conversation.id, text)
    assert caught.value.code == "chat.empty"


@pytest.mark.long
def test_a_killed_host_leaves_a_stopped_answer_that_can_be_continued(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, STORY)
    text = told.some_text(answer.id)
    pid = services.models.engines.local.host_pid  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGKILL)
    stopped = told.finished(answer.id)
    assert stopped.state == "stopped" and stopped.content.startswith(text)
    assert stopped.error is not None and stopped.error.code == "engine.killed"
    assert services.models.state.state == "lost"
    services.asking.continue_answer(answer.id)
    told.some_text(answer.id)
    services.answers.stop(conversation.id)
    longer = told.finished(answer.id)
    assert longer.content.startswith(stopped.content) and longer.error is None


def test_a_full_disk_is_told_once_and_the_text_is_saved_when_there_is_room_again(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = services.conversations.create(ChatOptions(max_tokens=40))
    full = True

    def refuse(method: str) -> None:
        real = getattr(services.store.messages, method)

        def guarded(*args: object, **kwargs: object) -> object:
            if full:
                raise UserError("store.disk_full")
            return real(*args, **kwargs)

        monkeypatch.setattr(services.store.messages, method, guarded)

    answer = services.asking.send(conversation.id, STORY)
    refuse("save")
    refuse("finish")
    assert told.next(StoreFailed).error.code == "store.disk_full"
    full = False
    message = told.finished(answer.id)
    assert message.content and not any(isinstance(e, StoreFailed) for e in told.seen[1:][-1:])
    assert sum(isinstance(event, StoreFailed) for event in told.seen) == 1


def test_an_answer_without_any_model_fails_for_the_models_reason(coterie_home: Path) -> None:
    services = open_services(coterie_home)
    told = Listening(services)
    try:
        services.models.use(str(coterie_home / "missing.gguf"))
        conversation = services.conversations.create()
        message = told.finished(services.asking.send(conversation.id, "Hello").id)
        assert message.state == "failed"
        assert message.error is not None and message.error.code == "model.missing"
    finally:
        services.close()


def test_deleting_a_conversation_stops_its_answer_and_restoring_brings_all_back(
    services: Services, told: Listening
) -> None:
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, STORY)
    told.some_text(answer.id)
    services.conversations.delete(conversation.id)
    assert services.conversations.all() == []
    told.finished(answer.id)
    services.filing.restore([conversation.id])
    path = services.conversations.messages(services.conversations.path(conversation.id))
    assert path[-1].content and path[-1].state == "stopped"


def test_closing_in_the_middle_of_an_answer_keeps_its_text(coterie_home: Path) -> None:
    services = open_services(coterie_home)
    told = Listening(services)
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, STORY)
    text = told.some_text(answer.id)
    services.close()
    again = open_services(coterie_home)
    try:
        message = again.conversations.messages([answer.id])[0]
        assert message.content.startswith(text) and message.state == "stopped"
    finally:
        again.close()


@pytest.mark.long
def test_several_conversations_are_answered_beside_each_other_each_with_its_own_words(
    services: Services, told: Listening
) -> None:
    about = {"sea": "Tell me about the sea.", "apple": "List ten fruits.", "bicycle": "Explain a bicycle."}
    services.settings.change(max_tokens=40)
    asked: dict[int, str] = {}
    for topic, question in about.items():
        conversation = services.conversations.create()
        asked[services.asking.send(conversation.id, question).id] = topic
    ended = [told.next(AnswerFinished).message for _ in asked]
    assert {message.id for message in ended} == set(asked)
    for message in ended:
        named = [topic for topic in about if topic in message.content.lower()]
        assert named == [asked[message.id]], message.content
    assert max(message.timings.batch for message in ended if message.timings) > 1


@pytest.mark.long
def test_what_is_counted_of_a_full_conversation_is_what_the_model_then_reads(
    services: Services, told: Listening
) -> None:
    services.settings.change(context=256)
    services.models.use("starter", remember=False)
    told.model("ready")
    conversation = services.conversations.create(ChatOptions(max_tokens=4)).id
    leaf = None
    for number in range(5):
        leaf = services.store.messages.add(conversation, leaf, "user", f"Question {number}: {QUESTION}").id
        leaf = services.store.messages.add(conversation, leaf, "assistant", f"{number} is blue. " * 8).id
    refused = told.finished(services.asking.send(conversation, QUESTION).id)
    assert refused.error is not None and refused.error.code == "engine.context_overflow"
    room = services.compactor.look(conversation)
    assert (room.needed, room.context) == (refused.error.params["needed"], 256)
    cut = services.compactor.summarise(room, "The numbers are blue.")
    assert services.compactor.answer(room) is not None
    answered = told.finished(refused.id)
    assert answered.usage is not None and answered.usage.prompt_tokens == cut.tokens
    assert answered.state == "length" and answered.notices == ()  # its own limit, not the context's
