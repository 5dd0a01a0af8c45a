"""Tokens of texts and prompts beside the answer that is being written, with the real host and the starter model."""

import pytest

from engine.api import Finished, GenerateRequest, LoadRequest, Measured, Tokenized, TokenizeRequest
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import Message, RawPrompt, Sampling
from tests.engine.local.conftest import Running
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.model

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def test_a_prompt_is_measured_as_it_is_then_read(running: Running) -> None:
    request = ask(1, "Write one sentence about the sea.", tools=(TOOL,), max_tokens=2)
    running.engine.measure(request, ("", "Hello there", "안녕하세요", "<|im_end|>"))
    measured = running.told.next(Measured)
    _, finished = running.told.answer(running.engine, request)
    assert measured.exact and measured.error is None
    assert measured.prompt == finished.usage.prompt_tokens
    nothing, two, korean, mark = measured.texts
    assert (nothing, two) == (0, 2)
    assert korean > 2 and mark > 1, "what people write is never a control token"


def test_measuring_does_not_wait_for_an_answer_under_way(running: Running) -> None:
    running.engine.generate(ask(2, "Count from one to a thousand.", max_tokens=400))
    running.engine.measure(ask(3, "Short"))
    measured = running.told.next(Measured, Finished)
    running.engine.abort(2)
    assert isinstance(measured, Measured) and measured.prompt > 0
    assert running.told.next(Finished).reason == "cancelled"


def tokenized(running: Running, given: str | tuple[int, ...] | GenerateRequest, **options: bool) -> Tokenized:
    running.engine.tokenize(TokenizeRequest(30, given, **options))
    answer = running.told.next(Tokenized)
    assert answer.id == 30
    return answer


def test_a_text_becomes_tokens_and_they_become_the_text(running: Running) -> None:
    text = "The sea, 바다 <|im_end|>"
    tokens = tokenized(running, text)
    assert tokens.text == text and tokens.error is None
    assert tokenized(running, tokens.tokens) == tokens
    special = tokenized(running, text, parse_special=True)
    assert special.tokens[-1] == 2 and len(special.tokens) < len(tokens.tokens)
    assert tokenized(running, special.tokens).text == text
    assert tokenized(running, text, add_special=True) == tokens, "the starter wants no BOS"


def test_the_prompt_of_a_chat_is_told_with_its_tokens(running: Running) -> None:
    request = ask(31, "Say hello.", max_tokens=1)
    prompt = tokenized(running, request)
    assert prompt.text.endswith("<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\n")
    assert tokenized(running, prompt.tokens).text == prompt.text
    _, finished = running.told.answer(running.engine, request)
    assert finished.usage.prompt_tokens == len(prompt.tokens)
    raw = tokenized(running, GenerateRequest(32, (), prompt=RawPrompt(prompt.text)))
    assert raw.text == prompt.text and len(raw.tokens) > len(prompt.tokens), "marks are text"


def test_a_token_that_the_model_lacks_is_an_error(running: Running) -> None:
    answer = tokenized(running, (5, -1))
    assert answer.error is not None and answer.error.code == "tokens.unknown"


def test_what_is_asked_while_a_model_loads_is_measured_with_it(engine: LocalEngine, told: Recorder) -> None:
    with pytest.raises(UserError, match=r"engine\.no_model"):
        engine.measure(ask(1, "Hello"))
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    engine.measure(ask(4, "Hello"))
    assert told.next(Measured).prompt > 0


def test_an_unload_ends_what_is_not_measured_yet(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    engine.measure(ask(5, "Hello " * 2000), ("text " * 20000,))
    engine.tokenize(TokenizeRequest(6, "text " * 20000))
    engine.unload()
    assert told.next(Measured).id == 5
    assert told.next(Tokenized).id == 6


def test_a_follow_up_is_measured_with_the_answer_as_the_model_cut_it(running: Running) -> None:
    # Read anew, most answers drawn so hot are cut otherwise; one that happens to be cut alike says nothing.
    counts = [_measured_twice(running, seed) for seed in range(3)]
    assert any(in_memory != anew for in_memory, anew in counts)


def _measured_twice(running: Running, seed: int) -> tuple[int, int]:
    """Tokens of a follow-up while its answer is remembered, and after it was forgotten."""
    question = Message("user", "Write some words that nobody knows.")
    # Drawn hot, words come in pieces that no tokenizer would make of them.
    hot = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0, seed=seed)
    first = GenerateRequest(21, (question,), sampling=hot, max_tokens=40, conversation="words")
    text, _ = running.told.answer(running.engine, first)
    messages = (question, Message("assistant", text), Message("user", "More."))
    follow_up = GenerateRequest(22, messages, max_tokens=1, conversation="words")
    running.engine.measure(follow_up)
    measured = running.told.next(Measured)
    _, finished = running.told.answer(running.engine, follow_up)
    assert finished.usage.cached_tokens > 70, "the answer is not read again"
    assert measured.prompt == finished.usage.prompt_tokens
    running.engine.forget("words")
    running.told.answer(running.engine, ask(23, "Hello", max_tokens=1))
    running.engine.measure(follow_up)
    return measured.prompt, running.told.next(Measured).prompt
