"""Events of a whole run, and of those that it gives tasks to."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.budget import Budget
from agents.events.values import Followed, Mode, Nested, RunStatus
from engine.errors import ErrorInfo
from engine.values import Message, Picture, Reasoning, Sampling


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
