"""Token probabilities of kept answers, with the real engine and the starter model."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from agents.events import ModelTurn
from app.services.chat.probabilities import AnswerProbabilities, TokenPiece, pieces
from app.services.models.engine_names import of_chat
from app.services.models.events import ModelChanged
from app.services.services import Services
from app.store.records import ChatOptions, Message
from engine.errors import UserError
from engine.values import LEAST_LOGPROB, TokenLogprob
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import calls, says
from tests.support.listening import Listening


def real(test: Callable[..., None]) -> Callable[..., None]:
    """A test with the starter model, which takes seconds to load."""
    return pytest.mark.long(pytest.mark.model(test))


def answered(
    services: Services, told: Listening, question: str = "Write one sentence about the sea."
) -> Message:
    chat = services.conversations.create(ChatOptions(max_tokens=40))
    return told.finished(services.asking.send(chat.id, question).id)


def probabilities(services: Services, message: int) -> AnswerProbabilities:
    return services.probabilities.of(message, lambda _done, _total: None, lambda: False)


def refused(services: Services, message: int) -> UserError:
    with pytest.raises(UserError) as refusal:
        probabilities(services, message)
    return refusal.value


@real
def test_an_answer_is_read_again_by_the_model_that_wrote_it(services: Services, told: Listening) -> None:
    answer = answered(services, told)
    assert answer.usage is not None
    progress: list[tuple[int, int]] = []
    found = services.probabilities.of(answer.id, lambda *each: progress.append(each), lambda: False)
    assert "".join(piece.text for piece in found.pieces) == answer.content
    assert (found.tokens, found.model, found.edited) == (answer.usage.completion_tokens, answer.model, False)
    assert progress[-1][0] == progress[-1][1] > found.tokens
    for piece in found.pieces:
        assert 0.0 < piece.probability <= 1.0
        shares = [share for _, share in piece.alternatives]
        assert len(shares) == 5 and shares == sorted(shares, reverse=True)
        assert piece.probability + sum(shares) <= 1.0 + 1e-6
    surest = [piece for piece in found.pieces if piece.probability >= piece.alternatives[0][1]]
    assert len(surest) >= 0.9 * len(found.pieces), "a greedy answer is what the model finds likeliest"


@real
def test_an_earlier_answer_of_a_chat_is_read_and_the_chat_goes_on_from_memory(
    services: Services, told: Listening
) -> None:
    first = answered(services, told)
    second = told.finished(services.asking.send(first.conversation, "And one about the sky.").id)
    found = probabilities(services, first.id)
    assert "".join(piece.text for piece in found.pieces) == first.content
    third = told.finished(services.asking.send(first.conversation, "Good.").id)
    assert second.usage is not None and third.usage is not None
    assert third.usage.cached_tokens >= second.usage.prompt_tokens + second.usage.completion_tokens - 1


@real
def test_the_words_of_a_person_are_found_unlikely_and_said_to_be_edited(
    services: Services, told: Listening
) -> None:
    answer = answered(services, told)
    edited = services.asking.edit(answer.id, "The sea is a purple violin 바다.")
    found = probabilities(services, edited.id)
    assert found.edited
    assert "".join(piece.text for piece in found.pieces) == "The sea is a purple violin 바다."
    assert min(piece.probability for piece in found.pieces) < 0.01
    assert max(piece.tokens for piece in found.pieces) > 1, "halves of a character are shown as the character"


@real
def test_a_model_that_is_not_loaded_any_more_is_loaded_for_it(services: Services, told: Listening) -> None:
    answer = answered(services, told)
    assert services.models.rest("wanted")
    assert services.models.state.state == "empty"
    found = probabilities(services, answer.id)
    assert found.tokens > 0
    told.next(ModelChanged, lambda event: event.state == "ready")


@real
def test_nobody_who_waits_any_more_is_answered_and_the_engine_is_free(
    services: Services, told: Listening
) -> None:
    answer = answered(services, told)
    edited = services.asking.edit(answer.id, "The waves come in and go out again, all day long. " * 90)
    begun = threading.Event()
    found = services.probabilities.of(edited.id, lambda _done, _total: begun.set(), begun.is_set)
    assert found.tokens < 900
    assert not services.models.is_answering or _ends(services)


def _ends(services: Services) -> bool:
    until = threading.Event()
    while services.models.is_answering:
        until.wait(0.02)
    return True


@real
def test_what_has_no_probabilities_says_why(services: Services, told: Listening) -> None:
    answer = answered(services, told)

    def with_(content: str, model: str) -> int:
        return services.store.messages.add(
            answer.conversation, answer.parent, "assistant", content, model=model
        ).id

    assert refused(services, with_("", answer.model)).code == "probabilities.empty"
    assert refused(services, with_("Hi", "")).code == "probabilities.model_unknown"
    gone = refused(services, with_("Hi", "Some model · Q4_K_M"))
    assert (gone.code, gone.params) == ("probabilities.model_gone", {"name": "Some model · Q4_K_M"})
    elsewhere = with_("Hi", "openai:http://127.0.0.1:9/v1#large")
    assert refused(services, elsewhere).code == "probabilities.elsewhere"
    long = refused(services, with_("wave " * 30_000, answer.model))
    assert long.code == "probabilities.context"
    assert int(long.params["needed"]) > 30_000 and long.params["available"] == 2048


def test_an_answer_with_tools_is_read_as_its_run_saw_it(coterie_home: Path, tmp_path: Path) -> None:
    chatting = Chatting(coterie_home, tmp_path / "work", says("Hello."))
    try:
        services, told = chatting.services, Listening(chatting.services)
        chatting.say(calls(("read_file", {"path": "a.txt"}), text="I look."), says("There is nothing."))
        answer = told.finished(services.asking.send(chatting.chat(), "What is in a.txt?").id)
        request = services.probabilities.request(answer)
        turns = [e.event for e in services.runs.entries(answer.run) if isinstance(e.event, ModelTurn)]
        seen = services.runs.seen(answer.run, turns[-1].step)
        assert request.messages[:-1] == seen.messages and request.tools == seen.tools
        assert request.messages[-1].content == "There is nothing."
        assert any(message.role == "tool" for message in request.messages)
        assert request.score and request.conversation == "" != of_chat(answer.conversation)
        services.runs.delete(answer.run)
        services.runs.empty_trash(2**40)
        with pytest.raises(UserError, match=r"probabilities\.run_gone"):
            services.probabilities.request(answer)
    finally:
        chatting.close()


def token(data: bytes, probability: float, *top: tuple[bytes, float]) -> TokenLogprob:
    others = tuple(
        TokenLogprob(number + 1, each, math.log(share)) for number, (each, share) in enumerate(top)
    )
    return TokenLogprob(0, data, math.log(probability), others)


def test_tokens_that_hold_halves_of_a_character_are_one_piece() -> None:
    sea = "바다".encode()
    given = [
        token(sea[:1], 0.5, (b"\xea", 0.25), (b"A", 0.125)),
        token(sea[1:5], 0.5),
        token(sea[5:], 0.5),
        token(b"!", 0.9),
    ]
    first, last = pieces(given)
    assert (first.text, first.tokens, last) == ("바다", 3, TokenPiece("!", pytest.approx(0.9)))
    assert first.probability == pytest.approx(0.125)
    assert first.alternatives == (("A", pytest.approx(0.125)),), "halves of characters are left out"


def test_a_character_that_never_ends_is_shown_as_what_it_is() -> None:
    (cut,) = pieces([token("바".encode()[:2], 0.5)])
    assert (cut.text, cut.tokens) == ("\ufffd", 1)
    broken, after = pieces([token(b"\xff", 0.5), token(b"a", 0.5)])
    assert (broken.text, after.text) == ("\ufffd", "a")


def test_a_token_itself_is_none_of_its_alternatives_and_there_are_five() -> None:
    top = tuple(TokenLogprob(number, bytes([65 + number]), -float(number + 1)) for number in range(6))
    (piece,) = pieces([msgspec.structs.replace(top[2], top=top)])
    assert [text for text, _ in piece.alternatives] == ["A", "B", "D", "E", "F"]
    (unlikely,) = pieces([TokenLogprob(99, b"z", LEAST_LOGPROB, top)])
    assert (len(unlikely.alternatives), unlikely.probability) == (5, 0.0)
