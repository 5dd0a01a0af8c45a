"""Answers of the real host with drafts: what they say is what they say without."""

import msgspec
import pytest

from engine.api import Delta, Finished, GenerateRequest
from engine.values import Message, Sampling
from tests.engine.local.conftest import Running
from tests.engine.local.generation.test_grammar_trigger import TOOL
from tests.support.engines.recorder import ask

pytestmark = [pytest.mark.model, pytest.mark.long]

TEXT = (
    "The harbour of Eastmouth was built in the year the old bridge fell. Before that, boats had landed on the "
    "shingle below the church, and women carried the fish up the hill in baskets made of willow. A railway came "
    "next. It ran along the cliff for three miles, then turned inland through a tunnel that leaked in every season."
)
EDITED = TEXT.replace("harbour", "port")
BEGUN = EDITED[: EDITED.index(" Before")]
REST = EDITED[len(BEGUN) :]
GREEDY = Sampling(temperature=0.0, seed=1)


def edit(id: int, **fields: object) -> GenerateRequest:
    """Write the text again; the change is in what is written already."""
    turns = ("Repeat this text word for word.\n\n" + TEXT, TEXT, "Now write it again.", BEGUN)
    return msgspec.structs.replace(ask(id, *turns), **({"continue_last": True, "max_tokens": 48} | fields))


@pytest.fixture(scope="module")
def plain(running: Running) -> str:
    """What is written without drafts."""
    text, end = running.told.answer(running.engine, edit(1, drafts=False))
    assert end.usage.drafted_tokens == 0
    assert REST.startswith(text) and len(text) > 180, "the model does what it was asked"
    return text


def test_a_text_with_one_word_changed_is_written_as_without_drafts_which_come_true(
    running: Running, plain: str
) -> None:
    for _ in range(5):  # on a busy machine it may not seem to pay at first
        text, end = running.told.answer(running.engine, edit(2))
        assert (text, end.reason, end.usage.completion_tokens) == (plain, "length", 48)
        if end.usage.drafted_tokens:
            break
    assert 0 < end.usage.accepted_tokens <= end.usage.drafted_tokens


@pytest.mark.parametrize("length", [17, 41])
def test_an_answer_that_ends_within_a_draft_ends_where_it_would_without(
    running: Running, plain: str, length: int
) -> None:
    text, end = running.told.answer(running.engine, edit(3, max_tokens=length))
    assert (end.reason, end.usage.completion_tokens) == ("length", length)
    assert plain.startswith(text) and text


@pytest.mark.parametrize("stop", ["baskets", "railway came"])
def test_a_stop_string_within_a_draft_ends_the_answer_before_it(
    running: Running, plain: str, stop: str
) -> None:
    text, end = running.told.answer(running.engine, edit(4, stop=(stop,)))
    assert (text, end.reason) == (plain[: plain.index(stop)], "stop")


@pytest.mark.parametrize(
    "sampling",
    [
        # Cold enough that no close choice falls otherwise when rows are computed together.
        Sampling(temperature=0.3, top_k=20, seed=3),
        Sampling(temperature=0.0, repeat_penalty=1.02),
    ],
)
def test_what_is_drawn_is_drawn_as_without_drafts(running: Running, sampling: Sampling) -> None:
    request = edit(5, sampling=sampling, max_tokens=32)
    without, end = running.told.answer(running.engine, msgspec.structs.replace(request, drafts=False))
    text, drafted = running.told.answer(running.engine, request)
    assert (text, drafted.reason) == (without, end.reason)


def test_a_follow_up_goes_on_from_an_answer_that_was_drafted(running: Running) -> None:
    text, end = running.told.answer(running.engine, edit(6))
    follow_up = edit(7)
    messages = (
        *follow_up.messages[:-1],
        Message("assistant", BEGUN + text),
        Message("user", "Where do the boats land?"),
    )
    request = msgspec.structs.replace(follow_up, messages=messages, continue_last=False, max_tokens=2)
    _, next_end = running.told.answer(running.engine, request)
    assert next_end.usage.cached_tokens >= end.usage.prompt_tokens + end.usage.completion_tokens - 1


def test_several_answers_at_once_keep_to_their_own_texts(running: Running, plain: str) -> None:
    for id in (20, 21, 22):
        running.engine.generate(edit(id, conversation=str(id), max_tokens=48 - id % 20 * 10))
    running.told.seen.clear()
    ends: dict[int, Finished] = {}
    while len(ends) < 3:
        end = running.told.next(Finished)
        ends[end.id] = end
    for id in (20, 21, 22):
        pieces = [each.text for each in running.told.seen if isinstance(each, Delta) and each.id == id]
        assert plain.startswith("".join(pieces))
        assert ends[id].usage.completion_tokens == 48 - id % 20 * 10
    assert max(end.timings.batch for end in ends.values()) > 1


def test_a_call_of_a_tool_is_written_without_drafts(running: Running) -> None:
    question = Message("user", "What is the weather in Paris?")
    request = GenerateRequest(
        9, (question,), sampling=GREEDY, max_tokens=80, tools=(TOOL,), tool_choice="get_weather"
    )
    _, end = running.told.answer(running.engine, request)
    assert [call.name for call in end.tool_calls] == ["get_weather"]
    assert end.usage.drafted_tokens == 0
