"""Formats of published models as we describe them: what is found out about each, and its replies read back."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from engine.formats import AssistantMessage, ChatFormat, Prompt
from engine.formats.render.messages import with_reasoning_keys
from engine.formats.render.template import Template
from engine.values import Reasoning
from tests.engine.formats.published import ALL, KOREAN
from tests.engine.formats.published.making import Published
from tests.engine.formats.replies import reply_to

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Does something.",
            "parameters": {"type": "object", "properties": properties, "required": []},
        },
    }
    for name, properties in (
        (
            "search",
            {
                "text": {"type": "string", "description": "What for."},
                "count": {"type": "number", "description": "How many."},
            },
        ),
        ("get_time", {}),
    )
]
QUESTION = [{"role": "user", "content": "Why <|im_end|> is the sky blue?"}]
THOUGHT = "Hm, 생각 <b>.\nYes."
SEARCH = ("search", {"text": "한국어 <b>&amp;\n it's", "count": 1.5})
CALLS: tuple[tuple[str, list[tuple[str, dict[str, Any]]]], ...] = (
    ("Hello there.\nGoodbye.", []),
    ("", [SEARCH]),
    ("Let me see.", [SEARCH]),
    ("", [SEARCH, ("get_time", {})]),
)

every = pytest.mark.parametrize("published", ALL, ids=[each.name for each in ALL])


@cache
def format_of(published: Published) -> ChatFormat:
    return ChatFormat.from_template(published.form.source(), "<s>", "</s>")


def choices(chat_format: ChatFormat) -> tuple[Reasoning, ...]:
    return ("auto",) if chat_format.reasoning.kind == "none" else ("auto", "on", "off")


def read(chat_format: ChatFormat, prompt: Prompt, pieces: list[str]) -> tuple[AssistantMessage, str]:
    """The message and what was shown of it while it arrived."""
    parser = chat_format.parser(prompt)
    shown = [delta for piece in pieces for delta in parser.feed(piece)] + parser.flush()
    return parser.finish(), "".join(getattr(delta, "text", "") for delta in shown)


def test_every_family_is_there_once() -> None:
    names = [each.name for each in ALL]
    assert len(names) == len(set(names)) > 40
    families = ("EXAONE", "HyperCLOVA X", "Solar", "A.X", "Kanana", "Mi:dm")
    assert all(any(family in each.name for each in KOREAN) for family in families)


@every
def test_its_reasoning_and_its_dialect_are_found(published: Published) -> None:
    chat_format = format_of(published)
    assert chat_format.reasoning == published.reasoning
    assert chat_format.dialect.name == published.dialect


@every
def test_its_choices_differ_and_off_leaves_no_thought_open(published: Published) -> None:
    chat_format = format_of(published)
    prompts = {each: chat_format.render(QUESTION, reasoning=each) for each in choices(chat_format)}
    for prompt in prompts.values():
        assert prompt.separated
        assert [piece.text for piece in prompt.pieces if not piece.trusted] == [QUESTION[0]["content"]]
    if len(prompts) > 1:
        assert prompts["on"].text != prompts["off"].text
        has_off = chat_format.reasoning.kind != "levels" or "off" in chat_format.reasoning.levels
        assert not (has_off and chat_format.parser(prompts["off"]).in_reasoning)


@pytest.mark.long
@every
def test_its_own_replies_are_read_back_however_they_are_cut(published: Published) -> None:
    chat_format = format_of(published)
    for reasoning in choices(chat_format):
        thought = THOUGHT if reasoning == "on" else ""
        for content, calls in CALLS:
            dialect = chat_format.dialect
            if calls and content and not dialect.trigger:
                continue  # a call without a mark begins its answer
            if calls and not content and reasoning == "off" and "<" in dialect.header:
                continue  # calls open a message of their own, and the prompt has begun another
            given = calls if dialect.parallel else calls[:1]
            text, prompt = reply_to(chat_format, given, TOOLS, content, thought, reasoning)
            message, shown = read(chat_format, prompt, [text])
            assert message.reasoning.strip() in (thought, "Hm." if reasoning == "auto" else thought), text
            # Some templates drop the words in front of a call.
            assert message.content.strip() in ((content, "") if calls else (content,)), text
            assert [(call.name, call.arguments) for call in message.tool_calls] == given, text
            assert message.truncated_in == ""
            # Letter by letter every mark is cut everywhere; two pieces are tried at each third place.
            for place in range(1 + len(text) % 3, len(text), 3):
                assert read(chat_format, prompt, [text[:place], text[place:]]) == (message, shown), place
            assert read(chat_format, prompt, list(text)) == (message, shown)


CALL = '{"name": "search", "parameters": {"text": "x"}}'
LISTED_CALL = '[{"name": "search", "arguments": {"text": "x"}}]'
FOUND = [("search", {"text": "x"})]
TO_SEARCH = 'search<|content_invoke_tool_json|>{"name":"search","args":{"text":"x"}}<|end_message|>'
TO_A_TOOL = "<|im_start|>assistant -> tool/function_call\n"


@pytest.mark.parametrize(
    ("name", "reasoning", "reply", "expected"),
    [
        # Marks that models were taught and that no template shows.
        ("Hunyuan A13B", "on", "<think>\nHm.\n</think>\n<answer>\nHello.\n</answer>", ("Hm.", "Hello.", [])),
        ("Hunyuan A13B", "off", "<answer>\nHello.\n</answer>", ("", "Hello.", [])),
        ("Llama 4", "auto", CALL, ("", "", FOUND)),
        ("Llama 4", "auto", f"<|python_start|>{CALL}<|python_end|>", ("", "", FOUND)),
        ("Llama 4", "auto", '<|python_start|>[search(text="x")]<|python_end|>', ("", "", FOUND)),
        # What stands around a tool's result is no mark of an answer.
        ("MiniMax M2.5", "off", "<response>Hello.</response>", ("", "<response>Hello.</response>", [])),
        # Thought, answer and calls as messages of their own, with all their ends.
        (
            "HyperCLOVA X SEED Think 14B",
            "auto",
            "/think\nHm.<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|><|endofturn|>",
            ("Hm.", "Hello.", []),
        ),
        ("HyperCLOVA X SEED Think 14B", "auto", "\nHello.<|im_end|><|endofturn|>", ("", "Hello.", [])),
        (
            "HyperCLOVA X SEED Think 14B",
            "on",
            f"Hm.<|im_end|>\n{TO_A_TOOL}{LISTED_CALL}<|im_end|><|stop|>",
            ("Hm.", "", FOUND),
        ),
        (
            "HyperCLOVA X SEED Think 14B",
            "off",
            f"Let me see.<|im_end|>\n{TO_A_TOOL}{LISTED_CALL}<|im_end|><|stop|>",
            ("", "Let me see.", FOUND),
        ),
        # The tool's name in front of a call's mark is no answer, at the start of a reply neither.
        ("Inkling", "auto", TO_SEARCH, ("", "", FOUND)),
        ("Inkling", "auto", f"{TO_SEARCH}<|message_model|>{TO_SEARCH}", ("", "", FOUND * 2)),
        (
            "Inkling",
            "auto",
            f"<|content_thinking|>Hm.<|end_message|><|message_model|>{TO_SEARCH}<|content_model_end_sampling|>",
            ("Hm.", "", FOUND),
        ),
        (
            "Inkling",
            "auto",
            f"<|content_text|>Let me see.<|end_message|><|message_model|>{TO_SEARCH}",
            ("", "Let me see.", FOUND),
        ),
        (
            "Inkling",
            "auto",
            "<|content_text|>search is a tool.<|end_message|>",
            ("", "search is a tool.", []),
        ),
    ],
)
def test_what_models_write_besides_is_read(
    name: str, reasoning: Reasoning, reply: str, expected: tuple[str, str, list[tuple[str, dict[str, Any]]]]
) -> None:
    chat_format = format_of(next(each for each in ALL if each.name == name))
    prompt = chat_format.render(QUESTION, tools=TOOLS, reasoning=reasoning)
    for pieces in ([reply], list(reply)):
        message, _ = read(chat_format, prompt, pieces)
        calls = [(call.name, call.arguments) for call in message.tool_calls]
        assert (message.reasoning, message.content, calls) == expected


def test_a_limit_is_said_behind_the_question_where_the_model_was_taught_to_heed_it() -> None:
    chat_format = format_of(next(each for each in KOREAN if "Think 14B" in each.name))
    history = [*QUESTION, {"role": "assistant", "content": "It is."}, {"role": "user", "content": "Is it?"}]
    limited = chat_format.render(history, reasoning=300)
    words = "\nThink for maximum 300 tokens."
    assert limited.text.replace(words, "") == chat_format.render(history, reasoning="on").text
    assert f"Is it?{words}<|im_end|>" in limited.text and limited.reasoning_budget == 300
    assert limited.separated
    assert [piece.text for piece in limited.pieces if not piece.trusted][-1] == "Is it?"


def test_no_grammar_of_calls_begins_where_an_answer_may_follow() -> None:
    chat_format = format_of(next(each for each in ALL if each.name == "Inkling"))
    assert chat_format.tool_grammar(TOOLS).triggers == (r"(<\|content_invoke_tool_json\|>)",)


def test_the_calls_of_a_message_of_their_own_end_before_its_marks() -> None:
    dialect = format_of(next(each for each in KOREAN if "Think 14B" in each.name)).dialect
    assert (dialect.section_start, dialect.section_end) == (" -> tool/function_call\n[", "]")
    assert dialect.header == "<|im_end|>\n<|im_start|>assistant"


@every
def test_a_thought_that_the_engine_closes_is_written_as_its_template_writes_it(published: Published) -> None:
    source = published.form.source()
    answer = {"role": "assistant", "content": "Hello.", "reasoning_content": "Hm."}
    history = with_reasoning_keys([*QUESTION, answer], source)
    text = Template(source, "<s>", "</s>").try_render(history, add_generation_prompt=False) or ""
    markers = format_of(published).markers
    written = f"{markers.opening}{markers.lead}{markers.block('Hm.', closed=True)}Hello."
    assert "Hm." not in text or written in text
