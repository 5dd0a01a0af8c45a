"""The calls of an answer as they are printed."""

from __future__ import annotations

import json
from typing import Any

from app.cli.printable import printable
from app.sentences import Language, Sentence
from app.store.records import Message
from engine.values import ToolCall

_WORDS = {
    "coerced": Sentence(
        "given the type that the tool wants: {coercions}", "도구가 바라는 형식으로 바꿈: {coercions}"
    ),
    "repaired": Sentence("a slip in its JSON was repaired", "JSON의 작은 실수를 고침"),
    "cut": Sentence("ended early, as there was no room left", "자리가 모자라 일찍 끝낸 호출"),
    "malformed": Sentence("this call cannot be read; as written", "읽을 수 없는 호출, 쓰인 그대로"),
}


def call_lines(message: Message, language: Language) -> list[str]:
    """Each call as `name({...})`, with what was done to read it in brackets behind it."""
    return [printable(_line(call, language)) for call in message.tool_calls]


def call_objects(message: Message) -> list[dict[str, Any]]:
    """The calls as the contract's JSON has them; `arguments` of a malformed one are its raw text."""
    return [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls]


def _line(call: ToolCall, language: Language) -> str:
    if isinstance(call.arguments, str):
        return f"[{getattr(_WORDS['malformed'], language)}] {call.name}({call.arguments})"
    said = []
    if call.coercions:
        said.append(getattr(_WORDS["coerced"], language).format(coercions=", ".join(call.coercions)))
    if call.repaired:
        said.append(getattr(_WORDS["repaired"], language))
    if call.cut:
        said.append(getattr(_WORDS["cut"], language))
    remark = f"  [{'; '.join(said)}]" if said else ""
    return f"{call.name}({json.dumps(call.arguments, ensure_ascii=False)}){remark}"
