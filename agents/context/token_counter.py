"""Token counts of texts and prompts by the model's own tokenizer, cached."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from agents.api import ChatModel, ModelRequest
from engine.values import Message

# Number of counts that are cached. One takes some 150 bytes.
_MOST = 50_000


class Meter:
    """Counts with a model's tokenizer. One for each run; not for several threads at once.

    Methods raise UserError where there is no model to ask.
    """

    def __init__(self, chat_model: ChatModel) -> None:
        self.chat_model = chat_model
        self._counts: OrderedDict[bytes, int] = OrderedDict()
        self._tools: dict[bytes, int] = {}

    def texts(self, texts: Sequence[str]) -> tuple[int, ...]:
        """The tokens of each text alone."""
        new = self._unknown(texts)
        if new:
            self._remember(new, self.chat_model.measure(ModelRequest(_ANY), new).texts)
        return tuple(self._counts[_of(text)] if text else 0 for text in texts)

    def prompt(self, ask: ModelRequest, texts: Sequence[str] = ()) -> int:
        """The tokens of the whole prompt; caches those of `texts`."""
        new = self._unknown(texts)
        measured = self.chat_model.measure(ask, new)
        self._remember(new, measured.texts)
        return measured.prompt

    def tools(self, tools: tuple[dict[str, Any], ...], system: str) -> int:
        """The tokens that these definitions, and what the template says around them, add to a prompt."""
        if not tools:
            return 0
        key = _key(msgspec.json.encode([system, tools]))
        if key not in self._tools:
            messages = (Message("system", system), *_ANY) if system else _ANY
            bare = self.chat_model.measure(ModelRequest(messages)).prompt
            self._tools[key] = max(0, self.chat_model.measure(ModelRequest(messages, tools)).prompt - bare)
        return self._tools[key]

    def _unknown(self, texts: Sequence[str]) -> list[str]:
        return [text for text in dict.fromkeys(texts) if text and _of(text) not in self._counts]

    def _remember(self, texts: Sequence[str], counts: Sequence[int]) -> None:
        for text, count in zip(texts, counts, strict=True):
            self._counts[_of(text)] = count
        while len(self._counts) > _MOST:
            self._counts.popitem(last=False)


_ANY = (Message("user", "?"),)


def _of(text: str) -> bytes:
    return _key(text.encode("utf-8", "surrogatepass"))


def _key(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
