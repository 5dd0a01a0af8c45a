"""Tool calls of an answer, as printed."""

from __future__ import annotations

import json
from typing import Any

from app.cli.printable import printable
from app.language import Language
from app.messages import localized
from app.store.records import Message
from engine.values import ToolCall


def call_lines(message: Message, language: Language) -> list[str]:
    """Each call as `name({...})`, with corrections in brackets."""
    return [printable(_line(call, language)) for call in message.tool_calls]


def call_objects(message: Message) -> list[dict[str, Any]]:
    """The calls as the contract's JSON has them; `arguments` of a malformed one are its raw text."""
    return [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls]


def _line(call: ToolCall, language: Language) -> str:
    if isinstance(call.arguments, str):
        return f"[{localized('cli.tool_call.malformed', language)}] {call.name}({call.arguments})"
    said = []
    if call.coercions:
        said.append(localized("cli.tool_call.coerced", language, coercions=", ".join(call.coercions)))
    if call.repaired:
        said.append(localized("cli.tool_call.repaired", language))
    if call.cut:
        said.append(localized("cli.tool_call.cut", language))
    remark = f"  [{'; '.join(said)}]" if said else ""
    return f"{call.name}({json.dumps(call.arguments, ensure_ascii=False)}){remark}"
