"""Values of runs: specs, and what is shown."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from agents.budget import Budget
from agents.events import ContextPart, FileChange, Mode
from agents.permissions.values import ApprovalRequest, Grant
from agents.plan import PlanStep
from agents.tools.web_search.tool import WEB_SEARCH
from app.store.records import RunRecord as RunRecord
from app.store.records import RunState as RunState
from engine.values import Message, Picture, Reasoning, Sampling


class InChat(msgspec.Struct, frozen=True):
    """A run's place in a chat, in which it writes the answer `message`.

    `before` is what was said there before the task; `tainted`: untrusted text is in it. `media` are the pictures in
    the task. The rest is what the chat sets for its answers, as in `RunStarted`.
    """

    conversation: int = 0
    message: int = 0
    before: tuple[Message, ...] = ()
    tainted: bool = False
    instructions: str = ""
    sampling: Sampling = Sampling()
    max_tokens: int = 0
    media: tuple[Picture, ...] = ()


class RunSpec(msgspec.Struct, frozen=True):
    """The specification of a run.

    `model` "" is the model in use. `tools` None: all built-in ones and those of the servers that are on.
    `budget` None: the usual one. `title` "": made of the task. `chat`: where it answers in one. `collection`
    names the one that it searches, besides its `tools`, "" for none; where it `only_looks_up`, `workspace` may be "".
    `readable` are paths outside of the workspace that commands may read, besides those of the settings; `hosts` are
    those of the internet that they may reach in this run, as `read_rules` reads them.
    `session` is what the program that starts it calls it, "" for nothing.
    `program` is the name of another program that starts it: a person is asked whether it may.
    `context` is the context that the model gets, in tokens; 0: what is set for it.
    `follow`: project instructions that the person agreed to count, else none do.
    `plan`: a plan comes first, which a person approves.
    """

    task: str
    workspace: str
    model: str = ""
    mode: Mode = "ask"
    reasoning: Reasoning = "auto"
    budget: Budget | None = None
    tools: tuple[str, ...] | None = None
    recipe: str = ""
    title: str = ""
    chat: InChat | None = None
    collection: str = ""
    session: str = ""
    program: str = ""
    readable: tuple[str, ...] = ()
    context: int = 0
    follow: bool = True
    plan: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def only_looks_up(self) -> bool:
        """Whether it does nothing in any folder."""
        return self.tools is not None and {*self.tools} <= {WEB_SEARCH}


class Touched(msgspec.Struct, frozen=True):
    """A file that the run changed, compared with its original state; `calls` in their order.

    `state`: "changed" as the run left it, "undone", "conflict" changed by somebody else since.
    """

    change: FileChange
    calls: tuple[str, ...]
    state: Literal["changed", "undone", "conflict"] = "changed"


class Seen(msgspec.Struct, frozen=True):
    """The prompt of a turn: the exact messages and tools, and the tokens per part."""

    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...]
    parts: tuple[ContextPart, ...]
    context: int


class Recipe(msgspec.Struct, frozen=True):
    """A task with parameters, tools and budgets, its texts in the user's language. `parameters` are (name, label,
    default); "{name}" in `task` is replaced. `id` is the file's stem; `own`: the user's, to be changed.
    `skill`: it is that skill, and `task` tells a model with tools to use it. `plan`: a plan comes first."""

    id: str
    title: str
    description: str
    task: str
    parameters: tuple[tuple[str, str, str], ...] = ()
    tools: tuple[str, ...] | None = None
    mode: Mode = "ask"
    budget: Budget = Budget()
    own: bool = False
    skill: str = ""
    plan: bool = False


class InBackground(msgspec.Struct, frozen=True):
    """A command that a run has started in the background: the `ports` at which it listens, and its last `lines`.

    `runs` is False once it has ended, with the exit code `code`, negative a signal; `reason` as in the event.
    """

    id: str
    command: str
    ports: tuple[int, ...] = ()
    lines: str = ""
    runs: bool = True
    code: int = 0
    reason: str = ""


class RunView(msgspec.Struct, frozen=True):
    """The state that a page needs besides the entries: folded from them, the same live and replayed.

    `allowed` are the grants that count in this run besides its mode. `interrupted` are calls that were under
    way when the process died. `seconds` is its time without waiting for a person.
    `background` are its commands in the background, ended ones included.
    `follows` names the project instructions that it was given, `unfollowed` those that nobody had agreed to.
    """

    record: RunRecord
    plan: tuple[PlanStep, ...] = ()
    touched: tuple[Touched, ...] = ()
    allowed: tuple[Grant, ...] = ()
    parts: tuple[ContextPart, ...] = ()
    pending: ApprovalRequest | None = None
    interrupted: tuple[str, ...] = ()
    seconds: float = 0.0
    follows: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    background: tuple[InBackground, ...] = ()


class ToolAtHand(msgspec.Struct, frozen=True):
    """A built-in tool, for people who choose among them. `description` is the one that models read."""

    name: str
    description: str
    read_only: bool
    network: bool
