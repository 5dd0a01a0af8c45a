"""What becomes of a request: its events, its end, and what ends it."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from engine.api import (
    Delta,
    Event,
    Finished,
    GenerateRequest,
    Measured,
    PrefillProgress,
    Queued,
    Tokenized,
    TokenizeRequest,
    ToolCallDelta,
    ToolCalled,
)
from engine.errors import UserError
from engine.values import FillIn, RawPrompt, Sampling
from tests.contracts.engines import SCHEMA, SHORT, STORY, TOOL, Subject, request


def events_of(subject: Subject, id: int) -> list[Event]:
    """All that is told of an answer up to its end."""
    before = len(subject.told.seen)
    while subject.told.next(Finished).id != id:
        pass
    return [event for event in subject.told.seen[before:] if getattr(event, "id", None) == id]


def text(events: list[Event], channel: str = "content") -> str:
    return "".join(event.text for event in events if isinstance(event, Delta) and event.channel == channel)


def test_an_answer_is_read_then_written_then_finished_once(loaded: Subject) -> None:
    loaded.engine.generate(request(1, SHORT))
    events = events_of(loaded, 1)
    order = [(PrefillProgress, Queued), (Delta,), (Finished,)]
    phases = [next(n for n, kinds in enumerate(order) if isinstance(event, kinds)) for event in events]
    assert phases == sorted(phases) and phases.count(2) == 1
    assert len(text(events).split()) > 3, "text comes in pieces that make up the answer"
    loaded.engine.generate(request(2, SHORT, max_tokens=1))
    assert not any(getattr(event, "id", None) == 1 for event in events_of(loaded, 2)), (
        "nothing follows the end"
    )


def test_an_answer_that_ended_by_itself_has_stopped_and_counts_its_tokens(loaded: Subject) -> None:
    _, end = loaded.told.answer(loaded.engine, request(3, SHORT))
    assert (end.reason, end.error, end.tool_calls) == ("stop", None, ())
    assert end.usage.prompt_tokens > 4 and end.usage.completion_tokens > 4
    assert end.usage.reasoning_tokens == 0
    assert end.timings.ttft_s > 0 and end.timings.decode_tps > 0


def test_the_limit_of_tokens_ends_an_answer_as_length(loaded: Subject) -> None:
    written, end = loaded.told.answer(loaded.engine, request(4, STORY, max_tokens=5))
    assert (end.reason, end.error) == ("length", None) and written
    assert 0 < end.usage.completion_tokens <= 5


def test_a_stop_string_ends_an_answer_and_is_not_shown(loaded: Subject) -> None:
    loaded.told.answer(loaded.engine, request(5, SHORT))  # the ones that follow find its prompt in memory
    whole, _ = loaded.told.answer(loaded.engine, request(5, SHORT))
    stop = whole.split()[4]
    written, end = loaded.told.answer(loaded.engine, request(6, SHORT, stop=("never said", stop)))
    assert written == whole[: whole.index(stop)]
    assert (end.reason, end.stop) == ("stop", stop)
    assert loaded.told.answer(loaded.engine, request(5, SHORT, stop=("never said",)))[1].stop == ""


def test_an_answer_is_cancelled_and_its_text_stands(loaded: Subject) -> None:
    loaded.engine.generate(request(7, STORY))
    first = loaded.told.next(Delta)
    loaded.engine.abort(7)
    rest, end = loaded.told.finish(7)
    assert (end.reason, end.error) == ("cancelled", None)
    assert (first.text + rest).strip()
    assert loaded.told.answer(loaded.engine, request(8, SHORT))[1].reason == "stop", (
        "the next one is answered"
    )


def test_cancelling_what_is_not_open_does_nothing(loaded: Subject) -> None:
    loaded.engine.abort(999)
    loaded.engine.answer_now(999)
    _, end = loaded.told.answer(loaded.engine, request(9, SHORT))
    loaded.engine.abort(9)
    assert end.reason == "stop"
    assert loaded.told.answer(loaded.engine, request(10, SHORT))[1].reason == "stop"


def test_two_answers_at_once_are_written_each_under_its_own_number(loaded: Subject) -> None:
    alone, _ = loaded.told.answer(loaded.engine, request(11, SHORT))
    loaded.engine.generate(request(12, STORY, max_tokens=60))
    loaded.told.next(Delta)
    loaded.engine.generate(request(13, SHORT))
    beside, end = loaded.told.finish(13)
    _, longer = loaded.told.finish(12)
    assert (beside[:12], end.reason, longer.reason) == (alone[:12], "stop", "length")


def test_cancelling_one_of_two_leaves_the_other(loaded: Subject) -> None:
    loaded.engine.generate(request(14, STORY))
    loaded.engine.generate(request(15, SHORT))
    loaded.engine.abort(14)
    assert loaded.told.finish(14)[1].reason == "cancelled"
    assert loaded.told.finish(15)[1].reason == "stop"


def test_a_tool_that_must_be_called_is_called_before_the_end(loaded: Subject) -> None:
    asked = request(
        16, "What is the weather in Paris?", tools=(TOOL,), tool_choice="get_weather", max_tokens=80
    )
    loaded.engine.generate(asked)
    events = events_of(loaded, 16)
    end = events[-1]
    assert isinstance(end, Finished) and end.error is None
    told = tuple(event.call for event in events if isinstance(event, ToolCalled))
    assert told == end.tool_calls and len(told) == 1
    (made,) = told
    written = [event for event in events if isinstance(event, ToolCallDelta)]
    assert {(event.call, event.name) for event in written} == {(made.id, made.name)}
    assert json.loads("".join(event.text for event in written)) == made.arguments
    assert events.index(written[-1]) < events.index(ToolCalled(16, made))
    assert made.name == "get_weather" and made.id and not made.is_malformed
    assert isinstance(made.arguments, dict) and isinstance(made.arguments["city"], str)
    assert text(events).strip() == ""


def test_a_reply_that_may_call_once_ends_after_its_first_call(loaded: Subject) -> None:
    both = "What is the weather in Paris, and what is it in Rome?"
    asked = request(
        27, both, tools=(TOOL,), tool_choice="required", parallel_tool_calls=False, max_tokens=200
    )
    loaded.engine.generate(asked)
    events = events_of(loaded, 27)
    end = events[-1]
    assert isinstance(end, Finished) and (end.reason, end.error) == ("stop", None)
    (made,) = end.tool_calls
    assert made == next(event.call for event in events if isinstance(event, ToolCalled))
    assert {event.call for event in events if isinstance(event, ToolCallDelta)} == {made.id}


def test_penalties_and_biases_are_taken(loaded: Subject) -> None:
    sampling = Sampling(temperature=0.0, presence_penalty=0.5, frequency_penalty=-0.5)
    asked = msgspec.structs.replace(request(28, SHORT), sampling=sampling, logit_bias=((11, -100.0),))
    written, end = loaded.told.answer(loaded.engine, asked)
    assert written.strip() and end.reason in ("stop", "length") and end.error is None


def test_a_reply_that_has_a_schema_is_a_document_that_satisfies_it(loaded: Subject) -> None:
    for id, schema in ((29, SCHEMA), (30, {"type": "object"})):
        written, end = loaded.told.answer(loaded.engine, request(id, SHORT, reply=schema, max_tokens=90))
        assert end.error is None and end.tool_calls == ()
        jsonschema.validate(json.loads(written), schema)


def test_thoughts_before_a_reply_that_has_a_schema_are_free(thinking: Subject) -> None:
    thinking.engine.generate(request(31, SHORT, reply=SCHEMA, max_tokens=600))
    assert thinking.told.next(Delta).channel == "reasoning"
    thinking.engine.answer_now(31)
    written, end = thinking.told.finish(31)
    assert end.error is None
    jsonschema.validate(json.loads(written), SCHEMA)


def test_several_answers_to_one_prompt_each_have_all_of_its_tokens(loaded: Subject) -> None:
    for choice in (40, 41, 42):
        asked = msgspec.structs.replace(request(choice, SHORT, max_tokens=6), sampling=Sampling(seed=choice))
        loaded.engine.generate(asked)
    ends = [loaded.told.finish(choice) for choice in (40, 41, 42)]
    assert all(written.strip() and end.error is None for written, end in ends)
    assert len({end.usage.prompt_tokens for _, end in ends}) == 1


def test_no_tool_is_called_where_none_is_offered_or_may_be(loaded: Subject) -> None:
    _, without = loaded.told.answer(loaded.engine, request(17, SHORT))
    refused = request(18, SHORT, tools=(TOOL,), tool_choice="none")
    written, end = loaded.told.answer(loaded.engine, refused)
    assert written and without.tool_calls == end.tool_calls == ()


def test_a_prompt_that_is_too_long_is_an_error_and_the_next_one_is_answered(loaded: Subject) -> None:
    loaded.engine.generate(request(19, "word " * 12_000))
    events = events_of(loaded, 19)
    end = events[-1]
    assert isinstance(end, Finished) and end.reason == "error"
    assert end.error is not None and end.error.code.partition(".")[0] in ("engine", "remote")
    assert text(events) == "" and end.usage.completion_tokens == 0
    assert loaded.told.answer(loaded.engine, request(20, SHORT))[1].reason == "stop"


def raw(id: int, prompt: RawPrompt | FillIn, **options: object) -> GenerateRequest:
    return GenerateRequest(id, (), Sampling(temperature=0.0), prompt=prompt, **options)  # type: ignore[arg-type]


def test_a_raw_prompt_is_continued_as_content_also_by_a_model_that_thinks(thinking: Subject) -> None:
    thinking.engine.generate(raw(40, RawPrompt("The sea is deep and"), max_tokens=8))
    events = events_of(thinking, 40)
    end = events[-1]
    assert isinstance(end, Finished) and (end.error, end.tool_calls) == (None, ())
    assert text(events).strip() and text(events, "reasoning") == ""
    assert 0 < end.usage.prompt_tokens < 12, "no template around it"
    assert 0 < end.usage.completion_tokens <= 8 and end.usage.reasoning_tokens == 0


def test_a_raw_prompt_may_be_tokens_of_the_model(loaded: Subject) -> None:
    written, end = loaded.told.answer(loaded.engine, raw(41, RawPrompt((500, 600, 700)), max_tokens=4))
    assert written and (end.error, end.usage.prompt_tokens) == (None, 3)


def test_a_model_that_never_learned_to_fill_in_says_so(loaded: Subject) -> None:
    assert loaded.engine.model is not None and not loaded.engine.model.fills
    _, end = loaded.told.answer(loaded.engine, raw(42, FillIn("def add(", "    return a + b")))
    assert end.reason == "error" and end.error is not None and end.error.code == "fill_in.unknown"


def test_a_raw_prompt_is_measured(loaded: Subject) -> None:
    asked = raw(43, RawPrompt("The sea is deep and"), max_tokens=1)
    loaded.engine.measure(asked)
    measured = loaded.told.next(Measured)
    _, end = loaded.told.answer(loaded.engine, asked)
    least = end.usage.prompt_tokens
    assert measured.prompt == least if measured.exact else measured.prompt >= least


def test_the_tokens_of_a_text_are_told_by_a_model_that_is_here(loaded: Subject) -> None:
    assert loaded.engine.model is not None
    asked = TokenizeRequest(44, "The sea")
    if loaded.engine.model.remote:
        with pytest.raises(UserError, match=r"tokens\.elsewhere"):
            loaded.engine.tokenize(asked)
        return
    loaded.engine.tokenize(asked)
    text = loaded.told.next(Tokenized)
    assert (text.id, text.text, text.error) == (44, "The sea", None) and text.tokens
    loaded.engine.tokenize(TokenizeRequest(45, text.tokens))
    assert loaded.told.next(Tokenized) == Tokenized(45, "The sea", text.tokens)
    loaded.engine.tokenize(TokenizeRequest(46, request(0, SHORT)))
    prompt = loaded.told.next(Tokenized)
    assert SHORT in prompt.text and len(prompt.tokens) > 2


def test_thoughts_come_before_the_answer(thinking: Subject) -> None:
    thinking.engine.generate(request(21, SHORT, max_tokens=600))
    thinking.told.next(Delta)
    thinking.engine.answer_now(21)
    thinking.told.finish(21)
    events = [event for event in thinking.told.seen if getattr(event, "id", None) == 21]
    channels = [event.channel for event in events if isinstance(event, Delta)]
    assert channels[0] == "reasoning" and channels == sorted(channels, reverse=True)
    end = events[-1]
    assert isinstance(end, Finished) and end.usage.completion_tokens > 0


def test_answer_now_ends_the_thoughts_and_the_answer_begins(thinking: Subject) -> None:
    thinking.engine.generate(request(22, SHORT, max_tokens=1000))
    assert thinking.told.next(Delta).channel == "reasoning"
    thinking.engine.answer_now(22)
    written, end = thinking.told.finish(22)
    assert written.strip() and end.error is None


def test_a_prompt_is_measured_and_an_answer_under_way_is_not_waited_for(loaded: Subject) -> None:
    asked = request(23, SHORT, max_tokens=1)
    loaded.told.answer(loaded.engine, asked)  # a server's count teaches how to estimate
    loaded.engine.generate(request(24, STORY))
    loaded.told.next(Delta)
    loaded.engine.measure(asked, ("", "Hello there"))
    measured = loaded.told.next(Measured, Finished)
    loaded.engine.abort(24)
    loaded.told.finish(24)
    assert isinstance(measured, Measured) and (measured.id, measured.error) == (23, None)
    nothing, words = measured.texts
    assert nothing == 0 < words and measured.prompt > words
    _, end = loaded.told.answer(loaded.engine, asked)
    least = end.usage.prompt_tokens
    assert measured.prompt == least if measured.exact else measured.prompt >= least


@pytest.mark.parametrize("conversation", ["", "chat:1"])
def test_what_may_help_an_engine_disturbs_no_answer(loaded: Subject, conversation: str) -> None:
    loaded.engine.set_priority(conversation)
    loaded.engine.watch_experts(True)
    loaded.engine.limit_states(0)
    loaded.engine.generate(msgspec.structs.replace(request(26, SHORT), conversation="chat:1"))
    loaded.engine.forget(conversation)
    written, end = loaded.told.finish(26)
    loaded.engine.watch_experts(False)
    assert written.strip() and (end.reason, end.error) == ("stop", None)
