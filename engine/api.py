"""The face of the engine: what can be asked of it, what it tells, and the protocol that every engine keeps.

All values are frozen msgspec structs. Requests and events cross a process boundary as JSON, so they hold
plain data only. Token counts are tokens, durations seconds, speeds tokens per second, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import LoadedWeights, Machine, PlacementOptions, Plan
from engine.values import (
    ExpertsFired,
    FinishReason,
    Message,
    Reasoning,
    ReasoningControl,
    Sampling,
    Timings,
    ToolCall,
    Usage,
)


class LoadRequest(msgspec.Struct, frozen=True):
    """Load one GGUF file, placed as `options` say. The host plans, loads, and checks where the weights lie.

    `options.context` 0 means: the model's own length, at most `DEFAULT_CONTEXT`. `watch_experts` as in
    `Engine.watch_experts`. `calibrations` is the folder that keeps what was measured of this machine, and which
    experts were resident when a model was used last; "": what is usual is assumed, and nothing is kept.
    `remembered`: the wishes are kept from earlier, so budgets of devices that have gone since are left out instead
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
    """What the engine knows of a loaded model. `machine` is what the plan was made for, as it was just before the
    load: what is free in it is free again once the model is gone. `remote`: it runs somewhere else, and what it is
    asked leaves this machine; its `path` is then a name ("openai:URL#NAME"). `draft_model` is the path of the model
    that guesses ahead for it; where one was wished for and could not be loaded, the plan's notices say why.
    `graph_splits`: into how many pieces, each on one device, a step is cut for a prompt and for one token; (0, 0)
    where that is not known."""

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


class GenerateRequest(msgspec.Struct, frozen=True):
    """Ask for one answer. `id` is chosen by the caller and names the answer in every event.

    `continue_last`: the last message is a partial answer to go on with; the events bring only what is new.
    `max_tokens` 0 means: up to the end of the context. `overrides` of sampling left None fall to the model's.
    `tools` are definitions in OpenAI's shape. `tool_choice` is "auto", "required", "none" or a tool's name; what
    the model calls comes in `Finished`. `conversation` names what the answer belongs to, the same for each turn of
    it; "" for an answer of its own, of which nothing is written to the disk. `drafts` False: no token is guessed
    ahead.
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
    conversation: str = ""
    drafts: bool = True


class LoadProgress(msgspec.Struct, frozen=True, tag="load_progress"):
    fraction: float


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    model: ModelFacts


class LoadFailed(msgspec.Struct, frozen=True, tag="load_failed"):
    """Also after a cancel (`engine.load_cancelled`)."""

    error: ErrorInfo


class PrefillProgress(msgspec.Struct, frozen=True, tag="prefill"):
    """`done` of `total` prompt tokens are in memory, `cached` of them from before; `recomputed` as in `Usage`."""

    id: int
    done: int
    total: int
    cached: int
    recomputed: ErrorInfo | None = None


class Queued(msgspec.Struct, frozen=True, tag="queued"):
    """The answer waits for a place: `ahead` others come first. Told again when that changes, and 0 when it has
    its place; not at all to one that finds a place free."""

    id: int
    ahead: int


class Activity(msgspec.Struct, frozen=True, tag="activity"):
    """What the engine does, told once a second while it answers and once when it comes to rest.

    Over the time since the last one: tokens per second written by all answers together and read of all prompts,
    `rows` computed in a step and `streams` answers written in one, on average, and the share of the time spent
    outside llama.cpp. Since the load: tokens read, reused, drafted, accepted. Now: answers at work and waiting,
    `cells` of the context and how many are in use, bytes of kept states in RAM and on the disk.
    """

    answering: int = 0
    waiting: int = 0
    decode_tps: float = 0.0
    prefill_tps: float = 0.0
    rows: float = 0.0
    streams: float = 0.0
    python_share: float = 0.0
    read: int = 0
    reused: int = 0
    drafted: int = 0
    accepted: int = 0
    cells: int = 0
    cells_used: int = 0
    kept_bytes: int = 0
    kept_disk_bytes: int = 0


class CacheActivity(msgspec.Struct, frozen=True, tag="cache_activity"):
    """What the cache of single experts did, told once a second while it is in use, and once it is loaded.

    Over the time since the last one: `tokens` computed with it, `uses` of experts (one for each token, layer and
    expert chosen), how many of those were `hits`, bytes of experts brought to the device, and bytes of activations
    moved to it and back. Now: the experts that are resident, by layer; a layer that the cache does not serve has an
    empty row.
    """

    tokens: int
    uses: int
    hits: int
    brought_bytes: int
    moved_bytes: int
    warm_experts: tuple[tuple[int, ...], ...]


class Delta(msgspec.Struct, frozen=True, tag="delta"):
    """New text. Never taken back, never half a character."""

    id: int
    channel: Literal["reasoning", "content"]
    text: str


class ToolCalled(msgspec.Struct, frozen=True, tag="tool_called"):
    """The model has made a call, malformed or not, in the order of the reply; `Finished` has them all again."""

    id: int
    call: ToolCall


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The last event of a request, always sent. With `error` the text so far stands and can be continued.

    `tool_calls` are the calls that the reply makes, in their order, malformed ones included. `notices` say what
    the text alone does not: `reasoning.ignored_off` (the model was told not to think and did),
    `reasoning.cut_in_thought` and `tools.cut_in_call` (the reply ended inside).
    """

    id: int
    reason: FinishReason
    usage: Usage
    timings: Timings
    error: ErrorInfo | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """The end of a `measure`: the tokens of the whole prompt, template and tools included, and of each text alone.

    `exact` False: estimated, and never too low as far as is known, because the model's own tokenizer cannot be
    asked. With `error` nothing was measured.
    """

    id: int
    prompt: int = 0
    texts: tuple[int, ...] = ()
    exact: bool = True
    error: ErrorInfo | None = None


