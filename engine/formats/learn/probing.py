"""Probe conversations with unique names and values, rendered to learn a template."""

from __future__ import annotations

import json
from typing import Any

from engine.formats.render.messages import Conversation
from engine.formats.render.template import Template

QUESTION, ANSWER, LATER = "Qx7question", "Qx7answer", "Qx7later"
NAMES = ("qx7first", "qx7second")
IDS = ("qx7iduno1", "qx7iddos2")
KEYS = ("qx7keya", "qx7keyb")
VALUES = ("Qx7valuea", "Qx7valueb")
STRINGS: dict[str, Any] = dict(zip(KEYS, VALUES, strict=True))
_USER: dict[str, Any] = {"role": "user", "content": QUESTION}


def tools_for(names: tuple[str, ...] = NAMES) -> list[dict[str, Any]]:
    """Definitions of the tools that are called, with everything that templates ask for."""
    properties = {key: {"type": "string", "description": "Qx7about"} for key in KEYS}
    schema = {"type": "object", "properties": properties, "required": list(KEYS)}
    return [
        {
            "type": "function",
            "function": {"name": name, "description": "Qx7does", "parameters": schema},
        }
        for name in names
    ]


class Probe:
    """Renders calls in history in one of the ways that templates accept. `followed`: with another message
    behind, as some templates treat the last one differently."""

    def __init__(
        self, template: Template, *, text_arguments: bool, content: str | None, followed: bool = False
    ) -> None:
        self.template = template
        self.text_arguments = text_arguments
        self.content = content
        self.followed = followed

    def calls(self, *arguments: dict[str, Any], id_end: str = "") -> str:
        """The text of a reply with a call for each of `arguments`, "" where the template refuses."""
        calls = [
            {
                "id": IDS[number] + id_end,
                "type": "function",
                "function": {
                    "name": NAMES[number],
                    "arguments": json.dumps(given) if self.text_arguments else given,
                },
            }
            for number, given in enumerate(arguments)
        ]
        answer = {"role": "assistant", "content": self.content, "tool_calls": calls}
        conversation: Conversation = [_USER, answer]
        if self.followed:
            conversation.append(
                {"role": "tool", "content": LATER, "tool_call_id": IDS[0] + id_end, "name": NAMES[0]}
            )
        return self._reply(conversation)

    def refuses_long_ids(self) -> bool:
        """Whether ids must have the nine letters of those used here (Mistral)."""
        return not self.calls(STRINGS, id_end="-and-more")

    def alone(self) -> Probe:
        """The same without any words of the answer."""
        return Probe(self.template, text_arguments=self.text_arguments, content="", followed=self.followed)

    def answer(self) -> str:
        conversation: Conversation = [_USER, {"role": "assistant", "content": ANSWER}]
        if self.followed:
            conversation.append({"role": "user", "content": LATER})
        return self._reply(conversation)

    def _reply(self, conversation: Conversation) -> str:
        text = self.template.try_render(conversation, tools_for(), add_generation_prompt=False) or ""
        place = text.rfind(QUESTION)
        return text[place + len(QUESTION) :].partition(LATER)[0] if place >= 0 else ""
