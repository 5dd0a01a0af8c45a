"""Completions of raw text and of gaps in code, OpenAI's older protocol. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.server.asks import Answer, AnswerEvent, Ask, ContentTokens
from app.server.openai.chat_answer import DONE, frame, usage_of, usage_value
from app.server.openai.chat_request import biases_of, choices_of, most_tokens, sampling_of, stops_of
from app.server.openai.errors import error_value
from app.server.openai.schema import CompletionRequest
from app.server.refusal import Refusal, bad_request
from engine.api import Delta, Finished
from engine.values import FillIn, RawPrompt, TokenLogprob, Usage

_MOST_CHOICES = 16
# As the protocol says; clients that want more ask for it.
_USUAL_TOKENS = 16


def completion_asks(request: CompletionRequest) -> list[Ask]:
    """An ask for each choice of each prompt, in their order. Raises Refusal 400, with the field."""
    if request.best_of is not None and request.best_of != (request.n or 1):
        raise bad_request("It has to be as many as n.", "best_of", "unsupported_value")
    if request.echo and request.logprobs is not None:
        raise bad_request("The prompt has no probabilities here.", "logprobs", "unsupported_value")
    prompts = prompts_of(request)
    count = request.n or 1
    if len(prompts) * count > _MOST_CHOICES:
        raise bad_request(f"There may be {_MOST_CHOICES} answers at most.", "prompt")
    limited = request.max_tokens is not None or request.max_completion_tokens is not None
    asks = [
        Ask(
            model=request.model or "",
            sampling=sampling_of(request),
            max_tokens=most_tokens(request) if limited else _USUAL_TOKENS,
            stop=stops_of(request.stop),
            logit_bias=biases_of(request.logit_bias),
            top_logprobs=request.logprobs,
            prompt=prompt,
        )
        for prompt in prompts
    ]
    return [choice for ask in asks for choice in choices_of(ask, count)]


def prompts_of(request: CompletionRequest) -> list[RawPrompt | FillIn]:
    """The prompts; with a suffix they are gaps to be filled."""
    given = request.prompt
    each: list[Any] = (
        [given] if isinstance(given, str) or (given and isinstance(given[0], int)) else list(given)
    )
    if not each:
        raise bad_request("There is no prompt.", "prompt")
    prompts: list[RawPrompt | FillIn] = []
    for one in each:
        if isinstance(one, str):
            prompts.append(RawPrompt(one) if not request.suffix else FillIn(one, request.suffix))
        elif (
            isinstance(one, list) and one and all(type(token) is int and 0 <= token < 2**31 for token in one)
        ):
            if request.suffix or request.echo:
                raise bad_request("Of tokens there is no suffix and no echo.", "prompt", "unsupported_value")
            prompts.append(RawPrompt(tuple(one)))
        else:
            raise bad_request("It has to be text, tokens, or a list of either.", "prompt")
    return prompts


def echoes_of(request: CompletionRequest, asks: Sequence[Ask]) -> list[str]:
    """What stands in front of the text of each choice."""
    prompts = [ask.prompt for ask in asks]
    if not request.echo:
        return ["" for _ in prompts]
    return [str(one.prompt) if isinstance(one, RawPrompt) else one.prefix if one else "" for one in prompts]


class CompletionWriter:
    """Writes one completion: a choice for each of `echoes`, the text in front of it, and `per_prompt` choices for
    each prompt. `created` is in seconds since 1970."""

    content_type = "text/event-stream; charset=utf-8"
    keep_alive = b": wait\n\n"

    def __init__(
        self,
        id: str,
        created: int,
        model: str,
        echoes: Sequence[str],
        per_prompt: int = 1,
        with_usage: bool = False,
    ) -> None:
        self._id, self._created, self._model, self._with_usage = id, created, model, with_usage
        self._echoes, self._per_prompt = list(echoes), per_prompt
        self._tokens = [ContentTokens() for _ in echoes]
        self._offsets = [len(echo) for echo in echoes]
        self._waiting = list(echoes)
        self._ends: dict[int, Finished] = {}

    def frames(self, event: AnswerEvent) -> bytes:
        frames = b"".join(self._chunk([choice]) for choice in self._told(event))
        if isinstance(event, Finished):
            self._ends[event.id] = event
            if len(self._ends) == len(self._echoes):
                usage = usage_value(self._usage(self._ends))
                frames += (self._chunk([], usage=usage) if self._with_usage else b"") + DONE
        return frames

    def failed(self, refusal: Refusal) -> bytes:
        return frame(error_value(refusal)) + DONE

    def whole(self, choices: Sequence[Answer]) -> Any:
        told = []
        for index, answer in enumerate(choices):
            assert answer.finished is not None
            self._ends[index] = answer.finished
            logprobs = logprobs_value(answer.logprobs, len(self._echoes[index]))
            text = self._echoes[index] + answer.content
            told.append(_choice(index, text, logprobs, _reason(answer.finished)))
        return {**self._head(), "choices": told, "usage": usage_value(self._usage(self._ends))}

    def _told(self, event: AnswerEvent) -> Iterator[dict[str, Any]]:
        index = event.id
        tokens = self._tokens[index].take(event)
        if isinstance(event, Delta) and event.channel == "content":
            text, self._waiting[index] = self._waiting[index] + event.text, ""
            logprobs = logprobs_value(tokens, self._offsets[index])
            self._offsets[index] += sum(len(_shown(token)) for token in tokens)
            yield _choice(index, text, logprobs, None)
        elif isinstance(event, Finished):
            yield _choice(index, self._waiting[index], None, _reason(event))

    def _usage(self, ends: dict[int, Finished]) -> Usage:
        """The choices of one prompt read it once."""
        listed = [ends[index] for index in sorted(ends)]
        groups = [listed[at : at + self._per_prompt] for at in range(0, len(listed), self._per_prompt)]
        each = [usage_of(group) for group in groups]
        return Usage(
            sum(usage.prompt_tokens for usage in each),
            sum(usage.cached_tokens for usage in each),
            sum(usage.completion_tokens for usage in each),
        )

    def _head(self) -> dict[str, Any]:
        return {"id": self._id, "object": "text_completion", "created": self._created, "model": self._model}

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return frame({**self._head(), "choices": choices, **more})


def logprobs_value(tokens: Sequence[TokenLogprob], offset: int) -> dict[str, Any] | None:
    """Tokens with their probabilities in the older form; the first stands at the letter `offset`."""
    if not tokens:
        return None
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(_shown(token))
    return {
        "tokens": [_shown(token) for token in tokens],
        "token_logprobs": [token.logprob for token in tokens],
        "top_logprobs": [{_shown(top): top.logprob for top in token.top} for token in tokens],
        "text_offset": offsets,
    }


def _shown(token: TokenLogprob) -> str:
    return token.data.decode(errors="replace")


def _choice(index: int, text: str, logprobs: dict[str, Any] | None, reason: str | None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": logprobs, "finish_reason": reason}


def _reason(finished: Finished) -> str:
    return "length" if finished.reason == "length" else "stop"
