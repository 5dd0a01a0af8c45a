"""What the services tell their subscribers. Sent from service threads; the desktop's bridge makes signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from agents.events import Entry
from agents.permissions.values import ApprovalRequest
from app.services.residence import LoadReason, Residence, Resting
from app.services.run_values import RunRecord
from app.store.records import Conversation, Download, Message
from engine.api import Activity, CacheActivity, EngineState, ModelFacts, ToolCall
from engine.errors import ErrorInfo
from engine.placement.plan import Device, Machine, PlannedModel


class ConversationChanged(msgspec.Struct, frozen=True):
    """Created, renamed, pinned, deleted or restored, new branch shown, options changed."""

    conversation: Conversation


class MessageAdded(msgspec.Struct, frozen=True):
    """A message became the new end of the shown branch (an answer arrives with state "streaming")."""

    message: Message


class BranchShown(msgspec.Struct, frozen=True):
    """The shown path changed somewhere before its end: read it again."""

    conversation: int


class AnswerQueued(msgspec.Struct, frozen=True):
    """An answer begins: the model is asked for it, or loaded first."""

    message: int


class AnswerWaits(msgspec.Struct, frozen=True):
    """The answer waits for a place beside others: `ahead` of them come first, 0 once it has its place."""

    message: int
    ahead: int


class AnswerPrefill(msgspec.Struct, frozen=True):
    """`done` of `total` tokens of the prompt are read; `reread`, as in `Usage`, where that is worth a word."""

    message: int
    done: int
    total: int
    reread: ErrorInfo | None = None


class AnswerDelta(msgspec.Struct, frozen=True):
    """New text of a streaming answer, to append. It came in so many `pieces`, as good as one for each token."""

    message: int
    reasoning: str
    content: str
    pieces: int = 1


class AnswerRun(msgspec.Struct, frozen=True):
    """A run writes this answer with tools, from now on or again: what it does is told as of any run."""

    message: int
    run: int


class AnswerRestarted(msgspec.Struct, frozen=True):
    """What was told of a streaming answer so far is none of its text: it belongs to a step of its run, or broke off.
    The text begins anew."""

    message: int


class AnswerToolCall(msgspec.Struct, frozen=True):
    """A streaming answer has made a call, in the order of its calls; the stored answer has them all again."""

    message: int
    call: ToolCall


class AnswerFinished(msgspec.Struct, frozen=True):
    """The answer as it is stored: its state, error, usage and timings say how it ended, `notices` what else is to
    be known of it."""

    message: Message


class SummaryStarted(msgspec.Struct, frozen=True):
    """The model writes a summary of the beginning of a conversation, now part `part` of `parts`: what was told of the
    text so far is taken into it, and the text begins anew."""

    conversation: int
    part: int
    parts: int


class SummaryDelta(msgspec.Struct, frozen=True):
    """New text of a summary, to append."""

    conversation: int
    text: str


class SummaryEnded(msgspec.Struct, frozen=True):
    """The whole text of a summary, which is not in use yet. `error` says why it ended early, or is empty."""

    conversation: int
    text: str
    error: ErrorInfo | None = None


class ModelChanged(msgspec.Struct, frozen=True):
    """The engine's state. `fraction` while loading, `error` when it is lost or could not load.

    `notices`, when it is ready: what the user should know of how it was placed, such as what was given up so
    that it could be loaded.
    `without_workers`: the error is about a worker, and `Models.reload(without_workers=True)` may help.
    `workers` are those that it holds while it is loading or ready: they answer nobody else.
    `tuning`, in the state "loading": placements are measured first, and nothing is loaded meanwhile.
    `because`, when it is loading or ready: why it is loaded.
    `resting`, in the state "empty": the next request loads it. `facts` are then those that it had last, if any.
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


class ResidenceChanged(msgspec.Struct, frozen=True):
    """What is in memory of the model, for whom and until when; None: nothing."""

    residence: Residence | None


class ActivityChanged(msgspec.Struct, frozen=True):
    """What the engine does; None: no model is loaded, or nothing was asked of it yet."""

    activity: Activity | None


class CacheChanged(msgspec.Struct, frozen=True):
    """What the cache of single experts did in the last second it was in use; None: no model with one is loaded, or it
    was not used yet."""

    activity: CacheActivity | None


class StoreFailed(msgspec.Struct, frozen=True):
    """Something could not be saved (disk full, read-only); the text stays on screen and is tried again."""

    error: ErrorInfo


class MachineChanged(msgspec.Struct, frozen=True):
    """Surveyed anew, or its bandwidths were measured: plans made before may be other ones now."""

    machine: Machine


class PlacementChanged(msgspec.Struct, frozen=True):
    """The exact plan of a model is there, or the reason why there is none."""

    path: str
    planned: PlannedModel | None
    error: ErrorInfo | None = None


