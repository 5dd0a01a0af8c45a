from __future__ import annotations

import pytest

from engine.formats import ContentDelta, Prompt, ReasoningDelta, ToolCallFinished, ToolCallStarted
from tests.engine.formats.dialects import (
    ARGUMENTS_OF,
    DIALECTS,
    PARALLEL,
    WITH_WORDS,
    call,
    parse,
    parse_with_deltas,
    text_of,
)

ALL = sorted(DIALECTS)
UNSPOKEN = {("elements", "words of types"), ("elements", "nested")}  # it writes no null and no empty lists


@pytest.mark.parametrize("name", ALL)
def test_words_are_no_call(name: str) -> None:
    message = parse(DIALECTS[name], "It is (3) o'clock, [really] {so}.")
    assert message.content == "It is (3) o'clock, [really] {so}."
    assert message.tool_calls == ()


@pytest.mark.parametrize("arguments", sorted(ARGUMENTS_OF))
@pytest.mark.parametrize("name", ALL)
def test_a_call_is_read_as_it_was_meant(name: str, arguments: str) -> None:
    given = ARGUMENTS_OF[arguments]
    if (name, arguments) in UNSPOKEN:
        given = {"nested": {"a": {"b": [1, "x", False]}}, "items": [1, [2, {"k": "v"}]]}
    message = parse(DIALECTS[name], text_of(name, call("search", given)))
    assert message.content == ""
    assert message.truncated_in == ""
    assert [(c.name, c.arguments, c.coercions) for c in message.tool_calls] == [("search", given, ())]
    assert not message.tool_calls[0].repaired


@pytest.mark.parametrize("name", PARALLEL)
def test_parallel_calls_keep_their_order(name: str) -> None:
    calls = [call("search", {"text": "a"}, 0), call("get_time", {}, 1), call("search", {"count": 2}, 2)]
    message = parse(DIALECTS[name], text_of(name, *calls))
    assert [(c.name, c.arguments) for c in message.tool_calls] == [(c.name, c.arguments) for c in calls]
    assert len({c.id for c in message.tool_calls}) == 3
    assert message.content == ""


@pytest.mark.parametrize("name", WITH_WORDS)
def test_a_call_after_words(name: str) -> None:
    text = "Let me look.\n\n" + text_of(name, call("search", {"text": "x"}))
    message = parse(DIALECTS[name], text)
    assert message.content == "Let me look."
    assert [c.arguments for c in message.tool_calls] == [{"text": "x"}]


@pytest.mark.parametrize("name", [name for name in ALL if not DIALECTS[name].channels])
def test_a_call_after_reasoning(name: str) -> None:
    text = "<think>\nI must look.\n</think>\n\n" + text_of(name, call("search", {"text": "x"}))
    message = parse(DIALECTS[name], text)
    assert (message.reasoning, message.content) == ("I must look.", "")
    assert [c.arguments for c in message.tool_calls] == [{"text": "x"}]


@pytest.mark.parametrize("name", WITH_WORDS)
def test_marks_inside_the_reasoning_are_no_call(name: str) -> None:
    thought = "I could write " + text_of(name, call("search", {"text": "x"})).strip() + " now."
    message = parse(DIALECTS[name], f"<think>{thought}</think>No.")
    assert (message.reasoning, message.content, message.tool_calls) == (thought, "No.", ())


@pytest.mark.parametrize("name", WITH_WORDS)
def test_a_call_of_a_known_tool_may_end_a_reasoning_that_was_not_closed(name: str) -> None:
    mention = f"I could write {DIALECTS[name].trigger} here. "
    for thought in ("I must look.", mention + "I must look."):
        text = f"{thought}\n\n" + text_of(name, call("search", {"text": "x"}))
        for pieces in ([text], list(text)):
            message = parse(DIALECTS[name], pieces, prompt=Prompt("", opens_reasoning=True))
            assert message.reasoning == thought
            assert [c.arguments for c in message.tool_calls] == [{"text": "x"}]
            assert message.truncated_in == ""


@pytest.mark.parametrize("name", sorted({"hermes", "glm", "mistral", "pythonic"}))
def test_what_could_not_be_carried_out_ends_no_reasoning(name: str) -> None:
    for arguments, tool in (({"text": "x"}, "unknown"), ({"text": "x"}, "search")):
        text = "I must look.\n\n" + text_of(name, call(tool, arguments))
        text = text if tool == "unknown" else text + " Or not?"
        message = parse(DIALECTS[name], list(text), prompt=Prompt("", opens_reasoning=True))
        assert message.tool_calls == ()
        assert message.truncated_in == "reasoning" and message.reasoning == text.strip()


