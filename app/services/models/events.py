"""Events of the model in use and its requests."""

from __future__ import annotations

import msgspec

from app.services.events import ServiceEvent
from app.services.models.loaded_model import LoadedModel, LoadReason, Resting
from app.store.records import Message
from engine.activity import Activity, CacheActivity
from engine.api import EngineState, ModelFacts
from engine.errors import ErrorInfo
from engine.values import ExpertsFired, Timings, Usage


class Owner(msgspec.Struct, frozen=True):
    """Whom the model writes for: the answer `message` of a chat, the turn of a `run` in its `step`, or both where a
    run writes the answer. 0: none."""

    message: int = 0
    run: int = 0
    step: int = 0


class GenerationQueued(ServiceEvent, frozen=True):
    """A request waits for a KV slot: `ahead` requests come first, 0 once it has one."""

    owner: Owner
    ahead: int


class PromptProgress(ServiceEvent, frozen=True):
    """`done` of `total` prompt tokens are processed; `recomputed`, as in `Usage`, where it is worth
    reporting.
    """

    owner: Owner
    done: int
    total: int
    recomputed: ErrorInfo | None = None


class TextDelta(ServiceEvent, frozen=True):
    """New text, to be appended; `AnswerFinished` has the whole of an answer, `ModelTurn` that of a run.

    It came in so many `pieces`, as good as one for each token.
    """

    owner: Owner
    reasoning: str
    content: str
    pieces: int = 1


class ArgumentsDelta(ServiceEvent, frozen=True):
    """New text of the JSON of a tool call that a run's turn makes; `ToolCalled` in its journal has the whole."""

    owner: Owner
    call: str
    name: str
    text: str


class AnswerFinished(ServiceEvent, frozen=True):
    """An answer as it is stored: its state, error, usage and timings say how it ended, `notices` what else to
    know.
    """

    message: Message


class ModelAnswered(ServiceEvent, frozen=True):
    """An answer that a person or a run asked for has ended, whatever came of it: `usage` and `timings` are what it
    took. `model` is a path or the name of one elsewhere, `conversation` as `engine_names` has it. `domains` names the
    counters of its energy."""

    model: str
    conversation: str
    usage: Usage
    timings: Timings
    domains: str = ""


class ModelUsed(ServiceEvent, frozen=True):
    """A request of the model has begun or ended."""


class ExpertsObserved(ServiceEvent, frozen=True):
    """Experts that fired in a conversation; from the engine's reader thread."""

    conversation: int
    fired: ExpertsFired


class ModelChanged(ServiceEvent, frozen=True):
    """The state of the model. `fraction` while loading, `error` when it is lost or could not load.

    `notices`, when it is ready: what the user should know of how it was placed, such as what was given up so
    that it could be loaded. `without_workers`: the error is about a worker, and
    `Models.reload(without_workers=True)` may help. `workers` are those that it holds while it is loading or
    ready: they answer nobody else. `tuning`, in the state "loading": placements are measured first, and
    nothing is loaded meanwhile. `because`, when it is loading or ready: why it is loaded. `resting`, in the
    state "empty": the next request loads it. `facts` are then those that it had last, if any. `trouble`, of a model
    elsewhere: why its server failed the last answer.
    """

    state: EngineState
    name: str
    path: str
    fraction: float = 0.0
    facts: ModelFacts | None = None
    error: ErrorInfo | None = None
    log_tail: tuple[str, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()
    without_workers: bool = False
    workers: tuple[str, ...] = ()
    tuning: bool = False
    because: LoadReason = "chosen"
    resting: Resting = ""
    trouble: ErrorInfo | None = None


class ModelReplanned(ServiceEvent, frozen=True):
    """Between two answers the loaded model was placed in another way, which is faster for long conversations."""

    name: str


class LoadedModelChanged(ServiceEvent, frozen=True):
    """The loaded model, its users and its unload time; None: no model."""

    loaded_model: LoadedModel | None


class ActivityChanged(ServiceEvent, frozen=True):
    """The engine's activity; None: no model is loaded, or it had no request yet."""

    activity: Activity | None


class CacheChanged(ServiceEvent, frozen=True):
    """Activity of the expert cache in its last second of use; None: no model with one is loaded, or it was
    not used yet.
    """

    activity: CacheActivity | None
