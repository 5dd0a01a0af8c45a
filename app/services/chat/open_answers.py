"""Answers in progress: the path of an answer from the model, or its run, to the store.

Methods that start and stop block: call them off the GUI thread. Changes are published from the calling thread, the
engine's reader thread or the saver's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.tools.web_search.tool import WEB_SEARCH
from app.services.chat.answers import Answer, AnswerSaver
from app.services.chat.attachments.table_files import TableFiles, computes
from app.services.chat.chat_requests import ChatRequests
from app.services.chat.chat_runs import AnswerOptions, ChatRuns
from app.services.chat.collections.collection_search import CollectionSearch
from app.services.chat.events import AnswerQueued, AnswerToolCall
from app.services.chat.prompting import compaction_point_of, seen
from app.services.events import EventBus
from app.services.models.cache_miss import by_choice
from app.services.models.events import ExpertsObserved, Owner, TextDelta
from app.services.models.fullness import ends_full
from app.services.models.models import Models
from app.services.models.progress import progress_event
from app.services.runs.runs import Runs
from app.services.runs.slash import plan_wish
from app.store.records import ChatOptions, ChatTools, CompactionPoint, Message
from app.store.store import Store
from engine.api import Delta, Event, Finished, PrefillProgress, Queued, ToolCalled
from engine.errors import ErrorInfo, UserError
from engine.values import ExpertsFired, Timings, Usage

if TYPE_CHECKING:
    from agents.events import RetryChoice


# Of a chat whose model searches a collection by itself and has nothing else to do.
_NO_OTHER_TOOLS = ChatTools("", "read", ())
# Of one whose model searches the web.
_WEB_ALONE = ChatTools("", "ask", (WEB_SEARCH,))


class OpenAnswers:
    """Owns the answers that are not finished yet, at most one for each conversation. `has_web`: whether there is a
    provider of web search, for chats that want it."""

    def __init__(
        self,
        store: Store,
        models: Models,
        runs: Runs,
        requests: ChatRequests,
        collections: CollectionSearch,
        tables: TableFiles,
        events: EventBus,
        has_web: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store, self._models, self._requests, self._events = store, models, requests, events
        self._collections, self._tables, self._has_web = collections, tables, has_web
        self._saver = AnswerSaver(store, events, requests.pictures.told)
        self._by_runs = ChatRuns(runs, store, self._saver, events, lambda: models.signature)
        # Held while an answer is started or another branch shown: the request is built from the branch that is shown.
        self.starting = threading.Lock()
        # The compaction point at the last answer of each conversation, 0 for none.
        self._last_cuts: dict[int, int] = {}

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

    def refuse_busy(self, conversation: int) -> None:
        """Raise UserError `chat.busy` while this conversation is being answered; save its ended answers first."""
        if conversation in self.answering():
            raise UserError("chat.busy")
        self._saver.settle(conversation)
        leaf = self._store.conversations.get(conversation).leaf
        if leaf is not None and self._store.messages.get(leaf).state == "streaming":
            self.recover()  # another process writes it, or has died
            if self._store.messages.get(leaf).state == "streaming":
                raise UserError("chat.busy")

    def start(
        self,
        message: Message,
        *,
        continue_last: bool = False,
        again: Mapping[str, RetryChoice] | None = None,
        kept: str = "",
    ) -> None:
        """Start an answer that is stored already, or go on with it: with its run where that had begun. `again` as in
        `Runs.resume`, `kept`: text of the answer that a resumed run goes on behind. An error ends the answer.
        """
        answer = Answer(message)
        options = self._store.conversations.get(message.conversation).options
        resumes = self._by_runs.can_resume(message.run)
        answer.by_run = resumes
        self._saver.add(answer)
        self._events.publish(AnswerQueued(message.id))
        try:
            if resumes:
                self._requests.pictures.make_ready(self._branch(message), options)
                mode = None if options.tools is None else options.tools.mode
                model = options.model or self._models.wanted
                self._by_runs.resume(answer, message.run, mode, model, again or {}, kept)
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

    def _begin(self, answer: Answer, message: Message, options: ChatOptions, continue_last: bool) -> None:
        """Request an answer, or the rest of one: a run where there are tools, else the model."""
        conversation = message.conversation
        branch = self._branch(message)
        branch = branch if continue_last else branch[:-1]
        cut = self._cut(conversation, branch)
        pictures = self._requests.pictures
        answer.left_out = pictures.left_out(seen(branch, cut), options)
        wish = None if continue_last else self._with_tools(conversation, options)
        if wish is not None:
            answer.by_run = True
            given = pictures.given(conversation, options)
            if computes(options):
                given = self._tables.given(conversation, given)
            self._by_runs.start(answer, wish, branch, cut, given)
            return
        if not continue_last and plan_wish(branch[-1].content)[1]:
            raise UserError("chat.plan_needs_tools")
        last, now = self._last_cuts.get(conversation), 0 if cut is None else cut.id
        answer.sees_otherwise = last is not None and last != now
        self._last_cuts[conversation] = now
        request = self._requests.make(conversation, branch, options, cut, continue_last=continue_last)
        request = msgspec.structs.replace(request, id=message.id)
        # Another model may have been chosen since the chat's was taken up, for another chat.
        path = self._models.resolved(options.model or self._models.wanted)
        try:
            self._models.generate(request, lambda events: self._receive(answer, events), path)
        except UserError as error:
            if error.code != "model.other_in_use":
                raise
            raise UserError("chat.model_changed", **error.params) from error

    def _with_tools(self, id: int, options: ChatOptions) -> AnswerOptions | None:
        """How a run answers in this chat; None where the model answers at once."""
        conversation = self._store.conversations.get(id)
        collection = self._collections.of_run(conversation)
        tools = options.tools
        if options.web and self._has_web() and not conversation.temporary:
            tools = _with_web(tools)
        if tools is None and collection and self._collections.by_model(conversation):
            tools = _NO_OTHER_TOOLS
        return None if tools is None else self._requests.with_tools(id, options, tools, collection)

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

    def _receive(self, answer: Answer, events: list[Event]) -> None:
        """From the engine's reader thread: buffer the text, publish it, leave the disk to the saver."""
        owner = Owner(answer.id)
        for event in events:
            if isinstance(event, Delta):
                reasoning, content = (event.text, "") if event.channel == "reasoning" else ("", event.text)
                answer.sign(self._models.signature)
                answer.append(reasoning, content)
                self._events.publish(TextDelta(owner, reasoning, content))
            elif isinstance(event, ToolCalled):
                self._events.publish(AnswerToolCall(answer.id, event.call))
            elif isinstance(event, Queued | PrefillProgress):
                if isinstance(event, PrefillProgress):
                    answer.sign(self._models.signature)
                    if answer.sees_otherwise:
                        event = msgspec.structs.replace(event, recomputed=by_choice(event.recomputed))
                self._events.publish(progress_event(owner, event))
            elif isinstance(event, ExpertsFired):
                self._events.publish(ExpertsObserved(answer.conversation, event))
            elif isinstance(event, Finished):
                if event.reason != "cancelled":  # which the choice of another model does, too
                    answer.sign(self._models.signature)
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


def _with_web(tools: ChatTools | None) -> ChatTools:
    """The tools of a chat, and the web search."""
    if tools is None:
        return _WEB_ALONE
    if tools.names is None or WEB_SEARCH in tools.names:
        return tools
    return msgspec.structs.replace(tools, names=(*tools.names, WEB_SEARCH))
