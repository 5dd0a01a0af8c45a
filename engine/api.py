"""Public API of the engine: requests, events, and the `Engine` protocol that each engine implements.

All values are frozen msgspec structs. Requests and events cross a process boundary as JSON, so they hold
plain data only. Token counts are tokens, durations seconds, speeds tokens per second, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from engine.activity import Activity, CacheActivity
from engine.errors import ErrorInfo
from engine.placement.plan import LoadedWeights, Machine, PlacementOptions, Plan
from engine.values import (
    ExpertsFired,
    FillIn,
    FinishReason,
    Message,
    Picture,
    RawPrompt,
    Reasoning,
    ReasoningControl,
    Sampling,
    Timings,
    TokenLogprob,
    ToolCall,
    Usage,
)


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


class ModelFacts(msgspec.Struct, frozen=True):
    """Describes a loaded model. `machine` is the machine as planned for, just before the load: memory that
    is free in it is free again after an unload. `remote`: the model runs elsewhere and prompts leave this
    machine; `path` is then a name ("openai:URL#NAME"). `draft_model` is the path of the draft model in
    use; where a requested one could not be loaded, the plan's notices say why. `graph_splits`: the number
    of graph splits of a prefill and of a decode step; (0, 0) if unknown. `sees`: it takes pictures in messages.
    `fills`: it takes a `FillIn`."""

    path: str
    name: str
    architecture: str
    quantisation: str
    context: int
    trained_context: int
    reasoning: ReasoningControl
    sampling: Sampling
    load_s: float
    plan: Plan | None = None
    weights: LoadedWeights | None = None
    machine: Machine | None = None
    remote: bool = False
    draft_model: str = ""
    graph_splits: tuple[int, int] = (0, 0)
    sees: bool = False
    fills: bool = False


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
    probabilities. `score`: nothing is written; the last message, an answer, is read again, and its tokens come in
    `TokenLogprobs`, reasoning and marks of calls included. It shares the steps with other answers, gives way to them,
    and is aborted as they are.

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


class LoadProgress(msgspec.Struct, frozen=True, tag="load_progress"):
    fraction: float


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    model: ModelFacts


class LoadFailed(msgspec.Struct, frozen=True, tag="load_failed"):
    """A load has failed, or was cancelled (`engine.load_cancelled`)."""

    error: ErrorInfo


class PrefillProgress(msgspec.Struct, frozen=True, tag="prefill"):
    """`done` of `total` prompt tokens are in memory, `cached` of them reused; `recomputed` as in `Usage`."""

    id: int
    done: int
    total: int
    cached: int
    recomputed: ErrorInfo | None = None


class Queued(msgspec.Struct, frozen=True, tag="queued"):
    """The answer waits for a KV slot behind `ahead` others. Emitted again on each change, 0 once it has a
    slot; never emitted if a slot is free at once."""

    id: int
    ahead: int


class Delta(msgspec.Struct, frozen=True, tag="delta"):
    """New text of an answer. Never retracted, never half a character."""

    id: int
    channel: Literal["reasoning", "content"]
    text: str


class TokenLogprobs(msgspec.Struct, frozen=True, tag="token_logprobs"):
    """The next tokens of an answer, with their probabilities. An end token is left out, and so is what the engine
    writes for the model, such as the end of a reasoning that is cut short."""

    id: int
    tokens: tuple[TokenLogprob, ...]


class ToolCallDelta(msgspec.Struct, frozen=True, tag="tool_call_delta"):
    """New text of the JSON of a tool call's arguments; the first, which may be empty, says that the call has begun.

    Never retracted. All of it together is the JSON of what `ToolCalled` brings under the same `call`, the call's id,
    or its beginning, where the call turns out malformed.
    """

    id: int
    call: str
    name: str
    text: str = ""


class ToolCalled(msgspec.Struct, frozen=True, tag="tool_called"):
    """One tool call of the reply, in order, malformed or not; `Finished` lists all of them again."""

    id: int
    call: ToolCall


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The last event of a request, always sent. With `error` the text so far stands and can be continued.

    `tool_calls` are the calls that the reply makes, in their order, malformed ones included. `stop` is the stop
    string that ended the answer, as the request has it; "" where none did, or where the server of a model elsewhere
    does not tell. `notices` say what the text alone does not: `reasoning.ignored_off` (reasoning was off and the
    model reasoned), `reasoning.cut_in_thought` and `tools.cut_in_call` (the reply ended inside), `answer.repeats` (it
    said the same again and again, and was ended).
    """

    id: int
    reason: FinishReason
    usage: Usage
    timings: Timings
    error: ErrorInfo | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()
    stop: str = ""


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """The result of `measure`: token counts of the whole prompt, template and tools included, and of each
    text.

    `exact` False: estimated, and never too low as far as is known, because the model's own tokenizer cannot be
    asked. With `error` nothing was measured.
    """

    id: int
    prompt: int = 0
    texts: tuple[int, ...] = ()
    exact: bool = True
    error: ErrorInfo | None = None


