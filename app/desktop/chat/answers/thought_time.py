"""How long a streaming answer has thought."""

from __future__ import annotations

import time

from app.store.records import Message


class ThoughtTime:
    """`seconds` and `tokens` that the thought has taken so far; `runs` while the model thinks."""

    def __init__(self) -> None:
        self.tokens = 0
        self._before = 0.0
        self._since: float | None = None

    @classmethod
    def so_far(cls, message: Message) -> ThoughtTime:
        """What the record of a streaming answer tells; it runs on where no answer has begun."""
        made = cls()
        made.tokens = message.usage.reasoning_tokens if message.usage else 0
        made._before = message.timings.reasoning_s if message.timings else 0.0
        if not (message.content or message.tool_calls):
            made.go_on()
        return made

    @property
    def runs(self) -> bool:
        return self._since is not None

    @property
    def seconds(self) -> float:
        return self._before if self._since is None else time.monotonic() - self._since

    def go_on(self, tokens: int = 0) -> None:
        self.tokens += tokens
        if self._since is None:
            self._since = time.monotonic() - self._before

    def stop(self) -> None:
        self._before, self._since = self.seconds, None