class EngineLost(msgspec.Struct, frozen=True, tag="lost"):
    """The host died or stopped answering. Each open request has got its `Finished` or `Measured` before this."""

    error: ErrorInfo
    log_tail: tuple[str, ...] = ()


Event = (
    LoadProgress
    | Loaded
    | LoadFailed
    | Queued
    | PrefillProgress
    | Delta
    | ToolCalled
    | ExpertsFired
    | Activity
    | CacheActivity
    | Finished
    | Measured
    | EngineLost
)
# Called from the engine's reader thread with the events that have come in, oldest first. Must return soon.
Listener = Callable[[list[Event]], None]
EngineState = Literal["empty", "loading", "ready", "lost", "closed"]


class Engine(Protocol):
    """One model behind one listener. Calls return at once; what happens is told through events."""

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

    def measure(self, request: GenerateRequest, texts: tuple[str, ...] = ()) -> None:
        """Count tokens of the prompt that `request` would make, and of `texts`; ends in `Measured`. Nothing is
        generated, and an answer under way is not waited for. Raises UserError as `generate` does.
        """
        ...

    def answer_now(self, request_id: int) -> None:
        """Let an answer begin: reasoning under way is closed as soon as no character is cut in two, and one that
        has not begun is closed where it begins. Does nothing to an answer that does not reason."""
        ...

    def set_priority(self, conversation: str) -> None:
        """The answers of this conversation come before all others from now on; "": none does."""
        ...

    def forget(self, conversation: str) -> None:
        """Drop what is kept of a conversation, "": of all, in memory and on the disk; returns at once. What an answer
        under way holds goes when it ends."""
        ...

    def limit_states(self, size: int) -> None:
        """Let what is kept on the disk take so many bytes from now on, 0: nothing more is written. What is there
        stays. Kept over a restart until the next `load`."""
        ...

    def watch_experts(self, on: bool) -> None:
        """Tell which experts fire (`ExpertsFired`), or stop it: answers under way go on, the next one reads its
        prompt again. Kept over a restart until the next `load`. A model without experts tells nothing."""
        ...

    def unload(self) -> None:
        """End the host and stay "empty", as before the first load; returns when it is gone. Its open answers end
        as cancelled, and a load under way ends without a word."""
        ...

    def close(self) -> None:
        """Unload and end the host for good; returns when it is gone."""
        ...
