"""Frozen values of the store, free of SQLAlchemy. Times are seconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from agents.events import Entry, Mode
from engine.errors import ErrorInfo
from engine.values import Reasoning, Role, Sampling, Timings, ToolCall, Usage

# Ids from here on are of chats that are in memory alone.
FIRST_TEMPORARY = 2**40

# streaming: being generated, or was when the process died (then `recover` makes it stopped).
# done: finished by the model. length: the token limit ended it. stopped: the user or a crash ended it.
# failed: no useful text; `error` says why.
MessageState = Literal["streaming", "done", "length", "stopped", "failed"]
TitleSource = Literal["none", "auto", "user"]


# whole: all of its text is in the prompt. searched: passages are. refused: nothing is, and `reason` says why.
AttachmentState = Literal["whole", "searched", "refused"]


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or text that belongs to a message. `kind` is its format, `bytes` the size of the original.

    `sha256` names the original, `text` what the model is given of it: contents of the store, "" where there is none.
    That is made once, so the prompt in front of later turns stays. `reason` also says what a "whole" one lacks, such
    as the text of scanned pages. `tokens` takes the text; `estimated`: no tokenizer counted them. `parts` is how many
    pages, sheets or parts of rows it has as far as it was read, 0 for none; `first` and `last` are those that were
    chosen, 0 for all, and `layout` names the content that says where each stands in `text`. Of a picture
    only the original is a content: `text` is the SHA-256 of the pixels that were made of it first, which have this
    `width` and `height`. `by_parts`: the model goes through what is searched, part by part.
    """

    name: str
    kind: str
    bytes: int
    sha256: str = ""
    text: str = ""
    state: AttachmentState = "whole"
    reason: ErrorInfo | None = None
    tokens: int = 0
    estimated: bool = False
    parts: int = 0
    first: int = 0
    last: int = 0
    width: int = 0
    height: int = 0
    layout: str = ""
    by_parts: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether a model that sees can be given it as a picture."""
        return self.kind == "picture" and bool(self.text)

    @property
    def contents(self) -> tuple[str, ...]:
        """The names of its contents."""
        text = "" if self.kind == "picture" else self.text
        return tuple(filter(None, (self.sha256, text, self.layout)))


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a question was given to be answered from, which answers cite as `[number]`; 0: not numbered yet.

    `text` is the passage as the model is given it, "" for the whole of the attachment whose original `sha256` names.
    It stands in the `part` of the file (a page, slide, sheet or run of rows, from 1, 0 for a file without such, which
    `label` names) from the letter `first` up to `last`, counted in the text of the part as it was read. `path` is
    where the file lies, "" for an attachment. A page of the web has a `url`, and its host as `label`. With `is_notes`
    the text is what the model noted on that part and those behind it.
    """

    number: int
    name: str
    text: str = ""
    sha256: str = ""
    path: str = ""
    part: int = 0
    label: str = ""
    first: int = 0
    last: int = 0
    is_notes: bool = False
    url: str = ""


class AttachedQuestion(msgspec.Struct, frozen=True):
    """A question that waits with what is attached to it."""

    text: str
    attachments: tuple[Attachment, ...]


# A question that waits; one with nothing attached is its text alone.
Queued = str | AttachedQuestion


def queued(text: str, attachments: Iterable[Attachment] = ()) -> Queued:
    attached = tuple(attachments)
    return AttachedQuestion(text, attached) if attached else text


def text_of(question: Queued) -> str:
    return question if isinstance(question, str) else question.text


def attached_to(question: Queued) -> tuple[Attachment, ...]:
    return () if isinstance(question, str) else question.attachments


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


# Where a model came from: downloaded from the hub, or imported in place: a file or folder of the user's, or
# the store of another program.
ModelOrigin = Literal["hub", "file", "hf_cache", "lm_studio", "ollama"]
# missing: a file is not at its path. damaged: verification found other bytes than were downloaded.
LibraryState = Literal["ready", "missing", "damaged"]
# running and verifying: in progress in the process `Download.writer`. failed: `error` says why; all states but done
# and cancelled can be resumed.
DownloadState = Literal["queued", "running", "paused", "verifying", "done", "failed", "cancelled"]


class LibraryFile(msgspec.Struct, frozen=True):
    """One file of a model. `sha256` is "" until it was computed. `origin_path` is its path in the repository. A
    projector is what lets the model see or hear, as `sees` and `hears` say."""

    path: str
    bytes: int
    sha256: str = ""
    origin_path: str = ""
    sees: bool = False
    hears: bool = False

    @property
    def is_projector(self) -> bool:
        return self.sees or self.hears