class Tokenized(msgspec.Struct, frozen=True, tag="tokenized"):
    """The result of `tokenize`: a text and its tokens. A picture is as many negative numbers as it takes rows. With
    `error` there is neither."""

    id: int
    text: str = ""
    tokens: tuple[int, ...] = ()
    error: ErrorInfo | None = None


class EngineLost(msgspec.Struct, frozen=True, tag="lost"):
    """The host died or stopped answering. Each open request has already got its end."""

    error: ErrorInfo
    log_tail: tuple[str, ...] = ()


# What a host sends; the end of a host itself is seen from outside.
HostEvent = (
    LoadProgress
    | Loaded
    | LoadFailed
    | Queued
    | PrefillProgress
    | Delta
    | TokenLogprobs
    | ToolCallDelta
    | ToolCalled
    | ExpertsFired
    | Activity
    | CacheActivity
    | Finished
    | Measured
    | Tokenized
)
Event = HostEvent | EngineLost
# Called from the engine's reader thread with the events that have come in, oldest first. Must return soon.
Listener = Callable[[list[Event]], None]
EngineState = Literal["empty", "loading", "ready", "lost", "closed"]


class Engine(Protocol):
    """One model with one event listener. Calls return at once; results arrive as events."""

    @property
    def state(self) -> EngineState: ...

    @property
    def model(self) -> ModelFacts | None: ...

    def load(self, request: LoadRequest) -> None:
        """Start loading; ends in `Loaded` or `LoadFailed`. Raises UserError `engine.crashes_too_often`."""
        ...

    def cancel_load(self) -> None: ...

    def generate(self, request: GenerateRequest) -> None:
        """Queue an answer; ends in `Finished`. A lost host is started and loaded again first.

        Raises UserError `engine.no_model` or `engine.crashes_too_often`.
        """
        ...

    def abort(self, request_id: int) -> None:
        """Stop an answer within 100 ms, in prefill as in decode; it ends in `Finished("cancelled")`."""
        ...

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...] = ()) -> None:
        """Count tokens of the prompt that `request` would make, and of texts and pictures; ends in `Measured`.
        Nothing is generated, and an answer under way is not waited for. Raises UserError as `generate` does.
        """
        ...

    def tokenize(self, request: TokenizeRequest) -> None:
        """End in `Tokenized`, without waiting for an answer. Raises UserError as `measure` does, and for a model
        elsewhere `tokens.elsewhere`."""
        ...

    def answer_now(self, request_id: int) -> None:
        """Start the answer: close the reasoning at the next character boundary, or where it would begin.
        Does nothing to a reply without reasoning."""
        ...

    def set_priority(self, conversation: str) -> None:
        """Schedule this conversation's answers before all others from now on; "": no priority."""
        ...

    def forget(self, conversation: str) -> None:
        """Drop the prompt cache of a conversation, "": of all, in memory and on disk; returns at once.
        What a running answer holds goes when it ends."""
        ...

    def limit_states(self, size: int) -> None:
        """Limit the prompt cache on disk to so many bytes, 0: write nothing more. Existing files stay.
        Kept over a restart until the next `load`."""
        ...

    def watch_experts(self, on: bool) -> None:
        """Emit `ExpertsFired`, or stop: running answers continue, the next one recomputes its prompt. Kept
        over a restart until the next `load`. A dense model emits none."""
        ...

    def unload(self) -> None:
        """End the host and become "empty"; returns when it is gone. Open answers end as cancelled, a load
        under way ends without an event."""
        ...

    def close(self) -> None:
        """Unload and end the host for good; returns when it is gone."""
        ...
