"""Probabilities of an answer's tokens, from the real host and the starter model, against the bare model."""

from __future__ import annotations

import math

import msgspec
import pytest

from engine.api import Delta, Finished, GenerateRequest, PrefillProgress, TokenLogprobs
from engine.values import Message, TokenLogprob
from tests.engine.local.conftest import Running
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import ask

pytestmark = [pytest.mark.model, pytest.mark.long]

QUESTION = "Write one sentence about the sea."
LONG = "The harbour lies between two hills, and the boats leave before the sun is up. "


def scored(running: Running, request: GenerateRequest) -> tuple[list[TokenLogprob], Finished]:
    running.told.seen.clear()
    running.engine.generate(request)
    _, end = running.told.finish(request.id)
    return told(running, request.id), end


def told(running: Running, id: int) -> list[TokenLogprob]:
    events = [each for each in running.told.seen if isinstance(each, TokenLogprobs) and each.id == id]
    return [token for event in events for token in event.tokens]


def scoring(id: int, *turns: str, top: int = 5) -> GenerateRequest:
    """A request to score the last of these turns."""
    return msgspec.structs.replace(ask(id, *turns), score=True, continue_last=True, top_logprobs=top)


def text_of(tokens: list[TokenLogprob]) -> str:
    return b"".join(token.data for token in tokens).decode()


def test_a_greedy_answer_is_the_likeliest_choice_in_every_place(running: Running) -> None:
    answer, written = running.told.answer(running.engine, ask(1, QUESTION))
    tokens, end = scored(running, scoring(2, QUESTION, answer))
    assert (end.reason, end.error) == ("stop", None)
    assert text_of(tokens) == answer
    assert len(tokens) == end.usage.completion_tokens == written.usage.completion_tokens
    for token in tokens:
        best = token.top[0]
        assert len(token.top) == 5 and list(token.top) == sorted(token.top, key=lambda each: -each.logprob)
        # Another order of sums moves logits a little, so two that are close may change places.
        assert token.token == best.token or best.logprob - token.logprob < CLOSE
        assert sum(math.exp(each.logprob) for each in token.top) <= 1.0 + 1e-6
    assert sum(token.token == token.top[0].token for token in tokens) >= 0.9 * len(tokens)


def test_the_probabilities_are_those_of_the_logits_computed_one_by_one(running: Running) -> None:
    answer = "The sea is purple and it sings at night."
    tokens, _ = scored(running, scoring(3, QUESTION, answer))
    direct = judge().logprobs((Message("user", QUESTION),), answer)
    assert text_of(tokens) == answer and len(tokens) == len(direct)
    for token, (id, logprob) in zip(tokens, direct, strict=True):
        assert token.token == id
        assert token.logprob == pytest.approx(logprob, abs=0.3), (
            "but for sums of half floats in another order"
        )
    assert min(token.logprob for token in tokens) < math.log(0.01), "something unlikely is told as that"


def test_all_probabilities_of_a_place_add_up_to_one(running: Running) -> None:
    tokens, _ = scored(running, scoring(4, QUESTION, "Blue", top=49_152))
    (token,) = tokens
    assert len({each.token for each in token.top}) == 49_152
    assert sum(math.exp(each.logprob) for each in token.top) == pytest.approx(1.0, abs=1e-4)
    assert [each.logprob for each in token.top if each.token == token.token] == [token.logprob]


def test_the_prompt_is_reused_and_the_answer_read_in_slices(running: Running) -> None:
    long = LONG * 12
    running.told.answer(running.engine, ask(5, "Hello, who are you?" + QUESTION, max_tokens=2))
    tokens, end = scored(running, scoring(6, "Hello, who are you?" + QUESTION, long))
    assert text_of(tokens) == long
    assert end.usage.cached_tokens > 20
    events = [each for each in running.told.seen if isinstance(each, TokenLogprobs)]
    assert running.facts.plan is not None
    assert len(events) > 2
    assert max(len(each.tokens) for each in events) <= running.facts.plan.placement.outputs < len(tokens)
    progress = [each for each in running.told.seen if isinstance(each, PrefillProgress)]
    assert progress[-1].done == progress[-1].total == end.usage.prompt_tokens
    assert [each.done for each in progress] == sorted(each.done for each in progress)


