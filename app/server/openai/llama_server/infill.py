"""Gaps in code as llama-server's clients ask for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.server.asks import Answer, AnswerEvent, Ask
from app.server.openai.chat_answer import frame
from app.server.openai.chat_request import sampling_of, stops_of
from app.server.openai.errors import error_value
from app.server.openai.schema import Sampled
from app.server.refusal import Refusal
from engine.api import Delta, Finished
from engine.values import FillIn

_MS = 1000.0


class OtherFile(msgspec.Struct):
    text: str
    filename: str = ""


class InfillRequest(Sampled, kw_only=True):
    """The body of POST /infill. `prompt` is what is written behind the prefix already."""

    input_prefix: str = ""
    input_suffix: str = ""
    input_extra: list[OtherFile] | None = None
    prompt: str | None = None
    n_predict: int | None = None


def infill_ask(request: InfillRequest) -> Ask:
    """Raises Refusal 400 for what isn't possible, with the field."""
    others = tuple((each.filename, each.text) for each in request.input_extra or ())
    prefix = request.input_prefix + (request.prompt or "")
    return Ask(
        model=request.model or "",
        sampling=sampling_of(request),
        max_tokens=max(0, request.n_predict if request.n_predict is not None else request.max_tokens or 0),
        stop=stops_of(request.stop),
        prompt=FillIn(prefix, request.input_suffix, files=others),
    )


class InfillWriter:
    """Writes what fills one gap."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b": wait\n\n"

    def __init__(self, model: str) -> None:
        self._model = model

    def frames(self, event: AnswerEvent) -> bytes:
        if isinstance(event, Delta):
            return frame({"content": event.text, "stop": False})
        return frame(self._ending("", event)) if isinstance(event, Finished) else b""

    def failed(self, refusal: Refusal) -> bytes:
        return frame(error_value(refusal))

    def whole(self, choices: Sequence[Answer]) -> Any:
        (answer,) = choices
        assert answer.finished is not None
        return self._ending(answer.content, answer.finished)

    def _ending(self, content: str, finished: Finished) -> dict[str, Any]:
        usage, times = finished.usage, finished.timings
        by_word = "word" if finished.stop else "eos"
        return {
            "content": content,
            "stop": True,
            "model": self._model,
            "stop_type": "limit" if finished.reason == "length" else by_word,
            "stopping_word": finished.stop,
            "tokens_predicted": usage.completion_tokens,
            "tokens_evaluated": usage.prompt_tokens,
            "tokens_cached": usage.cached_tokens,
            "timings": {
                "prompt_n": usage.prompt_tokens - usage.cached_tokens,
                "prompt_ms": times.prefill_s * _MS,
                "prompt_per_second": times.prefill_tps,
                "predicted_n": usage.completion_tokens,
                "predicted_ms": times.decode_s * _MS,
                "predicted_per_second": times.decode_tps,
            },
        }
