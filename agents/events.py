"""Events of a run's journal: append-only, never changed.

The page of a run, its resumption, its replay and every export are made from these events and from nothing
else. An `Entry` is an event with its place; as JSON it is one flat object, `{"run", "seq", "time", "kind",
...}`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import msgspec

from agents.budget import Budget
from agents.hooks import HookTime
from engine.errors import ErrorInfo
from engine.values import FinishReason, Message, Picture, Reasoning, Sampling, Timings, ToolCall, Usage

# What to do with an interrupted call: carry it out again, or skip it.
RetryChoice = Literal["again", "skip"]

# What needs no approval; the command line uses these words.
Mode = Literal["read", "ask", "workspace", "all-in-sandbox"]
RunStatus = Literal["completed", "stopped", "failed"]
# How much of a tool's definition a model gets: all, no descriptions of arguments, or besides one sentence each.
Schemas = Literal["whole", "compact", "brief"]
BackgroundEnd = Literal["exit", "model", "user", "run", "sandbox", "interrupted"]
ResultStatus = Literal["ok", "error", "denied", "timeout", "interrupted", "skipped"]


class ContextPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of the prompt of a turn, in tokens.

    `count` is how many texts it is made of, `shortened` how many of them are not whole. "reserve" is kept
    free for the answer.
    """

    name: Literal["system", "tools", "task", "turns", "results", "summary", "reserve"]
    tokens: int
    count: int = 1
    shortened: int = 0


class Followed(msgspec.Struct, frozen=True, array_like=True):
    """Project instructions that a person agreed to: the file's path from the workspace, and its text then."""

    path: str
    text: str


class Nested(msgspec.Struct, frozen=True, array_like=True):
    """Project instructions that a person agreed to and that count for files in `folder`, below the workspace."""

    folder: str
    path: str
    text: str


class RunStarted(msgspec.Struct, frozen=True, tag_field="kind", tag="run_started"):
    """The first event: what the run was started with.

    `model` is the name that was asked for, `remote` whether text leaves the machine for it.

    `system` is the whole system prompt, kept so that a resumed run sees the same. `tools` are the names of
    those at hand, in their order. `workspace` is an absolute path. `context` is the model's, in tokens.

    A run that answers in a chat has `before`, what was said there before the task; `tainted`: untrusted text
    is in it; `media` are the pictures in the task. `instructions` are the user's own for every answer, put behind
    the system prompt; `sampling` and `max_tokens` (0: as many as fit) are for each turn. `collection` names the one
    that `search_collection` searches, "" for none. `program` is the name of the one that had it started, "" for none.
    `readable` are paths that commands may read besides the workspace. `context_wish` is the length that a person
    chose for the model, 0: its own. `follows` are the project instructions in the system prompt, `unfollowed` names
    files of instructions that are not there, because nobody agreed to them. `skills` are those of the project that
    count, besides the person's own; `nested` are instructions that are told when a call names a file in their folder.
    `plan`: a plan comes first, which a person approves. `parent` is the run that gave it its task, 0 for none;
    `copied`: it works in a copy of that run's folder, which goes away at its end.
    """

    task: str
    workspace: str
    model: str
    mode: Mode
    budget: Budget
    tools: tuple[str, ...]
    system: str
    context: int
    remote: bool = False
    reasoning: Reasoning = "auto"
    recipe: str = ""
    sandbox: str = ""
    before: tuple[Message, ...] = ()
    tainted: bool = False
    instructions: str = ""
    sampling: Sampling = Sampling()
    max_tokens: int = 0
    media: tuple[Picture, ...] = ()
    collection: str = ""
    program: str = ""
    readable: tuple[str, ...] = ()
    context_wish: int = 0
    follows: tuple[Followed, ...] = ()
    unfollowed: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    nested: tuple[Nested, ...] = ()
    plan: bool = False
    parent: int = 0
    copied: bool = False


class RunResumed(msgspec.Struct, frozen=True, tag_field="kind", tag="run_resumed"):
    """A stopped, paused or crashed run goes on. `budget` is what it may use from here on; `message` what the user
    adds, "" for nothing. `model` is another one that takes over, "" for the same, and `remote` of that. `tools`,
    `system` and `context` stand here when the model was not ready before: as in `RunStarted`, in whose place they
    take. `plan`: a plan for the message comes first."""

    budget: Budget
    message: str = ""
    mode: Mode | None = None
    tools: tuple[str, ...] = ()
    system: str = ""
    context: int = 0
    model: str = ""
    remote: bool = False
    plan: bool = False