class LibraryModel(msgspec.Struct, frozen=True):
    """One model on disk. `id` is what commands take: "OWNER/REPO:QUANT" for one of the hub, else the name of its
    file, numbered where taken. Paths are absolute; a projector comes last of `files`. `managed`: its files lie in the
    library's folder and are Coterie's to delete, but for a projector that came from elsewhere; others stay where they
    are. Times are 0 where it never happened.
    """

    id: str
    name: str
    files: tuple[LibraryFile, ...]
    origin: ModelOrigin
    added: float
    state: LibraryState = "ready"
    managed: bool = False
    repo: str = ""
    commit: str = ""
    variant: str = ""
    architecture: str = ""
    quantisation: str = ""
    parameters: int = 0
    active_parameters: int = 0
    experts: int = 0
    experts_used: int = 0
    used: float = 0.0
    verified: float = 0.0
    trashed: float | None = None

    @property
    def path(self) -> str:
        """The path to load: the first file."""
        return self.files[0].path

    @property
    def weights(self) -> tuple[LibraryFile, ...]:
        """The files without which there is no model."""
        return tuple(file for file in self.files if not file.is_projector)

    @property
    def owned(self) -> tuple[LibraryFile, ...]:
        """The files that are Coterie's to move and delete."""
        return tuple(
            file for file in self.files if self.managed and (not file.is_projector or file.origin_path)
        )

    @property
    def projector(self) -> LibraryFile | None:
        return next((file for file in self.files if file.is_projector), None)

    @property
    def sees(self) -> bool:
        return any(file.sees for file in self.files)

    @property
    def hears(self) -> bool:
        return any(file.hears for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


class DownloadFile(msgspec.Struct, frozen=True):
    """A file of a download, as the hub described it when it was added."""

    path: str
    bytes: int
    sha256: str = ""


class Download(msgspec.Struct, frozen=True):
    """A download of one variant of a repository into the library.

    `position` orders the queue. `received` and `rate` (bytes per second) are of the last report; `writer`
    names the process that fetches, "" when none does.
    """

    id: int
    model: str
    repo: str
    commit: str
    variant: str
    files: tuple[DownloadFile, ...]
    state: DownloadState
    position: float
    created: float
    received: int = 0
    rate: float = 0.0
    error: ErrorInfo | None = None
    writer: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


# "waiting": for approval. "interrupted": its process died; it can be resumed.
RunState = Literal["running", "waiting", "paused", "completed", "stopped", "failed", "interrupted"]
RUNS_UNDER_WAY: tuple[RunState, ...] = ("running", "waiting")


class RunRecord(msgspec.Struct, frozen=True):
    """A run in the list.

    `reason` as in `RunFinished`, `step` the last turn's number of `steps` that it may take, `tokens` what the
    model saw last of its `context`. `undone`: everything it changed was put back. `writer` names the process
    that carries it out, "" when none does. `conversation` is that of a chat whose answer it is, else 0;
    `parent` the run that gave it its task, else 0.
    """

    id: int
    title: str
    task: str
    workspace: str
    model: str
    mode: Mode
    state: RunState
    created: float
    updated: float
    reason: str = ""
    recipe: str = ""
    remote: bool = False
    step: int = 0
    steps: int = 0
    tokens: int = 0
    context: int = 0
    undone: bool = False
    writer: str = ""
    trashed: float | None = None
    conversation: int = 0
    parent: int = 0


class WholeRun(msgspec.Struct, frozen=True):
    """A run of a chat with its journal, and its long texts by their handles."""

    record: RunRecord
    entries: tuple[Entry, ...]
    texts: dict[str, str] = {}


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


ToolRating = Literal["good", "fair", "poor"]


class ToolCheck(msgspec.Struct, frozen=True):
    """Result of a tool check: `passed` of `total` tasks, with `details` of each.

    `model` identifies the file that was checked.
    """

    model: str
    time: float
    rating: ToolRating
    passed: int
    total: int
    details: str = ""


# What a key of the local server allows: asking a loaded model, having models loaded, downloads, Coterie's tools.
KeyRight = Literal["ask", "load", "download", "tools"]


class ServerKey(msgspec.Struct, frozen=True):
    """A key of the local server by its name. Only its SHA-256 is kept, and its beginning, by which a person knows it
    again. `expires` None: never."""

    name: str
    prefix: str
    sha256: str
    rights: tuple[KeyRight, ...]
    created: float
    used: float = 0.0
    expires: float | None = None


class KeyTokens(msgspec.Struct, frozen=True):
    """Tokens of a key: `read` of prompts, of which `cached` were reused, and `written` in answers."""

    read: int = 0
    cached: int = 0
    written: int = 0


# Who has a model answer: a person in a chat, a run, a program by the local server.
Use = Literal["chat", "run", "server"]
# What tells apart what is summed.
USAGE_KEY = ("day", "use", "key", "model")


class UsageDay(msgspec.Struct, frozen=True):
    """What answers of `model` took on a day, "2026-11-29" by this computer's clock, or in a longer time.

    `key` is the name of the key of the local server that asked, "" for none; `remote`: the model is elsewhere. Tokens
    as of `Usage`: `read` of prompts, `cached` of these, `written`, `reasoning` of these. `seconds` were spent on
    reading and writing. `joules` took `measured` of the `answers`, counted by the counters `domains`, "" for none; of
    these, `prompt_joules` took `measured_read` tokens that were not reused, and `answer_joules` `measured_written`.
    """

    day: str
    use: Use = "chat"
    key: str = ""
    model: str = ""
    remote: bool = False
    answers: int = 0
    read: int = 0
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    seconds: float = 0.0
    joules: float = 0.0
    measured: int = 0
    domains: str = ""
    prompt_joules: float = 0.0
    answer_joules: float = 0.0
    measured_read: int = 0
    measured_written: int = 0

    @property
    def joules_read(self) -> float | None:
        """Joules for each token read anew; None where it was not measured."""
        return self.prompt_joules / self.measured_read if self.measured_read else None

    @property
    def joules_written(self) -> float | None:
        """Joules for each token written; None where it was not measured."""
        return self.answer_joules / self.measured_written if self.measured_written else None

    def plus(self, other: UsageDay) -> UsageDay:
        """This with what `other` took added."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in USAGE_SUMS}
        return msgspec.structs.replace(self, **sums, domains=self.domains or other.domains)


USAGE_SUMS = (
    "answers",
    "read",
    "cached",
    "written",
    "reasoning",
    "seconds",
    "joules",
    "measured",
    "prompt_joules",
    "answer_joules",
    "measured_read",
    "measured_written",
)
