"""Token estimate for an unknown tokenizer: rather too many than too few. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from engine.remote.pictures import patches_of, text_of

# What templates put around each message and each tool, at most.
PER_MESSAGE, PER_TOOL = 8, 24
_PART = re.compile(r"[A-Za-z]+|[^\S\n]+|\n+|[^\x00-\x7f]+|.", re.DOTALL)


def text_tokens(text: str) -> int:
    """Words in pieces of four letters, each digit and sign one, other scripts one for each two bytes of UTF-8.

    Byte-pair vocabularies of 32,000 tokens and more stay below that for prose, code and Korean; what is random
    (hashes, base64) may take more.
    """
    total = 0
    for part in _PART.findall(text):
        if part.isascii() and part.isalpha():
            total += math.ceil(len(part) / 4)
        elif part.isspace():
            total += 0 if part == " " else math.ceil(len(part) / 4)
        elif part.isascii():
            total += 1
        else:
            total += math.ceil(len(part.encode("utf-8", "replace")) / 2)
    return total


def message_tokens(message: dict[str, Any]) -> int:
    """Of one message in OpenAI's shape."""
    total = PER_MESSAGE + text_tokens(text_of(message) or "") + patches_of(message)
    total += text_tokens(message.get("reasoning_content") or "")
    for call in message.get("tool_calls", ()):
        function = call["function"]
        total += PER_MESSAGE + text_tokens(function["name"]) + text_tokens(function["arguments"])
    return total


def tools_tokens(tools: Sequence[dict[str, Any]]) -> int:
    if not tools:
        return 0
    # In JSON the estimate is some 60 % above what vocabularies of tool callers take, and so covers templates that
    # print a schema over many lines.
    return sum(PER_TOOL + text_tokens(json.dumps(tool, ensure_ascii=False)) for tool in tools)


class Learned:
    """Improves estimates from servers' counts: counted prefixes are not estimated again, and low estimates
    are raised. One model; not thread-safe."""

    KEPT = 16
    MARGIN = 1.1

    def __init__(self) -> None:
        self._known: list[tuple[list[dict[str, Any]], str, int]] = []
        self._ratio = 1.0

    def counted(self, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]], tokens: int) -> None:
        """Record a prompt's token count."""
        estimated = sum(map(message_tokens, messages)) + tools_tokens(tools)
        if estimated > 0:
            self._ratio = max(self._ratio, min(4.0, self.MARGIN * tokens / estimated))
        self._known = [*self._known[-self.KEPT + 1 :], (messages, _shown(tools), tokens)]

    def text(self, text: str) -> int:
        return math.ceil(self._ratio * text_tokens(text))

    def prompt(self, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> int:
        """The count of the longest known prefix plus an estimate of the rest."""
        shown = _shown(tools)
        start, base = 0, tools_tokens(tools)
        known = False
        for before, its_tools, tokens in self._known:
            length = len(before)
            if its_tools == shown and length > start and messages[:length] == before:
                start, base, known = length, tokens, True
        rest = sum(map(message_tokens, messages[start:]))
        return base + math.ceil(self._ratio * rest) if known else math.ceil(self._ratio * (base + rest))


def _shown(tools: Sequence[dict[str, Any]]) -> str:
    return json.dumps(list(tools), sort_keys=True)
