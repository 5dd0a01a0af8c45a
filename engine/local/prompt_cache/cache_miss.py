"""Cache misses: why tokens of a conversation are recomputed."""

from __future__ import annotations

from typing import NamedTuple

from engine.api import GenerateRequest
from engine.errors import ErrorInfo
from engine.local.model.sequences import common_length
from engine.values import Message

# Fewer recomputed tokens than this are not reported.
FEWEST = 64
# So many conversations' last requests are known.
_KNOWN = 64


class _Last(NamedTuple):
    request: GenerateRequest
    tokens: list[int]


class CacheMisses:
    """Remembers each conversation's last request and its result."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def why(
        self, request: GenerateRequest, tokens: list[int], cached: int, *, steps_back: bool = True
    ) -> ErrorInfo | None:
        """The reason of a cache miss, None if hardly anything is recomputed. `cached` of `tokens` are reused;
        `steps_back`: the memory could be truncated where the prompt differs.

        Codes `reuse.*`, each with `tokens`, the number recomputed that could have been spared.
        """
        last = self._last.get(request.conversation) if request.conversation else None
        if last is None:
            again = _before_the_question(request, len(tokens)) - cached
            return ErrorInfo("reuse.not_kept", {"tokens": again}) if again >= FEWEST else None
        # What lies behind the tokens of the last time is new anyway.
        again = min(len(tokens), len(last.tokens)) - cached
        if again < FEWEST:
            return None
        same = common_length(tokens, last.tokens)
        if same - cached >= FEWEST:
            return ErrorInfo("reuse.not_kept" if steps_back else "reuse.cannot_step_back", {"tokens": again})
        return _difference(last.request, request, again)

    def note(self, request: GenerateRequest, tokens: list[int]) -> None:
        """Record the end of the conversation's last answer, with the tokens of prompt and answer."""
        if not request.conversation:
            return
        self._last.pop(request.conversation, None)
        while len(self._last) >= _KNOWN:
            del self._last[next(iter(self._last))]
        self._last[request.conversation] = _Last(request, list(tokens))

    def forget(self, conversation: str) -> None:
        """Forget a conversation, "": all."""
        if conversation:
            self._last.pop(conversation, None)
        else:
            self._last.clear()


def _before_the_question(request: GenerateRequest, tokens: int) -> int:
    """Roughly how many prompt tokens the last answer had in memory, 0 without one, by lengths of texts."""
    lengths = [len(each.content) + len(each.reasoning_content) for each in request.messages]
    answers = [index for index, each in enumerate(request.messages) if each.role == "assistant"]
    if not request.conversation or not answers or not sum(lengths):
        return 0
    return tokens * sum(lengths[: answers[-1] + 1]) // sum(lengths)


def _difference(before: GenerateRequest, now: GenerateRequest, again: int) -> ErrorInfo:
    if _instructions(before.messages) != _instructions(now.messages):
        return ErrorInfo("reuse.instructions", {"tokens": again})
    if before.tools != now.tools:
        return ErrorInfo("reuse.tools", {"tokens": again})
    turn = 0
    for old, new in zip(before.messages, now.messages, strict=False):
        turn += new.role == "user"
        if (old.role, old.content) != (new.role, new.content):
            return ErrorInfo("reuse.edited", {"turn": max(turn, 1), "tokens": again})
    if before.reasoning != now.reasoning:
        return ErrorInfo("reuse.reasoning", {"tokens": again})
    return ErrorInfo("reuse.template", {"tokens": again})


def _instructions(messages: tuple[Message, ...]) -> list[str]:
    return [message.content for message in messages if message.role == "system"]
