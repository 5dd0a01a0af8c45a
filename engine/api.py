"""Public API of the engine: requests, events, and the `Engine` protocol that each engine implements.

All values are frozen msgspec structs. Requests and events cross a process boundary as JSON, so they hold
plain data only. Token counts are tokens, durations seconds, speeds tokens per second, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from engine.activity import Activity, CacheActivity
from engine.errors import ErrorInfo
from engine.placement.plan import LoadedWeights, Machine, Plan
from engine.requests import GenerateRequest as GenerateRequest
from engine.requests import LoadRequest as LoadRequest
from engine.requests import TokenizeRequest as TokenizeRequest
from engine.values import (
    ExpertsFired,
    FinishReason,
    Picture,
    ReasoningControl,
    Sampling,
    Timings,
    TokenLogprob,
    ToolCall,
    Usage,
)


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


class LoadProgress(msgspec.Struct, frozen=True, tag="load_progress"):
    fraction: float


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    model: ModelFacts


class Replanned(msgspec.Struct, frozen=True, tag="replanned"):
    """Between two answers the loaded model was placed in another way; the newest notice of its plan says why."""

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
    | Replanned
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

        Raises UserError `engine.no_model`, `engine.crashes_too_often`, or `engine.too_deep` for tools or a schema
        that are nested too deep to be sent.
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
