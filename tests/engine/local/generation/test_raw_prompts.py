"""Raw prompts and fill-in-the-middle with the real host."""

import pytest

from engine.api import GenerateRequest, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import FillIn, RawPrompt, Sampling
from tests.engine.local.conftest import Running
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.vocabularies import filling_model

pytestmark = pytest.mark.model

COUNTING = "one, two, three, four, five, six, seven,"
CHAT = (
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nTell me about the sea.<|im_end|>\n<|im_start|>assistant\n"
)


def raw(id: int, prompt: RawPrompt | FillIn, max_tokens: int = 6) -> GenerateRequest:
    return GenerateRequest(id, (), Sampling(temperature=0.0), max_tokens=max_tokens, prompt=prompt)


def test_raw_text_is_continued(running: Running) -> None:
    text, end = running.told.answer(running.engine, raw(1, RawPrompt(COUNTING)))
    assert "eight" in text and (end.reason, end.error) == ("length", None)


def test_raw_text_that_looks_like_a_chat_is_not_taken_for_one_nor_a_chat_for_it(running: Running) -> None:
    question = "Tell me about the sea."
    chat = ask(2, question, max_tokens=3, conversation="sea")
    _, asked = running.told.answer(running.engine, chat)
    _, end = running.told.answer(running.engine, raw(3, RawPrompt(CHAT), 3))
    assert end.usage.prompt_tokens > asked.usage.prompt_tokens, "marks are read as text"
    text, again = running.told.answer(running.engine, ask(4, question, max_tokens=3))
    assert again.usage.prompt_tokens == asked.usage.prompt_tokens
    assert judge().worst(chat.messages, text) < CLOSE


def test_what_was_read_of_a_raw_prompt_is_not_read_again(running: Running) -> None:
    prompt = COUNTING * 12
    running.told.answer(running.engine, raw(5, RawPrompt(prompt), 1))
    _, end = running.told.answer(running.engine, raw(6, RawPrompt(prompt + " eight"), 1))
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 8


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        (RawPrompt(""), "engine.empty_prompt"),
        (RawPrompt((10**6,)), "tokens.unknown"),
        (RawPrompt("sea " * 2000), "engine.context_overflow"),
    ],
)
def test_a_raw_prompt_that_cannot_be_read_says_why(running: Running, prompt: RawPrompt, code: str) -> None:
    _, end = running.told.answer(running.engine, raw(7, prompt))
    assert end.reason == "error" and end.error is not None and end.error.code == code


def test_a_model_with_marks_fills_in(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(filling_model()), PlacementOptions(512)))
    assert told.next(Loaded).model.fills
    prompt = FillIn("def add(a, b):\n", "\n\nprint(add(1, 2))\n")
    _, end = told.answer(engine, raw(8, prompt))
    plain, _ = told.answer(engine, raw(9, RawPrompt(prompt.prefix), 1))
    assert plain and (end.error, end.usage.completion_tokens > 0) == (None, True)
