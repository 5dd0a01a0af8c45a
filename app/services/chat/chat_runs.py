"""Bridges runs to the answers of a chat that they write.

The run has a thread and a journal of its own, as any run. What it writes streams into the answer; the text of
a turn that ends in calls is a step of the run and not of the answer, whose text then begins anew.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from agents.events import Entry, Mode, ModelTurn, PlanWritten, RunFinished, ToolCalled
from app.services.chat.answers import Answer, AnswerSaver, finish
from app.services.chat.events import AnswerRestarted, AnswerRun
from app.services.chat.prior_messages import before_of
from app.services.chat.prompting import Told, seen, summary_words, with_attachments
from app.services.chat.run_ending import answer_of, ending_of
from app.services.events import EventBus, ServiceEvent
from app.services.models.events import Owner, TextDelta
from app.services.runs.events import RunEntries, RunOver
from app.services.runs.runs import Runs
from app.services.runs.slash import plan_wish
from app.services.runs.values import InChat, RunSpec
from app.store.records import Attachment, ChatTools, CompactionPoint, Message
from app.store.store import Store
from engine import values
from engine.errors import UserError
from engine.values import Reasoning, Sampling

if TYPE_CHECKING:
    from agents.events import RetryChoice


class AnswerOptions(msgspec.Struct, frozen=True):
    """Options of an answer with tools, from the chat and the settings. `collection` names the one that it
    searches, "" for none."""

    tools: ChatTools
    instructions: str
    sampling: Sampling
    reasoning: Reasoning
    max_tokens: int
    collection: str = ""


class ChatRuns:
    """Maps runs to the answers they write. `model` is what the model in use is called."""

    def __init__(
        self,
        runs: Runs,
        store: Store,
        saver: AnswerSaver,
        events: EventBus,
        model: Callable[[], str],
    ) -> None:
        self._runs, self._store, self._saver, self._events = runs, store, saver, events
        self._model = model
        # Held while a run is started, so that no event of it is published before its answer is known.
        self._lock = threading.RLock()
        self._answers: dict[int, _Written] = {}
        events.subscribe(TextDelta, self._run_delta)
        events.subscribe(RunEntries, self._run_entries)
        events.subscribe(RunOver, self._run_over)

    def start(
        self,
        answer: Answer,
        wish: AnswerOptions,
        branch: Sequence[Message],
        cut: CompactionPoint | None,
        given: Callable[[Attachment], str | values.Picture],
    ) -> None:
        """Start a run that answers the last message of `branch`, with the model's view after `cut`; `given` gives
        what the model gets of an attachment.

        Raises UserError as `Runs.start` does.
        """
        # What a document says is not what the person says.
        attached = any(message.attachments or message.sources for message in branch)
        branch = with_attachments(branch, given)
        *earlier, question = seen(branch, cut)
        before, tainted = self._before(earlier)
        if words := summary_words(cut):  # they were written of what is not told any more
            before = (*words, *before)
            tainted = tainted or self._before(branch[: len(branch) - len(earlier) - 1])[1]
        chat = InChat(
            answer.conversation,
            answer.id,
            before,
            tainted or attached,
            wish.instructions,
            wish.sampling,
            wish.max_tokens,
            question.media if isinstance(question, Told) else (),
        )
        task, plan = plan_wish(question.content)
        conversation = self._store.conversations.get(answer.conversation)
        with self._lock:
            run = self._runs.start(
                RunSpec(
                    task,
                    wish.tools.workspace,
                    conversation.options.model or "",
                    mode=wish.tools.mode,
                    reasoning=wish.reasoning,
                    tools=wish.tools.names,
                    title=conversation.title,
                    chat=chat,
                    collection=wish.collection,
                    plan=plan,
                )
            )
            self._answers[run.id] = _Written(answer)
            self._events.publish(AnswerRun(answer.id, run.id))

    def can_resume(self, run: int) -> bool:
        """Whether an answer has a run that had begun."""
        with contextlib.suppress(UserError):
            return bool(run and self._runs.entries(run))
        return False

    def resume(
        self,
        answer: Answer,
        run: int,
        mode: Mode | None,
        model: str,
        again: Mapping[str, RetryChoice],
        kept: str,
    ) -> None:
        """Let the run of an answer go on, with this model. Text that was `kept` is gone on with,
        all other is written anew. Raises UserError as `Runs.resume`."""
        answer.has_steps = _has_calls(self._runs.entries(run))
        with self._lock:
            self._runs.resume(run, again=again, mode=mode, model=model, answer=answer.id)
            self._answers[run] = _Written(answer, kept, stale=not kept)
            self._events.publish(AnswerRun(answer.id, run))

    def stop(self, message: int) -> bool:
        """Stop the run that writes an answer, resumably; False when none does."""
        with self._lock:
            run = next((run for run, of in self._answers.items() if of.answer.id == message), None)
        if run is None:
            return False
        self._runs.stop(run)
        return True

    def settled(self, message: Message) -> Message:
        """The answer of a dead process, with its run's result where that had ended."""
        if not self.can_resume(message.run):
            return message
        entries = self._runs.entries(message.run)
        if not isinstance(entries[-1].event, RunFinished):
            return message
        ending = ending_of(message.id, entries)
        content = answer_of(entries, message.content)
        return finish(self._store, ending, content, message.reasoning, "", _has_calls(entries))

    def _before(self, path: Sequence[Message]) -> tuple[tuple[values.Message, ...], bool]:
        """The prior messages for a new run on the branch `path`, and whether they contain untrusted text."""
        from agents.context.followup import steps_of
        from agents.run.state import RunState

        tainted = False

        def steps(record: Message) -> Sequence[values.Message]:
            nonlocal tainted
            if not record.run:
                return ()
            try:
                entries = self._runs.entries(record.run)
            except UserError as error:
                if error.code != "run.missing":
                    raise
                return ()
            tainted = tainted or RunState.of(entries).tainted
            return steps_of(entries, lambda text: self._store.runs.keep_once(record.run, text))

        return before_of(path, steps), tainted

    # From the run's thread, before any other subscriber.

    def _run_delta(self, event: TextDelta) -> None:
        with self._lock:
            if event.owner.run and (written := self._answers.get(event.owner.run)):
                written.answer.sign(self._model())
                self._events.publish(*written.text(event))

    def _run_entries(self, event: RunEntries) -> None:
        with self._lock:
            if written := self._answers.get(event.run):
                for entry in event.entries:
                    self._events.publish(*written.entry(entry))

    def _run_over(self, event: RunOver) -> None:
        run = event.run
        with self._lock:
            written = self._answers.pop(run, None)
        if written is None:
            return
        entries: tuple[Entry, ...] = ()
        with contextlib.suppress(UserError):  # then the answer says that its end could not be saved
            entries = self._runs.entries(run)
        answer = written.answer
        answer.has_steps = answer.has_steps or _has_calls(entries)
        answer.say(answer_of(entries, answer.content, written.kept))
        answer.sign(self._model())
        self._saver.finish(answer, ending_of(answer.id, entries))