def _marks(name: str) -> list[str]:
    dialect = DIALECTS[name]
    parts = [dialect.section_start, dialect.section_end, dialect.separator]
    parts += [part for part in dialect.call if isinstance(part, str)]
    if dialect.parameter:
        for part in (*dialect.parameter.start, *dialect.parameter.end):
            parts.append(part if isinstance(part, str) else "text")
    return [part.strip() for part in parts if part.strip()]


@pytest.mark.parametrize("name", [name for name in ALL if DIALECTS[name].arguments != "braced"])
def test_a_string_may_be_full_of_the_marks(name: str) -> None:
    marks = _marks(name)
    whole = text_of(name, call("search", {"text": "y"})).strip()
    strings = [
        " ".join(marks),
        " ".join(reversed(marks)),
        "".join(marks) + " and so on",
        f"Write {whole} there",
    ]
    for string in strings:
        message = parse(DIALECTS[name], text_of(name, call("search", {"text": string})))
        assert [c.arguments for c in message.tool_calls] == [{"text": string}]
        assert message.content == ""


@pytest.mark.parametrize("name", ALL)
def test_a_reply_may_break_off_anywhere(name: str) -> None:
    expected = [("search", {"text": "one, two", "count": 12}), ("get_time", {})]
    calls = expected if name in PARALLEL else expected[:1]
    text = text_of(name, *(call(tool, arguments, number) for number, (tool, arguments) in enumerate(calls)))
    for length in range(len(text)):
        message = parse(DIALECTS[name], text[:length])
        found = [(c.name, c.arguments) for c in message.tool_calls]
        whole = [item for item in found if isinstance(item[1], dict)]
        assert whole == calls[: len(whole)], text[:length]
        assert found[: len(whole)] == whole, text[:length]
        assert len(found) - len(whole) <= 1, text[:length]
        if len(found) > len(whole):
            assert message.truncated_in == "tool_call", text[:length]
            assert str(found[-1][1]) in text[:length]
        if len(whole) < len(calls) and DIALECTS[name].trigger and length > len(DIALECTS[name].trigger) + 2:
            assert message.content == "", text[:length]


@pytest.mark.parametrize("name", WITH_WORDS)
def test_words_after_a_call_are_the_answer(name: str) -> None:
    text = text_of(name, call("search", {"text": "x"})) + "\n\nDone."
    message = parse(DIALECTS[name], text)
    assert [c.arguments for c in message.tool_calls] == [{"text": "x"}]
    assert message.content == "Done."


@pytest.mark.parametrize("name", ALL)
def test_an_unknown_tool_is_called_all_the_same(name: str) -> None:
    if name.startswith("bare"):
        pytest.skip("without marks only a known name tells a call from words")
    message = parse(DIALECTS[name], text_of(name, call("another.tool-2", {"x": 5, "y": "z"})))
    assert [(c.name, c.arguments) for c in message.tool_calls] == [("another.tool-2", {"x": 5, "y": "z"})]


def test_calls_are_told_in_deltas() -> None:
    text = "Now.\n" + text_of("hermes", call("search", {"text": "x"})) + "\nDone."
    message, deltas = parse_with_deltas(DIALECTS["hermes"], list(text))
    started = [d for d in deltas if isinstance(d, ToolCallStarted)]
    finished = [d for d in deltas if isinstance(d, ToolCallFinished)]
    assert [(d.index, d.name) for d in started] == [(0, "search")]
    assert [d.call for d in finished] == list(message.tool_calls)
    assert "".join(d.text for d in deltas if isinstance(d, ContentDelta)) == message.content == "Now.\nDone."
    assert not any(isinstance(d, ReasoningDelta) for d in deltas)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ('<tool_call>{"name": "search", "arguments": {"text": "x"}}</tool_call>', {"text": "x"}),
        ('<tool_call>[{"name": "search", "arguments": {"text": "x"}}]</tool_call>', {"text": "x"}),
        ('<tool_call>{"name": "search", "arguments": "{\\"text\\": \\"x\\"}"}</tool_call>', {"text": "x"}),
        ('<tool_call>{"arguments": {"text": "x"}, "name": "search"}</tool_call>', {"text": "x"}),
        (
            "<tool_call>\n<function=search>\n<parameter=text>\nx\n</parameter>\n</function>\n</tool_call>",
            {"text": "x"},
        ),
        ("<tool_call>search\n<arg_key>text</arg_key>\n<arg_value>x</arg_value>\n</tool_call>", {"text": "x"}),
        ('{"name": "search", "arguments": {"text": "x"}}', {"text": "x"}),
        ('```json\n{"name": "search", "arguments": {"text": "x"}}\n```', {"text": "x"}),
        ('[{"name": "search", "parameters": {"text": "x"}}]', {"text": "x"}),
        (
            '<tool_call>{"function": {"name": "search", "arguments": {"text": "x"}}}</tool_call>',
            {"text": "x"},
        ),
    ],
)
def test_other_notations_behind_the_same_mark(text: str, arguments: dict[str, str]) -> None:
    for name in ("hermes", "qwen-coder", "glm"):
        message = parse(DIALECTS[name], text)
        assert [(c.name, c.arguments) for c in message.tool_calls] == [("search", arguments)]
        assert message.content == ""


