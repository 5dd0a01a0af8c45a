"""Reasoning that is ended from outside, and what an answer says of its reasoning, on real sampling."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from engine.api import (
    Delta,
    Finished,
    GenerateRequest,
    Loaded,
    LoadRequest,
    PrefillProgress,
    Queued,
    ToolCalled,
)
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.engine.local.conftest import Running
from tests.engine.local.generation.test_grammar_trigger import TOOL
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.retold import with_template

pytestmark = [pytest.mark.model, pytest.mark.long]

TURNS = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
BEGIN = "{% if add_generation_prompt %}<|im_start|>assistant\n"
# Always reasons; the block it begins is the model's to close.
ALWAYS = f"{TURNS}{BEGIN}<think>\n{{% endif %}}"
# Asks for quick answers and leaves it to the model, which thinks all the same.
ASKING = "{% if enable_thinking is defined and not enable_thinking %}Be quick.\n{% endif %}"
DISOBEDIENT = f"{ASKING}{ALWAYS}"
QUESTION = "Tell me a very long story about the sea."
EMOJI = "Repeat this: 🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊"


@pytest.fixture(scope="module")
def thinking() -> Iterator[Running]:
    running = Running(str(with_template(ALWAYS)))
    yield running
    running.engine.close()


def heard(running: Running, id: int) -> tuple[str, str, Finished]:
    """Reasoning, content and end of an answer, from here on."""
    texts = {"reasoning": "", "content": ""}
    while True:
        event = running.told.next(Delta, Finished)
        if event.id != id:
            continue
        if isinstance(event, Finished):
            return texts["reasoning"], texts["content"], event
        texts[event.channel] += event.text


def request(id: int, question: str = QUESTION, **options: object) -> GenerateRequest:
    return msgspec.structs.replace(ask(id, question), **{"max_tokens": 64, **options})


def test_answer_now_closes_the_reasoning_and_the_answer_begins(thinking: Running) -> None:
    thinking.engine.generate(request(1))
    assert thinking.told.next(Delta).channel == "reasoning"
    thinking.engine.answer_now(1)
    _, content, end = heard(thinking, 1)
    assert content and not content.lstrip().startswith("</think>")
    assert end.usage.reasoning_tokens < 60
    assert end.notices == ()


def test_answer_now_in_the_prompt_means_an_answer_without_reasoning(thinking: Running) -> None:
    thinking.engine.generate(request(2, "word " * 500))
    thinking.told.next(PrefillProgress)
    thinking.engine.answer_now(2)
    reasoning, content, _ = heard(thinking, 2)
    assert (reasoning, bool(content)) == ("", True)


def test_answer_now_in_the_queue_means_an_answer_without_reasoning(thinking: Running) -> None:
    others = (3, *range(30, 37))  # as many as have a place
    for id in (*others, 4):
        thinking.engine.generate(request(id))
    assert thinking.told.next(Queued).id == 4
    thinking.engine.answer_now(4)
    for id in others:
        thinking.engine.abort(id)
    reasoning, content, end = heard(thinking, 4)
    assert (reasoning, bool(content), end.notices) == ("", True, ())


def test_no_character_is_cut_where_the_reasoning_is_closed(thinking: Running) -> None:
    for id in range(10, 13):
        thinking.engine.generate(request(id, EMOJI, max_tokens=30))
        for _ in range(id - 9):
            thinking.told.next(Delta)
        thinking.engine.answer_now(id)
        reasoning, content, _ = heard(thinking, id)
        assert "\ufffd" not in reasoning + content


def test_answer_now_is_for_the_answer_that_was_meant(thinking: Running) -> None:
    thinking.engine.answer_now(21)  # not asked for yet
    thinking.engine.generate(request(21, reasoning="auto"))
    thinking.engine.answer_now(99)
    reasoning, content, end = heard(thinking, 21)
    assert reasoning and not content
    assert [notice.code for notice in end.notices] == ["reasoning.cut_in_thought"]


def test_an_answer_that_does_not_reason_goes_on_as_it_was(running: Running) -> None:
    running.engine.generate(request(32))
    first = running.told.next(Delta)
    running.engine.answer_now(32)
    rest, end = running.told.finish(32)
    # What the model says alone, but for close choices.
    assert judge().worst(request(32).messages, first.text + rest) < CLOSE
    assert end.reason == "length"
    assert end.usage.reasoning_tokens == 0


def test_a_model_that_was_told_off_and_reasons_says_so(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(with_template(DISOBEDIENT)), PlacementOptions(1024)))
    assert told.next(Loaded).model.reasoning.default == "on"
    codes = {}
    for id, choice in ((41, "off"), (42, 0), (43, "on"), (44, "auto")):
        _, end = told.answer(engine, request(id, reasoning=choice, max_tokens=40))
        codes[choice] = [notice.code for notice in end.notices]
    cut = ["reasoning.cut_in_thought"]
    assert codes == {
        choice: ["reasoning.ignored_off", *cut] if choice in ("off", 0) else cut for choice in codes
    }


def test_a_call_that_the_limit_cuts_is_told_with_its_notice(running: Running) -> None:
    cut = request(51, "Weather in Paris?", tools=(TOOL,), tool_choice="required", max_tokens=12)
    running.engine.generate(cut)
    called = running.told.next(ToolCalled, Finished)
    assert isinstance(called, ToolCalled)
    end = running.told.next(Finished)
    assert called.call.is_malformed and end.tool_calls == (called.call,)
    assert [notice.code for notice in end.notices] == ["tools.cut_in_call"]
