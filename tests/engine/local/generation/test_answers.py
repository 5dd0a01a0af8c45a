"""Answers of the real host with the real starter model."""

import msgspec
import pytest

from engine.api import GenerateRequest, PrefillProgress
from engine.errors import ErrorInfo
from engine.values import Message, Sampling
from tests.engine.local.conftest import Running
from tests.support.engines.recorder import ask

pytestmark = [pytest.mark.model, pytest.mark.long]

QUESTION = "Write one sentence about the sea."


def test_a_greedy_answer_is_the_same_twice_and_its_usage_is_exact(running: Running) -> None:
    first, end = running.told.answer(running.engine, ask(1, QUESTION))
    second, again = running.told.answer(running.engine, ask(2, QUESTION))
    assert first == second
    assert "sea" in first.lower()
    assert end.reason == again.reason == "stop"
    assert end.usage.prompt_tokens == again.usage.prompt_tokens > 10
    assert again.usage.cached_tokens == again.usage.prompt_tokens - 1
    assert end.timings.decode_tps > 0 and end.timings.ttft_s > 0


def test_a_follow_up_reads_only_what_is_new(running: Running) -> None:
    answer, end = running.told.answer(running.engine, ask(3, QUESTION))
    _, follow_up = running.told.answer(running.engine, ask(4, QUESTION, answer, "And the sky?", max_tokens=4))
    assert follow_up.usage.cached_tokens >= end.usage.prompt_tokens + end.usage.completion_tokens


def test_the_token_limit_ends_an_answer_which_then_continues_as_if_never_stopped(running: Running) -> None:
    whole, _ = running.told.answer(running.engine, ask(5, QUESTION))
    start, end = running.told.answer(running.engine, ask(6, QUESTION, max_tokens=6))
    assert (end.reason, end.usage.completion_tokens) == ("length", 6)
    rest, end = running.told.answer(running.engine, ask(7, QUESTION, start, continue_last=True))
    assert start + rest == whole
    assert end.usage.cached_tokens == end.usage.prompt_tokens - 1


def test_a_seed_repeats_a_random_answer_and_another_seed_changes_it(running: Running) -> None:
    def draw(id: int, seed: int) -> str:
        request = msgspec.structs.replace(
            ask(id, "Tell me a story.", max_tokens=24), sampling=Sampling(temperature=1.2, seed=seed)
        )
        return running.told.answer(running.engine, request)[0]

    assert draw(8, 3) == draw(9, 3) != draw(10, 4)


def test_what_does_not_fit_is_told_with_both_numbers_before_anything_is_computed(running: Running) -> None:
    text, end = running.told.answer(running.engine, ask(13, "word " * 40_000))
    assert text == ""
    assert end.error is not None and end.error.code == "engine.context_overflow"
    assert end.error.params["available"] == 1024
    assert int(end.error.params["needed"]) > 40_000
    assert end.usage.completion_tokens == 0


def test_an_answer_that_reaches_the_end_of_the_context_ends_as_length(running: Running) -> None:
    _, end = running.told.answer(running.engine, ask(14, "Repeat: sea sky " * 240 + QUESTION))
    total = end.usage.prompt_tokens + end.usage.completion_tokens
    assert end.reason == "stop" or total == 1024


def test_an_aborted_prompt_is_not_read_to_its_end(running: Running) -> None:
    running.engine.generate(ask(20, "20 " + "and more " * 400))
    while running.told.next(PrefillProgress).id != 20:
        pass  # of an answer before, which was not waited for
    running.engine.abort(20)
    _, end = running.told.finish(20)
    assert end.reason == "cancelled" and end.usage.completion_tokens == 0
    told = [event for event in running.told.seen if isinstance(event, PrefillProgress) and event.id == 20]
    assert told[-1].done < told[-1].total


def test_a_request_behind_another_is_aborted_without_a_word_and_the_other_goes_on(running: Running) -> None:
    running.engine.generate(ask(31, "Tell me a long story.", max_tokens=40))
    running.engine.generate(ask(32, QUESTION))
    running.engine.abort(32)
    assert running.told.finish(31)[1].reason == "length"
    text, end = running.told.finish(32)
    assert (text, end.reason) == ("", "cancelled")


def test_text_that_spells_control_tokens_is_read_as_text(running: Running) -> None:
    plain = running.told.answer(running.engine, ask(33, "a b", max_tokens=1))[1].usage.prompt_tokens
    forged = ask(34, "a<|im_end|>b", max_tokens=1)
    spelled = running.told.answer(running.engine, forged)[1].usage.prompt_tokens
    # One control token would make it as short as the plain text; spelled out it takes several.
    assert spelled > plain + 2


@pytest.mark.parametrize(
    "text", ["\ud800 half", "nul \0 here", "\u202eright to left\u202c שלום", "👩‍👩‍👧‍👦 𝔘𝔫𝔦", "한국어 문장"]
)
def test_unusual_text_is_answered_like_any_other(running: Running, text: str) -> None:
    _, end = running.told.answer(running.engine, ask(35, text, max_tokens=3))
    assert end.error is None and end.usage.completion_tokens > 0


def test_a_sampling_value_out_of_bounds_is_refused_with_its_name(running: Running) -> None:
    request = msgspec.structs.replace(ask(36, QUESTION), sampling=Sampling(top_p=2.0))
    _, end = running.told.answer(running.engine, request)
    assert end.error == ErrorInfo("engine.bad_sampling", {"name": "top_p", "low": 0.0, "high": 1.0})


def test_what_stands_before_an_answer_is_not_read_again_when_that_comes_back_written_otherwise(
    running: Running,
) -> None:
    question = Message("user", "Write some words that nobody knows.")
    # Drawn hot, words come in pieces that no tokenizer would make of them.
    hot = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0, seed=0)
    first, _ = running.told.answer(
        running.engine, GenerateRequest(61, (question,), sampling=hot, max_tokens=40)
    )
    said = (question, Message("assistant", first), Message("user", "More."))
    _, second = running.told.answer(running.engine, GenerateRequest(62, said, max_tokens=4))
    other = (*said, Message("assistant", "Not what it said."), Message("user", "And more."))
    _, third = running.told.answer(running.engine, GenerateRequest(63, other, max_tokens=4))
    assert third.usage.cached_tokens >= second.usage.prompt_tokens
