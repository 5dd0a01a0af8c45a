"""The assistant's card: a record that it shows, an answer while it is written, and how that ended."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.slices import Slices
from app.desktop.chat.answers.answer_end import can_continue, end_words, why_ended
from app.desktop.chat.answers.answer_parts import AnswerParts
from app.desktop.chat.answers.thought_time import ThoughtTime
from app.desktop.chat.cards import time_of
from app.desktop.markdown.source_marks import MARK
from app.desktop.markdown.streaming import StreamingDocument
from app.desktop.run_view.waiting import Waiting
from app.desktop.text.tool_call_text import first_words, one_line, whole_text
from app.desktop.widgets.banner import BannerAction
from app.services.models.fullness import FULL
from app.store.records import Message
from engine.values import ToolCall


def spoken_words(message: Message, limit: int = 80) -> str:
    """The beginning of an answer, or the tools that it calls where it says nothing."""
    names = ", ".join(one_line(call.name) for call in message.tool_calls)
    return first_words(message.content if message.content.strip() else names, limit)


class AnswerCard(AnswerParts):
    """An answer, finished or being written. `steps_made` comes when it is known that a run writes it."""

    steps_made = Signal()
    # The card, whose words have numbers that may be those of sources.
    sources_wanted = Signal(object)
    # The message whose pictures the model cannot see, and the path of one that is to answer; "": without them.
    pictures_decided = Signal(int, str)

    def __init__(self, parent: QWidget, message: Message, *, slices: Slices | None = None) -> None:
        super().__init__(parent, message, slices=slices)
        self._sources_asked = self._end_told = False
        self._stream: StreamingDocument | None = None
        self._thought = ThoughtTime()
        self.show_message(message)
        self._sources_asked = False  # nobody could hear it yet

    @property
    def is_reusable(self) -> bool:
        around = (self.steps, self._cover, self._stream, self._status)
        return super().is_reusable and all(part is None for part in around) and self._body.is_reusable

    def put_by(self) -> None:
        self._body.stop()

    def rebind(self, message: Message) -> None:
        self._body.let_go()
        self._drop_thoughts()
        self._thought = ThoughtTime()
        self._drop_sources()
        self._sources_asked = False
        super().rebind(message)

    def show_raw(self, on: bool) -> None:
        """Show the text as the model wrote it in the place of the answer, or the answer again."""
        if on == self.shows_raw or self._stream is not None:
            return
        if on:
            from app.desktop.chat.answer_views.raw_text import RawText

            self.cover(RawText(self, self.message))
        else:
            self.cover(None)

    # --- showing a record ---

    def show_message(self, message: Message) -> None:
        self.message = message
        self._show_steps(message.run)
        if message.state == "streaming":
            self._begin_stream()
        else:
            self._end_stream()
            self._sources_asked = False
        self.ask_sources()
        self._show_calls(message.tool_calls)
        self._show_end()
        self.retranslate()

    def _show_steps(self, run: int) -> None:
        """What the run did that writes this answer; nothing for an answer without tools."""
        if not run or self.steps is not None:
            return
        # Only answers with tools need what shows runs.
        from app.desktop.chat.answers.answer_steps import AnswerSteps

        self.steps = AnswerSteps(self, run)
        self.steps.height_changed.connect(self._steps_changed)
        self.steps.link_asked.connect(self.link_asked)
        self.steps.setVisible(not self._is_covered)
        self.steps_made.emit()

    def _steps_changed(self) -> None:
        busy = self.steps is not None and self.steps.is_busy
        # What says how far the prompt is read stays.
        if self._stream is not None and self._is_bare and (busy or self._status is None):
            self._wait_for_model()
        self._show_end()
        self.height_changed.emit()

    @property
    def _is_bare(self) -> bool:
        """Whether nothing of the turn is here that the model is to write."""
        return self._reasoning is None and self._body.is_empty

    def _wait_for_model(self) -> None:
        """Says that the model is waited for, unless something else is."""
        if self.steps is not None and self.steps.is_busy:
            self._drop_status()
        else:
            self.set_waiting(Waiting())

    def write_by(self, run: int) -> None:
        """A run writes this answer, which is known only once it streams."""
        self.message = msgspec.structs.replace(self.message, run=run)
        self._show_steps(run)

    def restart(self) -> None:
        """Takes away the text so far of a streaming answer: it was a step."""
        if self._stream is None:
            return
        self._stream = StreamingDocument()
        self._body.show_blocks(())
        self._drop_thoughts()
        self._thought = ThoughtTime()
        self.message = msgspec.structs.replace(self.message, content="", reasoning="")
        self._wait_for_model()

    def _begin_stream(self) -> None:
        message = self.message
        if self._cover is not None:
            self.cover(None)
        self._stream = StreamingDocument()
        self._body.show_blocks(())
        self.footer.hide()
        if message.reasoning:
            self._thoughts().set_text(message.reasoning)
            self._thought = ThoughtTime.so_far(message)
        if message.content:
            self._body.apply(self._stream.append(message.content))
        self._show_thinking()

    def _end_stream(self) -> None:
        message = self.message
        self._stream = None
        self._drop_status()
        if message.reasoning:
            self._thoughts().set_text(message.reasoning)
        self._show_thinking()
        self.footer.setVisible(not self.is_editing and not self._is_told_and_empty)
        self.footer.show_message(message)
        if self._cover is not None:
            self._cover.show_message(message)
        self._show_words(message.content)

    def ask_sources(self) -> None:
        """Ask for what is cited, once there are numbers that may be those of sources; of a whole answer also for
        what it was given."""
        if not self._sources_asked and (self._stream is None or MARK.search(self.streamed_text())):
            self._sources_asked = True
            self.sources_wanted.emit(self)

    def _show_thinking(self) -> None:
        if self._reasoning is not None and self._stream is not None:
            time = self._thought
            self._reasoning.set_state(thinking=time.runs, seconds=time.seconds, tokens=time.tokens)
        elif self._reasoning is not None:
            timings, usage = self.message.timings, self.message.usage
            self._reasoning.set_state(
                thinking=False,
                seconds=timings.reasoning_s if timings else self._thought.seconds,
                tokens=usage.reasoning_tokens if usage else 0,
            )

    def set_end_told(self, told: bool) -> bool:
        """Whether what stands below tells how the answer ended; whether that is new."""
        if told == self._end_told:
            return False
        self._end_told = told
        if self._stream is None:
            self.footer.setVisible(not self.is_editing and not self._is_told_and_empty)
        self._show_end()
        self._show_notices()
        return True

    @property
    def _is_told_and_empty(self) -> bool:
        """Whether there is nothing here to copy, and what stands below tells why."""
        return self._end_told and not self.message.content and not self.message.reasoning

    def _show_end(self) -> None:
        """The strip that says how the answer ended, if not by itself."""
        message, why = self.message, why_ended(self.message)
        told = self._end_told or (self.steps is not None and self.steps.shows_interrupted)
        if message.state not in ("failed", "stopped", "length") or told:
            self._drop_strip()
            return
        # Where there is room for more is chosen below the last message, not here.
        actions = [] if why is not None and why.code == FULL else self._ways_on()
        colour = "bad" if message.state == "failed" else "warning" if message.error else "muted"
        strip = self._end_strip()
        strip.say(end_words(message), actions, colour)
        strip.setVisible(not self._is_covered)

    def _ways_on(self) -> list[BannerAction]:
        """What can be done after an answer that did not end by itself."""
        error, id = self.message.error, self.message.id
        if can_continue(self.message):
            return [BannerAction(self.tr("Continue"), self._act)]
        if error is None or error.code != "picture.not_seen":
            return [BannerAction(self.tr("Try again"), self._act)]
        ways = [
            BannerAction(self.tr("Go on without pictures"), lambda: self.pictures_decided.emit(id, "")),
        ]
        if model := str(error.params.get("model", "")):
            text = self.tr("Ask {model}").format(model=error.params["other"])
            ways.append(BannerAction(text, lambda: self.pictures_decided.emit(id, model)))
        return ways

    def _show_notices(self) -> None:
        """What is to be known of the whole answer; how it ended tells the strip."""
        notices = () if self._stream is not None else self.message.notices
        why = why_ended(self.message)
        self._show_lines([notice for notice in notices if notice != why])

    def _act(self) -> None:
        if can_continue(self.message):
            self.continue_requested.emit(self.message.id)
        else:
            self.regenerate_requested.emit(self.message.id)

    # --- while it is written ---

    def append(self, reasoning: str, content: str, tokens: int = 0) -> None:
        """Adds new text of a streaming answer. `tokens` were drawn for its reasoning."""
        if self._stream is None:
            return
        self._drop_status()
        message = self.message
        if reasoning:
            self._thought.go_on(tokens)
            self._thoughts().append(reasoning)
        if content:
            self._thought.stop()
            self._body.apply(self._stream.append(content))
            if "]" in content:
                self.ask_sources()
        if not message.content or reasoning:
            self._show_thinking()
        if content and not message.content:
            self.message = msgspec.structs.replace(message, content=content)

    def add_calls(self, calls: Sequence[ToolCall]) -> None:
        """Adds calls that a streaming answer has made."""
        if self._stream is None or not calls:
            return
        self._drop_status()
        self._thought.stop()
        self._show_thinking()
        self._show_calls([*(card.call for card in self._calls), *calls])

    def copied_text(self) -> str:
        """All of the answer so far with the calls it makes, as it is copied."""
        return whole_text(self.streamed_text(), [card.call for card in self._calls])

    def streamed_text(self) -> str:
        """All of the answer so far."""
        return self._stream.text if self._stream is not None else self.message.content

    def set_waiting(self, waiting: Waiting) -> None:
        """What the next word of a streaming answer waits for."""
        if self._stream is not None:
            self._show_status(waiting)

    def retranslate(self) -> None:
        name = self.tr("Assistant, {time}: {words}").format(
            time=time_of(self.message), words=spoken_words(self.message)
        )
        self.setAccessibleName(name)
        super().retranslate()
        self._show_notices()
        self._show_end()