class ModelTurn(msgspec.Struct, frozen=True, tag_field="kind", tag="model_turn"):
    """A turn that the model has generated.

    Its calls follow as `ToolCalled`, one by one. `step` counts from 1.

    `parts` tell what it saw. `final`: it was asked for an answer without tools. `notices` as in
    `api.Finished`. One that broke off (`error`) or was given up ("cancelled") counts for nothing: its calls
    are not made, the model does not see it again, and the next turn has the same `step`.
    """

    step: int
    content: str
    reasoning: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    timings: Timings
    parts: tuple[ContextPart, ...] = ()
    tools: tuple[str, ...] = ()
    final: bool = False
    error: ErrorInfo | None = None
    notices: tuple[ErrorInfo, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.error is None and self.finish_reason not in ("cancelled", "error")


class ToolCalled(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_call"):
    """A call that the model wants. `call` names it within the run, whatever id the model gave it.

    `arguments` are as they will be used (types put right), or the raw text of a call that cannot be read.
    """

    step: int
    call: str
    name: str
    arguments: dict[str, Any] | str
    server: str = ""


class PlanWritten(msgspec.Struct, frozen=True, tag_field="kind", tag="plan"):
    """The plan of a run that plans first, as it stands now.

    "proposed" by the model, it waits for a person; `items` are its steps in order. A person who changes it makes it
    "edited", and "approved" follows. It is "rejected" with what they say, if anything, in `message`. `who` says whose
    the event is.
    """

    state: Literal["proposed", "edited", "approved", "rejected"]
    items: tuple[str, ...]
    who: Literal["model", "user"]
    message: str = ""

    @property
    def waits(self) -> bool:
        """Whether a person has yet to decide."""
        return self.state in ("proposed", "edited")


class Approval(msgspec.Struct, frozen=True, tag_field="kind", tag="approval"):
    """Whether a call may be carried out. Written for each call, asked or not, before anything is done.

    "asked" waits for a person; "allowed" or "denied" follows. `by`: the mode allowed it, a grant did, the
    user decided, a hard rail refused, or nobody was there to ask. `reasons` are codes that say why it was
    asked. `grant` is the id of the grant that matched or was made. `request` is what was shown, of an "asked"
    one.
    """

    call: str
    decision: Literal["asked", "allowed", "denied"]
    by: Literal["", "mode", "grant", "user", "rail", "nobody"] = ""
    scope: Literal["", "once", "run", "workspace", "server", "registries", "network"] = ""
    reasons: tuple[str, ...] = ()
    message: str = ""
    grant: str = ""
    request: dict[str, Any] | None = None


class Attributes(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a file, folder or link has besides its content and mode bits.

    `modified` is the time of its last change in nanoseconds since 1970, `owner` (user, group), `extended` the
    extended attributes by name, ACLs among them. `linked` is the path of a file in the workspace with the same
    `inode`, which may be its own, "" when there is none other; `outside` tells that one outside has it.
    """

    modified: int
    owner: tuple[int, int]
    extended: tuple[tuple[str, bytes], ...] = ()
    inode: int = 0
    linked: str = ""
    outside: bool = False


class FileChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file before and after a call. `path` is relative to the workspace, with "/". Hashes are SHA-256 of the
    content that is kept, "" where there was no file, or none is kept because it is too large (`kept` False).

    `mode` bits are those before, to be restored, `mode_after` those after; both are 0 where there was nothing.
    `link` is the target of a symbolic link, before if there was one; the hashes are then those of the targets.
    A pipe can be made again; "other" are sockets and devices, of which nothing can be kept.
    """

    path: str
    change: Literal["new", "changed", "deleted", "unknown"]
    before: str = ""
    after: str = ""
    bytes_before: int = 0
    bytes_after: int = 0
    mode: int = 0
    kind: Literal["file", "folder", "link", "pipe", "other"] = "file"
    link: str = ""
    kept: bool = True
    mode_after: int = 0
    attributes: Attributes | None = None
    attributes_after: Attributes | None = None


def count_files(changes: Collection[FileChange]) -> int:
    """How many files changed, or folders where these were all."""
    return sum(change.kind != "folder" for change in changes) or len(changes)


class SnapshotTaken(msgspec.Struct, frozen=True, tag_field="kind", tag="snapshot"):
    """Phase "before": what a call may change is kept, before it does. Phase "after": what it did change.

    `manifest` names the kept list of what was there: at the paths that the call names, or in the whole workspace
    when its changes are not known in advance. `files` of the first phase are those it names. `uncovered` counts
    files that are too large to keep or cannot be read: those cannot be undone. `attributes` are changes of times,
    owners, extended attributes and hard links alone, such as that of a folder in which a file is new.
    """

    call: str
    phase: Literal["before", "after"]
    files: tuple[FileChange, ...] = ()
    manifest: str = ""
    uncovered: int = 0
    attributes: tuple[FileChange, ...] = ()


class ToolResult(msgspec.Struct, frozen=True, tag_field="kind", tag="tool_result"):
    """The result of a call.

    `text` is what the model is given; when that is not all, `handle` names the whole in the journal's kept
    texts, which has `bytes` bytes. Of its `seconds` it `waited` for a person. `untrusted`: text that the
    user did not write, which may say anything; `own`: it is the workspace's own all the same. `summary` is a word
    or two for a person ("14 files"), `diff` a unified diff.
    """

    call: str
    status: ResultStatus
    text: str
    handle: str = ""
    bytes: int = 0
    seconds: float = 0.0
    untrusted: bool = False
    summary: str = ""
    diff: str = ""
    waited: float = 0.0
    own: bool = False


class ContextTrimmed(msgspec.Struct, frozen=True, tag_field="kind", tag="context_trimmed"):
    """A change of what the model sees. What it sees is at any time a function of the events so far.

    `reason`: "results" (those of `calls` are shown as head and tail, `texts` in the same order), "turns" (the
    first `turns` turns with their results are left out and `text` stands for them), "loop" (the repeated
    `calls` are taken out), "nudge" (`text` was said to the model), "tools" (only the tools `names` are
    offered), "final" (`text` asks for an answer without tools), "reasoning" (that of the first `turns` turns
    is not shown). `about` says what a nudge is about: a loop (of `calls`, or of a text), an answer that was
    empty, a call that was cut off, a plan that is missing, steps of the approved plan that are left.

    `turns` counts from the first turn of the run, or from what was said before its task if something was; a
    later one takes the place of an earlier one. `handles` are those of the whole results, in the order of
    `calls`. `schemas` is how much of the tools' descriptions is told. `by_model`: the model wrote the text
    that stands for the turns, for `usage`.
    """

    reason: Literal["results", "turns", "loop", "nudge", "tools", "final", "reasoning"]
    before_tokens: int = 0
    after_tokens: int = 0
    calls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    turns: int = 0
    text: str = ""
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    schemas: Schemas = "whole"
    by_model: bool = False
    usage: Usage = Usage()
    about: Literal["", "loop", "empty", "cut", "plan", "left", "nested"] = ""


class SubagentStarted(msgspec.Struct, frozen=True, tag_field="kind", tag="subagent_started"):
    """The call `call` has given `task` to a run of its own, whose journal is that of the run `child`.

    `model` is the name of its model, "" for that of this run. `copied`: it works in a copy of the workspace, and its
    changes are offered. `resumed`: it goes on that had been started before.
    """

    call: str
    child: int
    task: str
    model: str = ""
    copied: bool = False
    resumed: bool = False


class SubagentFinished(msgspec.Struct, frozen=True, tag_field="kind", tag="subagent_finished"):
    """The end of a run that had been given `task`: `status`, `reason`, `answer` and `error` as in its `RunFinished`.

    What all of it took counts in this run too: `tokens` and `calls`; its `seconds` are within those of this run.
    `files` is how many files it changed in its copy.
    """

    call: str
    child: int
    task: str
    status: RunStatus
    reason: str
    answer: str
    tokens: int = 0
    seconds: float = 0.0
    calls: int = 0
    files: int = 0
    error: ErrorInfo | None = None


class RunFinished(msgspec.Struct, frozen=True, tag_field="kind", tag="run_finished"):
    """The end of the run, until it is resumed.

    `reason` is a code: "answered", "steps", "time", "tokens", "calls", "errors", "malformed", "loop",
    "empty", "user", "paused", "context", "workspace", "model", "interrupted", "plan" (which waits for a person),
    "plan_rejected", "no_plan", "ended". `answer` is the model's last word. `error` says more of "model",
    "context" and "workspace". `left` are the steps of the approved plan that the model has not ticked.

    What the whole run took, resumptions and the runs that it gave tasks to included: `tokens` that the model wrote,
    `seconds` without waiting for a person, `calls` that the model made; -1 where an earlier version did not say.
    `read` are tokens of its own prompts, of which `cached` were reused, `joules` as of `Usage`.
    """

    status: RunStatus
    reason: str
    answer: str
    resumable: bool = True
    error: ErrorInfo | None = None
    tokens: int = -1
    seconds: float = -1.0
    calls: int = -1
    left: tuple[str, ...] = ()
    read: int = -1
    cached: int = -1
    joules: float | None = None


class HookRan(msgspec.Struct, frozen=True, tag_field="kind", tag="hook"):
    """A hook of the person's was carried out. `name` names it within the run, as snapshots do.

    `status`: "ok" ended with exit code 0, "failed" with another `code`; "timeout" was ended by a limit, a person or
    the sandbox; "error" could not be carried out, and `text` is the error's code. Else `text` is what the model is
    given of its output, the whole of which `handle` names where that is more. `again`: the run goes on because of it.
    """

    name: str
    when: HookTime
    command: str
    status: Literal["ok", "failed", "timeout", "error"]
    text: str = ""
    handle: str = ""
    seconds: float = 0.0
    code: int = 0
    again: bool = False

    @property
    def outcome(self) -> Literal["ok", "failed", "timeout", "error", "still"]:
        """What a person is told: "still" is one before the end that failed though the run had gone on once."""
        fails = self.when == "end" and self.status in ("failed", "timeout")
        return "still" if fails and not self.again else self.status


class Undone(msgspec.Struct, frozen=True, tag_field="kind", tag="undone"):
    """Files were restored to what they were before the calls `calls`; `files` are those that changed,
    `conflicts` the paths left alone because somebody else had changed them since, `attributes` as in a snapshot.

    `redo`: an earlier one was taken back, and the files are again as the calls had left them. `stopped`: a person
    broke it off, and the next undo goes on from there. `partly` are paths of which only some changes were taken back:
    their `files` tell what they were just before, and what they are now.
    """

    calls: tuple[str, ...]
    files: tuple[FileChange, ...]
    conflicts: tuple[str, ...] = ()
    redo: bool = False
    attributes: tuple[FileChange, ...] = ()
    stopped: bool = False
    partly: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many files it was: a folder that came or went with its files is none."""
        return count_files(self.files or self.attributes)


class Background(msgspec.Struct, frozen=True, tag_field="kind", tag="background"):
    """A command that goes on in the background, `id` within the run.

    `state`: "started" by the call `call` with the line `command`; "output", of which `text` is the end of what is
    new and `bytes` counts all so far, or its `ports` have changed, at which it listens; "ended" with the exit code
    `code`, negative a signal. `reason` of the end: "exit" by itself, "model" and "user" have stopped it, "run" the
    end of the run, "sandbox" that of its sandbox, "interrupted" that of Coterie.
    """

    id: str
    state: Literal["started", "output", "ended"]
    call: str = ""
    command: str = ""
    text: str = ""
    bytes: int = 0
    ports: tuple[int, ...] = ()
    code: int = 0
    reason: BackgroundEnd | Literal[""] = ""


RunEvent = (
    RunStarted
    | RunResumed
    | ModelTurn
    | ToolCalled
    | PlanWritten
    | Approval
    | SnapshotTaken
    | ToolResult
    | ContextTrimmed
    | SubagentStarted
    | SubagentFinished
    | RunFinished
    | HookRan
    | Undone
    | Background
)
_EVENTS: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)


def keeps_time(event: RunEvent) -> bool:
    """Whether the time of a run goes on up to this event. Not those that are written beside its work, or perhaps long
    after it ended without a word: what a call had changed is looked up after a crash, and its result counts the time.
    """
    return not (
        isinstance(event, Background | Undone)
        or (isinstance(event, SnapshotTaken) and event.phase == "after")
    )


class Entry(msgspec.Struct, frozen=True):
    """An event in its place: `seq` counts from 1 without a gap, `time` is in seconds since 1970."""

    run: int
    seq: int
    time: float
    event: RunEvent

    @property
    def kind(self) -> str:
        return str(type(self.event).__struct_config__.tag)

    def as_object(self) -> dict[str, Any]:
        """One flat object of JSON's types: run, seq, time, kind, and the fields of the event."""
        fields: dict[str, Any] = msgspec.to_builtins(self.event)
        return {"run": self.run, "seq": self.seq, "time": self.time} | fields


def decoded(body: bytes | str) -> RunEvent:
    """Decode an event from a journal's JSON. Raises msgspec.ValidationError."""
    return _EVENTS.decode(body)