class _Written:
    """An answer that a run writes, behind the text that is `kept`. `stale`: the next text begins it anew."""

    def __init__(self, answer: Answer, kept: str = "", *, stale: bool = False) -> None:
        self.answer, self.kept, self._stale = answer, kept, stale

    def text(self, event: TextDelta) -> list[ServiceEvent]:
        """Buffer the text; returns what is published before it."""
        told = self._restart() if self._stale else []
        self.answer.append(event.reasoning, event.content)
        return told

    def entry(self, entry: Entry) -> list[ServiceEvent]:
        if isinstance(entry.event, PlanWritten) and entry.event.state == "proposed":
            return self._restart()
        if not isinstance(entry.event, ModelTurn):
            return []
        turn = entry.event
        if turn.tool_calls and turn.is_whole:
            self.answer.has_steps = True
            return self._restart()
        # A text cut off by its length is continued.
        self._stale = not (turn.is_whole and turn.finish_reason == "length")
        return []

    def _restart(self) -> list[ServiceEvent]:
        self._stale = False
        if self.answer.content == self.kept and not self.answer.reasoning:
            return []
        self.answer.restart()
        told: list[ServiceEvent] = [AnswerRestarted(self.answer.id)]
        if self.kept:
            self.answer.append("", self.kept)
            told.append(TextDelta(Owner(self.answer.id), "", self.kept))
        return told


def _has_calls(entries: Sequence[Entry]) -> bool:
    return any(isinstance(entry.event, ToolCalled) for entry in entries)