class WorkerState(msgspec.Struct, frozen=True):
    """A machine that lends its memory, as it was when it was last asked. `address` is "host:port".

    "unchecked": not asked since the start. `error` says in words why one is "away".
    """

    address: str
    state: Literal["unchecked", "checking", "ready", "away"] = "unchecked"
    devices: tuple[Device, ...] = ()
    error: ErrorInfo | None = None


class WorkersChanged(msgspec.Struct, frozen=True):
    """Added, removed or checked; in the order of the settings."""

    workers: tuple[WorkerState, ...]


class ExpertsChanged(msgspec.Struct, frozen=True):
    """What fired in a conversation so far, of the model at `path`. `counts[layer][expert]`: how often; a layer
    without routed experts has an empty row. `tokens` were watched; of the last answer's time the share
    `overhead` went into that (0.05: five percent)."""

    conversation: int
    tokens: int
    counts: tuple[tuple[int, ...], ...]
    overhead: float
    path: str = ""


class TuneProgress(msgspec.Struct, frozen=True):
    """`done` of `total` percent of the time are over. `kind` is what the last trial changed ("planned":
    nothing, else as in `engine.placement.variations`), with its speed; "" before the first has ended."""

    path: str
    done: int
    total: int
    kind: str = ""
    decode_tps: float = 0.0


class DownloadChanged(msgspec.Struct, frozen=True):
    """Added, or in another state, place or for another reason; "done" means that it is in the library."""

    download: Download


class DownloadProgress(msgspec.Struct, frozen=True):
    """`received` of `total` bytes, `rate` bytes per second, `seconds_left` -1.0 while that cannot be told. Told at
    most four times a second for each download. While verifying, `received` counts what was read again."""

    download: int
    received: int
    total: int
    rate: float = 0.0
    seconds_left: float = -1.0


class LibraryChanged(msgspec.Struct, frozen=True):
    """A model came, went, was renamed, verified or found missing; read the library again."""


class VerifyProgress(msgspec.Struct, frozen=True):
    """`done` of `total` bytes of a model were read and compared; `repairing` while bytes are fetched again."""

    model: str
    done: int
    total: int
    repairing: bool = False


class MoveProgress(msgspec.Struct, frozen=True):
    """The library's folder moves to `folder`: `done` of `total` bytes are there. Equal when it is over."""

    folder: str
    done: int
    total: int


class RunChanged(msgspec.Struct, frozen=True):
    """A run came, or is in another state, step or place in the list."""

    run: RunRecord


class RunRemoved(msgspec.Struct, frozen=True):
    """A run went to the trash, or out of it for good."""

    run: int


class RunEntries(msgspec.Struct, frozen=True):
    """New events in a run's journal, in order."""

    run: int
    entries: tuple[Entry, ...]


class RunWaits(msgspec.Struct, frozen=True):
    """The turn that a run waits for waits itself, as in `AnswerWaits`; where the model tells it."""

    run: int
    ahead: int


class RunPrefill(msgspec.Struct, frozen=True):
    """`done` of `total` tokens are read of the prompt for the turn that a run waits for; where the model tells it.
    `reread` as in `AnswerPrefill`."""

    run: int
    done: int
    total: int
    reread: ErrorInfo | None = None


class RunDelta(msgspec.Struct, frozen=True):
    """New text of the turn that the model is writing, to append; the whole comes with its `ModelTurn`."""

    run: int
    step: int
    reasoning: str
    content: str


class RunAsks(msgspec.Struct, frozen=True):
    """A run waits for a decision; None: it does not wait any more."""

    run: int
    request: ApprovalRequest | None


class GrantsChanged(msgspec.Struct, frozen=True):
    """A grant was made or revoked."""


class ServersChanged(msgspec.Struct, frozen=True):
    """An MCP server came, went, started, stopped, failed or changed its tools."""


class ElsewhereChanged(msgspec.Struct, frozen=True):
    """The server of models elsewhere at `url` came, went or was set up anew."""

    url: str


ServiceEvent = (
    ConversationChanged
    | MessageAdded
    | BranchShown
    | AnswerQueued
    | AnswerWaits
    | AnswerPrefill
    | AnswerDelta
    | AnswerRun
    | AnswerRestarted
    | AnswerToolCall
    | AnswerFinished
    | SummaryStarted
    | SummaryDelta
    | SummaryEnded
    | ModelChanged
    | ResidenceChanged
    | ActivityChanged
    | CacheChanged
    | StoreFailed
    | MachineChanged
    | PlacementChanged
    | WorkersChanged
    | ExpertsChanged
    | TuneProgress
    | DownloadChanged
    | DownloadProgress
    | LibraryChanged
    | VerifyProgress
    | MoveProgress
    | RunChanged
    | RunRemoved
    | RunEntries
    | RunWaits
    | RunPrefill
    | RunDelta
    | RunAsks
    | GrantsChanged
    | ServersChanged
    | ElsewhereChanged
)
Subscriber = Callable[[list[ServiceEvent]], None]
