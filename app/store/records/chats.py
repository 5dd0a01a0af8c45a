"""Conversations, their projects and messages."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.events import Mode
from app.store.records.questions import Attachment, Queued, Source
from app.store.records.runs import WholeRun
from engine.errors import ErrorInfo
from engine.values import Reasoning, Role, Sampling, Timings, ToolCall, Usage

# Ids from here on are of chats that are in memory alone.
FIRST_TEMPORARY = 2**40
# streaming: being generated, or was when the process died (then `recover` makes it stopped).
# done: finished by the model. length: the token limit ended it. stopped: the user or a crash ended it.
# failed: no useful text; `error` says why.
MessageState = Literal["streaming", "done", "length", "stopped", "failed"]
TitleSource = Literal["none", "auto", "user"]


class Given(msgspec.Struct, frozen=True):
    """What a question was given besides its words; `notices` say what was looked for."""

    sources: tuple[Source, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()


class ChatTools(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tools of a chat: their workspace and mode. `names` None: all."""

    workspace: str
    mode: Mode = "ask"
    names: tuple[str, ...] | None = None


class ChatOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Options of one conversation; None and "" fall back to those of its project, then to the settings. `model` is
    what answers in it, as `Settings.model` names it. `memories` are what it was given when it began, None before.
    `collection` names the one that is searched for each question, "" for none, None for that of the project.
    `without_pictures`: a model that cannot see is told their names instead of refusing them. `web`: its answers may
    search the web."""

    system_prompt: str | None = None
    sampling: Sampling = Sampling()
    reasoning: Reasoning | None = None
    max_tokens: int | None = None
    tools: ChatTools | None = None
    model: str | None = None
    memories: tuple[str, ...] | None = None
    collection: str | None = None
    without_pictures: bool = False
    web: bool = False


class ProjectOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the chats of a project begin with. `instructions` take the place of the default system prompt, `files`
    are absolute paths. `remembers`: what a model proposes to remember is kept for the project unasked. `collection`
    names the one that is searched for each question, "" for none."""

    instructions: str = ""
    model: str | None = None
    tools: ChatTools | None = None
    files: tuple[str, ...] = ()
    remembers: bool = False
    collection: str = ""


class Project(msgspec.Struct, frozen=True):
    """A folder of chats. A deleted one lets its chats go, and takes them back when it is restored."""

    id: int
    name: str
    created: float
    deleted: float | None
    options: ProjectOptions


class Conversation(msgspec.Struct, frozen=True):
    """One conversation, without its messages. `leaf` is the last message of the branch that is shown, `origin` the
    conversation that this one was begun from. `source` names what it was imported from, so that it is not
    imported twice. `queued` are questions to be asked one after the other when the answer has ended. `attachments`
    belong to the draft."""

    id: int
    title: str
    title_source: TitleSource
    pinned: bool
    created: float
    updated: float
    deleted: float | None
    leaf: int | None
    draft: str
    options: ChatOptions
    origin: int | None = None
    project: int | None = None
    archived: bool = False
    source: str = ""
    queued: tuple[Queued, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def temporary(self) -> bool:
        """Whether it is in memory alone, and gone when the program ends."""
        return self.id >= FIRST_TEMPORARY

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written in it yet, nor given to it."""
        return not (self.leaf or self.draft.strip() or self.title or self.queued or self.attachments)


class Memory(msgspec.Struct, frozen=True):
    """A sentence that chats are given, of `project` alone where it has one. Until it is `kept` it is only proposed.
    It comes from `conversation`, None for one that the person wrote."""

    id: int
    text: str
    created: float
    kept: bool = False
    project: int | None = None
    conversation: int | None = None


class CompactionPoint(msgspec.Struct, frozen=True):
    """Where the model's view of a branch begins: at the message `first`; `summary`, written by `model`,
    replaces what comes before unless it is "".

    `tokens` took the prompt when it was made, 0 where that was not known.
    """

    id: int
    conversation: int
    first: int
    created: float = 0.0
    tokens: int = 0
    model: str = ""
    summary: str = ""


class Message(msgspec.Struct, frozen=True):
    """One message of the tree. `sibling` of `siblings` (from 1) counts the variants with the same parent.

    `tool_calls` are those that an answer makes, malformed ones included. `notices`: what is to be known of it
    besides its text, such as that it ended in mid-thought. `run` is the run that wrote an answer with tools,
    else 0. `better`: the person preferred it to those of other models. `sources` are those of a question,
    whose notices say what was looked up for it, and of an answer those that its run found.
    """

    id: int
    conversation: int
    parent: int | None
    role: Role
    content: str
    reasoning: str
    state: MessageState
    created: float
    model: str = ""
    error: ErrorInfo | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    sibling: int = 1
    siblings: int = 1
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[ErrorInfo, ...] = ()
    run: int = 0
    better: bool = False
    attachments: tuple[Attachment, ...] = ()
    sources: tuple[Source, ...] = ()


class SearchHit(msgspec.Struct, frozen=True):
    """A conversation that matches a query; `snippet` is the text around the match in `message`, without markup, ""
    and None for a title match. `marks` are where the words begin and end in it, or in the title."""

    conversation: Conversation
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message: int | None = None


class WholeChat(msgspec.Struct, frozen=True):
    """A conversation with all of its branches. Each message stands behind its parent; `shown` has their ids in the
    order in which they were last the end of the shown branch. Ids hold within the chat only. `contents` are those of
    its attachments, by their SHA-256.
    """

    conversation: Conversation
    messages: tuple[Message, ...]
    shown: tuple[int, ...] = ()
    cuts: tuple[CompactionPoint, ...] = ()
    runs: tuple[WholeRun, ...] = ()
    contents: dict[str, bytes] = {}
