"""The output items of a response, as they come to be. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from app.server.asks import AnswerEvent, ContentTokens, WrittenCall, rest_of
from app.server.openai.responses.tools import INPUT, Offered
from app.server.token_values import logprobs_of
from engine.api import Delta, Finished, ToolCallDelta, ToolCalled

_ID_PREFIXES = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}
_PARTS = {"message": "output_text", "reasoning": "reasoning_text"}
_EMPTY: dict[str, dict[str, Any]] = {
    "message": {"role": "assistant"},
    "reasoning": {"summary": [], "encrypted_content": None},
}


class Items:
    """Tells each event of an answer as events of Responses, and puts the items together. `id` is what theirs are
    made of; one item is open at a time."""

    def __init__(self, id: str, offered: dict[str, Offered]) -> None:
        self._id, self._offered = id, offered
        self.output: list[dict[str, Any]] = []
        self._is_open = False
        self._calls: dict[str, WrittenCall] = {}
        self._tokens = ContentTokens()

    def told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        tokens = logprobs_of(self._tokens.take(event))
        if isinstance(event, Delta):
            yield from self._text(
                "message" if event.channel == "content" else "reasoning", event.text, tokens
            )
        elif isinstance(event, ToolCallDelta):
            yield from self._call(event.call, event.name, event.text)
        elif isinstance(event, ToolCalled):
            rest = rest_of(event.call, self._calls.get(event.call.id))
            yield from self._call(event.call.id, event.call.name, rest)
        elif isinstance(event, Finished):
            yield from self._end("incomplete" if event.reason == "length" else "completed")

    def _text(self, kind: str, text: str, tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        if not self._is_at(kind):
            yield from self._begin({"type": kind, **_EMPTY[kind], "content": []})
            self._item["content"].append(_part(kind))
            yield self._of_part("response.content_part.added", part=_part(kind))
        part = self._item["content"][0]
        part["text"] += text
        if kind == "message":
            part["logprobs"] = [*part["logprobs"], *tokens]
        told = {"logprobs": tokens} if kind == "message" else {}
        yield self._of_part(f"response.{_PARTS[kind]}.delta", delta=text, **told)

    def _call(self, id: str, name: str, text: str) -> Iterator[dict[str, Any]]:
        is_known = id in self._calls
        call = self._calls.setdefault(id, WrittenCall(id, name))
        call.arguments += text
        tool = self._offered.get(name, Offered(name))
        if not is_known:
            kind = "custom_tool_call" if tool.is_custom else "function_call"
            space = {"namespace": tool.namespace} if tool.namespace else {}
            said = {"input": ""} if tool.is_custom else {"arguments": ""}
            yield from self._begin({"type": kind, "call_id": id, "name": tool.name, **space, **said})
        if not tool.is_custom and text and self._is_at("function_call"):
            self._item["arguments"] += text
            yield self._event("response.function_call_arguments.delta", delta=text)

    def _begin(self, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from self._end("completed")
        number = len(self.output)
        prefix = _ID_PREFIXES[item["type"]]
        self.output.append({"id": f"{prefix}_{self._id}{number:02}", **item, "status": "in_progress"})
        self._is_open = True
        yield self._event("response.output_item.added", item=_copied(self._item))

    def _end(self, status: str) -> Iterator[dict[str, Any]]:
        """Close the item that is open."""
        if not self._is_open:
            return
        self._is_open = False
        item, kind = self._item, self._item["type"]
        if kind in _PARTS:
            part = item["content"][0]
            told: dict[str, Any] = {"logprobs": part["logprobs"]} if kind == "message" else {}
            yield self._of_part(f"response.{_PARTS[kind]}.done", text=part["text"], **told)
            yield self._of_part("response.content_part.done", part=_copied(part))
        elif kind == "function_call":
            done = "response.function_call_arguments.done"
            yield self._event(done, name=item["name"], arguments=item["arguments"])
        else:
            item["input"] = _free_text(self._calls[item["call_id"]].arguments)
            yield self._event("response.custom_tool_call_input.delta", delta=item["input"])
            yield self._event("response.custom_tool_call_input.done", input=item["input"])
        item["status"] = status
        yield self._event("response.output_item.done", item=_copied(item))

    def _is_at(self, kind: str) -> bool:
        return self._is_open and self._item["type"] == kind

    @property
    def _item(self) -> dict[str, Any]:
        return self.output[-1]

    def _of_part(self, type: str, **told: Any) -> dict[str, Any]:
        return self._event(type, content_index=0, **told)

    def _event(self, type: str, **told: Any) -> dict[str, Any]:
        at = {"output_index": len(self.output) - 1}
        if "item" not in told:
            at["item_id"] = self._item["id"]
        return {"type": type, **at, **told}


def _part(kind: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": _PARTS[kind], "text": ""}
    return part | {"annotations": [], "logprobs": []} if kind == "message" else part


def _copied(item: dict[str, Any]) -> dict[str, Any]:
    """As it is now: it is written on meanwhile."""
    if "content" in item:
        return {**item, "content": [dict(part) for part in item["content"]]}
    return dict(item)


def _free_text(arguments: str) -> str:
    """What a tool for free text is given; a call that can't be read is told as it is."""
    try:
        return str(msgspec.json.decode(arguments)[INPUT])
    except (msgspec.DecodeError, RecursionError, TypeError, KeyError):
        return arguments
