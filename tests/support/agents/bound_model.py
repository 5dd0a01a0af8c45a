"""The starter model in a run: it would not call by itself, so its first turns must call a given tool."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from agents.api import ChatModel, Measured, ModelRequest, ModelResponse, OnText
from engine.values import Sampling

DRAWN = Sampling(temperature=0.8, seed=4)


class Bound:
    """The model behind `chat_model`, whose turns must call those tools of `order` that are offered, one after the
    other, then none. A turn has `most` tokens."""

    remote = False

    def __init__(self, chat_model: ChatModel, order: Sequence[str], most: int) -> None:
        self._chat_model, self._order, self._most = chat_model, list(order), most
        self.name = chat_model.name

    def ready(self) -> int:
        return self._chat_model.ready()

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        return self._chat_model.measure(ask, texts)

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        offered = {tool["function"]["name"] for tool in ask.tools}
        while self._order and self._order[0] not in offered:
            self._order.pop(0)
        choice = self._order.pop(0) if self._order and ask.choice != "none" else "none"
        most = min(ask.max_tokens, self._most)
        return self._chat_model.stream(
            msgspec.structs.replace(ask, choice=choice, max_tokens=most, sampling=DRAWN), on_text, cancelled
        )
