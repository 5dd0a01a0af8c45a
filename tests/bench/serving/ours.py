"""Answers of Coterie's own engine."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from engine.api import Delta, EngineLost, Event, Finished, GenerateRequest, Loaded, LoadFailed, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.bench.serving.answers import Answer

PATIENCE = 600.0
# Weights settle while the engine rests, as before a person has written the second question.
_REST_S = 3.0
GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0, seed=1)


class Asked:
    """An answer under way."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self._text: list[str] = []
        self._first = self._ended = 0.0
        self._end: Finished | None = None
        self.begun = threading.Event()
        self._done = threading.Event()

    def hear(self, event: Delta | Finished) -> None:
        if isinstance(event, Delta):
            self._first = self._first or time.monotonic()
            self._text.append(event.text)
            self.begun.set()
            return
        self._ended, self._end = time.monotonic(), event
        self.begun.set()
        self._done.set()

    def answer(self) -> Answer:
        """Wait for its end. Raises RuntimeError where it failed."""
        if not self._done.wait(PATIENCE) or self._end is None or self._end.error:
            raise RuntimeError(f"no answer: {self._end}")
        usage, timings = self._end.usage, self._end.timings
        return Answer(
            "".join(self._text),
            self.started,
            (self._first or self._ended) - self.started,
            self._ended - self.started,
            usage.prompt_tokens,
            usage.prompt_tokens - usage.cached_tokens,
            usage.completion_tokens,
            timings.prefill_tps,
            timings.decode_tps,
            timings.python_s / timings.decode_s if timings.decode_s else 0.0,
        )


class Ours:
    """A loaded engine. Ask from any thread."""

    def __init__(self, model: Path, context: int, states: str = "") -> None:
        self._asked: dict[int, Asked] = {}
        self._ids = itertools.count(1)
        self._loaded = threading.Event()
        self._failure: object = None
        self._engine = LocalEngine(self._hear)
        self._engine.load(
            LoadRequest(str(model), PlacementOptions(context), states=states, states_limit=2**30)
        )
        if not self._loaded.wait(PATIENCE) or self._failure:
            self._engine.close()
            raise RuntimeError(f"the model could not be loaded: {self._failure}")
        self.answer("Say one word.", "warm", 4)
        time.sleep(_REST_S)

    def __enter__(self) -> Ours:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Delta | Finished):
                self._asked[event.id].hear(event)
            elif isinstance(event, Loaded | LoadFailed | EngineLost):
                self._failure = None if isinstance(event, Loaded) else event.error
                self._loaded.set()

    def ask(
        self,
        messages: str | Sequence[Message],
        conversation: str,
        tokens: int,
        *,
        drafts: bool = False,
        stop: tuple[str, ...] = (),
    ) -> Asked:
        if isinstance(messages, str):
            messages = (Message("user", messages),)
        id = next(self._ids)
        asked = self._asked[id] = Asked()
        last = messages[-1].role == "assistant"
        self._engine.generate(
            GenerateRequest(
                id,
                tuple(messages),
                GREEDY,
                max_tokens=tokens,
                stop=stop,
                continue_last=last,
                conversation=conversation,
                drafts=drafts,
            )
        )
        return asked

    def answer(
        self, messages: str | Sequence[Message], conversation: str, tokens: int, *, drafts: bool = False
    ) -> Answer:
        return self.ask(messages, conversation, tokens, drafts=drafts).answer()

    def set_priority(self, conversation: str) -> None:
        self._engine.set_priority(conversation)

    def forget(self, conversation: str) -> None:
        self._engine.forget(conversation)
