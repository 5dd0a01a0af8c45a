"""Calls, notices and an answer that is wanted now, from the engine to the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.chat.events import AnswerToolCall
from app.services.chat.tool_files import OfferedTools
from app.services.models.events import AnswerFinished, TextDelta
from app.services.services import Services, open_services
from engine.api import Listener
from engine.errors import ErrorInfo
from engine.values import ToolCall
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.placement.scripted_placing import ScriptedPlacing

CALLS = (ToolCall("c1", "get_weather", {"city": "서울"}), ToolCall("c2", "", '{"ci'))
NOTICES = (ErrorInfo("tools.cut_in_call"),)
Open = Callable[..., tuple[Services, Listening, ScriptedEngine]]


@pytest.fixture
def opened(coterie_home: Path) -> Iterator[Open]:
    """Services over an engine that is made as asked for, with its model loaded."""
    made: list[Services] = []

    def open_with(*pieces: str, **options: object) -> tuple[Services, Listening, ScriptedEngine]:
        engines: list[ScriptedEngine] = []

        def make(listener: Listener) -> ScriptedEngine:
            engines.append(ScriptedEngine(listener, lambda _: pieces, **options))  # type: ignore[arg-type]
            return engines[0]

        services = open_services(coterie_home, make_engine=make, placing=ScriptedPlacing())
        made.append(services)
        told = Listening(services)
        services.models.use("starter")
        told.model("ready")
        return services, told, engines[0]

    yield open_with
    for services in made:
        services.close()


@pytest.mark.model
def test_calls_and_notices_are_told_and_stored_with_the_answer(opened: Open) -> None:
    services, told, _ = opened(calls=CALLS, notices=NOTICES)
    conversation = services.conversations.create().id
    answer = services.asking.send(conversation, "Weather?")
    message = told.finished(answer.id)
    called = [event for event in told.seen if isinstance(event, AnswerToolCall)]
    assert called == [AnswerToolCall(answer.id, call) for call in CALLS]
    assert (message.state, message.tool_calls, message.notices) == ("done", CALLS, NOTICES)
    assert services.conversations.messages([answer.id]) == [message]


@pytest.mark.model
def test_answer_now_reaches_the_answer_of_its_conversation(opened: Open) -> None:
    services, told, engine = opened("<think>one", "<think>two", "Answer")
    engine.hold.set()
    conversation = services.conversations.create().id
    answer = services.asking.send(conversation, "Why?")
    services.answers.answer_now(conversation + 1)
    services.answers.answer_now(conversation)
    engine.hold.clear()
    message = told.finished(answer.id)
    assert (message.content, message.reasoning) == ("Answer", "")
    services.answers.answer_now(conversation)  # nothing is under way


@pytest.mark.model
def test_an_answer_that_waits_for_a_measurement_does_not_reason(opened: Open) -> None:
    services, told, engine = opened()
    conversation = services.conversations.create().id
    with services.models.unloaded():
        answer = services.asking.send(conversation, "Why?")
        services.answers.answer_now(conversation)
    told.finished(answer.id)
    assert engine.requests[-1].reasoning == 0


@pytest.mark.model
def test_tools_go_with_each_request_of_their_conversation_and_its_calls_come_back(opened: Open) -> None:
    services, told, engine = opened(calls=CALLS[:1])
    offered = OfferedTools(({"type": "function", "function": {"name": "get_weather"}},), "required")
    mine, other = (services.conversations.create().id for _ in range(2))
    services.requests.offer_tools(mine, offered)
    for conversation, words in ((mine, "One"), (mine, "Two"), (other, "One")):
        told.finished(services.asking.send(conversation, words).id)
    first, second, third = engine.requests
    assert (
        (first.tools, first.tool_choice) == (second.tools, second.tool_choice) == (offered.tools, "required")
    )
    assert (third.tools, third.tool_choice) == ((), "auto")
    assert second.messages[1].tool_calls == CALLS[:1]
    assert [turn.role for turn in second.messages] == ["user", "assistant", "tool", "assistant", "user"]


@pytest.mark.model
def test_an_answer_that_is_gone_on_with_keeps_its_calls(opened: Open) -> None:
    services, told, engine = opened("Some ", "words", calls=CALLS[:1])
    conversation = services.conversations.create().id
    answer = services.asking.send(conversation, "Weather?")
    told.next(AnswerFinished)
    engine.calls, engine.notices = CALLS[1:], NOTICES
    services.asking.continue_answer(answer.id)
    assert told.finished(answer.id).tool_calls == CALLS
    engine.calls, engine.notices = (), ()
    services.asking.continue_answer(answer.id)
    assert told.finished(answer.id).tool_calls == CALLS[:1]  # without the call that was cut
    assert any(isinstance(event, TextDelta) for event in told.seen)