def test_the_conversation_goes_on_afterwards_from_what_it_had_read(running: Running) -> None:
    first, end = running.told.answer(running.engine, ask(7, QUESTION, conversation="sea"))
    scored(running, scoring(8, QUESTION, first))
    _, after = running.told.answer(
        running.engine, ask(9, QUESTION, first, "And the sky?", max_tokens=2, conversation="sea")
    )
    assert after.usage.cached_tokens >= end.usage.prompt_tokens + end.usage.completion_tokens - 1


def test_an_answer_is_written_while_another_one_is_scored(running: Running) -> None:
    running.told.seen.clear()
    running.engine.generate(scoring(10, QUESTION, LONG * 30))
    running.told.next(TokenLogprobs)
    text, end = running.told.answer(running.engine, ask(11, "Name three fruits.", max_tokens=12))
    assert text and end.usage.completion_tokens == 12
    ends = [each for each in running.told.seen if isinstance(each, Finished)]
    assert [each.id for each in ends] == [11], "the other one is still being scored"
    _, end = running.told.finish(10)
    assert text_of(told(running, 10)) == LONG * 30 and end.reason == "stop"


def test_a_stop_breaks_it_off(running: Running) -> None:
    running.told.seen.clear()
    running.engine.generate(scoring(12, QUESTION, LONG * 30))
    running.told.next(TokenLogprobs)
    running.engine.abort(12)
    _, end = running.told.finish(12)
    assert end.reason == "cancelled"
    assert 0 < end.usage.completion_tokens == len(told(running, 12)) < 400


def test_halves_of_a_character_come_as_their_bytes(running: Running) -> None:
    answer = "바다는 파랗다 🌊"
    tokens, _ = scored(running, scoring(13, QUESTION, answer))
    assert b"".join(token.data for token in tokens) == answer.encode()
    assert len(tokens) > len(answer), "this vocabulary has hardly any Korean"


def test_what_a_model_cannot_score_is_told_in_its_own_words(running: Running) -> None:
    nothing, end = scored(running, scoring(14, QUESTION, ""))
    assert end.error is not None and (nothing, end.error.code) == ([], "probabilities.empty")
    _, end = scored(running, scoring(15, QUESTION, LONG * 90))
    assert end.error is not None and end.error.code == "probabilities.context"
    assert int(end.error.params["needed"]) > int(end.error.params["available"]) == 1024


def test_control_tokens_that_an_answer_spells_are_scored_as_text(running: Running) -> None:
    answer = "It writes <|im_end|> there."
    tokens, _ = scored(running, scoring(16, QUESTION, answer))
    assert text_of(tokens) == answer
    assert b"<|im_end|>" not in {token.data for token in tokens}


def test_tokens_that_are_drawn_bring_their_probabilities_when_that_is_asked(running: Running) -> None:
    request = msgspec.structs.replace(ask(17, QUESTION, max_tokens=12), top_logprobs=2)
    running.told.seen.clear()
    text, end = running.told.answer(running.engine, request)
    tokens = told(running, 17)
    assert text_of(tokens) == text and len(tokens) == end.usage.completion_tokens
    assert all(token.top[0].token == token.token and len(token.top) == 2 for token in tokens)
    again, _ = scored(running, scoring(18, QUESTION, text))
    for one, other in zip(tokens, again, strict=True):
        assert one.logprob == pytest.approx(other.logprob, abs=0.3)


def test_nothing_is_told_of_probabilities_unless_it_is_asked(running: Running) -> None:
    running.told.seen.clear()
    running.told.answer(running.engine, ask(19, QUESTION, max_tokens=3))
    assert not [each for each in running.told.seen if isinstance(each, TokenLogprobs)]
    assert [each for each in running.told.seen if isinstance(each, Delta)]
