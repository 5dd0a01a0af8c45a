"""An end of generation behind which calls follow, where a template writes them as a message of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest

from engine.api import Delta, Finished, GenerateRequest, PrefillProgress, ToolCallDelta, ToolCalled
from engine.formats import ChatFormat
from engine.local.generation.generation import Generation
from engine.local.generation.next_message import opens_message
from engine.local.model.session import Session
from engine.local.model.tokenizer import Tokenizer
from engine.values import Message, Reasoning, Sampling
from tests.engine.formats import templates
from tests.engine.formats.published import KOREAN
from tests.support.grammar_judge import vocabulary

TOOL = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Searches.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    },
}
OWN_MESSAGES = next(each.form for each in KOREAN if "Think 14B" in each.name).source()
CALLS = (
    '<|im_start|>assistant -> tool/function_call\n[{"name": "search", "arguments": {"text": "x"}}]<|im_end|>'
)
START = "<|im_end|>\n<|im_start|>assistant -> tool/function_call"


CHANNELS = ("reasoning", "content")
Event = PrefillProgress | Delta | ToolCallDelta | ToolCalled


class Written(Generation):
    """A generation whose tokens are given, in place of those that a model would write."""

    script: list[int]

    def _draw(self, row: int) -> int:
        return self.script.pop(0)


class Reply(NamedTuple):
    thought: str
    content: str
    end: Finished
    answer: str
    tokens: list[int]


def written(
    text: str, template: str = OWN_MESSAGES, *, offered: bool = True, reasoning: Reasoning = "off"
) -> Reply:
    """The reply of a model that writes `text`, which has to end it, and what is remembered of it."""
    told: list[Event] = []
    remembered: list[tuple[str, list[int]]] = []
    tokenizer = Tokenizer(vocabulary())
    session = SimpleNamespace(
        format=ChatFormat.from_template(template),
        tokenizer=tokenizer,
        vocab=vocabulary(),
        facts=SimpleNamespace(sampling=Sampling(), load_s=0.0),
        context_length=4096,
        memory=SimpleNamespace(keeps_every_token=True),
        encode=tokenizer.encode,
        handle=0,
        sampling_s=0.0,
        sight=None,
        render=lambda request: Session.render(cast(Session, session), request),
        prompt=lambda request: Session.prompt(cast(Session, session), request),
        remember=lambda owner, prompt, length, tokens, answer: remembered.append((answer, tokens[length:])),
    )
    request = GenerateRequest(
        1, (Message("user", "Hi"),), reasoning=reasoning, tools=(TOOL,) if offered else ()
    )
    generation = Written(cast(Session, session), request, told.append, 0.0)
    generation.prepare()
    generation.script = tokenizer.marker(text)
    reason = None
    while reason is None:
        reason = generation.took(range(1)).reason
    assert not generation.script, "it ended before"
    end = generation.finished(reason)
    generation.said("")
    generation.close()
    deltas = [each for each in told if isinstance(each, Delta)]
    thought, content = ("".join(each.text for each in deltas if each.channel == of) for of in CHANNELS)
    answer, tokens = remembered[0]
    assert b"".join(map(tokenizer.piece, tokens)).decode() == answer
    return Reply(thought, content, end, answer, tokens)


@pytest.mark.model
def test_a_call_behind_the_end_of_an_answer_is_read() -> None:
    for gap in ("\n", ""):
        _, content, end, *_ = written(f"Let me see.<|im_end|>{gap}{CALLS}")
        assert (content, end.reason) == ("Let me see.", "stop")
        assert [(call.name, call.arguments) for call in end.tool_calls] == [("search", {"text": "x"})]


@pytest.mark.model
def test_a_call_behind_a_thought_and_an_answer_is_read() -> None:
    text = f"Hm.<|im_end|>\n<|im_start|>assistant\nLet me see.<|im_end|>\n{CALLS}"
    thought, content, end, *_ = written(text, reasoning="on")
    assert (thought, content, len(end.tool_calls)) == ("Hm.", "Let me see.", 1)


@pytest.mark.model
@pytest.mark.parametrize("behind", ["<|im_end|>", "\n<|im_end|>", "\n<|im_start|>user", "\nand"])
def test_an_end_that_is_followed_by_something_else_is_the_end(behind: str) -> None:
    _, content, end, answer, tokens = written(f"Hello.<|im_end|>{behind}")
    assert (content, end.reason, end.tool_calls) == ("Hello.", "stop", ())
    assert (answer, end.usage.completion_tokens) == ("Hello.", len(tokens))


@pytest.mark.model
def test_an_end_costs_no_token_where_calls_are_no_message_of_their_own() -> None:
    for template, offered in ((OWN_MESSAGES, False), (templates.TOOLS, True), (templates.CHATML, True)):
        _, content, end, *_ = written("Hello.<|im_end|>", template, offered=offered)
        assert (content, end.reason) == ("Hello.", "stop")


@pytest.mark.parametrize(
    ("pieces", "opened"),
    [
        (("<|im_end|>",), None),
        (("<|im_end|>", "\n", "<|im_start|>", "assistant"), None),
        (("<|im_end|>", "<|im_start|>", "assistant", " ->", " tool/function_call\n["), True),
        (("<|im_end|>", "\n", "<|im_start|>", "assistant", "\n", "Hello"), False),
        (("<|im_end|>", "<|endofturn|>"), False),
        (("<|im_end|>", "\n\n"), None),
        (("<|im_end|>", "\n" * 90), False),
    ],
)
def test_tokens_open_a_message_may_do_so_or_do_not(pieces: tuple[str, ...], opened: bool | None) -> None:
    assert opens_message([each.encode() for each in pieces], START) is opened
    assert opens_message([each.encode() for each in pieces], "") is False


def test_an_end_without_a_text_opens_nothing_where_calls_are_no_message_of_their_own() -> None:
    assert opens_message([b""], "") is False


def test_the_start_of_a_message_of_calls_is_learned_from_the_template() -> None:
    assert ChatFormat.from_template(OWN_MESSAGES).dialect.message_start == START
    assert ChatFormat.from_template(templates.TOOLS).dialect.message_start == ""
