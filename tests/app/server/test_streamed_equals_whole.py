"""However the engine cuts an answer, what streams is what does not. Pure."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.server.anthropic.message_answer import MessageWriter
from app.server.asks import Answer, AnswerEvent
from app.server.ollama.answer_lines import Kind, LineWriter
from app.server.openai.chat_answer import ChatWriter
from app.server.openai.responses.schema import ResponsesRequest
from app.server.openai.responses.writer import ResponseWriter
from engine.api import Delta, Finished, PrefillProgress, ToolCallDelta, ToolCalled
from engine.values import FinishReason, Timings, ToolCall, Usage

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@st.composite
def answers(draw: st.DrawFn) -> list[AnswerEvent]:
    """The events of one answer: reasoning, content, calls that are whole, malformed, or not told in pieces."""
    events: list[AnswerEvent] = [PrefillProgress(0, 3, 3, 0)]
    events += [Delta(0, "reasoning", text) for text in draw(st.lists(TEXT, max_size=3))]
    events += [Delta(0, "content", text) for text in draw(st.lists(TEXT, max_size=4))]
    calls = []
    for number in range(draw(st.integers(0, 3))):
        arguments: Any = draw(st.one_of(st.dictionaries(TEXT, TEXT, max_size=3), TEXT))
        call = ToolCall(f"call_{number}", "tool", arguments)
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        if draw(st.booleans()):
            cut = draw(st.integers(0, len(text)))
            pieces = ["", text[:cut], *([] if isinstance(arguments, str) else [text[cut:]])]
            events += [ToolCallDelta(0, call.id, call.name, piece) for piece in pieces]
        events.append(ToolCalled(0, call))
        calls.append(call)
    reason: FinishReason = draw(st.sampled_from(["stop", "length"]))
    return [*events, Finished(0, reason, Usage(3, 1, 5, 2), Timings(), None, tuple(calls))]


def whole_of(writer: Any, events: list[AnswerEvent]) -> Any:
    answer = Answer()
    for event in events:
        answer.take(event)
    return writer.whole([answer])


@given(answers())
def test_chat_completions(events: list[AnswerEvent]) -> None:
    whole = whole_of(ChatWriter("id", 1, "m"), events)["choices"][0]
    writer = ChatWriter("id", 1, "m", with_usage=True)
    frames = b"".join(writer.frames(event) for event in events).decode().split("\n\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    told: dict[str, Any] = {"content": "", "reasoning_content": "", "calls": {}, "reason": None}
    for frame in frames[:-2]:
        for choice in json.loads(frame.removeprefix("data: "))["choices"]:
            for name in ("content", "reasoning_content"):
                told[name] += choice["delta"].get(name, "")
            for call in choice["delta"].get("tool_calls", ()):
                kept = told["calls"].setdefault(call["index"], {"arguments": ""})
                kept |= {key: call[key] for key in ("id",) if key in call}
                kept["arguments"] += call["function"]["arguments"]
            told["reason"] = choice["finish_reason"]
    message = whole["message"]
    assert told["content"] == (message["content"] or "")
    assert told["reasoning_content"] == message.get("reasoning_content", "")
    assert told["reason"] == whole["finish_reason"]
    calls = [{"arguments": c["function"]["arguments"], "id": c["id"]} for c in message.get("tool_calls", ())]
    assert list(told["calls"].values()) == calls


@given(answers(), st.booleans(), st.booleans())
def test_messages(events: list[AnswerEvent], thinks: bool, is_shown: bool) -> None:
    whole = whole_of(MessageWriter("id", "m", thinks, is_shown), events)
    writer = MessageWriter("id", "m", thinks, is_shown)
    frames = b"".join(writer.frames(event) for event in events).decode().split("\n\n")[:-1]
    told = [json.loads(frame.partition("\ndata: ")[2]) for frame in frames]
    blocks: list[Any] = []
    for event in told:
        if event["type"] == "content_block_start":
            assert event["index"] == len(blocks)
            blocks.append(event["content_block"] | {"json": ""})
        elif event["type"] == "content_block_delta":
            assert event["index"] == len(blocks) - 1
            for name, text in event["delta"].items():
                if name != "type":
                    blocks[-1]["json" if name == "partial_json" else name] += text
    for block in blocks:
        written = block.pop("json")
        if block["type"] == "tool_use":
            block["input"] = input_of(written)
    assert blocks == whole["content"]
    assert told[0]["type"] == "message_start" and told[-1] == {"type": "message_stop"}
    assert told[-2]["delta"] == {
        "container": None,
        **{name: whole[name] for name in ("stop_reason", "stop_sequence", "stop_details")},
    }


def input_of(written: str) -> Any:
    try:
        read = json.loads(written or "{}")
    except json.JSONDecodeError:
        read = None
    return read if isinstance(read, dict) else {"invalid_json": written}


@given(answers(), st.booleans())
def test_responses(events: list[AnswerEvent], is_custom: bool) -> None:
    kind: dict[str, Any] = {"type": "custom" if is_custom else "function", "name": "tool"}
    request = ResponsesRequest(input="Hi", tools=[kind])
    whole = whole_of(ResponseWriter("id", "m", request, lambda: 1.0), events)
    writer = ResponseWriter("id", "m", request, lambda: 1.0)
    frames = b"".join(writer.frames(event) for event in events).decode().split("\n\n")[:-1]
    told = [json.loads(frame.partition("\ndata: ")[2]) for frame in frames]
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    texts: dict[str, str] = {}
    for event in told:
        if event["type"].endswith(".delta"):
            texts[event["item_id"]] = texts.get(event["item_id"], "") + event["delta"]
    for item in whole["output"]:
        said = item.get("input", item.get("arguments"))
        assert texts.get(item["id"], "") == (item["content"][0]["text"] if said is None else said)
    done = [event["item"] for event in told if event["type"] == "response.output_item.done"]
    assert done == whole["output"]
    assert {**told[-1]["response"], "sequence_number": 0} == {**whole, "sequence_number": 0}


@given(answers(), st.sampled_from(["chat", "generate"]))
def test_lines(events: list[AnswerEvent], kind: Kind) -> None:
    whole = whole_of(LineWriter(kind, "m", lambda: 1.0), events)
    writer = LineWriter(kind, "m", lambda: 1.0)
    lines = [json.loads(line) for event in events for line in writer.frames(event).splitlines()]
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    told = {"content": "", "thinking": "", "tool_calls": []}
    for line in lines:
        for name, value in (line["message"] if kind == "chat" else line).items():
            name = "content" if name == "response" else name
            if name in told:
                told[name] += value
    said = whole["message"] if kind == "chat" else whole
    assert told["content"] == said["content" if kind == "chat" else "response"]
    assert (told["thinking"], told["tool_calls"]) == (said.get("thinking", ""), said.get("tool_calls", []))
    ending = ("done_reason", "eval_count", "prompt_eval_count", "total_duration")
    assert [lines[-1][name] for name in ending] == [whole[name] for name in ending]
