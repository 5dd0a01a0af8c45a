"""Conversations: what people do with them, and the path of an answer from the engine to the store.

Methods that read and write block on the disk: call them off the GUI thread. Changes are published from the
calling thread, the engine's reader thread or the saver's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.services.chat.answers import Answer, AnswerSaver
from app.services.chat.chat_models import ChatModels, ModelOfChat
from app.services.chat.chat_requests import ChatRequests
from app.services.chat.chat_runs import ChatRuns
from app.services.chat.events import (
    AnswerQueued,
    AnswerToolCall,
    BranchShown,
    ConversationChanged,
    MessageAdded,
)
from app.services.chat.files_at_hand import files_at_hand
from app.services.chat.filing import Filing
from app.services.chat.memories import Memories
from app.services.chat.projects import Projects
from app.services.chat.prompting import branch_to, compaction_point_of
from app.services.events import EventBus, StoreFailed
from app.services.library.library import Library
from app.services.models.cache_miss import by_choice
from app.services.models.events import ExpertsObserved, Owner, TextDelta
from app.services.models.fullness import ends_full
from app.services.models.models import Models
from app.services.models.progress import progress_event
from app.services.runs.runs import Runs
from app.services.settings.settings import SettingsFile
from app.services.titles import title_from
from app.store.records import (
    ChatOptions,
    ChatTools,
    CompactionPoint,
    Conversation,
    Message,
    SearchHit,
    WholeChat,
)
from app.store.store import Store
from engine.api import Delta, Event, Finished, PrefillProgress, Queued, ToolCalled
from engine.errors import ErrorInfo, UserError
from engine.text import clean_text
from engine.values import ExpertsFired, Timings, Usage

if TYPE_CHECKING:
    from agents.events import RetryChoice

TRASH_DAYS = 30


class Conversations:
    """Operations on conversations. `is_new` as that of `RemoteServers`."""

    def __init__(
        self,
        store: Store,
        models: Models,
        settings: SettingsFile,
        library: Library,
        runs: Runs,
        events: EventBus,
        is_new: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._models = models
        self._settings = settings
        self._events = events
        self.projects = Projects(store, events)
        self._chat_models = ChatModels(store, models, settings, library, runs, is_new)
        self.memories = Memories(store, settings, self.projects, events)
        self.requests = ChatRequests(store, models, settings, self.projects)
        self._saver = AnswerSaver(store, events)
        self.filing = Filing(store, runs, events, self.answering, self.stop)
        self._by_runs = ChatRuns(runs, store, self._saver, events, lambda: models.signature)
        self._starting = threading.Lock()
        # The compaction point at the last answer of each conversation, 0 for none.
        self._last_cuts: dict[int, int] = {}

    # --- reading ---

    def all(self) -> list[Conversation]:
        """Conversations with messages, a draft or a name, in the order of the list."""
        return [c for c in self._store.conversations.all() if not c.is_blank]

    def search(self, query: str) -> list[SearchHit]:
        return self._store.conversations.search(query)

    def trash(self) -> list[Conversation]:
        return self._store.conversations.trash()

    def get(self, id: int) -> Conversation:
        return self._store.conversations.get(id)

    def path(self, id: int) -> list[int]:
        return self._store.messages.path(id)

    def path_with(self, message: int) -> list[int]:
        """The path of the message's conversation, of which the branch through the message is shown from now on."""
        home = self._store.messages.get(message).conversation
        path = self.path(home)
        if message not in path:
            self.show(message)
            path = self.path(home)
        return path

    def find(self, id: int, phrases: Sequence[str]) -> list[tuple[int, int]]:
        """Each message of the shown branch that contains one of the phrases, in order, with how often."""
        return self._store.messages.find(id, phrases)

    def messages(self, ids: Sequence[int]) -> list[Message]:
        return self._store.messages.get_all(ids)

    def answering(self) -> set[int]:
        """Conversations whose answer is in progress. Never blocks."""
        return {answer.conversation for answer in self._saver.open_answers()}

    def text_after(self, message: int, pieces: int) -> tuple[str, str] | None:
        """Reasoning and content of an answer in progress after this many pieces of `TextDelta`s since it was
        queued or restarted; None when it has ended.

        Never blocks.
        """
        answer = self._saver.get(message)
        return None if answer is None else answer.text_after(pieces)

    @property
    def system_prompt(self) -> str:
        """The default system prompt of conversations."""
        return self._settings.current.system_prompt

    # --- changing a conversation ---

    def create(
        self, options: ChatOptions | None = None, origin: int | None = None, project: int | None = None
    ) -> Conversation:
        """Create a conversation; `origin` is the one it was begun from. In a project it has, without `options`, those
        of the project."""
        if options is None and project is not None:
            options = self.projects.options_for(project)
        made = self._store.conversations.create(options or ChatOptions(), origin)
        return self._changed(
            made if project is None else self._store.conversations.set(made.id, project=project)
        )

    def create_temporary(self, options: ChatOptions | None = None) -> Conversation:
        """Create a conversation that is in memory alone: nothing of it is written to the disk, and it ends with the
        program. It has no tools, whose runs keep journals."""
        options = msgspec.structs.replace(options or ChatOptions(), tools=None)
        return self._changed(self._store.create_temporary(options))

    def keep(self, id: int) -> Conversation:
        """Keep a temporary conversation from now on; returns it under its new id."""
        whole = self._store.whole_chats.get(id)
        self._refuse_busy(id)
        kept = self._changed(self._store.whole_chats.add(whole))
        self.delete(id)
        return kept

    def branch(self, message: int) -> Conversation:
        """Begin a conversation with a copy of the branch up to this message."""
        home = self._store.messages.get(message).conversation
        whole = self._store.whole_chats.get(home)
        path = branch_to(message, whole.messages)
        ids, now = [m.id for m in path], time.time()
        begun = msgspec.structs.replace(
            whole.conversation,
            pinned=False,
            archived=False,
            created=now,
            updated=now,
            deleted=None,
            leaf=message,
            draft="",
            origin=home,
            source="",
            queued=(),
        )
        runs = {m.run for m in path}
        copy = WholeChat(
            begun,
            path,
            tuple(ids),
            tuple(cut for cut in whole.cuts if cut.first in ids),
            tuple(run for run in whole.runs if run.record.id in runs),
        )
        return self._changed(self._store.whole_chats.add(copy))

    def rename(self, id: int, title: str) -> Conversation:
        return self._changed(self._store.conversations.rename(id, title.strip(), "user"))

    def name(self, id: int, title: str) -> Conversation:
        """Give a conversation a title, unless a person gave it one."""
        return self._changed(self._store.conversations.rename(id, title, "auto"))

    def set_pinned(self, id: int, pinned: bool) -> Conversation:
        return self._changed(self._store.conversations.set(id, pinned=pinned))

    def set_archived(self, id: int, archived: bool) -> Conversation:
        return self._changed(self._store.conversations.set(id, archived=archived))

    def move(self, id: int, project: int | None) -> Conversation:
        """Move a conversation into a project, or out of its own. Raises UserError `store.no_project`."""
        if project is not None:
            self._store.projects.get(project)
        return self._changed(self._store.conversations.set(id, project=project))

    def set_options(self, id: int, options: ChatOptions) -> Conversation:
        return self._changed(self._store.conversations.set(id, options=options))

    def choose_model(self, id: int, model: str) -> Conversation:
        """Let a conversation go on with a model, as `Models.use` names it."""
        options = msgspec.structs.replace(self._store.conversations.get(id).options, model=model)
        return self.set_options(id, options)

    def model_of(self, id: int) -> ModelOfChat | None:
        """The model of a conversation, None where the model in use answers."""
        return self._chat_models.of(self._store.conversations.get(id))

    def files_at_hand(self, project: int | None, tools: ChatTools | None) -> list[Path]:
        """Files of the project and of the folder of the tools that a conversation has; reads the disk."""
        found = self.projects.find(project)
        folders = [] if tools is None else [tools.workspace]
        return files_at_hand(() if found is None else found.options.files, folders)

    def model_named(self, name: str) -> ModelOfChat:
        """The model that `Models.use` knows by this name."""
        return self._chat_models.named(name)

    def take_up(self, id: int) -> Conversation:
        """Load the model of a conversation unless it is in use. Raises UserError as `ChatModels.take_up` does."""
        before = self._store.conversations.get(id)
        after = self._chat_models.take_up(before)
        return after if after.options == before.options else self._changed(after)

    def expect(self, id: int) -> None:
        """Somebody begins to write in a conversation: load its model unless another one is at work."""
        self._chat_models.expect(self._store.conversations.get(id))

    def set_draft(self, id: int, draft: str) -> Conversation:
        """Save unsent text. Published only where it makes a conversation out of nothing, or nothing of one: else only
        the composer that typed it cares."""
        before = self._store.conversations.get(id)
        after = self._store.conversations.set(id, draft=draft)
        return after if before.is_blank == after.is_blank else self._changed(after)

    def delete(self, id: int) -> Conversation:
        """Move a conversation to the trash and stop its answer; `restore` brings it back for 30 days."""
        self.stop(id)
        return self._changed(self._store.conversations.delete(id))

    def restore(self, id: int) -> Conversation:
        return self._changed(self._store.conversations.restore(id))

    def delete_message(self, message: int) -> Conversation:
        """Delete a message and what follows it; `restore_message` brings them back for 30 days.

        Raises UserError `chat.busy` while this conversation is being answered.
        """
        with self._starting:
            self._refuse_busy(self._store.messages.get(message).conversation)
            return self._shows(self._store.messages.delete(message))

    def restore_message(self, message: int) -> Conversation:
        with self._starting:
            self._refuse_busy(self._store.messages.get(message).conversation)
            return self._shows(self._store.messages.restore(message))

    # --- answers ---

    def send(self, id: int, text: str, after: int | None = None) -> Message:
        """Store the user's message and start the answer; returns the (empty, streaming) answer.

        `after` is the last message that its writer has seen, 0 for none of them, None: not asked. Raises UserError
        `chat.busy` while this conversation is being answered, `chat.changed_elsewhere` when its last message is
        another, `chat.empty`, and as `take_up` does; nothing is stored then.
        """
        if not text.strip():
            raise UserError("chat.empty")
        with self._starting:
            self._refuse_moved(id, after)
            return self._send(id, text)

    def send_queued(self, id: int) -> Message | None:
        """Send the first question that is queued, None where there is none. Raises UserError as `send` does; it stays
        queued then."""
        with self._starting:
            queued = self._store.conversations.get(id).queued
            if not queued:
                return None
            answer = self._send(id, queued[0], queued=True)
            self._changed(self._store.conversations.get(id))
            return answer

    def regenerate(self, message: int, model: str | None = None, after: int | None = None) -> Message:
        """Generate a new variant of an answer, or the answer to a user's message; the old one stays beside
        it. With `model` the chat goes on with that one; `after` as in `send`.

        Raises UserError `chat.busy`, `chat.changed_elsewhere`, `chat.nothing_to_answer`, and as `take_up` does.
        """
        record = self._store.messages.get(message)
        with self._starting:
            self._refuse_moved(record.conversation, after)
            self._refuse_busy(record.conversation)
            self._take_up(record.conversation, model)
            parent = record.parent if record.role == "assistant" else record.id
            if parent is None:
                raise UserError("chat.nothing_to_answer")
            self._store.messages.show(parent)
            self._events.publish(BranchShown(record.conversation))
            return self._answer(record.conversation, parent, branch=True)

    def edit(self, message: int, text: str, after: int | None = None) -> Message:
        """Add a variant of a message with another text; a user's message is answered again. `after` as in `send`.

        Raises UserError as `send` does.
        """
        if not text.strip():
            raise UserError("chat.empty")
        record = self._store.messages.get(message)
        with self._starting:
            self._refuse_moved(record.conversation, after)
            self._refuse_busy(record.conversation)
            if record.role == "user":
                self.take_up(record.conversation)
            edited = self._store.messages.add(
                record.conversation, record.parent, record.role, text, model=record.model
            )
            self._events.publish(BranchShown(record.conversation))
            if record.role != "user":
                return edited
            return self._answer(record.conversation, edited.id)

    def continue_answer(self, message: int, again: Mapping[str, RetryChoice] | None = None) -> Message:
        """Continue a stopped answer in place; one with tools by resuming its run.

        `again`: what becomes of its calls that were interrupted, as in `Runs.resume`. Raises UserError
        `chat.not_last`.
        """
        record = self._store.messages.get(message)
        with self._starting:
            self._refuse_busy(record.conversation)
            if (
                self._store.conversations.get(record.conversation).leaf != message
                or record.role != "assistant"
            ):
                raise UserError("chat.not_last")
            self.take_up(record.conversation)
            resumed = self._store.messages.resume(message)
            self._events.publish(BranchShown(record.conversation))
            self._start(
                resumed,
                continue_last=bool(resumed.content or resumed.reasoning),
                again=again or {},
                kept=record.content if record.state == "length" else "",
            )
            return resumed

    def show_sibling(self, message: int, offset: int) -> None:
        """Show the branch of the variant `offset` places after this one (before it, when negative)."""
        siblings = self._store.messages.siblings(message)
        index = siblings.index(message) + offset
        if not 0 <= index < len(siblings):
            return
        self.show(siblings[index])

    def show(self, message: int) -> Conversation:
        """Show the branch through a message."""
        with self._starting:  # the request is built from the branch that is shown
            return self._shows(self._store.messages.show(message))

    def stop(self, conversation: int) -> None:
        """Stop the answer in progress, keeping its text."""
        for answer in self._saver.open_answers():
            if answer.conversation == conversation:
                self._abort(answer)

    def answer_now(self, conversation: int) -> None:
        """End the reasoning of the answer in progress and start its content; without reasoning nothing
        changes.
        """
        for answer in self._saver.open_answers():
            if answer.conversation == conversation:
                answer.answer_asked = True
                if not answer.by_run:
                    self._models.answer_now(answer.id)

    def recover(self) -> list[Message]:
        """After a start: mark half-written answers of dead processes as stopped, or with their runs' results."""
        return [self._by_runs.settled(message) for message in self._store.messages.recover()]

    def close(self) -> None:
        """Save answers in progress; call after the engine is closed."""
        for answer in self._saver.open_answers():
            self._saver.finish(answer, Finished(answer.id, "cancelled", Usage(), Timings()))
        self._saver.close()

    # --- inside ---

    def _send(self, id: int, text: str, *, queued: bool = False) -> Message:
        self._refuse_busy(id)
        conversation = self._given_memories(self.take_up(id))
        question = None if queued else self._asked_before(conversation, text)
        if question is None:
            question = self._store.messages.add(id, conversation.leaf, "user", text, dequeues=queued)
            self._events.publish(MessageAdded(question))
        if conversation.title_source == "none":
            self._give_title(id, text)
        return self._answer(id, question.id)

    def _asked_before(self, conversation: Conversation, text: str) -> Message | None:
        """The same question at the end of the chat that got no answer, as when the disk was full."""
        if conversation.leaf is None:
            return None
        last = self._store.messages.get(conversation.leaf)
        return last if last.role == "user" and last.content == clean_text(text) else None

    def _given_memories(self, conversation: Conversation) -> Conversation:
        """A conversation that begins is given what is remembered, once and for all."""
        given = self.memories.given(conversation.project) if conversation.leaf is None else ()
        if not given or conversation.options.memories is not None or conversation.temporary:
            return conversation
        return self.set_options(
            conversation.id, msgspec.structs.replace(conversation.options, memories=given)
        )

    def _give_title(self, id: int, text: str) -> None:
        try:
            self._changed(self._store.conversations.rename(id, title_from(text), "auto"))
        except UserError as error:  # the message is stored; a title is not worth refusing it
            self._events.publish(StoreFailed(error.info))

    def _answer(self, conversation: int, parent: int, *, branch: bool = False) -> Message:
        answer = self._store.messages.add(
            conversation, parent, "assistant", "", state="streaming", model=self._models.signature
        )
        self._events.publish(BranchShown(conversation) if branch else MessageAdded(answer))
        self._start(answer)
        return answer

    def _start(
        self,
        message: Message,
        *,
        continue_last: bool = False,
        again: Mapping[str, RetryChoice] | None = None,
        kept: str = "",
    ) -> None:
        answer = Answer(message)
        options = self._store.conversations.get(message.conversation).options
        resumes = self._by_runs.can_resume(message.run)
        answer.by_run = resumes or (options.tools is not None and not continue_last)
        self._saver.add(answer)
        self._events.publish(AnswerQueued(message.id))
        try:
            if resumes:
                mode = None if options.tools is None else options.tools.mode
                self._by_runs.resume(answer, message.run, mode, self._models.wanted, again or {}, kept)
            else:
                self._begin(answer, message, options, continue_last)
        except UserError as error:
            self._saver.finish(answer, Finished(message.id, "error", Usage(), Timings(), error.info))
        except BaseException:  # whatever it is, the answer must not stay open forever
            self._saver.finish(answer, Finished(message.id, "cancelled", Usage(), Timings()))
            raise
        if answer.answer_asked and not answer.by_run:  # before it reached the engine
            self._models.answer_now(answer.id)
        if answer.stop_asked:
            self._abort(answer)

    def _begin(self, answer: Answer, message: Message, options: ChatOptions, continue_last: bool) -> None:
        """Request an answer, or the rest of one: a run where there are tools, else the model."""
        conversation = message.conversation
        branch = self._branch(message)
        branch = branch if continue_last else branch[:-1]
        cut = self._cut(conversation, branch)
        if options.tools is not None and not continue_last:
            wish = self.requests.with_tools(conversation, options, options.tools)
            self._by_runs.start(answer, wish, branch, cut)
            return
        last, now = self._last_cuts.get(conversation), 0 if cut is None else cut.id
        answer.sees_otherwise = last is not None and last != now
        self._last_cuts[conversation] = now
        request = self.requests.make(conversation, branch, options, cut, continue_last=continue_last)
        request = msgspec.structs.replace(request, id=message.id)
        self._models.generate(request, lambda events: self._receive(answer, events))

    def _abort(self, answer: Answer) -> None:
        answer.stop_asked = True
        if not answer.by_run:
            self._models.abort(answer.id)
        else:
            self._by_runs.stop(answer.id)

    def _branch(self, message: Message) -> list[Message]:
        """The shown branch up to this message."""
        path = self._store.messages.get_all(self._store.messages.path(message.conversation))
        return path[: [m.id for m in path].index(message.id) + 1]

    def _cut(self, conversation: int, branch: Sequence[Message]) -> CompactionPoint | None:
        """The compaction point of this branch."""
        return compaction_point_of(
            (message.id for message in branch), self._store.compaction_points.active(conversation)
        )

    def _refuse_busy(self, conversation: int) -> None:
        if conversation in self.answering():
            raise UserError("chat.busy")
        self._saver.settle(conversation)
        leaf = self._store.conversations.get(conversation).leaf
        if leaf is not None and self._store.messages.get(leaf).state == "streaming":
            self.recover()  # another process writes it, or has died
            if self._store.messages.get(leaf).state == "streaming":
                raise UserError("chat.busy")

    def _take_up(self, conversation: int, model: str | None) -> None:
        """Load the model of a conversation, or `model`, which it then goes on with."""
        before = self._store.conversations.get(conversation).options
        if model is not None:
            self.choose_model(conversation, model)
        try:
            self.take_up(conversation)
        except UserError:
            if model is not None:
                self.set_options(conversation, before)
            raise

    def _refuse_moved(self, conversation: int, after: int | None) -> None:
        """Refuse what was asked for of a chat that has gone on elsewhere: in another window or process."""
        leaf = self._store.conversations.get(conversation).leaf
        if after is not None and after != (leaf or 0):
            raise UserError("chat.changed_elsewhere")

    def _receive(self, answer: Answer, events: list[Event]) -> None:
        """From the engine's reader thread: buffer the text, publish it, leave the disk to the saver."""
        owner = Owner(answer.id)
        for event in events:
            if isinstance(event, Delta):
                reasoning, content = (event.text, "") if event.channel == "reasoning" else ("", event.text)
                answer.append(reasoning, content)
                self._events.publish(TextDelta(owner, reasoning, content))
            elif isinstance(event, ToolCalled):
                self._events.publish(AnswerToolCall(answer.id, event.call))
            elif isinstance(event, Queued | PrefillProgress):
                if isinstance(event, PrefillProgress) and answer.sees_otherwise:
                    event = msgspec.structs.replace(event, recomputed=by_choice(event.recomputed))
                self._events.publish(progress_event(owner, event))
            elif isinstance(event, ExpertsFired):
                self._events.publish(ExpertsObserved(answer.conversation, event))
            elif isinstance(event, Finished):
                answer.model = self._models.signature or answer.model
                if answer.sees_otherwise:
                    usage = msgspec.structs.replace(event.usage, recomputed=by_choice(event.usage.recomputed))
                    event = msgspec.structs.replace(event, usage=usage)
                self._saver.finish(answer, self._explained(event))

    def _explained(self, finished: Finished) -> Finished:
        """Explain an error: the reason why the model is missing, or that the context is full."""
        facts = self._models.state.facts
        if facts is not None and ends_full(finished, facts.context):
            full = ErrorInfo("chat.context_full", {"context": facts.context})
            return msgspec.structs.replace(finished, notices=(*finished.notices, full))
        reason = self._models.state.error
        if finished.error and finished.error.code == "engine.no_model" and reason:
            return msgspec.structs.replace(finished, error=reason)
        return finished

    def _shows(self, conversation: Conversation) -> Conversation:
        self._events.publish(ConversationChanged(conversation), BranchShown(conversation.id))
        return conversation

    def _changed(self, conversation: Conversation) -> Conversation:
        self._events.publish(ConversationChanged(conversation))
        return conversation