@pytest.mark.parametrize(
    "text",
    [
        "A <tool_call> is a mark, and </tool_call> its end.",
        "`<tool_call>`",
        '{"name": "unknown", "arguments": {}}',
        '```json\n{"a": 1}\n```',
        "[1] a source",
        "<tool_call>",
        "search(text='x') finds it",
    ],
)
def test_what_only_looks_like_a_call_is_text(text: str) -> None:
    message = parse(DIALECTS["hermes"], text + " Yes.")
    assert message.tool_calls == ()
    assert message.content == text + " Yes."


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ('{"name": "search", "arguments": {"text": "x",}}', {"text": "x"}),
        ("{'name': 'search', 'arguments': {'text': 'it\\'s', 'flag': True}}", {"text": "it's", "flag": True}),
        ('{"name": "search", "arguments": {"text": "x"', {"text": "x"}),
        ('{"name": "search", "arguments": {"text": "x"}}}', {"text": "x"}),
        ('{"name": "search", "arguments": {"text": "a\nb"}}', {"text": "a\nb"}),
        ('{"name": "search"}', {}),
    ],
)
def test_slips_of_certain_meaning_are_repaired(text: str, arguments: dict[str, object]) -> None:
    message = parse(DIALECTS["hermes"], f"<tool_call>\n{text}\n</tool_call>")
    assert [(c.name, c.arguments, c.repaired) for c in message.tool_calls] == [("search", arguments, True)]
    assert message.truncated_in == ""


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "search", "arguments": {"text": x}}',
        '{"name": "search", "arguments": {"text" "x"}}',
        '{"name": "search", "arguments": [1]}',
        '{"name": "search", "arguments": {"text": "x}}',
    ],
)
def test_other_mistakes_reach_the_caller_as_they_are(text: str) -> None:
    message = parse(DIALECTS["hermes"], f"<tool_call>\n{text}\n</tool_call>")
    assert [(c.name, c.arguments, c.is_malformed) for c in message.tool_calls] == [("search", text, True)]
    assert message.truncated_in == ""


def test_one_broken_call_does_not_spoil_the_next() -> None:
    good = text_of("hermes", call("search", {"text": "x"}))
    message = parse(DIALECTS["hermes"], f'<tool_call>\n{{"name": "search" !}}\n</tool_call>\n{good}')
    assert [c.is_malformed for c in message.tool_calls] == [True, False]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("<function=search>\n<parameter=text>\nx\n</parameter>\n</function>", {"text": "x"}),
        (
            "<tool_call>\n<function=search>\n<parameter=text>x</parameter></function></tool_call>",
            {"text": "x"},
        ),
        (
            "<tool_call>\n<function=search>\n<parameter=text>\nx\n<parameter=count>\n2\n</parameter>\n"
            "</function>\n</tool_call>",
            {"text": "x", "count": 2},
        ),
        ("<tool_call>\n<function=search>\n<parameter=text>\nx\n</function>\n</tool_call>", {"text": "x"}),
        ("<tool_call>\n<function=search>\n<parameter=text>\nx\n</parameter>\n</tool_call>", {"text": "x"}),
        ('<tool_call>\n<function=search>\n{"text": "x"}\n</function>\n</tool_call>', {"text": "x"}),
    ],
)
def test_tags_that_are_missing(text: str, arguments: dict[str, object]) -> None:
    message = parse(DIALECTS["qwen-coder"], text)
    assert [(c.name, c.arguments) for c in message.tool_calls] == [("search", arguments)]
    assert message.content == ""


def test_ids_of_the_model_are_kept_and_others_made() -> None:
    kimi = parse(DIALECTS["kimi"], text_of("kimi", call("search", {}), call("search", {})))
    assert [c.id for c in kimi.tool_calls] == ["functions.search:0", "functions.search:1"]
    mistral = parse(DIALECTS["mistral"], text_of("mistral", call("search", {}, 4)))
    assert [c.id for c in mistral.tool_calls] == ["abcdefgh4"]
    texts = text_of("hermes", call("search", {}))
    ids = {parse(DIALECTS["hermes"], texts, prompt=Prompt(p)).tool_calls[0].id for p in ("a", "a", "b")}
    assert len(ids) == 2
    assert all(len(id) == 9 and id.isalnum() for id in ids)
