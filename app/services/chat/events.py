"""Events of conversations, answers and summaries."""

from __future__ import annotations

from app.services.events import ServiceEvent
from app.store.records import Conversation, Memory, Message, Project
from engine.errors import ErrorInfo
from engine.values import ToolCall


class ConversationChanged(ServiceEvent, frozen=True):
    """Created, renamed, pinned, deleted or restored, new branch shown, options changed."""

    conversation: Conversation


class ConversationKept(ServiceEvent, frozen=True):
    """A temporary conversation is kept from now on, under another id; the temporary one is deleted next."""

    temporary: int
    kept: int


class ConversationsImported(ServiceEvent, frozen=True):
    """Conversations were added from files."""

    conversations: tuple[Conversation, ...]


class ConversationsReread(ServiceEvent, frozen=True):
    """All conversations that are kept, and the projects, after another process has written."""

    conversations: tuple[Conversation, ...]
    projects: tuple[Project, ...]


class ProjectsChanged(ServiceEvent, frozen=True):
    """The projects after one was made, changed, deleted or restored, by name."""

    projects: tuple[Project, ...]


class MessageAdded(ServiceEvent, frozen=True):
    """A message became the new end of the shown branch (an answer arrives with state "streaming")."""

    message: Message


class BranchShown(ServiceEvent, frozen=True):
    """The shown path changed before its end: reload it."""

    conversation: int


class AnswerQueued(ServiceEvent, frozen=True):
    """An answer is queued: the model is asked for it, or loaded first."""

    message: int


class AnswerContinued(ServiceEvent, frozen=True):
    """An answer that had ended goes on; `message` is its record as it had ended, whose calls it keeps."""

    message: Message


class AnswerRun(ServiceEvent, frozen=True):
    """A run writes this answer with tools, from now on or again: its events are published as for any run."""

    message: int
    run: int


class AnswerRestarted(ServiceEvent, frozen=True):
    """Discard the text of a streaming answer so far: it belongs to a step of its run, or broke off."""

    message: int


class AnswerToolCall(ServiceEvent, frozen=True):
    """A streaming answer has made a call, in order; the stored answer has them all."""

    message: int
    call: ToolCall


class MemoriesChanged(ServiceEvent, frozen=True):
    """All memories after one was proposed, kept, changed or removed, oldest first."""

    memories: tuple[Memory, ...]


class QueueStopped(ServiceEvent, frozen=True):
    """The next question of a chat could not be sent: it goes on waiting."""

    conversation: int
    error: ErrorInfo


class ComparisonChanged(ServiceEvent, frozen=True):
    """The `answers` of a comparison that have begun, the last of them in progress while `of` models are asked; 0 once
    it has ended."""

    conversation: int
    question: int
    answers: tuple[int, ...]
    of: int
    error: ErrorInfo | None = None


class SummaryStarted(ServiceEvent, frozen=True):
    """The model generates part `part` of `parts` of a summary: it includes the text so far, and starts over."""

    conversation: int
    part: int
    parts: int


class SummaryDelta(ServiceEvent, frozen=True):
    """New text of a summary, to be appended."""

    conversation: int
    text: str


class SummaryEnded(ServiceEvent, frozen=True):
    """The whole text of a summary, which is not in use yet. `error` says why it ended early, or is empty."""

    conversation: int
    text: str
    error: ErrorInfo | None = None


class SummaryDropped(ServiceEvent, frozen=True):
    """There is no summary under way any more: it was used or discarded, or the chat went on."""

    conversation: int


class PartsRead(ServiceEvent, frozen=True):
    """The model reads part `part` of `of` of what is attached to a question, which is asked afterwards."""

    conversation: int
    name: str
    part: int
    of: int


class PartsEnded(ServiceEvent, frozen=True):
    """No further part is read. The question was `sent`, or not, for `error` or because no part was read."""

    conversation: int
    question: str
    sent: bool
    error: ErrorInfo | None = None
