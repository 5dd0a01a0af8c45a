"""Requests to an engine: to load a model, to answer, to tell tokens. Plain data, which crosses a process boundary as
JSON; who uses an engine has them from `engine.api`."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.placement.plan import PlacementOptions
from engine.values import FillIn, Message, RawPrompt, Reasoning, Sampling


class LoadRequest(msgspec.Struct, frozen=True):
    """Load one GGUF file, placed as `options` say. The host plans, loads, and checks where the weights lie.

    `options.context` 0 means: the model's own length, at most `DEFAULT_CONTEXT`. `watch_experts` as in
    `Engine.watch_experts`. `calibrations` is the folder that keeps what was measured of this machine, and which
    experts were resident when a model was used last; "": what is usual is assumed, and nothing is kept.
    `remembered`: the options are stored ones, so budgets of devices that have gone since are left out instead
    of refused. `states` is the folder where what was read of conversations is kept between uses, at most
    `states_limit` bytes; "": nothing is written.
    """

    path: str
    options: PlacementOptions = PlacementOptions()
    threads: int = 0
    watch_experts: bool = False
    calibrations: str = ""
    remembered: bool = False
    states: str = ""
    states_limit: int = 0


class GenerateRequest(msgspec.Struct, frozen=True):
    """Requests one answer. `id` is chosen by the caller and names the answer in every event.

    `continue_last`: the last message is a partial answer to continue; events carry only new text.
    `max_tokens` 0: up to the end of the context. Sampling `overrides` that are None fall to the model's
    defaults. `tools` are definitions in OpenAI's shape. `tool_choice` is "auto", "required", "none" or a
    tool's name; the calls come in `Finished`. `parallel_tool_calls` False: the reply ends after its first call.
    `logit_bias` are tokens of the model, each with what is added to its logit before anything else (within
    `LOGIT_BIAS_BOUNDS`); grammars hold nevertheless. `conversation` names the conversation, the same for each of its
    turns; "" for a single answer that is never written to disk. `drafts` False: no speculative decoding.

    `reply` is a JSON schema: the content, never the reasoning before it, is a document that satisfies it
    ({"type": "object"} for any object), or there are calls in its place where `tools` are offered. Members come in
    the order in which the schema declares them, and undeclared ones only where it speaks of them. A document for
    which there is no room is completed as shortly as the schema lets it. A schema that no grammar keeps is an error
    that names why, `schema.not_followed`.

    Of several requests at once with the same prompt, for several choices of an answer, it is read once.

    `top_logprobs`: the tokens come in `TokenLogprobs` too, each with so many of the likeliest in its place; None: no
    probabilities, as of every model elsewhere. `score`: nothing is written; the last message, an answer, is read
    again, and its tokens come in `TokenLogprobs`, reasoning and marks of calls included. It shares the steps with
    other answers, gives way to them, and is aborted as they are.

    `prompt` takes the place of the messages, of which there are none then: what continues it comes as content,
    without reasoning, calls or other marks.

    `client` names the program that asks, "" is the person: their own answers come first, then those of clients, each
    in its turn, however many another has waiting.
    """

    id: int
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    reasoning: Reasoning = "auto"
    max_tokens: int = 0
    stop: tuple[str, ...] = ()
    continue_last: bool = False
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str = "auto"
    parallel_tool_calls: bool = True
    logit_bias: tuple[tuple[int, float], ...] = ()
    reply: dict[str, Any] | None = None
    conversation: str = ""
    drafts: bool = True
    top_logprobs: int | None = None
    score: bool = False
    client: str = ""
    prompt: RawPrompt | FillIn | None = None


class TokenizeRequest(msgspec.Struct, frozen=True):
    """Asks for the tokens of a text, the text of tokens, or both of the prompt that a request would make.

    `parse_special`: what looks like a special token in a text is one. `add_special`: a text begins as the model wants
    a prompt to, with BOS or without.
    """

    id: int
    given: str | tuple[int, ...] | GenerateRequest
    parse_special: bool = False
    add_special: bool = False
